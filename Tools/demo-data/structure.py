"""Structural check of the files: shapes against the schemas, clocks, references, separation."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from pathlib import Path

import protos
from ledger import BACKFILL_DAYS, first_day, last_day
from workdays import ZONE

_ID = re.compile(r"[a-z0-9.-]{1,120}\Z")
_STREAM = re.compile(r"[A-Za-z0-9.-]{1,200}\Z")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\Z")
_INSTANT = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+08:00"
_SHAPES = {
    "DATE": r"\d{4}-\d{2}-\d{2}", "YEAR_MONTH": r"\d{4}-\d{2}", "QUARTER": r"\d{4}Q[1-4]",
    "INSTANT": _INSTANT, "UUID": _UUID.pattern[:-2], "HEX": r"[0-9a-f]+",
}
_MOMENT = re.compile(rf"\d{{4}}|\d{{4}}Q[1-4]|\d{{4}}-\d{{2}}|\d{{4}}-\d{{2}}-\d{{2}}|{_INSTANT}")
_PERIOD = re.compile(r"\d{4}|\d{4}H[12]|\d{4}Q[1-4]|\d{4}-\d{2}")
_ENVELOPE = {"type", "stream", "event_id", "occurred_at", "recorded_at", "recorded_by", "tenant",
             "source_doc", "evidence", "late_reason", "payload"}
# Persons who decide; they must not be the one who records.
_DECIDERS = ["approver", "acceptor", "verifier", "approved_by", "by"]
_REFERENCES = ["target_event", "proving_event_id", "basis_event_id", "supersedes"]


class StructureCheck:
    def __init__(self, schemas: protos.Schemas):
        self.schemas = schemas
        self.problems: list[str] = []
        self.where = ""
        self.clock: dict[str, str] = {}
        self.ids: set[str] = set()
        self.known: dict[str, set[str]] = {
            "org": set(), "branch": set(), "person": set(), "meeting": set(), "brand": set(),
            "programme": set()}

    def complain(self, text: str) -> None:
        self.problems.append(f"{self.where}: {text}")

    def file(self, path: Path) -> None:
        for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            self.where = f"{path.name}:{number}"
            self.fact(json.loads(text))

    def fact(self, fact: dict) -> None:
        if unknown := set(fact) - _ENVELOPE:
            self.complain(f"unknown envelope fields {sorted(unknown)}")
        message = self.schemas.events.get(fact["type"])
        if message is None:
            self.complain(f"unknown event type {fact['type']}")
            return
        prefix, _, identity = fact["stream"].partition("-")
        if message.event.get("stream") and prefix != message.event["stream"]:
            self.complain(f"stream {fact['stream']} of a {fact['type']}")
        if not identity or not _STREAM.match(fact["stream"]):
            self.complain(f"malformed stream {fact['stream']}")
        self.message(message, fact["payload"], fact["type"])
        self.clocks(fact)
        self.references(fact)

    # Shapes.

    def message(self, message: protos.Message, value: object, path: str) -> None:
        if not isinstance(value, dict):
            self.complain(f"{path} is not an object")
            return
        if unknown := set(value) - set(message.fields):
            self.complain(f"{path} has unknown fields {sorted(unknown)}")
        for name, entry in message.fields.items():
            place = f"{path}.{name}"
            if name not in value:
                may_lack = entry.label in ("optional", "repeated", "oneof")
                if not may_lack and "server_fills" not in entry.options:
                    self.complain(f"{place} is missing")
                continue
            if "json_object" in entry.options:
                self.json_object(message, entry, value[name], place)
            elif entry.label == "repeated":
                items = value[name]
                least = int(entry.options.get("min_items", 0))
                if not isinstance(items, list) or len(items) < least:
                    self.complain(f"{place} is not a list of at least {least}")
                    continue
                for item in items:
                    self.value(message, entry, item, place)
            else:
                self.value(message, entry, value[name], place)

    def json_object(
        self, message: protos.Message, entry: protos.Field, value: object, place: str,
    ) -> None:
        full = self.schemas.resolve(message.name, entry.kind)
        if not isinstance(value, dict) or full is None:
            self.complain(f"{place} is not an object")
            return
        inner = self.schemas.messages[full]
        for key, item in value.items():
            self.value(inner, inner.fields["key"], key, f"{place}[{key}]")
            self.value(inner, inner.fields["value"], item, f"{place}[{key}]")

    def value(
        self, message: protos.Message, entry: protos.Field, value: object, place: str,
    ) -> None:
        full = self.schemas.resolve(message.name, entry.kind)
        if full and full in self.schemas.enums:
            if value not in self.schemas.enums[full][1:]:
                self.complain(f"{place}: {value!r} is no word of {full}")
        elif full:
            self.nested(full, value, place)
        elif place == "RecordCorrected.replacement":
            return
        elif entry.kind in ("string", "bytes"):
            shape = _SHAPES.get(entry.options.get("format", ""), ".+")
            if not isinstance(value, str) or not re.fullmatch(shape, value):
                self.complain(f"{place}: {value!r}")
            else:
                self.subject(entry, value, place)
        elif entry.kind == "bool":
            if not isinstance(value, bool):
                self.complain(f"{place}: {value!r} is no truth value")
        elif (form := entry.options.get("format")) in _SHAPES:
            if not isinstance(value, str) or not re.fullmatch(_SHAPES[form], value):
                self.complain(f"{place}: {value!r} is no {form}")
        elif not isinstance(value, int) or isinstance(value, bool):
            self.complain(f"{place}: {value!r} is no whole number")

    def nested(self, full: str, value: object, place: str) -> None:
        short = full.rpartition(".")[2]
        if short == "Moment":
            if not isinstance(value, str) or not _MOMENT.fullmatch(value):
                self.complain(f"{place}: {value!r} is no moment")
        elif short == "Period":
            if not isinstance(value, str) or not _PERIOD.fullmatch(value):
                self.complain(f"{place}: {value!r} is no period")
        elif short in ("DocRef", "EvidenceRef") and isinstance(value, str):
            if not value:
                self.complain(f"{place} is empty")
        else:
            self.message(self.schemas.messages[full], value, place)

    def subject(self, entry: protos.Field, value: str, place: str) -> None:
        """What a field names has been registered before."""
        kind = entry.options.get("subject")
        if "subject_in_full" in entry.options:
            kind, hyphen, rest = value.partition("-")
            if not hyphen:
                return
            value = rest
        if kind is None:
            return
        if not _ID.match(value):
            self.complain(f"{place}: malformed id {value!r}")
        registering = place in (
            "OrganisationRegistered.org_id", "BranchEstablished.branch_id",
            "PersonRegistered.person", "CandidateRegistered.person")
        if kind in self.known and not registering and value not in self.known[kind]:
            self.complain(f"{place}: {kind} {value} is not registered yet")

    # Clocks.

    def clocks(self, fact: dict) -> None:
        recorded, happened = fact["recorded_at"], fact["occurred_at"]
        tenant = fact["tenant"]
        if not re.fullmatch(_INSTANT, recorded) or not _MOMENT.fullmatch(happened):
            self.complain("malformed time")
            return
        if recorded < self.clock.get(tenant, ""):
            self.complain(f"record time of {tenant} runs backwards")
        self.clock[tenant] = recorded
        moment: datetime | date | str = happened
        if "T" in happened:
            moment = datetime.fromisoformat(happened)
        elif len(happened) == 10:
            moment = date.fromisoformat(happened)
        record_day = datetime.fromisoformat(recorded).astimezone(ZONE).date()
        if first_day(moment) > record_day or ("T" in happened and happened > recorded):
            self.complain(f"happened {happened}, recorded {recorded}")
        late = (record_day - last_day(moment)).days > BACKFILL_DAYS
        if late and not (fact.get("late_reason") and fact.get("evidence")):
            self.complain("late without reason and evidence")
        on = fact["payload"].get("on")
        if on is not None and on != happened and on != last_day(moment).isoformat():
            self.complain(f"on {on} is not the day of {happened}")

    # References.

    def references(self, fact: dict) -> None:
        payload, identity = fact["payload"], fact.get("event_id")
        if identity is not None:
            if not _UUID.match(identity) or identity in self.ids:
                self.complain(f"event id {identity} is malformed or used twice")
            self.ids.add(identity)
        for name in _REFERENCES:
            if name in payload and payload[name] not in self.ids:
                self.complain(f"{name} refers to no earlier fact")
        for cause in payload.get("causes", []):
            if cause not in self.ids:
                self.complain("causes refer to no earlier fact")
        for name in _DECIDERS:
            if payload.get(name) == fact["recorded_by"]:
                self.complain(f"{name} is also the recorder")
        kind, _, name = fact["stream"].partition("-")
        if kind in ("meeting", "programme") or fact["type"] in (
            "OrganisationRegistered", "BranchEstablished", "PersonRegistered", "BrandProposed",
        ):
            self.known[kind].add(name)
        if fact["type"] == "CandidateRegistered":
            self.known["person"].add(payload["person"])


def check(paths: list[Path], schemas: Path) -> list[str]:
    """Problems found; files are checked one after another, as they are imported."""
    checker = StructureCheck(protos.load(schemas))
    for path in paths:
        checker.file(path)
    return checker.problems

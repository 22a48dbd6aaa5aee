"""The book in which a programme writes its facts, and the NDJSON lines it becomes."""

from __future__ import annotations

import hashlib
import json
import uuid
from datetime import date, datetime, timedelta

from workdays import ZONE, at, month_end

BACKFILL_DAYS = 7
# The records of a day are entered in the evening, after everything that happened on it.
_ENTRY_HOUR, _ENTRY_MINUTE, _ENTRY_SECONDS = 17, 30, 6 * 3600 - 60


def digest(*parts: object, length: int = 64) -> str:
    """Hexadecimal digest standing for a number or a file that stays outside the log."""
    text = "/".join(str(part) for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()[:length]


def last_day(moment: date | datetime | str) -> date:
    """Last local day of a moment of any precision."""
    if isinstance(moment, datetime):
        return moment.astimezone(ZONE).date()
    if isinstance(moment, date):
        return moment
    if len(moment) == 4:
        return date(int(moment), 12, 31)
    if "Q" in moment:
        return month_end(int(moment[:4]), int(moment[5]) * 3)
    return month_end(int(moment[:4]), int(moment[5:7]))


def first_day(moment: date | datetime | str) -> date:
    """First local day of a moment of any precision."""
    if not isinstance(moment, str):
        return last_day(moment)
    if len(moment) == 4:
        return date(int(moment), 1, 1)
    month = int(moment[5]) * 3 - 2 if "Q" in moment else int(moment[5:7])
    return date(int(moment[:4]), month, 1)


def _plain(value: object) -> object:
    """JSON form: days and instants become strings, empty options disappear."""
    if isinstance(value, datetime):
        return value.astimezone(ZONE).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items() if entry is not None}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    return value


class Ledger:
    """Facts of one organisation tree.

    Facts may be written down in any order; `lines` sorts them by the day of recording and keeps
    the order of writing within a day, so a fact must be written after those it depends on.
    """

    def __init__(self, key: str, tenant: str, clerk: str):
        self.key = key
        self.tenant = tenant
        self.clerk = clerk
        self._facts: list[tuple[date, int, dict]] = []

    def event_id(self, name: str, recorded: date) -> str:
        """Version 7 UUID made of the record day and a digest of the name."""
        millis = int(at(recorded, 12).timestamp() * 1000)
        bits = int(digest(self.key, name), 16)
        random_a, random_b = bits & 0xFFF, bits >> 12 & (1 << 62) - 1
        value = millis << 80 | 7 << 76 | random_a << 64 | 2 << 62 | random_b
        return str(uuid.UUID(int=value))

    def add(
        self, event: str, stream: str, payload: dict, when: date | datetime | str, *,
        recorded: date | None = None, name: str | None = None, by: str | None = None,
        late: str | None = None, evidence: list[str] | None = None,
    ) -> str:
        """Writes down one fact.

        when: its valid time; text for month or year precision.
        recorded: the day of recording, by default the last day of `when`.
        name: gives the fact an event id others can refer to; returned.
        late: why it was recorded late; needed together with `evidence` after a week.
        """
        recorded = recorded or last_day(when)
        lag = (recorded - last_day(when)).days
        assert first_day(when) <= recorded, (event, stream, when, recorded)
        if lag > BACKFILL_DAYS:
            assert late and evidence, f"{event} {stream}: {lag} days late without reason"
        identity = self.event_id(name, recorded) if name else ""
        line = {
            "type": event, "stream": stream, "event_id": identity or None, "occurred_at": when,
            "recorded_at": None, "recorded_by": by or self.clerk, "tenant": self.tenant,
            "source_doc": self.key, "evidence": evidence,
            "late_reason": late if lag > BACKFILL_DAYS else None, "payload": payload,
        }
        self._facts.append((recorded, len(self._facts), line))
        return identity

    def lines(self) -> list[str]:
        self._facts.sort(key=lambda entry: entry[:2])
        per_day: dict[date, int] = {}
        for recorded, _, _ in self._facts:
            per_day[recorded] = per_day.get(recorded, 0) + 1
        used: dict[date, int] = {}
        result = []
        for recorded, _, line in self._facts:
            index = used.get(recorded, 0)
            used[recorded] = index + 1
            seconds = min(20 * index, index * _ENTRY_SECONDS // per_day[recorded])
            entered = at(recorded, _ENTRY_HOUR, _ENTRY_MINUTE) + timedelta(seconds=seconds)
            happened = line["occurred_at"]
            assert not isinstance(happened, datetime) or happened <= entered, line
            fields = _plain(line | {"recorded_at": entered})
            result.append(json.dumps(fields, ensure_ascii=False, separators=(",", ":")))
        return result

    # Facts that every programme writes.

    def organisation(
        self, org: str, kind: str, name: str, parent: str | None, founded: str, ownership: str,
        on: date | str, **options,
    ) -> None:
        self.add(
            "OrganisationRegistered", f"org-{org}",
            {"org_id": org, "kind": kind, "name": name, "parent_org": parent, "founded": founded,
             "ownership": ownership}, on, **options)

    def person(
        self, person: str, employer: str, on: date, *, birth: int | None = None,
        employment: str = "IN_SERVICE",
    ) -> None:
        self.add(
            "PersonRegistered", f"person-{person}",
            {"person": person, "vault_key_id": f"vk-{person}", "employer_org": employer,
             "staff_no_hash": digest("staff", person, length=16), "birth_year": birth,
             "employment": employment}, on)

    def enrol(
        self, person: str, branch: str, on: date, seniority: date, source: str,
    ) -> None:
        self.add(
            "MemberEnrolled", f"member-{person}",
            {"person": person, "branch": branch, "status": "FULL", "seniority_from": seniority,
             "source_system": source}, on)

    def branch(
        self, branch: str, org: str, kind: str, name: str, approved: date | str, committee: str,
        doc: str, full: int, departments: list[str], **options,
    ) -> None:
        self.add(
            "BranchEstablished", f"branch-{branch}",
            {"branch_id": branch, "org_id": org, "kind": kind, "name": name,
             "approved_on": approved, "approving_committee": committee, "doc": doc,
             "departments": departments, "units": [], "full_count": full,
             "probationary_count": 0}, approved, **options)

    def election(
        self, branch: str, on: date, entitled: list[str], present: int, elected: list[str],
        runner_up: str, *, name: str,
    ) -> str:
        """A differential election of a committee of len(elected); the first is secretary."""
        candidates = elected + [runner_up]
        votes = {person: present - 1 - index for index, person in enumerate(elected)}
        votes[runner_up] = max(1, present // 4)
        posts = ["SECRETARY"] + ["COMMITTEE_MEMBER"] * (len(elected) - 1)
        return self.add(
            "BranchElectionHeld", f"election-{branch}-{on.year}",
            {"branch": branch, "on": on, "entitled": len(entitled), "present": present,
             "seats": len(elected), "candidates": candidates, "votes": votes,
             "elected": [{"person": p, "post": k} for p, k in zip(elected, posts)],
             "term_from": on, "term_to": on.replace(year=on.year + 3)}, on, name=name)

    def post(
        self, post: str, person: str, kind: str, since: date, method: str, *,
        branch: str | None = None, org: str | None = None, department: str | None = None,
        name: str | None = None,
    ) -> str:
        return self.add(
            "PostAppointed", f"post-{post}",
            {"person": person, "post_kind": kind, "org": org, "branch": branch,
             "department": department, "from": since, "method": method}, since, name=name)

    def elected_posts(self, branch: str, on: date, elected: list[str], *, name: str = "") -> str:
        """The posts of an elected committee; returns the id of the secretary's."""
        first = ""
        for index, person in enumerate(elected):
            kind = "SECRETARY" if index == 0 else "COMMITTEE_MEMBER"
            suffix = "secretary" if index == 0 else f"member{index}"
            identity = self.post(
                f"{branch}-{suffix}", person, kind, on, "ELECTION", branch=branch,
                name=f"{name}/{suffix}" if name else None)
            first = first or identity
        return first

    def meeting(
        self, meeting: str, kind: str, started: datetime, hours: int, chair: str,
        agenda: list[str], expected: int, present: list[str] | int, *,
        branch: str | None = None, org: str | None = None, first_topic: bool = False,
        guests: list[str] | None = None,
    ) -> str:
        named = isinstance(present, list)
        self.add(
            "MeetingHeld", f"meeting-{meeting}",
            {"kind": kind, "branch": branch, "org": org, "started": started,
             "ended": started + timedelta(hours=hours), "chair": chair, "agenda": agenda,
             "first_topic": first_topic, "expected": expected,
             "present": present if named else [],
             "present_count": None if named else present, "guests": guests or []}, started)
        return meeting

    def activity(
        self, activity: str, kind: str, hosts: list[str], place: str, planned_on: date,
        planned_when: date | str, *, brands: list[str] | None = None, programme: str | None = None,
        partners: list[str] | None = None, **options,
    ) -> str:
        return self.add(
            "ActivityPlanned", f"activity-{activity}",
            {"kind": kind, "hosts": hosts, "brand_ids": brands or [], "programme_id": programme,
             "place_kind": place, "planned_on": planned_on, "partners": partners or []},
            planned_when, **options)

    def held(self, activity: str, started: datetime, ended: datetime, **options) -> str:
        return self.add(
            "ActivityHeld", f"activity-{activity}",
            {"started": started, "ended": ended, "summary_ref": f"小结-{activity}",
             "evidence": [f"现场照片-{activity}"]}, started, **options)

    def volunteer(
        self, activity: str, on: date, person: str, branch: str, role: str, minutes: int,
        **options,
    ) -> str:
        return self.add(
            "VolunteerServiceRecorded", f"activity-{activity}",
            {"person": person, "branch_at_time": branch, "role": role, "minutes": minutes,
             "is_member": True}, on, **options)

    def beneficiaries(
        self, activity: str, when: date | str, measure: str, value: int, method: str, **options,
    ) -> str:
        return self.add(
            "BeneficiariesCounted", f"activity-{activity}",
            {"measure": measure, "quantity": quantity(value, "PERSON_TIME"), "method": method},
            when, **options)

    def pioneer_post(
        self, post: str, kind: str, place: str, org: str, on: date, doc: str, *,
        branch: str | None = None, name: str | None = None,
    ) -> str:
        return self.add(
            "PioneerPostEstablished", f"pioneerpost-{post}",
            {"kind": kind, "place": place, "org": org, "branch": branch, "duties_doc": doc,
             "on": on}, on, name=name)

    def brand(
        self, brand: str, name: str, kind: str, holder: str, on: date,
        stages: list[tuple[str, date]], *, promise: str | None = None,
        promise_bp: int | None = None, **options,
    ) -> None:
        """A brand and the stages it has reached, in order."""
        self.add(
            "BrandProposed", f"brand-{brand}",
            {"name": name, "kind": kind, "holder": holder, "promise": promise, "on": on}, on,
            **options)
        for stage, reached in stages:
            last = (stage, reached) == stages[-1]
            self.add(
                "BrandStageAdvanced", f"brand-{brand}",
                {"to": stage, "on": reached, "doc": f"{name}·{_STAGE_DOC[stage]}",
                 "promise": promise if last else None,
                 "promise_metric_bp": promise_bp if last else None}, reached, **options)

    def award(
        self, award: str, title: str, level: str, issuer: str, recipient: str, on: date,
        doc_no: str, *, grade: str | None = None,
    ) -> None:
        self.add(
            "AwardReceived", f"award-{award}",
            {"title": title, "level": level, "grade": grade, "issuer": issuer,
             "doc": {"doc_no": doc_no}, "recipient": recipient, "on": on}, on)

    def checklist(
        self, checklist: str, kind: str, holder: str, period: str, items: list[dict], on: date,
    ) -> None:
        self.add(
            "ChecklistAdopted", f"checklist-{checklist}",
            {"kind": kind, "holder": holder, "period": period, "items": items}, on)

    def volume(
        self, programme: str, first: date, last: date, measure: str, value: int, unit: str,
        recorded: date, *, prior: int | None = None, claimed_bp: int | None = None,
    ) -> None:
        self.add(
            "ServiceVolumeReported", f"programme-{programme}",
            {"period_from": first, "period_to": last, "measure": measure,
             "quantity": quantity(value, unit),
             "comparable_prior": None if prior is None else quantity(prior, unit),
             "claimed_growth_bp": claimed_bp}, last, recorded=recorded)


_STAGE_DOC = {"PLANNED": "实施方案", "SHAPED": "内涵塑造总结", "CONSOLIDATED": "长效机制"}


def quantity(value: int, unit: str, qualifier: str = "EXACT") -> dict:
    return {"value": value, "unit": unit, "qualifier": qualifier}


def seniority(index: int, first: int = 1996, last: int = 2014) -> date:
    """A plausible first day of seniority, spread over the years."""
    year = first + index * 7 % (last - first + 1)
    return date(year, 1 + index * 5 % 12, 1 + index * 11 % 27)

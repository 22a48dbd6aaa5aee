#!/usr/bin/env python3
"""Recomputes the published figures from the NDJSON files alone, without the product.

    check_figures.py                the figures; exit status 1 when one is not met
    check_figures.py --structure    shapes, clocks, references and separation of duties instead

Corrections and voids are applied as the specification demands: a correction replaces the whole
payload, a void takes its target away, and both count from when they were recorded.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from datetime import date, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True

import structure  # noqa: E402
from ledger import last_day  # noqa: E402
from workdays import add_months, day, posting_end  # noqa: E402

FILES = ["JZ.ndjson", "NA.ndjson", "PY.ndjson", "YQ.ndjson", "XX.ndjson", "PY.staff.ndjson"]
SCHEMAS = HERE.parent.parent / "Schemas" / "taizhang"


class Facts:
    """The effective facts of one programme as known at the end of a day."""

    def __init__(self, lines: list[dict], known: date | None = None):
        if known is not None:
            limit = f"{known.isoformat()}T23:59:59+08:00"
            lines = [line for line in lines if line["recorded_at"] <= limit]
        voided = {line["payload"]["target_event"] for line in lines
                  if line["type"] == "RecordVoided"}
        replaced = {line["payload"]["target_event"]: line["payload"]["replacement"]
                    for line in lines if line["type"] == "RecordCorrected"}
        self.all = [line for line in lines if line.get("event_id") not in voided]
        self.replaced = replaced

    def of(self, event: str, **conditions: object) -> list[dict]:
        """Payloads of a type, with the stream as `_stream` and the valid day as `_day`."""
        found = []
        for line in self.all:
            if line["type"] != event:
                continue
            payload = dict(self.replaced.get(line.get("event_id"), line["payload"]))
            payload["_stream"] = line["stream"]
            payload["_day"] = valid_day(line)
            if all(payload.get(key) == value for key, value in conditions.items()):
                found.append(payload)
        return found


def valid_day(line: dict) -> date:
    if "effective_from" in line["payload"]:
        return day(line["payload"]["effective_from"])
    text = line["occurred_at"]
    if "T" in text:
        return datetime.fromisoformat(text).date()
    return day(text) if len(text) == 10 else last_day(text)


def read(*names: str) -> list[dict]:
    return [json.loads(text) for name in names
            for text in (HERE / name).read_text(encoding="utf-8").splitlines()]


class Report:
    def __init__(self) -> None:
        self.failed = 0

    def figure(self, key: str, what: str, actual: object, expected: object) -> None:
        self.verdict(key, what, actual, expected, actual == expected)

    def within(self, key: str, what: str, actual: int, least: int, most: int) -> None:
        self.verdict(key, what, actual, f"{least}…{most}", least <= actual <= most)

    def verdict(
        self, key: str, what: str, actual: object, expected: object, holds: bool,
    ) -> None:
        self.failed += not holds
        tail = "" if holds else f"   expected {expected}"
        print(f"{'✓' if holds else '✗'} {key:8} {what}: {actual}{tail}")


def half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)


def month_distance(start: date, end: date) -> int:
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - (add_months(start, months) > end)


def roll(facts: Facts, on: date) -> dict[str, str]:
    """Who is on which branch's roll on a day."""
    moves: list[tuple[date, int, str, str | None]] = []
    in_letter: dict[str, str] = {}
    for order, line in enumerate(facts.all):
        payload, when = line["payload"], valid_day(line)
        if line["type"] == "MemberEnrolled":
            moves.append((when, order, payload["person"], payload["branch"]))
        elif line["type"] == "TransferIssued":
            in_letter[line["stream"]] = payload["person"]
        elif line["type"] == "TransferReceived":
            moves.append((when, order, in_letter[line["stream"]], payload["to_branch"]))
        elif line["type"] == "MemberAssignedToBranch":
            person = line["stream"].partition("-")[2]
            moves.append((day(payload["from"]), order, person, payload["branch"]))
        elif line["type"] == "MembershipEnded":
            moves.append((when, order, line["stream"].partition("-")[2], None))
    current: dict[str, str] = {}
    for when, _, person, branch in sorted(moves, key=lambda move: move[:2]):
        if when > on:
            break
        if branch is None:
            current.pop(person, None)
        else:
            current[person] = branch
    return current


def jz(report: Report) -> None:
    lines = read("JZ.ndjson")
    facts = Facts(lines)
    stars = Counter(entry["stars"] for entry in facts.of("StarRatingConfirmed"))
    report.figure("G-JZ-01", "stars 5★ / 4★", (stars[5], stars[4]), (25, 40))
    confirmed = {e["_stream"] for e in facts.of("StarRatingConfirmed") if e["stars"] >= 4}
    decisions = sum(
        entry["_stream"] in confirmed
        for event in ("SelfAssessed", "Examined", "Reviewed", "Confirmed")
        for entry in facts.of(f"StarRating{event}"))
    report.figure("G-JZ-02", "stage decisions of the published ratings", decisions, 260)
    admitted = facts.of("ProbationaryMemberApproved")
    report.figure(
        "G-JZ-03", "admissions in 2023 by approval",
        sum(entry["approved_on"].startswith("2023") for entry in admitted), 15)
    joint = {e["branch_id"] for e in facts.of("BranchEstablished", kind="JOINT")}
    units = {e["unit_org"]: e["full_members_of_unit"]
             for e in facts.of("JointBranchUnitChanged", change="ADDED")}
    small = {o["org_id"] for o in facts.of("OrganisationRegistered", kind="HOSPITAL")
             if o["org_id"] not in {b["org_id"] for b in facts.of("BranchEstablished")}}
    report.figure(
        "G-JZ-04", "joint branches / units / small hospitals left out",
        (len(joint), len(units), len(small - set(units))), (3, 6, 0))
    report.verdict("G-JZ-04", "full members of every unit", sorted(units.values()), "< 3",
                   all(count < 3 for count in units.values()))
    medicines = facts.of("MedicinesDistributed")
    total = sum(entry["total_fen"] for entry in medicines)
    report.figure("G-JZ-05", "medicines in fen", total, 15_000_000)
    report.figure("G-JZ-05", "totals equal their lines",
                  all(e["total_fen"] == sum(line["fen"] for line in e["lines"])
                      for e in medicines), True)
    held = {entry["_stream"] for entry in facts.of("ActivityHeld")}
    plans = Counter(e["kind"] for e in facts.of("ActivityPlanned") if e["_stream"] in held)
    people = {e["person"] for e in facts.of("VolunteerServiceRecorded") if e["is_member"]}
    report.figure(
        "G-JZ-06", "sessions (clinics, imaging); distinct member volunteers",
        (len(held), plans["CLINIC"], plans["REMOTE_IMAGING"], len(people)), (43, 31, 12, 212))
    report.figure("G-JZ-07", "mean medicines per session in fen", half_up(total, len(held)),
                  348_837)
    posts = Counter(entry["kind"] for entry in facts.of("PioneerPostEstablished"))
    report.figure("G-JZ-08", "posts active (desks, guides)",
                  (posts["SERVICE_DESK"], posts["MOBILE_GUIDE"]), (20, 30))
    last: dict[str, str] = {}
    for line in facts.all:
        if line["stream"].startswith("issue-"):
            last[line["stream"]] = line["type"]
    solved = [stream for stream, event in last.items() if event == "IssueClosed"]
    immediate = {entry["_stream"] for entry in facts.of("IssueAssigned", category="IMMEDIATE")}
    report.figure(
        "G-JZ-09", "demands received / solved / of these at once / open",
        (len(last), len(solved), len(immediate & set(solved)), len(last) - len(solved)),
        (22, 15, 9, 7))
    converted = Counter(
        started["direction"] for started in facts.of("CultivationStarted")
        if any(c["_stream"] == started["_stream"] for c in facts.of("CultivationConverted")))
    report.figure("JZ-F08", "conversions backbone → member", converted["BACKBONE_TO_MEMBER"], 15)


def na(report: Report) -> None:
    facts = Facts(read("NA.ndjson"))
    withdrawn = {entry["_stream"] for entry in facts.of("PioneerPostWithdrawn")}
    posts = Counter(e["kind"] for e in facts.of("PioneerPostEstablished")
                    if e["_stream"] not in withdrawn)
    report.figure("G-NA-01", "areas / posts / total on 2024-05-29",
                  (posts["AREA"], posts["POST"], sum(posts.values())), (32, 68, 100))
    hired = facts.of("TalentHired")
    degrees = Counter(entry["degree_at_hire"] for entry in hired)
    upper = degrees["DOCTOR"] + degrees["MASTER"]
    report.figure("G-NA-02", "hires; doctors; masters; share in bp",
                  (len(hired), degrees["DOCTOR"], degrees["MASTER"],
                   half_up(10_000 * upper, len(hired))), (347, 15, 89, 2_997))
    report.figure("G-NA-02", "high-level hires", sum(e["high_level"] for e in hired), 23)
    reached: dict[str, int] = {}
    order = ["SCREENED", "ASSESSED", "VETTED", "POSTED"]
    for entry in facts.of("CandidateStageAdvanced"):
        stage = order.index(entry["to"]) + 1
        reached[entry["_stream"]] = max(reached.get(entry["_stream"], 0), stage)
    funnel = [len(facts.of("CandidateRegistered"))]
    funnel += [sum(stage >= n for stage in reached.values()) for n in range(1, 5)]
    report.figure("PJ-01", "funnel", [*funnel, len(hired)], [800, 640, 480, 400, 360, 347])
    posted = {e["_stream"]: e["on"] for e in facts.of("CandidateStageAdvanced", to="POSTED")}
    report.figure(
        "R-TL-02", "hires not before posting day 8",
        sum(day(e["on"]) <= posting_end(day(posted[e["_stream"]]), 7) for e in hired), 0)
    volumes = defaultdict(int)
    for entry in facts.of("ServiceVolumeReported"):
        key = entry["_stream"].removeprefix("programme-na-")
        volumes[key, entry["period_to"][:4]] += entry["quantity"]["value"]
    current, prior = volumes["hpv", "2023"], volumes["hpv", "2022"]
    report.figure("G-NA-03", "HPV current / growth in bp / prior",
                  (current, 10_000 * (current - prior) // prior, prior), (21_000, 40_000, 4_200))
    models = Counter(entry["kind"] for entry in facts.of("IntegrityModelDesignated"))
    power = [i for c in facts.of("ChecklistAdopted", kind="POWER") for i in c["items"]]
    archives = len({entry["person"] for entry in facts.of("IntegrityArchiveOpened")})
    report.figure(
        "G-NA-04", "integrity brands, hospitals, departments, persons, power items",
        (len(facts.of("BrandProposed", kind="INTEGRITY")), models["HOSPITAL"],
         models["DEPARTMENT"], models["PERSON"], len(power)), (16, 3, 20, 125, 36))
    report.figure("G-NA-04", "power items by role class",
                  sorted(Counter(i["role_class"] for i in power).values()), [12, 12, 12])
    report.figure("G-NA-04", "archives opened (of 89; updates are not among the facts)",
                  archives, 61)
    report.figure("G-NA-05", "visits, aid (person_time), check-ups (person)",
                  (volumes["visit", "2024"], volumes["aid", "2024"], volumes["elder", "2024"]),
                  (6_739, 618, 6_120))
    awards = facts.of("AwardReceived")
    works = sum(a["level"] == "NATIONAL" and a["recipient"].startswith("work-") for a in awards)
    first = sum(a["level"] == "PROVINCIAL_MUNICIPALITY" and a.get("grade") == "一等奖"
                for a in awards)
    report.figure("G-NA-06", "national works; first prizes of the city; all honours",
                  (works, first, len(awards)), (6, 3, 607))
    reads = [e["cumulative_reads"] for e in facts.of("ReadershipReported")]
    report.figure("G-NA-07", "reads: reports and total", (reads, reads[-1]),
                  ([1_200_000, 2_400_000, 3_050_000], 3_050_000))
    scheme = facts.of("IndicatorSchemeAdopted")[0]
    report.figure("G-NA-09", "indicators; dimensions; sum of maxima",
                  (len(scheme["indicators"]), len(scheme["dimensions"]),
                   sum(i["max"] for i in scheme["indicators"])), (29, 6, 10_000))
    items = facts.of("ServiceProgrammeLaunched", kind="SPRING_FESTIVAL")[0]["items"]
    report.figure("G-NA-10", "festival items named / stated",
                  (sum("未具名" not in item for item in items), len(items)), (7, 8))
    report.figure("NA-F03", "responsibility lists",
                  len(facts.of("ChecklistAdopted", kind="RESPONSIBILITY")), 3)
    report.figure("NA-F04", "learning brands", len(facts.of("BrandProposed", kind="LEARNING")), 3)


def py(report: Report) -> None:
    facts = Facts(read("PY.ndjson"))
    branches = {entry["branch_id"]: entry["kind"] for entry in facts.of("BranchEstablished")}
    kinds = Counter(branches.values())
    report.figure("G-PY-01", "branches total / in service / retired",
                  (len(branches), kinds["IN_SERVICE"], kinds["RETIRED"]), (25, 22, 3))
    now = roll(facts, day("2021-09-13"))
    sizes = Counter(now.values())
    in_service = {b: sizes[b] for b, kind in branches.items() if kind == "IN_SERVICE"}
    members = sum(in_service.values())
    shares = sorted(Counter(in_service.values()).items())
    report.figure("G-PY-02", "in-service members; mean in hundredths; branches by size",
                  (members, half_up(100 * members, 22), shares),
                  (586, 2_664, [(26, 8), (27, 14)]))
    report.figure("PY-F03", "retired members by branch",
                  [sizes[b] for b, kind in branches.items() if kind == "RETIRED"], [20, 20, 20])
    staff = [line for line in read("PY.ndjson", "PY.staff.ndjson")
             if line["type"] == "PersonRegistered"
             and line["payload"]["employment"] == "IN_SERVICE"]
    report.figure("G-PY-03", "staff; member share in bp (with PY.staff.ndjson)",
                  (len(staff), half_up(10_000 * members, len(staff))), (2_344, 2_500))
    for on, expected in [("2020-12-31", 8_636), ("2021-09-13", 10_000)]:
        report.figure("G-PY-04", f"dual secretaries on {on} in bp", dual(facts, branches, day(on)),
                      expected)
    started = {entry["_stream"]: entry for entry in facts.of("CultivationStarted")}
    done = [(started[e["_stream"]]["direction"], month_distance(
        day(started[e["_stream"]]["from"]), day(e["on"])))
        for e in facts.of("CultivationConverted")]
    report.figure("G-PY-05", "conversions head → secretary / secretary → head",
                  tuple(sum(d == name for d, _ in done)
                        for name in ("HEAD_TO_SECRETARY", "SECRETARY_TO_HEAD")), (19, 3))
    report.figure("G-PY-05", "months of the three",
                  [months for name, months in done if name == "SECRETARY_TO_HEAD"], [12] * 3)
    moves = {valid_day(line) for line in facts.all
             if line["type"] in ("MemberEnrolled", "TransferReceived", "MembershipEnded")}
    peak = max(max(Counter(roll(facts, on).values()).values()) for on in moves)
    report.verdict("G-PY-06", "largest branch since 2019", peak, "≤ 50", peak <= 50)
    school = [e["_stream"] for e in facts.of("ActivityPlanned") if e.get("programme_id")]
    years = sorted({e["_day"].year for e in facts.of("ActivityHeld") if e["_stream"] in school})
    served = sum(e["quantity"]["value"] for e in facts.of("BeneficiariesCounted", measure="SERVED")
                 if e["_stream"] in school)
    report.figure("G-PY-07", "school editions 2002–2021", (years[0], years[-1], len(years)),
                  (2002, 2021, 20))
    report.verdict("G-PY-07", "served at the school", served, "> 6,000", served > 6_000)
    term = {e["term_to"] for e in facts.of("BranchElectionHeld", on="2020-08-14")}
    due = day(term.pop())
    report.figure("G-PY-08", "22 elections of 2020-08-14: due / reminder",
                  (len(facts.of("BranchElectionHeld", on="2020-08-14")), due.isoformat(),
                   add_months(due, -6).isoformat(), len(term)),
                  (22, "2023-08-14", "2023-02-14", 0))
    clinic = sum(e["quantity"]["value"] for e in facts.of("BeneficiariesCounted")
                 if e["_stream"] == "activity-py-joint-2020")
    report.within("PY-F19", "served at the joint clinic of 2020", clinic, 1_001, 1_999)
    origin = [roll(facts, day(on))["py-m03-28"] for on in ("2020-03-31", "2020-04-02")]
    report.figure("§6.10", "transfer: roll on 2020-03-31 and 2020-04-02", origin,
                  ["py-b03", "py-b20"])


def dual(facts: Facts, branches: dict[str, str], on: date) -> int:
    """Secretaries of in-service branches who are head or deputy head of a department, in bp."""
    holders: dict[str, dict] = {}
    for line in facts.all:
        if line["type"] == "PostAppointed" and day(line["payload"]["from"]) <= on:
            holders[line["stream"]] = line["payload"]
        elif line["type"] == "PostVacated" and valid_day(line) <= on:
            holders.pop(line["stream"])
    heads = {post["person"] for post in holders.values()
             if post["post_kind"] in ("DEPARTMENT_HEAD", "DEPUTY_HEAD")}
    secretaries = [post["person"] for post in holders.values()
                   if post["post_kind"] == "SECRETARY"
                   and branches.get(post["branch"]) == "IN_SERVICE"]
    return half_up(10_000 * sum(person in heads for person in secretaries), len(secretaries))


def yq(report: Report) -> None:
    lines = read("YQ.ndjson")
    facts = Facts(lines, day("2019-07-31"))
    issues = {entry["_stream"]: entry for entry in facts.of("IssueRegistered")}
    closed = {entry["_stream"]: entry for entry in facts.of("IssueClosed")}
    sources = Counter(entry["source"] for entry in issues.values())
    report.figure(
        "G-YQ-01", "inspection/report/visit/self-check = total; closed",
        (sources["INSPECTION"], sources["SECRETARY_REPORT"], sources["SECRET_VISIT"],
         sources["SELF_CHECK"], len(issues), len(closed)), (18, 3, 3, 6, 30, 30))
    report.figure("G-YQ-02", "closing rate on 2019-07-31 in bp",
                  half_up(10_000 * len(closed), len(issues)), 10_000)
    original = {e["_stream"]: e["due_on"] for e in facts.of("IssueAssigned")}
    moved = {e["_stream"]: e["new_due"] for e in facts.of("IssueDeadlineExtended")}
    current = original | moved
    submitted = {e["_stream"]: e["on"] for e in facts.of("RectificationSubmitted")}
    rate = [half_up(10_000 * sum(submitted[s] <= due[s] for s in closed), len(closed))
            for due in (original, current)]
    report.figure("PJ-09", "on time by original / current due day in bp", rate, [9_667, 10_000])
    report.figure("§8 YQ", "extensions; rejections",
                  (len(facts.of("IssueDeadlineExtended")), len(facts.of("RectificationRejected"))),
                  (1, 1))
    lists = facts.of("ChecklistAdopted")
    size = {entry["kind"]: len(entry["items"]) for entry in lists}
    # The project list is part of the responsibility list, the first of the five (YQ-M01).
    report.figure("G-YQ-03", "project items; policy documents; lists besides the project list",
                  (size["PROJECT"], size["POLICY"], len(set(size) - {"PROJECT"})), (15, 20, 5))
    members = [entry["person"] for entry in facts.of("MemberEnrolled")]
    planned = sum(len(e["items"]) for e in lists if e["kind"] == "LEARNING")
    selected = [p for e in facts.of("ModelLearnersSelected") for p in e["persons"]]
    report.figure("G-YQ-04", "books planned; model-learner selections to July",
                  (planned, len(selected)), (35, 14))
    election = facts.of("BranchElectionHeld")[0]
    report.figure("G-YQ-05", "full members; committee seats", (len(members), election["seats"]),
                  (7, 3))
    whole = Facts(lines)
    report.figure("G-YQ-06", "awards that trigger the two bonuses",
                  len(whole.of("AwardReceived")), 2)
    hours = Counter()
    for entry in whole.of("StudySessionAttended"):
        hours[entry["_stream"]] += entry["study_hours"]
    report.verdict("G-YQ-07", "yearly hours from the exchange", sorted(set(hours.values())),
                   "12…24", all(12 <= total <= 24 for total in hours.values()))
    books = Counter(entry["_stream"] for entry in whole.of("BookCompleted"))
    report.verdict("YQ-F06", "books read by every member in 2019", sorted(set(books.values())),
                   "≥ 5 each of 7", len(books) == 7 and min(books.values()) >= 5)
    founded = whole.of("BranchEstablished")[0]
    report.figure("YQ-F01", "branch founded", founded["approved_on"], "2018-07")


def xx(report: Report) -> None:
    lines = read("XX.ndjson")
    end = day("2019-06-30")

    def held(known: date | None = None) -> Counter:
        facts = Facts(lines, known)
        kind = {e["_stream"]: e["kind"] for e in facts.of("ActivityPlanned")}
        return Counter(kind[e["_stream"]] for e in facts.of("ActivityHeld")
                       if day("2019-01-01") <= e["_day"] <= end)

    facts, kinds = Facts(lines), held()
    four = [kinds[k] for k in ("CLINIC", "LECTURE", "MEDICAL_SUPPORT", "HOME_VISIT")]
    report.figure("G-XX-01", "clinic/lecture/support/visit; total", (four, sum(four)),
                  ([12, 10, 4, 5], 31))
    rows = [e for e in facts.of("VolunteerServiceRecorded") if e["_day"] <= end]
    members = set(roll(facts, end))
    taken_part = {entry["person"] for entry in rows}
    report.figure("G-XX-02", "members on the rolls; participation in bp",
                  (len(members), half_up(10_000 * len(taken_part & members), len(members))),
                  (320, 10_000))
    inside = {e["_stream"] for e in facts.of("ActivityPlanned", kind="GUIDANCE")}
    served = sum(e["quantity"]["value"] for e in facts.of("BeneficiariesCounted", measure="SERVED")
                 if e["_stream"] in inside)
    report.figure("G-XX-03", "volunteer rows; patients served in the house",
                  (len(rows), served), (1_024, 51_300))
    in_house = sum(entry["_stream"] in inside for entry in rows)
    report.verdict("XX-F02", "rows in the house", in_house, "> 1,000", in_house > 1_000)
    stream = "pioneer-xx-m001-2019"
    finals = [e["final_score"] for e in facts.of("PioneerScoreFinalised")
              if e["_stream"].startswith(stream)]
    index = facts.of("AnnualPioneerAppraisalConcluded", _stream=stream)[0]["annual_index"]
    link = facts.of("PerformancePayLinked", _stream=stream)[0]
    factor = 10_000 - link["linked_share_bp"] + half_up(
        link["linked_share_bp"] * link["coefficient_bp"], 10_000)
    report.figure("G-XX-04", "quarters; index; coefficient; factor",
                  (finals, index, link["coefficient_bp"], factor),
                  ([9_500, 9_250, 8_800, 9_650], 9_300, 9_300, 9_790))
    report.figure("G-XX-05", "clinics known on 2019-07-05 / 07-10",
                  (held(day("2019-07-05"))["CLINIC"], held(day("2019-07-10"))["CLINIC"]), (11, 12))

    filed = facts.of("ReportFiled")[0]["figures"]["clinics"]["value"]
    restated = facts.of("ReportRestated")[0]["changed"]["clinics"]
    report.figure("§6.8", "clinics filed on 07-05, restated on 07-10",
                  (filed, restated["old"]["value"], restated["new"]["value"]), (11, 11, 12))

    def total(known: str) -> int:
        return sum(e["quantity"]["value"]
                   for e in Facts(lines, day(known)).of("BeneficiariesCounted", measure="SERVED"))

    report.figure("§6.8", "served known on 07-31 less known on 08-02",
                  total("2019-07-31") - total("2019-08-02"), 72)
    pioneer_scores(report, facts)
    accuracy = facts.of("BrandStageAdvanced", to="CONSOLIDATED", _stream="brand-xx-accuracy")
    report.figure("XX-F14", "promise of the branch brand in bp",
                  accuracy[0]["promise_metric_bp"], 10_000)


def pioneer_scores(report: Report, facts: Facts) -> None:
    """Every final score follows from its points (PJ-06)."""
    scheme = facts.of("IndicatorSchemeAdopted")[0]
    most = {i["id"]: (i["dimension"], i["max"]) for i in scheme["indicators"]}
    wrong = 0
    for final in facts.of("PioneerScoreFinalised"):
        sums: dict[str, int] = defaultdict(int)
        deductions = 0
        for entry in facts.of("PioneerPointsRecorded", _stream=final["_stream"]):
            if entry["points"] < 0:
                deductions -= entry["points"]
            else:
                sums[entry["indicator_id"]] += entry["points"]
        score = sum(min(sums[key], cap) for key, (_, cap) in most.items()) - deductions
        posted = facts.of("PioneerScorePublished", _stream=final["_stream"])[-1]
        soon = day(final["on"]) <= day(posted["post_to"])
        short = posting_end(day(posted["posted_on"]), 5) > day(posted["post_to"])
        same = max(0, min(score, 10_000)) == final["final_score"] == posted["score"]
        wrong += soon or short or not same
    report.figure("G-RULE-10", "final scores that do not follow from points and posting", wrong, 0)


def elections(report: Report) -> None:
    """R-LD-02 to R-LD-04 and R-BR-04 over all programmes."""
    wrong = 0
    held = [e for name in FILES for e in Facts(read(name)).of("BranchElectionHeld")]
    for entry in held:
        votes = [entry["votes"][chosen["person"]] for chosen in entry["elected"]]
        wrong += not (
            5 * entry["present"] >= 4 * entry["entitled"]
            and all(2 * vote > entry["present"] for vote in votes)
            and 5 * len(entry["candidates"]) >= 6 * entry["seats"]
            and (entry["entitled"] < 7 or 3 <= entry["seats"] <= 5))
    report.figure("R-LD", f"{len(held)} elections, unlawful", wrong, 0)


def main(arguments: list[str]) -> int:
    if arguments == ["--structure"]:
        problems = structure.check([HERE / name for name in FILES], SCHEMAS)
        for problem in problems:
            print(f"✗ {problem}")
        print(f"{'✗' if problems else '✓'} structure: {len(problems)} problems")
        return 1 if problems else 0
    if arguments:
        print(__doc__.strip(), file=sys.stderr)
        return 2
    report = Report()
    for programme in (jz, na, py, yq, xx, elections):
        programme(report)
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""XX: Hangzhou Xixi Hospital, "Xixi Pioneer 100", 2018-11 to 2020-01."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ledger import Ledger, quantity, seniority
from workdays import HOLIDAYS, at, day, days, posting_end, workday_from

HOSPITAL, COMMITTEE = "xx-hospital", "xx-cpc"
BRANCHES = [f"xx-b{n}" for n in range(1, 9)]
NAMES = ["医技第一党支部", "医技第二党支部", "内科第一党支部", "内科第二党支部", "外科第一党支部",
         "外科第二党支部", "护理党支部", "行政后勤党支部"]
SIZE = 40
CLERK, APPROVER, FINALISER = "xx-p09", "xx-p02", "xx-p03"
BRAND, BRANCH_BRAND = "xx-pioneer100", "xx-accuracy"
GUIDANCE_SERVED = 51_300
PARTNERS = {"COMMUNITY": "结对社区", "SCHOOL": "结对高校", "ENTERPRISE": "结对企业",
            "VILLAGE": "联村结对帮扶村", "SQUARE": "社区卫生服务中心"}

# The default scheme of the product: six dimensions of 100 points and a bonus of at most 10.
DIMENSIONS = [("learning", 2000), ("organisation_life", 2000), ("volunteering", 2000),
              ("post_performance", 2000), ("patient_satisfaction", 1000), ("discipline", 1000)]
BONUS_CAP = 1000


def member(n: int) -> str:
    return f"xx-m{n + 1:03}"


def branch_of(n: int) -> str:
    return BRANCHES[n // SIZE]


def build() -> list[str]:
    book = Ledger("XX", HOSPITAL, CLERK)
    _structure(book)
    _brands(book)
    basis = _guidance(book)
    clinics = _community(book)
    _reports(book, clinics)
    _pioneers(book, basis)
    _appraisal(book)
    return book.lines()


def _structure(book: Ledger) -> None:
    start = day("2018-11-05")
    book.organisation(
        HOSPITAL, "HOSPITAL", "杭州市西溪医院", None, "2000", "COMMISSION_DIRECT", start)
    book.organisation(
        COMMITTEE, "COMMITTEE", "杭州市西溪医院党委", HOSPITAL, "2000", "COMMISSION_DIRECT", start)
    for person in [CLERK, APPROVER, FINALISER]:
        book.person(person, HOSPITAL, start)
    for n, (branch, name) in enumerate(zip(BRANCHES, NAMES)):
        book.branch(
            branch, HOSPITAL, "IN_SERVICE", name, days(start, 1), COMMITTEE,
            f"关于设置{name}的批复", SIZE, [f"{branch}-dept{k}" for k in (1, 2, 3)])
        for k in range(n * SIZE, n * SIZE + SIZE):
            book.person(member(k), HOSPITAL, days(start, 2), birth=1962 + k % 32)
    for n in range(len(BRANCHES) * SIZE):
        book.enrol(
            member(n), branch_of(n), days(start, 7 + n // 80), seniority(n, 1990, 2016),
            "党员名册")
    for n, branch in enumerate(BRANCHES):
        on = days(day("2018-11-26"), n // 2)
        roll = [member(k) for k in range(n * SIZE, n * SIZE + SIZE)]
        book.election(branch, on, roll, 36, roll[:3], roll[3], name=f"election/{branch}")
        book.elected_posts(branch, on, roll[:3])


def _brands(book: Ledger) -> None:
    on = day("2018-12-03")
    book.brand(
        BRAND, "西溪先锋100", "HOSPITAL", f"org-{HOSPITAL}", on,
        [("PLANNED", day("2018-12-10")), ("SHAPED", day("2019-03-04")),
         ("CONSOLIDATED", day("2019-11-04"))])
    book.brand(
        BRANCH_BRAND, "精准百分百", "BRANCH", f"branch-{BRANCHES[0]}", days(on, 1),
        [("PLANNED", day("2018-12-12")), ("SHAPED", day("2019-03-06")),
         ("CONSOLIDATED", day("2019-11-06"))], promise="检验结果百分百精确", promise_bp=10_000)
    book.add(
        "ServiceProgrammeLaunched", "programme-xx-reports",
        {"name": "体检报告解读", "kind": "CHECKUP", "brand_id": BRAND, "launched": "2019",
         "items": ["年度体检报告集中解读"]}, day("2019-01-10"))


def _guidance(book: Ledger) -> dict[str, str]:
    """26 weekly guidance duties: 1,006 rows, every member at least three times, 51,300 served.

    Returns the event ids of the rows that prove volunteering points, by person.
    """
    days_on_duty = [days(day("2019-01-02"), 7 * n) for n in range(26)]
    counts = [39] * 18 + [38] * 8
    served = [1_973 + (n * 37 % 101 - 50) for n in range(25)]
    served.append(GUIDANCE_SERVED - sum(served))
    basis: dict[str, str] = {}
    taken = 0
    for n, on in enumerate(days_on_duty):
        activity = f"xx-guide{n + 1:02}"
        crew = [k % (len(BRANCHES) * SIZE) for k in range(taken, taken + counts[n])]
        taken += counts[n]
        hosts = list(dict.fromkeys(f"branch-{branch_of(k)}" for k in crew))
        book.activity(
            activity, "GUIDANCE", hosts, "IN_HOSPITAL", on, days(on, -6), brands=[BRAND])
        book.held(activity, at(on, 8), at(on, 12))
        for k in crew:
            proof = k < len(PILOTS) and f"service/{activity}/{member(k)}"
            identity = book.volunteer(
                activity, on, member(k), branch_of(k), "导诊", 240, name=proof or None)
            if identity and on >= day("2019-04-01"):
                basis[member(k)] = identity
        book.beneficiaries(activity, on, "SERVED", served[n], "COUNTER")
    assert taken == 1_006
    return basis


def _community(book: Ledger) -> dict[int, dict[str, str]]:
    """12 clinics, 10 lectures, 4 medical supports, 5 home visits, and 18 more volunteer rows.

    Returns the event ids of clinic 5 and of the late clinic 12.
    """
    ids: dict[int, dict[str, str]] = {}
    places = list(PARTNERS)
    kinds = [("CLINIC", 12, 14, "2019-01-12"), ("LECTURE", 10, 17, "2019-01-15"),
             ("MEDICAL_SUPPORT", 4, 40, "2019-01-20"), ("HOME_VISIT", 5, 33, "2019-01-17")]
    for kind, count, gap, start in kinds:
        for n in range(1, count + 1):
            on = days(day(start), gap * (n - 1))
            if on in HOLIDAYS:
                on = days(on, 7)
            if kind == "CLINIC" and n == 12:
                on = day("2019-06-29")
            place = places[n % len(places)]
            activity = f"xx-{kind.lower().replace('_', '-')}-{n:02}"
            host = BRANCHES[n % len(BRANCHES)]
            # The twelfth clinic was entered only on 8 July.
            options: dict = {}
            if kind == "CLINIC" and n == 12:
                options = {"recorded": day("2019-07-08"), "late": "外出义诊台账月后移交",
                           "evidence": ["义诊签到表扫描件"]}
            proofs = {}
            book.activity(
                activity, kind, [f"branch-{host}"], place, on, days(on, -9), brands=[BRAND],
                partners=[PARTNERS[place]])
            name = f"held/{activity}" if n in (5, 12) and kind == "CLINIC" else None
            proofs["held"] = book.held(activity, at(on, 9), at(on, 11, 30), name=name, **options)
            if kind == "CLINIC":
                _clinic_volunteers(book, activity, on, n, host, options)
            measure, value = _beneficiaries(kind, n)
            proofs["counted"] = book.beneficiaries(
                activity, on, measure, value, "REGISTER",
                name=name and f"counted/{activity}", **options)
            if name:
                ids[n] = proofs
    return ids


def _clinic_volunteers(
    book: Ledger, activity: str, on: date, n: int, host: str, options: dict,
) -> None:
    """One or two members a clinic: 18 rows in all."""
    first = BRANCHES.index(host) * SIZE
    for k in range(2 if n <= 6 else 1):
        book.volunteer(activity, on, member(first + n + k), host, "义诊", 150, **options)


def _beneficiaries(kind: str, n: int) -> tuple[str, int]:
    if kind == "CLINIC":
        return "SERVED", 480 if n == 5 else 80 + n * 7 % 40
    if kind == "LECTURE":
        return "LISTENED", 60 + n * 11 % 50
    if kind == "MEDICAL_SUPPORT":
        return "SERVED", 20 + n
    return "SERVED", 8 + n


def _reports(book: Ledger, clinics: dict[int, dict[str, str]]) -> None:
    """The half-year report, its restatement, the seal and the correction of clinic 5."""
    period = "2019H1"
    figures = {"clinics": 11, "lectures": 10, "medical_support": 4, "home_visits": 5}
    filed = book.add(
        "ReportFiled", "report-xx-2019h1",
        {"template": "brand_metrics", "period": period, "known_at": day("2019-07-05"),
         "figures": {key: quantity(value, "SESSION") for key, value in figures.items()},
         "filed_to": "杭州市卫生健康委", "on": day("2019-07-05")},
        day("2019-07-05"), name="report/2019h1")
    book.add(
        "ReportRestated", "report-xx-2019h1",
        {"supersedes": filed,
         "changed": {"clinics": {"old": quantity(11, "SESSION"), "new": quantity(12, "SESSION")}},
         "causes": [clinics[12]["held"]], "on": day("2019-07-10")}, day("2019-07-10"))
    book.add(
        "PeriodSealed", f"org-{HOSPITAL}",
        {"period": period, "scope": ["brand_metrics"],
         "on": day("2019-07-31")}, day("2019-07-31"))
    measure, _ = _beneficiaries("CLINIC", 5)
    book.add(
        "RecordCorrected", "activity-xx-clinic-05",
        {"target_event": clinics[5]["counted"],
         "replacement": {"measure": measure, "quantity": quantity(408, "PERSON_TIME"),
                         "method": "REGISTER"},
         "mask": ["quantity"], "reason": "登记表重复计数72人次", "approver": APPROVER,
         "evidence": ["义诊登记表复核件"]}, day("2019-08-01"), evidence=["义诊登记表复核件"])


# --- the pioneer index -------------------------------------------------------------------------


@dataclass
class Quarter:
    name: str
    # Last working day, when points are given; first day of the posting.
    scored: date
    posted: date


QUARTERS = [
    Quarter("2019Q1", day("2019-03-29"), day("2019-04-10")),
    Quarter("2019Q2", day("2019-06-28"), day("2019-07-10")),
    Quarter("2019Q3", day("2019-09-30"), day("2019-10-14")),
    Quarter("2019Q4", day("2019-12-31"), day("2020-01-06")),
]
POST_DAYS = 5


@dataclass
class Score:
    """Centi-points of one member in one quarter: by dimension, bonus, deduction."""

    points: list[int]
    bonus: int = 0
    deduction: int = 0

    def total(self) -> int:
        capped = sum(min(given, most) for given, (_, most) in zip(self.points, DIMENSIONS))
        return max(0, min(capped + min(self.bonus, BONUS_CAP) - self.deduction, 10_000))

    def with_added(self, dimension: int, points: int) -> "Score":
        given = [*self.points]
        given[dimension] += points
        return Score(given, self.bonus, self.deduction)


# A pilot group of the first branch. The first member has 95.00, 92.50, 88.00 and 96.50.
PILOTS: list[list[Score]] = [
    [Score([2200, 1800, 2000, 1700, 900, 1000], 300, 200),
     Score([1900, 1850, 1900, 1800, 850, 950]),
     Score([1800, 1700, 1800, 1750, 850, 900]),
     Score([2000, 1950, 2000, 1850, 950, 900])],
    *[[Score([1700 + (17 * (k + q)) % 300, 1600 + (29 * (k + 2 * q)) % 350,
              1800 + (13 * k) % 200, 1650 + (31 * (k + q)) % 300, 800 + (7 * k) % 150,
              900 + (11 * q) % 100], 100 if (k + q) % 3 == 0 else 0) for q in range(4)]
      for k in range(1, 6)],
]
# The third member's second quarter: 1.50 points of volunteering are added after an objection.
OBJECTOR, OBJECTED_QUARTER, VOLUNTEERING, ADDED_POINTS = 2, 1, 2, 150


def final_score(n: int, q: int) -> Score:
    score = PILOTS[n][q]
    if (n, q) == (OBJECTOR, OBJECTED_QUARTER):
        return score.with_added(VOLUNTEERING, ADDED_POINTS)
    return score


def _pioneers(book: Ledger, basis: dict[str, str]) -> None:
    book.add(
        "IndicatorSchemeAdopted", "scheme-xx-pioneer",
        {"scheme_kind": "PIONEER_INDEX", "version": "2019",
         "dimensions": [name for name, _ in DIMENSIONS] + ["bonus"],
         "indicators": [
             {"id": f"xx-{name}", "dimension": name, "max": most, "evidence_rule": "支部台账"}
             for name, most in [*DIMENSIONS, ("bonus", BONUS_CAP)]],
         "valid_from": day("2019-01-01")}, day("2018-12-20"))
    for q, quarter in enumerate(QUARTERS):
        for n in range(len(PILOTS)):
            _quarter(book, n, q, quarter, basis if q == 1 else {})
    for n in range(len(PILOTS)):
        finals = [final_score(n, q).total() for q in range(len(QUARTERS))]
        index = (2 * sum(finals) + len(finals)) // (2 * len(finals))
        stream = f"pioneer-{member(n)}-2019"
        on = day("2020-01-15")
        book.add(
            "AnnualPioneerAppraisalConcluded", stream,
            {"year": 2019, "annual_index": index, "quarters_used": [q.name for q in QUARTERS]},
            on)
        book.add(
            "PerformancePayLinked", stream,
            {"year": 2019, "linked_share_bp": 3000, "coefficient_bp": min(index, 10_000),
             "exported_to": "hr", "on": days(on, 2)}, days(on, 2))


def _quarter(book: Ledger, n: int, q: int, quarter: Quarter, basis: dict[str, str]) -> None:
    person, score, final = member(n), PILOTS[n][q], final_score(n, q)
    stream = f"pioneer-{person}-{quarter.name}"

    def points(indicator: str, given: int, occurred: date, **options) -> str:
        proof = basis.get(person) if indicator == "volunteering" else None
        return book.add(
            "PioneerPointsRecorded", stream,
            {"person": person, "quarter": quarter.name, "indicator_id": f"xx-{indicator}",
             "points": given, "occurred_on": occurred, "basis_event_id": proof}, occurred,
            **options)

    for (indicator, most), given in zip(DIMENSIONS, score.points):
        # More than the cap comes from more than one achievement.
        for part in [given] if given <= most else [most - 800, given - most + 800]:
            points(indicator, part, quarter.scored)
    if score.bonus:
        points("bonus", score.bonus, quarter.scored)
    if score.deduction:
        points("discipline", -score.deduction, quarter.scored)
    if (n, quarter.name) == (4, "2019Q3"):
        _double_entry(book, stream, points, quarter)
    posted = quarter.posted
    if final is not score:
        posted = _objection(book, stream, person, score, quarter, points)
    ends = _publish(book, stream, person, final.total(), quarter, posted)
    on = workday_from(days(ends, 2))
    book.add(
        "PioneerScoreFinalised", stream,
        {"quarter": quarter.name, "final_score": final.total(), "on": on, "by": FINALISER}, on)


def _publish(
    book: Ledger, stream: str, person: str, score: int, quarter: Quarter, on: date,
) -> date:
    ends = posting_end(on, POST_DAYS)
    book.add(
        "PioneerScorePublished", stream,
        {"quarter": quarter.name, "branch": BRANCHES[0], "score": score, "posted_on": on,
         "post_to": ends}, on)
    return ends


def _objection(
    book: Ledger, stream: str, person: str, score: Score, quarter: Quarter, points,
) -> date:
    """Posted, objected to, accepted: points added, posted again. Returns the second posting day."""
    _publish(book, stream, person, score.total(), quarter, quarter.posted)
    on = days(quarter.posted, 2)
    book.add(
        "PioneerScoreObjected", stream,
        {"on": on, "by_ref": f"ref-{person}", "claim": "第二季度一次周末志愿服务未计分"}, on)
    points("volunteering", ADDED_POINTS, day("2019-06-22"), recorded=day("2019-07-15"),
           late="公示异议成立，补记漏计积分", evidence=["志愿服务签到记录"])
    return day("2019-07-16")


def _double_entry(book: Ledger, stream: str, points, quarter: Quarter) -> None:
    """Points entered twice and voided before the posting."""
    double = points("learning", 100, quarter.scored, name="points/double")
    book.add(
        "RecordVoided", stream,
        {"target_event": double, "reason": "学习积分重复录入", "approver": APPROVER},
        day("2019-10-09"))


def _appraisal(book: Ledger) -> None:
    """Meetings, reading and the democratic appraisal of the first branch."""
    branch, roll = BRANCHES[0], [member(n) for n in range(SIZE)]
    for month, on in [(3, "2019-03-15"), (6, "2019-06-14"), (9, "2019-09-12")]:
        book.meeting(
            f"xx-b1-general-2019-{month:02}", "GENERAL", at(day(on), 15), 2, roll[0],
            ["支部工作报告"], SIZE, 37, branch=branch)
    session = book.meeting(
        "xx-b1-reading-2019-04", "THEME_DAY", at(day("2019-04-23"), 15), 2, roll[0],
        ["读书会", "党员领学"], SIZE, roll, branch=branch)
    for person in roll[:6]:
        book.add(
            "StudySessionAttended", f"learning-{person}-2019",
            {"session_id": session, "on": day("2019-04-23"), "study_hours": 2,
             "mode": "COLLECTIVE", "platform": "学习强国"}, day("2019-04-23"))
        book.add(
            "BookCompleted", f"learning-{person}-2019",
            {"title_key": "party/chuxin-shiming", "finished_on": day("2019-05-10")},
            day("2019-05-10"))
    on = day("2019-12-12")
    meeting = book.meeting(
        "xx-b1-appraisal-2019", "ORG_LIFE", at(on, 14), 3, roll[0],
        ["组织生活会", "民主评议党员"], SIZE, roll, branch=branch)
    book.add(
        "DemocraticAppraisalConcluded", f"branch-{branch}",
        {"year": 2019, "meeting_id": meeting,
         "grades": {p: "EXCELLENT" if n < 13 else "QUALIFIED" for n, p in enumerate(roll)},
         "base_count": SIZE}, on)

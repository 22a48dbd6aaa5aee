"""JZ: public hospitals of Jinzhou city; symbolic year Y = 2023 (an assumption)."""

from __future__ import annotations

from admission import Cohort, write_admissions
from ledger import Ledger, digest, seniority
from rectification import Issue, write_issue
from workdays import at, day, days, workday_from

ROOT, BUREAU, BUREAU_COMMITTEE = "jz-orgdept", "jz-bureau", "jz-bureau-cpc"
HOSPITALS = [f"jz-h{n:02}" for n in range(1, 11)]
SMALL = [f"jz-s{n}" for n in range(1, 7)]
# Full members of the six small hospitals, in pairs: joint branches of 3, 4 and 3.
SMALL_FULL = [2, 1, 2, 2, 1, 2]
CLERK, APPROVER = "jz-p09", "jz-p08"
# Who acts at the bureau and in the organisation department.
REVIEWERS, CONFIRMERS = ["jz-p01", "jz-p02"], ["jz-p03", "jz-p04"]
ACCEPTORS, PLANNER, TALKER = ["jz-p05", "jz-p06"], "jz-p07", "jz-p10"
# One examiner in every hospital; nobody acts at two stages of a rating.
EXAMINERS = {hospital: f"jz-e{n:02}" for n, hospital in enumerate(HOSPITALS, 1)}

BRAND = "jz-dqh"
START = day("2021-03-01")
ADMITTING = 5
COMMITTEE_BRANCH_SIZE = 8


class Branches:
    """The branches of the city's system with their rolls."""

    def __init__(self) -> None:
        self.rolls: dict[str, list[str]] = {}
        self.hospital: dict[str, str] = {}
        self.stock: list[str] = []
        self.optimised: list[str] = []
        self.joint: list[str] = []

    @property
    def all(self) -> list[str]:
        return [*self.stock, *self.optimised, *self.joint]


def build() -> list[str]:
    book = Ledger("JZ", ROOT, CLERK)
    _organisations(book)
    branches = _stock_branches(book)
    _admissions(book, branches)
    _new_branches(book, branches)
    _triple_cultivation(book, branches)
    _campaign(book)
    _posts(book, branches)
    _activities(book, branches)
    _stars(book, branches)
    _demands(book)
    return book.lines()


def _organisations(book: Ledger) -> None:
    def new(org: str, kind: str, name: str, parent: str | None, ownership: str) -> None:
        book.organisation(org, kind, name, parent, "2000", ownership, START)

    new(ROOT, "COMMITTEE", "锦州市委组织部", None, "COMMISSION_DIRECT")
    new(BUREAU, "COMMISSION", "锦州市卫生健康委", ROOT, "COMMISSION_DIRECT")
    new(BUREAU_COMMITTEE, "COMMITTEE", "市卫生健康委党委", BUREAU, "COMMISSION_DIRECT")
    for n, hospital in enumerate(HOSPITALS, 1):
        new(hospital, "HOSPITAL", f"委直公立医院{n:02}", BUREAU, "COMMISSION_DIRECT")
        new(f"{hospital}-cpc", "COMMITTEE", f"委直公立医院{n:02}党委", hospital,
            "COMMISSION_DIRECT")
    for n, hospital in enumerate(SMALL, 1):
        new(hospital, "HOSPITAL", f"县区小型公立医院{n}", BUREAU, "COUNTY")
    new("jz-c1", "TOWNSHIP_CENTRE", "社区卫生服务中心1", BUREAU, "DISTRICT")
    new("jz-c2", "STATION", "社区卫生服务站1", BUREAU, "DISTRICT")
    new("jz-c3", "PRIVATE", "民营医疗机构1", BUREAU, "PRIVATE")
    for person in CONFIRMERS:
        book.person(person, ROOT, START)
    for person in [*REVIEWERS, *ACCEPTORS, PLANNER, TALKER, CLERK, APPROVER]:
        book.person(person, BUREAU, START)
    for hospital, person in EXAMINERS.items():
        book.person(person, hospital, START)


def _roll(
    book: Ledger, branches: Branches, branch: str, hospitals: list[str], on: date,
) -> list[str]:
    """Registers and enrols one full member per entry of `hospitals`."""
    people = []
    for n, hospital in enumerate(hospitals, 1):
        person = f"{branch.replace('-b', '-m')}-{n}"
        index = len(branches.rolls) * 3 + n
        book.person(person, hospital, on, birth=1965 + index % 25)
        book.enrol(person, branch, on, seniority(index), "党员名册")
        people.append(person)
    branches.rolls[branch] = people
    return people


def _stock_branches(book: Ledger) -> Branches:
    """62 branches of nine hospitals; the first five are large enough for a committee."""
    branches = Branches()
    for n in range(62):
        hospital = HOSPITALS[1 + n // 7]
        branch = f"jz-b{n + 1:03}"
        size = COMMITTEE_BRANCH_SIZE if n < ADMITTING else 3
        on = workday_from(days(START, 7 + n // 7))
        book.branch(
            branch, hospital, "IN_SERVICE", f"{_name(hospital)}第{n % 7 + 1}党支部", on,
            f"{hospital}-cpc", f"关于成立第{n % 7 + 1}党支部的批复", size, [f"{branch}-dept"])
        branches.stock.append(branch)
        branches.hospital[branch] = hospital
        members = _roll(book, branches, branch, [hospital] * size, days(on, 2))
        _lead(book, branch, members, days(on, 14))
    return branches


def _name(hospital: str) -> str:
    return f"委直公立医院{HOSPITALS.index(hospital) + 1:02}"


def _lead(book: Ledger, branch: str, members: list[str], on: date) -> None:
    """A committee of three by election, or one appointed secretary."""
    if len(members) >= 7:
        book.election(branch, on, members, len(members), members[:3], members[3],
                      name=f"election/{branch}")
        book.elected_posts(branch, on, members[:3])
    else:
        book.post(f"{branch}-secretary", members[0], "SECRETARY", on, "APPOINTMENT",
                  branch=branch)


def _new_branches(book: Ledger, branches: Branches) -> None:
    """Year Y: six branches re-set in one hospital, three joint branches of six small units."""
    optimised = day("2023-03-10")
    hospital = HOSPITALS[0]
    for n in range(1, 7):
        branch = f"jz-b{62 + n:03}"
        book.branch(
            branch, hospital, "IN_SERVICE", f"{_name(hospital)}第{n}党支部", optimised,
            f"{hospital}-cpc", "关于优化设置党支部的批复", 3, [f"{branch}-dept"])
        branches.optimised.append(branch)
        branches.hospital[branch] = hospital
        members = _roll(book, branches, branch, [hospital] * 3, days(optimised, 3))
        _lead(book, branch, members, days(optimised, 10))
        # Business units that the new branch takes over once its secretary is in office.
        book.add(
            "BranchCoverageChanged", f"branch-{branch}",
            {"added": [f"{branch}-dept2"], "removed": [], "on": days(optimised, 21)},
            days(optimised, 21))
    joint = day("2023-04-17")
    for n in range(3):
        branch = f"jz-j{n + 1}"
        units, full = SMALL[2 * n:2 * n + 2], SMALL_FULL[2 * n:2 * n + 2]
        book.branch(
            branch, BUREAU, "JOINT", f"联合党支部{n + 1}", joint, BUREAU_COMMITTEE,
            f"关于成立联合党支部{n + 1}的批复", sum(full), [])
        branches.joint.append(branch)
        branches.hospital[branch] = BUREAU
        for unit, count in zip(units, full):
            book.add(
                "JointBranchUnitChanged", f"branch-{branch}",
                {"unit_org": unit, "change": "ADDED", "full_members_of_unit": count,
                 "on": joint}, joint)
        employers = [unit for unit, count in zip(units, full) for _ in range(count)]
        members = _roll(book, branches, branch, employers, days(joint, 2))
        _lead(book, branch, members, days(joint, 9))


def _admissions(book: Ledger, branches: Branches) -> None:
    """Fifteen admissions: six medical experts, four discipline leaders, five young staff."""
    categories = ["MEDICAL_EXPERT"] * 6 + ["DISCIPLINE_LEADER"] * 4 + ["YOUNG_STAFF"] * 5
    for n, branch in enumerate(branches.stock[:ADMITTING]):
        hospital, roll = branches.hospital[branch], branches.rolls[branch]
        applicants = []
        for k in range(3):
            person = f"jz-a{3 * n + k + 1:02}"
            book.person(person, hospital, day("2021-05-10"), birth=1975 + (n * 3 + k) % 17)
            applicants.append((person, categories[n + 5 * k]))
        write_admissions(book, Cohort(
            branch, roll[:3], roll, f"{hospital}-cpc", ROOT, TALKER, "党员活动室",
            days(day("2021-06-01"), 7 * n), applicants, converted=n < 2))


def _triple_cultivation(book: Ledger, branches: Branches) -> None:
    """The other two directions: one converted and one running each."""
    plans = [("MEMBER_TO_BACKBONE", "DEPUTY_HEAD", "科室副负责人", "m2b"),
             ("MEMBER_BACKBONE_TO_RESERVE_CADRE", "RESERVE_CADRE", "后备干部", "b2c")]
    for n, (direction, post, role, suffix) in enumerate(plans):
        for k in range(2):
            branch = branches.stock[10 + 2 * n + k]
            person = branches.rolls[branch][1]
            stream = f"cultivation-{person}-{suffix}"
            book.add(
                "CultivationStarted", stream,
                {"person": person, "direction": direction, "from": day("2023-02-06"),
                 "plan_doc": "“三培养”工作方案"}, day("2023-02-06"))
            if k == 1:
                continue
            on = day("2023-11-20")
            proof = book.post(
                f"{person}-{suffix}", person, post, on, "COMPETITION",
                org=branches.hospital[branch], department=f"{branch}-dept",
                name=f"post/{person}-{suffix}")
            book.add(
                "CultivationConverted", stream,
                {"on": on, "proving_event_id": proof, "new_role": role}, on)


def _campaign(book: Ledger) -> None:
    book.brand(
        BRAND, "“党旗红”引领“健康白”", "CONNOTATION", f"org-{BUREAU}", day("2023-01-16"),
        [("PLANNED", day("2023-02-10")), ("SHAPED", day("2023-07-03"))])
    book.add(
        "IndicatorSchemeAdopted", "scheme-jz-star-2023",
        {"scheme_kind": "STAR", "version": "2023",
         "dimensions": ["政治引领", "融入发展", "发挥作用", "为民服务"],
         "indicators": [
             {"id": f"jz-star-{n}", "dimension": name, "max": 2500, "evidence_rule": "考评细则"}
             for n, name in enumerate(["政治引领", "融入发展", "发挥作用", "为民服务"], 1)],
         "valid_from": day("2023-01-01")}, day("2023-01-18"))


def _posts(book: Ledger, branches: Branches) -> None:
    """20 desks and 30 mobile guides; a desk registered twice is voided."""
    on = day("2023-03-20")
    for n in range(1, 51):
        kind = "SERVICE_DESK" if n <= 20 else "MOBILE_GUIDE"
        hospital = HOSPITALS[n % len(HOSPITALS)]
        place = f"门诊大厅{n}号" if n <= 20 else f"导诊区{n}号"
        book.pioneer_post(
            f"jz-pp{n:02}", kind, place, hospital, days(on, n % 5), "党员先锋岗职责")
    double = book.pioneer_post(
        "jz-pp51", "SERVICE_DESK", "门诊大厅20号", HOSPITALS[0], days(on, 5), "党员先锋岗职责",
        name="pioneerpost/double")
    book.add(
        "RecordVoided", "pioneerpost-jz-pp51",
        {"target_event": double, "reason": "与 jz-pp20 重复登记", "approver": APPROVER},
        days(on, 8))


def _activities(book: Ledger, branches: Branches) -> None:
    """31 clinics and 12 remote imaging sessions with 212 distinct member volunteers."""
    order = [*branches.joint, *branches.optimised, *branches.stock]
    volunteers = [(person, branch) for branch in order for person in branches.rolls[branch]][:212]
    # 250 rows: everybody once, 38 a second time.
    rows = volunteers + volunteers[:38]
    medicines = _medicines(31)
    taken = 0
    for n in range(1, 44):
        clinic = n not in _IMAGING
        activity = f"jz-act{n:02}"
        on = workday_from(days(day("2023-05-08"), 5 * n))
        count = 6 if n <= 35 else 5
        crew, taken = rows[taken:taken + count], taken + count
        hosts = list(dict.fromkeys(f"branch-{branch}" for _, branch in crew))
        book.activity(
            activity, "CLINIC" if clinic else "REMOTE_IMAGING", hosts,
            "COMMUNITY" if n % 3 else "VILLAGE", on, days(on, -18), brands=[BRAND])
        book.held(activity, at(on, 8, 30), at(on, 11, 30))
        for person, branch in crew:
            book.volunteer(activity, on, person, branch, "诊疗" if clinic else "影像", 180)
        book.beneficiaries(activity, on, "SERVED", 80 + n * 17 % 90, "REGISTER")
        if clinic:
            book.add("MedicinesDistributed", f"activity-{activity}", medicines.pop(0), on)
    assert taken == len(rows) and not medicines
    _planned_twice(book, branches)


_IMAGING = frozenset([4, 8, 12, 16, 20, 24, 27, 30, 33, 36, 39, 42])
_MEDICINES_FEN = 15_000_000


def _medicines(count: int) -> list[dict]:
    """Donations whose totals make exactly 150,000.00 yuan; every total is that of its lines."""
    totals = [484_000 + (n % 5 - 2) * 11_000 for n in range(1, count)]
    totals.append(_MEDICINES_FEN - sum(totals))
    donations = []
    for n, total in enumerate(totals, 1):
        first, second = total * 2 // 5 // 100 * 100, total * 3 // 10 // 100 * 100
        lines = [("jz-drug-01", first), ("jz-drug-02", second),
                 ("jz-drug-03", total - first - second)]
        donations.append({
            "lines": [{"drug_code": code, "qty": 40 + n % 7 * 5, "unit": "盒", "fen": fen}
                      for code, fen in lines],
            "total_fen": total, "donor": "医药企业捐赠",
            "authorisation": {"doc_no": f"捐赠〔2023〕{n:02}号"}})
    return donations


def _planned_twice(book: Ledger, branches: Branches) -> None:
    """A plan entered twice; the second is voided and never held."""
    on = day("2023-12-15")
    double = book.activity(
        "jz-act44", "CLINIC", [f"branch-{branches.stock[0]}"], "COMMUNITY", on, days(on, -18),
        name="activity/double")
    book.add(
        "RecordVoided", "activity-jz-act44",
        {"target_event": double, "reason": "活动计划重复录入", "approver": APPROVER},
        days(on, -15))


def _stars(book: Ledger, branches: Branches) -> None:
    """67 ratings through all four stages: 25 five-star, 40 four-star, 2 three-star."""
    rated = [*branches.stock, *branches.optimised[:5]]
    for n, branch in enumerate(rated):
        final = 5 if n < 25 else 4 if n < 65 else 3
        floor = {5: 9500, 4: 8500, 3: 7500}[final]
        # A few branches judge themselves one star higher than the hospital does.
        proud = final < 5 and n % 9 == 0
        stream, secretary = f"star-{branch}-2023", branches.rolls[branch][0]
        hospital = branches.hospital[branch]
        on = workday_from(days(day("2023-10-09"), n % 10))
        self_score = floor + 200 + n * 13 % 290 + (1000 if proud else 0)
        book.add(
            "StarRatingSelfAssessed", stream,
            {"cycle": 2023, "branch": branch, "self_stars": final + proud,
             "self_score": self_score, "on": on, "by": secretary}, on)
        on = workday_from(days(day("2023-10-30"), n % 10))
        book.add(
            "StarRatingExamined", stream,
            {"stars": final, "score": floor + 100 + n * 7 % 390, "on": on,
             "by": EXAMINERS[hospital], "org": hospital}, on)
        on = workday_from(days(day("2023-11-20"), n % 10))
        book.add(
            "StarRatingReviewed", stream,
            {"stars": final, "opinion": "同意考评意见", "on": on, "by": REVIEWERS[n % 2],
             "org": BUREAU}, on)
        on = day("2023-12-25") if final > 3 else day("2023-12-26")
        book.add(
            "StarRatingConfirmed", stream,
            {"stars": final, "on": on, "by": CONFIRMERS[n % 2], "org": ROOT,
             "valid_to": day("2024-12-31")}, on)


def _demands(book: Ledger) -> None:
    """22 scanned demands: 9 solved at once, 6 back-scheduled and solved, 7 open."""
    channels = ["WECHAT", "WEBSITE", "WECHAT", "HOTLINE", "VISIT"]
    stops = ["REGISTERED", "ASSIGNED", "ASSIGNED", "PLANNED", "IN_PROGRESS", "SUBMITTED"]
    for n in range(1, 23):
        immediate = n <= 9
        hospital = HOSPITALS[n % len(HOSPITALS)]
        found = days(day("2023-04-10"), 9 * n)
        submitted = days(found, 3 if immediate else 28)
        issue = Issue(
            f"jz-{n:04}", "PUBLIC_DEMAND", f"扫码诉求{n:02}：{_TOPICS[n % len(_TOPICS)]}",
            hospital, hospital, found, days(found, 1), days(found, 5 if immediate else 40),
            EXAMINERS[hospital], submitted, days(submitted, 2), ACCEPTORS[n % 2], BUREAU,
            PLANNER, immediate=immediate, channel=channels[n % 5],
            complainant=f"c-{digest('citizen', n, length=12)}",
            until="CLOSED" if n <= 16 else stops[n - 17])
        write_issue(book, issue)
        if n == 16:
            # Solved, then found to have come back: open again.
            on = days(issue.closed, 30)
            book.add(
                "IssueReopened", issue.stream,
                {"on": on, "by": ACCEPTORS[1], "reason": "回头看发现问题反弹",
                 "new_due": days(on, 30)}, on)


_TOPICS = ["挂号排队时间长", "停车引导不清", "报告打印等候", "慢病取药不便", "标识不清晰"]

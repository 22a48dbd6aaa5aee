"""PY: Panyu District Central Hospital, 2002 to 2021-09."""

from __future__ import annotations

from datetime import date

from ledger import Ledger, digest, seniority
from rectification import Issue, write_issue
from workdays import add_months, at, day, days, workday_from

ROOT, HOSPITAL, COMMITTEE, EAST = "py-district", "py-hospital", "py-cpc", "py-east"
# 14 × 27 + 8 × 26 = 586 members in service, 3 × 20 retired.
IN_SERVICE = [f"py-b{n:02}" for n in range(1, 23)]
RETIRED = [f"py-r{n}" for n in range(1, 4)]
SIZES = dict(zip(IN_SERVICE, [27] * 14 + [26] * 8))
STAFF = 2_344
# Employees without party membership who keep the books and give approvals.
CLERK, HOSPITAL_STAFF = "py-p09", ["py-p09", "py-p02", "py-p03"]
# People of the district authority, on contract: they are not staff of the hospital.
ACCEPTOR, PLANNER = "py-p05", "py-p06"
BRAND, SCHOOL, VOLUNTEERING = "py-welfare", "py-school", "py-volunteering"
# Who moves: out of the first branch on issue, into the second on receipt.
MOVER, ORIGIN, DESTINATION = "py-m03-28", "py-b03", "py-b20"
DECEASED = "py-r1-21"
ELECTION = day("2020-08-14")
# Branches whose secretary was not yet head of a department when elected.
LATER_HEADS = IN_SERVICE[19:]
PROMOTION = day("2021-08-20")
CHILDREN = 306
LEDGER = "2002—2011年体检登记簿移交党建办后集中补录"


def build() -> list[str]:
    book = Ledger("PY", ROOT, CLERK)
    _organisations(book)
    _school(book)
    _branches(book)
    _heads(book)
    _coverage(book)
    _election(book)
    _promotions(book)
    _movements(book)
    _pandemic_and_clinic(book)
    _committee_meetings(book)
    _separations(book)
    return book.lines()


def build_staff() -> list[str]:
    """The staff without party membership, loaded from the personnel roll after everything else."""
    book = Ledger("PY", ROOT, CLERK)
    for n in range(1, STAFF - sum(SIZES.values()) - len(HOSPITAL_STAFF) + 1):
        book.person(f"py-s{n:04}", HOSPITAL, day("2021-09-13"))
    return book.lines()


def _organisations(book: Ledger) -> None:
    start = day("2012-03-01")
    book.organisation(ROOT, "COMMISSION", "番禺区卫生健康局", None, "2000", "DISTRICT", start)
    book.organisation(
        HOSPITAL, "HOSPITAL", "广州市番禺区中心医院", ROOT, "2000", "DISTRICT", start)
    book.organisation(EAST, "HOSPITAL", "区第七人民医院", ROOT, "2000", "DISTRICT", start)
    for person in HOSPITAL_STAFF:
        book.person(person, HOSPITAL, start)
    for person in [ACCEPTOR, PLANNER]:
        book.person(person, ROOT, start, employment="CONTRACT")
    book.organisation(
        COMMITTEE, "COMMITTEE", "番禺区中心医院党委", HOSPITAL, "2013-12", "DISTRICT", "2013-12",
        recorded=day("2014-01-03"))
    # The medical group of 2018: only the year is known, so it counts from its last day.
    book.add(
        "OrganisationAffiliationChanged", f"org-{EAST}",
        {"old_parent": ROOT, "new_parent": HOSPITAL, "mode": "CAMPUS",
         "effective_from": day("2018-12-31"),
         "unified": {"people": True, "money": True, "goods": True}}, "2018",
        recorded=day("2019-01-03"))


def _school(book: Ledger) -> None:
    """Twenty yearly editions; those before 2012 were entered from the old register."""
    old = {"recorded": day("2012-03-12"), "late": LEDGER, "evidence": ["体检登记簿扫描件"]}
    book.brand(
        BRAND, "公益服务", "WELFARE", f"org-{HOSPITAL}", day("2002-05-20"), [], **old)
    book.add(
        "ServiceProgrammeLaunched", f"programme-{SCHOOL}",
        {"name": "特殊学校义务体检", "kind": "SPECIAL_SCHOOL", "brand_id": BRAND,
         "launched": "2002", "items": ["每年为特殊学校儿童体检"]}, "2002", **old)
    for programme, name, kind, year, recorded in [
        (VOLUNTEERING, "志愿服务", "VOLUNTEER", "2012", "2012-03-12"),
        ("py-social-work", "医务社工", "SOCIAL_WORK", "2021", "2021-03-08"),
    ]:
        book.add(
            "ServiceProgrammeLaunched", f"programme-{programme}",
            {"name": name, "kind": kind, "brand_id": BRAND, "launched": year,
             "items": [name]}, day(recorded))
    for year in range(2002, 2022):
        activity = f"py-school-{year}"
        backfilled = year < 2012
        # The register gives only the month of the early editions.
        on = workday_from(date(year, 5, 18)) if year >= 2019 else date(year, 5, 18)
        when = f"{year}-05" if backfilled else on
        options: dict = old if backfilled else {}
        book.activity(
            activity, "CHECKUP", [f"org-{HOSPITAL}"], "SCHOOL", on,
            when if backfilled else days(on, -12), brands=[BRAND], programme=SCHOOL,
            partners=["特殊学校"], **options)
        book.add(
            "ActivityHeld", f"activity-{activity}",
            {"on": when, "summary_ref": f"小结-{activity}",
             "evidence": [f"体检名册-{year}"]}, when, **options)
        for measure in ("EXAMINED", "SERVED"):
            book.beneficiaries(activity, when, measure, CHILDREN, "REGISTER", **options)


def _person(branch: str, n: int) -> str:
    return f"{branch.replace('-b', '-m')}-{n:02}"


def _organisation(branch: str) -> str:
    """The branch of the east campus is one of the 22 (an assumption)."""
    return EAST if branch == IN_SERVICE[-1] else HOSPITAL


def _enrolled(branch: str) -> int:
    """Members when the roll was opened: one moves later, one dies."""
    if branch in RETIRED:
        return 21 if branch == RETIRED[0] else 20
    return SIZES[branch] + (branch == ORIGIN) - (branch == DESTINATION)


def _departments(branch: str) -> list[str]:
    return [f"{branch}-dept{n}" for n in (1, 2, 3)]


def _branches(book: Ledger) -> None:
    approved = day("2019-06-18")
    for n, branch in enumerate([*IN_SERVICE, *RETIRED]):
        retired = branch in RETIRED
        org = _organisation(branch)
        name = f"离退休第{n - 21}党支部" if retired else f"第{n + 1}党支部"
        book.branch(
            branch, org, "RETIRED" if retired else "IN_SERVICE", name, days(approved, n % 3),
            COMMITTEE, f"关于设置{name}的批复", _enrolled(branch),
            [] if retired else _departments(branch)[:2])
        registered = days(approved, 6 + n // 5)
        for k in range(1, _enrolled(branch) + 1):
            person = _person(branch, k)
            book.person(
                person, org, registered, birth=(1938 if retired else 1962) + (n + k) % 16,
                employment="RETIRED" if retired else "IN_SERVICE")
        for k in range(1, _enrolled(branch) + 1):
            first, last = (1965, 1990) if retired else (1990, 2016)
            book.enrol(
                _person(branch, k), branch, days(registered, 1),
                seniority(n * 27 + k, first, last), "党员名册")
    for branch in RETIRED:
        on, roll = day("2019-11-20"), [_person(branch, k) for k in range(1, _enrolled(branch) + 1)]
        book.election(branch, on, roll, 18, roll[:3], roll[3], name=f"election/{branch}")
        book.elected_posts(branch, on, roll[:3])


def _secretary(branch: str) -> str:
    return _person(branch, 1)


def _heads(book: Ledger) -> None:
    """19 later secretaries were heads of their departments and were prepared for the office."""
    for n, branch in enumerate(IN_SERVICE):
        department = _departments(branch)[0]
        since = workday_from(days(day("2019-09-02"), 4 * n))
        head = _person(branch, 5) if branch in LATER_HEADS else _secretary(branch)
        book.post(
            f"{department}-head", head, "DEPARTMENT_HEAD", since, "COMPETITION",
            org=_organisation(branch), department=department)
        if branch not in LATER_HEADS:
            _cultivate(book, branch, "HEAD_TO_SECRETARY", "h2s", day("2020-03-02"))


def _cultivate(book: Ledger, branch: str, direction: str, suffix: str, since: date) -> None:
    book.add(
        "CultivationStarted", f"cultivation-{_secretary(branch)}-{suffix}",
        {"person": _secretary(branch), "direction": direction, "from": since,
         "plan_doc": "“双培养”工作方案"}, since)


def _converted(
    book: Ledger, branch: str, suffix: str, on: date, proof: str, role: str,
) -> None:
    book.add(
        "CultivationConverted", f"cultivation-{_secretary(branch)}-{suffix}",
        {"on": on, "proving_event_id": proof, "new_role": role}, on)


def _coverage(book: Ledger) -> None:
    """2020: the branches cover every department."""
    for n, branch in enumerate(IN_SERVICE):
        on = days(day("2020-05-11"), n % 5)
        book.add(
            "BranchCoverageChanged", f"branch-{branch}",
            {"added": _departments(branch)[2:], "removed": [], "on": on}, on)


def _election(book: Ledger) -> None:
    """22 branches elect on one day; 19 secretaries are heads, the other three begin to learn."""
    for branch in IN_SERVICE:
        roll = _roll_at_election(branch)
        book.election(
            branch, ELECTION, roll, len(roll) - 2, roll[:3], roll[3], name=f"election/{branch}")
        proof = book.elected_posts(branch, ELECTION, roll[:3], name=f"post/{branch}")
        if branch in LATER_HEADS:
            _cultivate(book, branch, "SECRETARY_TO_HEAD", "s2h", ELECTION)
        else:
            _converted(book, branch, "h2s", ELECTION, proof, "党支部书记")


def _roll_at_election(branch: str) -> list[str]:
    roll = [_person(branch, k) for k in range(1, _enrolled(branch) + 1)]
    if branch == ORIGIN:
        roll.remove(MOVER)
    if branch == DESTINATION:
        roll.append(MOVER)
    return roll


def _promotions(book: Ledger) -> None:
    """A year later the three follow: two take over their departments, one becomes deputy head."""
    for n, branch in enumerate(LATER_HEADS):
        department = _departments(branch)[0]
        deputy = n == 2
        if not deputy:
            book.add(
                "PostVacated", f"post-{department}-head",
                {"on": PROMOTION, "reason": "岗位调整"}, PROMOTION)
        proof = book.post(
            f"{department}-deputy" if deputy else f"{department}-head", _secretary(branch),
            "DEPUTY_HEAD" if deputy else "DEPARTMENT_HEAD", PROMOTION, "APPOINTMENT",
            org=_organisation(branch), department=department, name=f"post/{department}-2021")
        _converted(
            book, branch, "s2h", PROMOTION, proof, "科室副负责人" if deputy else "科室负责人")


def _movements(book: Ledger) -> None:
    """A transfer inside the hospital and a death among the retired."""
    issued = day("2020-03-20")
    book.add(
        "TransferIssued", "transfer-py-t1",
        {"person": MOVER, "from_branch": ORIGIN, "to_org": HOSPITAL,
         "letter_no_hash": digest("letter", 1, length=16), "issued_on": issued,
         "valid_to": days(issued, 60), "dues_paid_to": "2020-03", "scope": "INTERNAL"}, issued)
    received = day("2020-04-02")
    book.add(
        "TransferReceived", "transfer-py-t1",
        {"to_branch": DESTINATION, "received_on": received, "receipt_on": received}, received)
    died = day("2021-03-10")
    book.add(
        "MembershipEnded", f"member-{DECEASED}",
        {"kind": "DECEASED", "on": died, "doc": "离退休办通知"}, died)


def _pandemic_and_clinic(book: Ledger) -> None:
    for n in range(1, 11):
        on = days(day("2020-02-03"), n // 4)
        book.pioneer_post(
            f"py-pp{n:02}", "PIONEER_POST", f"发热门诊先锋岗{n:02}", HOSPITAL, on,
            "党员先锋岗职责", branch=IN_SERVICE[n])
    on, activity = day("2020-10-17"), "py-joint-2020"
    hosts = IN_SERVICE[4:9]
    book.activity(
        activity, "CLINIC", [f"branch-{branch}" for branch in hosts], "SQUARE", on, days(on, -20),
        brands=[BRAND], partners=["石楼镇党委"])
    book.held(activity, at(on, 8, 30), at(on, 12))
    for n in range(25):
        branch = hosts[n % 5]
        book.volunteer(activity, on, _person(branch, 6 + n // 5), branch, "义诊", 210)
    book.beneficiaries(activity, on, "SERVED", 1_060, "REGISTER")


def _committee_meetings(book: Ledger) -> None:
    """The committee studies the first topic; the branches hold a general meeting."""
    for n in range(12):
        on = workday_from(add_months(day("2020-09-08"), n))
        book.meeting(
            f"py-cpc-{on:%Y%m}", "PARTY_COMMITTEE" if n % 3 else "CENTRE_GROUP", at(on, 9), 2,
            _secretary(IN_SERVICE[0]), ["第一议题", "重大事项讨论"], 9, 8 + n % 2, org=COMMITTEE,
            first_topic=True)
    for n, branch in enumerate(IN_SERVICE):
        on = workday_from(days(day("2020-12-07"), n % 5))
        book.meeting(
            f"{branch}-general-202012", "GENERAL", at(on, 15), 2, _secretary(branch),
            ["年度工作报告"], SIZES[branch], SIZES[branch] - 1 - n % 3, branch=branch)


def _separations(book: Ledger) -> None:
    """The three separations found by self-check and put right."""
    titles = ["思想上党建与业务脱节", "发展路径脱轨", "融合举措脱离实际"]
    for n, title in enumerate(titles):
        found = day("2021-01-12")
        submitted = days(day("2021-05-10"), 7 * n)
        write_issue(book, Issue(
            f"py-{n + 1:04}", "SELF_CHECK", title, HOSPITAL, HOSPITAL, found, days(found, 6),
            day("2021-06-30"), _secretary(IN_SERVICE[n]), submitted, days(submitted, 10),
            ACCEPTOR, ROOT, PLANNER,
            progress=[(days(found, 60), 50), (days(submitted, -3), 100)]))

"""NA: Nan'an District Health Commission, the four grips; as of 2024-05-29."""

from __future__ import annotations

from datetime import date

from ledger import Ledger
from workdays import add_months, at, day, days, month_end, posting_end, workday_from

ROOT, COMMITTEE = "na-commission", "na-cpc"
INSTITUTIONS = [
    ("na-cdc", "CDC", "区疾控中心"), ("na-tcm", "TCM", "区中医院"),
    ("na-mental", "MENTAL", "区精卫中心"), ("na-h5", "HOSPITAL", "市五院"),
    *[(f"na-c{n}", "TOWNSHIP_CENTRE", f"社区（镇）卫生服务中心{n}") for n in range(1, 9)],
]
ORGS = [org for org, _, _ in INSTITUTIONS]
STATIONS = ["na-v1", "na-v2"]
CLERK, SECRETARY = "na-p09", "na-p01"
CADRES = [f"na-k{n:02}" for n in range(1, 62)]
START = day("2021-03-01")
POWER_ROLES = ["院长（书记）", "科室负责人", "关键岗位"]
DIMENSIONS = [("政治建设", 6), ("队伍建设", 5), ("组织建设", 5), ("内涵建设", 5), ("纪律建设", 4),
              ("制度建设", 4)]
ITEMS = ["名医走访上门", "家医服务有约", "职业健康管家", "一老一小服务", "佳节遇见中医", "无偿献血",
         "坚守岗位服务", "第八项（原文未具名）"]


def build() -> list[str]:
    book = Ledger("NA", ROOT, CLERK)
    _organisations(book)
    _brands(book)
    _lists(book)
    _integrity(book)
    _services(book)
    _posts(book)
    _talent(book)
    _awards(book)
    return book.lines()


def _organisations(book: Ledger) -> None:
    book.organisation(
        ROOT, "COMMISSION", "重庆市南岸区卫生健康委", None, "2019", "DISTRICT", START)
    book.organisation(
        COMMITTEE, "COMMITTEE", "区卫生健康委党委", ROOT, "2019", "DISTRICT", START)
    for org, kind, name in INSTITUTIONS:
        book.organisation(org, kind, name, ROOT, "2000", "DISTRICT", START)
    for n, org in enumerate(STATIONS, 1):
        book.organisation(org, "STATION", f"村卫生室{n}", ROOT, "2010", "DISTRICT", START)
    for n, org in enumerate(STATIONS):
        # Township and village become one.
        on = day("2022-07-01")
        book.add(
            "OrganisationAffiliationChanged", f"org-{org}",
            {"old_parent": ROOT, "new_parent": f"na-c{7 + n}", "mode": "INTEGRATION",
             "effective_from": on, "unified": {"people": True, "money": True, "goods": True}}, on)
    for person in [CLERK, SECRETARY, "na-p02", "na-p03"]:
        book.person(person, ROOT, START)
    for n, person in enumerate(CADRES):
        book.person(person, ORGS[n % len(ORGS)], START, birth=1966 + n % 22)


def _brands(book: Ledger) -> None:
    def new(brand: str, name: str, kind: str, holder: str, on: date, reached: int) -> None:
        stages = ["PLANNED", "SHAPED", "CONSOLIDATED"][:reached]
        book.brand(
            brand, name, kind, f"org-{holder}", on,
            [(stage, add_months(on, 3 * n + 2)) for n, stage in enumerate(stages)])

    on = day("2022-03-01")
    for n, name in enumerate(["名家讲堂", "周末沙龙", "周三夜校"]):
        new(f"na-learn{n + 1}", name, "LEARNING", ROOT, days(on, n), 3)
    new("na-service", "南岸好医护 我卫你服务", "SERVICE", ROOT, days(on, 5), 3)
    new("na-science", "小南说科普", "SCIENCE", ROOT, days(on, 6), 3)
    new("na-conn1", "南岸疾先锋", "CONNOTATION", "na-cdc", days(on, 10), 3)
    new("na-conn2", "仁爱济世", "CONNOTATION", "na-tcm", days(on, 11), 2)
    for n in range(1, 17):
        name = {1: "清廉仁济", 2: "廉润南中"}.get(n, f"清廉品牌{n:02}（原文未具名）")
        new(f"na-int{n:02}", name, "INTEGRITY", ORGS[(n - 1) % len(ORGS)],
            days(day("2022-05-09"), 7 * n), 3 if n <= 8 else 2 if n <= 13 else 1)


def _lists(book: Ledger) -> None:
    on, year_end = day("2024-01-05"), day("2024-12-31")
    indicators = []
    for index, (dimension, count) in enumerate(DIMENSIONS, 1):
        for n in range(1, count + 1):
            # 28 × 3.45 + 3.40 = 100.00
            most = 340 if (index, n) == (6, 4) else 345
            indicators.append({
                "id": f"na-i{index}{n}", "dimension": dimension, "max": most,
                "evidence_rule": "资料与现场核查"})
    book.add(
        "IndicatorSchemeAdopted", "scheme-na-29",
        {"scheme_kind": "PARTY_BUILDING_29", "version": "2024",
         "dimensions": [name for name, _ in DIMENSIONS], "indicators": indicators,
         "valid_from": day("2024-01-01")}, on)
    duties = [
        ("organisation", f"org-{COMMITTEE}", SECRETARY, "党组织主体责任"),
        ("secretary", f"person-{SECRETARY}", SECRETARY, "书记第一责任人责任"),
        ("members", "person-na-p02", "na-p02", "班子成员“一岗双责”"),
    ]
    for key, holder, owner, title in duties:
        book.checklist(
            f"na-duty-{key}-2024", "RESPONSIBILITY", holder, "2024",
            [{"item_id": f"d{n}", "title": f"{title}{n}", "owner": owner, "due_on": year_end,
              "measure": {"quality": "年度述责"}} for n in range(1, 6)], on)
    for index, role in enumerate(POWER_ROLES, 1):
        book.checklist(
            f"na-power-{index}", "POWER", f"org-{COMMITTEE}", "2024",
            [{"item_id": f"w{index}{n:02}", "title": f"{role}权力事项{n:02}",
              "owner": CADRES[12 * (index - 1) + n - 1], "due_on": year_end,
              "measure": {"quality": "公开透明"}, "role_class": role}
             for n in range(1, 13)], days(on, 3))
    for n in range(8):
        # The secretary's talent meetings, once a quarter.
        on = workday_from(add_months(day("2022-05-16"), 3 * n))
        book.meeting(
            f"na-talent-{n + 1}", "TALENT_SPECIAL", at(on, 9), 2, SECRETARY,
            ["第一议题", "人才工作专题"], 12, 11 + n % 2, org=COMMITTEE, first_topic=True)


def _integrity(book: Ledger) -> None:
    for n, person in enumerate(CADRES):
        on = workday_from(days(day("2022-06-06"), n // 4))
        book.add(
            "IntegrityArchiveOpened", f"integrity-{person}",
            {"person": person, "on": on,
             "role_class": POWER_ROLES[0 if n < 13 else 1 if n < 41 else 2]}, on)

    def designate(org: str, kind: str, subject: str, on: date) -> None:
        book.add(
            "IntegrityModelDesignated", f"org-{org}",
            {"kind": kind, "subject": subject, "on": on, "issuer": "区卫生健康委党委"}, on)

    for n, org in enumerate(["na-tcm", "na-mental", "na-h5"]):
        designate(org, "HOSPITAL", f"org-{org}", day("2023-12-08"))
    for n in range(1, 21):
        designate(ORGS[n % 12], "DEPARTMENT", f"清廉科室{n:02}", day("2023-12-11"))
    for n in range(125):
        person = CADRES[n] if n < 61 else _candidate(n - 61)
        org = ORGS[n % 12] if n < 61 else _candidate_org(n - 61)
        designate(org, "PERSON", f"person-{person}", day("2024-01-15"))


def _services(book: Ledger) -> None:
    def launch(programme: str, name: str, kind: str, launched: str, items: list[str],
               on: date) -> None:
        book.add(
            "ServiceProgrammeLaunched", f"programme-{programme}",
            {"name": name, "kind": kind, "brand_id": "na-service", "launched": launched,
             "items": items}, on)

    launch("na-hpv", "九价HPV疫苗接种服务", "VACCINATION", "2022-01", ["门诊预约", "疫苗等人"],
           day("2022-03-10"))
    prior = [300 + 100 * (n % 2) for n in range(12)]
    assert sum(prior) == 4_200
    for n, doses in enumerate(prior):
        last = month_end(2022, n + 1)
        # January to February 2022 were entered when the programme's register was opened.
        if n < 2:
            _late_volume(book, last, doses)
        else:
            book.volume(
                "na-hpv", last.replace(day=1), last, "接种", doses, "DOSE", days(last, 3))
    for n, doses in enumerate(prior):
        last = month_end(2023, n + 1)
        book.volume(
            "na-hpv", last.replace(day=1), last, "接种", 5 * doses, "DOSE", days(last, 3),
            prior=doses, claimed_bp=40_000)
    launch("na-festival", "新春连心", "SPRING_FESTIVAL", "2024-02", ITEMS, day("2024-02-02"))
    window = day("2024-02-02"), day("2024-02-24")
    for programme, name, kind, measure, value, unit in [
        ("na-visit", "新春连心·入户慰问", "HOME_VISIT", "入户慰问", 6_739, "PERSON_TIME"),
        ("na-aid", "新春连心·帮扶困难群众", "AID", "帮扶困难群众", 618, "PERSON_TIME"),
        ("na-elder", "新春连心·老年人体检", "CHECKUP", "老年人体检", 6_120, "PERSON"),
    ]:
        launch(programme, name, kind, "2024-02", [measure], day("2024-02-02"))
        book.volume(programme, *window, measure, value, unit, day("2024-02-27"))
    for on, reads in [("2022-12-31", 1_200_000), ("2023-12-31", 2_400_000),
                      ("2024-05-20", 3_050_000)]:
        book.add(
            "ReadershipReported", "publicity-na-column",
            {"cumulative_reads": reads, "read_as_of": day(on), "source": "平台后台统计"},
            day(on), recorded=days(day(on), 3))


def _late_volume(book: Ledger, last: date, doses: int) -> None:
    book.add(
        "ServiceVolumeReported", "programme-na-hpv",
        {"period_from": last.replace(day=1), "period_to": last, "measure": "接种",
         "quantity": {"value": doses, "unit": "DOSE", "qualifier": "EXACT"}}, last,
        recorded=day("2022-03-11"), late="服务台账启用前的月份补录", evidence=["接种系统月报表"])


def _posts(book: Ledger) -> None:
    """33 areas and 70 posts set up, one area and two posts withdrawn: 32 and 68."""
    for kind, count, word in [("AREA", 33, "党员责任区"), ("POST", 70, "党员示范岗")]:
        for n in range(1, count + 1):
            org = ORGS[n % len(ORGS)]
            on = workday_from(days(day("2023-03-06"), n // 8))
            post = f"na-{kind.lower()}{n:02}"
            book.pioneer_post(post, kind, f"{word}{n:02}", org, on, "“五项先锋”职责")
            if n > {"AREA": 32, "POST": 68}[kind]:
                gone = day("2024-03-15")
                book.add(
                    "PioneerPostWithdrawn", f"pioneerpost-{post}",
                    {"on": gone, "reason": "岗位合并"}, gone)


# The funnel: how many of the 800 candidates reached each stage.
REGISTERED, SCREENED, ASSESSED, VETTED, POSTED, HIRED = 800, 640, 480, 400, 360, 347
HIGH_LEVEL = 23


def _candidate(n: int) -> str:
    return f"na-t{n + 1:04}"


def _candidate_org(n: int) -> str:
    return ORGS[n * 5 % len(ORGS)]


def _talent(book: Ledger) -> None:
    """Candidates are numbered by how far they got; dates are spread independently of that."""
    for n in range(REGISTERED):
        _candidate_facts(book, n)


def _degree(n: int) -> str:
    """Highest degree when hired: 15 doctors, 89 masters, 243 others."""
    if n < 15:
        return "DOCTOR"
    if n < 104:
        return "MASTER"
    return "OTHER" if n % 10 == 9 else "BACHELOR"


def _candidate_facts(book: Ledger, n: int) -> None:
    stream = f"talent-{_candidate(n)}"
    org, high_level = _candidate_org(n), n < HIGH_LEVEL
    registered = workday_from(days(day("2023-01-09"), n * 7 % REGISTERED * 3 // 10))
    # Three were still to receive their master's degree.
    degree = "BACHELOR" if 100 <= n < 103 else _degree(n)
    book.add(
        "CandidateRegistered", stream,
        {"person": _candidate(n), "demand_code": f"na-2023-{n % 40 + 1:02}", "on": registered,
         "highest_degree": degree, "title": "主任医师" if high_level else None,
         "age_band": ["25-29", "30-34", "35-39", "40-44"][n % 4], "org": org}, registered)
    track = "DIRECT" if high_level else "STANDARD"
    stages = [("SCREENED", SCREENED, 6 + n % 5), ("ASSESSED", ASSESSED, 24 + n % 7),
              ("VETTED", VETTED, 40 + n % 9), ("POSTED", POSTED, 52 + n % 6)]
    before, posted = "REGISTERED", registered
    for stage, reached, after in stages:
        # The direct track needs no examination.
        if n >= reached or (high_level and stage == "ASSESSED"):
            continue
        on = workday_from(days(registered, after))
        book.add(
            "CandidateStageAdvanced", stream,
            {"from": before, "to": stage, "on": on, "track": track}, on)
        before, posted = stage, on
    if n < HIRED:
        mode = ("DISTRICT_HIRED_TOWN_USED" if n % 9 == 4 and org.startswith("na-c")
                else "TOWN_HIRED_VILLAGE_USED" if org in ("na-c7", "na-c8") else "STANDARD")
        hired = workday_from(days(posting_end(posted, 7), 4 + n % 5))
        book.add(
            "TalentHired", stream,
            {"org": org, "on": hired, "post_category": _POSTS[n % len(_POSTS)],
             "degree_at_hire": _degree(n), "contract_months": 60 if high_level else 36,
             "employment_mode": mode, "high_level": high_level}, hired)


_POSTS = ["医疗", "护理", "医技", "公共卫生", "管理"]


def _awards(book: Ledger) -> None:
    """607 honours: 6 national for works, 3 first prizes of the city, 3 named titles, others."""
    for n in range(1, 7):
        book.award(
            f"na-work{n}", f"健康科普作品奖{n}", "NATIONAL", "国家级主办单位", f"work-na-w{n}",
            days(day("2023-09-04"), n), f"科普奖〔2023〕{n}号")
    for n in range(1, 4):
        book.award(
            f"na-first{n}", f"健康科普大赛一等奖{n}", "PROVINCIAL_MUNICIPALITY", "市级主办单位",
            f"work-na-w{6 + n}", days(day("2023-10-16"), n), f"市科普奖〔2023〕{n}号",
            grade="一等奖")
    for n, title in enumerate(["全国巾帼文明岗", "全国青年文明号", "全国三八红旗手"], 1):
        recipient = f"person-{CADRES[40]}" if n == 3 else f"org-{ORGS[n]}"
        book.award(
            f"na-title{n}", title, "NATIONAL", "全国评选表彰机构", recipient,
            days(day("2022-03-01"), n), f"全国表彰〔2022〕{n}号")
    for n in range(1, 596):
        level, issuer = _HONOURS[n % 6]
        book.award(
            f"na-h{n:03}", f"荣誉{n:03}（原文未具名）", level, issuer,
            f"org-{ORGS[n % len(ORGS)]}", workday_from(days(day("2021-04-01"), n * 19 // 10)),
            f"荣誉〔{n:03}〕号")


_HONOURS = [("DISTRICT", "区级表彰机构"), ("HOSPITAL", "本单位"),
            ("PROVINCIAL_MUNICIPALITY", "市级表彰机构"), ("DISTRICT", "区级表彰机构"),
            ("DISTRICT", "区卫生健康委"), ("HOSPITAL", "本单位")]

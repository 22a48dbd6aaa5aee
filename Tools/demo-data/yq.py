"""YQ: Yangqiao Township Health Centre, the list-style method, 2018-07 to 2020-01."""

from __future__ import annotations

from datetime import date

from ledger import Ledger, seniority
from rectification import Issue, write_issue
from workdays import at, day, days, workday_from

BUREAU, CENTRE, BRANCH = "yq-bureau", "yq-centre", "yq-b1"
MEMBERS = [f"yq-m{n}" for n in range(1, 8)]
SECRETARY, WORKER = MEMBERS[0], MEMBERS[3]
COMMITTEE = MEMBERS[:3]
# Employees of the bureau: two acceptors, the approver of plans and extensions, the verifier.
ACCEPTORS, PLANNER, VERIFIER = ["yq-p01", "yq-p03"], "yq-p02", "yq-p04"
CLERK = "yq-p09"

# Wordings of the source for the first three of the self-check; the rest is made up.
_INSPECTION = [
    "“三会一课”记录不完整", "组织生活会批评意见偏少", "党员学习笔记不及时", "党建工作部署不具体",
    "谈心谈话记录缺失", "主题党日形式单一", "党务公开更新不及时", "党员发展计划未建立",
    "支部委员分工不清", "意识形态责任未细化", "重大事项议事规则不完善", "医德医风教育频次不足",
    "药品采购公示不规范", "公务接待台账不规范", "考勤制度执行不严", "固定资产登记不全",
    "财务审批手续不全", "群众意见箱管理不到位",
]
_REPORT = ["党建与业务融合不够", "党员教育形式单一", "后备力量培养不足"]
_VISIT = ["值班人员离岗", "便民服务台缺岗", "院务公开栏内容过期"]
_SELF_CHECK = [
    "党务公开栏内容需要更新", "党员活动室布置不规范", "1—7月资料归档不齐",
    "学习清单进度不一", "工作清单量化不够", "党员承诺公示不全",
]
_BOOKS = [
    "party/xin-shidai-wenda", "party/dangzhang-xuexi", "party/jilv-chufen-tiaoli",
    "medical/quanke-yixue", "medical/jiben-gonggong-weisheng", "medical/zhongyi-shiyi-jishu",
    "other/yiyuan-guanli",
]
_FIVE = [
    ("setting", "支部设置标准化"), ("life", "组织生活正常化"), ("management", "管理服务精细化"),
    ("rules", "工作制度体系化"), ("place", "阵地建设标准化"),
]


def build() -> list[str]:
    book = Ledger("YQ", BUREAU, CLERK)
    _structure(book)
    _meetings_and_learning(book)
    _checklists(book)
    _issues(book)
    _year_end(book)
    return book.lines()


def _structure(book: Ledger) -> None:
    start = day("2018-07-02")
    book.organisation(BUREAU, "COMMITTEE", "县卫健局党委", None, "2000", "COUNTY", start)
    book.organisation(
        CENTRE, "TOWNSHIP_CENTRE", "邵东县杨桥镇卫生院", BUREAU, "1985", "COUNTY", start)
    for person in [*ACCEPTORS, PLANNER, VERIFIER]:
        book.person(person, BUREAU, start)
    book.person(CLERK, CENTRE, start)
    for index, person in enumerate(MEMBERS):
        book.person(person, CENTRE, start, birth=1968 + index * 3)
    # Only the month of the founding is known; it counts from the end of the month.
    book.branch(
        BRANCH, CENTRE, "IN_SERVICE", "杨桥镇卫生院党支部", "2018-07", BUREAU,
        "关于成立杨桥镇卫生院党支部的批复", len(MEMBERS),
        ["yq-d-medical", "yq-d-public-health", "yq-d-logistics"], recorded=day("2018-08-01"))
    for index, person in enumerate(MEMBERS):
        book.enrol(person, BRANCH, day("2018-08-03"), seniority(index), "党员名册")
    on = day("2018-08-10")
    book.election(BRANCH, on, MEMBERS, 7, COMMITTEE, MEMBERS[4], name="election-2018")
    book.elected_posts(BRANCH, on, COMMITTEE)


def _meetings_and_learning(book: Ledger) -> None:
    for month in range(1, 13):
        exchange = workday_from(date(2019, month, 18))
        hours = 2 if month % 2 else 1
        session = book.meeting(
            f"yq-exchange-2019-{month:02}", "THEME_DAY", at(exchange, 14, 30), 2, SECRETARY,
            ["学习交流", "读书心得"], 7, MEMBERS, branch=BRANCH)
        for person in MEMBERS:
            book.add(
                "StudySessionAttended", f"learning-{person}-2019",
                {"session_id": session, "on": exchange, "study_hours": hours,
                 "mode": "COLLECTIVE", "platform": "学习强国"}, exchange)
        committee = workday_from(date(2019, month, 5))
        book.meeting(
            f"yq-committee-2019-{month:02}", "COMMITTEE", at(committee, 9), 1, SECRETARY,
            ["第一议题", "清单进度"], 3, COMMITTEE, branch=BRANCH, first_topic=True)
        if month in (3, 6, 9, 11):
            general = workday_from(date(2019, month, 22))
            book.meeting(
                f"yq-general-2019-{month:02}", "GENERAL", at(general, 15), 2, SECRETARY,
                ["支部工作报告"], 7, MEMBERS, branch=BRANCH)
        # The two model learners of a month go round the members.
        chosen = [MEMBERS[(2 * month - 2) % 7], MEMBERS[(2 * month - 1) % 7]]
        book.add(
            "ModelLearnersSelected", f"branch-{BRANCH}",
            {"month": f"2019-{month:02}", "persons": chosen}, days(exchange, 2))
        # Five books by the end of the year, three of them by July.
        if month % 2 and month < 11:
            for index, person in enumerate(MEMBERS):
                title = _BOOKS[(month // 2 + index) % len(_BOOKS)]
                finished = days(exchange, 3 + index % 3)
                book.add(
                    "BookCompleted", f"learning-{person}-2019",
                    {"title_key": title, "finished_on": finished,
                     "note_ref": f"笔记-{person}-{month:02}"}, finished)
    book.meeting(
        "yq-on-site-2019", "ON_SITE_LEARNING", at(day("2019-07-31"), 9), 3, SECRETARY,
        ["清单式工作法现场观摩", "支部五化建设交流"], 46, 46, branch=BRANCH, org=BUREAU)


def _checklists(book: Ledger) -> None:
    on, year_end = day("2019-01-08"), day("2019-12-31")
    book.add(
        "IndicatorSchemeAdopted", "scheme-yq-five-isation",
        {"scheme_kind": "FIVE_ISATION", "version": "2019", "dimensions": [z for _, z in _FIVE],
         "indicators": [
             {"id": f"yq-five-{key}", "dimension": zh, "max": 2000, "evidence_rule": "重点项目清单"}
             for key, zh in _FIVE],
         "valid_from": day("2019-01-01")}, on)
    duties = [
        (BRANCH, SECRETARY, "支部履行主体责任"), (BRANCH, SECRETARY, "书记履行第一责任"),
        (BRANCH, WORKER, "党建专干履行直接责任"), (BRANCH, MEMBERS[1], "组织委员职责"),
        (BRANCH, MEMBERS[2], "宣传纪检委员职责"), (BRANCH, SECRETARY, "党的领导写入章程"),
    ]
    book.checklist(
        "yq-responsibility-2019", "RESPONSIBILITY", f"branch-{BRANCH}", "2019",
        [_item(f"r{n:02}", title, owner, year_end, quality="按季自查")
         for n, (_, owner, title) in enumerate(duties, 1)], on)
    owners = MEMBERS[:5]
    project = []
    for n in range(1, 16):
        _, aspect = _FIVE[(n - 1) // 3]
        due = date(2019, 3 + (n - 1) * 9 // 14, 28)
        project.append(_item(
            f"k{n:02}", f"{aspect}重点项目{(n - 1) % 3 + 1}", owners[n % 5], due,
            quantity="1项", quality="验收合格"))
    book.checklist(
        "yq-project-2019", "PROJECT", f"branch-{BRANCH}", "2019", project, on)
    for n, person in enumerate(MEMBERS):
        book.checklist(
            f"yq-learning-{person}-2019", "LEARNING", f"person-{person}", "2019",
            [_item(f"b{k + 1}", _BOOKS[(k + n) % len(_BOOKS)], person, year_end, quantity="1本")
             for k in range(5)], on)
        book.checklist(
            f"yq-work-{person}-2019", "WORK", f"person-{person}", "2019",
            [_item(f"w{k + 1}", title, person, year_end, quantity="完成年度指标",
                   quality="无差错", satisfaction="群众满意度95%以上")
             for k, title in enumerate(["业务工作", "党建工作", "服务群众"])], on)
    book.checklist(
        "yq-policy-2019", "POLICY", f"branch-{BRANCH}", "2019",
        [_item(f"p{n:02}", f"{_POLICY[(n - 1) // 5]}第{(n - 1) % 5 + 1}号", WORKER, year_end,
               quantity="汇编1份")
         for n in range(1, 21)], day("2019-02-20"))
    _complete_projects(book, project)


_POLICY = ["党内法规文件", "医药卫生改革文件", "健康扶贫文件", "家庭医生签约文件"]


def _complete_projects(book: Ledger, project: list[dict]) -> None:
    """All fifteen are done before they are due; item 4 is sent back once."""
    stream = "checklist-yq-project-2019"
    for n, item in enumerate(project, 1):
        done = workday_from(days(item["due_on"], -12))
        attempts = [(done, "RETURN"), (days(done, 5), "PASS")] if n == 4 else [(done, "PASS")]
        for on, verdict in attempts:
            book.add(
                "ChecklistItemCompleted", stream,
                {"item_id": item["item_id"], "on": on, "result": {"数量": "1项"},
                 "evidence": [f"佐证-{item['item_id']}-{on}"]}, on)
            checked = days(on, 3)
            book.add(
                "ChecklistItemVerified", stream,
                {"item_id": item["item_id"], "on": checked, "verifier": VERIFIER,
                 "verdict": verdict}, checked)


def _item(
    identity: str, title: str, owner: str, due: date, *, quantity: str | None = None,
    quality: str | None = None, satisfaction: str | None = None,
) -> dict:
    return {
        "item_id": identity, "title": title, "owner": owner, "due_on": due,
        "measure": {"quantity": quantity, "quality": quality, "satisfaction": satisfaction},
    }


def _issues(book: Ledger) -> None:
    """18 + 3 + 3 + 6, all closed by 2019-07-31: one extended, one sent back once."""
    issues: list[Issue] = []

    def new(source: str, title: str, found: date, assigned: date, due: date, submitted: date,
            **options) -> None:
        n = len(issues) + 1
        issues.append(Issue(
            f"yq-{n:04}", source, title, CENTRE, CENTRE, found, assigned, due,
            MEMBERS[n % 7], submitted, days(submitted, 4), ACCEPTORS[n % 2], BUREAU, PLANNER,
            **options))

    for n, title in enumerate(_INSPECTION):
        found, assigned = day("2018-10-15"), day("2018-10-19")
        submitted = workday_from(days(day("2018-12-10"), n * 7))
        due = days(submitted, 8 + n % 3 * 4)
        options: dict = {"round": "yq-county-2018", "planned": day("2018-11-02")}
        if n == 17:
            # Approved before the old due day; done within the new one.
            due, submitted = day("2019-04-30"), day("2019-06-18")
            options["extension"] = (day("2019-04-22"), day("2019-06-30"), PLANNER)
        new("INSPECTION", title, found, assigned, due, submitted, **options)
    for n, title in enumerate(_REPORT):
        new("SECRETARY_REPORT", title, day("2019-01-18"), day("2019-01-22"), day("2019-04-30"),
            days(day("2019-04-08"), n * 3))
    for n, title in enumerate(_VISIT):
        options = {}
        if n == 1:
            options["rejection"] = (day("2019-05-10"), day("2019-05-17"))
        new("SECRET_VISIT", title, day("2019-03-14"), day("2019-03-18"), day("2019-05-31"),
            days(day("2019-05-06"), n), **options)
        if n == 1:
            issues[-1].closed = day("2019-05-21")
    for n, title in enumerate(_SELF_CHECK):
        new("SELF_CHECK", title, day("2019-07-04"), day("2019-07-05"), day("2019-07-29"),
            days(day("2019-07-18"), n), immediate=n < 3)
    for issue in issues:
        write_issue(book, issue)
    book.checklist(
        "yq-problem-2019", "PROBLEM", f"branch-{BRANCH}", "2019",
        [_item(f"q{n:02}", issue.title, issue.responsible, day("2019-07-31"), quality="验收销号")
         for n, issue in enumerate(issues, 1)], day("2019-07-08"))


def _year_end(book: Ledger) -> None:
    meeting = book.meeting(
        "yq-appraisal-2019", "ORG_LIFE", at(day("2019-12-20"), 14), 3, SECRETARY,
        ["组织生活会", "民主评议党员"], 7, MEMBERS, branch=BRANCH)
    excellent = {SECRETARY, WORKER}
    book.add(
        "DemocraticAppraisalConcluded", f"branch-{BRANCH}",
        {"year": 2019, "meeting_id": meeting,
         "grades": {p: "EXCELLENT" if p in excellent else "QUALIFIED" for p in MEMBERS},
         "base_count": 7}, day("2019-12-20"))
    # The two awards that trigger the bonuses of 1,000 and 2,000 yuan.
    book.award(
        "yq-worker-2019", "优秀党建专干", "COUNTY", "县卫健局党委", f"person-{WORKER}",
        day("2020-01-10"), "卫健党〔2020〕1号")
    book.award(
        "yq-branch-2019", "先进党支部", "COUNTY", "县卫健局党委", f"branch-{BRANCH}",
        day("2020-01-10"), "卫健党〔2020〕2号")

"""The published figures of the five programmes, and how each is read from the ledger.

Every figure is answered by `taizhang query … --json`; nothing is computed from the NDJSON files. The
keys are those of the specification: `G-…` golden assertions, `JZ-F…` published figures, `PJ-…`
worked examples of a read model, `§…` other places.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Row = dict[str, object]

# Exit status of a query for something that the ledger does not have.
NOT_FOUND = 66


class Ledger:
    """A running server, asked through the command line.

    Every answer contains all facts that were recorded when this value was made.
    """

    def __init__(self, taizhang: str, server: str, language: str):
        self.taizhang = taizhang
        self.language = language
        self._connection = ["--server", server, "--lang", language]
        self._answers: dict[tuple[str, ...], list[Row]] = {}
        status = subprocess.run([taizhang, "status", "--json", *self._connection], check=True,
                                capture_output=True, encoding="utf-8")
        self._head = str(json.loads(status.stdout)["head_position"])

    def query(self, *arguments: str) -> list[str]:
        """The command line of a query."""
        return [self.taizhang, "query", *arguments, "--at-least", self._head, *self._connection]

    def rows(self, *arguments: str, **columns: object) -> list[Row]:
        """The rows of a query whose columns have these values.

        None when the ledger does not know the organisation. Raises `subprocess.CalledProcessError`
        when the query fails in another way.
        """
        if arguments not in self._answers:
            answer = subprocess.run(
                self.query(*arguments, "--json"), capture_output=True, encoding="utf-8")
            if answer.returncode not in (0, NOT_FOUND):
                answer.check_returncode()
            self._answers[arguments] = [json.loads(line) for line in answer.stdout.splitlines()]
        return [row for row in self._answers[arguments]
                if all(row.get(name) == value for name, value in columns.items())]

    def row(self, *arguments: str, **columns: object) -> Row:
        """The only such row; an empty one when there are none or several."""
        found = self.rows(*arguments, **columns)
        return found[0] if len(found) == 1 else {}


@dataclass(frozen=True)
class Figure:
    """One figure of the specification beside the ledger's."""

    key: str
    zh: str
    en: str
    specification: str
    ledger: str
    holds: bool


@dataclass(frozen=True)
class Programme:
    key: str
    zh: str
    en: str
    # Queries whose tables are shown before the figures.
    tables: tuple[tuple[str, ...], ...]
    figures: Callable[[Ledger], Iterator[Figure]]


# What figures look like.

def number(value: object) -> str:
    if isinstance(value, list | tuple):
        return " / ".join(number(item) for item in value)
    if value is None:
        return "—"
    return f"{value:,}" if isinstance(value, int) else str(value)


def percent(value: object) -> str:
    return "—" if value is None else f"{hundredths(value)} %"


def hundredths(value: object) -> str:
    if isinstance(value, list | tuple):
        return " / ".join(hundredths(item) for item in value)
    return f"{value // 100:,}.{value % 100:02}" if isinstance(value, int) else "—"


def yuan(value: object) -> str:
    return f"{hundredths(value)} 元"


def exact(key: str, zh: str, en: str, expected: object, actual: object,
          form: Callable[[object], str] = number) -> Figure:
    return Figure(key, zh, en, form(expected), form(actual), actual == expected)


def between(key: str, zh: str, en: str, least: int, most: int | None, actual: object) -> Figure:
    holds = isinstance(actual, int) and actual >= least and (most is None or actual <= most)
    bounds = f"> {least - 1:,}" if most is None else f"{least:,} … {most:,}"
    return Figure(key, zh, en, bounds, number(actual), holds)


def total(rows: list[Row], column: str) -> int:
    return sum(value for row in rows if isinstance(value := row.get(column), int))


def half_up(numerator: int, denominator: int) -> int | None:
    return (2 * numerator + denominator) // (2 * denominator) if denominator > 0 else None


# Nan'an.

FUNNEL = ("talent_pipeline", "--org", "na-commission", "--period", "2023", "--as-of", "2024-05-29",
          "--where", "org=na-commission", "--where", "track=TOTAL")
STAGES = ("REGISTERED", "SCREENED", "ASSESSED", "VETTED", "POSTED", "HIRED")


def nanan(ledger: Ledger) -> Iterator[Figure]:
    stages = [ledger.row(*FUNNEL, stage=stage) for stage in STAGES]
    hired = stages[-1]
    yield exact("G-NA-02", "引进人才", "talents hired", 347, hired.get("hired"))
    yield exact("G-NA-02", "其中硕士及以上", "of these master's and above", 104,
                hired.get("master_plus_hired"))
    yield exact("G-NA-02", "硕士及以上占比", "share of master's and above", 2_997,
                hired.get("master_plus_bp"), percent)
    yield exact("§8 NA", "博士；高层次", "doctors; high-level", [15, 23],
                [hired.get("doctor_hired"), hired.get("high_level_hired")])
    yield exact("PJ-01", "各阶段人数", "funnel", [800, 640, 480, 400, 360, 347],
                [stage.get("cohort_reached") for stage in stages])
    yield exact("PJ-01", "逐级转化率", "conversions", [8_000, 7_500, 8_333, 9_000, 9_639],
                [stage.get("conversion_bp") for stage in stages[:-1]], percent)
    yield exact("PJ-01", "总转化率", "overall conversion", 4_338, hired.get("overall_bp"), percent)
    brands = ledger.rows("brand_metrics", "--org", "na-commission", "--as-of", "2024-05-29",
                         "--period", "2024")
    kinds = [row.get("kind") for row in brands if row.get("brand")]
    yield exact("G-NA-04", "清廉品牌", "integrity brands", 16, kinds.count("INTEGRITY"))
    yield exact("NA-F04", "学习品牌", "learning brands", 3, kinds.count("LEARNING"))
    service = ledger.row("brand_metrics", "--org", "na-commission", "--as-of", "2024-05-29",
                         "--period", "2024", brand="na-service")
    yield exact("G-NA-05", "新春入户慰问 6,739 + 帮扶 618（人次）",
                "home visits 6,739 + aid 618, person-times", 7_357,
                service.get("person_times_served"))
    yield between("NA-F25", "老年人体检（人）", "elderly check-ups, persons", 6_001, None,
                  service.get("persons_registered"))
    # The three reports and the honours lie in several years; years are disjoint and add up.
    years = [ledger.row("brand_metrics", "--org", "na-commission", "--as-of", "2024-05-29",
                        "--period", str(year), org="na-commission", brand=None)
             for year in range(2021, 2025)]
    honours = sum(sum(row.get("awards", {}).values()) for row in years)
    yield exact("G-NA-06", "荣誉总数", "honours, all levels", 607, honours)
    yield exact("G-NA-07", "累计阅读量", "reads", 3_050_000, years[-1].get("reads_latest"))


# Xixi.

BRAND_XX = ("brand_metrics", "--org", "xx-hospital", "--period", "2019H1")
COUNTS = ("clinics", "lectures", "medical_support", "home_visits")
PAY = ("performance_link", "--org", "xx-hospital", "--period", "2019")
QUARTERS = ("pioneer_index_quarter", "--org", "xx-hospital")


def xixi(ledger: Ledger) -> Iterator[Figure]:
    brand = ledger.row(*BRAND_XX, brand="xx-pioneer100")
    hospital = ledger.row(*BRAND_XX, org="xx-hospital", brand=None)
    counts = [brand.get(name) for name in COUNTS]
    yield exact("G-XX-01", "义诊/讲座/保障/走访", "clinics / lectures / support / visits",
                [12, 10, 4, 5], counts)
    yield exact("G-XX-01", "活动合计", "sessions in all", 31,
                sum(count for count in counts if isinstance(count, int)))
    yield exact("G-XX-02", "党员志愿参与率", "participation of members", 10_000,
                hospital.get("participation_bp"), percent)
    yield between("G-XX-03", "志愿服务人次", "volunteer person-times", 1_001, None,
                  brand.get("volunteer_person_times"))
    yield between("G-XX-03", "服务患者人次", "patients served", 50_001, None,
                  brand.get("person_times_served"))
    yield between("XX-F04", "每志愿人次服务患者（×0.01）", "patients per volunteer, hundredths",
                  4_500, 5_500, brand.get("per_volunteer_ratio"))
    for day, clinics in (("2019-07-05", 11), ("2019-07-10", 12)):
        known = ledger.row(*BRAND_XX, "--as-of", "2019-06-30", "--known-at", day,
                           brand="xx-pioneer100")
        yield exact("G-XX-05", f"上半年义诊，{day} 已知", f"clinics of the half-year, known {day}",
                    clinics, known.get("clinics"))
    served = [ledger.row(*BRAND_XX, "--known-at", day, brand="xx-pioneer100")
              .get("person_times_served") for day in ("2019-07-31", "2019-08-02")]
    change = served[0] - served[1] if all(isinstance(value, int) for value in served) else None
    yield exact("§6.8", "更正减少的人次（480 → 408）", "taken back by the correction 480 → 408", 72,
                change)
    quarters = [ledger.row(*QUARTERS, "--period", f"2019Q{quarter}", person="xx-m001")
                for quarter in range(1, 5)]
    yield exact("G-XX-04", "四个季度得分", "scores of the four quarters",
                [9_500, 9_250, 8_800, 9_650], [row.get("final_score") for row in quarters],
                hundredths)
    finals = [row for quarter in range(1, 5)
              for row in ledger.rows(*QUARTERS, "--period", f"2019Q{quarter}", final=True)]
    yield exact("§8 XX", "已确认的季度得分（6 人 × 4）", "final quarters of six members", 24,
                len(finals))
    yield exact("PJ-06", "与得分不符的确认得分", "final scores that differ from the points", 0,
                sum(row.get("score") != row.get("final_score") for row in finals))
    link = ledger.row(*PAY, person="xx-m001")
    yield exact("G-XX-04", "年度指数", "annual index", 9_300, link.get("annual_index"), hundredths)
    yield exact("G-XX-04", "挂钩比例；系数", "linked share; coefficient", [3_000, 9_300],
                [link.get("linked_share_bp"), link.get("coefficient_bp")], percent)
    yield exact("G-XX-04", "应发比例", "payable factor", 9_790, link.get("factor_bp"), percent)


# Jinzhou.

BRAND_JZ = ("brand_metrics", "--org", "jz-orgdept", "--period", "2023")
STARS = ("fortress_rating", "--org", "jz-orgdept", "--period", "2023")
ADMISSIONS = ("membership_funnel", "--summary", "--org", "jz-orgdept")
JOINT = ("branch_health", "--org", "jz-orgdept", "--as-of", "2023-12-31", "--where", "kind=JOINT")


def jinzhou(ledger: Ledger) -> Iterator[Figure]:
    stars = {row.get("stars"): row.get("count") for row in ledger.rows(*STARS, "--summary")}
    yield exact("G-JZ-01", "五星 / 四星党支部", "five-star / four-star branches", [25, 40],
                [stars.get(5), stars.get(4)])
    ratings = ledger.rows(*STARS)
    named = [row for row in ratings if row.get("confirmed") in (4, 5)]
    yield exact("G-JZ-02", "上述支部的评定次数", "stage decisions for these", 260,
                total(named, "decisions"))
    brand = ledger.row(*BRAND_JZ, brand="jz-dqh")
    sessions = brand.get("activities")
    yield exact("G-JZ-06", "活动场次", "sessions", 43, sessions)
    yield exact("G-JZ-06", "党员志愿者（不重复）", "distinct member volunteers", 212,
                brand.get("volunteers_distinct"))
    medicines = brand.get("medicines_fen")
    yield exact("G-JZ-05", "发放药品", "medicines", 15_000_000, medicines, yuan)
    mean = half_up(medicines, sessions) if medicines and sessions else None
    yield exact("G-JZ-07", "场均药品", "medicines per session", 348_837, mean, yuan)
    admitted = {row.get("basis"): row.get("admitted") for row in ledger.rows(*ADMISSIONS, year=2023)}
    yield exact("G-JZ-03", "当年接收预备党员（按审批）", "admissions in the year, by approval", 15,
                admitted.get("APPROVED"))
    joint = ledger.rows(*JOINT)
    yield exact("G-JZ-04", "联合党支部 / 覆盖单位", "joint branches / units covered", [3, 6],
                [len(joint), total(joint, "joint_units")])
    demands = ledger.row("rectification_summary", "--org", "jz-orgdept", org="jz-orgdept",
                         source="PUBLIC_DEMAND")
    yield exact("G-JZ-09", "群众诉求解决", "public demands solved", 15, demands.get("closed"))
    yield exact("§8 JZ", "受理 / 未结", "received / open", [22, 7],
                [demands.get("registered"), demands.get("open")])


# Yangqiao.

ISSUES = ("rectification_summary", "--org", "yq-bureau", "--as-of", "2019-07-31",
          "--where", "org=yq-bureau")
SOURCES = ("INSPECTION", "SECRETARY_REPORT", "SECRET_VISIT", "SELF_CHECK")


def yangqiao(ledger: Ledger) -> Iterator[Figure]:
    sources = [ledger.row(*ISSUES, source=source) for source in SOURCES]
    every = ledger.row(*ISSUES, source="TOTAL")
    yield exact("G-YQ-01", "巡察/述职/暗访/自查", "inspection / report / secret visit / self-check",
                [18, 3, 3, 6], [row.get("registered") for row in sources])
    yield exact("G-YQ-01", "各来源销号", "closed of these", [18, 3, 3, 6],
                [row.get("closed") for row in sources])
    yield exact("G-YQ-01", "登记 / 销号 / 未销号 / 超期", "registered / closed / open / overdue",
                [30, 30, 0, 0],
                [every.get(name) for name in ("registered", "closed", "open", "overdue")])
    yield exact("G-YQ-02", "2019-07-31 销号率", "closing rate on 2019-07-31", 10_000,
                every.get("closing_bp"), percent)
    yield exact("PJ-09", "按原定 / 现行期限办结率", "on time by first / extended due day",
                [9_667, 10_000],
                [every.get("on_time_bp_original"), every.get("on_time_bp_current")], percent)
    issues = ledger.rows("rectification_ledger", "--org", "yq-bureau", "--as-of", "2019-07-31")
    yield exact("§8 YQ", "经批准延期的问题", "issues with an approved extension", 1,
                sum(row.get("extensions") == 1 for row in issues))
    branch = ledger.row("branch_health", "--org", "yq-bureau", "--as-of", "2019-07-31")
    yield exact("G-YQ-05", "正式党员；支委会（满 7 人须设）",
                "full members; committee, mandatory from 7", [7, "OK"],
                [branch.get("full"), branch.get("committee_flag")])


# Panyu.

PY_DAY = "2021-09-13"
BRANCHES_PY = ("branch_health", "--org", "py-district", "--as-of", PY_DAY)


def panyu(ledger: Ledger) -> Iterator[Figure]:
    branches = ledger.rows(*BRANCHES_PY)
    serving = [row for row in branches if row.get("kind") == "IN_SERVICE"]
    retired = [row for row in branches if row.get("kind") == "RETIRED"]
    yield exact("G-PY-01", "党支部 / 在职 / 离退休", "branches / in service / retired",
                [25, 22, 3], [len(branches), len(serving), len(retired)])
    members = total(serving, "total")
    yield exact("G-PY-02", "在职党员", "in-service members", 586, members)
    yield exact("G-PY-02", "在职支部平均人数", "mean of an in-service branch", 2_664,
                half_up(100 * members, len(serving)), hundredths)
    oversized = sum(
        len(ledger.rows("branch_health", "--org", "py-district", "--as-of", day,
                        size_flag="OVERSIZED"))
        for day in ("2019-12-31", "2020-12-31", PY_DAY))
    yield exact("G-PY-06", "超过 50 人的支部（2019 年以来）", "branches over 50 since 2019", 0,
                oversized)
    due = {row.get("election_due_on") for row in serving}
    yield exact("G-PY-08", "2020-08-14 选举的换届期限", "elected 2020-08-14, due",
                "2023-08-14", " ".join(sorted(str(day) for day in due)))
    flags = []
    for day in ("2023-02-13", "2023-02-14"):
        rows = ledger.rows("branch_health", "--org", "py-district", "--as-of", day,
                           kind="IN_SERVICE")
        flags.append(" ".join(sorted({str(row.get("election_flag")) for row in rows})))
    yield exact("G-PY-08", "提醒：2023-02-13 / 02-14", "reminder: on 2023-02-13 / 02-14",
                ["OK", "DUE"], flags)
    school = [ledger.row("brand_metrics", "--org", "py-district", "--period", str(year),
                         brand="py-welfare") for year in range(2002, 2022)]
    held = sum((row.get("activities") or 0) > 0 for row in school)
    yield exact("G-PY-07", "有公益活动的年份 2002–2021", "years with welfare sessions 2002–2021",
                20, held)
    yield exact("G-PY-07", "特殊学校 6,120 + 联合义诊 1,060（人次）",
                "school 6,120 + joint clinic 1,060, person-times", 7_180,
                total(school, "person_times_served"))


PROGRAMMES = (
    Programme("NA", "重庆市南岸区卫生健康委", "Nan'an District Health Commission", (FUNNEL,), nanan),
    Programme("XX", "杭州市西溪医院", "Hangzhou Xixi Hospital", (
        (*BRAND_XX, "--where", "brand=xx-pioneer100"), PAY), xixi),
    Programme("JZ", "辽宁省锦州市", "Jinzhou city", (
        (*BRAND_JZ, "--where", "brand=jz-dqh"), (*STARS, "--summary"),
        (*ADMISSIONS, "--where", "basis=APPROVED"), JOINT), jinzhou),
    Programme("YQ", "湖南省邵东县杨桥镇卫生院", "Yangqiao Township Health Centre", (ISSUES,),
              yangqiao),
    Programme("PY", "广州市番禺区中心医院", "Panyu District Central Hospital", (
        (*BRANCHES_PY, "--where", "kind=RETIRED"),), panyu),
)

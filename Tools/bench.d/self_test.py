"""Checks of Tools/bench itself: its arithmetic, its reports, the C programs, and every scenario
with tiny sizes. Peers that are not installed are left out; nothing is installed."""

import json
import sys
import time
from xml.etree import ElementTree

import chart
import goals
import peers
import report
import scenarios
from goals import Figures, Goal
from ours import Taizhang
from runner import Runner, in_reverse
from workshop import Failure

FIELDS = {
    "work", "title", "ours", "peer", "peer_value", "unit", "ratio", "goal", "at_least", "met",
    "rounds", "ours_min", "ours_median", "ours_max", "peer_min", "peer_median", "peer_max",
    "ratio_min", "ratio_max",
}
FACTS = {
    "cores": 2, "cpu": "a <CPU> & more", "memory_gib": 4.0, "kernel": "6.1", "system": "Debian",
    "flush_us": 222, "flush_p99_us": 900, "date": "2026-01-01", "load": 0.0,
}


class Checks:
    """Counts what held, and says what did not."""

    def __init__(self):
        self.held, self.broken = 0, []

    def that(self, holds, text):
        if holds:
            self.held += 1
        else:
            self.broken.append(text)
            print(f"FAILED: {text}", file=sys.stderr)


def run(workshop):
    """Runs all checks and returns the exit status."""
    start = time.monotonic()
    checks = Checks()
    arithmetic(checks)
    order(checks)
    reports(checks)
    programs(checks, workshop)
    missing = everything(checks, workshop)
    if missing:
        print(f"missing, so not checked: {'; '.join(missing)}", file=sys.stderr)
    print(f"{checks.held} checks hold, {len(checks.broken)} do not, "
          f"{time.monotonic() - start:.0f} s", file=sys.stderr)
    return 1 if checks.broken else 0


def sample_rows():
    """One row of each kind: met, missed, at most, against a limit, missing, failed."""
    figures = Figures(
        answers={
            "ours": [{"rate": rate, "size": 60} for rate in (90, 110, 100)],
            "theirs": [{"rate": rate, "size": 300} for rate in (60, 50, 40)],
        },
        reasons={"absent": "not installed: absent", "broken": "exit code 1"})

    def made(ours, theirs, goal, at_least=True):
        return goals.row(
            Goal("work", "work <of> all", ours, "a peer", theirs, "facts/s", goal, at_least),
            figures)

    return [
        made(("ours", "rate"), ("theirs", "rate"), 1.5),
        made(("ours", "rate"), ("theirs", "rate"), 3),
        made(("ours", "size"), ("theirs", "size"), 0.25, at_least=False),
        made(("ours", "rate"), 80.0, 1.0, at_least=False),
        made(("ours", "rate"), ("absent", "rate"), 1),
        made(("broken", "rate"), ("theirs", "rate"), 1),
        made(("ours", "rate"), ("theirs", "rate"), None),
    ]


def arithmetic(checks):
    met, missed, most, limit, missing, failed, shown = sample_rows()
    checks.that(met["ours"] == 100 and met["peer_value"] == 50, "medians are medians")
    checks.that(met["ratio"] == 2 and met["met"] is True, "2 is at least 1.5")
    checks.that((met["ratio_min"], met["ratio_max"]) == (1.5, 2.5), "ratios pair the rounds")
    checks.that((met["ours_min"], met["ours_max"]) == (90, 110), "smallest and largest")
    checks.that(met["rounds"] == 3, "three rounds are counted")
    checks.that(missed["ratio"] == 2 and missed["met"] is False, "2 is not at least 3")
    checks.that(most["ratio"] == 0.2 and most["met"] is True, "0.2 is at most 0.25")
    checks.that(limit["ratio"] == 1.25 and limit["met"] is False, "100 is beyond a limit of 80")
    checks.that(missing["ratio"] is None and missing["missing"] == "not installed: absent"
                and missing["met"] is None and missing["ours"] == 100, "a missing peer says why")
    checks.that(failed["failed"] == "exit code 1" and failed["met"] is False, "a failure of ours")
    checks.that(shown["ratio"] == 2 and shown["met"] is None and goals.share(shown) is None,
                "a row without a goal is only shown")
    checks.that(goals.share(most) == 1.25 and abs(goals.share(missed) - 2 / 3) < 1e-9,
                "shares of goals")
    for row in sample_rows():
        extra = set(row) - FIELDS - {"missing", "failed"}
        checks.that(FIELDS <= set(row) and not extra, f"the fields of a row: {extra}")
        checks.that(json.loads(json.dumps(row)) == row, "a row survives JSON")


def order(checks):
    steps = [scenarios.Step("first", dict), scenarios.Step("second", dict, "peer"),
             scenarios.Step("third", dict, needs=("first",))]
    names = [step.name for step in in_reverse(steps)]
    checks.that(names == ["first", "third", "second"], f"the other order keeps needs: {names}")

    def fails():
        raise Failure("on purpose")

    group = scenarios.Group("group", [
        scenarios.Step("good", lambda: {"rate": 1}), scenarios.Step("bad", fails)], [])
    figures = Runner({}, 2, verbose=False).run(group, {"good", "bad"})
    checks.that(len(figures.answers["good"]) == 2, "one step's failure leaves the others in")
    checks.that(figures.reasons == {"bad": "on purpose"}, "a failure says why")


def reports(checks):
    rows = sample_rows()
    table = report.table(rows)
    checks.that("2 ×" in table and "≥ 1.5 ×" in table and "not installed" in table,
                "the table shows ratio, goal and reason")
    checks.that("2 of 5 goals met" in table, "the table counts")
    text = report.markdown(rows, FACTS, {"A peer": "does not do this."})
    checks.that(len({line.count("|") for line in text.splitlines() if line.startswith("|")}) == 1,
                "every line of the Markdown table has as many cells")
    checks.that("222" in text and "does not do this" in text, "Markdown names machine and notes")
    picture = ElementTree.fromstring(chart.svg(rows, "<caption> & more"))
    bars = [each for each in picture.iter() if each.get("class") in ("met", "missed")
            and each.tag.endswith("rect")]
    checks.that(len(bars) == 4, f"a bar for each ratio: {len(bars)}")
    checks.that(all(float(each.get("width")) > 0 for each in bars), "bars have a length")


def programs(checks, workshop):
    """The C programs that need no server: their counts are known beforehand."""
    ready = {}
    for key in ("lmdb", "sqlite", "echo"):
        ready[key] = peers.ALL[key](workshop)
        try:
            ready[key].prepare(may_install=False)
        except Failure as failure:
            if key != "sqlite" or "not installed" not in str(failure):
                checks.that(False, f"{key} compiles: {failure}")
            del ready[key]
    if "lmdb" in ready:
        lmdb = ready["lmdb"]
        checks.that(lmdb.fill(2000, 200)["events"] == 2000, "LMDB is filled")
        checks.that(lmdb.scan()["events"] == 2000, "LMDB's scan finds every event")
        read = lmdb.streams(0.1, 200)
        checks.that(read["events_per_stream"] == 10 and read["streams"] > 0, "LMDB's streams")
        commits = lmdb.commits(0.1)
        checks.that(commits["operations"] > 0 and commits["p50_us"] <= commits["p99_us"],
                    "LMDB commits")
    if "sqlite" in ready:
        checks.that(ready["sqlite"].fill(2000, 200)["events"] == 2000, "SQLite is filled")
        read = ready["sqlite"].streams(0.1, 200)
        checks.that(read["events_per_stream"] == 10 and read["streams"] > 0, "SQLite's streams")
    if "echo" in ready:
        echo = ready["echo"].load(8, 0.2)
        checks.that(echo["operations"] > 8 and 0 < echo["p50_us"] <= echo["p99_us"], "echo")
        rate = echo["operations"] / echo["seconds"]
        checks.that(abs(rate / echo["per_second"] - 1) < 0.01, "a rate is count by time")


def everything(checks, workshop):
    """Every scenario, tiny, with the peers that are there; returns why others are missing."""
    ours = Taizhang(workshop)
    if not ours.executable.exists():
        ours.build()
    ready = {key: make(workshop) for key, make in peers.ALL.items()}
    runner = Runner(ready, 1, {"grpc": "grpc-swift-2: left out"}, may_install=False)
    works = set()
    for group in scenarios.Scenarios(ours, ready, scenarios.TINY).all():
        figures = runner.run(group, {step for goal in group.goals for step in goal.steps()})
        for goal in group.goals:
            row = goals.row(goal, figures)
            works.add(row["work"])
            name = f"{row['work']} and {row['peer']}"
            checks.that("failed" not in row, f"{name}: {row.get('failed')}")
            if "missing" in row:
                reason = row["missing"]
                checks.that("not installed" in reason or "left out" in reason, f"{name}: {reason}")
            elif "failed" not in row:
                checks.that(row["ours"] > 0 and row["peer_value"] > 0, f"{name}: figures")
                ratio = row["ours"] / row["peer_value"]
                checks.that(abs(ratio - row["ratio"]) < 1e-3 + ratio / 1e3, f"{name}: the ratio")
    checks.that(len(works) == 15, f"15 works, not {len(works)}")
    return sorted(reason for reason in runner.prepared.values() if reason)

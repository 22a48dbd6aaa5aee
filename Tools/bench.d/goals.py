"""The goals: what is compared with whom, how far apart they shall be, and the arithmetic."""

import statistics
from dataclasses import dataclass, field
from typing import Optional


@dataclass(frozen=True)
class Goal:
    """One pair of figures and what their ratio shall be.

    `ours` and `theirs` are (step, field) of a group's steps; `theirs` may also be a number, for
    goals that are absolute."""

    work: str
    title: str
    ours: tuple
    peer: str
    theirs: object
    unit: str
    goal: Optional[float]   # None: shown for comparison only
    at_least: bool = True

    def steps(self):
        pairs = [self.ours] + ([self.theirs] if isinstance(self.theirs, tuple) else [])
        return {step for step, _ in pairs}


@dataclass
class Figures:
    """What the rounds gave: for each step the answers in the order of rounds, or why none."""

    answers: dict = field(default_factory=dict)
    reasons: dict = field(default_factory=dict)

    def series(self, source):
        """The figures of a (step, field), one a round; a number stands for itself."""
        if not isinstance(source, tuple):
            return [float(source)]
        step, name = source
        return [float(answer[name]) for answer in self.answers.get(step, [])
                if answer.get(name) is not None]


def row(goal, figures):
    """The row of a goal: what Tools/bench --json prints."""
    ours, theirs = figures.series(goal.ours), figures.series(goal.theirs)
    result = {
        "work": goal.work, "title": goal.title, "ours": None, "peer": goal.peer,
        "peer_value": None, "unit": goal.unit, "ratio": None, "goal": goal.goal,
        "at_least": goal.at_least, "met": None, "rounds": len(ours),
        **spread("ours", ours), **spread("peer", theirs),
        "ratio_min": None, "ratio_max": None,
    }
    result["ours"], result["peer_value"] = result["ours_median"], result["peer_median"]
    if not ours or goal.ours[0] in figures.reasons:
        reason = figures.reasons.get(goal.ours[0], "not measured")
        return {**result, "failed": reason, "met": False}
    if not theirs or result["peer_value"] == 0:
        return {**result, "missing": figures.reasons.get(goal.theirs[0], "not measured")}
    # The rounds alternate, so figures of the same round belong together.
    paired = [a / b for a, b in zip(ours, theirs * len(ours) if len(theirs) == 1 else theirs) if b]
    ratio = result["ours"] / result["peer_value"]
    result.update(
        ratio=round(ratio, 4), ratio_min=round(min(paired), 4), ratio_max=round(max(paired), 4))
    if goal.goal is not None:
        result["met"] = ratio >= goal.goal if goal.at_least else ratio <= goal.goal
    return result


def spread(name, values):
    if not values:
        return {f"{name}_{part}": None for part in ("min", "median", "max")}
    return {
        f"{name}_min": min(values), f"{name}_median": statistics.median(values),
        f"{name}_max": max(values)}


def share(row_):
    """How far a row is from its goal: 1 is exactly met, 2 twice as good as wanted."""
    if not row_["ratio"] or row_["goal"] is None:
        return None
    return row_["ratio"] / row_["goal"] if row_["at_least"] else row_["goal"] / row_["ratio"]

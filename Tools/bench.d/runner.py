"""Runs the groups: prepares peers, then the steps in turns, round by round."""

import contextlib
import sys
import time

from goals import Figures
from workshop import Failure


class Runner:
    """Carries the peers from group to group; a peer is prepared once, when first needed."""

    def __init__(self, peers, rounds, excluded=(), may_install=True, verbose=True):
        self.peers, self.rounds = peers, rounds
        self.may_install, self.verbose = may_install, verbose
        self.prepared = dict(excluded)      # key of a peer → why it is missing, None when ready

    def say(self, text):
        if self.verbose:
            print(f"==> {text}", file=sys.stderr, flush=True)

    def reason(self, key):
        """Why a peer is missing, None when it is ready."""
        if key is not None and key not in self.prepared:
            try:
                self.say(f"preparing {self.peers[key].name}")
                self.peers[key].prepare(self.may_install)
                self.prepared[key] = None
            except (Failure, OSError) as failure:
                self.prepared[key] = f"{self.peers[key].name}: {failure}"
                self.say(f"missing: {self.prepared[key]}")
        return self.prepared.get(key)

    def run(self, group, wanted):
        """Measures the wanted steps of a group, in the other order every second round."""
        figures = Figures()
        steps = [step for step in group.steps if step.name in wanted]
        needed = {name for step in steps for name in step.needs}
        steps = [step for step in group.steps if step.name in wanted | needed]
        keys = {step.peer for step in steps}
        out = {}                            # key of a peer or None for us → why it is out
        for key in sorted(key for key in keys if key):
            if self.reason(key):
                out[key] = self.reason(key)
        with contextlib.ExitStack() as servers:
            for key in group.serving:
                if key in keys and key not in out:
                    self.attempt(
                        group, f"starting {self.peers[key].name}", key, out,
                        lambda key=key: servers.enter_context(self.peers[key].running()))
            for step in group.prepare:
                if step.peer in keys and step.peer not in out:
                    self.attempt(group, f"filling {step.name}", step.peer, out, step.run)
            for number in range(self.rounds * group.turns):
                turn = steps if number % 2 == 0 else in_reverse(steps)
                for step in turn:
                    self.measure(group, step, number, out, figures)
        return figures

    def measure(self, group, step, number, out, figures):
        """One step of one round, unless it or its peer is out already."""
        reason = out.get(step.peer) or out.get(step.name)
        if reason:
            figures.reasons[step.name] = reason
            return
        label = f"round {number + 1} of {self.rounds * group.turns}, {step.name}"
        # A failure of one of our steps leaves the others in; a peer that fails is out.
        place = step.peer or step.name
        answer = self.attempt(group, label, place, out, step.run)
        if answer is None:
            figures.reasons[step.name] = out[place]
        else:
            figures.answers.setdefault(step.name, []).append(answer)

    def attempt(self, group, label, place, out, action):
        """Does it, says how it went, and puts the reason into `out` when it failed."""
        start = time.monotonic()
        try:
            answer = action()
        except (Failure, OSError, KeyError, TypeError, ValueError) as failure:
            out[place] = str(failure) or repr(failure)
            self.say(f"{group.name}: {label}: failed: {out[place]}")
            return None
        figures = ""
        if isinstance(answer, dict):
            figures = ", ".join(
                f"{name} {value:,.5g}" if value < 100 else f"{name} {value:,.0f}"
                for name, value in answer.items()
                if isinstance(value, (int, float)) and name != "checksum")
        self.say(f"{group.name}: {label} ({time.monotonic() - start:.1f} s) {figures}")
        return answer


def in_reverse(steps):
    """The steps from the last to the first, but each after what it needs."""
    result = []
    for step in reversed(steps):
        if step.needs:
            result += [other for other in steps if other.name in step.needs and other not in result]
        if step not in result:
            result.append(step)
    return result

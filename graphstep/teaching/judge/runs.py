"""The programs that are run on an engine, from small to large, and what they came to."""

from __future__ import annotations

import math
from collections.abc import Iterable

from graphstep.teaching.judge import programs
from graphstep.teaching.judge.array_programs import Plan
from graphstep.teaching.judge.engine import Engine
from graphstep.teaching.judge.findings import NEAR, agree, cells, tolerance_of
from graphstep.teaching.judge.gate import flat
from graphstep.teaching.judge.machine import Machine, right_numbers
from graphstep.teaching.judge.operations import OPERATIONS, ROWS, Cells
from graphstep.teaching.judge.trials import Call, Trial


class Runs:
    """What is tried on an engine: a program goes on from those that were right before it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.introduction = introduction = engine.introduce()
        self.has_numbers, self.has_arrays = introduction["numbers"], introduction["arrays"]
        self.machine = Machine()
        self.tolerance = tolerance_of(introduction["third"])
        self.gradients: dict[Trial, list[tuple[Cells, ...]]] = {}
        self.wrong: list[Trial] = []
        self.errors: dict[Trial, str] = {}
        self.changing: dict[str, Trial] = {}
        self.sharing: dict[str, Trial] = {}
        self.absent: dict[tuple[bool, str], str] = {}
        self.unbroadcast: dict[str, str] = {}

    def _numbers(self) -> list[str]:
        """Run the programs on numbers; the operations that are right by themselves."""
        start = Trial(0, (0.75,), ())
        self._run([start])
        if basis := start not in self._failing():
            self._measure(Trial(1, (1 / 3, 2.0), (Call("mul", (0, 1)),), "mul"))
        # What is right alone is the material of larger programs: one with a wrong operation in it would accuse those beside it.
        self._run(programs.alone())
        beside: list[str] | None = None
        # Again where one beside which the others were tried has turned out to be wrong itself: that said nothing of them.
        while (right := self._right(False)) != beside and basis:
            beside = right
            for name in [x for x in OPERATIONS if (False, x) not in self.absent]:
                self._run(programs.around(OPERATIONS[name], right))
        if basis:
            self._run(programs.chains(right))
            self._run(programs.diamonds(right))
            self._run(programs.at_random(right))
        return right

    def _measure(self, trial: Trial) -> None:
        """Widen the tolerance where gradients are kept in a coarser type than values: the second is 1/3."""
        (answer,) = self.engine.run([trial])
        if "copies" in answer:
            self.tolerance = max(self.tolerance, *map(tolerance_of, flat(cells(answer["copies"][0][2]))))

    def _arrays(self) -> None:
        """Run the programs on arrays."""
        plan = Plan(closed=not self.engine.starts())
        if plan.closed:
            self._run(plan.alone([ROWS["sum"]]))
            if (True, "sum") in self.absent:
                self.has_arrays = False
                return
        if self.has_numbers:
            self.absent |= {(True, name): error for (_, name), error in self.absent.items()}
        # Absent with numbers is absent with arrays: it is the same method.
        rows = [row for row in ROWS.values() if (True, row.name) not in self.absent]
        self._run([plan.start()])
        if not self.has_numbers:
            self._measure(plan.third())
        self._run(plan.alone(rows))
        rows = [row for row in rows if (True, row.name) not in self.absent]
        beside: list[str] | None = None
        while (right := self._right(True)) != beside:
            beside = right
            for row in rows:
                self._run(plan.around(row, right))
                self._run(plan.broadcast(row, right, numbers=self.has_numbers))
        self._run(plan.chains(right))
        self._run(plan.at_random(right))

    def _right(self, arrays: bool) -> list[str]:
        """The operations that are right in all that was run so far, of numbers or of arrays."""
        failing = [trial for trial in self._failing() if trial.of_arrays or not arrays]
        # Alone, every operation in a program counts; beside those that are right, the one that it is about.
        wrong = {name for trial in failing for name in (trial.operations if trial.level == 1 else {trial.subject})}
        rows = ROWS if arrays else OPERATIONS
        return [name for name in rows if name not in wrong and (arrays, name) not in self.absent]

    def _run(self, trials: Iterable[Trial]) -> None:
        """Run programs; what an operation raises when it is built alone makes it absent."""
        done = self.gradients.keys() | self.errors.keys()
        fresh = [each for each in dict.fromkeys(trials) if each not in done and not self._is_beyond(each)]
        for trial, answer in zip(fresh, self.engine.run(fresh), strict=True):
            key = trial.of_arrays, trial.subject
            if "copies" in answer:
                self.gradients[trial] = list(dict.fromkeys(tuple(map(cells, copy)) for copy in answer["copies"]))
                if not self._agrees(trial, [right_numbers(trial)]):
                    self.wrong.append(trial)
                if answer["changes"] and trial.level == 1:
                    self.changing.setdefault(trial.subject, trial)
                if answer["shares"] and trial.level == 1:
                    self.sharing.setdefault(trial.subject, trial)
            elif trial.level == 1 and not answer["built"] and not answer["wrong"]:
                self.absent.setdefault(key, answer["error"])
            elif trial.is_broadcast and not answer["built"]:
                self.unbroadcast.setdefault(trial.subject, answer["error"])
            else:
                self.errors[trial] = answer["error"]
        for trial in fresh:
            # An operation that takes numbers of one sign only, or no plain ones, is there.
            if trial.level == 1 and (trial in self.gradients or trial in self.errors):
                self.absent.pop((trial.of_arrays, trial.subject), None)

    def _is_beyond(self, trial: Trial) -> bool:
        return any((trial.of_arrays, name) in self.absent for name in trial.operations)

    def _failing(self) -> list[Trial]:
        """The programs that come to wrong numbers, or to none, the smallest first."""
        wired = self.machine.wirings.keys()
        return sorted((*self.wrong, *self.errors), key=lambda x: (x.of_arrays, x.level, bool(x.operations & wired), len(x.calls)))

    def _agrees(self, trial: Trial, expected: Iterable[tuple[Cells, ...]], tolerance: float | None = None) -> bool:
        """Whether every copy has the numbers of one of those that are expected."""
        if trial not in self.gradients:
            return False
        ways = list(expected)
        scale = self._scale(trial)
        most = self.tolerance if tolerance is None else tolerance
        return all(any(agree(copy, way, most, scale) for way in ways) for copy in self.gradients[trial])

    def _scale(self, trial: Trial) -> float:
        if trial.level < 5:
            return 1.0
        # Larger programs round off in proportion to their largest number: where tanh is near 1, 1 - tanh² has few digits left.
        return max((1.0, *(abs(x) for each in right_numbers(trial) for x in flat(each) if math.isfinite(x)))) / NEAR

"""The judgement of an engine: its programs are run, and the fault is looked for that reproduces what they come to."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from graphstep.teaching.judge import planning
from graphstep.teaching.judge.faults import faults_of, faults_of_backward
from graphstep.teaching.judge.machine import BACKWARD, Fault, Machine, Wiring
from graphstep.teaching.judge.operations import OPERATIONS, REQUIRED
from graphstep.teaching.judge.trials import Call, Trial

TOLERANCE, ROUNDING, DOUBT = 1e-9, 64, 1e-6
"""Relative errors: that of a right number in float64, the ulps of another type, and up to what an ε is suspected."""

_CLOSE = 4
"""Levels up to which a trial that fails speaks of its subject."""


class StoppedError(Exception):
    """The process of an engine ended before it answered."""

    def __init__(self, reason: str, trial: Trial | None) -> None:
        super().__init__(reason)
        self.reason = reason
        """The id of the message that says why."""
        self.trial = trial
        """The program that it was at; None where it was at none."""


class Engine(Protocol):
    """Somebody's engine, in this process or in another."""

    name: str
    """What the user calls it."""

    def introduce(self) -> dict[str, Any]:
        """Its class, and what comes back of 1/3."""

    def wirings(self) -> dict[str, list[dict[str, Any]]]:
        """What its operations are built from."""

    def run(self, trials: Sequence[Trial]) -> list[dict[str, Any]]:
        """What programs come to."""

    def again(self, trial: Trial) -> list[list[float]]:
        """The gradients after one backward pass and after two; nothing where that failed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong."""

    operation: str
    """The operation, or ``backward``."""
    slot: int | None
    """The input that gets a wrong gradient; None where it is none, or all of them."""
    key: str
    """The message that says what is wrong; empty where no known fault reproduces the numbers."""
    trial: Trial
    """The smallest program that shows it."""
    right: tuple[float, ...]
    """What that comes to: the value, then the gradients of its inputs."""
    came: tuple[float, ...]
    """What the engine has; nothing where it failed."""
    error: str = ""
    """What it raised, where it failed."""
    built: str = ""
    """What the operation is built as, where that is what is wrong."""


@dataclass(frozen=True, slots=True)
class Kink:
    """What an engine does where there is a choice."""

    trial: Trial
    """The program, at the kink."""
    ours: float
    """The gradient here."""
    came: float
    """The gradient there."""


@dataclass(slots=True)
class Judgement:
    """What is said of an engine."""

    engine: str
    """What the user calls it."""
    kind: str
    """Its class."""
    findings: list[Finding] = field(default_factory=list)
    """What is wrong, the root of it first."""
    right: list[str] = field(default_factory=list)
    """The operations that are right."""
    consequences: list[str] = field(default_factory=list)
    """The operations that are wrong only because others are that they are built from."""
    absent: list[str] = field(default_factory=list)
    """The operations that it has not."""
    missing: list[str] = field(default_factory=list)
    """Those of them that were required."""
    kinks: list[Kink] = field(default_factory=list)
    """What it does where there is a choice."""
    doubts: list[Trial] = field(default_factory=list)
    """Programs of which a number is a little off."""
    again: tuple[Trial, float, float] | None = None
    """A program, and a gradient after one backward pass and after two, where they differ."""
    programs: int = 0
    """How many programs were run."""

    @property
    def is_right(self) -> bool:
        """Whether nothing is wrong and nothing required is missing."""
        return not self.findings and not self.missing


def judge(engine: Engine, require: Iterable[str] = ()) -> Judgement:
    """Judge an engine. One whose process ends is judged by the program that it was at."""
    one = _Judge(engine, (*REQUIRED, *require))
    try:
        return one.judgement()
    except StoppedError as stopped:
        trial = stopped.trial or Trial(0, (0.75,), ())
        finding = Finding(trial.subject or BACKWARD, None, stopped.reason, trial, one.machine.right(trial), ())
        return replace(one.result, findings=[finding])


class _Judge:
    def __init__(self, engine: Engine, required: Sequence[str]) -> None:
        self.engine, self.required = engine, required
        introduction = engine.introduce()
        self.machine = Machine({name: _wiring(calls) for name, calls in engine.wirings().items()})
        self.tolerance = tolerance_of(introduction["third"])
        self.result = Judgement(engine.name, introduction["class"])
        self.gradients: dict[Trial, list[tuple[float, ...]]] = {}
        self.errors: dict[Trial, str] = {}
        self.absent: dict[str, str] = {}
        self.opaque: set[str] = set()
        self.faults: list[Fault] = []

    def judgement(self) -> Judgement:
        self._run(planning.alone())
        result, broken = self.result, self._failing()
        result.absent = [each for each in OPERATIONS if each in self.absent]
        present = [each for each in OPERATIONS if each not in result.absent]
        right = [each for each in present if not any(each in trial.operations for trial in broken)]
        basis = Trial(0, (0.75,), ()) not in broken
        for name in present if basis else ():
            self._run(planning.around(OPERATIONS[name], right))
        broken = self._failing()
        right = [each for each in right if not any(trial.subject == each for trial in broken)]
        if basis:
            self._run(planning.chains(right))
            self._run(planning.diamonds(right))
            self._run(planning.at_random(right))
        self._explain()
        wrong = {each.operation for each in result.findings}
        failing = {trial.subject for trial in self._failing() if trial.subject}
        result.consequences = [x for x in present if x in failing - wrong and self.machine.leaves(x) & wrong]
        blamed = wrong | {*result.consequences}
        result.right = [x for x in present if x not in blamed and BACKWARD not in wrong]
        result.missing = [x for x in dict.fromkeys(self.required) if x in result.absent or x not in OPERATIONS]
        result.programs = len(self.gradients) + len(self.errors)
        if result.is_right:
            self._kinks()
        self._again(right)
        return result

    # -- running ----------------------------------------------------------------------------------------------------------------

    def _run(self, trials: Iterable[Trial]) -> None:
        """Run programs; what an operation raises when it is built alone makes it absent."""
        fresh = [
            each for each in dict.fromkeys(trials) if each not in self.gradients and not each.operations & self.absent.keys()
        ]
        for trial, answer in zip(fresh, self.engine.run(fresh), strict=True):
            if "copies" in answer:
                copies = [tuple(_number(x) for x in copy) for copy in answer["copies"]]
                self.gradients[trial] = list(dict.fromkeys(copies))
            elif trial.level == 1 and not answer["built"] and not answer["wrong"]:
                self.absent.setdefault(trial.subject, answer["error"])
            else:
                self.errors[trial] = answer["error"]
        for trial in [*self.gradients, *self.errors]:
            # An operation that takes numbers of one sign only, or no plain ones, is there.
            if trial.level == 1 and trial.subject in self.absent:
                del self.absent[trial.subject]

    def _failing(self) -> list[Trial]:
        """The programs that come to wrong numbers, or to none, the smallest first."""
        wrong = [trial for trial in self.gradients if not self._agrees(trial, [self.machine.right(trial)])]
        wired = self.machine.wirings.keys()
        return sorted((*wrong, *self.errors), key=lambda x: (x.level, bool(x.operations & wired), len(x.calls)))

    def _agrees(self, trial: Trial, expected: Iterable[tuple[float, ...]], tolerance: float | None = None) -> bool:
        """Whether every copy has the numbers of one of those that are expected."""
        if trial not in self.gradients:
            return False
        ways = list(expected)
        scale = self._scale(trial)
        most = self.tolerance if tolerance is None else tolerance
        return all(any(agree(copy, way, most, scale) for way in ways) for copy in self.gradients[trial])

    def _scale(self, trial: Trial) -> float:
        return 1.0 if trial.level < 5 else max(1.0, *(abs(x) for x in self.machine.right(trial) if math.isfinite(x)))

    # -- explaining -------------------------------------------------------------------------------------------------------------

    def _explain(self) -> None:
        """Find a fault for what fails, then another for what still does."""
        for name in self.machine.wirings:
            if not self._is_well_wired(name) and (
                wrong := [x for x in self._failing() if x.subject == name and x in self.gradients]
            ):
                finding = self._told(wrong[0], name, None, "judge-built")
                self.result.findings.append(replace(finding, built=self._built(name)))
        for _ in range(len(OPERATIONS)):
            failing = [trial for trial in self._failing() if not self._is_explained(trial)]
            near = [trial for trial in failing if self._agrees(trial, [self.machine.right(trial)], DOUBT)]
            self.result.doubts.extend(each for each in near if each not in self.result.doubts)
            failing = [trial for trial in failing if trial not in near]
            if not failing:
                return
            finding = self._finding(failing)
            self.result.findings.append(finding)
            if finding.operation == BACKWARD:
                return

    def _built(self, name: str) -> str:
        """What an operation is built as, in x and y."""
        row, calls = OPERATIONS[name], list[Call]()
        for part, reads in self.machine.wirings[name]:
            places = (x if isinstance(x, int) else x["place"] if x["how"] == "same" else float(x["number"]) for x in reads)
            calls.append(Call(part, tuple(places)))
        return Trial(1, row.points[0], tuple(calls)).text

    def _is_explained(self, trial: Trial) -> bool:
        """Whether the faults so far come to the numbers of a program, or nothing can be said of it any more."""
        inside = {leaf for each in trial.operations for leaf in self.machine.leaves(each)}
        return bool(inside & self.opaque) or self._fits(trial, self.faults)

    def _finding(self, failing: Sequence[Trial]) -> Finding:
        first = failing[0]
        if first in self.errors:
            return self._crash(first)
        open_trials = [x for x in self.gradients if not self._is_opaque(x)]
        ordered = [*failing, *(x for x in open_trials if x not in set(failing))]
        suspects = list(self._suspects(failing))
        for fault in suspects:
            if self._reproduces(fault, ordered):
                return self._found(fault, failing)
        # Several faults at once: the one that explains what its own operation does alone.
        own = [x for x in ordered if x.subject == first.subject and x.level < _CLOSE] if first.subject else []
        for fault in suspects if own else ():
            if fault.operation != BACKWARD and self._reproduces(fault, own):
                return self._found(fault, failing)
        return self._unknown(first, failing)

    def _is_opaque(self, trial: Trial) -> bool:
        return any(self.machine.leaves(each) & self.opaque for each in trial.operations)

    def _suspects(self, failing: Sequence[Trial]) -> Iterator[Fault]:
        """The faults that may be behind what fails: those of operations in all of the smallest of it, then of backward."""
        first = failing[0]
        if not first.operations:
            yield from faults_of_backward()
            return
        inside = [leaf for leaf in OPERATIONS if leaf in {x for each in first.operations for x in self.machine.leaves(each)}]
        for name in inside:
            if not self.machine.wirings.get(name) and name != "power":
                yield from faults_of(name)
        yield from faults_of_backward()

    def _reproduces(self, fault: Fault, trials: Iterable[Trial]) -> bool:
        """Whether an engine with this fault comes to all numbers. What depends on the order of a set is left open."""
        return all(self._fits(trial, [*self.faults, fault]) for trial in trials if trial not in self.errors)

    def _fits(self, trial: Trial, faults: Sequence[Fault]) -> bool:
        """Whether faults come to the numbers of a program; where that depends on the order of a set, whether they may."""
        ways = list(self.machine.run(trial, faults))
        if self._agrees(trial, ways):
            return True
        # Its contributions arrive in one of too many orders, and the faults make a difference of that.
        if self.machine.is_known(trial) or not any(fault.needs_luck for fault in faults):
            return False
        right = self.machine.right(trial)
        return any(not agree(way, right, self.tolerance, 1.0) for way in ways)

    def _found(self, fault: Fault, failing: Sequence[Trial]) -> Finding:
        self.faults.append(fault)
        shown = [x for x in failing if fault.operation in x.operations and x in self.gradients] or failing
        return self._told(shown[0], fault.operation, fault.slot, fault.key)

    def _told(self, trial: Trial, operation: str, slot: int | None, key: str) -> Finding:
        right = self.machine.right(trial)
        came = next((x for x in self.gradients.get(trial, ()) if not agree(x, right, self.tolerance, self._scale(trial))), ())
        return Finding(operation, slot, key, trial, right, came, self.errors.get(trial, ""))

    def _unknown(self, first: Trial, failing: Sequence[Trial]) -> Finding:
        """A fault that no known one reproduces: that of the operation that stands alone, else of the backward pass."""
        if not first.subject:
            return self._told(first, BACKWARD, None, "judge-order" if first.operations else "judge-seed")
        name = first.subject
        # It fails through what it is built from, where that fails by itself too.
        others = [x for x in OPERATIONS if x in self.machine.leaves(name) and x != name]
        name = next((x for x in others if any(t.subject == x for t in failing)), name)
        first = next(t for t in failing if t.subject == name)
        self.opaque.add(name)
        return self._told(first, name, self._slot(first), "")

    def _slot(self, trial: Trial) -> int | None:
        """The only input that gets a wrong gradient from an operation; None where its value is wrong, or several are."""
        right, (came, *_) = self.machine.right(trial), self.gradients.get(trial, [()])
        if not came or not agree(came[:1], right[:1], self.tolerance, 1.0):
            return None
        call = trial.calls[0]
        wrong = [
            slot
            for slot, x in enumerate(call.operands)
            if isinstance(x, int)
            and x + 1 < len(came)
            and not agree(came[x + 1 : x + 2], right[x + 1 : x + 2], self.tolerance, 1.0)
        ]
        return wrong[0] if len(wrong) == 1 else None

    def _is_well_wired(self, name: str) -> bool:
        """Whether what an operation is built from would be right if its parts were."""
        trials = [x for x in self.gradients if x.level == 1 and x.subject == name]
        machine = Machine({name: self.machine.wirings[name]})
        return all(agree(next(machine.run(x)), machine.right(x), TOLERANCE, 1.0) for x in trials)

    def _crash(self, trial: Trial) -> Finding:
        name = trial.subject or BACKWARD
        self.opaque.add(name)
        return self._told(trial, name, None, "judge-fails")

    # -- what is no fault ------------------------------------------------------------------------------------------------------

    def _kinks(self) -> None:
        """What it does at kinks, beside what is done here."""
        trials = [
            Trial(7, point, (Call(name, tuple(range(len(point)))),), name)
            for name, point in (("relu", (0.0,)), ("abs", (0.0,)), ("max", (1.0, 1.0)), ("min", (1.0, 1.0)))
            if name in self.result.right
        ]
        for trial, answer in zip(trials, self.engine.run(trials), strict=True):
            if "copies" in answer:
                came = _number(answer["copies"][0][1])
                self.result.kinks.append(Kink(trial, self.machine.right(trial)[1], came))

    def _again(self, right: Sequence[str]) -> None:
        """Whether backward called twice adds to what is there."""
        if not {"mul", "add"} <= {*right}:
            return
        trial = Trial(7, (2.0, -3.0), (Call("mul", (0, 1)), Call("add", (2, 0))))
        if len(gradients := self.engine.again(trial)) == 2 and gradients[0] != gradients[1]:
            self.result.again = trial, gradients[0][0], gradients[1][0]


def tolerance_of(third: float) -> float:
    """The relative error of a right number, from what comes back of 1/3: 64 ulps of the type that it went through."""
    if third == 1 / 3:
        return TOLERANCE
    # Half an ulp is the most that 1/3 can be off; 1/3 is off by a third of an ulp.
    return max(TOLERANCE, ROUNDING * 3 * abs(third - 1 / 3) * 3)


def agree(came: Sequence[float], right: Sequence[float], tolerance: float, scale: float) -> bool:
    """Whether numbers are the right ones, up to rounding."""
    if len(came) != len(right):
        return False
    return all(
        one == other or (math.isnan(one) and math.isnan(other)) or abs(one - other) <= tolerance * max(abs(other), scale * 0.01)
        for one, other in zip(came, right, strict=True)
    )


def _wiring(calls: Sequence[Mapping[str, Any]]) -> Wiring:
    return tuple((call["operation"], tuple(call["operands"])) for call in calls)


def _number(value: Any) -> float:
    return float(value)

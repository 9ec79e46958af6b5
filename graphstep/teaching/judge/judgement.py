"""The judgement of an engine: its programs are run, and the fault is looked for that reproduces what they come to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from graphstep.teaching.judge.array_faults import faults_of_arrays, faults_of_broadcast
from graphstep.teaching.judge.engine import Engine, StoppedError
from graphstep.teaching.judge.fault import BACKWARD, BROADCAST, Fault
from graphstep.teaching.judge.faults import faults_of, faults_of_backward
from graphstep.teaching.judge.findings import DOUBT, NEAR, TOLERANCE, Finding, Judgement, Kink, agree
from graphstep.teaching.judge.machine import Machine, right_numbers
from graphstep.teaching.judge.operations import ARRAYS, OPERATIONS, REQUIRED, ROWS, near_names, whole_of
from graphstep.teaching.judge.runs import Runs
from graphstep.teaching.judge.trials import Call, Trial

_CLOSE = 4
"""Levels up to which a trial that fails speaks of its subject."""


def judge(engine: Engine, require: Iterable[str] = ()) -> Judgement:
    """Judge an engine. One whose process ends is judged by the program that it was at."""
    one = _Judge(engine, (*REQUIRED, *require))
    try:
        return one.judgement()
    except StoppedError as stopped:
        trial = stopped.trial or Trial(0, (0.75,), ())
        subject = BACKWARD if stopped.reason == "judge-slow" else trial.subject or BACKWARD
        finding = Finding(subject, None, stopped.reason, trial, right_numbers(trial), ())
        return replace(one.result, findings=[finding])


class _Judge(Runs):
    def __init__(self, engine: Engine, required: Sequence[str]) -> None:
        super().__init__(engine)
        introduction = self.introduction
        self.required, self.names, self.shares = required, introduction["names"], introduction["shares"]
        way = introduction["pass"]
        self.result = Judgement(engine.name, introduction["class"], way if way != "loss.backward()" else "")
        self.uses = {name: {*whole_of(name)} for name in ARRAYS}
        self.opaque: set[str] = set()
        self.loose: set[str] = set()
        self.faults: list[Fault] = []

    def judgement(self) -> Judgement:
        # What operations are built from comes first: with it the machine makes x - y of + and of a minus, as the engine does.
        wirings = {name: each for name, each in self.engine.wirings().items() if each["uses"]}
        built = {
            name: tuple((call["operation"], tuple(call["operands"])) for call in each["calls"])
            for name, each in wirings.items()
            if each["calls"]
        }
        self.machine = Machine(built)
        for name, each in wirings.items():
            self.uses.setdefault(name, set()).update(each["uses"])
            # A mean may be a sum times 1/4, which is another number for another shape: the machine cannot follow that.
            reads = [x for call in each["calls"] for x in call["operands"] if isinstance(x, dict)]
            if name in ARRAYS and (not each["calls"] or any(x["place"] is None for x in reads)):
                self.loose.add(name)
        result, right = self.result, list[str]()
        if self.has_numbers:
            right = self._numbers()
        if self.has_arrays:
            self._arrays()
        self._explain()
        names = ROWS if self.has_arrays else OPERATIONS
        result.absent = [name for name in names if self._is_absent(name)]
        raised = {name: error for (_, name), error in self.absent.items()}
        result.near = near_names(result.absent, self.names)
        result.missing = {x: raised.get(x, "") for x in self.required if x in result.absent or x not in names}
        present = [name for name in names if name not in result.absent]
        if self.has_numbers:
            result.without_arrays = [x for x in present if x in OPERATIONS and self.has_arrays and (True, x) in self.absent]
        result.unbroadcast = [x for x in present if x in self.unbroadcast]
        wrong = {each.operation for each in result.findings}
        failing = {trial.subject for trial in self._failing() if trial.subject}
        result.consequences = [x for x in present if x in failing - wrong and self._comes_of(x, wrong)]
        blamed = wrong | {*result.consequences}
        result.right = [x for x in present if x not in blamed and BACKWARD not in wrong]
        result.programs = len(self.gradients) + len(self.errors)
        if result.is_right and self.has_numbers:
            self._kinks()
        self._again(right)
        return result

    def _is_absent(self, name: str) -> bool:
        kinds = [*[False] * (self.has_numbers and name in OPERATIONS), *[True] * self.has_arrays]
        return all((kind, name) in self.absent for kind in kinds)

    def _comes_of(self, name: str, wrong: set[str]) -> bool:
        """Whether an operation is wrong only because others are: those it is built from, or the copies of broadcasting."""
        return bool((self.machine.leaves(name) | self.uses.get(name, set())) & wrong) or BROADCAST in wrong

    # -- explaining -------------------------------------------------------------------------------------------------------------

    def _explain(self) -> None:
        """Find a fault for what fails, then another for what still does."""
        for name, trial in self.changing.items():
            # What calls such an operation changes a value too.
            if not (self.machine.leaves(name) | self.uses.get(name, set())) - {name} & self.changing.keys():
                self.opaque.add(name)
                self.result.findings.append(self._example(trial, name, None, "judge-in-place"))
        for name in self.machine.wirings:
            if not self._is_well_wired(name) and (
                wrong := [x for x in self._failing() if x.subject == name and x in self.gradients]
            ):
                finding = self._example(wrong[0], name, None, "judge-built")
                self.result.findings.append(replace(finding, built=self._built(name)))
        for _ in range(len(ROWS)):
            failing = [trial for trial in self._failing() if not self._is_explained(trial)]
            near = [trial for trial in failing if self._is_near(trial)]
            self.result.doubts.extend(each for each in near if each not in self.result.doubts)
            failing = [trial for trial in failing if trial not in near]
            if not failing:
                return
            finding = self._finding(failing)
            self.result.findings.append(finding)
            if finding.operation == BACKWARD:
                return

    def _is_near(self, trial: Trial) -> bool:
        """Whether a program is off by no more than an ε somewhere in it makes."""
        # What is added up may be of the size of its inputs and cancel, as in x/y + y: a 0 that is right tells nothing of that.
        right, scale = right_numbers(trial), max(1.0 / NEAR, self._scale(trial))
        return trial in self.gradients and all(agree(copy, right, DOUBT, scale) for copy in self.gradients[trial])

    def _built(self, name: str) -> str:
        """What an operation is built as, in x and y."""
        row, calls = ROWS[name], list[Call]()
        for part, reads in self.machine.wirings[name]:
            places = (x if isinstance(x, int) else x["place"] if x["how"] == "same" else float(x["number"]) for x in reads)
            calls.append(Call(part, tuple(places)))
        return Trial(1, row.points[0], tuple(calls)).text

    def _is_explained(self, trial: Trial) -> bool:
        """Whether the faults so far come to the numbers of a program, or nothing can be said of it any more."""
        return self._is_opaque(trial) or self._is_used_wrong(trial) or self._fits(trial, self.faults)

    def _is_used_wrong(self, trial: Trial) -> bool:
        """Whether an operation calls a wrong one on the way, and raises, or in a manner that the machine does not follow."""
        wrong = {each.operation for each in self.result.findings}
        if trial in self.errors and any(self._comes_of(name, wrong) for name in trial.operations):
            return True
        return any(self.uses.get(name, set()) & wrong for name in trial.operations & self.loose)

    def _finding(self, failing: Sequence[Trial]) -> Finding:
        first = failing[0]
        if first in self.errors:
            # It is what it is built from that fails, where that fails by itself too.
            parts = self.machine.leaves(first.subject) - self.machine.wirings.keys()
            return self._crash(next((x for x in failing if x.subject in parts and x in self.errors), first))
        open_trials = [x for x in self.gradients if not self._is_opaque(x)]
        # What fails is looked at first: it rules a suspect out much sooner than what is right does.
        ordered = [*failing, *(x for x in open_trials if x not in set(failing))]
        if not first.operations & self.loose:
            ordered = [x for x in ordered if not x.operations & self.loose]
        suspects = list(self._suspects(failing))
        for fault in suspects:
            if self._reproduces(fault, ordered):
                return self._finding_of(fault, failing)
        # Several faults at once: the one that explains what its own operation does alone.
        own = [x for x in ordered if x.subject == first.subject and x.level < _CLOSE] if first.subject else []
        for fault in suspects if own else ():
            if fault.operation != BACKWARD and self._reproduces(fault, own):
                return self._finding_of(fault, failing)
        return self._unknown(first, failing)

    def _is_opaque(self, trial: Trial) -> bool:
        inside = {leaf for each in trial.operations for leaf in self.machine.leaves(each)}
        return bool(inside & self.opaque) or (trial.is_broadcast and BROADCAST in self.opaque)

    def _suspects(self, failing: Sequence[Trial]) -> Iterator[Fault]:
        """The faults that may be behind what fails: those of operations in all of the smallest of it, then of backward."""
        first = failing[0]
        if not first.operations:
            yield from faults_of_backward()
            return
        inside = [leaf for leaf in ROWS if leaf in {x for each in first.operations for x in self.machine.leaves(each)}]
        if first.of_arrays:
            inside.sort(key=lambda name: name != first.subject)
        if "power" in first.operations:
            # One method with a plain exponent, and with another value: towards that it can only be wrong here.
            yield from (replace(each, operation="pow") for each in faults_of("power") if each.slot == 1)
        for name in inside:
            if not self.machine.wirings.get(name) and name != "power":
                yield from faults_of_broadcast(name) if first.is_broadcast else ()
                yield from faults_of_arrays(name) if name in ARRAYS else faults_of(name)
        if first.is_broadcast:
            yield from faults_of_broadcast(BROADCAST)
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
        right = right_numbers(trial)
        return any(not agree(way, right, self.tolerance, 1.0) for way in ways)

    def _finding_of(self, fault: Fault, failing: Sequence[Trial]) -> Finding:
        self.faults.append(fault)
        # A power with a plain exponent and one with a value are one method: towards its exponent only the latter sends.
        operation = "power" if (fault.operation, fault.slot) == ("pow", 1) else fault.operation
        shown = [x for x in failing if operation in x.operations and x in self.gradients] or failing
        return self._example(shown[0], operation, fault.slot, fault.key)

    def _example(self, trial: Trial, operation: str, slot: int | None, key: str) -> Finding:
        right = right_numbers(trial)
        most, scale = self.tolerance, self._scale(trial)
        came = next((x for x in self.gradients.get(trial, ()) if not agree(x, right, most, scale)), ())
        sends = not came or agree(came[:1], right[:1], most, scale)
        return Finding(operation, slot, key, trial, right, came, self.errors.get(trial, ""), sends=sends)

    def _unknown(self, first: Trial, failing: Sequence[Trial]) -> Finding:
        """A fault that no known one reproduces: that of the operation that stands alone, else of the backward pass."""
        if not first.subject:
            kept = agree(self.gradients[first][0][:1], right_numbers(first)[:1], self.tolerance, 1.0)
            alone = "judge-seed" if kept else "judge-kept"
            return self._example(first, BACKWARD, None, "judge-order" if first.operations else alone)
        if self.shares:
            return self._example(first, BACKWARD, None, "judge-start-shared")
        if handing := [x for x in self.sharing if any(x in self.machine.leaves(each) for each in first.operations)]:
            self.opaque.update(handing)
            return self._example(first, handing[0], None, "judge-handed-on")
        name = first.subject
        # It fails through what it is built from, where that fails by itself too.
        others = [x for x in ROWS if x in self.machine.leaves(name) and x != name]
        name = next((x for x in others if any(t.subject == x for t in failing)), name)
        first = next(t for t in failing if t.subject == name)
        self.opaque.add(name)
        return self._example(first, name, self._slot(first), self._value_of(name))

    def _value_of(self, name: str) -> str:
        """The wrong value of an operation on arrays that is known, whatever it sends back."""
        own = [x for x in self.gradients if x.subject == name and x.level == 1]
        for fault in faults_of_arrays(name) if name in ARRAYS else ():
            ways = ((trial, way) for trial in own for way in self.machine.run(trial, [fault]))
            if fault.value and all(agree(self.gradients[trial][0][:1], way[:1], self.tolerance, 1.0) for trial, way in ways):
                return fault.key
        return ""

    def _slot(self, trial: Trial) -> int | None:
        """The only input that gets a wrong gradient from an operation; None where its value is wrong, or several are."""
        right, (came, *_) = right_numbers(trial), self.gradients.get(trial, [()])
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
        return all(agree(next(machine.run(x)), right_numbers(x), TOLERANCE, 1.0) for x in trials)

    def _crash(self, trial: Trial) -> Finding:
        name = trial.subject or BACKWARD
        if trial.is_broadcast and any(word in self.errors[trial] for word in ("broadcast", "shape")):
            subjects = {x.subject for x in self.errors if x.is_broadcast}
            own = subjects - self.machine.wirings.keys()
            leaves = own or {leaf for each in subjects for leaf in self.machine.leaves(each) - self.machine.wirings.keys()}
            same = [leaf for leaf in OPERATIONS if leaf in leaves]
            name = BROADCAST if len(same) > 1 else same[0]
            self.opaque.add(name)
            return self._example(trial, name, None, "judge-broadcast-shape")
        self.opaque.add(name)
        return self._example(trial, name, None, "judge-fails")

    # -- what is no fault ------------------------------------------------------------------------------------------------------

    def _kinks(self) -> None:
        """Compare the gradients of the engine at kinks with ours."""
        trials = [
            Trial(7, point, (Call(name, tuple(range(len(point)))),), name)
            for name, point in (("relu", (0.0,)), ("abs", (0.0,)), ("max", (1.0, 1.0)), ("min", (1.0, 1.0)))
            if name in self.result.right
        ]
        for trial, answer in zip(trials, self.engine.run(trials), strict=True):
            if "copies" in answer:
                came = float(answer["copies"][0][1])
                self.result.kinks.append(Kink(trial, right_numbers(trial)[1], came))

    def _again(self, right: Sequence[str]) -> None:
        """Whether backward called twice adds to what is there."""
        if not {"mul", "add"} <= {*right}:
            return
        trial = Trial(7, (2.0, -3.0), (Call("mul", (0, 1)), Call("add", (2, 0))))
        if len(gradients := self.engine.again(trial)) == 2 and gradients[0] != gradients[1]:
            self.result.again = trial, gradients[0][0], gradients[1][0]

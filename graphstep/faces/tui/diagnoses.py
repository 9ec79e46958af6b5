"""What is wrong with the run on show, found once a run; on another thread where that takes more than a moment."""

from __future__ import annotations

from bisect import bisect_right
from math import prod
from operator import itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphstep.analysis.diagnosis import Diagnosis, Finding
    from graphstep.engine.trace import Trace
    from graphstep.faces.tui.screen import SteppingScreen

_AT_ONCE = 20_000
"""Cells of a run up to which it is diagnosed between two keys: a few milliseconds."""

_LARGE = 100_000
"""Cells from which an array is summed up before a key asks for it."""


class Diagnoses:
    """Keeps the diagnosis of the run that a screen shows."""

    def __init__(self, screen: SteppingScreen) -> None:
        self._screen = screen
        self._subject: Trace | None = None
        self._diagnosis: Diagnosis | None = None
        self._firsts: list[tuple[int, int]] = []
        self._flagged: tuple[int, frozenset[int]] = 0, frozenset()
        self._then: Callable[[], None] | None = None

    def of(self, trace: Trace) -> Diagnosis | None:
        """The diagnosis of a run, where it is made."""
        return self._diagnosis if self._diagnosis is not None and self._diagnosis.trace is trace else None

    def watch(self, trace: Trace) -> None:
        """Diagnose a run of arrays unless that is done or under way; a run of numbers only when it is asked for."""
        if self._subject is not trace and trace.has_arrays:
            self.ask(trace)

    def ask(self, trace: Trace, then: Callable[[], None] | None = None) -> None:
        """Diagnose a run, and do something when that is done."""
        self._then = then
        if self.of(trace) is not None:
            self._done()
        elif trace.cell_count <= _AT_ONCE:
            self._subject = trace
            self._keep(*_diagnosis_of(trace))
            self._done()
        # Who asks while it is under way starts it anew: the first is given up, and the sums that it has made are kept.
        elif self._subject is not trace or then is not None:
            self._subject = trace
            self._screen.run_worker(lambda: self._work(trace), thread=True, exclusive=True, group="diagnosis")

    def findings(self, trace: Trace, at: int, node: int) -> list[Finding]:
        """What is wrong at a node as far as the run has come: with its value, or its gradient, where that is known."""
        diagnosis = self.of(trace)
        return [] if diagnosis is None else [x for x in diagnosis.findings if x.node == node and _is_seen(trace, at, x)]

    def flagged(self, trace: Trace, at: int) -> frozenset[int]:
        """The nodes at which something is wrong as far as the run has come; every key asks, and there may be thousands."""
        if self.of(trace) is None:
            return frozenset()
        count = bisect_right(self._firsts, at, key=itemgetter(0))
        if count != self._flagged[0]:
            self._flagged = count, frozenset(node for _, node in self._firsts[:count])
        return self._flagged[1]

    def _work(self, trace: Trace) -> None:
        from textual.worker import get_current_worker

        worker = get_current_worker()
        summarise(trace, lambda: worker.is_cancelled)
        if worker.is_cancelled:
            return
        diagnosis, firsts = _diagnosis_of(trace)
        if not worker.is_cancelled:
            self._screen.app.call_from_thread(self._arrived, diagnosis, firsts)

    def _arrived(self, diagnosis: Diagnosis, firsts: list[tuple[int, int]]) -> None:
        self._keep(diagnosis, firsts)
        # An edit may have put another run in its place while the answer was under way.
        if self._screen.now.root is diagnosis.trace:
            self._screen.show_findings()
            self._done()

    def _done(self) -> None:
        then, self._then = self._then, None
        if then is not None:
            then()

    def _keep(self, diagnosis: Diagnosis, firsts: list[tuple[int, int]]) -> None:
        self._diagnosis, self._firsts, self._flagged = diagnosis, firsts, (0, frozenset())


def _diagnosis_of(trace: Trace) -> tuple[Diagnosis, list[tuple[int, int]]]:
    """What is wrong, and of each finding the step from which it is seen, and the node; ascending."""
    from graphstep.analysis.diagnosis import diagnose

    diagnosis = diagnose(trace)
    firsts = []
    for finding in diagnosis.findings:
        # Where contributions are added up, the gradient is known at the step before.
        completed = trace.step_of_gradient(finding.node) or trace.seed_step
        steps = (trace.step_of_value(finding.node), completed - 1, completed)
        firsts += [(n, finding.node) for n in steps if _is_seen(trace, n, finding)][:1]
    return diagnosis, sorted(firsts)


def summarise(trace: Trace, is_over: Callable[[], bool]) -> None:
    """Sum up the large arrays of a run, before a key asks: that is remembered with the run, and takes longer than to draw it."""
    from graphstep.ground.arrays import summary

    for sizes in ("value_sizes", "gradient_sizes", "contribution_sizes"):
        if not is_over():
            # Which a condition such as isnan asks for.
            getattr(trace, sizes)
    for index, node in enumerate(trace.program.nodes):
        if node.shape and prod(node.shape) >= _LARGE:
            arriving = (wire.contribution for wire in trace.arrivals(index))
            for array in (trace.value_of(index), trace.gradient_of(index), *arriving):
                if is_over():
                    return
                if not isinstance(array, float):
                    summary(array)


def _is_seen(trace: Trace, at: int, finding: Finding) -> bool:
    from graphstep.analysis.diagnosis.finding import BACKWARD

    gradient = trace.gradient(finding.node, at)
    parameter = finding.kind == "not finite" and finding.node < trace.program.first_gate
    if finding.kind in BACKWARD or parameter or (finding.kind == "not finite" and trace.first_not_finite is None):
        return gradient is not None and gradient.complete
    return trace.value(finding.node, at) is not None

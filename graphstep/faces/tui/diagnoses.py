"""What is wrong with the run on show, found once a run; on another thread where that takes more than a moment."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphstep.analysis.diagnosis import Diagnosis, Finding
    from graphstep.engine.trace import Trace
    from graphstep.faces.tui.screen import SteppingScreen

AT_ONCE = 20_000
"""Cells of a run up to which it is diagnosed between two keys: a few milliseconds."""

_LARGE = 100_000
"""Cells from which an array is summed up before a key asks for it."""


class Diagnosing:
    """Keeps the diagnosis of the run that a screen shows."""

    def __init__(self, screen: SteppingScreen) -> None:
        self._screen = screen
        self._asked: Trace | None = None
        self._found: Diagnosis | None = None
        self._then: Callable[[], None] | None = None

    def known(self, trace: Trace) -> Diagnosis | None:
        """The diagnosis of a run, where it is made."""
        return self._found if self._found is not None and self._found.trace is trace else None

    def watch(self, trace: Trace) -> None:
        """Diagnose a run of arrays unless that is done or under way; a run of numbers only when it is asked for."""
        if self._asked is not trace and trace.has_arrays:
            self.ask(trace)

    def ask(self, trace: Trace, then: Callable[[], None] | None = None) -> None:
        """Diagnose a run, and do something when that is done."""
        self._then = then
        if self.known(trace) is not None:
            self._done()
        elif trace.cell_count <= AT_ONCE:
            self._asked, self._found = trace, self._diagnosed(trace)
            self._done()
        elif self._asked is not trace or then is not None:
            self._asked = trace
            self._screen.run_worker(lambda: self._work(trace), thread=True, exclusive=True, group="diagnosis")

    def findings(self, trace: Trace, at: int) -> tuple[Finding, ...]:
        """What is wrong as far as the run has come: at a node whose value, or whose gradient, is known."""
        diagnosis = self.known(trace)
        return () if diagnosis is None else tuple(x for x in diagnosis.findings if _is_seen(trace, at, x))

    def _work(self, trace: Trace) -> None:
        from textual.worker import get_current_worker

        worker = get_current_worker()
        _summarise(trace, lambda: worker.is_cancelled)
        if worker.is_cancelled:
            return
        diagnosis = self._diagnosed(trace)
        if not worker.is_cancelled:
            self._screen.app.call_from_thread(self._arrived, diagnosis)

    def _arrived(self, diagnosis: Diagnosis) -> None:
        self._found = diagnosis
        if self._screen.now.root is diagnosis.trace:
            self._screen.show_findings()
            self._done()

    def _done(self) -> None:
        then, self._then = self._then, None
        if then is not None:
            then()

    @staticmethod
    def _diagnosed(trace: Trace) -> Diagnosis:
        from graphstep.analysis.diagnosis import diagnose

        return diagnose(trace)


def _summarise(trace: Trace, is_over: Callable[[], bool]) -> None:
    """Sum up the large arrays of a run, before a key asks: that is remembered with the run, and takes longer than to draw it."""
    from graphstep.ground.arrays import summary

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

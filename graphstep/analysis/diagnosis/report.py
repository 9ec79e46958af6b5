"""The diagnosis of a run: its layers, and what is wrong with them."""

from __future__ import annotations

from graphstep.analysis.diagnosis.finding import Finding, FindingKind
from graphstep.analysis.diagnosis.findings import findings
from graphstep.analysis.diagnosis.layers import Depth, Layer, depths, layers
from graphstep.engine.trace import Trace
from graphstep.ground.collector import collector_paused
from graphstep.ground.records import dataclass
from graphstep.language.program import Missing


@dataclass(frozen=True, slots=True, eq=False)
class Diagnosis:
    """The layers of a run and its faults. :mod:`graphstep.telling.reports.diagnosis` words them."""

    trace: Trace
    """The run."""
    layers: tuple[Layer, ...]
    """The figures of every layer, from the inputs to the output."""
    findings: tuple[Finding, ...]
    """What is wrong, in the order of the program."""
    depths: tuple[Depth, ...] = ()
    """The layers from the output back to the inputs, and what each does to the gradient."""

    @property
    def missing(self) -> tuple[Missing, ...]:
        """The parameters of the recorded program that nothing reads or that are frozen: those that no finding is about."""
        origin = self.trace.program.origin
        return () if origin is None else tuple(each for each in origin.missing if each.why in ("unread", "frozen"))

    @property
    def kinds(self) -> frozenset[FindingKind]:
        """What was found. A parameter that nothing reads has no gradient, as one has whose gradient is 0."""
        unread: frozenset[FindingKind] = frozenset({"zero"} if any(each.why == "unread" for each in self.missing) else ())
        return unread | {finding.kind for finding in self.findings}


# Of a million inputs that get no gradient each has a finding.
@collector_paused()
def diagnose(trace: Trace) -> Diagnosis:
    """The layers of a run, and what is wrong with its values and gradients."""
    figures = layers(trace)
    return Diagnosis(trace, figures, findings(trace, figures), depths(trace, figures))

"""The diagnosis of a run: its layers, and what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass

from graphstep.analysis.diagnosis.finding import Finding
from graphstep.analysis.diagnosis.findings import findings
from graphstep.analysis.diagnosis.layers import Layer, layers
from graphstep.engine.trace import Trace


@dataclass(frozen=True, slots=True, eq=False)
class Diagnosis:
    """The layers of a run and its faults. :mod:`graphstep.telling.reports.diagnosis` words them."""

    trace: Trace
    """The run."""
    layers: tuple[Layer, ...]
    """The figures of every layer, from the inputs to the output."""
    findings: tuple[Finding, ...]
    """What is wrong, in the order of the program."""


def diagnose(trace: Trace) -> Diagnosis:
    """The layers of a run, and what is wrong with its values and gradients."""
    figures = layers(trace)
    return Diagnosis(trace, figures, findings(trace, figures))

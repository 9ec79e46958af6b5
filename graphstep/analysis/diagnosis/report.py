"""The diagnosis of a run: its layers and what is wrong with them, as data and as text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite, isnan
from typing import Any

from graphstep.analysis.diagnosis.finding import Finding
from graphstep.analysis.diagnosis.findings import findings, given, percent
from graphstep.analysis.diagnosis.gradients import parameters
from graphstep.analysis.diagnosis.layers import Layer, layers
from graphstep.engine.trace import Trace
from graphstep.ground.arrays import bars, shape_text
from graphstep.ground.numerals import numeral
from graphstep.language.program import node_id
from graphstep.telling.names import name_of

_NAMED = 12
"""Nodes that a line names; of more it gives the count."""

_HEAD = ("layer", "gate", "shape", "mean", "std", "values", "flat", "gradient", "its values")


@dataclass(frozen=True, slots=True, eq=False)
class Diagnosis:
    """What :func:`diagnose` found."""

    trace: Trace
    """The run."""
    layers: tuple[Layer, ...]
    """The figures of every layer, from the inputs to the output."""
    findings: tuple[Finding, ...]
    """What is wrong, in the order of the program."""

    def of(self, node: int) -> tuple[Finding, ...]:
        """What is wrong at a node."""
        return tuple(finding for finding in self.findings if finding.node == node)

    def lines(self) -> Iterator[str]:
        """A table of the layers with a small histogram each, and the findings, one a line."""
        if self.layers:
            rows = self.table()
            widths = [max(len(row[k]) for row in rows) for k in range(len(_HEAD))]
            for row in rows:
                yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
            yield ""
        yield from self.legend()
        yield ""
        yield from self.remarks()

    def table(self) -> list[tuple[str, ...]]:
        """The cells of the table of layers: a heading, and a row for each."""
        return [_HEAD, *map(_row, self.layers)]

    def legend(self) -> Iterator[str]:
        """What the columns of the table mean, or that there are no layers."""
        if self.layers:
            yield "std: standard deviation of the values · flat: share of cells with a slope below 0.01"
            yield "gradient: root mean square of the gradient that arrives there"
        else:
            yield "There are no layers: no gate is an activation such as sigmoid, tanh or relu."

    def remarks(self) -> Iterator[str]:
        """The findings, one a line, or that nothing is wrong."""
        if said := given(self.trace):
            yield said
        if not self.findings:
            yield self._acquittal()
        for first, *others in self._groups():
            also = f" So it is at {_listed([name_of(self.trace.program, other.node) for other in others])}." if others else ""
            yield f"{first.kind}: {first.text}{also}"

    def _groups(self) -> Iterator[list[Finding]]:
        """The findings that are told together: those of one kind, and gradients of 0 that end at the same place."""
        groups: dict[str, list[Finding]] = {}
        for finding in self.findings:
            reason = finding.text.partition(". ")[2] or finding.text.partition(": ")[2] if finding.kind == "zero" else ""
            groups.setdefault(f"{finding.kind}{reason}", []).append(finding)
        yield from groups.values()

    def _acquittal(self) -> str:
        """That nothing is wrong, and what was looked at."""
        count = len(parameters(self.trace))
        if not count:
            return "Nothing is wrong with the values, and there is no parameter: nothing gets a gradient."
        gradients = "the gradient of the parameter is" if count == 1 else f"the gradients of all {count:,} parameters are"
        layers = " No layer is saturated, dead or all alike." if self.layers else ""
        return f"Nothing is wrong: {gradients} finite, and neither 0 nor tiny nor huge.{layers}{self._left()}"

    def _left(self) -> str:
        """How much of the last layer's gradient reaches the first."""
        known = [layer for layer in self.layers if layer.gradient_rms > 0]
        if len(known) < 2:
            return ""
        first, last = known[0], known[-1]
        sizes = f"{numeral(last.gradient_rms, 2)} at {last.name}, {numeral(first.gradient_rms, 2)} at {first.name}"
        return f" The gradient on its way back: {sizes} (root mean square)."

    def to_dict(self) -> dict[str, Any]:
        """The same for other programs; numbers that JSON has not are strings."""
        return {
            "layers": [
                {
                    "node": node_id(layer.node),
                    "name": layer.name,
                    "gate": layer.gate,
                    "shape": list(layer.shape),
                    "mean": _json(layer.values.mean),
                    "std": _json(layer.values.std),
                    "min": _json(layer.values.minimum),
                    "max": _json(layer.values.maximum),
                    "zeros": layer.values.zeros,
                    "flat": layer.flat,
                    "dead_units": layer.dead,
                    "gradient_rms": _json(layer.gradient_rms),
                    "histogram": {"counts": list(layer.values.counts), "edges": list(layer.values.edges)},
                }
                for layer in self.layers
            ],
            "given": [name_of(self.trace.program, node) for node in self.trace.given_not_finite],
            "findings": [{"kind": f.kind, "node": node_id(f.node), "text": f.text} for f in self.findings],
        }


def diagnose(trace: Trace) -> Diagnosis:
    """The layers of a run, and what is wrong with its values and gradients."""
    found = layers(trace)
    return Diagnosis(trace, found, findings(trace, found))


def _listed(names: list[str]) -> str:
    if len(names) > _NAMED:
        names = [*names[: _NAMED - 1], f"{len(names) - _NAMED + 1} more"]
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def _json(number: float) -> float | str:
    if isfinite(number):
        return number
    return "nan" if isnan(number) else "inf" if number > 0 else "-inf"


def _row(layer: Layer) -> tuple[str, ...]:
    values = layer.values
    flows = layer.gradients
    return (
        layer.name,
        layer.gate,
        shape_text(layer.shape) or "–",
        numeral(values.mean, 2),
        numeral(values.std, 3),
        bars(values) if len(values.counts) > 1 else "all equal" if values.size > 1 and values.counts else "–",
        percent(layer.flat),
        numeral(layer.gradient_rms, 2) if flows is not None else "–",
        bars(flows) if flows is not None and len(flows.counts) > 1 else "–",
    )

"""The diagnosis of a run: its layers and what is wrong with them, as data and as text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from math import isfinite, isnan
from typing import Any

from graphstep.analysis.diagnosis.finding import Finding
from graphstep.analysis.diagnosis.findings import findings, given, percent
from graphstep.analysis.diagnosis.gradients import parameters
from graphstep.analysis.diagnosis.layers import Layer, layers
from graphstep.engine.trace import Trace
from graphstep.ground.arrays import bars, shape_text
from graphstep.ground.errors import columns
from graphstep.ground.numerals import numeral
from graphstep.language.program import node_id
from graphstep.telling.names import name_of
from graphstep.telling.words.catalogue import joined, message

_NAMED = 12
"""Nodes that a line names; of more it gives the count."""

_HEAD = ("layer", "gate", "shape", "mean", "std", "values", "flat", "gradient", "gradients")
"""The columns of the table of layers."""


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
            widths = [max(columns(row[k]) for row in rows) for k in range(len(_HEAD))]
            for row in rows:
                yield "  ".join(text + " " * (width - columns(text)) for text, width in zip(row, widths, strict=True)).rstrip()
            yield ""
        yield from self.legend()
        yield ""
        yield from self.remarks()

    def table(self) -> list[tuple[str, ...]]:
        """The cells of the table of layers: a heading, and a row for each."""
        say = partial(message, self.trace.writing.language)
        return [
            tuple(say(f"diagnosis-{key}") for key in _HEAD),
            *(_row(layer, say("heading-all-equal")) for layer in self.layers),
        ]

    def legend(self) -> Iterator[str]:
        """What the columns of the table mean, or that there are no layers."""
        keys = ("diagnosis-legend-values", "diagnosis-legend-gradient") if self.layers else ("diagnosis-no-layers",)
        yield from (message(self.trace.writing.language, key) for key in keys)

    def remarks(self) -> Iterator[str]:
        """The findings, one a line, or that nothing is wrong."""
        language = self.trace.writing.language
        say = partial(message, language)
        if said := given(self.trace):
            yield said
        if not self.findings:
            yield self._acquittal()
        for first, *others in self._groups():
            names = [name_of(self.trace.program, other.node) for other in others]
            also = say("diagnosis-also", names=_listed(language, names)) if others else ""
            kind = say(f"diagnosis-{first.kind.replace(' ', '-')}")
            yield say("diagnosis-remark", kind=kind, text=joined(language, (first.text, also)))

    def _groups(self) -> Iterator[list[Finding]]:
        """The findings that are told together: those of one kind, and gradients of 0 that end at the same place."""
        groups: dict[str, list[Finding]] = {}
        for finding in self.findings:
            groups.setdefault(f"{finding.kind}{finding.cause}", []).append(finding)
        yield from groups.values()

    def _acquittal(self) -> str:
        """That nothing is wrong, and what was looked at."""
        language, count = self.trace.writing.language, len(parameters(self.trace))
        if not count:
            return message(language, "diagnosis-no-parameter")
        nothing = message(language, "diagnosis-nothing", count=count)
        layers = message(language, "diagnosis-layers-well") if self.layers else ""
        return joined(language, (nothing, layers, self._left()))

    def _left(self) -> str:
        """How much of the last layer's gradient reaches the first."""
        learning = [layer for layer in self.layers if layer.gradient_rms > 0]
        if len(learning) < 2:
            return ""
        first, last = learning[0], learning[-1]
        sizes = {"late": numeral(last.gradient_rms, 2), "early": numeral(first.gradient_rms, 2)}
        return message(self.trace.writing.language, "diagnosis-way-back", last=last.name, first=first.name, **sizes)

    def to_dict(self) -> dict[str, Any]:
        """The same for other programs; numbers that JSON has not are strings."""
        return {
            "layers": [
                {
                    "node": node_id(layer.node),
                    "name": layer.name,
                    "gate": layer.gate.name,
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
    figures = layers(trace)
    return Diagnosis(trace, figures, findings(trace, figures))


def _listed(language: str, names: list[str]) -> str:
    if len(names) > _NAMED:
        names = [*names[: _NAMED - 1], message(language, "diagnosis-more", more=str(len(names) - _NAMED + 1))]
    return names[0] if len(names) == 1 else message(language, "and", first=", ".join(names[:-1]), last=names[-1])


def _json(number: float) -> float | str:
    if isfinite(number):
        return number
    return "nan" if isnan(number) else "inf" if number > 0 else "-inf"


def _row(layer: Layer, alike: str) -> tuple[str, ...]:
    values = layer.values
    flows = layer.gradients
    return (
        layer.name,
        layer.gate.name,
        shape_text(layer.shape) or "–",
        numeral(values.mean, 2),
        numeral(values.std, 3),
        bars(values) if len(values.counts) > 1 else alike if values.size > 1 and values.counts else "–",
        percent(layer.flat),
        numeral(layer.gradient_rms, 2) if flows is not None else "–",
        bars(flows) if flows is not None and len(flows.counts) > 1 else "–",
    )

"""The diagnosis of a run: its findings in words, as a document, and as data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from math import isfinite, log10
from typing import Any, Literal

from graphstep.analysis.diagnosis import Depth, Diagnosis, Finding, Layer
from graphstep.analysis.diagnosis.findings import count, percent
from graphstep.analysis.diagnosis.gradients import parameters
from graphstep.analysis.facts import Listed, Named
from graphstep.engine.trace import Trace
from graphstep.ground.arrays import Summary, shape_text
from graphstep.ground.numerals import as_json, numeral
from graphstep.language.program import Missing, node_id
from graphstep.telling.document import FULL, Block, Code, Column, Content, Document, Histogram, Manner, Table, Verdict
from graphstep.telling.explanation import Note
from graphstep.telling.names import name_of
from graphstep.telling.reports.inputs import report_of
from graphstep.telling.reports.parts import heading, section
from graphstep.telling.words.catalogue import message
from graphstep.telling.words.wording import Wording

_COLUMNS = ("layer", "gate", "shape", "mean", "std", "values", "flat", "gradient", "gradients")
"""The columns of the table of layers."""

_DEPTHS = ("depth", "gradient", "size", "factor", "slope", "weights")
"""The columns of the table over depth."""

_BAR = 16
"""Cells of the longest bar."""

_CAUSES = 4
"""Causes of one kind that are told; of gradients behind others it is said what they are."""

_NAMED = 12
"""Nodes that a line names; of more it gives the count."""


def document(diagnosis: Diagnosis, manner: Manner = FULL, command: str = "", missing: Sequence[str] = ()) -> Document:
    """The program, its layers in a table, and what is wrong with them."""
    layers, findings = (section(diagnosis.trace, key) for key in ("layers", "findings"))
    blocks = chain((layers,), _layers(diagnosis, manner), (findings,), _findings(diagnosis))
    return report_of(diagnosis.trace, "diagnosis-of", blocks, command, missing)


def body(diagnosis: Diagnosis, manner: Manner = FULL) -> Iterator[Block]:
    """The layers in a table, and what is wrong with them; without what the columns mean where it is brief."""
    yield from _layers(diagnosis, manner)
    yield from _findings(diagnosis)


def page(diagnosis: Diagnosis) -> Iterator[Block]:
    """The same for a window, in which its beginning is seen: what is wrong first, and the layers behind that."""
    yield from _findings(diagnosis)
    yield from _layers(diagnosis, FULL)


def finding_text(trace: Trace, finding: Finding) -> str:
    """A finding as a sentence."""
    return Wording(trace).sentences(finding.reasons)


def data(diagnosis: Diagnosis) -> dict[str, Any]:
    """The diagnosis for other programs; numbers that JSON has not are strings."""
    trace = diagnosis.trace
    return {
        "schema": 1,
        "program": trace.program.text,
        "layers": [
            {
                "node": node_id(layer.node),
                "name": name_of(trace.program, layer.node),
                "gate": layer.gate.name,
                "shape": list(layer.shape),
                "mean": as_json(layer.values.mean),
                "std": as_json(layer.values.std),
                "min": as_json(layer.values.minimum),
                "max": as_json(layer.values.maximum),
                "zeros": layer.values.zeros,
                "flat": layer.flat,
                "dead_units": layer.dead,
                "gradient_rms": as_json(layer.gradient_rms),
                "histogram": {"counts": list(layer.values.counts), "edges": list(layer.values.edges)},
            }
            for layer in diagnosis.layers
        ],
        "depth": [
            {
                "node": node_id(depth.node),
                "gradient_rms": as_json(depth.size),
                "slope": as_json(depth.slope),
                "weights": as_json(depth.weights),
            }
            for depth in diagnosis.depths
        ],
        "missing": [{"name": each.name, "why": each.why, "place": each.place} for each in _missing(trace)],
        "given": [name_of(trace.program, node) for node in trace.given_not_finite],
        "findings": [{"kind": f.kind, "node": node_id(f.node), "text": finding_text(trace, f)} for f in diagnosis.findings],
    }


def _missing(trace: Trace) -> tuple[Missing, ...]:
    return () if trace.program.origin is None else trace.program.origin.missing


# -- layers ----------------------------------------------------------------------------------------------------------------------


def _layers(diagnosis: Diagnosis, manner: Manner) -> Iterator[Block]:
    say = partial(message, diagnosis.trace.writing.language)
    if not diagnosis.layers:
        yield Note("legend", say("diagnosis-no-layers"))
        return
    columns = tuple(Column((say(f"diagnosis-{key}"),)) for key in _COLUMNS)
    yield Table(columns, tuple(_row(diagnosis.trace, layer) for layer in diagnosis.layers))
    if not manner.brief:
        yield Note("legend", say("diagnosis-legend-values"))
        yield Note("legend", say("diagnosis-legend-gradient"))
    if diagnosis.depths:
        columns = tuple(Column((say(f"diagnosis-{key}"),)) for key in _DEPTHS)
        sizes = [depth.size for depth in diagnosis.depths]
        yield Table(columns, tuple(_depth(diagnosis.trace, depth, sizes) for depth in diagnosis.depths))
        if not manner.brief:
            yield Note("legend", say("diagnosis-legend-depth"))
            if any(not isfinite(depth.weights) for depth in diagnosis.depths[:-1]):
                yield Note("legend", say("diagnosis-legend-around"))


def _depth(trace: Trace, depth: Depth, sizes: Sequence[float]) -> tuple[Content, ...]:
    name, factors = Code(name_of(trace.program, depth.node)), (depth.factor, depth.slope, depth.weights)
    numbers = (numeral(number, 2) if isfinite(number) else "–" for number in factors)
    return ((name,), (numeral(depth.size, 2),), (bar(depth.size, sizes),), *((number,) for number in numbers))


def bar(size: float, sizes: Sequence[float]) -> str:
    """A size as a bar beside others, by powers of ten; the smallest has one cell."""
    low, high = log10(min(sizes)), log10(max(sizes))
    # Less than a power of ten is no more than a part of the bar.
    return "█" * (1 + round((_BAR - 1) * (log10(size) - low) / max(high - low, 1.0)))


def _row(trace: Trace, layer: Layer) -> tuple[Content, ...]:
    values, flows = layer.values, layer.gradients
    alike = heading(trace, "all-equal") if values.size > 1 and values.counts else "–"
    # Rounded to 0 % it would say that none is.
    few = 0 < layer.flat < 0.01
    return (
        (Code(name_of(trace.program, layer.node)),),
        (layer.gate.name,),
        (shape_text(layer.shape) or "–",),
        (numeral(values.mean, 2),),
        (numeral(values.std, 3),),
        _histogram(values, alike),
        (message(trace.writing.language, "diagnosis-few") if few else percent(layer.flat),),
        (numeral(layer.gradient_rms, 2) if flows is not None else "–",),
        _histogram(flows, "–"),
    )


def _histogram(of: Summary | None, otherwise: str) -> Content:
    """How the cells are spread, which a writer draws; else a word for it."""
    return (Histogram(of.counts),) if of is not None and len(of.counts) > 1 else (otherwise,)


# -- findings --------------------------------------------------------------------------------------------------------------------


def _findings(diagnosis: Diagnosis) -> Iterator[Block]:
    status: Literal["fine", "fault"] = "fault" if diagnosis.kinds else "fine"
    yield from (Verdict(status, "", (line,)) for line in _remarks(diagnosis))


def _remarks(diagnosis: Diagnosis) -> Iterator[str]:
    """The findings, one a line, or that nothing is wrong."""
    trace, words = diagnosis.trace, Wording(diagnosis.trace)
    if trace.given_not_finite:
        inputs = (f"{name_of(trace.program, node)} ({words.say(count(trace, node))})" for node in trace.given_not_finite)
        yield words.message("finding-given", names=", ".join(inputs))
    for why in ("unread", "frozen"):
        if absent := [each.name for each in diagnosis.missing if each.why == why]:
            text = words.message(f"diagnosis-missing-{why}", names=_listed(words, absent), count=len(absent))
            # A parameter that is held still is no fault; one that nothing reads counts as one whose gradient is 0.
            zero = words.message("diagnosis-zero")
            yield text if why == "frozen" else words.message("diagnosis-remark", kind=zero, text=text)
    if not diagnosis.kinds:
        yield _acquittal(diagnosis)
    for first, *others in _groups(diagnosis):
        names = [_sized(trace, other) for other in others]
        also = words.message("diagnosis-also", names=_listed(words, names)) if others else ""
        kind = words.message(f"diagnosis-{first.kind.replace(' ', '-')}")
        yield words.message("diagnosis-remark", kind=kind, text=words.joined((finding_text(trace, first), also)))


def _sized(trace: Trace, finding: Finding) -> str:
    """What a finding is about, with the size that is told of it."""
    name, size = name_of(trace.program, finding.node), finding.reasons[0].figures.get("size")
    return name if size is None else f"{name} ({size})"


def _groups(diagnosis: Diagnosis) -> Iterator[list[Finding]]:
    """The findings that are told together: those of which one thing is said, and gradients that one gate made what they are."""
    words = Wording(diagnosis.trace)
    groups: dict[tuple[str, ...], list[Finding]] = {}
    causes: dict[tuple[str, ...], set[str]] = {}
    for finding in diagnosis.findings:
        head, *why = finding.reasons
        # A value and a gradient may be of one kind, and are told apart by what is said of them.
        kind = finding.kind, head.message
        cause = words.sentences(why) if finding.kind == "zero" or "size" in head.figures else ""
        nodes = causes.setdefault(kind, set())
        # Without its cause it stands with the others of its kind, as one name more in a list.
        if cause not in nodes and len(nodes) >= _CAUSES:
            finding, cause = replace(finding, reasons=(head,)), ""
        nodes.add(cause)
        groups.setdefault((*kind, cause), []).append(finding)
    yield from groups.values()


def _listed(words: Wording, names: list[str]) -> str:
    if len(names) > _NAMED:
        names = [*names[: _NAMED - 1], words.message("diagnosis-more", more=str(len(names) - _NAMED + 1))]
    return words.figure(Listed(tuple(names)))


def _acquittal(diagnosis: Diagnosis) -> str:
    """The sentence that nothing is wrong, with what was looked at."""
    words, number = Wording(diagnosis.trace), len(parameters(diagnosis.trace))
    if not number:
        return words.message("diagnosis-no-parameter")
    nothing = words.message("diagnosis-nothing", count=number)
    layers = words.message("diagnosis-layers-well") if diagnosis.layers else ""
    return words.joined((nothing, layers, _left(diagnosis)))


def _left(diagnosis: Diagnosis) -> str:
    """How much of the last layer's gradient reaches the first."""
    learning = [layer for layer in diagnosis.layers if layer.gradient_rms > 0]
    if len(learning) < 2:
        return ""
    first, last = learning[0], learning[-1]
    sizes = {"late": numeral(last.gradient_rms, 2), "early": numeral(first.gradient_rms, 2)}
    return Wording(diagnosis.trace).message("diagnosis-way-back", last=Named(last.node), first=Named(first.node), **sizes)

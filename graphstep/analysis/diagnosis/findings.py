"""What is wrong with a run's values and gradients, each with the figures that say so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from graphstep.analysis.diagnosis.finding import DEAD, EXAMPLES, EXPLODING, SATURATED, SHRINKING, VANISHING, Finding
from graphstep.analysis.diagnosis.gradients import judged, way_back
from graphstep.analysis.diagnosis.layers import Layer
from graphstep.engine.trace import Trace
from graphstep.ground.numerals import numeral
from graphstep.telling.names import name_of, output_name
from graphstep.telling.words.catalogue import message


def findings(trace: Trace, layers: Sequence[Layer]) -> tuple[Finding, ...]:
    """What is wrong with a run, by the layers that :func:`graphstep.analysis.diagnosis.layers` found in it, in the order of its
    nodes.
    """
    faults, language = [*_not_finite(trace)], trace.writing.language
    named = frozenset(finding.node for finding in faults)
    for layer in layers:
        faults += [*_flat(layer, language), *_alike(layer, language)]
    faults += [*_shrinking(layers, language), *_flow(layers, output_name(trace.program), language)]
    faults += way_back(trace, faults)
    faults += judged(trace, named)
    return tuple(sorted(faults, key=lambda finding: finding.node))


def _not_finite(trace: Trace) -> Iterator[Finding]:
    """The first gate that makes inf or nan of what is finite, the first that makes nan, and else the first such gradient."""
    node, nan = trace.first_not_finite, trace.first_nan
    say = partial(message, trace.writing.language)
    if node is not None:
        text = say("finding-first", name=name_of(trace.program, node), count=_count(trace, node))
        yield Finding("not finite", node, text)
    if nan is not None and nan != node:
        yield Finding("not finite", nan, say("finding-first-nan", name=name_of(trace.program, nan)))
    edge = trace.first_edge_not_finite
    if edge is not None and node is None and not trace.given_not_finite:
        receiver = trace.wire(edge).receiver
        yield Finding("not finite", receiver, say("finding-sent", name=name_of(trace.program, receiver)))


def _count(trace: Trace, node: int) -> str:
    value = np.asarray(trace.value_of(node))
    bad = int(np.count_nonzero(~np.isfinite(value)))
    # What is singular or plural is the number of bad cells.
    return message(trace.writing.language, "not-finite-count" if value.ndim else "not-finite-value", count=bad, cells=value.size)


def given(trace: Trace) -> str:
    """The inputs that hold inf or nan as they were given; empty where none does."""
    names = [f"{name_of(trace.program, node)} ({_count(trace, node)})" for node in trace.given_not_finite]
    return message(trace.writing.language, "finding-given", names=", ".join(names)) if names else ""


def _flat(layer: Layer, language: str) -> Iterator[Finding]:
    say = partial(message, language, name=layer.name)
    squashes = layer.gate.saturates
    if squashes and layer.flat >= SATURATED:
        text = say("finding-saturated-cells" if layer.shape else "finding-saturated", share=percent(layer.flat))
        yield Finding("saturated", layer.node, text)
    elif not squashes and layer.units and layer.examples >= EXAMPLES and layer.dead / layer.units >= DEAD:
        yield Finding("dead", layer.node, say("finding-dead-units", dead=layer.dead, units=layer.units, examples=layer.examples))
    elif not squashes and layer.flat == 1 and layer.values.size:
        yield Finding("dead", layer.node, say("finding-dead-cells" if layer.shape else "finding-dead"))


def _alike(layer: Layer, language: str) -> Iterator[Finding]:
    if layer.alike:
        text = message(language, "finding-alike", units=layer.units, name=layer.name)
        yield Finding("alike", layer.node, text)


def _shrinking(layers: Sequence[Layer], language: str) -> Iterator[Finding]:
    spread = [layer for layer in layers if layer.values.size > 1 and not layer.alike]
    if not spread:
        return
    first = spread[0]
    for layer in spread[1:]:
        if layer.values.std < SHRINKING * first.values.std:
            text = message(
                language, "finding-shrinking", first=first.name, name=layer.name,
                before=numeral(first.values.std, 2), after=numeral(layer.values.std, 2),
            )  # fmt: skip
            yield Finding("shrinking", layer.node, text)
            return


def _flow(layers: Sequence[Layer], out: str, language: str) -> Iterator[Finding]:
    """The gradient on its way back, from the last layer to the first."""
    way = [layer for layer in reversed(layers) if np.isfinite(layer.gradient_rms)]
    start = next((layer for layer in way if layer.gradient_rms > 0), None)
    if start is None:
        return
    behind = way[way.index(start) + 1 :]
    for layer in behind:
        left = layer.gradient_rms / start.gradient_rms
        say = partial(
            message, language, out=out, start=start.name, end=layer.name,
            first=numeral(start.gradient_rms, 2), last=numeral(layer.gradient_rms, 2), left=numeral(left, 2),
        )  # fmt: skip
        if left < VANISHING:
            yield Finding("vanishing", layer.node, say("finding-vanishing" if left else "finding-vanishing-whole"))
            return
        if left > EXPLODING:
            yield Finding("exploding", layer.node, say("finding-exploding"))
            return


def percent(share: float) -> str:
    """A share in percent; what is not all and not nothing is never written as 100% or 0%."""
    if 0 < share < 0.01:
        return "under 1%"
    return f"{100 if share == 1 else min(99, round(100 * share))}%"

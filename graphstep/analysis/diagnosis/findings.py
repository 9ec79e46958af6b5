"""What is wrong with a run's values and gradients, each with the figures that say so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from graphstep.analysis.diagnosis.finding import DEAD, EXAMPLES, EXPLODING, SATURATED, SHRINKING, VANISHING, Finding
from graphstep.analysis.diagnosis.gradients import judged, way_back
from graphstep.analysis.diagnosis.layers import Layer
from graphstep.engine.trace import Trace
from graphstep.gates import GATES
from graphstep.ground.numerals import numeral
from graphstep.telling.names import name_of, output_name


def findings(trace: Trace, found: Sequence[Layer]) -> tuple[Finding, ...]:
    """What is wrong with a run, by the layers that :func:`graphstep.analysis.diagnosis.layers` found in it, in the order of its
    nodes.
    """
    told = [*_not_finite(trace)]
    named = frozenset(finding.node for finding in told)
    for layer in found:
        told += [*_flat(layer), *_alike(layer)]
    told += [*_shrinking(found), *_flow(found, output_name(trace.program))]
    told += way_back(trace, told)
    told += judged(trace, named)
    return tuple(sorted(told, key=lambda finding: finding.node))


def _not_finite(trace: Trace) -> Iterator[Finding]:
    """The first gate that makes inf or nan of what is finite, the first that makes nan, and else the first such gradient."""
    node, nan = trace.first_not_finite, trace.first_nan
    if node is not None:
        yield Finding(
            "not finite", node, f"{name_of(trace.program, node)} is the first that is not finite: {_count(trace, node)}."
        )
    if nan is not None and nan != node:
        yield Finding("not finite", nan, f"{name_of(trace.program, nan)} is the first nan, made of an infinity.")
    edge = trace.first_edge_not_finite
    if edge is not None and node is None and not trace.given_not_finite:
        receiver = trace.wire(edge).receiver
        yield Finding("not finite", receiver, f"The gradient that is sent to {name_of(trace.program, receiver)} is inf or nan.")


def _count(trace: Trace, node: int) -> str:
    value = np.asarray(trace.value_of(node))
    bad = int(np.count_nonzero(~np.isfinite(value)))
    count = f"{bad:,} of {value.size:,} cells" if value.ndim else "its value"
    return f"{count} {'is' if bad == 1 else 'are'} inf or nan"


def given(trace: Trace) -> str:
    """The inputs that hold inf or nan as they were given; empty where none does."""
    names = [f"{name_of(trace.program, node)} ({_count(trace, node)})" for node in trace.given_not_finite]
    return f"Given so, and no gate's doing: {', '.join(names)}." if names else ""


def _flat(layer: Layer) -> Iterator[Finding]:
    squashes = GATES[layer.gate].saturates
    if squashes and layer.flat >= SATURATED:
        share = f"{percent(layer.flat)} of its cells have" if layer.shape else "it has"
        yield Finding(
            "saturated", layer.node, f"{layer.name} is saturated: {share} a slope below 0.01, so little flows back through it."
        )
    elif not squashes and layer.units and layer.examples >= EXAMPLES and layer.dead / layer.units >= DEAD:
        text = f"{layer.dead:,} of the {layer.units:,} units of {layer.name} are dead: they pass nothing back for any of "
        yield Finding("dead", layer.node, f"{text}{layer.examples:,} examples.")
    elif not squashes and layer.flat == 1 and layer.values.size:
        every = "every cell of it blocks" if layer.shape else "it blocks"
        yield Finding("dead", layer.node, f"{layer.name} is dead: {every} the gradient.")


def _alike(layer: Layer) -> Iterator[Finding]:
    if layer.alike:
        text = f"All {layer.units:,} units of {layer.name} are equal, and so are their gradients: they will stay equal for ever."
        yield Finding("alike", layer.node, text)


def _shrinking(found: Sequence[Layer]) -> Iterator[Finding]:
    spread = [layer for layer in found if layer.values.size > 1 and not layer.alike]
    if not spread:
        return
    first = spread[0]
    for layer in spread[1:]:
        if layer.values.std < SHRINKING * first.values.std:
            text = (
                f"The values shrink from layer to layer: in {first.name} they spread by {numeral(first.values.std, 2)} (standard "
            )
            yield Finding("shrinking", layer.node, f"{text}deviation), in {layer.name} by {numeral(layer.values.std, 2)}.")
            return


def _flow(found: Sequence[Layer], out: str) -> Iterator[Finding]:
    """The gradient on its way back, from the last layer to the first."""
    way = [layer for layer in reversed(found) if np.isfinite(layer.gradient_rms)]
    start = next((layer for layer in way if layer.gradient_rms > 0), None)
    if start is None:
        return
    behind = way[way.index(start) + 1 :]
    for layer in behind:
        left = layer.gradient_rms / start.gradient_rms
        sizes = f"from {numeral(start.gradient_rms, 2)} at {start.name} to {numeral(layer.gradient_rms, 2)} at {layer.name}"
        if left < VANISHING:
            rest = "nothing is left" if left == 0 else f"{numeral(left, 2)} of it is left"
            yield Finding(
                "vanishing", layer.node, f"The gradient of {out} vanishes on its way back: {sizes} (root mean square), {rest}."
            )
            return
        if left > EXPLODING:
            text = (
                f"The gradient of {out} explodes on its way back: {sizes} (root mean square), {numeral(left, 2)} times as much."
            )
            yield Finding("exploding", layer.node, text)
            return


def percent(share: float) -> str:
    """A share in percent; what is not all and not nothing is never written as 100% or 0%."""
    if 0 < share < 0.01:
        return "under 1%"
    return f"{100 if share == 1 else min(99, round(100 * share))}%"

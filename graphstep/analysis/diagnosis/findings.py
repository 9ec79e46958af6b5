"""What is wrong with a run's values and gradients, each with the figures that say so."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphstep.analysis.diagnosis.finding import DEAD, EXAMPLES, SATURATED, SHRINKING, VANISHING, Finding
from graphstep.analysis.diagnosis.gradients import extreme, judged, way_back
from graphstep.analysis.diagnosis.layers import Layer
from graphstep.analysis.facts import Named, Output, Reason, reason
from graphstep.engine.causes import nan_of_infinities
from graphstep.engine.trace import Trace
from graphstep.ground.late import np
from graphstep.ground.numerals import numeral


def findings(trace: Trace, layers: Sequence[Layer]) -> tuple[Finding, ...]:
    """What is wrong with a run, by the layers that :func:`graphstep.analysis.diagnosis.layers` found in it, in the order of its
    nodes.
    """
    faults = [*_not_finite(trace)]
    named = frozenset(finding.node for finding in faults)
    for layer in layers:
        faults += [*_flat(layer), *_alike(layer)]
    # Of all layers together, behind what is said of each: they are compared with the first, and with the last.
    faults += [*_shrinking(layers), *_flow(layers)]
    # Products are judged where layers have said nothing: one fault is told once.
    faults += way_back(trace, faults)
    faults += judged(trace, named)
    return tuple(sorted(faults, key=lambda finding: finding.node))


def _not_finite(trace: Trace) -> Iterator[Finding]:
    """The first gate that makes inf or nan of what is finite, the first that makes nan, and else the first such gradient."""
    node, nan = trace.first_not_finite, trace.first_nan
    if node is not None:
        yield Finding("not finite", node, (reason("finding-first", name=Named(node), count=count(trace, node)),))
    if nan is not None and nan != node:
        message = "finding-first-nan-of-infinity" if nan_of_infinities(trace, nan) else "finding-first-nan"
        yield Finding("not finite", nan, (reason(message, name=Named(nan)),))
    edge = trace.first_edge_not_finite
    if edge is not None and node is None and not trace.given_not_finite:
        receiver = trace.wire(edge).receiver
        yield Finding("not finite", receiver, (reason("finding-sent", name=Named(receiver)),))


def count(trace: Trace, node: int) -> Reason:
    """How much of a value is inf or nan."""
    value = np.asarray(trace.value_of(node))
    bad = int(np.count_nonzero(~np.isfinite(value)))
    # What is singular or plural is the number of bad cells.
    return reason("not-finite-count" if value.ndim else "not-finite-value", count=bad, cells=value.size)


def _flat(layer: Layer) -> Iterator[Finding]:
    squashes, name = layer.gate.saturates, Named(layer.node)
    if squashes and layer.flat >= SATURATED:
        key = "finding-saturated-cells" if layer.shape else "finding-saturated"
        yield Finding("saturated", layer.node, (reason(key, name=name, share=percent(layer.flat)),))
    elif not squashes and layer.units and layer.examples >= EXAMPLES and layer.dead / layer.units >= DEAD:
        units = reason("finding-dead-units", name=name, dead=layer.dead, units=layer.units, examples=layer.examples)
        yield Finding("dead", layer.node, (units,))
    elif not squashes and layer.flat == 1 and layer.values.size:
        yield Finding("dead", layer.node, (reason("finding-dead-cells" if layer.shape else "finding-dead", name=name),))


def _alike(layer: Layer) -> Iterator[Finding]:
    if layer.alike:
        yield Finding("alike", layer.node, (reason("finding-alike", units=layer.units, name=Named(layer.node)),))


def _shrinking(layers: Sequence[Layer]) -> Iterator[Finding]:
    spread = [layer for layer in layers if layer.values.std > 0]
    if not spread:
        return
    first = spread[0]
    for layer in spread[1:]:
        if layer.values.std < SHRINKING * first.values.std:
            text = reason(
                "finding-shrinking", first=Named(first.node), name=Named(layer.node),
                before=numeral(first.values.std, 2), after=numeral(layer.values.std, 2),
            )  # fmt: skip
            yield Finding("shrinking", layer.node, (text,))
            return


def _flow(layers: Sequence[Layer]) -> Iterator[Finding]:
    """The gradient on its way back, from the last layer to the first."""
    way = [layer for layer in reversed(layers) if np.isfinite(layer.gradient_rms)]
    start = next((layer for layer in way if layer.gradient_rms > 0), None)
    if start is None:
        return
    shares = [(layer.gradient_rms / start.gradient_rms, layer) for layer in way[way.index(start) + 1 :]]
    if (farthest := extreme([share for share, _ in shares])) is None:
        return
    left, layer = shares[farthest]
    fading = "finding-vanishing" if left else "finding-vanishing-whole"
    text = reason(
        fading if left < VANISHING else "finding-exploding", out=Output(), start=Named(start.node), end=Named(layer.node),
        first=numeral(start.gradient_rms, 2), last=numeral(layer.gradient_rms, 2), left=numeral(left, 2),
    )  # fmt: skip
    yield Finding("vanishing" if left < VANISHING else "exploding", layer.node, (text,))


def percent(share: float) -> str:
    """A share of at least 1 % in percent; what is not all is never written as 100%."""
    return f"{100 if share == 1 else min(99, round(100 * share))}%"

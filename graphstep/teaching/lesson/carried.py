"""An error carried forward: what a step comes to with numbers that were typed wrong before it.

Only what goes into the step itself is looked at. A number that follows from a wrong one is a wrong one too, and is put in where
it goes into the next step, so that an error is carried as far as somebody computes with it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from graphstep.engine.wires import Wire
from graphstep.gates.numbers import local, value
from graphstep.teaching.lesson.quantities import Quantity, QuantityKind


@dataclass(frozen=True, slots=True)
class Wrong:
    """A number that was typed for another one, and stayed."""

    kind: QuantityKind
    """What was asked for; the sum of contributions is a gradient."""
    place: int
    """The node of a value or a gradient, the edge of a local gradient or a contribution."""
    name: str
    """How it is written."""
    typed: float
    """The number that was typed."""
    true: float
    """The number of the run."""


@dataclass(frozen=True, slots=True)
class Following:
    """What a step comes to with wrong numbers."""

    value: float
    """The number."""
    wrongs: tuple[Wrong, ...]
    """The wrong numbers that go into it."""


def wrong_of(asked: Quantity, typed: float) -> Wrong:
    """A number that was typed for a quantity."""
    kind: QuantityKind = "gradient" if asked.kind == "sum" else asked.kind
    on_wire = kind in ("local", "contribution") and asked.wire is not None
    place = asked.wire.edge if on_wire and asked.wire is not None else asked.node
    return Wrong(kind, place, asked.name, typed, asked.value)


def following(asked: Quantity, wrongs: Sequence[Wrong]) -> Iterator[Following]:
    """What the step comes to with all the wrong numbers that go into it, then with each of them alone.

    Nothing where it would be too easy to come by: where the number is 0, ±1 or not finite, or one of those that go into the step,
    and the true one is not.
    """
    if not isinstance(asked.asked, float) or asked.cell is not None or any(asked.trace.node(x).shape for x in _nodes(asked)):
        return
    of = {(wrong.kind, wrong.place): wrong for wrong in wrongs}
    used = _used(asked, of)
    if not used:
        return
    for chosen in (used, *([wrong] for wrong in used if len(used) > 1)):
        numbers, ingredients = _computed(asked, {(wrong.kind, wrong.place): wrong.typed for wrong in chosen})
        _, true_ingredients = _computed(asked, {})
        easy = _is_easy(numbers) and not _is_easy(asked.value)
        copied = numbers in ingredients and asked.value not in true_ingredients
        if not easy and not copied and numbers != asked.value:
            # Of a gate's own number only some slopes are made.
            parts = [wrong for wrong in chosen if _without(asked, chosen, wrong) != numbers]
            yield Following(numbers, tuple(parts or chosen))


def _without(asked: Quantity, chosen: Sequence[Wrong], left_out: Wrong) -> float:
    return _computed(asked, {(wrong.kind, wrong.place): wrong.typed for wrong in chosen if wrong is not left_out})[0]


def _is_easy(number: float) -> bool:
    return number in (0.0, 1.0, -1.0) or not math.isfinite(number)


def _nodes(asked: Quantity) -> list[int]:
    """The nodes whose numbers go into a step, and its own."""
    trace = asked.trace
    if asked.kind == "value":
        return [asked.node, *(x for x in trace.node(asked.node).operands if isinstance(x, int))]
    senders = [asked.wire.sender] if asked.wire is not None else [wire.sender for wire in trace.arrivals(asked.node)]
    return [asked.node, *senders, *(x for gate in senders for x in trace.node(gate).operands if isinstance(x, int))]


def _used(asked: Quantity, of: dict[tuple[QuantityKind, int], Wrong]) -> list[Wrong]:
    """The wrong numbers that go into a step; one of another run, before an edit, is none."""
    trace, keys = asked.trace, list[tuple[QuantityKind, int]]()
    if asked.kind == "value":
        keys = [("value", x) for x in trace.node(asked.node).operands if isinstance(x, int)]
    elif asked.wire is None:
        keys = [("contribution", wire.edge) for wire in trace.arrivals(asked.node)]
    else:
        wire = asked.wire
        keys = [("value", x) for x in (*trace.node(wire.sender).operands, wire.sender) if isinstance(x, int)]
        if asked.kind != "local":
            # A local gradient that was typed stands for the values that it is made of.
            keys = [("local", wire.edge)] if ("local", wire.edge) in of else keys
            keys.append(("gradient", wire.sender))
    known: dict[str, Callable[[int], float]] = {
        "value": lambda place: float(trace.value_of(place)),
        "gradient": lambda place: float(trace.gradient_of(place)),
        "local": lambda place: float(trace.wire(place).local or 0.0),
        "contribution": lambda place: float(trace.wire(place).contribution),
    }
    return [of[key] for key in dict.fromkeys(keys) if key in of and of[key].true == known[key[0]](key[1])]


def _computed(asked: Quantity, typed: dict[tuple[QuantityKind, int], float]) -> tuple[float, list[float]]:
    """A number computed with others in place of some of the run's, and the numbers that go into it."""
    trace = asked.trace
    with np.errstate(all="ignore"):
        if asked.kind == "value":
            inputs = _inputs(asked, asked.node, typed)
            rule = trace.gate(asked.node)
            assert rule is not None, "a value that is asked for has a gate"
            return float(value(rule, inputs, trace.node(asked.node).settings)), inputs
        if asked.wire is None:
            parts = [typed.get(("contribution", wire.edge), float(wire.contribution)) for wire in trace.arrivals(asked.node)]
            return math.fsum(parts), parts
        slope, inputs = _slope(asked, asked.wire, typed)
        if asked.kind == "local":
            return slope, inputs
        upstream = typed.get(("gradient", asked.wire.sender), float(asked.wire.upstream))
        return upstream * slope, [upstream, slope]


def _inputs(asked: Quantity, gate: int, typed: dict[tuple[QuantityKind, int], float]) -> list[float]:
    trace = asked.trace
    pairs = zip(trace.node(gate).operands, trace.operand_values(gate), strict=True)
    return [typed.get(("value", x), float(number)) if isinstance(x, int) else float(number) for x, number in pairs]


def _slope(asked: Quantity, wire: Wire, typed: dict[tuple[QuantityKind, int], float]) -> tuple[float, list[float]]:
    """A local gradient, at values that may be others than the run's."""
    trace, inputs = asked.trace, _inputs(asked, wire.sender, typed)
    if ("local", wire.edge) in typed:
        return typed["local", wire.edge], inputs
    if not any(kind == "value" for kind, _ in typed) and wire.local is not None:
        return float(wire.local), inputs
    out = typed.get(("value", wire.sender), float(value(wire.gate, inputs, trace.node(wire.sender).settings)))
    call = replace(trace.call(wire.sender), inputs=tuple(map(np.asarray, inputs)), out=np.asarray(out))
    slope = local(wire.gate, call, wire.slot)
    return math.nan if slope is None else float(slope), inputs

"""Gates of other programs that are in no table: known by the numbers that were recorded of them, and by nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphstep.gates.rule import Call, MisfitError, Options, Rule
from graphstep.ground.arrays import Number, shape_of
from graphstep.ground.operands import Shape
from graphstep.ground.records import dataclass

_FORWARD = "The {name} gate is none of ours: its value is what was recorded."
_FACTOR = "Only the program that was recorded knows the slope of {name}: the local gradient is the number that it computed."
_SENT = "Only the program that was recorded knows how {name} sends back: the contribution is what it sent."


@dataclass(frozen=True, slots=True)
class Numbers:
    """The recorded numbers of an opaque gate."""

    inputs: tuple[Number, ...]
    """What it read, by slot."""
    value: Number
    """What it computed."""
    factors: tuple[Number | None, ...] = ()
    """By slot its local gradient, a number for each cell of that input; None where no gradient passes."""
    sent: tuple[Number | None, ...] = ()
    """By slot what it sent back in the recorded run, where it has no factors; None where no gradient passes."""


def opaque(name: str, numbers: Numbers) -> Rule:
    """The rule of such a gate. It computes for what it read when it was recorded, and refuses anything else."""

    def value(np: Any, inputs: Sequence[Any], _: Options) -> Any:
        pairs = zip(inputs, numbers.inputs, strict=True)
        # Equal, or nan on both sides.
        if not all(np.all((x == y) | ((x != x) & (y != y))) for x, y in pairs):
            fits = "capture the function again with the other inputs"
            raise MisfitError(f"{name} is known by its recorded numbers only, and reads others now", fits)
        return np.array(numbers.value) if shape_of(numbers.value) else numbers.value

    def pullback(np: Any, call: Call, slot: int, upstream: Any) -> Any:
        if numbers.factors:
            factor = numbers.factors[slot]
            return 0.0 * call.inputs[slot] if factor is None else upstream * factor
        # Recorded for the upstream gradient of that run, and for no other: it is not scaled by what arrives.
        part = numbers.sent[slot]
        return np.zeros(np.shape(call.inputs[slot])) if part is None else np.array(part)

    def push(np: Any, _: Call, slot: int, direction: Any) -> Any:
        if not numbers.factors:
            # How its value moves was not recorded. 0 would say that it stands still, nan says that nobody knows.
            return np.full(shape_of(numbers.value), np.nan)
        factor = numbers.factors[slot]
        return 0.0 * direction if factor is None else factor * direction

    def shape(shapes: Sequence[Shape], _: Options) -> Shape:
        expected = [shape_of(x) for x in numbers.inputs]
        if [*shapes] != expected:
            raise MisfitError(f"{name} was recorded with other shapes", "capture the function again with the other inputs")
        return shape_of(numbers.value)

    def pulled(m: Any, slot: int, upstream: Any, _: Sequence[Any], __: Any, ___: Options) -> Any:
        factor = numbers.factors[slot] if numbers.factors else None
        if factor is None or shape_of(factor):
            return m.call(f"back through {name}", upstream)
        return upstream * factor

    return Rule(
        name,
        name,
        shape,
        value,
        pullback,
        push,
        lambda *_: "diagonal" if numbers.factors else "dense",
        lambda m, terms, _: m.call(name, *terms),
        pulled,
        _FORWARD.format(name=name),
        ((_FACTOR if numbers.factors else _SENT).format(name=name),),
        arity=(len(numbers.inputs), len(numbers.inputs)),
        functions=(),
        recorded=numbers,
    )

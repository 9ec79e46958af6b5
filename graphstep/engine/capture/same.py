"""Which gate of ours an operation of another engine is: the one that its sign or its method names, if the numbers agree."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from graphstep.gates import GATES
from graphstep.gates.numbers import local, value
from graphstep.gates.rule import Call
from graphstep.ground.late import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

CLOSE = 1e-12
"""The relative difference up to which two numbers are the same."""

_SIGNS = {"+": "add", "-": "sub", "*": "mul", "/": "div", "//": "", "@": "mul", "**": "pow", "^": "pow"}
_METHODS = {
    "__add__": "add",
    "__radd__": "add",
    "__sub__": "sub",
    "__rsub__": "sub",
    "__mul__": "mul",
    "__rmul__": "mul",
    "__truediv__": "div",
    "__rtruediv__": "div",
    "__neg__": "neg",
    "__pow__": "pow",
    "__rpow__": "pow",
    "__abs__": "abs",
    "ln": "log",
    "inv": "reciprocal",
    "sq": "square",
    "arctan": "atan",
    "swish": "silu",
}
_UNARY = [
    "neg",
    "reciprocal",
    "exp",
    "log",
    "sqrt",
    "square",
    "sin",
    "cos",
    "tan",
    "tanh",
    "sigmoid",
    "relu",
    "softplus",
    "silu",
    "gelu",
    "abs",
    "asin",
    "acos",
    "atan",
    "sinh",
    "cosh",
    "log1p",
    "expm1",
]
_BINARY = ("add", "mul", "sub", "div", "pow", "max", "min")


class Unknown(NamedTuple):
    """An operation of another engine."""

    sign: str
    """The sign that it has there: ``+``, ``**2``, ``ReLU``."""
    method: str
    """The method that made it: ``__mul__``."""
    read: tuple[float, ...]
    """The numbers that it read."""
    out: float
    """The number that it made."""
    factors: tuple[float | None, ...] = ()
    """Its local gradients, where it has them."""
    others: tuple[float, ...] = ()
    """The plain numbers that it was given."""


Slots = tuple[int | float, ...]
"""By slot of a gate which operand it reads, or a number of its own."""

Chosen = tuple[str, Slots]
"""A gate and what it reads."""


def gates_of(operations: Sequence[Unknown], methods: Collection[str] = ()) -> list[Chosen | None]:
    """By operation the gate that it is; None for one that is none of ours. Those that look alike are compared at once.

    ``methods`` are those of the engine's values: of two gates that would do, it is the one that the engine has.
    """
    engine = {gate for method in methods for gate, _ in _of_method(method)}
    chosen: list[Chosen | None] = [None] * len(operations)
    groups: dict[tuple[str, str, int, int, bool], list[int]] = {}
    for k, each in enumerate(operations):
        key = each.sign, each.method, len(each.read), len(each.others), bool(each.factors)
        groups.setdefault(key, []).append(k)
    for (sign, method, count, others, has_factors), places in groups.items():
        group = [operations[k] for k in places]
        named = [*_of_sign(sign), *_of_method(method)]
        # There may be 200,000: they are compared in as many calls of NumPy as there are kinds.
        left = np.ones(len(group), bool)
        for gate, fixed in named:
            for slots in _slots(gate, count, [*fixed, *(_Other(n) for n in range(others))]):
                fits = left & _same(gate, slots, group)
                # Where no number of an operation's own is read, all of them are one choice.
                same = None if any(isinstance(x, _Other) for x in slots) else _settled(gate, slots, group[0])
                for n in np.flatnonzero(fits).tolist():
                    chosen[places[n]] = same or _settled(gate, slots, group[n])
                left &= ~fits
        if not named and has_factors:
            for place, guess in zip(places, _guessed(group, count, others, engine), strict=True):
                chosen[place] = guess
    return chosen


def at_kink(each: Unknown) -> bool:
    """Whether an operation stands where its slope is a choice: at a tie of max and min, at the 0 of relu and abs."""
    first, last = each.read[0], each.read[-1]
    return first == (last if len(each.read) == 2 else 0.0) and _has_kink(each.sign, each.method)


@cache
def _has_kink(sign: str, method: str) -> bool:
    return not {"max", "min", "relu", "abs"}.isdisjoint(gate for gate, _ in (*_of_sign(sign), *_of_method(method)))


class _Other(int):
    """Which of its plain numbers an operation reads."""


def _guessed(group: Sequence[Unknown], count: int, others: int, engine: Collection[str]) -> list[Chosen | None]:
    """The one gate whose value and local gradients are those of an operation that has no name; None where several would do."""
    fits: list[list[Chosen]] = [[] for _ in group]
    for gate in _UNARY if count == 1 else _BINARY:
        for slots in _slots(gate, count, [_Other(n) for n in range(others)]):
            for n in np.flatnonzero(_same(gate, slots, group)).tolist():
                fits[n].append(_settled(gate, slots, group[n]))
    for n, each in enumerate(group):
        if count == 1 and not fits[n] and (power := _power(each)) is not None:
            fits[n].append(power)
    return [_only(each, engine) for each in fits]


def _only(fits: Sequence[Chosen], engine: Collection[str]) -> Chosen | None:
    """The gate that it is, of those that would do for these numbers; None where nobody knows."""
    # relu and abs of 2 are one number with one slope: who has a method for one of them means it.
    if len(fits) > 1:
        fits = [each for each in fits if each[0] in engine or each[0] == "power"] or fits
    return fits[0] if len(fits) == 1 or (fits and fits[0][0] in ("add", "mul")) else None


def _settled(gate: str, slots: Sequence[Any], each: Unknown) -> Chosen:
    """A gate as a program has it: a power with a number, one over something."""
    read: Slots = tuple(each.others[x] if isinstance(x, _Other) else x for x in slots)
    if gate == "pow" and isinstance(read[1], float):
        return "power", read
    return ("reciprocal", read[1:]) if gate == "div" and read[0] == 1.0 and isinstance(read[0], float) else (gate, read)


def _of_sign(sign: str) -> list[tuple[str, tuple[float, ...]]]:
    text = sign.strip()
    if power := re.fullmatch(r"(?:\*\*|\^)\s*(-?[\d.]+(?:e[+-]?\d+)?)", text):
        return [("pow", (float(power[1]),))]
    if text in _SIGNS:
        return [(_SIGNS[text], ())] if _SIGNS[text] else []
    return _of_method(text.lower())


def _of_method(method: str) -> list[tuple[str, tuple[float, ...]]]:
    gate = _METHODS.get(method, method)
    return [(gate, ())] if gate in GATES and (gate in _UNARY or gate in _BINARY) else []


def _slots(gate: str, count: int, numbers: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The ways in which a gate may read so many operands, and numbers of its own."""
    if gate in _UNARY:
        return [(0,)] if count == 1 else []
    if count == 2:
        return [(0, 1)] if gate in ("add", "mul", "max", "min") else [(0, 1), (1, 0)]
    return [slots for x in numbers for slots in ((0, x), (x, 0))] if count == 1 else []


def _power(each: Unknown) -> Chosen | None:
    """A power, where its exponent is a number that somebody would type: n = slope · x / out."""
    slope = each.factors[0]
    if not slope or not each.out or not math.isfinite(each.out):
        return None
    exponent = slope * each.read[0] / each.out
    plain = round(exponent, 9)
    near = abs(exponent - plain) <= CLOSE * max(1.0, abs(exponent))
    return ("power", (0, plain)) if near and _same("pow", (0, plain), [each])[0] else None


def _same(gate: str, slots: Sequence[Any], group: Sequence[Unknown]) -> NDArray[np.bool_]:
    """By operation whether a gate makes its value of its numbers, and has its local gradients."""
    rule = GATES["power" if gate == "pow" and type(slots[1]) is not int else gate]
    inputs = tuple(_column(x, group) for x in slots)
    out = np.array([each.out for each in group])
    with np.errstate(all="ignore"):
        same = close(value(rule, inputs, {}), out)
        call = Call(inputs, out, {})
        for slot, x in enumerate(slots):
            if type(x) is not int or not group[0].factors:
                continue
            slope = local(rule, call, slot)
            assert slope is not None, "a gate of cells has a slope"
            same &= close(slope, np.array([_or_nan(each.factors[x]) for each in group]))
    return np.asarray(same)


def _column(x: Any, group: Sequence[Unknown]) -> NDArray[np.float64]:
    if isinstance(x, _Other):
        return np.array([each.others[x] for each in group])
    return np.array([each.read[x] for each in group]) if isinstance(x, int) else np.full(len(group), x)


def _or_nan(x: float | None) -> float:
    return math.nan if x is None else x


def close(ours: Any, theirs: Any) -> Any:
    """Whether numbers are the same up to rounding."""
    # inf equals inf, and its difference from itself is nan.
    same = (ours == theirs) | ((ours != ours) & (theirs != theirs))
    return same | (np.abs(ours - theirs) <= CLOSE * np.maximum(np.abs(ours), np.abs(theirs)))

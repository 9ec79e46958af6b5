"""A gate's value out of Python's floats, for programs in which few gates can be computed together.

For two numbers NumPy takes ten times as long as Python, so what + − × ÷ √, absolute values, maxima and minima make of floats is
Python's. IEEE says what that is to the last bit. Any other function is NumPy's here too: one routine for a number, whether it is
computed alone or in an array (docs/decisions/36-narrow-graphs.md).
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from functools import partial
from typing import Any

from graphstep.gates.mathematics import NUMBERS
from graphstep.gates.rule import Rule
from graphstep.ground.late import np
from graphstep.ground.records import record

Function = Callable[..., float]
"""A function of floats; nothing raises in it, under ``numpy.errstate(all="ignore")``."""


@record(frozen=True, slots=True)
class _Operation:
    """An operation of a row's formula on its inputs, as far as that has been followed."""

    name: str
    """The operation: a function of :class:`~graphstep.gates.mathematics.Mathematics`, a sign, or nothing for an input."""
    operands: tuple[Any, ...]
    """What it is done to: operations and numbers; of an input its slot."""

    def __add__(self, other: Any) -> _Operation:
        return _Operation("+", (self, other))

    def __sub__(self, other: Any) -> _Operation:
        return _Operation("-", (self, other))

    def __mul__(self, other: Any) -> _Operation:
        return _Operation("*", (self, other))

    def __truediv__(self, other: Any) -> _Operation:
        return _Operation("/", (self, other))

    def __rtruediv__(self, other: Any) -> _Operation:
        return _Operation("/", (other, self))

    def __neg__(self) -> _Operation:
        return _Operation("neg", (self,))


class _Recorder:
    """``m`` that notes what is done."""

    def __getattr__(self, name: str) -> Callable[..., _Operation]:
        return lambda *operands: _Operation(name, operands)


def _quotient(x: float, y: float) -> float:
    return x / y if y else float(np.divide(x, y))


def _root(x: float) -> float:
    return math.sqrt(x) if x >= 0 else float(np.sqrt(x))


def _larger(x: float, y: float) -> float:
    return x if x > y else y if y > x else _tied("maximum", x, y)


def _smaller(x: float, y: float) -> float:
    return x if x < y else y if y < x else _tied("minimum", x, y)


def _tied(name: str, x: float, y: float) -> float:
    if x == y and math.copysign(1.0, x) == math.copysign(1.0, y):
        return x
    # Of 0 and -0, and of a nan, NumPy takes what it takes in arrays.
    return float(getattr(np, name)(x, y))


PLAIN: dict[str, Function] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": _quotient,
    "neg": operator.neg,
    "abs": abs,
    "sqrt": _root,
    "maximum": _larger,
    "minimum": _smaller,
}
"""What Python does as IEEE says, by operation."""


class _Floats:
    """``m`` for floats of which Python makes what NumPy makes: UnknownError for whatever else is asked."""

    def __init__(self) -> None:
        vars(self).update({name: function for name, function in PLAIN.items() if name.isalpha() and name != "neg"})

    stop = staticmethod(operator.pos)

    @staticmethod
    def sign(x: float) -> float:
        return 1.0 if x > 0 else -1.0 if x < 0 else 0.0 if x == 0 else x

    @staticmethod
    def where(condition: bool, then: Any, otherwise: Any) -> Any:
        return then if condition else otherwise

    def __getattr__(self, name: str) -> Any:
        raise UnknownError(name)


class UnknownError(ArithmeticError):
    """Asked for a function that Python does not compute as NumPy does."""


FLOATS: Any = _Floats()
"""``m`` for single floats, out of :data:`PLAIN`. Besides UnknownError it raises what Python raises where IEEE has inf or nan."""


def float_function(rule: Rule, count: int) -> tuple[Function, bool]:
    """The value of an elementwise gate with that many inputs as a function of floats, and whether it is as fast as Python's own.

    To the bit what :func:`graphstep.gates.numbers.value` makes of arrays.
    """
    done = _operation(rule, count)
    if done is None:
        return partial(by_arrays, rule), False
    function = PLAIN.get(done.name)
    plain = function is not None
    if function is None:
        function = partial(_by_numpy, getattr(NUMBERS, done.name))
    constants = [float(x) for x in done.operands if not isinstance(x, _Operation)]
    return (partial(function, *constants) if constants else function), plain


def hands_on(rule: Rule, slot: int, count: int) -> bool:
    """Whether the local gradient of an elementwise gate with that many inputs towards a slot is 1, whatever it reads."""
    if slot >= len(rule.slopes) or any(convention.overrules(slot) for convention in rule.conventions):
        return False
    inputs = [_Operation("", (place,)) for place in range(count)]
    try:
        # A formula says so by a bare 1, as that of + does; whatever it makes of an input comes back as an operation.
        return isinstance(slope := rule.slopes[slot](_Recorder(), *inputs, inputs[0]), int) and slope == 1
    except TypeError:
        return False


def _operation(rule: Rule, count: int) -> _Operation | None:
    """The one operation that a gate does to numbers in front, if any, and its inputs in their order; None where it does more."""
    inputs = [_Operation("", (slot,)) for slot in range(count)]
    try:
        done = (rule.computed or rule.formula)(_Recorder(), *inputs)
    except TypeError:
        # It compares, or raises to a power.
        return None
    if not isinstance(done, _Operation) or not done.name or not (done.name in PLAIN or hasattr(NUMBERS, done.name)):
        return None
    # What stands in front can be bound to the function, as in 1/x and max(0, x); what stands behind an input could not.
    numbers = len(done.operands) - count
    fixed = all(isinstance(x, int | float) for x in done.operands[:numbers])
    return done if numbers >= 0 and fixed and [*done.operands[numbers:]] == inputs else None


def _by_numpy(function: Callable[..., Any], *inputs: float) -> float:
    return float(function(*inputs))


def by_arrays(rule: Rule, *inputs: float) -> float:
    """The value of an elementwise gate as NumPy has it."""
    # Arrays of one, and not NumPy's numbers: x**2 is x·x in an array, and a power of its library for a number.
    return float(np.ravel(rule.value(NUMBERS, [np.array([x]) for x in inputs], {}))[0])

"""What an engine may be able to do: one row an operation, with the gate that it is, and the names that engines give it."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from graphstep.gates.typed import ATOM, INFIX, SUM, Typed, infix, negative
from graphstep.ground.errors import nearest
from graphstep.ground.records import dataclass

Cells = float | tuple["Cells", ...]
"""A number, or the rows of an array."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of an engine."""

    name: str
    """What it is called here."""
    gate: str
    """The gate of ours that it is."""
    methods: tuple[str, ...]
    """The names of its method, the likeliest first; of an operator the one that Python calls."""
    written: str
    """How a program has it: a sign, or the name of a function; of one input a minus, a slash for one over it, or an attribute."""
    points: tuple[tuple[float, ...], ...]
    """Values of its inputs, off every kink and pole, of both signs where it has both."""
    operator: Callable[..., Any] | None = None
    """The operator of Python's by which it is called, where its first method is there; None for a method or a function."""
    plain: int | None = None
    """The input that is always a plain number; None where none is."""
    shown: str = ""
    """What a report calls it; its name unless given."""
    options: tuple[tuple[str, int], ...] = ()
    """What it is told besides its inputs: an axis."""
    tells: bool = True
    """Whether a call has to say so; where it need not, one is made without if it is refused."""

    @property
    def slots(self) -> int:
        """How many inputs it has."""
        return len(self.points[0])

    def typed(self, *inputs: Typed) -> Typed:
        """Its text in a program, of the texts of its inputs."""
        if self.written.startswith("."):
            return Typed(f"{inputs[0].within(ATOM)}{self.written}", ATOM)
        if self.written not in INFIX:
            options = [f"{key}={value}" for key, value in self.options]
            return Typed(f"{self.written}({', '.join([*(x.text for x in inputs), *options])})", ATOM)
        if len(inputs) == 2:
            return Typed(*infix(self.written, *inputs))
        if self.written == "/":
            return Typed(*infix("/", Typed("1", ATOM), *inputs))
        # Beside another sign a minus stands in parentheses.
        return Typed(negative(*inputs)[0], SUM)

    @property
    def title(self) -> str:
        """The name of the operation in a report."""
        return self.shown or self.name


# Points with few binary digits, so that sums and products of them are exact, and differences of engines are no rounding. None is
# 0 or ±1, where many wrong formulas are right.
_BOTH = ((2.25, -1.5), (-0.75, -2.5), (1.5, 3.25), (-3.5, 0.625))
_ABOVE = ((2.25, -1.5), (0.75, 2.5), (1.5, 3.25), (3.5, 0.625))
_SIGNED = ((0.75,), (-0.5,), (1.625,), (-1.375,))
_POSITIVE = ((0.75,), (2.5,), (1.625,))
_WITHIN = ((0.25,), (-0.5,), (0.625,))


def _function(name: str, *others: str, points: tuple[tuple[float, ...], ...] = _SIGNED) -> Operation:
    return Operation(name, name, (name, *others), name, points)


OPERATIONS: dict[str, Operation] = {
    each.name: each
    for each in (
        Operation("add", "add", ("__add__",), "+", _BOTH, operator.add),
        Operation("mul", "mul", ("__mul__",), "*", _BOTH, operator.mul),
        Operation("neg", "neg", ("__neg__",), "-", _SIGNED, operator.neg),
        Operation("sub", "sub", ("__sub__",), "-", _BOTH, operator.sub),
        Operation(
            "pow", "pow", ("__pow__", "pow", "power"), "^",
            ((1.75, 3.0), (-1.25, 3.0), (-1.5, 2.0), (2.5, -1.0), (-0.75, -2.0), (2.25, 0.5)), operator.pow, 1,
        ),
        Operation("div", "div", ("__truediv__",), "/", _BOTH, operator.truediv),
        Operation("radd", "add", ("__radd__",), "+", _BOTH, operator.add, 0, "2 + x"),
        Operation("rmul", "mul", ("__rmul__",), "*", _BOTH, operator.mul, 0, "2*x"),
        Operation("rsub", "sub", ("__rsub__",), "-", _BOTH, operator.sub, 0, "2 - x"),
        Operation("rdiv", "div", ("__rtruediv__",), "/", _BOTH, operator.truediv, 0, "2/x"),
        Operation("power", "pow", ("__pow__", "pow", "power"), "^", _ABOVE, operator.pow, None, "x^y"),
        Operation("rpow", "pow", ("__rpow__",), "^", _ABOVE, operator.pow, 0, "2^x"),
        Operation("abs", "abs", ("__abs__", "abs"), "abs", _SIGNED, operator.abs),
        _function("exp"),
        _function("log", "ln", points=_POSITIVE),
        _function("sqrt", points=_POSITIVE),
        _function("square"),
        Operation("reciprocal", "reciprocal", ("reciprocal",), "/", _SIGNED),
        _function("relu", "ReLU", "Relu"),
        _function("sigmoid", "Sigmoid", "logistic"),
        _function("tanh", "Tanh"),
        _function("softplus"),
        _function("silu", "swish"),
        _function("sin"),
        _function("cos"),
        _function("tan"),
        _function("asin", "arcsin", points=_WITHIN),
        _function("acos", "arccos", points=_WITHIN),
        _function("atan", "arctan"),
        _function("sinh"),
        _function("cosh"),
        _function("log1p", points=_POSITIVE),
        _function("expm1"),
        _function("max", "maximum", points=_BOTH),
        _function("min", "minimum", points=_BOTH),
    )
}  # fmt: skip
"""Every operation by its name, what engines build others from first."""

_ROWS, _COLUMNS = (("axis", 1),), (("axis", 0),)


def _of_array(
    name: str, gate: str, *methods: str, options: tuple[tuple[str, int], ...] = (), written: str = "", tells: bool = True
) -> Operation:
    row = Operation(name, gate, methods, written or methods[0], ((0.0,),), options=options, tells=tells)
    return replace(row, shown=row.typed(Typed("x", ATOM)).text)


ARRAYS: dict[str, Operation] = {
    each.name: each
    for each in (
        Operation("matmul", "matmul", ("__matmul__", "matmul", "mm", "dot"), "@", ((0.0, 0.0),), shown="x @ y"),
        _of_array("transpose", "transpose", "T", "t", "transpose", written=".T"),
        _of_array("sum", "sum", "sum"),
        _of_array("sum0", "sum", "sum", options=_COLUMNS),
        _of_array("sum1", "sum", "sum", options=_ROWS),
        _of_array("mean", "mean", "mean"),
        _of_array("mean0", "mean", "mean", options=_COLUMNS),
        _of_array("mean1", "mean", "mean", options=_ROWS),
        _of_array("largest", "amax", "max", "amax"),
        _of_array("softmax", "softmax", "softmax", options=_ROWS, tells=False),
        _of_array("logsoftmax", "log_softmax", "log_softmax", "logsoftmax", options=_ROWS, tells=False),
    )
}
"""What only an engine of arrays can do, by its name. Its points are arrays: see ``array_programs``."""

ROWS = OPERATIONS | ARRAYS
"""Every operation by its name."""

REQUIRED = ("add", "mul")
"""What every engine has to have."""

NAMES = {name for each in ROWS.values() for name in each.methods}
"""All names of methods and functions."""


def near_names(absent: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    """By name that an engine has the method of an operation that it has not and that is called almost the same."""
    methods = [method for each in reversed(absent) for method in reversed(ROWS[each].methods)]
    # From the last: of several methods the likeliest remains.
    return {near: method for method in methods if (near := nearest(method, names))}


def whole_of(name: str) -> list[str]:
    """The operation that is the same method without an axis."""
    methods = ROWS[name].methods
    return [each for each, row in ARRAYS.items() if row.methods == methods and each != name and not row.options]

"""Terms: formulas as trees, built once and read by whatever computes or writes.

A gate's formula is a function of ``m`` (:mod:`graphstep.gates.mathematics`). With :data:`TERMS` as ``m`` it makes a tree. A
tree read with a style writes itself (:mod:`graphstep.gates.notation.text`), read with :class:`Rounded` it computes with the
digits that are printed. So a rung of a ladder is written, set in LaTeX and held against its own digits from one thing.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any, Protocol

from graphstep.gates.mathematics import NUMBERS
from graphstep.gates.rule import Rule
from graphstep.ground.late import np
from graphstep.ground.numerals import is_short, numeral


class Symbol(Protocol):
    """The name of a node in a term: it has one print in every style, and no number."""

    def ink(self, style: Any, /) -> Any:
        """The ink of the symbol in a style."""


_INFIX: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": operator.pow,
    ">": operator.gt,
    "<": operator.lt,
}


LEAVES = frozenset({"number", "row", "exactly", "symbol"})
"""Operators of terms that hold no others."""


class Term:
    """A formula: an operator and what it is applied to, which are terms, numbers, or options in words."""

    __slots__ = ("_readings", "arguments", "operator")

    def __init__(self, operator: str, *arguments: Any) -> None:
        self._readings: dict[Any, Any] | None = None
        self.operator = operator
        """``+ - * / ** > <``, ``negative``, a leaf (``number``, ``symbol``, ``constant``), or a function of the reader."""
        self.arguments: tuple[Any, ...] = arguments
        """What it is applied to."""

    @classmethod
    def lasting(cls, operator: str, *arguments: Any) -> Term:
        """A term that stands in many formulas: every reader reads it once."""
        # No class of its own: of 2 > x Python would ask the x of a subclass first, which would be written as x < 2.
        term = cls(operator, *arguments)
        term._readings = {}
        return term

    def read(self, m: Any) -> Any:
        """What a reader makes of the tree: every operator is applied to what the reader made of its arguments."""
        if (readings := self._readings) is not None:
            # Readers are few and live as long as the process: there is one style for a number of digits.
            if m not in readings:
                readings[m] = Term(self.operator, *self.arguments).read(m)
            return readings[m]
        head = self.operator
        if (infix := _INFIX.get(head)) is not None:
            x, y = self.arguments
            return infix(x.read(m) if isinstance(x, Term) else x, y.read(m) if isinstance(y, Term) else y)
        if head == "constant":
            return getattr(m, self.arguments[0])
        if head in LEAVES:
            return getattr(m, head)(*self.arguments)
        arguments = [x.read(m) if isinstance(x, Term) else x for x in self.arguments]
        return -arguments[0] if head == "negative" else getattr(m, head)(*arguments)

    def __add__(self, other: Any) -> Term:
        return Term("+", self, other)

    def __radd__(self, other: Any) -> Term:
        return Term("+", other, self)

    def __sub__(self, other: Any) -> Term:
        return Term("-", self, other)

    def __rsub__(self, other: Any) -> Term:
        return Term("-", other, self)

    def __mul__(self, other: Any) -> Term:
        return Term("*", self, other)

    def __rmul__(self, other: Any) -> Term:
        return Term("*", other, self)

    def __truediv__(self, other: Any) -> Term:
        return Term("/", self, other)

    def __rtruediv__(self, other: Any) -> Term:
        return Term("/", other, self)

    def __pow__(self, other: Any) -> Term:
        return Term("**", self, other)

    def __rpow__(self, other: Any) -> Term:
        return Term("**", other, self)

    def __neg__(self) -> Term:
        return Term("negative", self)

    def __gt__(self, other: Any) -> Term:
        return Term(">", self, other)

    def __lt__(self, other: Any) -> Term:
        return Term("<", self, other)

    def __repr__(self) -> str:
        return f"Term({', '.join(map(repr, (self.operator, *self.arguments)))})"


class Terms:
    """``m`` that makes terms: whatever a formula asks for becomes a node of the tree."""

    pi = Term("constant", "pi")
    nan = Term("constant", "nan")

    @staticmethod
    def number(value: Any) -> Term:
        """A number that was computed: it is written with as many digits as its equation needs."""
        return Term("number", value)

    @staticmethod
    def row(value: Any) -> Term:
        """A vector that is used as a row, so that LaTeX sets it as one."""
        return Term("row", value)

    @staticmethod
    def exactly(value: float, text: str = "") -> Term:
        """A number that is part of a formula, as typed where a text is given; it is never rounded."""
        return Term("exactly", value, text)

    @staticmethod
    def symbol(symbol: Symbol) -> Term:
        """A node by its name."""
        return Term("symbol", symbol)

    @staticmethod
    def derivative(of: Any, by: Any, letter: str) -> Term:
        """``letter of / letter by``: the whole effect of a node, or a local gradient."""
        return Term.lasting("derivative", of, by, letter)

    def term(self, value: Any) -> Term:
        """A term as it is; of a number of a formula the number."""
        return value if isinstance(value, Term) else self.exactly(float(value))

    def pow(self, x: Any, y: Any) -> Term:
        """``x^y``"""
        power: Term = self.term(x) ** y
        return power

    def __getattr__(self, function: str) -> Callable[..., Term]:
        # copy.deepcopy and inspect ask any object for names of this kind, and would take a term for a method of their own.
        if function.startswith("_"):
            raise AttributeError(function)
        return lambda *arguments: Term(function, *arguments)


TERMS = Terms()
"""``m`` that makes terms."""


class NoNumberError(Exception):
    """A term that holds a name, or a form without a rule for numbers: nobody can compute it from what is printed."""


class Rounded:
    """``m`` that computes a term from its numbers as they are printed with some number of digits.

    Reading a term raises :class:`NoNumberError` where it holds a name.
    """

    pi, nan = math.pi, math.nan

    def __init__(self, digits: int) -> None:
        self.digits = digits
        """Significant digits of the numbers."""

    def number(self, value: Any) -> Any:
        """The number that is printed."""
        if isinstance(value, int | float):
            # NumPy's numbers make inf and nan where Python's raise.
            return np.float64(numeral(float(value), self.digits))
        return _rounded(value, self.digits)

    def row(self, value: Any) -> Any:
        """The numbers that are printed."""
        return self.number(value)

    def exactly(self, value: float, text: str) -> Any:
        """A number of the formula."""
        del text
        return np.float64(value)

    def matmul(self, x: Any, y: Any) -> Any:
        """The matrix product; a vector before a row is a column."""
        if x.ndim == 1 and y.ndim == 2 and len(y) == 1:
            return x[:, None] @ y
        return x @ y

    def transposed(self, x: Any) -> Any:
        """Rows and columns exchanged; of a vector, which is a column, a row."""
        return x[None, :] if x.ndim == 1 else x.T

    def copied(self, x: Any) -> Any:
        """Copies, which are made where the result is held against its printed cells."""
        return x

    def call(self, function: str, *arguments: Any) -> Any:
        """The value of the gate that a program calls by this name."""
        row = _structural(function)
        if row is None:
            raise NoNumberError(function)
        # In print the scores are left out, and with them the number of classes: it is known when something meets the result.
        if function == "onehot" and len(arguments) == 1:
            return _Classes(row, arguments[0])
        told = {
            name: (x,) if type(x) is int and row.keywords.get(name) == "shape" else x
            for name, x in (each for each in arguments if type(each) is tuple)
        }
        return row.value(np, [np.asarray(x) for x in arguments if type(x) is not tuple], {**row.defaults, **told})

    def words(self, text: str) -> tuple[str, Any]:
        """An option as it is typed behind an input, ``axis=1``: its name and what it is."""
        import json

        name, told, value = text.partition("=")
        if text.startswith('"'):
            return "subscripts", text.strip('"')
        if not told:
            raise NoNumberError(text)
        # What a tuple is in our text is a list in JSON; all else is the same.
        read = json.loads(value.replace(",)", ")").translate(str.maketrans("()", "[]")))
        return name, tuple(read) if isinstance(read, list) else read

    def listed(self, *cells: Any) -> Any:
        """Numbers, or arrays of one shape, as an array."""
        return np.asarray(cells)

    def length(self, x: Any) -> Any:
        """The 2-norm."""
        from graphstep.ground.arrays import length

        return length(x)

    def over(self, function: str, x: Any, axis: Any = None) -> Any:
        """A function of the cells along an axis."""
        axes = axis if axis is None or isinstance(axis, int | tuple) else int(axis)
        if function == "mean":
            # Not np.mean: of no cells it warns besides giving nan.
            total = np.sum(x, axis=axes, keepdims=axes is not None)
            return np.divide(total, np.size(x) / max(1, np.size(total)))
        if function in ("sum", "max", "min"):
            # The axis stays, as in print: what the sum is subtracted from or divides has it too.
            return getattr(np, function)(x, axis=axes, keepdims=axes is not None)
        row = _structural(function)
        if row is None or "axis" not in row.defaults:
            raise NoNumberError(function)
        options = {**row.defaults, **({} if axis is None else {"axis": axes})}
        return row.value(np, [np.asarray(x)], options)

    def maximum(self, *xs: Any) -> Any:
        """The largest."""
        return _among(NUMBERS.maximum, xs)

    def minimum(self, *xs: Any) -> Any:
        """The smallest."""
        return _among(NUMBERS.minimum, xs)

    def __getattr__(self, function: str) -> Any:
        if function.startswith("_") or not hasattr(NUMBERS, function):
            raise NoNumberError(function)
        return getattr(NUMBERS, function)


def _structural(function: str) -> Rule | None:
    """The structural gate that a program calls by this name; None without one."""
    from graphstep.gates.table import FUNCTIONS, STRUCTURAL

    row = FUNCTIONS.get(function)
    return STRUCTURAL.get(function if row is None else row.over_cells or row.name)


class _Classes:
    """The right classes beside scores, which stand in print without the scores whose shape they take."""

    # NumPy leaves ``scores - classes`` to __rsub__, and does not subtract this object from every cell.
    __array_ufunc__ = None

    def __init__(self, onehot: Rule, classes: Any) -> None:
        self._onehot, self._classes = onehot, classes

    def __rsub__(self, scores: Any) -> Any:
        return scores - self._onehot.value(np, [np.asarray(self._classes), scores], {})


def _among(choose: Callable[[Any, Any], Any], xs: tuple[Any, ...]) -> Any:
    best = xs[0]
    for x in xs[1:]:
        best = choose(best, x)
    return best


def _rounded(value: Any, digits: int) -> Any:
    from graphstep.ground.arrays import settled

    # What is printed with all of its digits need not go through its text and back.
    if all(map(is_short, value.ravel().tolist())):
        # Without the sign of a zero, which is not printed.
        return value + 0.0
    cells = np.array([float(numeral(cell, digits)) for cell in settled(value, digits).ravel().tolist()])
    return cells.reshape(np.shape(value))

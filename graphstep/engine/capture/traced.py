"""A number that records what is computed from it.

It is no ``float``: what would take its value and forget where it came from (``float(x)``, ``int(x)``, a format, a key of a
dictionary) raises :class:`CaptureError` with the line and what would do, so that no gradient is dropped in silence.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Iterable
from numbers import Real
from types import FrameType
from typing import Any, NoReturn

from graphstep.engine.capture.places import asks_for_identity, at_work, is_shown, puts_cells
from graphstep.engine.capture.recorder import Value, numeral
from graphstep.engine.capture.recording import COMPARED, CaptureError

_ALIKE = "exp expm1 log log1p log2 log10 sqrt square reciprocal sin cos tan sinh cosh tanh hypot logaddexp sign floor ceil"
_OPERATORS = (
    "add=add subtract=sub multiply=mul divide=div negative=neg remainder=mod power=pow float_power=pow maximum=max minimum=min"
)
_MORE = "fmax=max fmin=min rint=round expit=sigmoid erf=erf erfc=erfc"
_OTHERS = "absolute=abs fabs=abs arcsin=asin arccos=acos arctan=atan arctan2=atan2 arcsinh=asinh arccosh=acosh arctanh=atanh"

_CASTS = ("float64", "float32", "float16", "double", "single", "half", "longdouble")
"""NumPy's types of numbers, which a function may call."""

UFUNCS: dict[str, str] = {
    **{name: name for name in (*_ALIKE.split(), *COMPARED)},
    **dict(pair.split("=") for pair in f"{_OPERATORS} {_OTHERS} {_MORE}".split()),
}
"""The gates of NumPy's functions of single cells, by their names there."""


_NUMBERS = {int, float}
"""The types of most numbers; to ask whether something is a Real takes longer than to compute with it."""


def is_array(value: Any) -> bool:
    """Whether a value is an array of NumPy; it is not imported to know that."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(value, numpy.ndarray)


def binary(gate: str, compute: Callable[[Any, Any], Any], *, swapped: bool = False) -> Callable[[Any, Any], Any]:
    """The method of an operator between a traced value and another, which is the left one where ``swapped``."""
    compares, may_begin = gate in COMPARED, swapped and gate == "add"

    def method(self: Traced, other: Any) -> Any:
        if type(other) not in _NUMBERS and (other := self.beside(other)) is NotImplemented:
            return NotImplemented
        pair = (other, self) if swapped else (self, other)
        # Asked for here, where it is known how far away the user's line is.
        frame = sys._getframe(1)
        if compares and asks_for_identity(frame.f_code):
            answer = compute(plain(pair[0]), plain(pair[1]))
            if isinstance(answer, bool):
                # A traced answer is not the one True that is asked for, and no slope passes a comparison.
                asked = f"{numeral(plain(pair[0]))} {COMPARED[gate]} {numeral(plain(pair[1]))}"
                return self.recorder.ask(asked, answer, frame)
        if may_begin and isinstance(other, int) and other == 0 and at_work(frame).is_call and not _is_bool(self.value):
            # sum() begins with a 0 that nobody wrote.
            return self
        return self.recorder.node(gate, pair, compute(plain(pair[0]), plain(pair[1])), frame)

    return method


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool) or getattr(value, "dtype", None) == "bool"


def unary(gate: str, compute: Callable[[Any], Any]) -> Callable[[Any], Traced]:
    """The method of an operator of a traced value alone."""

    def method(self: Traced) -> Traced:
        traced: Traced = self.recorder.node(gate, (self,), compute(self.value), sys._getframe(1))
        return traced

    return method


def _floored(*, swapped: bool) -> Callable[[Any, Any], Any]:
    """The method of ``//``: the floor of a quotient."""

    def method(self: Traced, other: Any) -> Any:
        other = self.beside(other)
        if other is NotImplemented:
            return NotImplemented
        frame, pair = sys._getframe(1), (other, self) if swapped else (self, other)
        over, under = map(plain, pair)
        # 1.0 // 0.1 is 9 and the floor of 1.0 / 0.1 is 10: such a value is told when the run compares it with its gate.
        return self.recorder.node("floor", (self.recorder.node("div", pair, over / under, frame),), over // under, frame)

    return method


def _of_quotient(self: Traced, other: Any) -> Any:
    """``divmod(x, y)``: the floor of the quotient, and what is left."""
    return self // other, self % other


def refusal(what: str, hint: str, compute: Callable[..., Any] | None = None) -> Callable[..., Any]:
    """The method of what would drop the gradient. In a call of ``print`` and its like, it drops none, and is computed."""

    def method(self: Traced, *arguments: Any) -> Any:
        place = at_work(sys._getframe(1))
        if compute is not None and is_shown(place):
            return compute(self.value, *arguments)
        raise CaptureError(f"{what} at {place} would drop the gradient of a traced number", hint=hint)

    return method


PLAIN = (
    "leave it out, or write it with operators and functions of math and np; an argument that is no variable is handed on as it "
    "is with --fixed NAME (fixed=[…])"
)
_ARRAY = (
    "np.array and np.stack are followed where the file imports numpy at its top; an array that is filled has to be made in "
    "the function: out = np.zeros(n), or out = np.array(out)"
)
_ROUNDED = "leave it out, as graphstep rounds what it shows; math.floor and math.ceil, whose slope is 0, are followed"
_SHOWN = "print it, or leave it out of the function that is captured: graphstep shows every value"


def fixed_hint(value: Any) -> str:
    """What would do where a traced value is a count or an index: to hand its argument on as it is."""
    inputs = [*value.recorder.recording.inputs]
    name = inputs[value.node] if value.node < len(inputs) else "NAME"
    return f"a count and an index are no variables: hand it on as it is with --fixed {name} (fixed=[{name!r}])"


class Fillable:
    """An array that the captured function made, into which it may put traced numbers."""

    is_traced: bool
    """Whether there is one in it."""
    cells: Callable[[], Any]
    """Its plain cells, as an array of NumPy."""
    add_at: Callable[[FrameType, Any, Any], None]
    """Adds something to cells of it: ``add_at(frame, key, value)``."""
    fill_in: Callable[[FrameType, Any, Any], None]
    """Puts something into cells of it: ``fill_in(frame, key, value)``."""
    now: Callable[[FrameType], Any]
    """The traced array that it is now, at work in a frame; itself where nothing in it is traced."""


class Traced(Value):
    """A number of a call that is being recorded."""

    __slots__ = ()

    @property
    def __class__(self) -> Any:
        """What it is for ``isinstance``: a float where the function computes with one."""
        # isinstance asks for this where the type itself says no (PEP 3119): x is a float for whoever checks its arguments.
        return type(self.value) if self.recorder.stands_in else type(self)

    @__class__.setter
    def __class__(self, _: Any) -> NoReturn:
        raise TypeError("a traced value stays one")

    def beside(self, other: Any) -> Any:
        """The other side of an operator as it is recorded; NotImplemented for what no operation reads."""
        if issubclass(type(other), Traced):
            return other
        if isinstance(other, complex):
            where = at_work(sys._getframe(2))
            raise CaptureError(f"a complex number is read at {where}", hint="graphstep computes with real numbers")
        if isinstance(other, Fillable):
            return other.now(sys._getframe(2))
        return other if isinstance(other, Real) or is_array(other) else NotImplemented

    __add__, __radd__ = binary("add", operator.add), binary("add", operator.add, swapped=True)
    __sub__, __rsub__ = binary("sub", operator.sub), binary("sub", operator.sub, swapped=True)
    __mul__, __rmul__ = binary("mul", operator.mul), binary("mul", operator.mul, swapped=True)
    __truediv__, __rtruediv__ = binary("div", operator.truediv), binary("div", operator.truediv, swapped=True)
    __mod__, __rmod__ = binary("mod", operator.mod), binary("mod", operator.mod, swapped=True)
    __lt__, __le__ = binary("less", operator.lt), binary("less_equal", operator.le)
    __gt__, __ge__ = binary("greater", operator.gt), binary("greater_equal", operator.ge)
    __eq__, __ne__ = binary("equal", operator.eq), binary("not_equal", operator.ne)
    __floordiv__, __rfloordiv__ = _floored(swapped=False), _floored(swapped=True)
    __divmod__ = _of_quotient
    __neg__, __abs__ = unary("neg", operator.neg), unary("abs", abs)

    def __pow__(self, other: Any, modulus: Any = None) -> Any:
        if modulus is not None or (other := self.beside(other)) is NotImplemented:
            return NotImplemented
        return self.recorder.node("pow", (self, other), self.value ** plain(other), sys._getframe(1))

    def __rpow__(self, other: Any, modulus: Any = None) -> Any:
        if modulus is not None or (other := self.beside(other)) is NotImplemented:
            return NotImplemented
        return self.recorder.node("pow", (other, self), plain(other) ** self.value, sys._getframe(1))

    def __pos__(self) -> Traced:
        return self

    def __copy__(self) -> Traced:
        return self

    def __deepcopy__(self, _: Any) -> Traced:
        return self.__copy__()

    def __bool__(self) -> bool:
        return self.recorder.ask(self.recorder.comparison(self.node), bool(self.value), sys._getframe(1))

    def __float__(self) -> float:
        frame = sys._getframe(1)
        if is_shown(at_work(frame)):
            return float(self.value)
        if puts_cells(frame):
            raise CaptureError(f"a traced number is put into an array of numbers at {at_work(frame)}", hint=_ARRAY)
        raise CaptureError(f"float() at {at_work(frame)} would drop the gradient of a traced number", hint=PLAIN)

    __complex__ = refusal("complex()", PLAIN)
    __int__ = __trunc__ = refusal("int()", PLAIN, int)
    __floor__ = __ceil__ = refusal("rounding", _ROUNDED)
    __round__ = refusal("rounding", _ROUNDED, round)

    def __index__(self) -> NoReturn:
        where = at_work(sys._getframe(1))
        raise CaptureError(f"a count or an index at {where} would drop the gradient of a traced number", hint=fixed_hint(self))

    __format__, __str__ = refusal("formatting", _SHOWN, format), refusal("formatting", _SHOWN, str)
    __hash__ = refusal("a key of a dictionary or a set", "use the name of the variable as the key")
    as_integer_ratio = hex = refusal("taking a number apart", PLAIN)

    @property
    def real(self) -> Any:
        """Itself: it has no imaginary part."""
        return self

    @property
    def imag(self) -> float:
        """Its imaginary part."""
        return 0.0

    def conjugate(self) -> Any:
        """Itself: it has no imaginary part."""
        return self

    def is_integer(self) -> bool:
        """Whether it is a whole number: a question, as that of an ``if`` is."""
        return self.recorder.ask(f"{numeral(self.value)} is whole", float(self.value).is_integer(), sys._getframe(1))

    def __array__(self, *_: Any, **__: Any) -> NoReturn:
        place = at_work(sys._getframe(1))
        hint = _ARRAY
        if place.called in _CASTS:
            hint = f"leave {place.called}(…) out: it computes with the type of its argument"
        elif place.called == "dot":
            # The method of a plain array never asks what stands on its right; the operator and the function do.
            hint = "write x @ y or np.dot(x, y) in place of x.dot(y) where x is an array of plain numbers"
        raise CaptureError(f"an array at {place} would drop the gradient of a traced number", hint=hint)

    def __repr__(self) -> str:
        return f"<traced {self.value!r}>"

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        return self.recorder.of_cells(ufunc, method, inputs, options, sys._getframe(1))


def plain(number: Any) -> Any:
    """The value of a traced one, alone or in a list; anything else is itself."""
    # By type, as a traced value says to be another one.
    kind = type(number)
    if kind in _NUMBERS:
        return number
    if issubclass(kind, Traced):
        return number.value
    if kind in (list, tuple):
        return kind(map(plain, number))
    return number.cells() if issubclass(kind, Fillable) else number


def holds_traced(value: Any) -> bool:
    """Whether a value is traced, or a list that holds one, at any depth."""
    if isinstance(value, list | tuple):
        return any(map(holds_traced, value))
    return isinstance(value, Traced) or (isinstance(value, Fillable) and value.is_traced)


def first_traced(values: Iterable[Any]) -> Traced:
    """The first of several that is traced, also inside a list. StopIteration where none is."""
    for value in values:
        if isinstance(value, Traced):
            return value
        if holds_traced(value):
            return first_traced(value)
    raise StopIteration

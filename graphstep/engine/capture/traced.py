"""A number that records what is computed from it.

It is no ``float``: what would take its value and forget where it came from (``float(x)``, ``int(x)``, a format, a key of a
dictionary) raises :class:`CaptureError` with the line and what would do, so that no gradient is dropped in silence.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable
from numbers import Real
from typing import TYPE_CHECKING, Any, NoReturn

from graphstep.engine.capture.places import Place, at_work
from graphstep.engine.capture.recording import COMPARED, CaptureError, Operation, Recording
from graphstep.ground import limits
from graphstep.ground.exact import exact_text
from graphstep.language.program import Branch

if TYPE_CHECKING:
    from types import FrameType


_ALIKE = "exp expm1 log log1p log2 log10 sqrt square reciprocal sin cos tan sinh cosh tanh hypot logaddexp sign floor ceil"
_OPERATORS = (
    "add=add subtract=sub multiply=mul divide=div negative=neg remainder=mod power=pow float_power=pow maximum=max minimum=min"
)
_OTHERS = "absolute=abs fabs=abs arcsin=asin arccos=acos arctan=atan arctan2=atan2 arcsinh=asinh arccosh=acosh arctanh=atanh"

UFUNCS: dict[str, str] = {
    **{name: name for name in (*_ALIKE.split(), *COMPARED)},
    **dict(pair.split("=") for pair in f"{_OPERATORS} {_OTHERS}".split()),
}
"""The gates of NumPy's functions of single cells, by their names there."""


class Recorder:
    """Records one call."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        """What it recorded until now."""
        self.values = [*recording.inputs.values()]
        """By input and operation its value."""
        self.places: list[Place] = []
        """By operation where it is at work."""
        self.ended = False
        """Whether the call has returned; its numbers mean nothing behind it."""

    def traced_inputs(self) -> dict[str, Traced]:
        """The traced arguments, by name."""
        return {name: Traced(self, node) for node, name in enumerate(self.recording.inputs)}

    def node(self, gate: str, operands: tuple[Any, ...], value: Any, frame: FrameType, function: str = "") -> Traced:
        """One more operation, at work in a frame. ``function`` is what the frame calls, where it is no operator."""
        place = at_work(frame)
        if self.ended:
            raise CaptureError(f"a traced number is used at {place}, after its call has returned")
        if isinstance(value, complex):
            raise CaptureError(f"the result at {place} is a complex number", hint="graphstep computes with real numbers")
        if len(self.places) >= limits.GATES:
            raise CaptureError(f"a program has at most {limits.GATES:,} gates, and the function computes more, at {place}")
        operations, variable = self.recording.operations, place.variable
        if place.is_call:
            if function:
                # map(math.exp, xs) is no call of exp, and its value no variable.
                variable = variable if place.text.split("(")[0].split(".")[-1].strip() == function else ""
            elif self.places and (self.places[-1].code, self.places[-1].instruction) == (place.code, place.instruction):
                # sum(xs) adds again and again; what is assigned is the last of it.
                operations[-1].variable = ""
        if gate == "pow" and not isinstance(operands[1], Traced):
            gate = "power"
        elif gate == "div" and not isinstance(operands[0], Traced) and operands[0] == 1:
            gate, operands = "reciprocal", operands[1:]
        read = [x.node if isinstance(x, Traced) else float(x) for x in operands]
        operations.append(Operation(gate, read, float(value), place.file, place.line, variable=variable))
        self.places.append(place)
        self.values.append(float(value))
        return Traced(self, len(self.values) - 1)

    def ask(self, asked: str, answer: bool, frame: FrameType) -> bool:
        """Record a question that chooses a path."""
        place = at_work(frame)
        self.recording.branches.append(Branch(str(place), asked, answer))
        return answer

    def comparison(self, node: int) -> str:
        """The comparison that a node is, in numbers; of another node whether it is 0."""
        place = node - len(self.recording.inputs)
        operation = self.recording.operations[place] if place >= 0 else None
        if operation is None or operation.gate not in COMPARED:
            return f"{_numeral(self.values[node])} != 0"
        read = [x if isinstance(x, float) else self.values[x] for x in operation.operands]
        return f" {COMPARED[operation.gate]} ".join(map(_numeral, read))


def _numeral(value: float) -> str:
    return exact_text(value) or repr(value)


def _binary(gate: str, compute: Callable[[Any, Any], Any], *, swapped: bool = False) -> Callable[[Traced, Any], Any]:
    def method(self: Traced, other: Any) -> Any:
        if not isinstance(other, Traced | Real):
            return NotImplemented
        pair = (other, self) if swapped else (self, other)
        frame = sys._getframe(1)
        if swapped and gate == "add" and isinstance(other, int) and other == 0 and at_work(frame).is_call:
            # sum() begins with a 0 that nobody wrote.
            return self
        return self.recorder.node(gate, pair, compute(plain(pair[0]), plain(pair[1])), frame)

    return method


def _unary(gate: str, compute: Callable[[Any], Any]) -> Callable[[Traced], Traced]:
    def method(self: Traced) -> Traced:
        return self.recorder.node(gate, (self,), compute(self.value), sys._getframe(1))

    return method


def _floored(self: Traced, other: Any) -> Any:
    if not isinstance(other, Traced | Real):
        return NotImplemented
    frame, quotient = sys._getframe(1), self.value / plain(other)
    return self.recorder.node(
        "floor", (self.recorder.node("div", (self, other), quotient, frame),), self.value // plain(other), frame
    )


def _refusal(what: str, hint: str) -> Callable[..., Any]:
    def method(*_: Any) -> NoReturn:
        raise CaptureError(f"{what} at {at_work(sys._getframe(1))} would drop the gradient of a traced number", hint=hint)

    return method


_PLAIN = (
    "write it with operators, and math imported at the top of the file; an argument that is no variable is handed on as it is "
    "with --fixed NAME (fixed=[…])"
)
_SHOWN = "leave it out of the function that is captured: graphstep shows every value"


class Traced:
    """A number of a call that is being recorded."""

    __slots__ = ("node", "recorder")

    def __init__(self, recorder: Recorder, node: int) -> None:
        self.recorder = recorder
        """What records it."""
        self.node = node
        """Its number among the inputs and operations."""

    @property
    def value(self) -> float:
        """Its value."""
        return self.recorder.values[self.node]

    __add__, __radd__ = _binary("add", operator.add), _binary("add", operator.add, swapped=True)
    __sub__, __rsub__ = _binary("sub", operator.sub), _binary("sub", operator.sub, swapped=True)
    __mul__, __rmul__ = _binary("mul", operator.mul), _binary("mul", operator.mul, swapped=True)
    __truediv__, __rtruediv__ = _binary("div", operator.truediv), _binary("div", operator.truediv, swapped=True)
    __mod__, __rmod__ = _binary("mod", operator.mod), _binary("mod", operator.mod, swapped=True)
    __lt__, __le__ = _binary("less", operator.lt), _binary("less_equal", operator.le)
    __gt__, __ge__ = _binary("greater", operator.gt), _binary("greater_equal", operator.ge)
    __eq__, __ne__ = _binary("equal", operator.eq), _binary("not_equal", operator.ne)
    __floordiv__ = _floored
    __neg__, __abs__ = _unary("neg", operator.neg), _unary("abs", abs)

    def __pow__(self, other: Any, modulus: Any = None) -> Any:
        if modulus is not None or not isinstance(other, Traced | Real):
            return NotImplemented
        return self.recorder.node("pow", (self, other), self.value ** plain(other), sys._getframe(1))

    def __rpow__(self, other: Any, modulus: Any = None) -> Any:
        if modulus is not None or not isinstance(other, Real):
            return NotImplemented
        return self.recorder.node("pow", (other, self), plain(other) ** self.value, sys._getframe(1))

    def __pos__(self) -> Traced:
        return self

    def __bool__(self) -> bool:
        return self.recorder.ask(self.recorder.comparison(self.node), bool(self.value), sys._getframe(1))

    __float__ = _refusal("float()", _PLAIN)
    __complex__ = _refusal("complex()", _PLAIN)
    __int__ = __trunc__ = _refusal("int()", _PLAIN)
    __floor__ = __ceil__ = __round__ = _refusal("rounding to a whole number", "math.floor and math.ceil of the file are followed")
    __index__ = _refusal("a count or an index", _PLAIN)
    __rfloordiv__ = _refusal("a number // a traced one", "write math.floor(a / b)")
    __format__ = __str__ = _refusal("formatting", _SHOWN)
    __hash__ = _refusal("a key of a dictionary or a set", "use the name of the variable as the key")
    __array__ = _refusal("an array", "arrays are not captured yet: write it with numbers and lists")

    def __repr__(self) -> str:
        return f"<traced {self.value!r}>"

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        frame = sys._getframe(1)
        gate = UFUNCS.get(ufunc.__name__)
        if gate is None or method != "__call__" or options:
            hint = "operators, math and these are: " + ", ".join(name for name in UFUNCS if name not in COMPARED)
            raise CaptureError(f"np.{ufunc.__name__} at {at_work(frame)} is not followed", hint=hint)
        if not all(isinstance(x, Traced | Real) for x in inputs):
            hint = "write it with numbers and lists"
            raise CaptureError(f"a traced number meets an array at {at_work(frame)}; arrays are not captured yet", hint=hint)
        return self.recorder.node(gate, inputs, ufunc(*map(plain, inputs)), frame, ufunc.__name__ if gate in _ALIKE else "")


def plain(number: Any) -> Any:
    """The value of a traced number; any other number is itself."""
    return number.value if isinstance(number, Traced) else number

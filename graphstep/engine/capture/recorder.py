"""What records one call: every operation on a traced value comes here, with the frame that is at work."""

from __future__ import annotations

import struct
from collections.abc import Callable, Container
from numbers import Real
from types import FrameType
from typing import Any

from graphstep.engine.capture.names import free_name
from graphstep.engine.capture.places import Place, at_work
from graphstep.engine.capture.recording import COMPARED, CaptureError, Operation, Recording, check_count
from graphstep.ground import limits
from graphstep.ground.arrays import plain as widened
from graphstep.ground.exact import exact_text
from graphstep.ground.late import np
from graphstep.ground.modules import is_library
from graphstep.language.program import Branch


class Value:
    """A value of a call that is being recorded; what may be done with it is in :mod:`graphstep.engine.capture.traced`."""

    __slots__ = ("__weakref__", "node", "recorder", "value")

    def __init__(self, recorder: Recorder, node: int, value: Any) -> None:
        self.recorder = recorder
        """What records it."""
        self.node = node
        """Its number among the inputs and operations."""
        self.value = value
        """Its value: a number, or an array of NumPy that nobody writes to."""


class Recorder:
    """Records one call."""

    stands_in = False
    """Whether its values are for ``isinstance`` what they stand for."""
    of_cells: Callable[..., Any]
    """Follows a function of NumPy's that treats every cell alike: ``of_cells(function, method, inputs, options, frame)``."""

    def __init__(self, recording: Recording, values: dict[str, Any]) -> None:
        self.recording = recording
        """What it recorded until now."""
        self.values = [*values.values()]
        """By node its value, of the type that the function computes with."""
        self.places: list[Place | None] = []
        """By operation where it is at work."""
        self.asked: list[int] = []
        """By question how many operations there were before it."""
        self.scope: Callable[[], int] = lambda: 0
        """Which call or turn is at work."""
        self.ended = False
        """Whether the call has returned; its numbers mean nothing behind it."""
        self.inner: Container[int] = frozenset()
        """By ``id`` the code of the methods of an engine whose values hold what is traced: whoever calls them is at work."""
        self._held: list[tuple[Any, int]] = []

    def traced(self, node: int, value: Any) -> Value:
        """The traced value of a node, of the type that the function computes with."""
        return Value(self, node, value)

    def node(
        self,
        gate: str,
        operands: tuple[Any, ...],
        value: Any,
        frame: FrameType,
        function: str = "",
        options: tuple[tuple[str, Any], ...] = (),
    ) -> Any:
        """One more operation, at work in a frame. ``function`` is what the frame calls, where it is no operator."""
        here = outside(frame, self.inner)
        place = at_work(here)
        # A closure or a list of the module may have kept it.
        if self.ended:
            raise CaptureError(f"a traced number is used at {place}, after its call has returned")
        is_float = type(value) is float
        if not is_float:
            _check_real(value, place)
        check_count(len(self.places), place)
        operations, variable = self.recording.operations, place.variable
        if here is not frame:
            # Of all that a method of an engine computes the last is what it hands back.
            if self.places and self._is_last(place) and operations[-1].scope == self.scope():
                operations[-1].variable = ""
        elif place.is_call:
            if function:
                # map(math.exp, xs) is no call of exp, and its value no variable.
                variable = variable if place.called == function else ""
            elif self.places and self._is_last(place):
                # sum(xs) adds again and again; what is assigned is the last of it.
                operations[-1].variable = ""
        # The gates with one number fixed have simpler slopes: no logarithm of a base that may be negative, no x/y² for 1/y.
        if gate == "pow" and _is_number(operands[1]):
            gate = "power"
        elif gate == "div" and _is_number(operands[0]) and operands[0] == 1:
            gate, operands = "reciprocal", operands[1:]
        read = [x.node if isinstance(x, Value) else self._operand(x, frame) for x in operands]
        dtype = "float64" if is_float else str(getattr(value, "dtype", "float64"))
        cells = value if is_float else widened(value)
        # By place, as there are very many of them.
        operations.append(Operation(gate, read, cells, variable, options, dtype, "", self.scope()))
        self.places.append(place)
        self.values.append(value)
        return self.traced(len(self.values) - 1, value)

    def _is_last(self, place: Place) -> bool:
        """Whether the last operation was made at a place."""
        last = self.places[-1]
        return last is not None and (last.code, last.instruction) == (place.code, place.instruction)

    def call_last(self, array: Any, frame: FrameType) -> None:
        """Call the last operation, which wrote into an array, by the variable that holds the array."""
        last = self.recording.operations[-1]
        last.variable = last.variable or variable_of(array, frame)

    def part(self, gate: str, node: int, value: Any, options: tuple[tuple[str, Any], ...]) -> int:
        """One more node, a part of an argument that was handed over whole: no line of the function computes it."""
        self.recording.operations.append(Operation(gate, [node], widened(value), options=options, scope=self.scope()))
        self.places.append(None)
        self.values.append(value)
        return len(self.values) - 1

    def _operand(self, x: Any, frame: FrameType) -> int | float:
        if isinstance(x, Real) or not getattr(x, "shape", ()):
            number = float(x)
            if number != number and holds_poison(number):
                raise unseen(frame)
            return number
        return self._constant(x, frame)

    def _constant(self, array: Any, frame: FrameType) -> int:
        """An array of the function's that is not traced: one node for all of its uses, while its cells stay what they are."""
        if holds_poison(array):
            raise unseen(frame)
        constants = self.recording.constants
        names = [*constants]
        # By identity first, and by cells, as the function may have written to it since.
        for held, number in self._held:
            if held is array and np.array_equal(widened(array), constants[names[-1 - number]], equal_nan=True):
                return number
        constants[free_name(variable_of(array, frame), self._names())] = widened(np.array(array, np.float64))
        # The array itself is kept too, so that no other one takes its place in memory.
        self._held.append((array, -len(constants)))
        return -len(constants)

    def _names(self) -> set[str]:
        """The names that are given away."""
        return {*self.recording.inputs, *self.recording.constants}

    def ask(self, asked: str, answer: bool, frame: FrameType) -> bool:
        """Record a question that chooses a path."""
        place = at_work(frame)
        self.recording.branches.append(Branch(str(place), asked, answer))
        self.asked.append(len(self.places))
        return answer

    def comparison(self, node: int) -> str:
        """The comparison that a node is, in numbers; of another node whether it is 0."""
        place = node - len(self.recording.inputs)
        operation = self.recording.operations[place] if place >= 0 else None
        if operation is None or operation.gate not in COMPARED or any(getattr(self.values[node], "shape", ())):
            return f"{numeral(self.values[node])} != 0"
        read = [x if isinstance(x, float) else self.values[x] for x in operation.operands]
        return f" {COMPARED[operation.gate]} ".join(map(numeral, read))


def outside(frame: FrameType, inner: Container[int]) -> FrameType:
    """The function that calls a method of an engine, where a frame works for one, on however long a way; else the frame."""
    here: FrameType | None = frame if inner else None
    is_inside = False
    while here is not None:
        if id(here.f_code) in inner:
            is_inside = True
        elif is_inside and not is_library(here.f_code.co_filename):
            return here
        here = here.f_back
    return frame


POISON = struct.unpack("<d", struct.pack("<Q", 0x7FF8_5EED_5EED_5EED))[0]
"""A nan of its own, which stands in the memory of arrays where something traced was put into them."""


def unseen(frame: FrameType | None = None) -> CaptureError:
    """What is said where that is read."""
    where = f" at {at_work(frame)}" if frame is not None else ""
    hint = "read it by its name, by indices and by functions of np"
    return CaptureError(f"an array that traced numbers were put into is read{where} in a way that is not followed", hint=hint)


def holds_poison(value: Any) -> bool:
    """Whether a number, or a cell of an array, is what stands for something traced: what had to be seen was read unseen."""
    # Arithmetic hands the payload of a nan on, though its sign and the bits above may change: the lower half is compared.
    cells = np.asarray(value)
    return cells.dtype == np.float64 and bool(np.any(np.ascontiguousarray(cells).view(np.uint64) & 0xFFFF_FFFF == 0x5EED_5EED))


def _check_real(value: Any, place: Place) -> None:
    cells = getattr(value, "dtype", None)
    if isinstance(value, complex) or (cells is not None and cells.kind not in "fiub"):
        kind = "a complex number" if cells is None or cells.kind == "c" else f"of type {cells}"
        raise CaptureError(f"the result at {place} is {kind}", hint="graphstep computes with real numbers")


def _is_number(x: Any) -> bool:
    """Whether something is a plain number, and no traced one that stands in for one."""
    return not isinstance(x, Value) and isinstance(x, Real)


def numeral(value: Any) -> str:
    """A number as a question says it."""
    number = float(value)
    return exact_text(number) or repr(number)


def variable_of(array: Any, frame: FrameType | None) -> str:
    """The variable of the frame at work, or of its module, that holds an array; empty where none does."""
    here = frame
    while here is not None and is_library(here.f_code.co_filename):
        here = here.f_back
    if here is None:
        return ""
    for names in (here.f_locals, here.f_globals):
        for name, value in names.items():
            if value is array and len(name) <= limits.NAME and name.strip("_"):
                return name
    return ""

"""Small programs that an engine is tried on, as data that goes through a pipe."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from graphstep.gates.typed import ATOM, COMPARISON, Typed
from graphstep.ground.numerals import numeral
from graphstep.ground.records import dataclass, record
from graphstep.teaching.judge.operations import ROWS, Cells

Operand = int | float
"""The number of an input or a call (inputs first), or a plain number, which is a float."""


@record(frozen=True, slots=True)
class Call:
    """One operation in a program."""

    operation: str
    """Its name."""
    operands: tuple[Operand, ...]
    """What it reads."""


@dataclass(frozen=True)
class Trial:
    """A program, and what it is to find out."""

    level: int
    """How much it takes for granted: 0 nothing but an input, 1 one operation, up to 6."""
    inputs: tuple[Cells, ...]
    """The values of its inputs: numbers, or arrays as tuples of rows."""
    calls: tuple[Call, ...]
    """Its operations; the last one is the output, which is the only input where there is none."""
    subject: str = ""
    """The operation that it is about; empty where it is about none."""
    copies: int = 1
    """How often it is built and run: what depends on the order of a set may be right once."""

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        # It is the key of all that is known of a program, and hundreds of suspects ask for that.
        return hash((self.level, self.inputs, self.calls, self.subject, self.copies))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its inputs."""
        return tuple("xyzabc"[: len(self.inputs)])

    @cached_property
    def of_arrays(self) -> bool:
        """Whether an input is an array."""
        return any(isinstance(x, tuple) for x in self.inputs)

    @property
    def is_broadcast(self) -> bool:
        """Whether its first operation copies one of its inputs to the shape of the other."""
        if not self.calls or not self.of_arrays:
            return False
        # The first call reads inputs alone, so that its shapes are known without a run.
        shapes = {_shape(self.inputs[x]) if isinstance(x, int) else () for x in self.calls[0].operands}
        return len(shapes) > 1 and ROWS[self.calls[0].operation].gate in ("add", "sub", "mul", "div")

    @property
    def operations(self) -> set[str]:
        """The operations in it."""
        return {call.operation for call in self.calls}

    @property
    def text(self) -> str:
        """The program as graphstep reads it: a call that is read more than once has a name."""
        read = [x for call in self.calls for x in call.operands if isinstance(x, int)]
        parts, statements = [Typed(name, ATOM) for name in self.names], list[str]()
        for place, call in enumerate(self.calls, len(self.inputs)):
            inside = (parts[x] if isinstance(x, int) else _number(x) for x in call.operands)
            part = ROWS[call.operation].typed(*inside)
            if read.count(place) > 1:
                name = f"q{len(statements) + 1}" if len(statements) else "q"
                statements.append(f"{name} = {part.text}")
                part = Typed(name, ATOM)
            parts.append(part)
        return "; ".join([*statements, parts[-1].text])

    @property
    def data(self) -> dict[str, Any]:
        """The trial as plain data, as it is sent to the process of the engine."""
        calls = [{"operation": call.operation, "operands": call.operands} for call in self.calls]
        return {"inputs": list(self.inputs), "calls": calls, "copies": self.copies, "arrays": self.of_arrays}


def _shape(cells: Cells) -> tuple[int, ...]:
    return (len(cells), *_shape(cells[0])) if isinstance(cells, tuple) else ()


def _number(value: float) -> Typed:
    # A negative one stands in parentheses beside any sign.
    return Typed(numeral(value, 17), ATOM if value >= 0 else COMPARISON)

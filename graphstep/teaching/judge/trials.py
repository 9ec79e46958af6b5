"""Small programs that an engine is tried on, as data that goes through a pipe."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from graphstep.gates.typed import ATOM, COMPARISON, Typed
from graphstep.ground.numerals import numeral
from graphstep.teaching.judge.operations import OPERATIONS

Operand = int | float
"""The number of an input or a call (inputs first), or a plain number, which is a float."""


@dataclass(frozen=True, slots=True)
class Call:
    """One operation in a program."""

    operation: str
    """Its name."""
    operands: tuple[Operand, ...]
    """What it reads."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A program, and what it is to find out."""

    level: int
    """How much it takes for granted: 0 nothing but an input, 1 one operation, up to 6."""
    inputs: tuple[float, ...]
    """The values of its inputs."""
    calls: tuple[Call, ...]
    """Its operations; the last one is the output, which is the only input where there is none."""
    subject: str = ""
    """The operation that it is about; empty where it is about none."""
    copies: int = 1
    """How often it is built and run: what depends on the order of a set may be right once."""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its inputs."""
        return tuple("xyzabc"[: len(self.inputs)])

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
            part = OPERATIONS[call.operation].typed(*inside)
            if read.count(place) > 1:
                name = f"q{len(statements) + 1}" if len(statements) else "q"
                statements.append(f"{name} = {part.text}")
                part = Typed(name, ATOM)
            parts.append(part)
        return "; ".join([*statements, parts[-1].text])

    @property
    def data(self) -> dict[str, Any]:
        """What is sent to the engine."""
        calls = [asdict(call) for call in self.calls]
        return {"inputs": list(self.inputs), "calls": calls, "copies": self.copies}


def _number(value: float) -> Typed:
    # A negative one stands in parentheses beside any sign.
    return Typed(numeral(value, 17), ATOM if value >= 0 else COMPARISON)

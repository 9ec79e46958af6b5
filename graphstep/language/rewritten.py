"""What became of a program: the new one, and where every node of the old one went."""

from __future__ import annotations

from collections.abc import Sequence

from graphstep.ground.records import dataclass
from graphstep.language.program import Frame, Program


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A program that was made from another."""

    program: Program
    """The new program."""
    where: tuple[int | None, ...]
    """For each node of the old program the new one of the same value; None where it is now inside a composite gate."""


def moved_frames(program: Program, where: Sequence[int]) -> tuple[Frame, ...]:
    """The frames of a program whose nodes have moved."""
    return tuple(
        frame._replace(
            reads=tuple((start, stop, where[node]) for start, stop, node in frame.reads),
            results=tuple(where[node] for node in frame.results),
        )
        for frame in program.frames
    )

"""What is said of a step, as data. Every view shows the same; they differ in ink only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

NoteKind = Literal["convention", "warning", "zero", "arrived"]
"""A choice at a kink or tie; something infinite or undefined; the reason for a zero; how many contributions have arrived."""


@dataclass(frozen=True, slots=True)
class Ladder:
    """One quantity in steps from symbols to its value: ``left = rungs[0] = rungs[1] = … ``."""

    left: str
    """What it is: ``∂f/∂x``."""
    rungs: tuple[str, ...]
    """Equal forms of it, from symbols through numbers to the value; the last is the value."""
    in_latex: Callable[[], tuple[str, tuple[str, ...]]] = field(compare=False, repr=False)
    """Makes ``left`` and ``rungs`` in LaTeX; a function, since most views never ask and the text of a long run counts."""

    @property
    def line(self) -> str:
        """The ladder on one line."""
        return " = ".join((self.left, *self.rungs))

    @property
    def latex_left(self) -> str:
        """``left`` in LaTeX."""
        return self.in_latex()[0]

    @property
    def latex_rungs(self) -> tuple[str, ...]:
        """``rungs`` in LaTeX."""
        return self.in_latex()[1]

    @property
    def latex(self) -> str:
        """The ladder on one line of LaTeX."""
        left, rungs = self.in_latex()
        return " = ".join((left, *rungs))


@dataclass(frozen=True, slots=True)
class Note:
    """Something worth saying besides the rule."""

    kind: NoteKind
    """Why it is said."""
    text: str
    """One or two sentences."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that is said of one step."""

    n: int
    """The number of the step."""
    phase: str
    """``start``, ``forward``, ``backward`` or ``update``."""
    event: str
    """``start``, ``value``, ``seed``, ``send``, ``sum`` or ``update``."""
    title: str
    """What happens, in a few words: ``× sends to x+y``."""
    pattern: str
    """The pattern in backward flow: distributor, router, switcher, adder, negation, scaler, saturated, dead; or empty."""
    ladder: Ladder | None
    """The quantity that this step makes."""
    local: Ladder | None
    """The local gradient of a send, from its formula to its value."""
    why: str
    """One sentence: why it is so."""
    notes: tuple[Note, ...]
    """Conventions, warnings and reasons for zero."""
    shapes: str = ""
    """Of arrays, one sentence: the shapes that go in and come out of a gate, or that a gradient has the shape of its value."""
    jacobian: str = ""
    """Of a send between arrays, one sentence: the Jacobian behind it, its shape, what it looks like, how many entries it has."""
    before: tuple[Ladder, ...] = ()
    """Of an update, what the optimizer makes before the parameter moves, such as a velocity, in the order in which it is made."""

    @property
    def narrative(self) -> str:
        """The whole explanation as one paragraph of plain text."""
        parts = [f"{self.title}{f' ({self.pattern})' if self.pattern else ''}:"]
        parts += [f"{ladder.line}." for ladder in self.before]
        if self.ladder is not None:
            parts.append(f"{self.ladder.line}.")
        if self.local is not None and len(self.local.rungs) > 1:
            parts.append(f"Local gradient {self.local.line}.")
        parts += [self.shapes, self.why, self.jacobian]
        parts.extend(note.text for note in self.notes)
        return " ".join(part for part in parts if part)

"""What every fact is; facts that a message says alone; and what may be wrong with what was typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.ground.records import dataclass

if TYPE_CHECKING:
    from graphstep.ground.errors import GraphstepError, Span


class Fact:
    """A fact of a reply: plain data, which a face words."""

    # A base without slots would give each fact a dictionary, in which slots=True below it changes nothing.
    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Notice(Fact):
    """A fact that one message says. Half of all facts differ in nothing else: what another face would show of them is no more."""

    message: str
    """The id of the message, one of :data:`graphstep.telling.words.english.MESSAGES`."""
    node: int | None = None
    """The node that it names, in the run in which the command was given; None where it names none."""
    figures: tuple[tuple[str, str | int], ...] = ()
    """What its other variables stand for: counts, steps, letters."""


def notice(message: str, node: int | None = None, **figures: str | int) -> Notice:
    """A notice by the id of its message."""
    return Notice(message, node, tuple(figures.items()))


@dataclass(frozen=True, slots=True)
class AboutNode(Fact):
    """A fact about one node."""

    node: int
    """The node."""


@dataclass(frozen=True, slots=True)
class AboutText(Fact):
    """A fact about a text that was typed."""

    text: str
    """What was typed."""


@dataclass(frozen=True, slots=True)
class AboutCell(Fact):
    """A fact about a cell of a node."""

    node: int
    """The node."""
    cell: tuple[int, ...]
    """The cell of an array; empty for a number."""


class UnfitError(Exception):
    """The argument of a command does not fit; ``fact`` says how. The session makes a reply of it."""

    def __init__(self, fact: Fact) -> None:
        super().__init__(fact)
        self.fact = fact
        """What does not fit."""


@dataclass(frozen=True, slots=True)
class Fault(Fact):
    """What was typed cannot be read or run. The room that reads it has worded that."""

    # The only fact with sentences in it: errors are English in every language, and say more than an id of a message could.
    message: str
    """What is wrong."""
    hint: str
    """What would do."""
    text: str = ""
    """The whole text that was being read; empty where no place is to blame."""
    span: Span | None = None
    """The place in it."""

    @classmethod
    def of(cls, error: GraphstepError) -> Fault:
        """The fault of an error."""
        return cls(error.message, error.hint, getattr(error, "text", ""), getattr(error, "span", None))


@dataclass(frozen=True, slots=True)
class NoNode(AboutText):
    """No node is called so."""


@dataclass(frozen=True, slots=True)
class NoStep(AboutText):
    """The run has no such step."""


@dataclass(frozen=True, slots=True)
class Elsewhere(Fact):
    """The action belongs to a lesson, a training or a run, and none is at hand."""

    action: str
    """The name of the action."""

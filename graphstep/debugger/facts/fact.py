"""What every fact is, and what may be wrong with what was typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphstep.ground.errors import GraphstepError, Span


class Fact:
    """Something that a reply says."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class AboutNode(Fact):
    """Something that is said of one node."""

    node: int
    """The node."""


class UnfitError(Exception):
    """The argument of a command does not fit; ``fact`` says how. The session makes a reply of it."""

    def __init__(self, fact: Fact) -> None:
        super().__init__(fact)
        self.fact = fact
        """What does not fit."""


@dataclass(frozen=True, slots=True)
class Fault(Fact):
    """What was typed cannot be read or run. The room that reads it has worded that."""

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
class NoNode(Fact):
    """No node is called so."""

    text: str
    """What was typed."""


@dataclass(frozen=True, slots=True)
class NoStep(Fact):
    """The run has no such step."""

    text: str
    """What was typed."""

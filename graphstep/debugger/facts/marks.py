"""What a reply says of marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.debugger.facts.fact import AboutText, Fact
from graphstep.ground.records import dataclass

if TYPE_CHECKING:
    from graphstep.debugger.parts import Mark


@dataclass(frozen=True, slots=True)
class AboutMark(Fact):
    """A fact about one mark."""

    name: str
    """Its letter."""


@dataclass(frozen=True, slots=True)
class MarkSet(AboutMark):
    """A place has a mark from now on."""


@dataclass(frozen=True, slots=True)
class MarkGone(AboutMark):
    """A place has no mark any more."""


@dataclass(frozen=True, slots=True)
class AtMark(AboutMark):
    """The place of a mark is shown."""


@dataclass(frozen=True, slots=True)
class MarkList(Fact):
    """The marks were asked for."""

    marks: tuple[Mark, ...]
    """The marks, by letter."""


@dataclass(frozen=True, slots=True)
class NoMarks(Fact):
    """No place has a mark."""


@dataclass(frozen=True, slots=True)
class NoMark(AboutText):
    """No mark is called so."""


@dataclass(frozen=True, slots=True)
class NoLetter(AboutText):
    """A mark is one letter, and something else was typed."""

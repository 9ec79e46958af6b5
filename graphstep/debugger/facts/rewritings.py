"""What a reply says of what SymPy makes of a program."""

from __future__ import annotations

from graphstep.debugger.facts.fact import AboutText, Fact
from graphstep.ground.records import dataclass


@dataclass(frozen=True, slots=True)
class NoForm(AboutText):
    """SymPy is asked for no such form."""


@dataclass(frozen=True, slots=True)
class NothingToRewrite(Fact):
    """SymPy rewrites the text of programs of numbers, and this is none."""

    arrays: bool
    """Whether that is for its arrays; otherwise its text is Python."""

"""What happened to a call or a repetition that was opened or closed."""

from __future__ import annotations

from dataclasses import dataclass

from graphstep.debugger.facts import Fact


@dataclass(frozen=True, slots=True)
class AboutCall(Fact):
    """Something about a call, a repetition or one of its turns."""

    frame: int
    """Which one: an index of the program's frames."""


@dataclass(frozen=True, slots=True)
class CallOpened(AboutCall):
    """It is open: its own steps are walked through."""


@dataclass(frozen=True, slots=True)
class CallClosed(AboutCall):
    """It is closed: it is stepped over as one."""

"""Why the session refuses an action before its own rule is asked."""

from __future__ import annotations

from dataclasses import dataclass

from graphstep.debugger.facts import Fact


@dataclass(frozen=True, slots=True)
class Elsewhere(Fact):
    """The action belongs to a lesson, a training or a run, and none is at hand."""

    action: str
    """The name of the action."""

"""Where a learner is in a run: the trace, one integer, and what is selected. It knows nothing of terminals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphstep.engine.trace import Trace


@dataclass(slots=True)
class Stepper:
    """A run and the place in it."""

    trace: Trace
    """The run."""
    at: int = 0
    """The number of the step that is shown; 0 is the start."""
    selected: int | None = None
    """The node that is selected."""
    cells: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """By node the cell of its array that was looked at last; a nudge moves it."""
    allow: Callable[[int], int] | None = None
    """Asked before every move: from the step that is wanted to the step that is granted. A lesson holds the learner with it."""

    def go(self, n: int) -> bool:
        """Move to step ``n``, or as near as there are steps and as is allowed; whether that is another step."""
        wanted = min(max(n, 0), len(self.trace))
        if self.allow is not None:
            wanted = self.allow(wanted)
        moved = wanted != self.at
        self.at = wanted
        return moved

    @property
    def phase(self) -> str:
        """``start``, ``forward``, ``backward`` or ``update``."""
        return self.trace.step(self.at).phase

    @property
    def end_of_phase(self) -> int:
        """The number of the last step of this phase; of the next one when this is it already."""
        forward, backward = self.trace.plan.seed_step - 1, len(self.trace.plan.events)
        return forward if self.at < forward else backward if self.at < backward else len(self.trace)

    @property
    def subject(self) -> int:
        """The node that a question is about: the selected one, else the one that the step gives a value or gradient."""
        return self.trace.step(self.at).node if self.selected is None else self.selected

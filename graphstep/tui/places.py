"""Where a place in one run is in another run of the same calculation, when gates were opened or folded in between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from graphstep.trace import Trace


@dataclass(frozen=True, slots=True)
class Level:
    """What was on show before gates were opened or folded: enough to go back."""

    kind: Literal["into", "fold"]
    """What was done to it."""
    trace: Trace
    """The run before."""
    where: Sequence[int | None]
    """For each of its nodes the node of the same value in the program after."""

    def inward(self, index: int) -> int:
        """The node after for a node before; for one that was folded away, the gate that it is now inside."""
        for place in range(index, len(self.where)):
            found = self.where[place]
            if found is not None:
                return found
        return index

    def parts(self, index: int) -> range:
        """The nodes after that stand for a node before: itself, or the parts of a gate that was opened."""
        last = self.inward(index)
        return range(self.inward(index - 1) + 1 if index and self.kind == "into" else last, last + 1)

    def outward(self, index: int) -> int:
        """The node before for a node after; for a part of an opened gate, that gate."""
        for before, after in enumerate(self.where):
            if after is not None and after >= index:
                return before
        return len(self.where) - 1

    def unfolded(self, index: int) -> int:
        """The node before for a node after a folding: the one of the same value."""
        for before in range(len(self.where) - 1, -1, -1):
            if self.where[before] == index:
                return before
        return len(self.where) - 1


def carried(old: Trace, at: int, new: Trace, node: Callable[[int], int], parts: Callable[[int], range] | None = None) -> int:
    """The step of ``new`` that shows what step ``at`` of ``old`` shows, or the last one before the two differ.

    ``node`` leads from a node of ``old`` to that of ``new``, and ``parts`` to all that stand for it when it was opened.
    """
    step = old.step(at)
    if step.event == "start":
        return 0
    if step.event == "value":
        return new.step_of_value(node(step.node))
    if step.event == "seed":
        return new.plan.seed_step
    if step.sender is not None:
        sender, receiver = node(step.sender), node(step.node)
        senders = range(sender, sender + 1) if parts is None else parts(step.sender)
        sent = [edge for edge in new.plan.arrivals[receiver] if new.plan.sender[edge] in senders]
        same = [edge for edge in sent if new.plan.sender[edge] == sender and new.plan.slot[edge] == step.slot]
        if sent:
            return int(new.plan.edge_step[(same or sent)[-1]])
        return new.step_of_gradient(sender) or new.plan.seed_step
    return new.step_of_gradient(node(step.node)) or new.plan.seed_step

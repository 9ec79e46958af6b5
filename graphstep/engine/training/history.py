"""What a training leaves behind: numbers of every round, and checkpoints from which a round can be run again."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import field

from graphstep.engine.training.machine import Checkpoint, Machine
from graphstep.ground.records import dataclass

MEMORY = 16_000_000
"""Bytes that checkpoints may take."""

FAR = 32
"""Rounds from one checkpoint to the next at the beginning, at most: to run so many again is quick."""


@dataclass
class History:
    """The numbers of every round, in lists that grow while it trains."""

    losses: list[float] = field(default_factory=list)
    """By round, the loss of its batch before its update."""
    rates: list[float] = field(default_factory=list)
    """By round, the learning rate."""
    norms: dict[str, list[float]] = field(default_factory=dict)
    """By parameter and round, the 2-norm of its gradient."""
    held_out: list[tuple[int, float]] = field(default_factory=list)
    """``(round, loss)``: the loss of the held-out examples before that round's update."""

    def __len__(self) -> int:
        """How many rounds there were."""
        return len(self.losses)

    def best(self, *, climbs: bool) -> tuple[int, float] | None:
        """The round with the best loss, the first of several, and that loss; the held-out loss where there is one."""
        watched: Sequence[tuple[int, float]] = self.held_out or list(enumerate(self.losses))
        finite = [entry for entry in watched if math.isfinite(entry[1])]
        return min(finite, key=lambda entry: -entry[1] if climbs else entry[1], default=None)


class Checkpoints:
    """Checkpoints at every n-th round, where n doubles each time they would take more memory than they may.

    It begins with as small an n as the planned rounds allow. The arrays of those that are dropped are filled again, since to ask
    the system for new ones takes as long as a round.
    """

    def __init__(self, memory: int = MEMORY) -> None:
        self.memory = memory
        """Bytes that they may take."""
        self.stride = 1
        """Rounds from one to the next."""
        self.first = 0
        """The first round that is kept."""
        self._kept: dict[int, Checkpoint] = {}
        self._spare: list[Checkpoint] = []

    def keep(self, machine: Machine) -> None:
        """Keep where the machine stands, if the round that comes next is one of those that are kept; the first one always is."""
        k = machine.next
        if not self._kept:
            # A training that goes on from a file begins at a later round than 0.
            self.first = k
            planned = machine.checkpoint_size * (machine.settings.rounds - k)
            while self.stride < FAR and planned > self.memory * self.stride:
                self.stride *= 2
        elif (k - self.first) % self.stride or k in self._kept:
            return
        self._kept[k] = machine.checkpoint(self._spare.pop() if self._spare else None)
        # Two are kept whatever they take: without one behind the first, the last round would be run again from the beginning.
        if len(self._kept) > 2 and machine.checkpoint_size * len(self._kept) > self.memory:
            self.stride *= 2
            self._spare += [p for k, p in self._kept.items() if (k - self.first) % self.stride]
            self._kept = {k: p for k, p in self._kept.items() if (k - self.first) % self.stride == 0}

    def before(self, k: int) -> Checkpoint | None:
        """The last one at or before round ``k``; None when ``k`` lies before the first."""
        if not self._kept or k < self.first:
            return None
        # The multiple of the stride at or before it; the newest one where that round has not begun yet.
        return self._kept[min(max(self._kept), k - (k - self.first) % self.stride)]

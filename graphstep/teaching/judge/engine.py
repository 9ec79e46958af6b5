"""Somebody's engine as its judgement sees it: what can be asked of it, wherever it runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from graphstep.teaching.judge.trials import Trial


class StoppedError(Exception):
    """The process of an engine ended before it answered."""

    def __init__(self, reason: str, trial: Trial | None) -> None:
        super().__init__(reason)
        self.reason = reason
        """The id of the message that says why."""
        self.trial = trial
        """The program that it was at; None where it was at none."""


class Engine(Protocol):
    """Somebody's engine, in this process or in another."""

    name: str
    """What the user calls it."""

    def introduce(self) -> dict[str, Any]:
        """Its class, and what comes back of 1/3."""

    def starts(self) -> bool:
        """Whether a backward pass can start at an array."""

    def wirings(self) -> dict[str, dict[str, Any]]:
        """What its operations are built from."""

    def run(self, trials: Sequence[Trial]) -> list[dict[str, Any]]:
        """Run programs on the engine; their answers."""

    def again(self, trial: Trial) -> list[list[float]]:
        """The gradients after one backward pass and after two; nothing where that failed."""

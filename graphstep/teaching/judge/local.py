"""An engine in this process: for the tests' own engines, of which nobody needs to be protected from."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Any

from graphstep.teaching.judge.bench import Bench
from graphstep.teaching.judge.trials import Trial


class LocalEngine:
    """An engine of this process."""

    def __init__(self, module: ModuleType, kind: str = "") -> None:
        self.name = module.__name__
        """What it is called."""
        self._bench = Bench(module, kind)

    def introduce(self) -> dict[str, Any]:
        """Its class, and what comes back of 1/3."""
        return self._bench.introduce()

    def starts(self) -> bool:
        """Whether a backward pass can start at an array."""
        return self._bench.starts()

    def wirings(self) -> dict[str, dict[str, Any]]:
        """What its operations are built from."""
        return self._bench.wirings()

    def run(self, trials: Sequence[Trial]) -> list[dict[str, Any]]:
        """Run programs on the engine; their answers."""
        return [self._bench.run(trial.data) for trial in trials]

    def again(self, trial: Trial) -> list[list[float]]:
        """The gradients after one backward pass and after two."""
        try:
            return self._bench.again(trial.data)
        except Exception:
            return []

"""An engine in this process, for the tests' own engines: nobody needs to be protected from them."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Any

from graphstep.teaching.judge.bench import Bench
from graphstep.teaching.judge.operations import OPERATIONS, ROWS
from graphstep.teaching.judge.trials import Trial


class LocalEngine:
    def __init__(self, module: ModuleType, kind: str = "") -> None:
        self.name = module.__name__
        self._bench = Bench(module, kind)
        self.introduce, self.starts = self._bench.introduce, self._bench.starts

    def wirings(self) -> dict[str, dict[str, Any]]:
        return dict(zip(OPERATIONS if self._bench.form is None else ROWS, self._bench.wirings(), strict=True))

    def run(self, trials: Sequence[Trial]) -> list[dict[str, Any]]:
        return [self._bench.run(trial.data) for trial in trials]

    def again(self, trial: Trial) -> list[list[float]]:
        try:
            return self._bench.again(trial.data)
        except Exception:
            return []

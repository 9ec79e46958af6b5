"""A training loop of PyTorch's that is watched, for Python: :func:`graphstep.record`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from graphstep.engine.archive import SUFFIX
from graphstep.engine.capture.pytorch.loop import Loop, Trigger
from graphstep.engine.trace import Trace
from graphstep.faces import export
from graphstep.faces.result import Run
from graphstep.ground.errors import InputError, quoted


class RecordedLoop(Loop):
    """The function that computes the loss of a training loop; called as the function is."""

    def __init__(self, function: Callable[..., Any], when: str | Trigger, every: int, keep: int, to: str | Path | None) -> None:
        super().__init__(function, when, every, keep)
        # Now, and not at the step that goes wrong, which may come after hours.
        if to is not None and not str(to).endswith(SUFFIX):
            raise InputError(f"{quoted(str(to))} does not end in {SUFFIX}", hint="to='run.gsz'")
        self._to = to

    @property
    def run(self) -> Run | None:
        """The step that was captured; None where none was."""
        return None if self.caught is None or self.caught.opening is None else Run(self.caught.opening.run())

    def write(self, trace: Trace) -> Path | None:
        """Write the step that went wrong."""
        return None if self._to is None else export.write(trace, self._to)

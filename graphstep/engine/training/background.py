"""A training that runs in a thread, while a screen shows it: started, paused, and asked for its rounds. It knows no terminal."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from graphstep.engine.trace import Trace
from graphstep.engine.training import Training
from graphstep.ground.arrays import Number

_AGAIN = 0.1
"""Seconds from one look at the parameters to the next."""
_WORKS = 0.004
"""Seconds that rounds are run for before the screen gets a turn. Python would let it wait 5 ms, several times for each key."""
_RESTS = 0.0002
"""Seconds of such a turn, at least."""
_ASIDE = 0.05
"""Seconds for which it stands aside at most, while a key is brought to the screen."""


class Trainer:
    """Holds a training and the lock that everybody takes who does more than read the numbers of its history."""

    def __init__(self, training: Training) -> None:
        self.training = training
        """What is trained. Its history only grows, and may be read at any time up to :attr:`rounds`."""
        self.params: dict[str, Number] = training.params
        """The parameters as they were a moment ago."""
        self.running = False
        """Whether it was started, and has neither stopped nor been shown to have."""
        self.paused = False
        """Whether somebody wanted it to stop."""
        self._lock = threading.Lock()
        self._free = threading.Event()
        self._free.set()

    @property
    def rounds(self) -> int:
        """Rounds whose numbers are all known."""
        # The loss is the last number that a round writes down.
        return len(self.training.history.losses)

    @property
    def last(self) -> int | None:
        """The last of them; None before the first."""
        return self.rounds - 1 if self.rounds else None

    def start(self) -> None:
        """Say that it is going to run; :meth:`run` does."""
        self.running, self.paused = True, False

    def pause(self) -> None:
        """Let the round at work be the last one for now; nothing is lost."""
        self.paused = True

    def step_aside(self) -> None:
        """Let the screen have the processor until :meth:`step_back`: somebody pressed a key."""
        self._free.clear()

    def step_back(self) -> None:
        """Go on: what the key did is painted."""
        self._free.set()

    def run(self, rounds: int | None = None) -> None:
        """Train ``rounds`` further rounds, or all that are left, until :meth:`pause`. To be called in a thread."""
        training = self.training
        with self._lock:
            goal = None if rounds is None else self.rounds + rounds
            looks = time.monotonic() + _AGAIN
            rests = time.monotonic() + _WORKS

            def on_progress(k: int, loss: float) -> bool:  # noqa: ARG001 - the history has it
                nonlocal looks, rests
                if not self._free.is_set():
                    self._free.wait(_ASIDE)
                    self._free.set()
                now = time.monotonic()
                if now >= looks:
                    looks, self.params = now + _AGAIN, training.params
                if now >= rests:
                    # To sleep gives the interpreter's lock away at once.
                    time.sleep(_RESTS)
                    rests = time.monotonic() + _WORKS
                return not self.paused and (goal is None or k + 1 < goal)

            training.run(on_progress)
            self.params = training.params

    def round(self, k: int, wanted: Callable[[], bool]) -> Trace | None:
        """Round ``k`` as a trace; None when it is not wanted any more by the time that it could be made. For a thread."""
        with self._lock:
            return self.training.round(k) if wanted() else None

    def write(self, path: Path, write: Callable[[Training, Path], Path]) -> Path:
        """Write something about the training, between two of its rounds."""
        with self._lock:
            return write(self.training, path)

    @property
    def state(self) -> str:
        """``ready``, ``training``, ``paused`` or ``stopped``."""
        if self.running:
            return "training"
        if not self.rounds:
            return "ready"
        return "stopped" if self.training.stop.is_end else "paused"

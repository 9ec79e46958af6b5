"""A pseudo-terminal with a program in it, and a clock: what is on the screen when."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Sequence

COLUMNS, ROWS = 120, 40
BURST = 0.008
"""Seconds of silence that end a frame: Textual writes a frame in one go, and the next one comes 1/60 s later at the earliest."""


class Terminal:
    """A program on a terminal of 120×40."""

    def __init__(self, command: Sequence[str]) -> None:
        self.started = time.perf_counter()
        self._process, self._file = pty.fork()
        if self._process == 0:
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
            os.execvp(command[0], list(command))
        fcntl.ioctl(self._file, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        os.close(self._file)

    def until(self, wanted: bytes, limit: float = 60.0) -> float:
        """The time at which the frame was complete that shows ``wanted``."""
        printed = b""
        deadline = time.perf_counter() + limit
        while wanted not in printed:
            if not self._waits(deadline - time.perf_counter()):
                raise TimeoutError(f"the screen never showed {wanted!r}; it ends in {printed[-200:]!r}")
            printed += os.read(self._file, 65536)
        return self._end_of_burst()

    def press(self, key: bytes, wanted: bytes) -> float:
        """Seconds from a key to the last byte of the frame that shows ``wanted``, which only the answer to the key does."""
        self.settle(0.05)
        start = time.perf_counter()
        os.write(self._file, key)
        return self.until(wanted) - start

    def settle(self, quiet: float) -> None:
        """Wait until nothing has been printed for so many seconds."""
        while self._waits(quiet):
            os.read(self._file, 65536)

    def _end_of_burst(self) -> float:
        end = time.perf_counter()
        while self._waits(BURST):
            os.read(self._file, 65536)
            end = time.perf_counter()
        return end

    def _waits(self, seconds: float) -> bool:
        """Whether there is something to read within that time."""
        return bool(select.select([self._file], [], [], max(0.0, seconds))[0])

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
from codecs import getincrementaldecoder
from typing import TYPE_CHECKING, Self

from tests.faces.tui.terminal import Screen

if TYPE_CHECKING:
    from collections.abc import Sequence

COLUMNS, ROWS = 120, 40
BURST = 0.008
"""Seconds of silence that end a frame: Textual writes a frame in one go, and the next one comes 1/60 s later at the earliest."""

LIMIT = 60.0
"""Seconds of silence after which what is waited for will not come."""


class Terminal:
    """A program on a terminal of 120×40."""

    def __init__(self, command: Sequence[str]) -> None:
        self.started = time.perf_counter()
        self._process, self._file = pty.fork()
        if self._process == 0:
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
            os.execvp(command[0], list(command))
        fcntl.ioctl(self._file, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self._screen, self._unshown = Screen(COLUMNS, ROWS), b""
        self._decoder = getincrementaldecoder("utf-8")("replace")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.kill(self._process, signal.SIGKILL)
        os.waitpid(self._process, 0)
        os.close(self._file)

    def until(self, wanted: bytes) -> float:
        """The time at which the frame was complete in which ``wanted`` was written."""
        printed = b""
        while wanted not in printed:
            printed += self._read_soon(wanted, printed)
        return self._end_of_burst()

    def press(self, key: bytes, wanted: str) -> float:
        """Seconds from a key to the last byte of the frame with ``wanted`` in the first row, as it is after that key.

        Only cells that change are written, so what was written is no text: it is read from a screen.
        """
        self.settle(0.05)
        self._show()
        start = time.perf_counter()
        os.write(self._file, key)
        while wanted not in self._screen.text().partition("\n")[0]:
            self._read_soon(wanted.encode(), b"")
            self._show()
        return self._end_of_burst() - start

    def settle(self, quiet: float) -> None:
        """Wait until nothing has been printed for so many seconds."""
        while self._waits(quiet):
            self._read()

    def _end_of_burst(self) -> float:
        end = time.perf_counter()
        while self._waits(BURST):
            self._read()
            end = time.perf_counter()
        return end

    def _read_soon(self, wanted: bytes, printed: bytes) -> bytes:
        if not self._waits(LIMIT):
            raise TimeoutError(f"the screen never showed {wanted!r}; it ends in {printed[-200:]!r}")
        return self._read()

    def _read(self) -> bytes:
        data = os.read(self._file, 65536)
        self._unshown += data
        return data

    def _show(self) -> None:
        self._screen.write(self._decoder.decode(self._unshown))
        self._unshown = b""

    def _waits(self, seconds: float) -> bool:
        """Whether there is something to read within that time."""
        return bool(select.select([self._file], [], [], max(0.0, seconds))[0])

"""A pseudo-terminal with as much of a screen as the tests need: it knows where the cursor is told to go, and what is written."""

from __future__ import annotations

import os
import re
import select
import signal
import struct
import subprocess
from codecs import getincrementaldecoder
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator

SILENCE = 300
"""Seconds."""
ROOT = FOLDER.parent
_SEQUENCE = r"\x1b\[([0-9;?<>=$]*)([A-Za-z~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[^\[\]]"
_PIECES = re.compile(_SEQUENCE + r"|\r|\n|[^\x1b\r\n]+")
_WHOLE = re.compile(_SEQUENCE)


@contextmanager
def heeded_signals() -> Iterator[None]:
    """Let a process that is started heed SIGINT and its like, though whoever started the tests may have had them ignore it."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        for number in before:
            # A handler is not inherited, but that a signal is ignored is.
            signal.signal(number, signal.default_int_handler)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Terminal:
    """A command in a pseudo-terminal of some size."""

    def __init__(self, argv: list[str], columns: int = 80, rows: int = 24, **environment: str) -> None:
        # These three are of Unix only, as the tests that need them are.
        import fcntl
        import pty
        import termios

        self.columns, self.rows = columns, rows
        self.cells = [[" "] * columns for _ in range(rows)]
        self.raw = b""
        self._decoder = getincrementaldecoder("utf-8")("replace")
        self._rest = ""
        self._x = self._y = 0
        self._handle, inner = pty.openpty()
        # Before the start, so that the command finds this size and is not told of it later.
        fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        # An environment of its own: readline, which pytest imports, puts COLUMNS where os.environ does not see it.
        left_out = ("NO_COLOR", "COLUMNS", "LINES", "TEXTUAL_THEME")
        kept = {name: value for name, value in os.environ.items() if name not in left_out}
        environment = {**kept, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1", **environment}
        with heeded_signals():
            self._process = subprocess.Popen(
                argv, stdin=inner, stdout=inner, stderr=inner, env=environment, start_new_session=True, cwd=ROOT
            )
        os.close(inner)

    def send(self, keys: str) -> None:
        """Type keys."""
        os.write(self._handle, keys.encode())

    def send_bytes(self, keys: bytes) -> None:
        """Send what no keyboard of ours sends."""
        os.write(self._handle, keys)

    def signal(self, number: int) -> None:
        """Send a signal to the command."""
        self._process.send_signal(number)

    def rest(self) -> None:
        """Wait until the command waits, where the system says so. A signal between a key that readline took and its wait for the
        next one would be heeded with that next one only."""
        state = Path(f"/proc/{self._process.pid}/stat")
        while state.exists() and state.read_text().rpartition(")")[2].split()[0] == "R":
            os.sched_yield()

    def stopped(self) -> bool:
        """Wait until the command has stopped (not ended); whether it did, rather than end."""
        return os.WIFSTOPPED(os.waitpid(self._process.pid, os.WUNTRACED)[1])

    def wipe(self) -> None:
        """Take in what was written so far, and forget what stands on the screen."""
        while select.select([self._handle], [], [], 0)[0] and self._read():
            pass
        self.cells = [[" "] * self.columns for _ in range(self.rows)]

    def hang_up(self) -> int:
        """Close the terminal, as its window does; the exit status of the command."""
        os.close(self._handle)
        return self._process.wait()

    @property
    def restored(self) -> bool:
        """Whether the main screen is shown, with its cursor, and no report of mouse, focus or paste is asked for any more."""
        modes = {mode[1]: mode[2] for mode in re.finditer(rb"\x1b\[\?(\d+)([hl])", self.raw)}
        return modes[b"25"] == b"h" and all(modes[mode] == b"l" for mode in (b"1049", b"1000", b"1003", b"1004", b"2004"))

    def until(self, text: str) -> str:
        """Wait until a text stands on the screen, as long as the command is there; the screen."""
        while text not in self.screen():
            if not self._read():
                raise AssertionError(f"{text!r} never stood on the screen, but:\n{self.screen()}")
        return self.screen()

    def ends(self) -> int:
        """Wait until the command ends; its exit status, negative for a signal."""
        while self._read():
            pass
        status = self._process.wait()
        os.close(self._handle)
        return status

    def screen(self) -> str:
        """What stands on the screen."""
        return "\n".join("".join(row).rstrip() for row in self.cells)

    def _read(self) -> bool:
        """Take in what was written; whether the command is still there. One that is silent for long is ended: a test that fails
        is better than one that hangs, and no machine is so busy that a command of ours writes nothing in that time."""
        if not select.select([self._handle], [], [], SILENCE)[0]:
            self._process.kill()
            return False
        try:
            data = os.read(self._handle, 1 << 16)
        except OSError:
            return False
        self.raw += data
        self._write(data)
        return bool(data)

    def _write(self, data: bytes) -> None:
        text = self._rest + self._decoder.decode(data)
        # A sequence may be cut in two by the size of a read: its beginning waits for the rest.
        cut = text.rfind("\x1b")
        self._rest = text[cut:] if cut >= 0 and not _WHOLE.match(text, cut) else ""
        for piece in _PIECES.finditer(text.removesuffix(self._rest)):
            if piece[2] == "H":
                row, _, column = piece[1].partition(";")
                self._y, self._x = int(row or 1) - 1, int(column or 1) - 1
            elif piece[0] == "\r":
                self._x = 0
            elif piece[0] == "\n":
                self._y += 1
            elif piece[0][0] != "\x1b":
                self._put(piece[0])

    def _put(self, text: str) -> None:
        for letter in text:
            if letter.isprintable() and 0 <= self._y < self.rows and 0 <= self._x < self.columns:
                self.cells[self._y][self._x] = letter
            self._x += letter.isprintable()

"""A pseudo-terminal with as much of a screen as the tests need: it knows where the cursor is told to go, and what is written."""

from __future__ import annotations

import os
import re
import select
import signal
import struct
import time

_PIECES = re.compile(
    rb"\x1b\[([0-9;?<>=$]*)([A-Za-z~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[P_^X].*?\x1b\\|\x1b.|\r|\n|[^\x1b\r\n]+", re.DOTALL
)


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
        self._rest = b""
        self._x = self._y = 0
        self.pid, self._handle = pty.fork()
        if self.pid == 0:
            # In the child, so that the command finds this size and is not told of it later.
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            # An environment of its own: readline, which pytest imports, puts COLUMNS where os.environ does not see it.
            left_out = ("NO_COLOR", "COLUMNS", "LINES", "TEXTUAL_THEME")
            kept = {name: value for name, value in os.environ.items() if name not in left_out}
            os.execve(argv[0], argv, {**kept, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1", **environment})

    def send(self, keys: str) -> None:
        """Type keys."""
        os.write(self._handle, keys.encode())

    def until(self, text: str, seconds: float = 30.0) -> str:
        """Wait until a text stands on the screen; the screen."""
        end = time.monotonic() + seconds
        while text not in self.screen():
            if time.monotonic() > end or not self._read(0.1):
                raise AssertionError(f"{text!r} never stood on the screen, but:\n{self.screen()}")
        return self.screen()

    def ends(self, seconds: float = 15.0) -> int:
        """Wait until the command ends; its exit status, negative for a signal."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not self._read(0.05):
                break
        else:
            os.kill(self.pid, signal.SIGKILL)
        _, status = os.waitpid(self.pid, 0)
        os.close(self._handle)
        return os.waitstatus_to_exitcode(status)

    def screen(self) -> str:
        """What stands on the screen."""
        return "\n".join("".join(row).rstrip() for row in self.cells)

    def _read(self, seconds: float) -> bool:
        """Take in what was written; whether the command is still there."""
        if not select.select([self._handle], [], [], seconds)[0]:
            return True
        try:
            data = os.read(self._handle, 1 << 16)
        except OSError:
            return False
        self.raw += data
        self._write(data)
        return bool(data)

    def _write(self, data: bytes) -> None:
        data = self._rest + data
        # A sequence or a letter may be cut in two by the size of a read: its beginning waits for the rest.
        cut = max(data.rfind(b"\x1b"), 0)
        if (
            b"\x1b" in data
            and not re.match(rb"\x1b(\[[0-9;?<>=$]*[A-Za-z~]|\][^\x07]*\x07)", data[cut:])
            and len(data) - cut < 40
        ):
            data, self._rest = data[:cut], data[cut:]
        else:
            self._rest = b""
        while data and data[-1] >= 0x80 and not _is_whole(data):
            self._rest = data[-1:] + self._rest
            data = data[:-1]
        for piece in _PIECES.finditer(data):
            text = piece.group()
            if piece[2] == b"H":
                row, _, column = piece[1].partition(b";")
                self._y, self._x = int(row or 1) - 1, int(column or 1) - 1
            elif text == b"\r":
                self._x = 0
            elif text == b"\n":
                self._y += 1
            elif text[:1] != b"\x1b":
                self._put(text.decode(errors="replace"))

    def _put(self, text: str) -> None:
        for letter in text:
            if letter.isprintable() and 0 <= self._y < self.rows and 0 <= self._x < self.columns:
                self.cells[self._y][self._x] = letter
            self._x += letter.isprintable()


def _is_whole(data: bytes) -> bool:
    try:
        data[-4:].decode() if len(data) < 4 else data[-8:].decode(errors="strict")
    except UnicodeDecodeError as error:
        return error.reason != "unexpected end of data"
    return True

"""A screen that shows what is written to it, as far as the terminal UI needs one, and a pseudo-terminal with such a screen."""

from __future__ import annotations

import os
import re
import select
import signal
import struct
import subprocess
from codecs import getincrementaldecoder
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tests import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator

SILENCE = 300
"""Seconds."""
ROOT = FOLDER.parent
_SEQUENCE = r"\x1b\[([0-9;?<>=$]*)([A-Za-z~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[^\[\]]"
_PIECES = re.compile(_SEQUENCE + r"|\r|\n|[^\x1b\r\n]+")
_WHOLE = re.compile(_SEQUENCE)
_CODES = re.compile(r"[34]8;2;\d+;\d+;\d+|[34]8;5;\d+|\d+")
_ENDS = {"22": ("1", "2"), "23": ("3",), "24": ("4", "21"), "27": ("7",)}
"""Which attributes a code takes back."""


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


class Screen:
    """The cells of a terminal, and what its sequences do to them: the cursor goes somewhere, the pen changes, a link begins."""

    def __init__(self, columns: int, rows: int, fill: str = " ") -> None:
        self.columns, self.rows = columns, rows
        self.cells: list[list[tuple[str, tuple[str, ...]]]] = [[(fill, ("",))] * columns for _ in range(rows)]
        """Letter and pen by row and column; behind a wide letter stands an empty one."""
        self._pen: tuple[str, ...] = ("",)
        self._rest = ""
        self._x = self._y = 0

    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join("".join(letter for letter, _ in row).rstrip() for row in self.cells)

    def write(self, text: str) -> None:
        """Show a text and do what the sequences in it say."""
        text = self._rest + text
        # A sequence may be cut in two by the size of a read: its beginning waits for the rest.
        cut = text.rfind("\x1b")
        self._rest = text[cut:] if cut >= 0 and not _WHOLE.match(text, cut) else ""
        for piece in _PIECES.finditer(text.removesuffix(self._rest)):
            if piece[2] == "H":
                row, _, column = piece[1].partition(";")
                self._y, self._x = int(row or 1) - 1, int(column or 1) - 1
            elif piece[2] == "G":
                self._x = int(piece[1] or 1) - 1
            elif piece[2] == "C":
                self._x += int(piece[1] or 1)
            elif piece[2] == "X":
                # As a terminal that erases with the paper of the pen.
                self._put_ascii(" " * int(piece[1] or 1))
                self._x -= int(piece[1] or 1)
            elif piece[2] == "m":
                self._pen = _turned(self._pen, piece[1] or "0")
            elif piece[0].startswith("\x1b]8;"):
                self._pen = (piece[0].partition(";")[2].removeprefix(";\x1b\\"), *self._pen[1:])
            elif piece[0] == "\r":
                self._x = 0
            elif piece[0] == "\n":
                self._y += 1
            elif piece[0][0] != "\x1b":
                letters = "".join(filter(str.isprintable, piece[0]))
                if not self._put_ascii(letters):
                    for letter in letters:
                        self._put(letter)

    def _put_ascii(self, letters: str) -> bool:
        """Write letters of one cell each at once, where they fit and cut no wide letter; nearly all that is written is such."""
        row, end = self.cells[self._y] if 0 <= self._y < self.rows else [], self._x + len(letters)
        fits = letters.isascii() and self._x >= 0 and end <= len(row)
        if not fits or not all(letter for letter, _ in row[self._x : self._x + 1] + row[end : end + 1]):
            return False
        blank = " ", _on_blanks(self._pen)
        row[self._x : end] = [blank if letter == " " else (letter, self._pen) for letter in letters]
        self._x = end
        return True

    def _put(self, letter: str) -> None:
        width, row = cell_len(letter), self.cells[self._y] if 0 <= self._y < self.rows else []
        end = self._x + width
        if width and self._x >= 0 and end <= len(row):
            # Half of a wide letter that is written over takes the other half with it.
            if row[self._x][0] == "":
                row[self._x - 1] = (" ", row[self._x - 1][1])
            if end < len(row) and row[end][0] == "":
                row[end] = (" ", row[end][1])
            pen = _on_blanks(self._pen) if letter == " " else self._pen
            row[self._x : end] = [(letter, pen), ("", pen)][:width]
        elif not width and 0 < self._x <= len(row):
            # A mark stands over what is before the cursor.
            before, pen = row[self._x - 1]
            row[self._x - 1] = (before + letter, pen)
        self._x = end


@lru_cache(maxsize=4096)
def _turned(pen: tuple[str, ...], codes: str) -> tuple[str, ...]:
    """A pen after some codes; its first part is its link."""
    link, *rest = pen
    for code in _CODES.findall(codes):
        ground = _ground(code)
        if code in _ENDS:
            rest = [other for other in rest if other not in _ENDS[code]]
            continue
        rest = [] if code == "0" else [other for other in rest if other != code and not (ground and _ground(other) == ground)]
        rest += {code} - {"0", "39", "49"}
    return (link, *sorted(rest))


@lru_cache(maxsize=4096)
def _on_blanks(pen: tuple[str, ...]) -> tuple[str, ...]:
    """What is seen of a pen where there is no letter: the paper, unless it draws lines, links, or exchanges the colours."""
    link, *rest = pen
    if link or not {"4", "7", "9", "21", "53"}.isdisjoint(rest):
        return pen
    return (link, *(code for code in rest if _ground(code) == "paper"))


def _ground(code: str) -> str:
    """What a code colours: the letter, or the paper under it; empty for any other code."""
    return "letter" if re.match(r"3\d|9\d", code) else "paper" if re.match(r"4\d|10\d", code) else ""


class Terminal:
    """A command in a pseudo-terminal of some size."""

    def __init__(self, argv: list[str], columns: int = 80, rows: int = 24, **environment: str) -> None:
        # These three are of Unix only, as the tests that need them are.
        import fcntl
        import pty
        import termios

        self.columns, self.rows = columns, rows
        self._screen = Screen(columns, rows)
        self.raw = b""
        self._decoder = getincrementaldecoder("utf-8")("replace")
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
        self._screen = Screen(self.columns, self.rows)

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
        return self._screen.text()

    def hears(self, seconds: float) -> bool:
        """Whether something more is written within so many seconds; it is taken in."""
        return bool(select.select([self._handle], [], [], seconds)[0]) and self._read()

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
        self._screen.write(self._decoder.decode(data))
        return bool(data)

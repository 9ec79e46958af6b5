"""What the command line reads from and writes to: no stream is missing, and only printable text leaves."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO, cast

from graphstep.ground.directions import isolated
from graphstep.ground.errors import GraphstepError
from graphstep.ground.unprintable import printable

_WIPE = "\r\x1b[K"
"""Takes the cursor to the start of its line and wipes the line."""


class Output:
    """A stream that text leaves by, with a mark for what must not; where it cannot be written, that is an error in one line.

    Everything else is the stream's own. ``stream`` is None where the program was started without it (``>&-``).
    """

    def __init__(self, stream: TextIO | None, name: str, *, needed: bool = True) -> None:
        self._stream, self._name, self._needed = stream, name, needed
        self.rtl: bool | None = None
        """Whether what is written is in a language from right to left; None for what is in none, as data."""

    def write(self, text: str) -> int:
        """Write a text; returns its length."""
        # Text of a program or file may hold escape sequences, which a terminal would obey: they are shown as marks.
        safe = printable(text)
        shown = safe if self.rtl is None else isolated(safe, rtl=self.rtl)
        self._try(lambda stream: stream.write(shown))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write texts one behind the other."""
        for line in lines:
            self.write(line)

    def replace_line(self, text: str) -> None:
        """Write a text in place of what stands on the line."""
        self._try(lambda stream: stream.write(_WIPE + printable(text)))
        self.flush()

    def flush(self) -> None:
        """Hand on what is held back."""
        if self._stream is not None:
            self._try(lambda stream: stream.flush())

    def isatty(self) -> bool:
        """Whether somebody looks at it."""
        return self._stream is not None and self._stream.isatty()

    def _abandon(self) -> None:
        # What is still held back would fail again, and noisily, when Python ends.
        with suppress(OSError, ValueError, AttributeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), cast("TextIO", self._stream).fileno())

    def _try(self, act: Any) -> None:
        if self._stream is None:
            if self._needed:
                raise GraphstepError(f"{self._name} is closed")
            return
        try:
            act(self._stream)
        except BrokenPipeError:
            self._abandon()
            raise
        except OSError as error:
            self._abandon()
            if self._needed:
                raise GraphstepError(f"{self._name} cannot be written: {error.strerror or error}") from error

    def __getattr__(self, name: str) -> Any:
        # fileno and encoding too, by which input() recognises the terminal and takes readline.
        return getattr(self._stream, name)


class ClosedInput:
    """Standard input where there is none (``<&-``): whoever reads it hears why there is nothing."""

    def read(self, _: int = -1) -> str:
        """Raise GraphstepError."""
        raise GraphstepError("standard input is closed")

    readline = read

    def isatty(self) -> bool:
        """Nobody types."""
        return False


@contextmanager
def standard_streams() -> Iterator[None]:
    """Standard input, output and error as above, until the command is done."""
    before = sys.stdin, sys.stdout, sys.stderr
    # A file that is opened must not become the standard output of what is printed later.
    handles = [os.open(os.devnull, os.O_RDWR) for stream in before if stream is None]
    for stream in before[1:]:
        _speak_utf8(stream)
    if before[0] is None:
        sys.stdin = cast("TextIO", ClosedInput())
    else:
        _keep_odd_bytes(before[0])
    sys.stdout = cast("TextIO", Output(before[1], "standard output"))
    # What goes wrong is told there; where it cannot be, the exit status still says that something did.
    sys.stderr = cast("TextIO", Output(before[2], "standard error", needed=False))
    try:
        yield
    finally:
        sys.stdin, sys.stdout, sys.stderr = before
        for handle in handles:
            os.close(handle)


def _speak_utf8(stream: TextIO | None) -> None:
    # ∂ and × must not fail on a terminal or pipe whose locale has no such letters.
    reconfigure = getattr(stream, "reconfigure", None)
    if stream is not None and reconfigure is not None and (stream.encoding or "").lower().replace("-", "") != "utf8":
        reconfigure(encoding="utf-8", errors="replace")


def _keep_odd_bytes(stdin: TextIO) -> None:
    # A byte that is no UTF-8 becomes half of a surrogate pair, which is refused where it stands, with a caret.
    reconfigure = getattr(stdin, "reconfigure", None)
    if reconfigure is not None:
        with suppress(OSError, ValueError):
            reconfigure(errors="surrogateescape")


def direct(rtl: bool) -> None:
    """What is printed from now on is in a language of this direction: what is written the other way keeps its order."""
    if isinstance(sys.stdout, Output):
        sys.stdout.rtl = rtl


def replace_line(text: str) -> None:
    """Write a text to standard error in place of what stands on its line: the one place that moves the cursor."""
    if isinstance(sys.stderr, Output):
        sys.stderr.replace_line(text)

"""Signals that end a program: what was begun is put in order first, and the exit status says which it was."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""Ctrl-C, a polite kill, and a terminal that was closed; Windows has no SIGHUP."""


class EndedError(BaseException):
    """The program was told to end: passes every handler of errors, and runs every ``finally``."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number
        """The signal."""


def status_of(number: int) -> int:
    """The exit status that shells give to a program ended by a signal."""
    return 128 + number


def again(status: int) -> None:
    """Send a signal that ended a part of a program on to the rest of it, which knows nothing of exit statuses."""
    if status > 128:
        signal.raise_signal(status - 128)


def end(number: int, _: FrameType | None) -> None:
    """The handler that raises :class:`EndedError`."""
    raise EndedError(number)


@contextmanager
def handled(handler: Callable[[int, FrameType | None], Any]) -> Iterator[None]:
    """Let a handler take the signals that end a program, except those that whoever started it had it ignore (nohup)."""
    before = {number: signal.getsignal(number) for number in ENDING}
    try:
        for number, old in before.items():
            if old is not signal.SIG_IGN:
                signal.signal(number, handler)
    except ValueError:
        # Only the main thread may ask for signals; elsewhere they do not arrive.
        yield
        return
    try:
        yield
    finally:
        for number, old in before.items():
            # None is a handler that was not set by Python, and cannot be set from here.
            if old is not None:
                signal.signal(number, old)

"""Textual's driver for Unix terminals, for what these really do: send bytes that are no text, close, stop and go on."""

from __future__ import annotations

import codecs
import signal
import sys
from collections.abc import Callable
from functools import partial
from typing import Any, TextIO

from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver

from graphstep.ground.signals import status_of


class TerminalDriver(LinuxDriver):
    """Draws on a terminal and reads its keys."""

    def __init__(self, *words: Any, **options: Any) -> None:
        super().__init__(*words, **options)
        # Textual draws on standard error; where that is a file or closed, the terminal is standard output.
        stream = self._file if self._file is not None and self._file.isatty() else sys.__stdout__
        self._file: Any = _Screen(stream)
        self._asleep = False
        self._put = ""

    @property
    def erases(self) -> bool:
        """Whether the terminal gives cells that it erases the paper of the pen, as terminfo says; not of screen."""
        try:
            import curses
        except ImportError:
            return False
        try:
            curses.setupterm(fd=0)
        except curses.error:
            # Nothing is known of it.
            return False
        return curses.tigetflag("bce") == 1 and curses.tigetstr("ech") == b"\x1b[%p1%dX"

    def write(self, data: str) -> None:
        """Write to the terminal. A frame that changes nothing would only put the cursor where the one before has put it."""
        if data != self._put:
            super().write(data)
        self._put = data[data.rfind("\x1b[") :] if data.endswith("H") else ""

    def run_input_thread(self) -> None:
        """Read keys until the end. A byte that is no UTF-8 (a Latin-1 keyboard, a paste) becomes the letter for what is none."""
        # Textual's module has the function from another one, and does not say that it passes it on.
        module: Any = linux_driver
        decoder = module.getincrementaldecoder
        module.getincrementaldecoder = lambda _: partial(_Decoder, self._closed)
        try:
            super().run_input_thread()
        finally:
            module.getincrementaldecoder = decoder

    def _closed(self) -> None:
        # Nothing will ever be read from it again, and Textual's loop would turn without a rest.
        # Where a pipe ends, so do the keys that were sent, but the terminal is still there.
        if not self.exit_event.is_set() and self.input_tty:
            self.exit_event.set()
            self._app.call_later(self._app.exit, None, status_of(signal.SIGHUP))

    def _sigtstp_application(self, *_: Any) -> None:
        self._asleep = True
        super()._sigtstp_application()

    def _sigcont_application(self, *_: Any) -> None:
        if not self._asleep:
            # SIGSTOP cannot be seen coming: the screen was never left, and the shell has drawn over it.
            self.suspend_application_mode()
        self._asleep = False
        super()._sigcont_application()
        app: Any = self._app
        app.call_later(app.redraw)


class _Screen:
    """The terminal as a file. One that was closed takes what is written to it as /dev/null does: nobody is there to be told."""

    def __init__(self, stream: TextIO | None) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        self._try("write", text)

    def flush(self) -> None:
        self._try("flush")

    def _try(self, name: str, *words: str) -> None:
        if self._stream is None:
            return
        try:
            getattr(self._stream, name)(*words)
        except OSError:
            # Textual's writer would die of it, and all that waits for it would wait for ever.
            self._stream = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


class _Decoder:
    """UTF-8 from a terminal, without an error; ``closed`` is called where there is no more to come."""

    def __init__(self, closed: Callable[[], None]) -> None:
        self._closed = closed
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def decode(self, data: bytes, final: bool = False) -> str:
        if not data and not final:
            self._closed()
        return self._decoder.decode(data, final)

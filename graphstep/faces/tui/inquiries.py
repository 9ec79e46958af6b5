"""Long questions about the run on show: answered on another thread, and given up where the run moves on or escape is pressed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from textual.message import Message

from graphstep.ground.errors import GraphstepError

if TYPE_CHECKING:
    from graphstep.analysis.rewriting import Rewritten
    from graphstep.engine.trace import Trace
    from graphstep.faces.tui.screen import SteppingScreen

Answer = TypeVar("Answer")


class RewritingReady(Message):
    """SymPy has rewritten the program on show; the app opens that."""

    def __init__(self, typed: Trace, row: Rewritten) -> None:
        super().__init__()
        self.typed = typed
        """The run of the typed program."""
        self.row = row
        """What SymPy made of it."""


class Inquiries:
    """One question at a time: another one takes the place of the one before it."""

    def __init__(self, screen: SteppingScreen) -> None:
        self._screen = screen
        self._number = 0
        self._waiting: Callable[[], None] | None = None

    def ask(self, work: Callable[[Callable[[], bool]], Answer], then: Callable[[Answer], None]) -> None:
        """Let something long be done, and show its answer, unless it is given up or the screen shows something else by then.

        ``work`` gets a function that says whether it is given up. An error that it raises is said.
        """
        self._number += 1
        number = self._number
        self._screen.run_worker(lambda: self._answer(number, work, then), thread=True, group="inquiries")

    def give_up(self) -> bool:
        """Forget the question; whether there was one."""
        asked = self.open
        self._number += 1
        self._waiting = None
        return asked

    def show_waiting(self) -> None:
        """Show the answer that came while a dialog was open."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting()

    @property
    def open(self) -> bool:
        """Whether a question waits for its answer."""
        return any(worker.group == "inquiries" and worker.is_running for worker in self._screen.workers)

    def _answer(self, number: int, work: Callable[[Callable[[], bool]], Answer], then: Callable[[Answer], None]) -> None:
        trace = self._screen.now.trace

        def given_up() -> bool:
            return number != self._number or not self._screen.is_running

        def arrived(answer: Answer | GraphstepError) -> None:
            if given_up() or self._screen.now.trace is not trace:
                return
            if self._screen.app.screen is not self._screen:
                # A dialog is over it: whoever opened that reads it first.
                self._waiting = lambda: arrived(answer)
                return
            self._screen.say("")
            if isinstance(answer, GraphstepError):
                self._screen.say_error(answer)
            else:
                then(answer)

        try:
            answer: Answer | GraphstepError = work(given_up)
        except GraphstepError as error:
            answer = error
        if not given_up():
            self._screen.app.call_from_thread(arrived, answer)

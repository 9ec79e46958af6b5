"""Long questions about the run on show: answered on another thread, and given up where the run moves on or escape is pressed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from textual.message import Message

from graphstep.debugger.actions import BY_ID
from graphstep.debugger.session import Command, Reply, perform
from graphstep.faces.tui.messages import say
from graphstep.ground.collector import lasting
from graphstep.ground.errors import GraphstepError
from graphstep.ground.records import dataclass

if TYPE_CHECKING:
    from graphstep.analysis.rewriting import Rewritten
    from graphstep.debugger.state import State
    from graphstep.engine.trace import Trace
    from graphstep.faces.tui.screen import SteppingScreen

Answer = TypeVar("Answer")

_GATES, _MANY, _CELLS = 5_000, 50_000, 1_000_000
"""Nodes from which the whole program takes longer than a frame, and the run of it; and cells from which both do."""

_WHOLE = frozenset({"copy", "cut", "fold", "ready", "undo"})
"""The actions that read the whole program, or make it anew."""

_RUN = _WHOLE | {"break_on", "edit", "less", "more"}
"""Those that compute the run anew, or look at all of its cells."""


def takes_long(trace: Trace, action: str = "") -> bool:
    """Whether an action, or what goes through the whole of a run, takes longer than a frame."""
    nodes = len(trace.program.nodes)
    if trace.cell_count >= _CELLS or (action and nodes >= _MANY):
        return not action or action in _RUN
    return nodes >= _GATES and (not action or action in _WHOLE)


def look_through(screen: SteppingScreen, before: Trace, after: Trace, given_up: Callable[[], bool]) -> None:
    """Compute what is shown of a run that takes the place of another one, as far as that is remembered with it."""
    from graphstep.faces.tui.diagnoses import summarise

    summarise(after, given_up)
    screen.panes.prepare(before, after)


@dataclass
class RewritingReady(Message):
    """SymPy has rewritten the program on show; the app opens that."""

    typed: Trace
    """The run of the typed program."""
    row: Rewritten
    """What SymPy made of it."""


class Inquiries:
    """One question at a time: another one takes the place of the one before it."""

    def __init__(self, screen: SteppingScreen) -> None:
        self._screen = screen
        self._number = 0
        self._waiting: Callable[[], None] | None = None
        self._commands: list[Command] = []
        self._outcome: tuple[State, Command, tuple[State, Reply]] | None = None

    def perform(self, command: Command) -> None:
        """Let the session perform a command; one that takes long behind the keys, and those that follow behind that."""
        screen, row = self._screen, BY_ID[command.action]
        asks = command.argument is None and row.takes and not row.optional
        # Keys behind a long one wait for it, in their order. One that only opens a dialog for its argument computes nothing
        # yet.
        if self._commands or (takes_long(screen.now.root, command.action) and not asks):
            self._commands.append(command)
            if len(self._commands) == 1:
                self._perform_next()
        else:
            screen.do(command)

    def _perform_next(self) -> None:
        screen, before, commands = self._screen, self._screen.now, self._commands

        def work(given_up: Callable[[], bool]) -> tuple[State, Reply]:
            after, reply = perform(before, commands[0])
            if after.trace is not before.trace:
                look_through(screen, before.trace, after.trace, given_up)
            return after, reply

        def show(outcome: tuple[State, Reply]) -> None:
            # The screen performs the command as any other, and outcome() hands it what is there: one way leads to what is
            # shown.
            self._outcome = before, commands[0], outcome
            screen.do(commands[0])
            self._commands = commands[1:]
            if self._commands:
                self._perform_next()

        screen.say(say(screen, "command-asked"))
        # To ask forgets what waits for the question before; these wait for this one.
        self.ask(work, show)
        self._commands = commands

    def outcome(self, state: State, command: Command) -> tuple[State, Reply]:
        """What the session makes of a command, which may be known already."""
        ready, self._outcome = self._outcome, None
        # By identity: what came between has made another state, and this is the answer to the one before.
        if ready is not None and ready[0] is state and ready[1] is command:
            return ready[2]
        return perform(state, command)

    def ask(self, work: Callable[[Callable[[], bool]], Answer], then: Callable[[Answer], object]) -> None:
        """Let something long be done, and show its answer, unless it is given up or the screen shows something else by then.

        ``work`` gets a function that says whether it is given up. An error that it raises is said.
        """
        self._number += 1
        self._commands = []
        number = self._number
        self._screen.run_worker(lambda: self._answer(number, work, then), thread=True, group="inquiries")

    def in_time(self, work: Callable[[], Answer], then: Callable[[Answer], object], asked: str = "command-asked") -> None:
        """Show what goes through the whole run: at once, or of a large one once it is there, and ``asked`` is said meanwhile."""
        screen = self._screen
        if takes_long(screen.now.root):
            screen.say(say(screen, asked))
            self.ask(lambda _: work(), then)
            return
        try:
            answer = work()
        except GraphstepError as error:
            screen.say_error(error)
        else:
            then(answer)

    def give_up(self) -> bool:
        """Forget the question; whether there was one."""
        asked = self.open
        self._number += 1
        self._waiting = None
        self._commands = []
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

    def _answer(self, number: int, work: Callable[[Callable[[], bool]], Answer], then: Callable[[Answer], object]) -> None:
        trace = self._screen.now.trace

        def given_up() -> bool:
            return number != self._number or not self._screen.is_running

        def arrived(answer: Answer | GraphstepError) -> None:
            # Asked once more, on the loop: between the thread's last look and now a key may have come.
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
            with lasting():
                answer: Answer | GraphstepError = work(given_up)
        except GraphstepError as error:
            answer = error
        if not given_up():
            self._screen.app.call_from_thread(arrived, answer)

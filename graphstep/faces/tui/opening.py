"""The screen in front of a long program: the panes, and how much of the text has been read, until its own screen comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding
from textual.screen import Screen

from graphstep.faces.tui.messages import say
from graphstep.faces.tui.panes.keys import KeyLine
from graphstep.faces.tui.panes.stepping import SteppingPanes
from graphstep.faces.tui.threads import result_of
from graphstep.ground.errors import GraphstepError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from textual.widget import Widget

    from graphstep.faces.tui.screen import SteppingScreen
    from graphstep.language.program import Program
    from graphstep.language.read import Watch

_LOOKS = 0.2
"""Seconds from one look at how far it is to the next."""


def fill_tables(program: Program) -> None:
    """Make the tables of a large program that the first frame, the first step and the first search would wait for."""
    from graphstep.faces.drawing.typed import typed_of
    from graphstep.telling.names import names_of

    _ = program.uses, program.consumers, names_of(program).texts, program.occurrences
    typed_of(program).sort()


class OpeningScreen(Screen[None]):
    """Reads a program while it shows how far that is, and makes way for its screen; escape gives up."""

    CSS_PATH = "screen.tcss"
    BINDINGS: ClassVar = [Binding("escape,q", "give_up", "give up", id="opening-give-up")]

    def __init__(self, language: str, prepare: Callable[[Watch], Callable[[], SteppingScreen]]) -> None:
        super().__init__()
        self.language = language
        """The language in which it speaks."""
        self.error: GraphstepError | None = None
        """Why the program cannot be opened."""
        self._prepare = prepare
        self._share: float | None = None
        self._left = False

    def compose(self) -> Iterator[Widget]:
        """The panes and the line of keys."""
        yield SteppingPanes(id="panes")
        yield KeyLine(id="keys")

    def on_mount(self) -> None:
        """Say how far it is, and begin."""
        self._tell()
        self._looks = self.set_interval(_LOOKS, self._tell)
        self.call_after_refresh(self._read)

    def _tell(self) -> None:
        # How far it is, is told of a text.
        share = say(self, "run-read") if self._share is None else say(self, "text-read", share=f"{self._share:.0%}")
        lines = [[(share, "why")], [(say(self, "run-give-up"), "quiet")]]
        self.query_one(SteppingPanes).say(say(self, "run-moment"), lines)

    @work
    async def _read(self) -> None:
        def watch(share: float) -> None:
            self._share = share
            # Nothing stops a thread of Python from outside: the reader asks now and then, and this leads out of it.
            if self._left:
                raise GraphstepError("the reading was given up")

        try:
            screen = await result_of(lambda: self._prepare(watch))
        except GraphstepError as error:
            if not self._left:
                self.error = error
                self.app.exit()
            return
        self._looks.pause()
        # Over this one, for Textual does not put another screen in the place of the first.
        self.app.push_screen(screen())

    def action_give_up(self) -> None:
        """Leave without opening anything."""
        self._left = True
        self.app.exit()

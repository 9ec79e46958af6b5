"""Playing a run by itself, a step at a time, until a key is pressed, a breakpoint stops it, or it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.debugger.session import Command, allowed
from graphstep.faces.tui.messages import say

if TYPE_CHECKING:
    from textual.timer import Timer

    from graphstep.faces.tui.screen import SteppingScreen

PACES = (4.0, 2.0, 1.0, 0.5, 0.25, 0.1)
"""Seconds a step stays, from slow to fast."""


class Playback:
    """The playing of a run on a screen."""

    def __init__(self, screen: SteppingScreen) -> None:
        self._screen = screen
        self._pace = PACES.index(1.0)
        self._timer: Timer | None = None

    @property
    def on(self) -> bool:
        """Whether the run plays."""
        return self._timer is not None

    def start(self) -> None:
        """Play from here on; from the start where the run is at its end."""
        screen = self._screen
        if not allowed(screen.now, "step"):
            screen.do(Command("first"))
        self._begin()

    def stop(self, message: str = "") -> None:
        """Stay at this step, and say something of it."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
            self._screen.say(message)

    def change_pace(self, by: int) -> None:
        """Play faster or slower by so many paces."""
        self._pace = min(max(self._pace + by, 0), len(PACES) - 1)
        self._begin()

    def _begin(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self._screen.set_interval(PACES[self._pace], self.tick)
        self._announce()

    def _announce(self) -> None:
        pace = PACES[self._pace]
        slow = pace > 1
        number = f"{pace if slow else 1 / pace:g}"
        self._screen.say(say(self._screen, "playing-slow" if slow else "playing", number=number))

    def tick(self) -> None:
        """One step on."""
        screen = self._screen
        if screen.app.screen is not screen or screen.panes.asking:
            # Whoever opened a dialog over it wants to look at this step, and a question waits for its answer.
            return
        from graphstep.debugger.stops import stops_of

        reply = screen.do(Command("step"))
        now = screen.now
        if reply.hit is not None:
            self.stop(screen.keys.message)
        elif not allowed(now, "step"):
            self.stop()
        elif now.at in stops_of(now.trace, now.nodes, now.conditions):
            self.stop()
            screen.say(say(screen, "playing-stopped"))
        else:
            self._announce()


def autoplay(screen: SteppingScreen) -> None:
    """Begin to play."""
    screen.playback.start()


def faster(screen: SteppingScreen) -> None:
    """Play faster."""
    screen.playback.change_pace(1)


def slower(screen: SteppingScreen) -> None:
    """Play slower."""
    screen.playback.change_pace(-1)

"""Drives the terminal UI in tests: opens a program in a window of some size, presses keys, reads what stands there."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from graphstep.faces.tui.app import GraphstepApp
from graphstep.faces.tui.screen import SteppingScreen
from graphstep.language.read import read

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from textual.pilot import Pilot

    from graphstep.debugger.state import State

MAIN = "(x+y)*z"
INPUTS = {"x": -2.0, "y": 5.0, "z": -4.0}
NEURON = "1/(1+exp(-(w0*x0+w1*x1+w2)))"
NEURON_INPUTS = {"w0": 2.0, "x0": -1.0, "w1": -3.0, "x1": -2.0, "w2": -3.0}
SMALL, LARGE = (80, 24), (120, 40)
KEYS = {
    "=": "equals_sign",
    "-": "minus",
    "/": "slash",
    "+": "plus",
    ".": "full_stop",
    " ": "space",
    "(": "left_parenthesis",
    ")": "right_parenthesis",
    "_": "underscore",
    "*": "asterisk",
}
ODD_TEXTS = ("é", "٣", "1_0", "((", "1e999", "grad x", "isnan", "x+y", "[1, 2]", "99999", "zz = 3", "@nothing", "", "h.2")
"""What fits into no field, or not into every one."""


class Driver:
    """An open screen, and what a user could do with it and see of it."""

    def __init__(self, app: GraphstepApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    @property
    def screen(self) -> SteppingScreen:
        """The stepping screen, also below a dialog."""
        return next(screen for screen in self.app.screen_stack if isinstance(screen, SteppingScreen))

    @property
    def now(self) -> State:
        """The run and the place in it."""
        return self.screen.now

    async def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        """Type a text into the field that has the focus."""
        await self.press(*(KEYS.get(letter, letter) for letter in text))

    async def until(self, holds: Callable[[], bool], seconds: float = 20.0) -> None:
        """Wait until something is true."""
        for _ in range(int(seconds / 0.02)):
            if holds():
                return
            await self.pilot.pause(0.02)
        raise AssertionError("it never became true")

    def frame(self) -> str:
        """Everything that the window shows, as text."""
        return frame(self.app)

    def graph(self) -> str:
        """The drawn graph."""
        pane = self.screen.panes.graph
        return "\n".join(pane.render_line(y).text.rstrip() for y in range(pane.size.height))

    def values(self) -> list[list[str]]:
        """The rows of the table of values, in words."""
        pane = self.screen.panes.query_one("#values")
        return [pane.render_line(y).text.replace("▸", " ").split() for y in range(1, pane.size.height)]

    def step(self) -> str:
        """The explanation: its title, its text and its pattern."""
        pane = self.screen.panes.step
        lines = ["".join(text for text, _ in line) for line in pane.lines()]
        return "\n".join([str(pane.border_title), *lines, str(pane.border_subtitle)])

    def text(self) -> list[str]:
        """The typed text and what stands under it."""
        return [line.rstrip() for line in self.screen.panes.query_one("#text").render().plain.split("\n")]

    @property
    def message(self) -> str:
        """What the line of keys says in place of the keys."""
        return self.screen.keys.message


def frame(app: GraphstepApp) -> str:
    """Everything that a window shows, as text."""
    return "\n".join("".join(segment.text for segment in strip) for strip in app.screen._compositor.render_strips())


async def is_whole(app: GraphstepApp, pilot: Pilot[None]) -> bool:
    """Whether the graph is seen whole, as soon as it has its place: the prose beside it may get its own later."""
    for _ in range(50):
        if app.screen.panes.graph.scene.fits(app.screen.panes.graph.size):
            return True
        await pilot.pause()
    return False


@asynccontextmanager
async def opened(text: str = MAIN, inputs: Mapping[str, float] = INPUTS, *, size: tuple[int, int] = SMALL, **options):
    """An open program; its run is made."""
    screen = SteppingScreen(read(text, inputs), inputs, **options)
    app = GraphstepApp(screen)
    async with app.run_test(size=size) as pilot:
        driver = Driver(app, pilot)
        if all(name in inputs for name in screen.program.inputs):
            await driver.until(lambda: screen.state is not None)
        await pilot.pause()
        yield driver


def drive(play: Callable[[Driver], Awaitable[None]], *arguments, **options) -> None:
    """Open a program and play a scene in it."""

    async def scene() -> None:
        async with opened(*arguments, **options) as driver:
            await play(driver)

    asyncio.run(scene())


async def retype(driver: Driver, name: str, text: str) -> None:
    """Type another text into the field of an input."""
    form = driver.app.screen
    field = form.query_one(f"#field-{form.fields.index(name)}")
    field.value = text
    field.focus()
    await driver.pilot.pause()

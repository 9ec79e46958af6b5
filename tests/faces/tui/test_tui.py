"""The screen as pictures: what it looks like today is what it looked like when someone last looked at it.

After a wanted change ``make golden`` writes the new pictures; look at them before you keep them.
"""

from __future__ import annotations

import asyncio
import random
import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from textual.widgets import Input

from graphstep.debugger.actions import ACTIONS
from graphstep.faces.tui.app import GraphstepApp
from graphstep.faces.tui.lesson import LessonScreen
from graphstep.faces.tui.screen import SteppingScreen
from graphstep.faces.tui.training import TrainingScreen
from graphstep.language.read import read
from graphstep.teaching.lesson.walk import LessonRun
from tests.cases import each
from tests.faces.tui.arrays import LAYER, NET, given
from tests.faces.tui.driving import INPUTS, KEYS, LARGE, MAIN, NEURON, NEURON_INPUTS, ODD_TEXTS, SMALL, frame, opened
from tests.faces.tui.test_training import a_network
from tests.held import GOLDEN
from tests.lessons import rehearsed

if TYPE_CHECKING:
    from textual.screen import Screen

ROUTES = "max(x, y)*sigmoid(x) + relu(z)"
ROUTES_INPUTS = {"x": 2.0, "y": 2.0, "z": -1.0}

# name: program, inputs, window, keys, theme
PICTURES = {
    "start-80x24": (MAIN, INPUTS, SMALL, (), ""),
    "switcher-80x24": (MAIN, INPUTS, SMALL, ("f", "right", "right"), ""),
    "switcher-120x40": (MAIN, INPUTS, LARGE, ("f", "right", "right"), ""),
    "neuron-120x40": (NEURON, NEURON_INPUTS, LARGE, ("end", "left", "left"), ""),
    "tie-80x24": (ROUTES, ROUTES_INPUTS, SMALL, ("right",), "colour-blind-dark"),
    "edit-120x40": (ROUTES, ROUTES_INPUTS, LARGE, ("e", "1"), "graphstep-light"),
    "layer-80x24": (LAYER[0], given(LAYER[1]), SMALL, ("end", "left"), ""),
    "net-120x40": (NET[0], given(NET[1]), LARGE, ("end", "tab", "tab"), ""),
    "cells-80x24": (NET[0], given(NET[1]), SMALL, ("end", "tab", "tab", "d", "right", "down"), ""),
    "help-80x24": (MAIN, INPUTS, SMALL, ("question_mark",), ""),
}


def normalised(svg: str) -> str:
    """A picture without what differs between two of the same screen: the id that makes its class names its own."""
    return re.sub(r"terminal-\d+", "terminal", svg)


async def picture(text, inputs, size, keys, theme) -> str:
    async with opened(text, inputs, size=size) as driver:
        if theme:
            driver.app.theme = theme
        await driver.press(*keys)
        for field in driver.app.screen.query(Input):
            field.cursor_blink = False
        await driver.pilot.pause()
        return normalised(driver.app.export_screenshot(title="graphstep"))


@each("name", PICTURES)
def test_the_screen_looks_as_it_did(name: str, golden) -> None:
    golden(f"screens/{name}.svg", asyncio.run(picture(*PICTURES[name])))


def test_every_stored_picture_is_compared() -> None:
    assert {path.stem for path in (GOLDEN / "screens").glob("*.svg")} == {*PICTURES, "training-norms-120x40"}


# Keys in no order that anybody would press, and texts that fit nowhere: the screens stand

LOOP = "def cell(h, x, w) = tanh(w*h + x); h = h0; repeat 3 { h = cell(h, x, w) }; h*h", {"w": 0.5, "x": 2.0, "h0": 0.1}
CELLS = "sum(softmax(W@x)^2)", {"W": np.array([[0.1, 0.5], [-0.3, 0.8]]), "x": np.array([0.2, 0.4])}
ODD = "log(x)*0 + sqrt(y)/relu(z)", {"x": 0.0, "y": -1.0, "z": 0.0}
LEAVING = {"q", "ctrl+q", "ctrl+c"}
EVERY = sorted(
    {key for action in ACTIONS for key in action.keys} - LEAVING
    | {"home", "end", "up", "down", "pageup", "pagedown", "tab", "shift+tab", "backspace", "delete", "enter", "escape", "space"}
)

ASKING = sorted({key for action in ACTIONS if action.takes for key in action.keys})


def stepping(text: str, inputs: dict) -> SteppingScreen:
    return SteppingScreen(read(text, inputs), inputs)


async def pressed(screen: Screen[None], seed: int, size: tuple[int, int], count: int = 40) -> None:
    draw, app = random.Random(seed), GraphstepApp(screen)  # no secret
    async with app.run_test(size=size) as pilot:
        for n in range(count):
            if isinstance(app.focused, Input):
                await pilot.press(*(KEYS.get(letter, letter) for letter in draw.choice(ODD_TEXTS)), "enter")
                await pilot.press(draw.choice(("escape", "tab", "home", "up")))
            else:
                await pilot.press(draw.choice(EVERY + ASKING * 4))
            if n % 10 == 0:
                frame(app)
        assert app.fault is None
        assert frame(app).strip()


@pytest.mark.parametrize(
    ("screen", "size"),
    [
        (lambda: stepping(*LOOP), SMALL),
        (lambda: stepping(*CELLS), LARGE),
        (lambda: stepping(*ODD), (40, 12)),
        (lambda: LessonScreen(LessonRun(rehearsed("4"))), SMALL),
        (lambda: TrainingScreen(a_network(12)), SMALL),
    ],
    ids=["a loop", "arrays", "what is not finite", "a lesson", "a training"],
)
@pytest.mark.usefixtures("painted")
def test_the_screens_stand_whatever_keys_are_pressed(screen, size, tmp_path, monkeypatch) -> None:
    # A form may well write a file.
    monkeypatch.chdir(tmp_path)
    for seed in (1, 2):
        asyncio.run(pressed(screen(), seed, size))

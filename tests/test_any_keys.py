"""Keys in no order that anybody would press, and texts that fit nowhere: the screens stand, and say what is wrong."""

from __future__ import annotations

import asyncio
import random
from typing import TYPE_CHECKING

import numpy as np
import pytest
from textual.widgets import Input

from graphstep.debugger.actions import ACTIONS
from graphstep.faces.tui.app import GraphstepApp
from graphstep.faces.tui.dialogs.inputs import read_input
from graphstep.faces.tui.lesson import LessonScreen
from graphstep.faces.tui.screen import SteppingScreen
from graphstep.faces.tui.training import TrainingScreen
from graphstep.ground.errors import GraphstepError
from graphstep.language.read import read
from graphstep.language.values import read_value
from graphstep.teaching.lesson.walk import LessonRun
from tests.cases import each
from tests.faces.tui.driving import KEYS, LARGE, SMALL, frame
from tests.faces.tui.test_training import a_network
from tests.lessons import rehearsed

if TYPE_CHECKING:
    from textual.screen import Screen

LOOP = "def cell(h, x, w) = tanh(w*h + x); h = h0; repeat 3 { h = cell(h, x, w) }; h*h", {"w": 0.5, "x": 2.0, "h0": 0.1}
ARRAYS = "sum(softmax(W@x)^2)", {"W": np.array([[0.1, 0.5], [-0.3, 0.8]]), "x": np.array([0.2, 0.4])}
ODD = "log(x)*0 + sqrt(y)/relu(z)", {"x": 0.0, "y": -1.0, "z": 0.0}
TEXTS = ("é", "٣", "1_0", "((", "1e999", "grad x", "isnan", "x+y", "[1, 2]", "99999", "zz = 3", "@nothing", "", "h.2")
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
                await pilot.press(*(KEYS.get(letter, letter) for letter in draw.choice(TEXTS)), "enter")
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
        (lambda: stepping(*ARRAYS), LARGE),
        (lambda: stepping(*ODD), (40, 12)),
        (lambda: LessonScreen(LessonRun(rehearsed("4"))), SMALL),
        (lambda: TrainingScreen(a_network(12)), SMALL),
    ],
    ids=["a loop", "arrays", "what is not finite", "a lesson", "a training"],
)
def test_the_screens_stand_whatever_keys_are_pressed(screen, size, tmp_path, monkeypatch) -> None:
    # A form may well write a file.
    monkeypatch.chdir(tmp_path)
    for seed in (1, 2):
        asyncio.run(pressed(screen(), seed, size))


@each("text", [*TEXTS, "3", " -2.5e3 ", "1/3", "nan", "NaN", "infinity", "-inf", "0x1"])
def test_a_field_reads_what_the_command_line_reads(text: str) -> None:
    value, wrong = read_input(text, files=False)
    try:
        right, message = read_value(text, files=False), ""
    except GraphstepError as error:
        right, message = None, error.message
    if message:
        assert value is None
        assert message in wrong
    else:
        assert wrong == ""
        assert np.array_equal(value, right, equal_nan=True)

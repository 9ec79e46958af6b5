"""Opened gates on the screen: their own graph, the way in and out, and every key inside."""

from __future__ import annotations

import numpy as np
import pytest

from graphstep.debugger.actions import STEPPING
from graphstep.debugger.frames import position_of
from graphstep.language.setup import Setup
from tests.faces.tui.driving import LARGE, SMALL, Driver, drive

KEYS = [action.keys[0] for action in STEPPING if action.keys and action.id not in ("quit", "palette", "theme", "out")]
NEURON = "f = sigmoid(w*x + b)*y"
VALUES = {"w": 2.0, "x": -1.0, "b": -3.0, "y": 2.0}
ARRAYS = "h = softmax(x@W); cross_entropy(h + b, y)"
CELLS = {"x": np.array([1.0, -2.0]), "W": np.ones((2, 3)) * 0.1, "b": np.array([0.5, 0.0, -1.0]), "y": 1.0}


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_the_graph_of_an_opened_gate_says_where_it_stands(size: tuple[int, int]) -> None:
    async def play(driver: Driver) -> None:
        await driver.press("right", "right", "right", "i")
        title = str(driver.screen.panes.graph.border_title)
        assert title.endswith("f › u1 = sigmoid(w*x + b)")
        assert driver.text()[0].strip() == "1/(1 + exp(-u1.x))"
        for part in ("u1.x", "×−1", "exp", "+1", "1/x", "u1"):
            assert part in driver.graph()
        assert "It reads u1.x = w*x+b = -5." in " ".join(driver.step().split())
        await driver.press("right")
        assert "u out" in driver.screen.keys.render().plain
        assert "u1.1 = -u1.x" in driver.step()
        await driver.press("u")
        assert "›" not in str(driver.screen.panes.graph.border_title)
        assert "σ" in driver.graph()

    drive(play, NEURON, VALUES, size=size)


@pytest.mark.parametrize(("text", "values", "place"), [(NEURON, VALUES, "8/u1/7"), (ARRAYS, CELLS, "9/h/9")])
def test_every_key_can_be_pressed_inside(text: str, values: dict, place: str) -> None:
    async def play(driver: Driver) -> None:
        screen = driver.screen
        assert position_of(driver.now) == place
        root = driver.now.root
        for key in KEYS:
            await driver.press(key)
            while driver.app.screen is not screen:
                await driver.press("escape")
            assert driver.step()
        screen.inquiries.give_up()
        assert driver.now.root.program == root.program

    drive(play, text, values, setup=Setup(text, dict.fromkeys(values), at=place))


def test_a_position_inside_is_gone_to_from_the_dialog() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("g")
        await driver.type("8/u1/9")
        await driver.press("enter")
        assert position_of(driver.now) == "8/u1/9"
        await driver.press("g")
        await driver.type("8/x/1")
        await driver.press("enter")
        assert driver.app.screen is not driver.screen
        await driver.press("escape")
        assert position_of(driver.now) == "8/u1/9"

    drive(play, NEURON, VALUES)

"""The screen as pictures: what it looks like today is what it looked like when someone last looked at it.

After a wanted change ``make golden`` writes the new pictures; look at them before you keep them.
"""

from __future__ import annotations

import asyncio
import re

import pytest
from textual.widgets import Input

from tests.faces.tui.arrays import LAYER, NET, given
from tests.faces.tui.driving import INPUTS, LARGE, MAIN, NEURON, NEURON_INPUTS, SMALL, opened
from tests.held import GOLDEN

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


@pytest.mark.parametrize("name", PICTURES)
def test_the_screen_looks_as_it_did(name: str, golden) -> None:
    golden(f"screens/{name}.svg", asyncio.run(picture(*PICTURES[name])))


def test_every_stored_picture_is_compared() -> None:
    assert {path.stem for path in (GOLDEN / "screens").glob("*.svg")} == {*PICTURES, "training-norms-120x40"}

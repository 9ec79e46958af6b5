"""Breakpoints on the screen: set, met, followed and copied."""

from __future__ import annotations

import shlex

from graphstep.debugger.breakpoints import steps_at
from graphstep.debugger.conditions import read_conditions
from graphstep.faces.tui import open_program
from graphstep.language.read import read
from tests.faces.tui.arrays import LAYER, given
from tests.faces.tui.driving import LARGE, Driver, drive


def test_breakpoints_are_marked_in_the_graph_and_in_the_timeline() -> None:
    async def play(driver: Driver) -> None:
        driver.screen.select(0)
        await driver.press("b")
        assert "●" in driver.graph()
        await driver.press("c")
        assert [driver.now.at] == list(steps_at(driver.now.trace, 0))
        assert "breakpoint at W" in driver.message
        await driver.press("B")
        await driver.type("gate ma")
        assert "no gate is called" in driver.frame()
        await driver.type("tmul")
        await driver.press("enter")
        assert "step meets gate matmul" in driver.message or "steps meet gate matmul" in driver.message
        assert "◆" in driver.frame()
        await driver.press("B", "ctrl+u", "enter")
        assert not driver.now.conditions

    drive(play, LAYER[0], given(LAYER[1]), size=LARGE)


def test_conditions_of_the_command_line_are_set_when_the_screen_opens_and_copied_with_it() -> None:
    program = read("max(x, y)*z")
    conditions = read_conditions("grad == 0", program)

    async def play(driver: Driver) -> None:
        assert "1 step meets grad == 0." in driver.message
        assert "◆" in driver.frame()
        await driver.press("c")
        assert driver.now.at == 7
        assert "● grad == 0" in driver.message
        await driver.press("B")
        await driver.type("; gate max")
        await driver.press("enter", "y")
        words = shlex.split(driver.app.clipboard)
        assert words[-4:] == ["--break=grad == 0", "--break=gate max", "--at", "7"]
        await driver.press("B", "ctrl+u", "enter", "y")
        assert "--break" not in driver.app.clipboard

    drive(play, "max(x, y)*z", {"x": 2.0, "y": 1.0, "z": 5.0}, conditions=conditions)


def test_p_shows_the_paths_from_the_selected_node() -> None:
    async def play(driver: Driver) -> None:
        driver.screen.select(0)
        await driver.press("P")
        frame = driver.frame()
        for text in ("paths from x", "2. x → q → q+x → f", "Their sum is 3 + 3 + 1 = 7", "3 paths, 5 edges"):
            assert text in frame
        await driver.press("escape")
        assert driver.app.screen is driver.screen
        driver.screen.select(driver.now.trace.program.find("c"))
        await driver.press("P")
        assert "no gradient flows from the output to c" in driver.message

    drive(play, "c = 2*pi; q = x*x; q + x + c*0", {"x": 3.0}, size=LARGE)


def test_a_terminal_that_cannot_draw_is_told_the_steps_up_to_the_break(capsys, monkeypatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    program = read("max(x, y)*z")
    inputs = {"x": 2.0, "y": 1.0, "z": 5.0}
    open_program(program, inputs, conditions=read_conditions("gate max", program))
    assert capsys.readouterr().out.endswith(
        "\nstopped at step 1 of 7\n\nbreak after step 1: gate max, since max computes max(x,y)\n"
    )
    open_program(program, inputs)
    assert "break" not in capsys.readouterr().out

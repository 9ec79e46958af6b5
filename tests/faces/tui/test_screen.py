"""The screen of a run: breakpoints in graph and timeline, gates opened and folded, and every key inside."""

from __future__ import annotations

import shlex

import numpy as np
import pytest

from graphstep.debugger.actions import STEPPING
from graphstep.debugger.breakpoints import steps_at
from graphstep.debugger.conditions import read_conditions
from graphstep.debugger.frames import position_of
from graphstep.faces.tui import open_program
from graphstep.language.read import read
from graphstep.language.setup import Setup
from tests.faces.tui.arrays import LAYER, given
from tests.faces.tui.driving import LARGE, NEURON, NEURON_INPUTS, SMALL, Driver, drive


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


KEYS = [action.keys[0] for action in STEPPING if action.keys and action.id not in ("quit", "palette", "theme", "out")]
NEURON_TIMES_Y = "f = sigmoid(w*x + b)*y"
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

    drive(play, NEURON_TIMES_Y, VALUES, size=size)


@pytest.mark.parametrize(("text", "values", "place"), [(NEURON_TIMES_Y, VALUES, "8/u1/7"), (ARRAYS, CELLS, "9/h/9")])
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

    drive(play, NEURON_TIMES_Y, VALUES)


SIGMOID = "sigmoid(x)*y"


def test_into_opens_a_gate_and_out_closes_it_at_the_same_place() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("right", "i")
        assert "σ" not in driver.graph()
        for part in ("×−1", "exp", "+1", "1/x"):
            assert part in driver.graph()
        assert driver.now.at == 0
        assert "is open" in driver.message
        await driver.press("right", "right", "u")
        assert driver.now.at == 1
        assert "σ" in driver.graph()
        await driver.press("u")
        assert "Nothing is open" in driver.message

    drive(play, SIGMOID, {"x": 1.0, "y": 2.0})


def test_fold_makes_one_gate_of_a_typed_sigmoid_and_undoes_it() -> None:
    async def play(driver: Driver) -> None:
        before = driver.now.trace
        await driver.press("end", "F")
        assert "σ" in driver.graph()
        assert "Folded: 3 fewer gates" in driver.message
        folded = driver.now.trace
        assert list(folded.buffers.gradients[:5]) == pytest.approx(list(before.buffers.gradients[:5]), abs=1e-12)
        assert driver.now.at == len(folded)
        await driver.press("F")
        assert "Unfolded" in driver.message
        assert driver.now.at == len(before)

    drive(play, NEURON, NEURON_INPUTS)

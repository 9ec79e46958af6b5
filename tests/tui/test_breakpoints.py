"""Breakpoints: at nodes, on conditions, of numbers and of arrays."""

from __future__ import annotations

import shlex

import numpy as np
import pytest

from graphstep.breakpoints import EXAMPLES, last_change, read_conditions, steps_at, steps_of
from graphstep.errors import GraphstepError
from graphstep.read import read
from graphstep.trace import trace
from graphstep.tui import open_program
from tests.tui.arrays import ALIKE, LAYER, given
from tests.tui.driving import INPUTS, LARGE, MAIN, Driver, drive


def steps(run, text: str) -> list[str]:
    (condition,) = read_conditions(text, run.program)
    return [f"{run.step(n).event} {run.program.label(run.step(n).node)}" for n in steps_of(run, condition)]


RUN = trace(read(MAIN), INPUTS)
W = trace(read("sum((relu(W@x))^2) + max(W)"), {"W": np.array([[1.0, 2.0], [-3.0, 1.0]]), "x": np.array([1.0, 0.0])})


@pytest.mark.parametrize(
    ("run", "text", "found"),
    [
        (RUN, "grad x == -4", ["send x"]),
        (RUN, "grad > 0", ["seed (x+y)*z", "send z"]),
        (RUN, "abs(grad) >= 4", ["send x+y", "send x", "send y"]),
        (RUN, "abs(grad y) > 3", ["send y"]),
        (RUN, "value x+y != 0", ["value x+y"]),
        (RUN, "grad (x+y) == -4", ["send x+y"]),
        (W, "abs(grad relu(W@x)) > 1", ["send relu(W@x)"]),
        (W, "value relu(W@x) >= 1", ["value relu(W@x)"]),
        (RUN, "gate mul", ["value (x+y)*z", "send x+y", "send z"]),
        (RUN, "gate ×", ["value (x+y)*z", "send x+y", "send z"]),
        (RUN, "isnan", []),
        (RUN, "second contribution", []),
        (W, "second contribution", ["send W"]),
        (W, "gate matmul", ["value W@x", "send W", "send x"]),
        (W, "value W@x < 2", ["value W@x"]),
        (W, "value W@x < 0", []),
        (W, "value W@x > 0.5", ["value W@x"]),
        (W, "abs(grad x) < 5", ["send x"]),
        (W, "gate max", ["value max(W)", "send W"]),
    ],
)
def test_a_condition_holds_after_the_steps_that_make_it_true(run, text: str, found: list[str]) -> None:
    assert steps(run, text) == found


def test_of_an_array_less_asks_every_cell_and_more_asks_any() -> None:
    run = trace(read("sum(x*c)"), {"x": np.array([1.0, 2.0]), "c": np.array([0.0, 3.0])})
    assert steps(run, "grad x == 0") == []
    assert steps(run, "grad x < 4") == ["send x"]
    assert steps(run, "grad x > 2") == ["send x"]
    assert steps(run, "grad x != 0") == ["send x"]
    none = trace(read("sum(x*0)"), {"x": np.array([1.0, 2.0])})
    assert steps(none, "grad x == 0") == ["send x"]


def test_what_is_not_finite_and_what_is_wrong_are_found() -> None:
    run = trace(read("sum(log(x))"), {"x": np.array([0.0, 1.0])})
    assert steps(run, "isinf")[0] == "value log(x)"
    assert steps(trace(read("log(x)"), {"x": -1.0}), "isnan")[0] == "value log(x)"
    inputs = given(ALIKE[1])
    assert steps(trace(read(ALIKE[0]), inputs), "alike") == ["value tanh(X@W1)"]
    assert steps(trace(read("sigmoid(x)"), {"x": 40.0}), "saturated") == ["value sigmoid(x)"]


def test_the_examples_can_be_read_and_what_is_none_is_said() -> None:
    program = read("q = x + y; max(q, x)")
    assert len(read_conditions("; ".join(EXAMPLES), program)) == len(EXAMPLES)
    for text, said in (
        ("grad", "no condition"),
        ("abs(grad < 1", "no condition"),
        ("grad w == 0", "no node is called 'w'"),
        ("gate maxx", "no gate is called 'maxx'"),
        ("grad x == [1, 2]", "a single number is needed"),
    ):
        with pytest.raises(GraphstepError, match=said):
            read_conditions(text, program)


def test_c_goes_on_to_the_next_breakpoint_and_shift_c_back() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("c")
        assert "There are no breakpoints" in driver.message
        driver.screen.select(0)
        await driver.press("b")
        assert "●" in driver.graph()
        await driver.press("c")
        run = driver.now.trace
        assert [driver.now.at] == list(steps_at(run, 0))
        assert "breakpoint at W" in driver.message
        await driver.press("c")
        assert "No breakpoint after" in driver.message
        await driver.press("home", "B")
        await driver.type("gate ma")
        assert "no gate is called" in driver.frame()
        await driver.type("tmul; abs(grad)>0.5")
        await driver.press("enter")
        assert "steps meet that" in driver.message
        visited = []
        for _ in range(5):
            await driver.press("c")
            visited.append(driver.now.at)
        assert visited == sorted(visited)
        assert visited[0] == 1
        assert "gate matmul" in driver.message or "No breakpoint" in driver.message
        assert "◆" in driver.frame()
        await driver.press("C")
        assert driver.now.at < visited[-1]
        driver.screen.select(0)
        await driver.press("b", "B")
        await driver.press("ctrl+u", "enter")
        assert driver.screen.stops.empty

    drive(play, LAYER[0], given(LAYER[1]), size=LARGE)


def test_a_breakpoint_follows_its_node_into_an_opened_gate_and_another_shape() -> None:
    async def play(driver: Driver) -> None:
        node = driver.now.trace.program.find("h")
        driver.screen.select(node)
        await driver.press("b", "i")
        (there,) = driver.screen.stops.nodes
        assert driver.now.trace.node(there).name == "h"
        await driver.press("u")
        assert driver.screen.stops.nodes == [node]

    drive(play, "h = sigmoid(X + b); sum(h)", {"X": np.ones((2, 3)), "b": np.zeros(3)})


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

    command = ("graphstep", "max(x, y)*z", "--break=grad == 0")
    drive(play, "max(x, y)*z", {"x": 2.0, "y": 1.0, "z": 5.0}, conditions=conditions, command=command)


def test_a_condition_on_a_part_of_an_opened_gate_is_not_copied() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("right", "i", "B")
        part = max(
            range(len(driver.now.trace.program.nodes)), key=lambda node: driver.now.trace.program.short(node, 99).count("exp")
        )
        name = driver.now.trace.program.short(part, 99)
        await driver.type(f"grad {name} > 9; isnan")
        await driver.press("enter", "y")
        assert "--break=isnan" in driver.app.clipboard
        assert "> 9" not in driver.app.clipboard

    drive(play, "sigmoid(x)*y", {"x": 1.0, "y": 2.0}, size=LARGE)


FORK = trace(read("q = x*x; q + x*0 + x"), {"x": 3.0})


@pytest.mark.parametrize(
    ("run", "node", "before", "event"),
    [
        (FORK, "x", len(FORK) + 1, "send x"),
        (FORK, "x", 1, None),
        (FORK, "q", 2, "value x*x"),
        (FORK, "q", 1, None),
        (RUN, "(x+y)*z", len(RUN), "seed (x+y)*z"),
        (RUN, "(x+y)*z", 3, "value (x+y)*z"),
        (trace(read("u = 2*x; x*3"), {"x": 1.0}), "u", 99, "seed x*3"),
        (W, "W", len(W), "send W"),
    ],
)
def test_the_last_change_of_a_node_is_found(run, node: str, before: int, event: str | None) -> None:
    n = last_change(run, run.program.find(node), before)
    assert (n and f"{run.step(n).event} {run.program.label(run.step(n).node)}") == event


def test_going_from_change_to_change_passes_every_contribution_but_those_of_zero() -> None:
    node, before, passed = 0, len(FORK) + 1, []
    while (n := last_change(FORK, node, before)) is not None:
        passed.append(FORK.step(n).contribution)
        before = n
    arrived = [FORK.contribution_of(edge) for edge in FORK.plan.arrivals[node]]
    assert passed == [x for k, x in reversed([*enumerate(arrived)]) if x or not k]
    assert 0.0 in arrived


def test_w_goes_back_from_change_to_change_and_says_where_there_is_none() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("end")
        driver.screen.select(0)
        said = []
        for _ in range(4):
            await driver.press("w")
            said.append((driver.now.at, driver.message))
        assert [at for at, _ in said] == [7, 6, 5, 5]
        assert "∂f/∂x went from 4 to 7" in said[0][1]
        assert "∂f/∂x went from 1 to 4" in said[1][1]
        assert "∂f/∂x became 1" in said[2][1]
        assert said[3][1] == "No step before this one has changed x: it was given at the start."
        assert driver.now.selected == 0
        driver.screen.select(1)
        for _ in range(3):
            await driver.press("w")
        assert driver.now.at == 1
        assert "No step before this one has changed q." in driver.message

    drive(play, "q = x*x; q + x", {"x": 3.0})


def test_p_shows_the_paths_from_the_selected_node() -> None:
    async def play(driver: Driver) -> None:
        driver.screen.select(0)
        await driver.press("P")
        frame = driver.frame()
        for text in ("paths from x", "2. x → q → q+x → f", "Their sum is 1 + 3 + 3 = 7", "3 paths, 5 edges"):
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

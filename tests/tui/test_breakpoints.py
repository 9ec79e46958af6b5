"""Breakpoints: at nodes, on conditions, of numbers and of arrays."""

from __future__ import annotations

import numpy as np
import pytest

from graphstep.breakpoints import EXAMPLES, read_conditions, steps_at, steps_of
from graphstep.errors import GraphstepError
from graphstep.read import read
from graphstep.trace import trace
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

"""Predict mode: what is asked before each step, of numbers and of arrays."""

from __future__ import annotations

import numpy as np
import pytest

from graphstep.debugger.questions import questions_of
from graphstep.debugger.session import Command
from graphstep.engine.trace import trace
from graphstep.ground.arrays import number_text
from graphstep.language.read import read
from graphstep.teaching.marking.verdict import mark
from tests.cases import each
from tests.faces.tui.arrays import LAYER, NET, PROGRAMS, given
from tests.faces.tui.driving import INPUTS, LARGE, MAIN, SMALL, Driver, drive


def solution_of(run, n: int):
    """The last question before a step, which is the one for its number; None where nothing is asked."""
    return next(reversed(questions_of(run, n)), None)


def right_answer(solution) -> str:
    if solution.right is not None:
        return str(solution.right + 1)
    if solution.formula:
        return solution.answer.partition(" = ")[2]
    return str(solution.shape.shape) if solution.shape is not None else number_text(solution.quantity.asked, 12)


@each("name", PROGRAMS)
def test_every_question_has_a_right_answer_and_one_number_at_most(name: str) -> None:
    inputs = given(PROGRAMS[name][1])
    run = trace(read(PROGRAMS[name][0], inputs), inputs)
    asked = [solution for n in range(1, len(run) + 1) for solution in questions_of(run, n)]
    assert asked
    for solution in asked:
        assert mark(solution, right_answer(solution)).right, solution.wording
        assert solution.shape is not None or solution.right is not None or isinstance(solution.quantity.asked, float)
        assert "?" in solution.wording


def test_of_a_large_array_the_shape_is_asked_for_and_of_a_small_one_a_cell() -> None:
    inputs = given(NET[1])
    run = trace(read(NET[0], inputs), inputs)
    assert solution_of(run, 1).shape.shape == (64, 5)
    small = trace(read(LAYER[0]), given(LAYER[1]))
    assert solution_of(small, 1).quantity.cell is not None
    assert solution_of(small, small.seed_step) is None


def test_the_step_is_taken_when_it_is_answered() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("p", "right")
        assert "What is the value of x+y?" in driver.frame()
        assert driver.now.at == 0
        await driver.type("7")
        await driver.press("enter")
        assert "Not quite" in driver.frame()
        await driver.type("3")
        await driver.press("enter")
        assert driver.now.at == 1
        assert "0 of 1" in driver.message
        await driver.press("right", "enter")
        assert driver.now.at == 2
        assert "So it is:  f = -12" in driver.message
        await driver.press("right")
        assert driver.now.at == 3
        await driver.press("right", "escape")
        assert driver.now.at == 3
        await driver.press("o", "p")
        assert "0 of 2" in driver.message
        assert "You answered 2 questions." in driver.frame()
        await driver.press("escape", "right")
        assert driver.app.screen is driver.screen

    drive(play, MAIN, INPUTS, size=LARGE)


def test_what_is_not_finite_is_not_asked_for_but_its_shape_is() -> None:
    run = trace(read("sum(log(x))"), {"x": np.array([0.0, 0.0])})
    assert solution_of(run, 1).shape.shape == (2,)
    assert solution_of(run, 2) is None


@pytest.mark.parametrize(("inner", "asked"), [(6, "value q[0, 0]"), (7, "shape q")])
def test_a_cell_is_asked_for_up_to_six_terms_and_of_more_the_shape(inner: int, asked: str) -> None:
    inputs = {"X": np.ones((1, inner)), "W": np.ones((inner, 1))}
    solution = solution_of(trace(read("q = X@W"), inputs), 1)
    assert solution is not None
    assert solution.question.ask == asked


def test_the_summary_is_written_from_its_page_and_a_question_stops_the_playing(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)

    async def play(driver: Driver) -> None:
        await driver.press("p", "right")
        driver.screen.playback.start()
        await driver.type("3")
        driver.screen.playback.tick()
        driver.screen.do(Command("step"))
        assert driver.screen.panes.asks.answer.value == "3"
        await driver.press("enter")
        driver.screen.playback.stop()
        await driver.press("S")
        assert "well done" in driver.frame()
        await driver.press("x", "enter")
        assert "Right at the first try: 1." in (tmp_path / "predictions.md").read_text(encoding="utf-8")
        assert "predictions.md" in driver.message

    drive(play, "q = x+y; q*z", INPUTS, size=SMALL)


def test_the_question_stands_in_the_place_of_the_step_and_nothing_moves() -> None:
    async def play(driver: Driver) -> None:
        graph = driver.graph()
        height = driver.screen.panes.step.outer_size.height
        await driver.press("p", "right")
        assert driver.graph() == graph
        assert driver.screen.panes.asks.outer_size.height == height
        await driver.press("f2")
        assert "Hint 1 of 2: q = x + y" in driver.frame()
        await driver.type("7")
        # → answers, as enter does, and what is typed next replaces what was wrong.
        await driver.press("right")
        assert "Not quite" in driver.frame()
        await driver.type("3")
        await driver.press("right")
        assert driver.now.at == 1
        assert driver.graph() != graph
        await driver.press("f", "right", "enter", "right")
        assert "as a formula in" in driver.frame()
        await driver.type("z")
        await driver.press("enter")
        assert "What is ∂f/∂q, the local gradient" in driver.frame()
        await driver.press("escape")
        assert driver.app.focused is None
        await driver.press("S")
        assert "You answered 2 questions." in driver.frame()
        await driver.press("escape", "left")
        assert driver.now.at < 3

    drive(play, "q = x+y; q*z", INPUTS, size=SMALL)


def test_leaving_shows_what_was_predicted_once() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("p", "right")
        await driver.type("3")
        await driver.press("enter", "escape", "q")
        assert "well done" in driver.frame()
        assert not driver.app._exit
        await driver.press("q")
        assert driver.app._exit

    drive(play, "q = x+y; q*z", INPUTS, size=SMALL)


def test_who_has_seen_the_summary_leaves_at_once() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("p", "right")
        await driver.type("3")
        await driver.press("enter", "escape", "S", "escape", "q")
        assert driver.app._exit

    drive(play, "q = x+y; q*z", INPUTS, size=SMALL)

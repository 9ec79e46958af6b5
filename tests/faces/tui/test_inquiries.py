"""Editing, nudging, verifying: asking what if, and getting back."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
import pytest

from graphstep.analysis import rewriting
from graphstep.analysis.symbolic.rewriting import Rewriting
from graphstep.debugger import comparisons
from graphstep.debugger.session import Command, perform
from graphstep.engine.trace import trace
from graphstep.faces.comparison import change, flipped, routes_text
from graphstep.faces.replies.panels import nudge_lines
from graphstep.faces.tui import inquiries
from graphstep.faces.tui.dialogs import choices
from graphstep.faces.tui.dialogs.compare import CompareForm
from graphstep.ground.errors import InputError
from graphstep.language.read import read
from tests.faces.tui import clock
from tests.faces.tui.arrays import LAYER, given
from tests.faces.tui.driving import LARGE, Driver, drive


def test_an_edit_shows_old_and_new_on_the_nodes_while_it_is_typed() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("e")
        assert driver.now.trace.inputs["x"] == -2
        await driver.press("7")
        for change_ in ("-2 → 7", "3 → 12", "-12 → -48"):
            assert change_ in driver.graph()
        assert "f: -12 → -48" in driver.frame()
        await driver.press("5")
        assert "-2 → 75" in driver.graph()

    drive(play)


def test_escape_restores_and_enter_keeps() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("right", "e", "7", "escape")
        assert driver.now.trace.inputs["x"] == -2
        assert "→ 7" not in driver.graph()
        await driver.press("e", "7", "enter")
        assert driver.now.trace.inputs == {"x": 7.0, "y": 5.0, "z": -4.0}
        assert driver.now.at == 1
        assert "= 7 + 5" in driver.step()

    drive(play)


def test_a_value_that_is_none_is_said_and_cannot_be_kept() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("e")
        await driver.type("1/(")
        assert "x:" in driver.frame()
        await driver.press("enter")
        assert len(driver.app.screen_stack) == 2
        await driver.press("backspace", "3", "enter")
        assert driver.now.trace.inputs["x"] == pytest.approx(1 / 3)

    drive(play)


def test_the_field_of_the_selected_input_has_the_focus() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("tab", "tab", "e", "9", "enter")
        assert driver.now.trace.inputs == {"x": -2.0, "y": 9.0, "z": -4.0}

    drive(play)


def test_an_edit_says_which_routes_it_flips() -> None:
    before = trace(read("max(x, y)*relu(z)"), {"x": 3.0, "y": 2.0, "z": 1.0})
    after = before.with_inputs({"x": 1.0, "z": -1.0})
    assert {x.wire.receiver for x in flipped(before, after)} == {0, 1, 2}
    text = routes_text(before, after)
    assert "max at x now blocks it" in text
    assert "max at y now lets it pass" in text
    assert "relu at z now blocks it" in text
    assert change(1.0, 1.00000001) == "1"

    async def play(driver: Driver) -> None:
        await driver.press("e", "1")
        assert "⇄ max at x now blocks it; max at y now lets it pass" in driver.frame()

    drive(play, "max(x, y)", {"x": 3.0, "y": 2.0}, size=LARGE)


def test_a_nudge_compares_the_predicted_with_the_true_change() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("plus")
        assert "Select an input first" in driver.message
        await driver.press("tab", "plus")
        step = driver.step()
        assert step.startswith("x: -2 → -1.9")
        assert "= -4 · 0.1 = -0.4" in step
        assert "changes as its slope says" in step
        assert driver.now.trace.inputs["x"] == -1.9
        await driver.press("minus")
        assert driver.now.trace.inputs["x"] == -2.0

    drive(play)


def test_a_nudge_of_something_curved_says_by_how_much_they_differ() -> None:
    old = trace(read("x*x"), {"x": 3.0})
    text = "\n".join("".join(part for part, _ in line) for line in nudge_lines(old, old.with_inputs({"x": 3.1}), 0))
    assert "6 · 0.1 = 0.6" in text
    assert "They differ by 0.01" in text


def test_three_witnesses_answer_for_a_node() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("end", "tab", "v")
        await driver.until(lambda: "three witnesses" in driver.step())
        step = driver.step()
        assert step.count("-4") == 3
        assert "They agree" in step
        await driver.press("escape")
        assert driver.step().startswith("+ sends to y")

    drive(play)


def test_the_question_is_forgotten_when_the_learner_goes_on() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("tab", "v", "right", "right")
        await driver.pilot.pause(1.0)
        assert driver.step().startswith("× computes f")

    drive(play)


def test_an_undone_edit_is_shown_on_the_nodes() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("e", "7", "enter", "right", "U")
        assert driver.now.trace.inputs["x"] == -2
        assert driver.now.at == 1
        assert "12 → 3" in driver.graph()
        assert driver.message == "Undone: x."
        await driver.press("U")
        assert driver.message.startswith("No edit is left to undo.")

    drive(play)


def test_a_watched_quantity_stands_below_every_step_until_it_is_named_again() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("W")
        await driver.type("banana")
        assert "No node is called 'banana'." in driver.frame()
        await driver.press("enter", *["backspace"] * 6)
        await driver.type("x*y")
        await driver.press("enter", "end")
        assert driver.step().split("\n")[-2] == "x*y = -10"
        await driver.press("W")
        assert "watched: x*y" in driver.frame()
        await driver.type("x*y")
        await driver.press("enter", "left")
        assert "x*y" not in driver.step()

    drive(play, size=LARGE)


def test_an_edit_and_a_nudge_are_compared_with_the_runs_before_them() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("E")
        assert "no other run to compare with" in driver.message
        await driver.press("e", "4", "enter", "tab", "tab", "+", "E")
        frame = driver.frame()
        assert "The first is the run before the last edit" in frame
        assert "Forward they part at y: 2 and 2.1." in frame
        await driver.press("tab")
        frame = driver.frame()
        assert "The first is the run as it was opened" in frame
        assert "max at x now lets it pass; max at y now blocks it" in frame
        # x, y, max and f have other values; then the gradients of z, y and x.
        assert "gradient of z" in frame
        await driver.press("down", "down", "down", "enter")
        trace = driver.now.trace
        assert driver.now.at == trace.step_of_value(trace.program.output)

    drive(play, "max(x, y)*z", {"x": 1.0, "y": 2.0, "z": 3.0}, size=LARGE)


def test_the_error_over_the_step_is_drawn() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("tab", "H")
        await driver.until(lambda: "error over h" in driver.frame())
        frame = driver.frame()
        assert "Central differences are best about h =" in frame
        assert "● central   ○ forward" in frame

    drive(play, "exp(x)*y", {"x": 1.0, "y": 2.0}, size=LARGE)


def test_a_wire_is_cut_and_made_whole() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("f", "n", "n", "X")
        assert "x+y -> f is cut" in driver.message
        assert "-4 → 0" in driver.graph()
        assert "stop" in driver.graph()
        assert "All of df/dx, df/dy came through this wire." in " ".join(driver.step().split())
        assert "f = stop(x+y)*z" in driver.frame()
        await driver.press("U")
        assert "x+y -> f is whole again." in driver.message
        assert "stop" not in driver.frame()
        await driver.press("home", "tab", "tab", "tab")
        driver.screen.select(3)
        await driver.press("escape", "n", "n", "X")
        # The × gate has two wires.
        assert "z -> f" in driver.frame()
        await driver.press("down", "enter")
        assert driver.now.trace.program.text == "(x+y)*stop(z)"

    drive(play)


def test_the_comparison_of_a_large_run_is_made_beside_and_can_be_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inquiries, "_GATES", 1)

    async def play(driver: Driver) -> None:
        driver.screen.do(Command("edit", "x=3"))
        await driver.press("E")
        await driver.until(lambda: isinstance(driver.app.screen, CompareForm))
        await driver.press("escape")
        asked = threading.Event()
        monkeypatch.setattr(clock, "PATIENCE", 0.0)
        compare = comparisons.comparison_of
        monkeypatch.setattr(comparisons, "comparison_of", lambda *words: asked.wait() and compare(*words))
        await driver.press("E")
        await driver.until(lambda: "escape gives up" in driver.message)
        await driver.press("escape")
        asked.set()
        await driver.until(lambda: not driver.screen.inquiries.open)
        assert driver.app.screen is driver.screen
        assert not driver.message

    drive(play)


LONG_WORK = {
    ("v",): "graphstep.analysis.witnesses.check_node",
    ("H",): "graphstep.faces.replies.panels.quotient_lines",
    ("R", "down", "enter"): "graphstep.analysis.rewriting.rewritten_runs",
}
"""By keys the long work that they ask for."""


def test_all_long_work_is_done_beside_and_given_up_with_escape(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "PATIENCE", 0.0)

    async def play(driver: Driver) -> None:
        await driver.press("n", "n", "n", "n")
        told = driver.step()
        for keys, work in LONG_WORK.items():
            asked = threading.Event()
            monkeypatch.setattr(work, lambda *_, asked=asked: asked.wait())
            await driver.press(*keys)
            await driver.until(lambda: driver.screen.inquiries.open)
            await driver.press("escape")
            asked.set()
            await driver.until(lambda: not driver.screen.inquiries.open)
            assert driver.app.screen is driver.screen
            assert driver.step() == told, keys

    drive(play)


def test_sympy_rewrites_the_program_beside_the_typed_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def here(text: str, kinds: Sequence[str], *_: object) -> list[Rewriting]:
        if "factor" in kinds:
            return [Rewriting("factor", "", InputError("SymPy did not finish"))]
        return [Rewriting(kind, "x*z + y*z") for kind in kinds]

    monkeypatch.setattr(rewriting, "rewritings", here)

    async def play(driver: Driver) -> None:
        typed = driver.screen
        await driver.press("R", "down", "enter")
        await driver.until(lambda: isinstance(driver.app.screen, CompareForm))
        await driver.press("escape")
        assert "3 gates in place of 2 gates; value and gradients are the same" in driver.app.screen.keys.message
        await driver.press("right", "right")
        assert driver.app.screen.panes.graph.border_title
        await driver.press("q")
        assert driver.app.screen is typed
        await driver.press("R", "down", "down", "enter")
        await driver.until(lambda: "did not finish" in driver.message)
        assert driver.app.screen is typed

    drive(play)


def test_what_sympy_cannot_rewrite_is_said_before_it_is_asked() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("R")
        assert "programs of numbers" in driver.message

    drive(play, "sum(x)", {"x": np.array([1.0, 2.0])})


def test_of_a_large_run_nudges_wait_for_each_other_behind_the_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inquiries, "_MANY", 1)

    async def play(driver: Driver) -> None:
        driver.screen.select(0)
        at_once = driver.now
        for action in ("more", "more", "less", "more"):
            at_once, _ = perform(at_once, Command(action))
        await driver.press("plus", "plus", "minus", "plus")
        await driver.until(lambda: not driver.screen.inquiries.open and len(driver.now.past) == 4)
        assert driver.now.trace.inputs == at_once.trace.inputs
        await driver.press("e", "9")
        await driver.until(lambda: driver.app.screen.now.trace.inputs["x"] == 9)
        await driver.press("backspace", "left_square_bracket")
        await driver.until(lambda: "wrong" in driver.app.screen.query_one("#said").classes)
        await driver.press("escape")
        assert driver.app.screen is driver.screen

    drive(play)


def test_a_list_of_thousands_has_its_first_and_the_count_of_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choices, "_LISTED", 1)

    async def play(driver: Driver) -> None:
        await driver.press("n", "n", "X")
        # The × gate has two wires.
        assert "x+y -> f" in driver.frame()
        assert "z -> f" not in driver.frame()
        assert "… and 1 more" in driver.frame()

    drive(play)


def test_the_jacobian_of_the_wire_at_work_is_shown_in_full_where_it_is_small() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("end", "j")
        frame = driver.frame()
        assert "the Jacobian of this edge" in frame
        for text in ("2×2", "Jᵀ·upstream", "multiplications along the path from x"):
            assert text in frame
        await driver.press("down", "right", "pagedown", "escape")
        assert driver.app.screen is driver.screen

    drive(play, LAYER[0], given(LAYER[1]), size=LARGE)


def test_witnesses_answer_for_an_array() -> None:
    async def play(driver: Driver) -> None:
        driver.screen.select(0)
        await driver.press("v")
        await driver.until(lambda: "three witnesses" in driver.step())
        assert "All 4 cells checked" in driver.step()
        assert "They agree" in driver.step()
        assert "df/dW" in driver.step()

    drive(play, LAYER[0], given(LAYER[1]), size=LARGE)

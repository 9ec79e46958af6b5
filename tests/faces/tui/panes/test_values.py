"""The pane of values: shapes and ranges of arrays, what is selected, and what is data."""

from __future__ import annotations

import numpy as np
import pytest

from graphstep.debugger.state import State
from graphstep.engine.trace import trace
from graphstep.faces.replies.inspection import inspect
from graphstep.language.read import read
from tests.faces.tui.arrays import NET, given
from tests.faces.tui.driving import LARGE, SMALL, Driver, drive


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=str)
def test_the_values_have_shapes_and_whole_ranges(size: tuple[int, int]) -> None:
    async def play(driver: Driver) -> None:
        await driver.press("end", *("l" if size == SMALL else ()))
        frame, rows = driver.frame(), driver.values()
        for text in ("shape", "gradient", "64×10", "10×5"):
            assert text in frame
        assert rows[0][:2] == ["X", "64×10"]
        assert all("…" not in row[-1][-1:] for row in rows)
        assert all(row[0] != row[1] for row in rows if len(row) > 1)

    drive(play, NET[0], given(NET[1]), size=size)


def test_a_selected_array_is_summed_up_with_its_histogram_and_kept() -> None:
    inputs = given(NET[1])
    run = trace(read(NET[0], inputs), inputs)
    title, lines = inspect(run, len(run), 0)
    text = "\n".join("".join(part for part, _ in line) for line in lines)
    assert title == "input X, a 64×10 matrix"
    assert text.count("█") >= 2
    assert "standard deviation" in text
    assert "Like X, the gradient is a 64×10 matrix." in text
    assert inspect(run, len(run), 0)[1] == lines
    title, lines = inspect(run, 0, 8)
    assert "computes it" in "".join(part for part, _ in lines[0])


def test_data_is_said_to_be_data() -> None:
    async def play(driver: Driver) -> None:
        driver.screen.select(1)
        assert "none: it is data" in driver.step()
        await driver.press("v")
        assert "y is data: it has no gradient to verify" in driver.message
        await driver.press("plus")
        assert "nothing was predicted" in driver.step()
        await driver.press("d", "tab")
        assert "no gradient" in driver.frame()

    from dataclasses import replace

    program = replace(read("mse(x, y)"), data=frozenset({"y"}))
    made = trace(program, {"x": np.array([1.0, 2.0]), "y": np.array([0.0, 1.0])})

    async def with_data(driver: Driver) -> None:
        driver.screen.show_state(State(made, len(made)))
        await play(driver)

    drive(with_data, size=LARGE)


def test_no_column_stands_below_the_scrollbar_and_no_vector_is_cut() -> None:
    async def forked(driver: Driver) -> None:
        await driver.press("end")
        # More nodes than rows: a scrollbar has taken the last column.
        assert [row[-3:] for row in driver.values()[:2]] == [["2", "of", "2"]] * 2

    drive(forked, "q = x+y; p = sigmoid(q*(x+y+w)*w); ((p^2*q + 1)*2 + 3)*w", {"x": 1.0, "y": 2.0, "w": 3.0}, size=LARGE)

    async def vectors(driver: Driver) -> None:
        await driver.press("end")
        row = next(row for row in driver.values() if row[0] == "b1")
        assert " ".join(row) == "b1 5 all 0 -0.492…0.563", "[0, 0, 0, 0… says less than what all cells are"

    words = ["X=randn(4,3)", "W1=randn(3,5)", "b1=zeros(5)", "W2=randn(5,2)", "b2=zeros(2)"]
    drive(vectors, "mean(relu(X@W1+b1)@W2+b2)", given(words), size=LARGE)


def test_a_number_without_room_loses_digits_and_never_its_power_of_ten() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("end")
        rows = {row[0]: row[1:] for row in driver.values() if row}
        assert rows["x"][:2] == ["-1e-80", "8.15e-160"], "8.155e-1… is another number"

    drive(play, "x*x*exp(1)*x", {"x": -1e-80}, size=LARGE)

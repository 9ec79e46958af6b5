"""Programs of arrays on the screen: every key, every pane, edits that change shapes, and keys that stay quick."""

from __future__ import annotations

from itertools import cycle
from statistics import median

import numpy as np
import pytest

from graphstep.debugger.actions import STEPPING
from graphstep.debugger.state import State
from graphstep.engine.trace import trace
from graphstep.faces.replies.inspection import inspect
from graphstep.ground.exact import exact_text
from graphstep.language.read import read
from graphstep.language.setup import Setup
from graphstep.language.values import read_value, split_inputs
from tests.effort import effort
from tests.faces.tui.arrays import ALIKE, BIG, LAYER, NET, PROGRAMS, given
from tests.faces.tui.driving import LARGE, SMALL, Driver, drive

KEYS = [action.keys[0] for action in STEPPING if action.keys and action.id not in ("quit", "palette", "theme")]


@pytest.mark.usefixtures("painted")
def test_the_first_key_of_every_action_can_be_pressed() -> None:
    text, words = PROGRAMS["odd"]

    async def play(driver: Driver) -> None:
        screen = driver.screen
        screen.go(driver.now.trace.seed_step + 1)
        for key in KEYS:
            await driver.press(key)
            while driver.app.screen is not screen:
                await driver.press("escape")
        screen.inquiries.give_up()
        assert len(driver.frame().split("\n")) == LARGE[1]

    drive(play, text, given(words), size=LARGE)


@pytest.mark.parametrize(("name", "size"), list(zip(PROGRAMS, cycle((SMALL, LARGE)), strict=False)), ids=str)
def test_what_keys_do_can_be_done_at_every_step_of_every_program(name: str, size: tuple[int, int]) -> None:
    text, words = PROGRAMS[name]
    doings = cycle(("select_next", "into", "out", "fold", "more", "less", "deselect", "verify", "values", "over", "back_over"))

    async def play(driver: Driver) -> None:
        # Without waiting for the window: what is done is over when it returns.
        screen = driver.screen
        for place in range(len(driver.now.trace) + 1):
            for action, _ in zip(doings, range(2), strict=False):
                screen.go(min(place, len(driver.now.trace)))
                screen.action_do(action)
                assert driver.step()
        screen.inquiries.give_up()

    drive(play, text, given(words), size=size)


def test_the_step_says_what_becomes_of_shapes() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("right")
        assert "Shapes: (2×2)(2) → 2." in driver.step()
        await driver.press("end", "left")
        assert driver.step().startswith("@ sends to W")
        assert "Like W, the gradient is a 2×2 matrix." in driver.step()
        assert "[[0.088, 0.176], [0.104, 0.208]]" in driver.step()

    drive(play, LAYER[0], given(LAYER[1]), size=LARGE)


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


def test_the_cells_are_paged_and_the_chosen_one_is_explained_and_nudged() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("end")
        driver.screen.select(0)
        await driver.press("d")
        assert "gradient of W: a 2×2 matrix" in driver.frame()
        await driver.press("right")
        frame = driver.frame()
        assert "▸0.176" in frame
        assert "W[0, 1]" in frame
        assert "W₁₂" in frame
        await driver.press("tab")
        assert "value of W" in driver.frame()
        assert "▸0.5" in driver.frame()
        await driver.press("escape", "plus")
        assert driver.now.trace.inputs["W"].tolist() == [[0.1, 0.6], [-0.3, 0.8]]
        assert driver.step().startswith("W[0, 1]: 0.5 → 0.6")
        assert "= 0.176 · 0.1 = 0.0176" in driver.step()
        assert "They differ by 0.0016" in driver.step()
        assert "|Δ| ≤ 0.1" in driver.graph()

    drive(play, LAYER[0], given(LAYER[1]), size=LARGE)


def test_cells_of_vectors_numbers_and_many_axes_are_reached() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("end")
        # A node of each shape.
        shapes = {node.shape: index for index, node in enumerate(driver.now.trace.program.nodes)}
        for shape, node in shapes.items():
            driver.screen.select(node)
            await driver.press("d", "end")
            form = driver.app.screen
            assert form.index[len(shape[:-2]) :] == tuple(size - 1 for size in shape[-2:])
            await driver.press(
                "n", "p", "home", "p", "down", "left", "up", "right", "pagedown", "pageup", "tab", "shift+right", "escape"
            )

    drive(play, "mean(T^2) + sum(v)", {"T": np.arange(24.0).reshape(2, 3, 4), "v": np.arange(100.0)})


def test_a_gradient_that_is_not_known_yet_is_not_given_away_by_its_cells() -> None:
    async def play(driver: Driver) -> None:
        driver.screen.select(0)
        await driver.press("d")
        assert "value of W" in driver.frame()
        await driver.press("tab")
        assert "Not yet: step 7 completes it." in driver.frame()

    drive(play, LAYER[0], given(LAYER[1]))


def test_witnesses_answer_for_an_array() -> None:
    async def play(driver: Driver) -> None:
        driver.screen.select(0)
        await driver.press("v")
        await driver.until(lambda: "three witnesses" in driver.step())
        assert "All 4 cells checked" in driver.step()
        assert "They agree" in driver.step()
        assert "df/dW" in driver.step()

    drive(play, LAYER[0], given(LAYER[1]), size=LARGE)


def test_small_arrays_are_edited_as_text_and_the_largest_change_is_shown() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("e")
        frame = driver.frame()
        assert "[[0.1, 0.5], [-0.3, 0.8]]" in frame
        await driver.press("tab", "end", "backspace", "backspace", "1")
        await driver.type("]")
        assert driver.app.screen.now.trace.inputs["x"].tolist() == [0.2, 0.0 + 1.0] or "→" in driver.graph()
        await driver.press("escape")
        assert driver.now.trace.inputs["x"].tolist() == [0.2, 0.4]

    drive(play, LAYER[0], given(LAYER[1]), size=LARGE)


async def retype(driver: Driver, name: str, text: str) -> None:
    """Type another text into the field of an input."""
    form = driver.app.screen
    field = form.query_one(f"#field-{form.fields.index(name)}")
    field.value = text
    field.focus()
    await driver.pilot.pause()


def test_shapes_that_do_not_go_together_are_said_and_the_last_valid_run_is_kept() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("e")
        await retype(driver, "x", "[1, 2, 3]")
        assert "W has the shape 2×2 and x has the shape 3" in " ".join(driver.frame().split())
        await driver.press("enter")
        assert driver.app.screen is not driver.screen
        await retype(driver, "x", "[1, 2")
        assert "x: " in driver.frame()
        await retype(driver, "x", "[1, 2]")
        await driver.press("enter")
        assert driver.now.trace.inputs["x"].tolist() == [1, 2]

    drive(play, LAYER[0], given(LAYER[1]), size=LARGE)


def test_another_shape_fits_the_program_anew_and_keeps_the_place() -> None:
    async def play(driver: Driver) -> None:
        before = driver.now.trace
        driver.screen.select(next(i for i, node in enumerate(before.program.nodes) if node.name == "h"))
        driver.screen.go(before.step_of_gradient(driver.now.selected))
        told = driver.step().split("\n")[0]
        await driver.press("e")
        assert "randn(10,5,seed=1)*0.3" in driver.frame()
        await retype(driver, "b1", "0.5")
        assert "b1 is a number" in driver.frame()
        await retype(driver, "b1", "zeros(1, 5)")
        await retype(driver, "X", "randn(64, 10, seed=7)")
        await driver.press("enter")
        now = driver.now.trace
        assert now.inputs["b1"].shape == (1, 5)
        assert now.node(driver.now.selected).name == "h"
        assert driver.step().split("\n")[0] == told
        await driver.press("e")
        await retype(driver, "b1", "zeros(64, 5)")
        await driver.press("enter")
        assert len(driver.now.trace.program.nodes) == len(before.program.nodes) - 1
        assert driver.now.trace.node(driver.now.selected).name == "h"
        assert driver.step().split("\n")[0] == told
        await driver.press("y")
        assert "X=randn(64, 10, seed=7)" in driver.app.clipboard.replace("'", "")
        assert "W2=randn(5,3,seed=2)" in driver.app.clipboard.replace("'", "")

    drive(play, NET[0], given(NET[1]), size=LARGE, setup=Setup(NET[0], split_inputs(NET[1])))


def test_opened_gates_of_arrays_close_again_also_after_a_new_shape() -> None:
    async def play(driver: Driver) -> None:
        outside = driver.now.root
        await driver.press("right", "i")
        assert driver.now.path == (outside.program.first_gate,)
        assert driver.now.trace.output == pytest.approx(outside.value_of(outside.program.first_gate))
        assert "cross-entropy" not in driver.graph()
        await driver.press("e")
        await retype(driver, "s", "[[1, 2, 3], [3, 2, 1]]")
        await retype(driver, "y", "[0, 1]")
        await driver.press("enter")
        assert driver.now.frames
        assert driver.now.trace.inputs["s"].shape == (2, 3)
        await driver.press("u")
        assert not driver.now.frames
        assert driver.now.trace.inputs["s"].shape == (2, 3)
        assert "cross-entropy" in driver.graph()

    drive(play, "cross_entropy(s, y) + 0", {"s": np.array([1.0, 2.0, 3.0]), "y": 1.0}, size=LARGE)


def test_missing_arrays_are_asked_for_and_asked_again_when_they_do_not_fit() -> None:
    async def play(driver: Driver) -> None:
        for name, text in (("W", "[[1,2],[3,4]]"), ("x", "[1,2,3]")):
            driver.app.screen.query_one(f"#field-{driver.app.screen.missing.index(name)}").value = text
        await driver.press("enter", "enter")
        await driver.until(lambda: "W has the shape 2×2" in " ".join(driver.frame().split()))
        assert "[[1,2],[3,4]]" in driver.frame()
        driver.app.screen.query_one("#field-1").value = "[1,2]"
        await driver.press("enter", "enter")
        await driver.until(lambda: driver.screen.state is not None)
        assert driver.now.trace.output == 5**2 + 11**2

    drive(play, LAYER[0], {})


def test_what_is_wrong_is_marked_once_its_step_is_reached() -> None:
    async def play(driver: Driver) -> None:
        assert "▲" not in driver.graph()
        await driver.press("end")
        assert "tanh▲" in driver.graph() or "▲" in driver.graph()
        node = next(i for i, node in enumerate(driver.now.trace.program.nodes) if node.name == "h")
        driver.screen.select(node)
        assert "▲ All 5 units of h are equal" in driver.step().replace("\n", " ")
        await driver.press("D")
        await driver.until(lambda: driver.app.screen is not driver.screen)
        assert "alike: All 5 units" in driver.frame()

    drive(play, ALIKE[0], given(ALIKE[1]), size=LARGE)


def test_a_program_of_numbers_is_diagnosed_when_it_is_asked_for() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("end")
        assert "▲" not in driver.graph()
        await driver.press("D")
        assert "saturated" in driver.frame()

    drive(play, "sigmoid(x)", {"x": 40.0})


def test_values_as_text_read_back_as_the_same_values() -> None:
    for text in (
        "-2",
        "1/3",
        "[0.1, -inf, nan]",
        "[[1, 2], [3, 4]]",
        "zeros(64, 5)",
        "ones(3, 50)",
        "zeros(0, 3)",
        "randn(2, 3, 4)",
    ):
        value = read_value(text)
        np.testing.assert_array_equal(read_value(exact_text(value)), value)
    assert exact_text(read_value("arange(100)")) is None
    assert exact_text(-np.zeros(100)) is None or np.signbit(read_value(exact_text(-np.zeros(100)))).all()


def test_a_step_among_a_hundred_thousand_weights_is_little_work() -> None:
    async def play(driver: Driver) -> None:
        await driver.pilot.pause(0.2)

        def step(n: int) -> None:
            driver.screen.go(n)
            driver.frame()

        # A hundred calls take about 10 µs, a frame a sixtieth of a second; tests/benchmarks holds the clock to it.
        assert median(effort(lambda n=n: step(n)) for n in range(1, len(driver.now.trace) + 1)) < 100_000
        driver.screen.select(1)
        await driver.press("d")
        form = driver.app.screen

        def move() -> None:
            form.action_move(37, 7)
            driver.frame()

        assert median(effort(move) for _ in range(5)) < 100_000

    drive(play, BIG[0], given(BIG[1]), size=LARGE)

"""Edits of arrays: as text, of another shape, and of one that does not go with the others."""

from __future__ import annotations

from textual.events import Key

from graphstep.faces.tui.dialogs.form import Field
from graphstep.language.setup import Setup
from graphstep.language.values import split_inputs
from tests.faces.tui.arrays import LAYER, NET, given
from tests.faces.tui.driving import LARGE, Driver, drive, retype


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


def test_who_types_ahead_reaches_fields_that_come_behind_the_first_frame() -> None:
    async def play(driver: Driver) -> None:
        for key in ("e", *["tab"] * 7):
            driver.app.post_message(Key(key, key if key == "e" else None))
        await driver.until(lambda: driver.app.focused is not None and driver.app.focused.id == "field-7")
        fields = driver.app.screen.query(Field)
        assert [field.id for field in fields] == [f"field-{place}" for place in range(10)]
        assert [field.region.y - fields.first().region.y for field in fields] == [*range(10)]

    names = [f"x{place}" for place in range(10)]
    drive(play, "+".join(names), dict.fromkeys(names, 1.0))


def test_the_field_of_the_selected_input_comes_first_and_those_around_it_take_their_places() -> None:
    async def play(driver: Driver) -> None:
        driver.screen.select(8)
        await driver.press("e")
        await driver.until(lambda: len(driver.app.screen.query(Field)) == 10)
        await driver.pilot.pause()
        fields = driver.app.screen.query(Field)
        assert driver.app.focused is not None
        assert driver.app.focused.id == "field-8"
        assert [field.value for field in fields] == [str(place) for place in range(10)]
        assert [field.region.y - fields.first().region.y for field in fields] == [*range(10)]
        assert driver.app.focused.region.y in driver.app.screen.query_one("#fields").region.line_range

    names = [f"x{place}" for place in range(10)]
    drive(play, "+".join(names), {name: float(place) for place, name in enumerate(names)})


def test_what_is_typed_at_once_goes_from_field_to_field_and_behind_the_form_to_the_screen() -> None:
    async def play(driver: Driver) -> None:
        for key in ("e", "7", "tab", "5", "tab", "tab", "tab", "6", "enter", "right", "right"):
            driver.app.post_message(Key(key, key if len(key) == 1 else None))
        await driver.until(lambda: driver.now.at == 2)
        assert driver.app.screen is driver.screen
        # Behind the last field comes the first. A digit takes the place of what a field held.
        assert driver.now.trace.inputs == {"x": 7.0, "y": 6.0, "z": -4.0}

    drive(play)

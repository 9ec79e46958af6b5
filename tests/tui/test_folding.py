"""Opening and folding composite gates without losing the place."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.tui.driving import NEURON, NEURON_INPUTS, Driver, drive

SIGMOID = "sigmoid(x)*y"


def test_into_opens_a_gate_and_out_closes_it_at_the_same_place() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("right", "i")
        assert "σ" not in driver.graph()
        for part in ("×−1", "exp", "+1", "1/x"):
            assert part in driver.graph()
        assert driver.now.at == 4
        assert "is open" in driver.message
        await driver.press("left", "left", "u")
        assert driver.now.at == 1
        assert "σ" in driver.graph()
        await driver.press("u")
        assert "Nothing is open" in driver.message

    drive(play, SIGMOID, {"x": 1.0, "y": 2.0})


def test_values_and_gradients_are_the_same_inside_and_outside() -> None:
    async def play(driver: Driver) -> None:
        outside = driver.now.trace
        await driver.press("end", "tab", "right")
        driver.screen.select(2)
        await driver.press("i")
        inside = driver.now.trace
        assert inside.output == pytest.approx(outside.output, abs=1e-15)
        assert list(inside.buffers.gradients[:2]) == pytest.approx(list(outside.buffers.gradients[:2]), abs=1e-12)
        assert inside.value(driver.now.selected) == pytest.approx(outside.value(2))

    drive(play, SIGMOID, {"x": 1.0, "y": 2.0})


def test_an_edit_inside_is_kept_outside() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("right", "i", "e", "0", "enter", "u")
        assert driver.now.trace.inputs == {"x": 0.0, "y": 2.0}
        assert driver.now.trace.output == 1.0

    drive(play, SIGMOID, {"x": 1.0, "y": 2.0})


def test_the_place_on_the_way_back_is_kept_too() -> None:
    async def play(driver: Driver) -> None:
        driver.screen.select(driver.now.trace.program.first_gate)
        for n in range(len(driver.now.trace) + 1):
            driver.screen.go(n)
            await driver.press("i")
            assert len(driver.screen.now.levels) == 1
            await driver.press("u")
            assert (driver.now.at, driver.now.selected) == (n, 2)

    drive(play, "sigmoid(x)*x + y", {"x": 1.0, "y": 2.0})


def test_what_is_not_composite_says_so() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("end")
        driver.screen.select(1)
        driver.screen.state = replace(driver.now, at=2)
        await driver.press("i")
        assert "There is no composite gate here to open." in driver.message
        assert "σ" in driver.message

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


def test_nothing_to_fold_says_so() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("F")
        assert "There is nothing to fold" in driver.message

    drive(play)

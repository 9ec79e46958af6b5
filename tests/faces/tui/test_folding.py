"""Opening and folding composite gates without losing the place."""

from __future__ import annotations

import pytest

from tests.faces.tui.driving import NEURON, NEURON_INPUTS, Driver, drive

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

"""The cells of an array: paged, explained, nudged, and not given away before they are known."""

from __future__ import annotations

import numpy as np

from tests.faces.tui.arrays import LAYER, given
from tests.faces.tui.driving import LARGE, Driver, drive


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

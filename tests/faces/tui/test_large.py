"""Thousands of gates open, step, go back, are searched and exported without lag."""

from __future__ import annotations

import asyncio
from statistics import median

from graphstep.engine.trace import trace
from graphstep.faces.drawing.excerpt import WHOLE, set_scene
from graphstep.faces.tui.panes import graph
from graphstep.language.read import read
from tests.effort import effort
from tests.faces.tui.driving import LARGE, opened

WIDTH = 50


def network(gates: int) -> str:
    """A program in layers: every unit is tanh of two weighted units of the layer before."""
    before = [f"x{i}" for i in range(WIDTH)]
    statements = []
    for layer in range(gates // (4 * WIDTH)):
        now = [f"h{layer}_{i}" for i in range(WIDTH)]
        for i, name in enumerate(now):
            statements.append(f"{name} = tanh({before[i]}*a{i} + {before[(i * 7 + 3) % WIDTH]}*b{i})")
        before = now
    return "\n".join([*statements, "f = " + " + ".join(before)])


def inputs_of(text: str) -> dict[str, float]:
    return {name: 0.1 * (place % 9) - 0.35 for place, name in enumerate(read(text).inputs)}


def test_a_step_among_two_thousand_gates_is_little_work(spared) -> None:
    text = network(2_400)

    async def scene() -> None:
        async with opened(text, inputs_of(text), size=LARGE) as driver:
            assert len(driver.now.trace.program.nodes) > 2_400
            pane = driver.screen.panes.graph
            assert "of 2,599 nodes" in str(pane.border_title)
            await driver.press("right")
            for start in (1, driver.now.trace.seed_step, len(driver.now.trace) - 60):
                driver.screen.go(start)
                work = []
                for n in range(1, 11):
                    work.append(effort(lambda at=start + n: driver.screen.go(at)))
                    assert pane.place(driver.now.trace.gate_at(driver.now.at)) is not None
                # A hundred calls take about 10 µs, a frame a sixtieth of a second; tests/benchmarks holds the clock to it.
                assert median(work) < 30_000
            await driver.press("home", "end", "left")
            assert driver.now.at == len(driver.now.trace) - 1
            await driver.press("slash")
            await driver.type("h11_7")
            await driver.press("enter")
            assert driver.now.trace.node(driver.now.selected).name == "h11_7"
            assert "h11_7" in driver.graph()
            assert "h11_7" in driver.frame()
            await driver.press("e", "1", "escape", "z", "tab", "l", "v")

    asyncio.run(scene())
    assert spared == ["collect", "freeze"]


def test_a_part_that_was_laid_out_ahead_is_drawn_as_one_that_the_key_lays_out(monkeypatch) -> None:
    text = network(400)

    async def frames(pause: float) -> list[str]:
        monkeypatch.setattr(graph, "_PAUSE", pause)
        seen = []
        async with opened(text, inputs_of(text), size=LARGE) as driver:
            pane = driver.screen.panes.graph
            for key in ["right"] * 8 + ["left"] * 4:
                before, ahead = pane.scene, len(pane._scenes)
                await driver.press(key)
                seen.append(driver.graph())
                if not pause:
                    await driver.pilot.pause(0.05)
                laid_out.append(pane.scene is not before and len(pane._scenes) == ahead)
        return seen

    laid_out: list[bool] = []
    ahead = asyncio.run(frames(0.0))
    assert any(laid_out)
    assert ahead == asyncio.run(frames(100.0))


def test_a_large_graph_is_drawn_around_the_gate_at_work_and_a_small_one_whole() -> None:
    text = network(600)
    run = trace(read(text), inputs_of(text))
    assert len(run.program.nodes) > WHOLE
    near = set_scene(run, 300, (80, 20), None)
    assert near.holds(run, 300)
    assert not near.drawn.whole
    assert near.layout.density == "compact"
    far = next(index for index in range(len(run.program.nodes)) if index not in near.drawn.box_of)
    assert not near.holds(run, far)
    small = trace(read("x*y"), {"x": 1.0, "y": 2.0})
    whole = set_scene(small, 0, (80, 20), None)
    assert whole.drawn.whole
    assert whole.layout.density == "roomy"
    assert set_scene(small, 0, (10, 4), None).layout.density == "compact"

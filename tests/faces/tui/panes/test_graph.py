"""The graph fills its pane: the largest size that fits, and all numbers of a part; of many gates those around the one at work."""

from __future__ import annotations

import asyncio
import json
import tomllib
from statistics import median

import pytest

from graphstep.engine.trace import Trace, trace
from graphstep.faces.drawing.diagram import marks
from graphstep.faces.drawing.excerpt import WHOLE, Scene, _kept, lowest_rows, scene_of, set_scene
from graphstep.faces.drawing.text import draw, text_of
from graphstep.faces.tui.panes import graph
from graphstep.ground.values import numbers
from graphstep.language.read import read
from graphstep.language.rewrite import expand
from graphstep.teaching.lesson.catalogue import catalogue
from tests import FOLDER
from tests.cases import each
from tests.effort import effort
from tests.faces.tui.driving import INPUTS, LARGE, MAIN, NEURON, NEURON_INPUTS, SMALL, Driver, drive, opened
from tests.lessons import shipped

HUGE = (200, 60)
PANE = (78, 10)
"""What a terminal of 80×24 has for the graph; a test holds it."""


def lecture_graphs() -> dict[str, tuple[str, dict[str, object]]]:
    """The programs of the first lessons, and those of published lectures with scalar inputs."""
    graphs: dict[str, tuple[str, dict[str, object]]] = {}
    for path in sorted((FOLDER.parent / "lessons").glob("0[1-6]-*.md")):
        front = tomllib.loads(path.read_text(encoding="utf-8").split("+++")[1])
        graphs[path.stem] = (front["program"], front["inputs"])
    for case in json.loads((FOLDER / "cases.json").read_text(encoding="utf-8")):
        if not case["id"].startswith(("pt-", "kink-")) and all(
            isinstance(value, int | float) for value in case["inputs"].values()
        ):
            graphs[case["id"]] = (case["expression"], case["inputs"])
    return graphs


LECTURES = lecture_graphs()
TALLEST = (78, 13)
"""The most that a terminal of 80×24 gives to a graph that is seen whole for it; a test holds it."""
TOO_LARGE = {
    "29-an-attention-head": "seven gates of nine cells in a row, and the head in full",
    "25-batch-normalisation": "18 nodes of four cells each need 23 rows in bands",
    "pt-max3": "six gates of two operands below each other need 14 rows",
}
"""The programs with no size that fits there, and why."""


def programs() -> dict[str, list[Trace]]:
    """The runs of all lessons and of the published scalar cases, and the scalar ones with their composite gates taken apart."""
    runs: dict[str, list[Trace]] = {}
    for file in catalogue():
        different = {scene.trace.program.text: scene.trace for scene in shipped(file.number).scenes}
        runs[file.path.stem] = list(different.values())
    for case in json.loads((FOLDER / "cases.json").read_text(encoding="utf-8")):
        if all(isinstance(value, int | float) for value in case["inputs"].values()):
            runs[case["id"]] = [run_of(case["expression"], case["inputs"])]
    for alike in runs.values():
        scalar = [run for run in alike if not any(node.shape for node in run.program.nodes)]
        alike += [trace(expand(run.program).program, run.inputs) for run in scalar]
    return runs


def test_every_program_of_lessons_and_lectures_is_seen_whole_in_a_small_terminal_or_listed() -> None:
    runs = programs()
    assert len(runs) > 50
    cut = {
        name
        for name, each in runs.items()
        if not all(set_scene(run, run.program.output, TALLEST, None).fits(TALLEST) for run in each)
    }
    assert cut == set(TOO_LARGE)


def test_the_explanation_gives_up_rows_where_the_whole_graph_is_seen_for_them() -> None:
    text = "(x*y + z*w)*(x*z + y*w) + c"
    run = run_of(text, dict.fromkeys("wxcyz", 1.5))
    assert PANE[1] < lowest_rows(run, PANE[0], TALLEST[1]) <= TALLEST[1]

    async def play(driver: Driver) -> None:
        pane = driver.screen.panes.graph
        assert PANE[1] < pane.size.height <= TALLEST[1]
        assert pane.scene.fits(pane.size)

    drive(play, text, dict.fromkeys("wxcyz", 1.5), size=SMALL)


def run_of(text: str, inputs: dict[str, object]) -> Trace:
    named = {name: value for name, value in numbers(inputs).items() if name in read(text).inputs}
    return trace(read(text, named), named)


def shown(run: Trace, scene: Scene, at: int) -> str:
    return text_of(draw(scene.layout, marks(run, scene.drawn, at)))


@each("name", LECTURES)
def test_every_graph_of_the_lectures_is_seen_whole_in_a_small_terminal(name: str) -> None:
    run = run_of(*LECTURES[name])
    scene = set_scene(run, run.program.output, PANE, None)
    assert scene.fits(PANE)
    for at in range(len(run) + 1):
        text, written = shown(run, scene, at), marks(run, scene.drawn, at)
        for number in (*written.values.values(), *written.gradients.values()):
            assert number in text
        assert "…" not in text.replace("+…", "")


@each("size", [SMALL, LARGE, HUGE])
def test_the_neuron_of_the_lectures_is_seen_with_all_its_numbers(size: tuple[int, int]) -> None:
    async def play(driver: Driver) -> None:
        await driver.press("end")
        pane, run = driver.screen.panes.graph, driver.now.trace
        assert pane.scene.fits(pane.size)
        words = driver.graph().split()
        written = marks(run, pane.scene.drawn, len(run))
        wanted = [*written.values.values(), *written.gradients.values()]
        assert len(wanted) == 26
        assert [number for number in sorted(set(wanted)) if words.count(number) < wanted.count(number)] == []

    drive(play, NEURON, NEURON_INPUTS, size=size)


@pytest.mark.parametrize("size", [LARGE, HUGE])
def test_the_main_example_covers_most_of_its_pane(size: tuple[int, int]) -> None:
    async def play(driver: Driver) -> None:
        pane = driver.screen.panes.graph
        assert pane.scene.layout.width >= pane.size.width / 2
        assert pane.scene.layout.height >= pane.size.height / 3
        assert pane.scene.fits(pane.size)

    drive(play, MAIN, INPUTS, size=size)


def test_a_small_terminal_has_the_pane_that_the_lectures_are_measured_against() -> None:
    async def play(driver: Driver) -> None:
        size = driver.screen.panes.graph.size
        assert (size.width, size.height) >= PANE

    drive(play, MAIN, INPUTS, size=SMALL)


def test_a_larger_pane_never_has_a_smaller_drawing() -> None:
    run = run_of(NEURON, NEURON_INPUTS)
    sizes = [set_scene(run, 0, room, None).smallness(room) for room in ((78, 10), (118, 20), (140, 30), (198, 48))]
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == 3


def test_the_drawing_stays_where_it_is_while_one_steps() -> None:
    async def play(driver: Driver) -> None:
        pane = driver.screen.panes.graph
        layout = pane.scene.layout
        for _ in range(len(driver.now.trace)):
            await driver.press("right")
            assert pane.scene.layout is layout

    drive(play, NEURON, NEURON_INPUTS, size=SMALL)


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
                    work.append(effort(lambda at=start + n: (driver.screen.go(at), driver.screen.panes.graph)))
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
    # And again behind what is imported ahead, where no test before this one has imported it.
    assert spared[:2] == ["collect", "freeze"]
    assert {*spared[2:]} <= {"freeze"}


def test_a_part_that_was_laid_out_ahead_is_drawn_as_one_that_the_key_lays_out(monkeypatch) -> None:
    text = network(400)

    async def frames(pause: float) -> list[str]:
        monkeypatch.setattr(graph, "_PAUSE", pause)
        seen = []
        async with opened(text, inputs_of(text), size=LARGE) as driver:
            pane = driver.screen.panes.graph
            for key in ["right"] * 8 + ["left"] * 4 + ["tab", *["down"] * 4, *["shift+tab"] * 8, "home", "end"]:
                before, ahead = pane.scene, [*_kept(driver.screen.now.trace).values()]
                await driver.press(key)
                seen.append(driver.graph())
                if not pause:
                    await driver.pilot.pause(0.05)
                if pane.scene is not before and any(pane.scene is each for each in ahead):
                    laid_out.add(key)
        return seen

    laid_out: set[str] = set()
    ahead = asyncio.run(frames(0.0))
    assert laid_out >= {"right", "down", "shift+tab", "home", "end"}
    laid_out.clear()
    assert ahead == asyncio.run(frames(100.0))


def test_the_last_scenes_of_a_run_are_kept_with_it() -> None:
    run = trace(read("x*y"), {"x": 1.0, "y": 2.0})
    first = scene_of(run, 0, (80, 20))
    assert scene_of(run, 2, (80, 20)) is first
    for width in range(30, 60):
        assert scene_of(run, 0, (width, 20)) is scene_of(run, 0, (width, 20))
    assert len(_kept(run)) < 30
    again = scene_of(run, 0, (80, 20))
    assert again is not first
    assert draw(again.layout) == draw(first.layout)


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

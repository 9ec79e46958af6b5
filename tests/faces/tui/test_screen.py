"""The screen of a run: breakpoints in graph and timeline, gates opened and folded, every key in runs of numbers and of arrays."""

from __future__ import annotations

import asyncio
import shlex
from itertools import cycle
from statistics import median

import numpy as np
import pytest
from textual.events import Key

from graphstep.debugger.actions import STEPPING
from graphstep.debugger.breakpoints import steps_at
from graphstep.debugger.conditions import read_conditions
from graphstep.debugger.frames import position_of
from graphstep.faces.api import run
from graphstep.faces.tui import open_program
from graphstep.faces.tui.app import GraphstepApp
from graphstep.faces.tui.screen import SteppingScreen
from graphstep.language.read import read
from graphstep.language.setup import Setup
from tests.effort import effort
from tests.faces.tui.arrays import BIG, LAYER, PROGRAMS, given
from tests.faces.tui.driving import LARGE, NEURON, NEURON_INPUTS, SMALL, Driver, drive, frame, retype


def test_breakpoints_are_marked_in_the_graph_and_in_the_timeline() -> None:
    async def play(driver: Driver) -> None:
        driver.screen.select(0)
        await driver.press("b")
        assert "●" in driver.graph()
        await driver.press("c")
        assert [driver.now.at] == list(steps_at(driver.now.trace, 0))
        assert "breakpoint at W" in driver.message
        await driver.press("B")
        await driver.type("gate ma")
        assert "no gate is called" in driver.frame()
        await driver.type("tmul")
        await driver.press("enter")
        assert "step meets gate matmul" in driver.message or "steps meet gate matmul" in driver.message
        assert "◆" in driver.frame()
        await driver.press("B", "ctrl+u", "enter")
        assert not driver.now.conditions

    drive(play, LAYER[0], given(LAYER[1]), size=LARGE)


def test_conditions_of_the_command_line_are_set_when_the_screen_opens_and_copied_with_it() -> None:
    program = read("max(x, y)*z")
    conditions = read_conditions("grad == 0", program)

    async def play(driver: Driver) -> None:
        assert "1 step meets grad == 0." in driver.message
        assert "◆" in driver.frame()
        await driver.press("c")
        assert driver.now.at == 7
        assert "● grad == 0" in driver.message
        await driver.press("B")
        await driver.type("; gate max")
        await driver.press("enter", "y")
        words = shlex.split(driver.app.clipboard)
        assert words[-4:] == ["--break=grad == 0", "--break=gate max", "--at", "7"]
        await driver.press("B", "ctrl+u", "enter", "y")
        assert "--break" not in driver.app.clipboard

    drive(play, "max(x, y)*z", {"x": 2.0, "y": 1.0, "z": 5.0}, conditions=conditions)


def test_p_shows_the_paths_from_the_selected_node() -> None:
    async def play(driver: Driver) -> None:
        driver.screen.select(0)
        await driver.press("P")
        frame = driver.frame()
        for text in ("paths from x", "2. x → q → q+x → f", "Their sum is 3 + 3 + 1 = 7", "3 paths, 5 edges"):
            assert text in frame
        await driver.press("escape")
        assert driver.app.screen is driver.screen
        driver.screen.select(driver.now.trace.program.find("c"))
        await driver.press("P")
        assert "no gradient flows from the output to c" in driver.message

    drive(play, "c = 2*pi; q = x*x; q + x + c*0", {"x": 3.0}, size=LARGE)


def test_a_terminal_that_cannot_draw_is_told_the_steps_up_to_the_break(capsys, monkeypatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    program = read("max(x, y)*z")
    inputs = {"x": 2.0, "y": 1.0, "z": 5.0}
    open_program(program, inputs, conditions=read_conditions("gate max", program))
    assert capsys.readouterr().out.endswith(
        "\nstopped at step 1 of 7\n\nbreak after step 1: gate max, since max computes max(x,y)\n"
    )
    open_program(program, inputs)
    assert "break" not in capsys.readouterr().out
    run(program.text, **inputs).show()
    assert "stopped" not in capsys.readouterr().out


KEYS = [action.keys[0] for action in STEPPING if action.keys and action.id not in ("quit", "palette", "theme", "out")]
NEURON_TIMES_Y = "f = sigmoid(w*x + b)*y"
VALUES = {"w": 2.0, "x": -1.0, "b": -3.0, "y": 2.0}
ARRAYS = "h = softmax(x@W); cross_entropy(h + b, y)"
CELLS = {"x": np.array([1.0, -2.0]), "W": np.ones((2, 3)) * 0.1, "b": np.array([0.5, 0.0, -1.0]), "y": 1.0}


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_the_graph_of_an_opened_gate_says_where_it_stands(size: tuple[int, int]) -> None:
    async def play(driver: Driver) -> None:
        await driver.press("right", "right", "right", "i")
        title = str(driver.screen.panes.graph.border_title)
        assert title.endswith("f › u1 = sigmoid(w*x + b)")
        assert driver.text()[0].strip() == "1/(1 + exp(-u1.x))"
        for part in ("u1.x", "×−1", "exp", "+1", "1/x", "u1"):
            assert part in driver.graph()
        assert "It reads u1.x = w*x+b = -5." in " ".join(driver.step().split())
        await driver.press("right")
        assert "u out" in driver.screen.keys.render().plain
        assert "u1.1 = -u1.x" in driver.step()
        await driver.press("u")
        assert "›" not in str(driver.screen.panes.graph.border_title)
        assert "σ" in driver.graph()

    drive(play, NEURON_TIMES_Y, VALUES, size=size)


@pytest.mark.parametrize(("text", "values", "place"), [(NEURON_TIMES_Y, VALUES, "8/u1/7"), (ARRAYS, CELLS, "9/h/9")])
def test_every_key_can_be_pressed_inside(text: str, values: dict, place: str) -> None:
    async def play(driver: Driver) -> None:
        screen = driver.screen
        assert position_of(driver.now) == place
        root = driver.now.root
        for key in KEYS:
            await driver.press(key)
            while driver.app.screen is not screen:
                await driver.press("escape")
            assert driver.step()
        screen.inquiries.give_up()
        assert driver.now.root.program == root.program

    drive(play, text, values, setup=Setup(text, dict.fromkeys(values), at=place))


def test_a_position_inside_is_gone_to_from_the_dialog() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("g")
        await driver.type("8/u1/9")
        await driver.press("enter")
        assert position_of(driver.now) == "8/u1/9"
        await driver.press("g")
        await driver.type("8/x/1")
        await driver.press("enter")
        assert driver.app.screen is not driver.screen
        await driver.press("escape")
        assert position_of(driver.now) == "8/u1/9"

    drive(play, NEURON_TIMES_Y, VALUES)


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


@pytest.mark.usefixtures("painted")
def test_the_first_key_of_every_action_can_be_pressed() -> None:
    text, words = PROGRAMS["odd"]

    async def play(driver: Driver) -> None:
        screen = driver.screen
        screen.go(driver.now.trace.seed_step + 1)
        for key in (*KEYS, "u"):
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


def test_why_a_program_cannot_be_run_is_read_in_any_window_and_its_keys_are_those_that_do_something() -> None:
    async def scene(size: tuple[int, int]) -> str:
        screen = SteppingScreen(read("E[i]"), {"E": np.array([1.0, 2.0]), "i": 5.0})
        async with GraphstepApp(screen).run_test(size=size) as pilot:
            await pilot.pause()
            await pilot.press("right_curly_bracket", "right_curly_bracket")
            await pilot.pause()
            return frame(pilot.app)

    for size in ((80, 24), (30, 8)):
        shown = asyncio.run(scene(size))
        assert "hint: that axis" in shown
        assert "q quit" in shown
        assert "→ step" not in shown


def test_a_rewriting_says_what_it_is_and_that_nothing_differs_and_leads_back() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("R", "enter")
        await driver.until(lambda: "Two runs compared" in driver.frame() and "goes back" in driver.frame())
        assert "─ esc closes ─" in driver.frame(), "there is no list to choose from"
        await driver.press("escape", "q")
        await driver.pilot.pause()
        assert driver.app.screen is driver.screen

    drive(play)


def test_a_dialog_is_never_taken_for_what_lasts_while_it_is_open_or_taken_down(monkeypatch) -> None:
    looks: list[str] = []
    for name in ("collect_new", "collect_lasting"):
        monkeypatch.setattr(f"graphstep.faces.tui.app.{name}", lambda name=name: looks.append(name))

    async def play(driver: Driver) -> None:
        app = driver.app
        app._collect()
        await driver.press("e")
        app._collect()
        await driver.press("escape")
        app._collect()
        app._alone_from = 0.0
        app._collect()

    drive(play)
    assert looks == ["collect_lasting", "collect_new", "collect_new", "collect_lasting"]


def test_the_garbage_waits_until_no_frame_is_on_its_way(monkeypatch) -> None:
    monkeypatch.setattr("graphstep.faces.tui.app.much_is_new", lambda: True)

    async def play(driver: Driver) -> None:
        app = driver.app
        waits = app._collector
        app.post_display_hook()
        assert app._collector is not waits, "a frame that comes before it puts it off"
        await app.on_event(Key("f12", None))
        assert app._collector is None, "so does a key: what it shows comes first"

    drive(play)

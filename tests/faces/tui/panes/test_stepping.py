"""Stepping: every number of the lectures' example appears where it belongs, forward and back."""

from __future__ import annotations

import asyncio

import pytest
from textual.events import Key

from graphstep.engine.trace import trace
from graphstep.faces import explanations
from graphstep.faces.tui import open_program
from graphstep.faces.tui.app import GraphstepApp
from graphstep.faces.tui.compositor import Update
from graphstep.faces.tui.panes.graph import GraphPane, View
from graphstep.faces.tui.screen import SteppingScreen
from graphstep.ground.errors import InputError
from graphstep.language.read import read
from tests.faces.tui.arrays import LAYER, given
from tests.faces.tui.driving import INPUTS, LARGE, MAIN, NEURON, NEURON_INPUTS, SMALL, Driver, drive
from tests.faces.tui.terminal import Screen

# Step by step: title, what the panel says of the number, the node's value and gradient in the table.
TOLD = [
    ("Start", "x = -2, y = 5, z = -4"),
    ("+ computes x+y", "= 3"),
    ("× computes f", "= -12"),
    ("The output f gets its gradient", "df/df = 1"),
    ("× sends to x+y", "1 · (-4) = -4"),
    ("× sends to z", "1 · 3 = 3"),
    ("+ sends to x", "-4 · 1 = -4"),
    ("+ sends to y", "-4 · 1 = -4"),
]
PATTERNS = {4: "switcher", 5: "switcher", 6: "distributor", 7: "distributor"}


@pytest.mark.usefixtures("painted")
@pytest.mark.parametrize("size", [SMALL, LARGE], ids=str)
def test_every_step_of_the_main_example_is_told_forward_and_back(size) -> None:
    async def play(driver: Driver) -> None:
        told = []
        for n, (title, number) in enumerate(TOLD):
            assert driver.now.at == n
            text = driver.step()
            assert text.startswith(title)
            assert number in " ".join(text.split())
            assert PATTERNS.get(n, "") in text
            if n > 3:
                assert "upstream" in text
                assert "local" in text
            told.append((text, driver.graph(), driver.text()))
            await driver.press("right")
        assert "last step" in driver.message
        for n in range(len(TOLD) - 1, -1, -1):
            assert driver.now.at == n
            assert (driver.step(), driver.graph(), driver.text()) == told[n]
            await driver.press("left")
        assert "This is the start" in driver.message

    drive(play, size=size)


def test_the_table_holds_every_number_at_the_end() -> None:
    async def play(driver: Driver) -> None:
        rows = driver.values()
        assert rows[:3] == [["x", "-2", "·"], ["y", "5", "·"], ["z", "-4", "·"]]
        assert rows[3] == ["x+y", "·", "·"]
        await driver.press("end")
        assert driver.values()[:5] == [
            ["x", "-2", "-4"],
            ["y", "5", "-4"],
            ["z", "-4", "3"],
            ["x+y", "3", "-4"],
            ["f", "=", "(x+y)*z", "-12", "1"],
        ]

    drive(play, size=LARGE)


def test_the_graph_shows_values_above_and_gradients_below() -> None:
    async def play(driver: Driver) -> None:
        assert "-12" not in driver.graph()
        await driver.press("end")
        lines = driver.graph().split("\n")
        above = next(y for y, line in enumerate(lines) if "-12" in line)
        assert "▸ f" in lines[above + 1]
        assert lines[above + 2].rstrip()[-1] == "1"

    drive(play)


def test_the_text_is_covered_by_values_and_underlined_by_gradients() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("right")
        assert driver.text() == ["  (x+y)*z", "   ─3─ -4"]
        await driver.press("right")
        assert driver.text()[1] == "  ──-12──"
        await driver.press("right", "right")
        assert driver.text()[1] == "   -4"
        await driver.press("end")
        assert driver.text()[1] == "    -4  3"

    drive(play)


def test_the_neuron_has_eight_gates_and_its_published_gradients() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("end")
        graph = driver.graph()
        for number in ("0.7311", "-0.1966", "0.3932", "-0.3932", "-0.5898", "0.1966"):
            assert number in graph
        for symbol in ("(×−1)", "(exp)", "(+1)", "(1/x)"):
            assert symbol in graph

    drive(play, NEURON, NEURON_INPUTS, size=LARGE)


def test_a_fork_sends_twice_and_sums_once() -> None:
    async def play(driver: Driver) -> None:
        told = []
        for _ in range(5):
            await driver.press("n")
            told.append(driver.step())
        assert "df/dx⁽¹⁾" in told[2]
        assert "1 of 2" in driver.frame() or driver.now.at == 5
        assert "adder" in told[4]
        assert "= 6" in told[4]

    drive(play, "x*x", {"x": 3.0})


def test_over_takes_a_whole_gate_and_goes_back_over_it() -> None:
    async def play(driver: Driver) -> None:
        places = []
        for _ in range(5):
            await driver.press("o")
            places.append(driver.now.at)
        assert places == [1, 2, 3, 5, 7]
        for _ in range(5):
            await driver.press("O")
            places.append(driver.now.at)
        assert places[5:] == [5, 3, 2, 1, 0]

    drive(play)


def test_finishing_a_phase_stops_at_its_end() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("f")
        assert (driver.now.at, driver.now.phase) == (2, "forward")
        await driver.press("f")
        assert (driver.now.at, driver.now.phase) == (7, "backward")
        await driver.press("home")
        assert (driver.now.at, driver.now.phase) == (0, "start")

    drive(play)


def test_jump_goes_to_a_step_by_its_number_and_refuses_others() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("g")
        await driver.type("99")
        assert "There are steps 0 to 7" in driver.frame()
        await driver.press("enter")
        assert driver.now.at == 0
        await driver.press("backspace", "backspace", "5", "enter")
        assert driver.now.at == 5
        await driver.press("colon", "escape")
        assert driver.now.at == 5

    drive(play)


def test_it_opens_at_a_step_and_says_when_there_is_none() -> None:
    async def first(driver: Driver) -> None:
        assert driver.now.at == 4

    async def second(driver: Driver) -> None:
        assert driver.now.at == 7
        assert "There is no step 99" in driver.message

    drive(first, at=4)
    drive(second, at=99)


def test_keys_that_come_before_the_run_is_made_are_not_lost() -> None:
    class Slow(SteppingScreen):
        def _make_run(self) -> None:
            pass

    async def scene() -> None:
        screen = Slow(read(MAIN, INPUTS), INPUTS)
        async with GraphstepApp(screen).run_test(size=SMALL) as pilot:
            await pilot.press("right", "o", "right")
            assert screen.state is None
            screen._begin(trace(screen.program, INPUTS))
            await pilot.pause()
            assert screen.now.at == 3

    asyncio.run(scene())


def test_an_error_of_the_run_stands_in_the_window() -> None:
    async def scene() -> None:
        screen = SteppingScreen(read("x*y"), {"x": 1.0, "y": 2.0, "q": 3.0})
        async with GraphstepApp(screen).run_test(size=SMALL) as pilot:
            await pilot.pause(0.2)
            lines = ["".join(text for text, _ in line) for line in screen.panes.step.lines()]
            assert "error: 'q' does not stand in the program" in lines
            await pilot.press("right", "q")

    asyncio.run(scene())


def test_a_value_that_no_input_takes_is_refused_before_the_screen_opens() -> None:
    with pytest.raises(InputError, match="'q' does not stand in the program"):
        open_program(read("x*y"), {"q": 3.0})


def test_a_dumb_terminal_gets_the_steps_as_lines(monkeypatch, capsys) -> None:
    monkeypatch.setenv("TERM", "dumb")
    program = read(MAIN, INPUTS)
    open_program(program, INPUTS)
    assert "× sends to x+y" in capsys.readouterr().out


def test_a_letter_marks_a_place_and_leads_back() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("apostrophe")
        assert "Nothing is marked" in driver.message
        await driver.press("n", "n", "m")
        assert "mark step 2" in driver.frame()
        await driver.press("1", "a")
        assert "Mark a is at 2." in driver.message
        await driver.press("end", "apostrophe")
        assert "× computes f" in driver.frame(), "what happens at a mark stands beside it"
        await driver.press("a")
        assert driver.now.at == 2
        await driver.press("apostrophe", "apostrophe")
        assert driver.now.at == len(driver.now.trace)
        await driver.press("m", "escape")
        assert len(driver.now.marks) == 2

    drive(play)


def test_another_gate_that_is_ready_goes_on_next() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("r")
        assert "No gate is ready here" in driver.message
        await driver.press("f", "n", "o", "r")
        frame = driver.frame()
        assert "ready behind step 6" in frame
        assert "df/dp = 10" in frame
        await driver.press("down", "enter")
        assert "q goes on next, behind step 6." in driver.message
        assert "All 5 gradients come out as in the usual order, to the last bit." in driver.message
        await driver.press("n")
        assert "× sends to x" in driver.step()
        await driver.press("end")
        assert "to the last bit" in driver.message
        await driver.press("y")
        assert "'--order=6 q'" in driver.app.clipboard

    drive(play, "q = x*y; p = x+y; q*p", {"x": -2.0, "y": -5.0})


def test_the_step_says_what_becomes_of_shapes() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("right")
        assert "Shapes: (2×2)(2) → 2." in driver.step()
        await driver.press("end", "left")
        assert driver.step().startswith("@ sends to W")
        assert "Like W, the gradient is a 2×2 matrix." in driver.step()
        assert "[[0.088, 0.176], [0.104, 0.208]]" in driver.step()

    drive(play, LAYER[0], given(LAYER[1]), size=LARGE)


@pytest.fixture
def frames(monkeypatch: pytest.MonkeyPatch, painted: None) -> list[str]:
    """What a terminal shows after every frame."""
    frames: list[str] = []
    terminal, display = Screen(*LARGE), GraphstepApp._display

    def shown(app: GraphstepApp, screen: object, update: Update | None) -> None:
        if update is not None:
            terminal.write(update.render_segments(app.console))
            frames.append(terminal.text())
        display(app, screen, update)

    monkeypatch.setattr(GraphstepApp, "_display", shown)
    return frames


def test_texts_come_in_the_first_frame_and_a_graph_that_is_to_be_laid_out_in_the_next(frames: list[str]) -> None:
    async def play(driver: Driver) -> None:
        rows = (
            ("right", "× sends to z", "━━·3━║", 1),
            ("X", "z -> f is cut", "  stop  ", 2),
            ("U", "z -> f is whole again", "━━·3━║", 2),
        )
        for key, told, drawn, count in rows:
            await driver.pilot.pause(0.5)
            frames.clear()
            await driver.press(key)
            assert [told in frame for frame in frames] == [True] * count
            assert [drawn in frame for frame in frames] == [False, True][-count:]

    drive(play, size=LARGE, at=4)


def test_a_key_before_the_graph_is_laid_out_finds_it_drawn(frames: list[str]) -> None:
    async def play(driver: Driver) -> None:
        for key in "X", "tab":
            driver.app.post_message(Key(key, None))
        await driver.pilot.pause(0.5)
        panes = driver.screen.panes
        assert panes.query_one(GraphPane).scene.drawn.program is driver.now.trace.program
        assert driver.now.selected == panes.graph.node_behind(None, 1)
        assert "  stop  " in frames[-1]

    drive(play, size=LARGE, at=5)


def test_a_cut_and_a_nudge_draw_the_graph_once(monkeypatch: pytest.MonkeyPatch) -> None:
    views: list[View] = []
    show = GraphPane.show
    monkeypatch.setattr(GraphPane, "show", lambda pane, view: views.append(view) or show(pane, view))

    async def play(driver: Driver) -> None:
        await driver.press("tab")
        for key in "plus", "X", "U":
            views.clear()
            await driver.press(key)
            assert [view.compared is None for view in views] == [key == "U"]

    drive(play, size=LARGE, at=5)


def test_the_height_of_the_steps_of_a_new_run_is_looked_for_while_its_answer_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    explained: list[int] = []

    async def play(driver: Driver) -> None:
        await driver.press("X")
        await driver.pilot.pause(0.1)
        explain = explanations.explain
        monkeypatch.setattr(explanations, "explain", lambda trace, n: explained.append(n) or explain(trace, n))
        await driver.press("right", "right")
        assert not driver.screen.panes.step.speaks
        assert not explained

    drive(play, size=LARGE, at=5)

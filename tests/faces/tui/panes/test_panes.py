"""What the panes show in windows of every size, and what a mouse does to them."""

from __future__ import annotations

import asyncio
import json
from itertools import pairwise

import pytest
from textual.events import MouseScrollDown, MouseScrollUp

from graphstep.debugger.state import State
from graphstep.engine.trace import trace
from graphstep.faces.drawing.diagram import centre_of
from graphstep.faces.drawing.typed import Lines, Typed
from graphstep.ground.values import numbers
from graphstep.language.read import read
from tests import FOLDER
from tests.faces.tui.driving import INPUTS, LARGE, MAIN, NEURON, NEURON_INPUTS, SMALL, Driver, drive, opened

SIZES = [(200, 60), (99, 40), (80, 24), (60, 16), (30, 8), (3, 2)]


def test_a_window_of_any_size_shows_what_it_can() -> None:
    async def play(driver: Driver) -> None:
        for width, height in SIZES:
            await driver.pilot.resize_terminal(width, height)
            await driver.press("home", "right", "o", "tab", "l", "l", "z", "end")
            rows = driver.frame().split("\n")
            assert len(rows) == height
            assert all(len(row) <= width for row in rows)
            if width >= 60 and height >= 16:
                assert "+ sends to y" in driver.frame()
                assert "backward 7/7" in driver.frame()

    drive(play)


def test_resizing_changes_the_arrangement_at_once() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("end")
        panes = driver.screen.panes
        assert not panes.has_class("-wide")
        await driver.pilot.resize_terminal(120, 40)
        await driver.pilot.pause()
        assert panes.has_class("-wide")
        assert panes.step.region.x > panes.graph.region.right - 2
        await driver.pilot.resize_terminal(80, 24)
        await driver.pilot.pause()
        assert panes.step.region.y > panes.graph.region.bottom - 2
        assert "-12" in driver.graph()

    drive(play)


def test_a_new_size_looks_up_the_styles_of_the_panes_once(monkeypatch) -> None:
    async def play(driver: Driver) -> None:
        looked_up: list[object] = []
        update = driver.app.update_styles
        monkeypatch.setattr(driver.app, "update_styles", lambda node, **how: (looked_up.append(node), update(node, **how)))
        for size in ((120, 40), (60, 16), (80, 24)):
            looked_up.clear()
            await driver.pilot.resize_terminal(*size)
            await driver.pilot.pause()
            assert looked_up == [driver.screen.panes], size

    drive(play, "sigmoid(x+y)*z + exp(x*y*z) + sqrt(x*x+y*y)", INPUTS)


def test_a_graph_too_wide_for_its_half_gets_the_whole_width() -> None:
    async def play(driver: Driver) -> None:
        panes = driver.screen.panes
        assert panes.has_class("-under")
        assert panes.graph.size.width > 100
        assert driver.graph().count("f") == 1

    drive(play, NEURON, NEURON_INPUTS, size=(110, 40))


def test_in_a_narrow_window_the_values_take_the_place_of_the_explanation() -> None:
    async def play(driver: Driver) -> None:
        assert "─ values ─" not in driver.frame()
        await driver.press("l")
        assert "─ values ─" in driver.frame()
        assert not driver.screen.panes.step.display
        await driver.press("l")
        assert driver.screen.panes.step.display

    drive(play)


def test_a_click_selects_a_node_in_the_graph_and_in_the_table() -> None:
    async def play(driver: Driver) -> None:
        pane = driver.screen.panes.graph
        lines = driver.graph().split("\n")
        y = next(y for y, line in enumerate(lines) if "│ y ├" in line)
        assert await driver.pilot.click("#graph", offset=(lines[y].index("y") + 1, y + 1))
        await driver.pilot.pause()
        assert driver.now.selected == 1
        assert "┃ y ┠" in driver.graph()
        assert driver.step().startswith("input y")
        assert await driver.pilot.click("#values", offset=(8, 2 + 3))
        await driver.pilot.pause()
        assert driver.now.selected == 3
        assert pane.place(3) is not None

    drive(play, size=LARGE)


def test_the_wheel_moves_through_a_long_table_and_leaves_the_run_where_it_is() -> None:
    async def play(driver: Driver) -> None:
        pane = driver.screen.query_one("#values")
        place, first = driver.now.at, driver.values()
        for kind, top in ((MouseScrollDown, True), (MouseScrollUp, False)):
            for _ in range(5):
                pane.post_message(kind(pane, 5, 5, 0, 1 if top else -1, 0, False, False, False))
                await driver.pilot.pause()
            assert (pane.scroll_offset.y > 0) is top
            assert (driver.values() != first) is top
        assert driver.now.at == place

    drive(play, "; ".join(["a0 = x*y", *(f"a{k} = a{k - 1} + x" for k in range(1, 60))]), {"x": 1.0, "y": 2.0}, size=LARGE)


def test_the_timeline_jumps_and_drags() -> None:
    async def play(driver: Driver) -> None:
        line = driver.screen.panes.query_one("#timeline")
        assert await driver.pilot.click("#timeline", offset=(line.column_of(5), 0))
        assert driver.now.at == 5
        await driver.pilot.mouse_down("#timeline", offset=(line.column_of(1), 0))
        await driver.pilot.hover("#timeline", offset=(line.column_of(7), 0))
        await driver.pilot.mouse_up("#timeline", offset=(line.column_of(7), 0))
        assert driver.now.at == 7
        shown = line.render().plain
        assert shown.index("┼") == line.column_of(3)
        assert shown[line.column_of(7)] == "●"
        assert [line.step_at(line.column_of(n)) for n in range(8)] == list(range(8))

    drive(play)


def test_selection_goes_by_tab_and_by_arrows() -> None:
    async def play(driver: Driver) -> None:
        chosen = []
        for key in ("tab", "tab", "shift+tab", "down", "down", "up"):
            await driver.press(key)
            chosen.append(driver.now.selected)
        assert chosen == [0, 1, 0, 1, 2, 1]
        await driver.press("s", "right")
        assert driver.now.selected == 3
        assert driver.now.at == 0
        await driver.press("right", "left", "n")
        assert (driver.now.selected, driver.now.at) == (3, 1)
        await driver.press("escape", "right")
        assert (driver.now.selected, driver.now.at) == (None, 2)

    drive(play)


def test_what_is_selected_is_told() -> None:
    async def play(driver: Driver) -> None:
        driver.screen.select(3)
        assert "step 1 computes it" in driver.step()
        assert "not yet: step 4 completes it" in driver.step()
        await driver.press("end")
        driver.screen.select(3)
        assert "x+y = -2 + 5 = 3" in driver.step()
        assert "gradient  -4" in driver.step()

    drive(play, size=LARGE)


def test_panning_moves_the_view_and_stepping_brings_it_back() -> None:
    async def play(driver: Driver) -> None:
        pane = driver.screen.panes.graph
        await driver.press("end")
        shown = driver.graph()
        await driver.press("shift+right", "shift+down", "pagedown")
        assert driver.graph() != shown
        await driver.press("full_stop")
        place = pane.place(centre_of(driver.now.trace, driver.now.at))
        assert pane.scroll_offset.x <= place.x < pane.scroll_offset.x + pane.size.width
        assert pane.scroll_offset.y <= place.y < pane.scroll_offset.y + pane.size.height

    drive(play, NEURON, NEURON_INPUTS, size=(50, 20))


def test_zoom_changes_between_roomy_and_compact() -> None:
    async def play(driver: Driver) -> None:
        roomy = driver.graph()
        await driver.press("z")
        assert driver.graph().count("╭") < roomy.count("╭")
        await driver.press("z")
        assert driver.graph() == roomy

    drive(play)


def lines_of(text: str, inputs: dict[str, float], at: int, width: int = 60) -> tuple[Lines, list[str]]:
    program = read(text, inputs)
    lines = Typed(program).lines(trace(program, inputs), at, width)
    rows = []
    for pieces in (lines.typed, lines.values, lines.gradients):
        row = ""
        for piece in pieces:
            row = row.ljust(piece.start) + piece.text
        rows.append(row)
    return lines, rows


def marked(lines: Lines, style: str) -> list[str]:
    return [piece.text for piece in lines.typed if piece.style == style]


def test_only_the_statement_at_work_is_shown() -> None:
    text, inputs = "q = x + y\nf = q*z", INPUTS
    assert lines_of(text, inputs, 1)[1][0] == "q = x + y"
    assert lines_of(text, inputs, 2)[1][:2] == ["f = q*z", "    ─-12─"[:4] + "-12"]
    assert lines_of("q = (x +\n y); q*z", inputs, 1)[1][0] == "q = (x +  y)"


def test_the_operand_that_receives_is_marked_in_its_own_slot() -> None:
    for at, where in ((3, 0), (4, 2)):
        lines, _ = lines_of("x*x", {"x": 3.0}, at)
        target = next(piece for piece in lines.typed if piece.style == "target")
        assert (target.text, target.start) == ("x", where)
    lines, _ = lines_of(MAIN, INPUTS, 4)
    assert marked(lines, "target") == ["x+y"]
    assert marked(lines, "active") == ["(", ")*z"]


def test_a_long_statement_is_cut_around_its_active_part() -> None:
    names = [f"x{i}" for i in range(60)]
    text = " + ".join(names)
    _, rows = lines_of(text, dict.fromkeys(names, 1.0), 30, width=40)
    assert len(rows[0]) == 40
    assert rows[0].startswith("…")
    assert rows[0].endswith("…")
    assert "x30" in rows[0]


def test_values_and_gradients_do_not_run_into_each_other() -> None:
    inputs = {"a": 0.123, "b": 0.456, "c": -0.789}
    for at in range(8):
        lines, _ = lines_of("a*b*c", inputs, at)
        for row in (lines.values, lines.gradients):
            for left, right in pairwise(row):
                assert left.start + len(left.text) < right.start


def test_a_selected_input_without_a_box_has_a_mark_beside_its_colour() -> None:
    async def scene() -> None:
        async with opened(size=SMALL) as driver:
            await driver.press("z", "tab")
            pane = driver.screen.panes.graph
            styles = [segment.style for y in range(pane.size.height) for segment in pane.render_line(y) if segment.text == "x"]
            assert [style.reverse for style in styles] == [True]

    asyncio.run(scene())


CASES = json.loads((FOLDER / "cases.json").read_text(encoding="utf-8"))
STRANGE = [
    ("log(x)/0 + sqrt(y)", {"x": -1.0, "y": 0.0}),
    ("x", {"x": 1.0}),
    ("2", {}),
    ("q = x; q", {"x": float("nan")}),
    ("x*exp(2) + 1", {"x": float("inf")}),
    ("max(x, x, 3) - x^x", {"x": 1e300}),
    ("β*𝑥₁ + Ünï_1", {"β": 1.0, "x1": 2.0, "Ünï_1": 3.0}),
]


def test_every_step_of_every_program_can_be_shown() -> None:
    programs = [(case["expression"], numbers(case["inputs"])) for case in CASES[::3]] + STRANGE

    async def play(driver: Driver) -> None:
        for text, inputs in programs:
            run = trace(read(text, inputs), inputs)
            driver.screen.show_state(State(run))
            for n in range(len(run) + 1):
                driver.screen.go(n)
                assert driver.step()
                assert len(driver.text()) <= 3
            await driver.pilot.pause()
            assert f"{len(run)}/{len(run)}" in driver.frame()
            for node in range(len(run.program.nodes)):
                driver.screen.select(node)

    drive(play)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=str)
def test_a_long_message_is_shown_whole(size) -> None:
    async def play(driver: Driver) -> None:
        message = "word " * 25 + "end"
        driver.screen.say(message)
        await driver.pilot.pause()
        assert driver.screen.keys.size.height == -(-(len(message) + 2) // size[0])
        assert "end" in driver.frame()
        await driver.press("right")
        assert driver.screen.keys.size.height == 1

    drive(play, size=size)


def test_brackets_of_an_expression_stand_in_titles_and_in_the_palette() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("right", "right", "i")
        assert "sigmoid([x])" in driver.frame().splitlines()[1]
        await driver.press("u", "ctrl+p")
        await driver.type("v4")
        await driver.until(lambda: "f = sum(sigmoid([x]))" in "".join(driver.frame().splitlines()[2:]))

    drive(play, "sum(sigmoid([x]))", {"x": 2.0})


def test_a_low_window_shows_answers_and_where_there_is_no_room_their_titles() -> None:
    async def play(driver: Driver) -> None:
        for height, rows in ((12, ("graphstep '(x+y)*z'", "the command that opens")), (8, ("the command that opens",))):
            await driver.pilot.resize_terminal(50, height)
            await driver.press("y")
            assert [row for row in rows if row not in driver.frame()] == []
            await driver.press("right")
            assert "the command" not in driver.frame()

    drive(play, size=(50, 12))


def test_a_message_that_is_too_long_ends_with_an_ellipsis() -> None:
    async def play(driver: Driver) -> None:
        driver.screen.say("word " * 100)
        await driver.pilot.pause()
        assert driver.screen.keys.size.height == 3
        assert driver.frame().rstrip().endswith("…")

    drive(play)


def test_the_text_of_the_step_is_selected_with_the_mouse() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("right", "right")
        before = driver.frame()
        await driver.pilot.mouse_down("#step", offset=(2, 1))
        await driver.pilot.hover("#step", offset=(20, 2))
        assert driver.screen.get_selected_text() == "f = (x+y) · z\n  = 3 · (-4)"
        shown = driver.screen._compositor.render_strips()[17]
        papers = {segment.style.bgcolor for segment in shown if segment.style}
        assert len(papers) == 2
        assert driver.frame() == before

    drive(play)


def test_the_explanation_keeps_its_height_where_a_gate_is_opened_or_a_wire_cut() -> None:
    async def play(driver: Driver) -> None:
        panes = driver.screen.panes

        def rows() -> int:
            return panes.step.outer_size.height

        await driver.press("right", "right", "right")
        before = rows()
        assert panes.step.wanted + 2 <= before
        await driver.press("i")
        assert driver.now.frames, "the gate is open"
        fitting = []
        for _ in range(len(driver.now.trace)):
            await driver.press("right")
            assert panes.step.wanted + 2 <= rows(), "it is seen whole"
            fitting += [rows()] if panes.step.wanted + 2 <= before else []
        assert {*fitting} == {before}
        await driver.press("u", "end", "X")
        assert panes.step.speaks, "what the cut changes stands there"
        assert panes.step.wanted + 2 <= rows()
        await driver.press("left")
        assert not panes.step.speaks
        assert panes.step.wanted + 2 <= rows()

    drive(play, "s = sigmoid(w*x+b); s*s", {"w": 2.0, "x": -1.0, "b": 0.5}, size=(80, 40))

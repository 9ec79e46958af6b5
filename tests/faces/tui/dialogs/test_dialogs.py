"""Forms: missing inputs, find, export, copy, help. Escape leaves each of them without a change."""

from __future__ import annotations

import asyncio
import io
import json
import shlex
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from textual.events import Key

import graphstep as gs
from graphstep.engine.trace import trace
from graphstep.faces.cli import step
from graphstep.faces.cli.program import opening_of
from graphstep.faces.cli.words import parse
from graphstep.faces.replies.panels import jacobian_lines
from graphstep.faces.tui.dialogs.find import search
from graphstep.faces.tui.dialogs.help import LEGEND, MOUSE, help_page
from graphstep.faces.tui.dialogs.inputs import read_input
from graphstep.faces.tui.dialogs.page import TextPage
from graphstep.ground.errors import GraphstepError
from graphstep.ground.widths import cell_width
from graphstep.language.program import node_id
from graphstep.language.read import read
from graphstep.language.values import read_value
from graphstep.telling.words.english import MESSAGES
from tests.cases import each
from tests.faces.tui.driving import INPUTS, KEYS, LARGE, MAIN, ODD_TEXTS, SMALL, Driver, drive, opened

if TYPE_CHECKING:
    from graphstep.engine.trace import Trace
from tests.faces.tui.arrays import LAYER


def test_missing_inputs_are_asked_for_with_validation() -> None:
    async def play(driver: Driver) -> None:
        assert "y =" in driver.frame()
        assert "x =" not in driver.frame()
        await driver.type("two")
        assert "'two' is not a number" in driver.frame()
        await driver.press("enter")
        assert driver.screen.state is None
        await driver.press("backspace", "backspace", "backspace", "5", "enter")
        await driver.type("-8/2")
        await driver.press("enter")
        await driver.until(lambda: driver.screen.state is not None)
        assert driver.now.trace.inputs == {"x": -2.0, "y": 5.0, "z": -4.0}

    drive(play, MAIN, {"x": -2.0})


def test_every_field_stands_beside_its_name_however_long_that_is() -> None:
    names = ("x", "the_rate_of_learning", "非常长的中文名字变量", "a" * 40)

    async def play(driver: Driver) -> None:
        await driver.press("e")
        rows = [line.strip("│ ").split(" = ") for line in driver.frame().splitlines() if line.startswith("│") and " = " in line][
            -4:
        ]
        assert [(name[:10], value.strip()) for name, value in rows] == [(name[:10], str(n)) for n, name in enumerate(names)]

    drive(play, " + ".join(names), {name: float(n) for n, name in enumerate(names)})


def test_many_missing_inputs_are_asked_for_in_one_field() -> None:
    text = " + ".join(f"x{i}" for i in range(40))

    async def play(driver: Driver) -> None:
        await driver.type("q=1")
        assert "'q' does not stand in the program" in driver.frame()
        await driver.press("backspace", "backspace", "backspace")
        await driver.type("0.5")
        await driver.press("enter")
        await driver.until(lambda: driver.screen.state is not None)
        assert driver.now.trace.output == 20

    drive(play, text, {})


def test_leaving_the_form_leaves_the_program() -> None:
    async def scene() -> None:
        async with opened(MAIN, {}) as driver:
            await driver.press("escape")
            assert driver.app._exit

    asyncio.run(scene())


def test_escape_leaves_every_dialog_without_a_change() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("right")
        before = driver.frame()
        for key in ("e", "x", "g", "slash", "question_mark"):
            await driver.press(key)
            assert len(driver.app.screen_stack) == 2, key
            assert driver.frame() != before
            await driver.press("escape")
            assert driver.frame() == before, key

    drive(play)


def test_find_goes_to_a_node_or_a_step() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("slash")
        await driver.type("x+y")
        await driver.press("enter")
        assert driver.now.selected == 3
        assert "+ gate: x+y" in driver.step()
        await driver.press("slash")
        await driver.type("x+y")
        await driver.press("down", "down", "enter")
        assert driver.now.at == 4
        await driver.press("slash")
        await driver.type("nowhere")
        assert "Nothing fits." in driver.frame()
        await driver.press("enter", "escape")
        await driver.press("slash", "6", "enter")
        assert driver.now.at == 6
        await driver.press("slash")
        await driver.type("x+y")
        # What is clicked is taken, as what Enter is pressed on.
        assert await driver.pilot.click("OptionList", offset=(4, 1))
        await driver.pilot.pause()
        assert driver.now.at == 1

    drive(play)


def test_search_finds_names_before_texts_and_steps_by_number() -> None:
    run = trace(read("q = x + y; f = q*z"), INPUTS)
    assert search(run, "q")[0].node == run.program.names["q"]
    assert search(run, "mul")[0].node == run.program.names["f"]
    assert search(run, "v2")[0].node == 1
    assert search(run, "4")[0].step == 4
    assert search(run, "  ") == []


def test_search_reads_the_texts_as_they_are_shown() -> None:
    long = " + ".join(f"x*{number}" for number in range(90))
    program = read(f"q = x + y  # a sum\nlong = {long}\nf = (q)*z + long")
    run = trace(program, INPUTS)
    for word in ("x+y", "a sum", "q*z", "88", "x*45", "x*1+", "…"):
        shown = ["".join(program.label(index).split()) for index in range(len(program.nodes))]
        fitting = [index for index, text in enumerate(shown) if word.replace(" ", "") in f"{text} {node_id(index)}"]
        found = {candidate.node for candidate in search(run, word, 1_000) if candidate.step is None}
        assert found == set(fitting), word


def test_export_writes_the_steps_up_to_here(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)

    async def play(driver: Driver) -> None:
        await driver.press("right", "right", "x")
        assert "export steps 0 to 2" in driver.frame()
        await driver.press(*["down"] * ["md", "dot", "graphml", "html", "json"].index("json"), "enter")
        assert "Wrote graphstep.json" in driver.message

    drive(play)
    document = json.loads((tmp_path / "graphstep.json").read_text())
    assert [step["n"] for step in document["steps"]] == [1, 2]


def test_export_warns_before_it_overwrites_and_says_what_cannot_be_written(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "graphstep.md").write_text("mine")

    async def play(driver: Driver) -> None:
        await driver.press("end", "x", "enter")
        assert "Enter once more overwrites it" in driver.frame()
        assert (tmp_path / "graphstep.md").read_text() == "mine"
        await driver.press("enter")
        assert "Wrote graphstep.md" in driver.message
        await driver.press("x", "ctrl+u")
        await driver.type("no/where.md")
        await driver.press("enter")
        assert "cannot be written" in driver.frame()

    drive(play, size=LARGE)
    assert "switcher" in (tmp_path / "graphstep.md").read_text()


def test_the_form_says_what_a_mistyped_name_may_have_meant() -> None:
    async def play(driver: Driver) -> None:
        assert "Hint: sinx is one name" in driver.frame()
        assert "sin(x)" in driver.frame()

    drive(play, "sinx*y", {"y": 2.0})


def test_copy_gives_the_command_that_opens_this_step() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("end", "e", "7", "enter", "y")
        words = shlex.split(driver.app.clipboard)
        assert words == ["graphstep", MAIN, "x=7", "y=5", "z=-4", "--at", "7"]
        assert "graphstep '(x+y)*z' x=7" in driver.step()

    drive(play)


def test_the_copied_command_says_everything_that_makes_the_run() -> None:
    run = trace(read("-x*max(x, y)"), {"x": 1 / 3, "y": 1 / 3}, seed=2.0, ties="split")
    assert shlex.split(copied_command(run, "3")) == [
        *("graphstep", "step", "-x*max(x, y)", "x=0.3333333333333333", "y=0.3333333333333333"),
        *("--seed=2", "--ties=split", "--at", "3"),
    ]


def copied_command(run: Trace, at: str) -> str:
    return replace(run.setup.filled(run.inputs), at=at).command()


def test_a_folded_run_is_copied_with_the_option_unless_it_was_expanded() -> None:
    def copies(play_keys: tuple[str, ...], text: str, ends: str, **flags: bool) -> None:
        run = gs.run(text, x=1.0, **flags).trace

        async def play(driver: Driver) -> None:
            await driver.press(*play_keys)
            assert driver.app.clipboard == f"graphstep '{text}' x=1 {ends}"

        drive(play, text, {"x": 1.0}, trace=run)

    copies(("F", "y"), "1/(1+exp(-x))", "--fold --at 0")
    copies(("F", "y"), "sigmoid(x)", "--expand --at 0", expand=True)


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("step x x=3", "graphstep step x x=3 --at 2"),
        ("x x=3", "graphstep step x x=3 --at 2"),
        ("train train=3", "graphstep step train train=3 --at 2"),
        ("step x*x x=3 --data=", "graphstep 'x*x' x=3 --at 2"),
        ("step 'x = 2; x*y' y=3", "graphstep 'x = 2; x*y' y=3 --at 2"),
        ("'y = x; y*z' x=2 z=3 --seed=2 --ties split", "graphstep 'y = x; y*z' x=2 z=3 --seed=2 --ties=split --at 2"),
        ("-x x=3 --expand", "graphstep step -x x=3 --expand --at 2"),
        ("--share -- --x x=3", "graphstep step --share --at 2 -- --x x=3"),
        ("--break 'grad x > 0' -- --alpha alpha=3", "graphstep step '--break=grad x > 0' --at 2 -- --alpha alpha=3"),
        ("@p.txt x=3 y=4 --data y", "graphstep @p.txt x=3 y=4 --data=y --at 2"),
        ("- x=3 y=4", "graphstep 'x*y # it' x=3 y=4 --at 2"),
        ("'sum(W @ x)' 'W=[[1, 2]]' x=[1,2]", "graphstep 'sum(W @ x)' 'W=[[1, 2]]' 'x=[1,2]' --at 2"),
    ],
)
def test_the_copied_command_opens_the_same_program_again(typed, wanted, tmp_path, monkeypatch) -> None:
    """What was typed, and what is copied at step 2, are run as commands; both must come to one run."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "p.txt").write_text("x*y # it")

    def run_of(line: str) -> tuple[str, Trace]:
        words = shlex.split(line)[line.startswith("graphstep") :]
        options = parse("step", step, words[1:] if words[0] == "step" else words)
        monkeypatch.setattr("sys.stdin", io.StringIO("x*y # it"))
        run = opening_of(options).run()
        return copied_command(run, "2"), run

    copied, run = run_of(typed)
    assert copied == wanted
    again, same = run_of(copied)
    assert again == copied
    assert (same.program, same.inputs.keys(), same.seed, same.ties) == (run.program, run.inputs.keys(), run.seed, run.ties)


def test_a_run_without_a_command_is_reopened_with_what_made_it() -> None:
    text, values = "sum(W*sigmoid(x)) + sigmoid(x) + 1/(1+exp(-x))", {"x": 1.0, "W": np.ones((2, 2))}
    for flags in ({}, {"expand": True}, {"fold": True}, {"share": True}):
        copied = copied_command(gs.run(text, inputs=values, data=["W"], **flags).trace, "1")
        said = [word for word in shlex.split(copied) if word.startswith("--")]
        assert said == [*(f"--{flag}" for flag in flags), "--data=W", "--at"]


def test_copy_from_inside_a_gate_leads_inside() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("right", "i", "right", "right", "y")
        assert shlex.split(driver.app.clipboard)[-2:] == ["--at", "1/p1/2"]
        await driver.press("u")

    drive(play, "sigmoid(x)*y", {"x": 1.0, "y": 2.0})


def test_the_help_fits_into_its_box_and_scrolls() -> None:
    async def play(driver: Driver) -> None:
        for size in (SMALL, LARGE, (44, 12)):
            await driver.pilot.resize_terminal(*size)
            await driver.press("question_mark")
            assert "keys and signs" in driver.frame(), size
            top = driver.frame()
            await driver.press("pagedown", "down")
            assert driver.frame() != top
            await driver.press("question_mark")
            assert len(driver.app.screen_stack) == 1

    drive(play)


def test_the_help_says_what_signs_and_the_mouse_mean() -> None:
    lines = ["".join(text for text, _ in line) for line in help_page(60)]
    text = " ".join(" ".join(lines).split())
    for sample, _, meaning in LEGEND:
        assert sample.strip() in text
        assert MESSAGES[meaning] in text
    for key in MOUSE:
        assert MESSAGES[f"{key}-what"] in text
        assert MESSAGES[key] in text
    assert max(map(len, lines)) <= 60


def test_the_chain_of_causes_is_listed_and_enter_goes_to_its_beginning() -> None:
    async def play(driver: Driver) -> None:
        await driver.press("end", "ctrl+w")
        frame = driver.frame()
        assert "why df/dx = 0" in frame
        assert "It begins at relu, y, which computes it from ordinary numbers." in frame
        await driver.press("enter")
        assert driver.now.at == 4
        assert driver.now.trace.step(4).node == driver.now.trace.program.names["y"]

    drive(play, "h = tanh(w*x); y = relu(h - 2); y + 3*h*y", {"w": 0.5, "x": 2.0})


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


@each("text", [*ODD_TEXTS, "3", " -2.5e3 ", "1/3", "nan", "NaN", "infinity", "-inf", "0x1"])
def test_a_field_reads_what_the_command_line_reads(text: str) -> None:
    value, wrong = read_input(text, files=False)
    try:
        right, message = read_value(text, files=False), ""
    except GraphstepError as error:
        right, message = None, error.message
    if message:
        assert value is None
        assert message in wrong
    else:
        assert wrong == ""
        assert np.array_equal(value, right, equal_nan=True)


def test_what_is_typed_ahead_of_a_dialog_stands_in_its_field() -> None:
    async def play(driver: Driver) -> None:
        # All at once, as from a fast hand or over a slow line: no dialog is there yet when its first letter comes.
        for key in "Bgrad z > 2":
            driver.app.post_message(Key(KEYS.get(key, key), key))
        driver.app.post_message(Key("enter", "\r"))
        await driver.until(lambda: bool(driver.now.conditions))
        assert [condition.text for condition in driver.now.conditions] == ["grad z > 2"]
        for key in "/x+y":
            driver.app.post_message(Key(KEYS.get(key, key), key))
        await driver.until(lambda: "step 1 makes its value" in driver.frame())
        await driver.press("down", "enter")
        assert driver.now.at == 1

    drive(play, MAIN, INPUTS)


@each("language", ["en", "zh"])
def test_long_sentences_of_a_window_are_broken_once_by_the_room_that_it_has(language: str) -> None:
    run = gs.run("sum(W@x)", x=[1, 2], W=[[1, 2], [3, 4]], language=language).trace
    edge = next(wire.edge for wire in map(run.wire, range(len(run.wires.senders))) if run.node(wire.receiver).shape == (2, 2))
    told = [*jacobian_lines(run, (edge,), broken=False)]
    for width in (40, 70):
        shown = ["".join(text for text, _ in line) for line in TextPage("", told).lines(width)]
        sentence = max(told, key=cell_width)
        assert cell_width(sentence) > width
        first = next(place for place, line in enumerate(shown) if sentence.startswith(line.rstrip()) and line.strip())
        last = next(place for place, line in enumerate(shown) if sentence.endswith(line.strip()) and place > first)
        lines = shown[first : last + 1]
        assert max(map(cell_width, lines)) <= width
        assert "".join(lines).replace(" ", "") == sentence.replace(" ", "")
        # Every line but the last is full: nothing was broken before.
        assert all(cell_width(line) > width - 16 for line in lines[:-1])

"""Lessons at 80×24 by what stands on the screen: before each question, the words above it and the numbers that its answer needs.

A reader who knows the rules, and the run only from the screen, goes through: the numbers are read there, as they are written, and
the answers are computed from them.
"""

from __future__ import annotations

import asyncio
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from graphstep.engine.trace import Trace, trace
from graphstep.faces.tui.app import GraphstepApp
from graphstep.faces.tui.lesson import LessonScreen
from graphstep.language.nodes import Node
from graphstep.language.program import Program
from graphstep.teaching.lesson.document import Prose
from graphstep.teaching.lesson.walk import LessonRun
from graphstep.telling.cells.gradient import products_of
from graphstep.telling.cells.value import value_parts
from tests.faces.tui.conftest import glanced, jumping, sheets, spared  # noqa: F401 (of every test that opens a screen)
from tests.faces.tui.driving import frame, is_whole
from tests.faces.tui.terminal import Terminal
from tests.lessons import rehearsed
from tests.reading import short_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphstep.teaching.marking.solution import Solution

NUMERAL = re.compile(r"(?<![\w.⟨])[-−]?(?:\d+(?:,\d{3})+|\d+)(?:\.\d+)?(?:e[-+]?\d+)?(?![\w])")
"""A number as it is written on the screen."""

READ = 0.01
"""How far a number that is read may be off, relative: two digits and a half."""


def numbers(screen: str) -> list[float]:
    """The numbers that stand on a screen."""
    return [float(text.replace("−", "-").replace(",", "")) for text in NUMERAL.findall(screen)]


class Reader:
    """Who reads a screen."""

    def __init__(self, screen: str) -> None:
        self.numbers = numbers(screen)
        self.missed: list[str] = []
        """The numbers that were looked for in vain, with what they are."""

    def read(self, number: float, what: str) -> float:
        """A number of the run as the screen has it."""
        near = min(self.numbers, key=lambda x: abs(x - number), default=float("inf"))
        if abs(near - number) > READ * abs(number):
            self.missed.append(f"{what} = {number:g}")
            return number
        return near

    def value(self, run: Trace, node: int, at: int) -> float:
        """A node's value: read where it was computed by step ``at``, else from what it is computed of."""
        name = short_name(run.program, node)
        if run.step_of_value(node) <= at:
            return self.read(float(run.value_of(node)), name)
        return float(self.alone(run, node, at, 1.0).output)

    def gradient(self, run: Trace, node: int, at: int) -> float:
        """A node's gradient: read where it is known by step ``at``, else what its readers send."""
        if node == run.program.output:
            return self.read(float(run.gradient_of(node)), "the seed")
        known = run.step_of_gradient(node)
        if known is not None and known <= at:
            return self.read(float(run.gradient_of(node)), f"the gradient of {short_name(run.program, node)}")
        return sum(self.contribution(run, wire, at) for wire in run.arrivals(node))

    def contribution(self, run: Trace, wire, at: int) -> float:
        """What a wire brings: upstream by local, the local gradient from what the gate reads."""
        sender = wire.sender
        gate = self.alone(run, sender, at, self.gradient(run, sender, at), only=wire.slot)
        operands = [x for x in run.program.nodes[sender].operands if isinstance(x, int)]
        return float(gate.gradient_of(operands.index(wire.receiver) if wire.slot is None else _place(run, sender, wire.slot)))

    def alone(self, run: Trace, node: int, at: int, seed: float, only: int | None = None) -> Trace:
        """A gate by itself, on numbers that are read where they matter."""
        gate = run.program.nodes[node]
        adds = only is not None and gate.gate in ("add", "sub")
        read = []
        operands: list = []
        for slot, x in enumerate(gate.operands):
            if not isinstance(x, int):
                operands.append(x)
                continue
            operands.append(len(read))
            # A sum hands on what arrives, and of a product the local gradient is the other factor.
            needless = adds or (only == slot and gate.gate == "mul")
            read.append(float(run.value_of(x)) if needless else self.value(run, x, at))
        nodes = (*(Node(None, (), f"x{n}") for n in range(len(read))), Node(gate.rule, tuple(operands), options=gate.options))
        names = {f"x{n}": n for n in range(len(read))}
        return trace(Program("", nodes, len(read), names), {f"x{n}": x for n, x in enumerate(read)}, seed=seed)


def _place(run: Trace, node: int, slot: int) -> int:
    return sum(isinstance(x, int) for x in run.program.nodes[node].operands[:slot])


def answer(reader: Reader, solution: Solution, at: int) -> str:
    """The answer to a question from what is read."""
    if solution.order is not None:
        return " ".join(str(solution.order.gates.index(gate) + 1) for gate in solution.order.usual)
    if solution.formula:
        return solution.answer.partition(" = ")[2]
    if solution.parts:
        # What a row has worked out need not be read.
        upstream, local, _ = (wanted(reader, part, at) for part in solution.parts)
        return f"{upstream:.4g}, {local:.4g}, {upstream * local:.4g}"
    if solution.right is not None:
        if solution.quantity is not None:
            wanted(reader, solution, at)
        return str(solution.right + 1)
    return f"{wanted(reader, solution, at):.4g}"


def wanted(reader: Reader, solution: Solution, at: int) -> float:
    asked, run = solution.quantity, solution.trace
    assert asked is not None
    if asked.kind == "value":
        return reader.value(run, asked.node, at)
    if asked.kind in ("gradient", "sum"):
        return reader.gradient(run, asked.node, at)
    wire = next(w for w in run.arrivals(asked.node) if w.step == solution.step or w.step == asked.step)
    sent = reader.contribution(run, wire, at)
    return sent if asked.kind == "contribution" else sent / reader.gradient(run, wire.sender, at)


def words_above(run: LessonRun) -> str:
    """The end of what stands above the open question: of a paragraph, or of the reason for the answer before."""
    *before, _ = run.blocks
    if not before:
        return ""
    text = before[-1].text if isinstance(before[-1], Prose) else before[-1].because
    if not text:
        # Behind the rows of a tableau stands no reason but the last.
        return ""
    return _letters(text.strip().splitlines()[-1])[-12:]


def _letters(text: str) -> str:
    return re.sub(r"[^A-Za-z]", "", text)


def check(run: LessonRun, screen: str, at: int) -> str:
    """The answer to the open question, from a screen that has all that it needs."""
    solution = run.open
    assert solution is not None
    assert words_above(run) in _letters(screen), f"{solution.question.ask}: hidden is …{words_above(run)}\n{screen}"
    asked = solution.quantity
    if asked is not None and asked.kind == "gradient" and asked.node == solution.trace.program.output:
        # The seed is what every run begins with, and not read anywhere.
        return "1"
    reader = Reader(screen)
    typed = answer(reader, solution, at)
    assert not reader.missed, f"{solution.question.ask}: not on the screen are {reader.missed}\n{screen}"
    return typed


MORE = "more line"
"""What the screen says where prose is below what is in sight."""


@pytest.mark.parametrize("lesson", ["2", "3", "6"])
def test_a_lesson_can_be_answered_from_what_is_on_the_screen(
    lesson: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRAPHSTEP_DATA", str(tmp_path))
    cut: list[str] = []

    async def go() -> LessonRun:
        app = GraphstepApp(LessonScreen(LessonRun(rehearsed(lesson))))
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            screen = frame(app)
            while not app.screen.lesson.finished:
                run = app.screen.lesson
                if MORE in screen.partition("graph")[0]:
                    await pilot.press("pagedown")
                elif run.open is None:
                    await pilot.press("enter")
                else:
                    keys = [NAMES.get(key, key) for key in check(run, screen, app.screen.state.at)]
                    await pilot.press(*keys, "enter")
                    await pilot.pause()
                    assert app.screen.lesson.right == run.right + 1, f"{keys} is wrong:\n{screen}"
                await pilot.pause()
                before, screen = screen, frame(app)
                assert app.screen.lesson.finished or before != screen, f"a key leads nowhere:\n{screen}"
                if not await is_whole(app, pilot):
                    cut.append(app.screen.lesson.scene.section.heading)
            return app.screen.lesson

    run = asyncio.run(go())
    assert run.right == run.total
    # The graph of a lesson on numbers is seen whole beside the text, at every place.
    assert cut == []


def of_cells(solution: Solution) -> Iterator[float]:
    """The numbers that the cells of an answer are sums and products of."""
    asked, run = solution.quantity, solution.trace
    if asked is None or asked.kind not in ("value", "gradient"):
        return
    if asked.cell is None and solution.right is not None:
        # The choice of a shape, or of a sign, is no computation with cells.
        return
    for cell in [asked.cell] if asked.cell is not None else np.ndindex(*np.shape(asked.whole)):
        if asked.kind == "value":
            for part in value_parts(run, asked.node, cell).shown:
                yield from (part.number, *([part.scale] if part.other is not None else []))
        else:
            for product in products_of(run, asked.node, cell).shown:
                if product.local:
                    yield from (product.upstream, *([product.local] if product.factor is not None else []))


def test_a_lesson_on_arrays_has_its_words_and_cells_on_the_screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHSTEP_DATA", str(tmp_path))
    asked = 0

    async def go() -> None:
        nonlocal asked
        app = GraphstepApp(LessonScreen(LessonRun(rehearsed("matrices"))))
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            screen = frame(app)
            while not app.screen.lesson.finished:
                run = app.screen.lesson
                if MORE in screen.partition("graph")[0]:
                    await pilot.press("pagedown")
                elif run.open is None:
                    await pilot.press("enter")
                else:
                    ask, there = run.open.question.ask, [abs(number) for number in numbers(screen)]
                    assert words_above(run) in _letters(screen), f"{ask}: hidden is …{words_above(run)}\n{screen}"
                    for number in map(abs, of_cells(run.open)):
                        asked += 1
                        assert any(abs(other - number) <= READ * number for other in there), f"{ask}: no {number:g} in\n{screen}"
                    await pilot.press("f3")
                await pilot.pause()
                before, screen = screen, frame(app)
                assert app.screen.lesson.finished or before != screen, f"a key leads nowhere:\n{screen}"

    asyncio.run(go())
    assert asked > 10


PATIENCE = 20
"""So many seconds after the last change a screen is as it stays, on the busiest machine."""
NAMES = {"-": "minus", ".": "full_stop", ",": "comma", " ": "space", "^": "circumflex_accent"}
"""What Textual calls the keys that are no letters."""


def test_lesson_5_is_reached_from_the_start_screen_and_done_in_a_real_terminal(tmp_path: Path) -> None:
    run = LessonRun(rehearsed("5"))
    terminal = Terminal([str(Path(sys.executable).with_name("graphstep"))], GRAPHSTEP_DATA=str(tmp_path))
    # What can be chosen is set in under its heading.
    rows = terminal.until("A neuron, gate by gate").splitlines()
    listed = [
        row
        for row in rows[next(n for n, row in enumerate(rows) if row.strip() == "Examples") :]
        if row.startswith("    ") and row.strip()
    ]
    terminal.send("\x1b[B" * next(n for n, row in enumerate(listed, 1) if "A neuron, gate by gate" in row) + "\r")
    while not run.finished:
        terminal.until(f"{run.place + 1} of {len(run.rehearsal.scenes)}, {run.done} of {run.total} answered")
        if run.open is None:
            run = run.next()
            terminal.send("\r")
            continue
        typed = read_off(terminal, run)
        run = run.answer(typed)[0]
        terminal.send(f"{typed}\r")
    terminal.until(f"{run.total} of {run.total} answered")
    terminal.send("q")
    assert terminal.ends() == 0


def read_off(terminal: Terminal, run: LessonRun) -> str:
    """The right answer to the open question, as soon as all that it needs is drawn: a page comes in several frames."""
    while True:
        try:
            typed = check(run, terminal.screen(), run.step)
            assert run.answer(typed)[1].outcome == "right", typed
            return typed
        except AssertionError:
            if not terminal.hears(PATIENCE):
                raise

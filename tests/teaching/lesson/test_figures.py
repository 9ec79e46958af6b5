"""Rounds of a training as stops of a lesson, and figures drawn as text from its runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from graphstep.teaching.lesson.document import LessonError, Prose
from graphstep.teaching.lesson.figures import BINS, COLUMNS, MARKS, ROWS, bars, plot
from graphstep.teaching.lesson.parse import parse
from graphstep.teaching.lesson.rehearsal import Rehearsal, rehearse
from tests.cases import each

FRONT = """+++
title = "T"
program = "L = (w*x - 4)^2"
inputs = { w = 0, x = 2, v = [-1, 0, 0, 1] }
train = { params = "w", lr = 0.05, steps = 3 }
+++
"""


def lesson(body: str, front: str = FRONT) -> Rehearsal:
    return rehearse(parse(front + body, Path("t.md")))


def figure(*lines: str) -> str:
    return "\n".join(["```figure", *lines, "```", ""])


def drawn(rehearsal: Rehearsal) -> list[str]:
    (block,) = rehearsal.scenes[-1].section.blocks
    assert isinstance(block, Prose)
    return block.text.split("\n")[1:-1]


def test_a_heading_names_a_round_and_the_run_has_its_update() -> None:
    rehearsal = lesson(
        "## round: 0\n\n## round: 2\n\n## end\n\n## round: 1 with lr = 0.1, w = 1, optimizer = momentum, momentum = 0.5\n"
    )
    first, third, end, other = (scene.trace for scene in rehearsal.scenes[1:])
    assert [first.inputs["w"], third.inputs["w"]] == [0, pytest.approx(2 * (1 - 0.6**2))]
    assert rehearsal.scenes[3].step == len(end)
    (update,) = third.updates
    assert update.after == pytest.approx(2 * (1 - 0.6**3))
    assert other.inputs["w"] == pytest.approx(1 + 0.1 * 8)
    assert other.updates[0].optimizer.name == "momentum"


def test_the_losses_of_trainings_are_drawn_as_their_history_has_them() -> None:
    lines = drawn(lesson(figure('loss = ["", "lr = 0"]', 'names = ["on", "off"]')))
    assert lines[-1].split() == ["●", "on", "○", "off"]
    assert [lines[row].split()[0] for row in (0, ROWS - 1)] == ["16", "2"]
    top, bottom = lines[0].split("┤")[1], lines[ROWS - 1].split("┤")[1]
    assert (top[0], top[COLUMNS - 1], bottom[COLUMNS - 1]) == ("●", "○", "●")


def test_a_curve_is_drawn_with_its_slope() -> None:
    lines = drawn(lesson(figure('curve = "z^2"', 'over = "z"', "range = [-1, 1]", "slope = true")))
    assert lines[-1].strip() == "● z^2   ○ d(z^2)/dz"
    top, middle, bottom = (lines[row].split("┤")[1] for row in (0, ROWS // 2, ROWS - 1))
    assert (top[COLUMNS - 1], bottom[0]) == ("○", "○")
    assert {"●"} <= set(middle) <= {*MARKS[:2], " "}


def test_a_histogram_counts_the_cells_of_a_run() -> None:
    lines = drawn(lesson("## program: `h = 2*v; f = sum(h)`\n\n" + figure('histogram = ["h", "gradient h"]', "range = [-2, 2]")))
    assert lines[0].split() == ["std", "-2", "2"]
    assert lines[1].split() == ["h", "1.41", "▄", "█", "▄"]
    assert lines[2].split() == ["gradient", "h", "0", "█"]
    assert bars(np.array([-9.0, 9.0]), (-1.0, 1.0)) == f"█{' ' * (BINS - 2)}█"


def test_numbers_that_are_not_finite_are_gaps() -> None:
    rows = plot([("a", np.array([1.0, np.nan, 4.0, np.inf]))], np.arange(4.0), "x")
    assert sum(row.count("●") for row in rows[:ROWS]) == 2


@each(
    ("body", "says"),
    [
        ("## round: 3\n", "rounds 0 to 2"),
        ("## round: two\n", "number of no round"),
        ("## round: 1 with rate = 2\n", "no setting 'rate'"),
        ("## round: 1 with fast\n", "no NAME = VALUE"),
        ("## round: 1 with steps = 100000\n", "up to 1,000"),
        (figure("wave = 1"), "a figure is one of"),
        (figure('curve = "z"', "colour = 1"), "has no 'colour'"),
        (figure('curve = "z*y"', 'over = "z"'), "no function of z"),
        (figure('curve = "sum(z)"', 'over = "z"'), "cell by cell"),
        (figure('curve = "z"', 'over = "z"', "range = [1, 1]"), "two numbers"),
        (figure('histogram = "nothing"'), "no node"),
        (figure("loss = 1"), "a text or a list"),
    ],
)
def test_what_cannot_be_drawn_or_trained_is_said(body: str, says: str) -> None:
    with pytest.raises(LessonError, match=says):
        lesson(body)


def test_a_lesson_that_trains_nothing_has_no_rounds() -> None:
    front = FRONT.replace('train = { params = "w", lr = 0.05, steps = 3 }\n', "")
    with pytest.raises(LessonError, match="trains nothing"):
        lesson("## round: 1\n", front)
    with pytest.raises(LessonError, match="train is a table"):
        lesson("", front.replace("+++\n\n", "").replace("inputs", "train = 3\ninputs"))

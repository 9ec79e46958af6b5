"""The lessons that are shipped: right in every respect, on the whole curriculum, and gone through in every way."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pytest

from graphstep.language.values import read_value
from graphstep.teaching.lesson.catalogue import catalogue, folder
from graphstep.teaching.lesson.check import problems_of
from graphstep.teaching.lesson.parse import read_lesson
from graphstep.teaching.lesson.walk import LessonRun
from graphstep.teaching.marking.misconceptions import slips
from graphstep.teaching.marking.shapes import same_shape, slips_of_shape
from graphstep.teaching.marking.solution import Solution, same
from graphstep.teaching.marking.verdict import mark
from tests.answers import right_answer
from tests.cases import each
from tests.lessons import opened, rehearsed

SHIPPED = sorted(folder().glob("*.md"))


def drawn(solution: Solution, at: int) -> bool:
    """Whether a drawing of the run at a step has the gradient that is asked for below its wire."""
    asked = solution.quantity
    if asked is None or asked.kind not in ("gradient", "sum") or solution.question.ask.startswith("choice: pattern"):
        return False
    known = solution.trace.gradient(asked.node, at)
    return known is not None and np.array_equal(known.value, asked.whole)


def test_the_lessons_are_numbered_without_gaps():
    assert [lesson.number for lesson in catalogue()] == list(range(1, len(SHIPPED) + 1))


@cache
def rows_of_lessons():
    """By name of a shipped lesson the rows of the curriculum that it is for."""
    return {path.name: read_lesson(path).rows for path in SHIPPED}


def test_the_lessons_cover_the_whole_curriculum():
    covered = [row for rows in rows_of_lessons().values() for row in rows]
    assert {*covered} == set(range(1, 33))


def test_the_curriculum_names_every_lesson_in_its_row():
    page = (folder().parent / "docs" / "curriculum.md").read_text(encoding="utf-8")
    table = {
        int(row): re.findall(r"lessons/([\w-]+\.md)", rest) for row, rest in re.findall(r"^\| (\d+) \|(.*)$", page, re.MULTILINE)
    }
    assert table == {row: [name for name, rows in rows_of_lessons().items() if row in rows] for row in range(1, 33)}


@each("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_lesson_is_right_in_every_respect(path):
    assert [str(problem) for problem in problems_of(opened(path))] == []


@each("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_lesson_can_be_gone_through_by_answering_what_the_run_says(path):
    state = LessonRun(opened(path))
    shown = [state.step]
    while not state.finished:
        if state.open is None:
            state = state.next()
        else:
            assert state.step < state.open.step, "the answer is not on show while it is asked for"
            assert not drawn(state.open, state.step), "a drawing shows what has arrived so far"
            state, verdict = state.answer(right_answer(state.open))
            assert verdict.right
        shown.append(state.step)
    assert state.right == state.total == len(state.rehearsal.solutions)


def wrong_answers(solution: Solution) -> list[tuple[str, bool]]:
    """Answers that are wrong, each with whether it is a slip that has a name."""
    if solution.right is not None:
        return [(option, False) for place, option in enumerate(solution.question.options) if place != solution.right]
    if solution.shape is not None:
        others = [shape for shape, _ in slips_of_shape(solution.shape) if not same_shape(shape, solution.shape.shape)]
        return [(str(shape), True) for shape in others]
    if solution.order is not None:
        return [(", ".join(reversed(right_answer(solution).split())), False)]
    if solution.parts:
        # Each number is wrong once, and those beside it are right.
        rights = [right_answer(part) for part in solution.parts]
        alone = [(place, typed) for place, part in enumerate(solution.parts) for typed, _ in wrong_answers(part)]
        return [(", ".join([*rights[:place], typed, *rights[place + 1 :]]), False) for place, typed in alone]
    asked = solution.quantity
    assert asked is not None
    values = [(np.add(np.multiply(asked.asked, 3), 70.5), False)]
    with np.errstate(all="ignore"):
        values += [(value, True) for value, _ in slips(asked) if np.shape(value) == np.shape(asked.asked)]
    finite = [(np.asarray(value), named) for value, named in values if np.isfinite(value).all() and not same(value, asked.asked)]
    return [(str(value.tolist()), named) for value, named in finite]


@each("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_lesson_can_be_gone_through_by_erring_in_every_way_that_is_known(path):
    state = LessonRun(opened(path))
    while not state.finished:
        if (asked := state.open) is None:
            state = state.next()
            continue
        for count in range(1, len(asked.question.hints) + 1):
            state = state.hint()
            assert len(state.hints) == count
        for typed, named in wrong_answers(asked):
            # By itself: what was typed before may carry forward.
            verdict = mark(asked, typed, state.step)
            assert verdict.outcome == "wrong", (asked.question.key, typed)
            assert verdict.slip or asked.shape is not None or not named, (asked.question.key, typed)
        state = state.show()
    assert (state.right, state.done) == (0, state.total)


@each("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_lesson_reads_well_on_a_git_host(path):
    text = path.read_text(encoding="utf-8")
    lesson = read_lesson(path)
    assert f"\n# {lesson.title}\n" in text
    assert "\\operatorname" not in text
    assert lesson.minutes is not None
    assert 10 <= lesson.minutes <= 15
    # What a question says on paper stands there a second time.
    assert len(re.sub(r"^paper = .*", "", text, flags=re.MULTILINE).split()) <= 1_800
    assert 6 <= len(lesson.questions) <= 12
    assert "what if" in text.casefold()
    assert all(solution.question.hints for solution in opened(path).solutions.values())


@each(
    ("number", "quoted"),
    [
        (1, {"value q": 3, "value f": -12}),
        (2, {"gradient f": 1, "gradient z": 3, "gradient q": -4, "gradient x": -4, "gradient y": -4}),
        (4, {"sum x": 2, "sum x #2": 6}),
        (5, {"gradient s": 0.20, "gradient w2": 0.20, "gradient w1": -0.39, "gradient x1": -0.59}),
        (6, {"value f": 0.73, "gradient s": 0.1966, "gradient s #2": 0.1966}),
        (13, {"value q[0]": 0.22, "value q[1]": 0.26, "gradient W": [[0.088, 0.176], [0.104, 0.208]]}),
        (15, {"value h": 2.9}),
    ],
)
def test_the_lessons_have_the_numbers_of_the_lectures(number, quoted):
    solutions = rehearsed(str(number)).solutions
    for key, value in quoted.items():
        assert solutions[key].quantity.asked == pytest.approx(np.array(value), rel=0.03), key


def test_the_twenty_line_network_has_the_losses_of_a_loop_in_numpy():
    lesson = rehearsed("two-layer-network").lesson
    x, y, w1, w2 = (read_value(lesson.run.inputs[name]) for name in ("x", "y", "w1", "w2"))
    losses = []
    for _ in range(2):
        h = 1 / (1 + np.exp(-(x @ w1)))
        errors = h @ w2 - y
        losses.append(np.square(errors).sum())
        grad = 2.0 * errors
        w1, w2 = w1 - 1e-4 * (x.T @ (grad @ w2.T * h * (1 - h))), w2 - 1e-4 * (h.T @ grad)
    rounds = [scene.trace.output for scene in rehearsed("two-layer-network").scenes if scene.section.round is not None]
    assert rounds[:2] == pytest.approx(losses, rel=1e-12)


@each(
    ("gate", "scale", "spreads"),
    [
        ("tanh", "0.01", [0.213, 0.0476, 0.0106]),
        ("tanh", "1", [0.98] * 10),
        ("tanh", "1/sqrt(500)", [0.63, 0.49, *[None] * 7, 0.23]),
        ("relu", "1/sqrt(250)", [0.83] * 9 + [0.84]),
    ],
)
def test_ten_layers_have_the_spreads_of_the_lecture(gate, scale, spreads):
    runs = [scene.trace for scene in rehearsed("initialisation").scenes]
    run = next(run for run in runs if gate in run.program.text and run.inputs.get("s") == read_value(scale))
    measured = [float(np.std(run.value_of(run.program.names[f"h.{k}"]))) for k in range(1, 11)]
    pairs = [(of, spread) for of, spread in zip(measured, spreads, strict=False) if spread is not None]
    assert [of for of, _ in pairs] == pytest.approx([spread for _, spread in pairs], rel=0.05)

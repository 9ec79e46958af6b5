"""Lessons: their files are read safely, their answers computed, their learners told kindly, their places kept."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from graphstep.ground.errors import InputError
from graphstep.ground.numerals import numeral
from graphstep.language.values import read_value
from graphstep.teaching.lesson import open_lesson, progress
from graphstep.teaching.lesson.catalogue import catalogue, find, folder
from graphstep.teaching.lesson.check import check, problems_of
from graphstep.teaching.lesson.claims import Claim, claims_in, fault
from graphstep.teaching.lesson.command import run
from graphstep.teaching.lesson.document import LessonError, Prose, Stop
from graphstep.teaching.lesson.headings import stop_of
from graphstep.teaching.lesson.parse import FILE, parse, read_lesson
from graphstep.teaching.lesson.plain import answer_lines, handout
from graphstep.teaching.lesson.rehearsal import rehearse, step_of_stop
from graphstep.teaching.lesson.walk import LessonRun
from graphstep.teaching.marking.misconceptions import slips
from graphstep.teaching.marking.shapes import same_shape, slips_of_shape
from graphstep.teaching.marking.solution import Solution, agrees, same
from graphstep.teaching.marking.verdict import mark
from tests.answers import right_answer
from tests.cases import each
from tests.effort import effort
from tests.lessons import opened, rehearsed

SHIPPED = sorted(folder().glob("*.md"))

FRONT = """+++
title = "T"
program = "q = x + y; f = q*z"
inputs = { x = -2, y = 5, z = -4 }
+++
"""


@pytest.fixture(autouse=True)
def own_data(tmp_path, monkeypatch):
    monkeypatch.setenv("GRAPHSTEP_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def lesson_of(body: str, front: str = FRONT):
    return parse(front + body, Path("t.md"))


def predict(ask: str, *lines: str) -> str:
    return "\n".join(["```predict", f'ask = "{ask}"', 'hint = ["Think."]', 'because = "So it is."', *lines, "```", ""])


def solution_of(ask: str, *lines: str, front: str = FRONT) -> Solution:
    (solution,) = rehearse(lesson_of(predict(ask, *lines), front)).solutions.values()
    return solution


def front_of(program: str, inputs: str) -> str:
    return f'+++\ntitle = "T"\nprogram = "{program}"\ninputs = {{ {inputs} }}\n+++\n'


def drawn(solution: Solution, at: int) -> bool:
    """Whether a drawing of the run at a step has the gradient that is asked for below its wire."""
    asked = solution.quantity
    if asked is None or asked.kind not in ("gradient", "sum") or solution.question.ask.startswith("choice: pattern"):
        return False
    known = solution.trace.gradient(asked.node, at)
    return known is not None and np.array_equal(known.value, asked.whole)


# -- the shipped lessons --------------------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize(
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


# -- reading a file -------------------------------------------------------------------------------------------------------------


def test_a_lesson_is_split_into_sections_prose_and_questions():
    lesson = lesson_of(
        "# T\n\nHello.\n\n## forward: q\n\nBefore.\n\n" + predict("value q") + "\nAfter.\n\n## A remark\n\nDone.\n"
    )
    assert [section.heading for section in lesson.sections] == ["T", "forward: q", "A remark"]
    assert [section.stop for section in lesson.sections] == [None, Stop("forward", "q"), None]
    before, question, after = lesson.sections[1].blocks
    assert (before.text, question.ask, after.text) == ("Before.", "value q", "After.")
    assert (before.line, question.line, after.line) == (12, 14, 20)


def test_headings_inside_a_block_of_code_are_code():
    lesson = lesson_of("```python\n## forward: nowhere\n```\n")
    assert len(lesson.sections) == 1


def test_a_question_asked_twice_has_two_keys():
    lesson = lesson_of(predict("value q") + predict("value q"))
    assert [question.key for question in lesson.questions] == ["value q", "value q #2"]


@each(
    ("text", "line", "says"),
    [
        ("Hello", 1, "front matter"),
        ("+++\ntitle = 'T'", 1, "no end"),
        ("+++\ntitle = 'T'\nprogram = \n+++\n", 3, "not TOML"),
        ("+++\nprogram = 'x'\n+++\n", 1, "title"),
        ("+++\ntitle = 'T'\nprogramm = 'x'\n+++\n", 3, "did you mean 'program'"),
        ("+++\ntitle = 'T'\n+++\n", 1, "needs a program"),
        ("+++\ntitle = 'T'\nprogram = 'x'\ninputs = { x = true }\n+++\n", 4, "no number"),
        ("+++\ntitle = 'T'\nprogram = 'x'\ninputs = { x = '1/' }\n+++\n", 4, "cannot be read"),
        ("+++\ntitle = 'T'\nprogram = 'x'\nties = 'last'\n+++\n", 4, "first"),
        (FRONT + "```predict\nask = 'value q'\nanswer = 3\n```\n", 8, "never written"),
        (FRONT + "```predict\nask = 'value q'\nhints = 'x'\n```\n", 8, "did you mean 'hint'"),
        (FRONT + "```predict\nhint = 'x'\n```\n", 6, "what it asks"),
        (FRONT + "```predict\nask = 'value q'\n", 6, "no end"),
        (FRONT + "\n## backward: x\n", 7, "GATE → NODE"),
        (FRONT + "\n## forwards: q\n", 7, "did you mean forward"),
        (FRONT + "\n## seed: f\n", 7, "stands alone"),
        (FRONT + "\n# Another title\n", 7, "only heading"),
        (FRONT + "\nA bell: \x07\n", 7, "cannot be printed"),
        (FRONT + "\n## program: x*x with y\n", 7, "NAME = VALUE"),
    ],
)
def test_a_mistake_in_a_file_is_named_with_its_line(text, line, says):
    with pytest.raises(LessonError) as caught:
        parse(text, Path("t.md"))
    (problem,) = caught.value.problems
    assert problem.line == line
    assert says in problem.message


@pytest.mark.parametrize(
    "hostile",
    [
        FRONT + "```predict\nask = " + "[" * 50_000 + "\n```\n",
        FRONT + "```predict\nask = " + "9" * 10_000 + "\n```\n",
        FRONT + "```predict\nask = 2024-02-31\n```\n",
        FRONT + "```predict\nask = '" + "q" * 5_000 + "'\n```\n",
        FRONT + "## a\n" * 1_000,
    ],
)
def test_hostile_files_are_refused(hostile):
    with pytest.raises(LessonError):
        parse(hostile, Path("t.md"))


def test_a_file_that_is_too_large_or_no_text_is_refused(tmp_path):
    large, binary = tmp_path / "large.md", tmp_path / "binary.md"
    large.write_bytes(b"+" * (FILE + 1))
    binary.write_bytes(b"+++\n\xff\xfe")
    with pytest.raises(LessonError, match="bytes"):
        read_lesson(large)
    with pytest.raises(LessonError, match="UTF-8"):
        read_lesson(binary)
    with pytest.raises(InputError, match="cannot be read"):
        read_lesson(tmp_path / "none.md")


def test_a_program_in_a_lesson_never_runs_as_code(tmp_path):
    marker = tmp_path / "marker"
    lesson = lesson_of("", front_of(f"open('{marker}', 'w')", "x = 1"))
    with pytest.raises(LessonError, match="cannot be run"):
        rehearse(lesson)
    assert not marker.exists()


# -- stops ----------------------------------------------------------------------------------------------------------------------


@each(
    ("heading", "step"),
    [
        ("start", 0),
        ("forward: q", 1),
        ("forward: x+y", 1),
        ("forward: `f`", 2),
        ("forward", 2),
        ("Seed", 3),
        ("backward: × → q", 4),
        ("backward: mul -> z", 5),
        ("backward: * → z", 5),
        ("backward: x+y → x", 6),
        ("backward: + → y", 7),
        ("end", 7),
    ],
)
def test_a_heading_names_a_step(heading, step):
    stop = stop_of(heading)
    assert isinstance(stop, Stop)
    assert step_of_stop(rehearse(lesson_of("")).scenes[0].trace, stop) == step


def test_a_second_send_to_the_same_node_and_its_sum_have_stops():
    trace = rehearse(lesson_of("", front_of("x*x", "x = 3"))).scenes[0].trace
    steps = [step_of_stop(trace, stop_of(h)) for h in ("backward: x*x → x", "backward: x*x → x, second", "sum: x")]
    assert steps == [3, 4, 5]


@each("heading", ["forward: x", "forward: w", "backward: × → x", "backward: + → x, second", "sum: q", "backward: x → q"])
def test_a_stop_that_the_run_does_not_have_is_a_problem(heading):
    with pytest.raises(LessonError, match=r"t\.md:7: there is no such stop"):
        rehearse(lesson_of(f"\n## {heading}\n"))


def test_a_symbol_that_several_gates_have_is_refused_with_their_names():
    with pytest.raises(LessonError, match="which of a, b"):
        rehearse(lesson_of("\n## forward: +\n", front_of("a = x + 1; b = a + x; f = a*b", "x = 1")))


def test_a_heading_can_run_another_program_with_other_values():
    rehearsal = rehearse(lesson_of("## program: x*z with x = 3, z = 1/2\n\n## end\n\n## program: sigmoid(x) with expand\n"))
    outputs = [scene.trace.output for scene in rehearsal.scenes]
    assert outputs[:3] == [-12, 1.5, 1.5]
    assert [scene.trace.node(scene.trace.program.output).gate for scene in rehearsal.scenes][3] == "reciprocal"


# -- questions and their answers ------------------------------------------------------------------------------------------------


@each(
    ("ask", "value", "step"),
    [
        ("value q", 3, 1),
        ("gradient x", -4, 6),
        ("gradient f", 1, 3),
        ("local × → q", -4, 4),
        ("local x+y → x", 1, 6),
        ("contribution × → z", 3, 5),
    ],
)
def test_the_right_answer_is_computed_and_knows_the_step_that_shows_it(ask, value, step):
    solution = solution_of(ask)
    assert (solution.quantity.value, solution.step) == (value, step)
    assert mark(solution, numeral(value)).right


@pytest.mark.parametrize(
    ("about", "options", "right"),
    [
        ("pattern × → z", ["router", "switcher"], "switcher"),
        ("sign gradient x", ["positive", "negative", "zero"], "negative"),
        ("steepest", ["q", "z", "f"], "q"),
        ("local × → z", ["1", "q", "z"], "q"),
        ("gradient x", ["y", "z", "1 + z", "df/dz"], "z"),
    ],
)
def test_the_right_option_is_computed(about, options, right):
    solution = solution_of(f"choice: {about}", f"options = {json.dumps(options)}")
    assert options[solution.right] == right
    assert mark(solution, right).right
    assert mark(solution, str(options.index(right) + 1)).right
    assert mark(solution, next(option for option in options if option != right)).outcome == "wrong"
    assert mark(solution, "0").outcome == "unreadable"


def test_a_route_goes_to_the_winner():
    front = front_of("max(x, y)*z", "x = 1, y = 2, z = 3")
    solution = solution_of("choice: route max", 'options = ["x", "y"]', front=front)
    assert solution.right == 1


@each(
    ("ask", "lines", "says"),
    [
        ("value x", (), "is an input"),
        ("gradient w", (), "no node"),
        ("sum x", (), "no sum step"),
        ("colour x", (), "nothing to ask"),
        ("choice: pattern × → z", ('options = ["switcher", "blue"]',), "no option"),
        ("choice: pattern × → z", ('options = ["router", "dead"]',), "not among"),
        ("choice: local × → z", ('options = ["q", "3"]',), "several options"),
        ("choice: local × → z", ('options = ["z"]',), "two or more"),
        ("choice: local × → z", ('options = ["q", "z", "1"]',), "put it at place 1"),
        ("gradient x", ('options = ["1", "2"]',), "belong to a choice"),
        ("choice: route ×", ('options = ["q", "z"]',), "does not choose"),
    ],
)
def test_a_question_without_an_answer_is_a_problem(ask, lines, says):
    with pytest.raises(LessonError, match=says):
        solution_of(ask, *lines)


def test_a_lesson_cannot_ask_for_what_is_infinite():
    with pytest.raises(LessonError, match="nobody can type"):
        solution_of("value a", front=front_of("a = 1/x; f = a + 1", "x = 0"))


@each("typed", ["-4", "-8/2", "2 - 6", " −4 ", "-4.00", "df/dx = -4", "z", "df/dq", "∂f/∂q", "-4.0e0"])
def test_an_answer_may_be_a_fraction_an_expression_or_rounded(typed):
    assert mark(solution_of("gradient x"), typed).right


@each("typed", ["", "four", "1/", "x = ", "__import__('os')", "9" * 300, "f$", "∂f/∂x", "df/dx", "(" * 150])
def test_an_answer_that_is_no_number_is_no_try(typed):
    assert mark(solution_of("gradient x"), typed).outcome == "unreadable"


def test_a_value_wants_a_number_and_not_its_formula():
    verdict = mark(solution_of("value q"), "x + y")
    assert verdict.outcome == "unreadable"
    assert "what number" in verdict.sentence


@each(
    ("typed", "right", "accepted"),
    [
        (0.2, 0.1966, True),
        (0.19, 0.1966, False),
        (0.05, 0.0452, True),
        (-0.001, 0.001, False),
        (0.0, 0.001, False),
        (0.0, 0.0, True),
        (0.01, 0.0, False),
        (0.0, 1e-17, True),
        (102, 100, True),
        (103, 100, False),
    ],
)
def test_two_percent_is_right_and_near_zero_a_little_more(typed, right, accepted):
    assert agrees(typed, right) is accepted


@each(
    ("ask", "front", "typed", "says"),
    [
        ("gradient x", FRONT, "4", "sign is turned"),
        ("gradient x", FRONT, "1", "That is the local gradient"),
        ("gradient x", FRONT, "-3", "multiplied, not added"),
        ("gradient z", FRONT, "-4", "by z itself"),
        ("gradient x", front_of("a = 3*x; f = a*y", "x = 2, y = 5"), "5", "upstream gradient of a"),
        ("local × → z", FRONT, "-4", "That is z itself"),
        ("local a → x", front_of("a = x*y; f = a*z", "x = 2, y = 3, z = 7"), "21", "contribution"),
        ("value f", FRONT, "-1", "add the inputs"),
        ("value q", FRONT, "7", "sign of x is turned"),
        ("value q", FRONT, "5", "That is y"),
        ("sum x", front_of("x*y + x", "x = 3, y = -2"), "-2", "one contribution"),
        ("sum x", front_of("x*x", "x = 3"), "9", "not multiplied"),
        ("sum x", front_of("x*x", "x = 4"), "4", "one contribution"),
        ("local a → x", front_of("a = x/4; f = a*y", "x = 8, y = 1"), "4", "reciprocal"),
        ("gradient x", FRONT, "100", "sign and at the size"),
    ],
)
def test_a_common_slip_is_recognised_and_said(ask, front, typed, says):
    verdict = mark(solution_of(ask, front=front), typed)
    assert verdict.outcome == "wrong"
    assert says in verdict.sentence


# -- numbers in the prose -------------------------------------------------------------------------------------------------------


@each(
    "text",
    [
        "q = 3",
        "q = x + y = -2 + 5 = 3",
        "df/dx = df/dq · ∂q/∂x = -4 · 1 = -4",
        "df/d(x+y) = −4.0",
        "df/dz = ∂f/∂z = q",
        "1/q ≈ 0.33",
        "2 * 3 = 6",
    ],
)
def test_a_true_claim_has_no_fault(text):
    assert fault(rehearse(lesson_of("")).scenes[0].trace, Claim(text, 1)) == ""


@each(
    "text",
    ["q = 4", "q = 3.01", "1/q = 0.34", "df/dx = 4", "df/dx = ∂q/∂x", "∂f/∂x = -4", "dq/dx = 1", "w = 3", "q = x y", "∂x/∂y = 1"],
)
def test_a_false_or_unreadable_claim_has_one(text):
    assert fault(rehearse(lesson_of("")).scenes[0].trace, Claim(text, 1)) != ""


def test_claims_are_inline_code_with_an_equals_sign_and_lines_of_a_run_block():
    prose = Prose("One `q = 3` and `x*x` and $`q = 4`$.\n\n```run\nf = -12\n```\n\n```python\nq = 5\n```\n\n`z =\n-4` ends.", 10)
    assert [(claim.text, claim.line) for claim in claims_in(prose)] == [("q = 3", 10), ("f = -12", 13), ("z = -4", 20)]


# -- checking -------------------------------------------------------------------------------------------------------------------


def written(tmp_path: Path, body: str, front: str = FRONT) -> Path:
    path = tmp_path / "01-t.md"
    path.write_text(front + body, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("body", "line", "says"),
    [
        ("", 1, "asks something"),
        (predict("value q") + "\nNow `q = 4`.\n", 12, "does not agree"),
        ("## forward: q\n" + predict("value q"), None, ""),
        ("## forward: q\n\n## forward\n" + predict("value q"), 9, "on show already"),
        ("## end\n\n## start\n" + predict("value q"), 8, "comes before"),
        ("```predict\nask = 'value q'\nbecause = 'b'\n```\n", 6, "no hint"),
        ("```predict\nask = 'value q'\nhint = 'h'\n```\n", 6, "no because"),
        ("```predict\nask = 'value q'\nhint = 'It is 3, of course.'\nbecause = 'b'\n```\n", 8, "writes the right answer"),
        ("```predict\nask = 'value q'\nhint = 'h'\nbecause = 'It is 3.'\n```\n", 9, "writes the right answer"),
    ],
)
def test_check_finds_what_is_wrong_and_where(tmp_path, body, line, says):
    problems = check(written(tmp_path, body))
    if line is None:
        assert problems == []
    else:
        assert any(problem.line == line and says in problem.message for problem in problems), list(map(str, problems))


LEARNED = (
    "The gradient is df/dx, and `df/dz = 3`. The gate's own is ∂q/∂x, or $`\\frac{\\partial q}{\\partial x}`$. Or drift/drag.\n\n"
    "```python\n∂f/∂x\n```\n"
)


@pytest.mark.parametrize(
    ("program", "text", "says"),
    [
        ("", LEARNED, ""),
        ("", "So ∂f/∂x is next.", "the gate of f does not read x: the whole effect is df/dx"),
        ("", "So `∂f/∂x = -4`.", "the whole effect is df/dx"),
        ("", "```run\n∂f/∂x = -4\n```", "the whole effect is df/dx"),
        ("", "So $`\\frac{\\partial f}{\\partial x}`$ is next.", "the whole effect is df/dx"),
        ("", "So dq/dx is next.", "what this run differentiates is f: the effect through one gate is ∂q/∂x"),
        ("", "So dz/dx is next.", "what this run differentiates is f: the gradient of x is df/dx"),
        ("", "So ∂f/dx is next.", "write df/dx for the whole effect"),
        ("", "So ∂q/∂w is next.", "the run has no node 'w'"),
        ("", "So df/d(x + y) is next.", "write df/dq"),
        ("`loss = x*w1` with w1 = 1", "So dloss/dw1 is next.", "write d(loss)/dw1"),
        ("`loss = x*w1` with w1 = 1", "So d(loss)/dw1 is next.", ""),
        ("`d = x*y; f = d*z`", "So df/dx is next.", "write Df/Dx"),
        ("`d = x*y; f = d*z`", "So Df/Dx is next.", ""),
        ("`x*x`", "Now ∂f/∂x is wanted.", "write ∂f/∂x⁽¹⁾ or ∂f/∂x⁽²⁾ for the effect through one gate, df/dx for the whole"),
        ("`x*x`", "Now ∂f/∂x⁽²⁾, then `df/dx⁽¹⁾ = -2`, then df/dx.", ""),
        ("`x*x`", "Now df/dx⁽³⁾ is wanted.", "x has no use number 3"),
        ("`2*x*y`", "Now `df/d(2*x)` is wanted.", ""),
    ],
)
def test_check_holds_derivatives_against_the_notation_of_the_run(tmp_path, program, text, says):
    heading = f"## program: {program}\n\n" if program else ""
    path = written(tmp_path, f"{predict('value q')}\n{heading}{text}\n")
    problems = check(path)
    if not says:
        assert problems == []
        return
    (problem,) = problems
    assert says in problem.message
    lines = path.read_text(encoding="utf-8").split("\n")
    assert re.search(r"is (next|wanted)|= -4", lines[problem.line - 1])


@pytest.mark.parametrize("key", ["question", "hint", "because"])
def test_check_looks_at_derivatives_in_questions_too(tmp_path, key):
    words = {"question": "What is it?", "hint": "h", "because": "b"} | {key: "It is ∂f/∂x."}
    body = "```predict\nask = 'value q'\n" + "".join(f"{k} = '{v}'\n" for k, v in words.items()) + "```\n"
    (problem,) = check(written(tmp_path, body))
    assert "the whole effect is df/dx" in problem.message
    assert problem.line == 8 + list(words).index(key)


def test_check_names_needs_that_are_not_there_and_values_that_nobody_uses(tmp_path):
    front = FRONT.replace("z = -4 }", 'z = -4, w = 1 }\nneeds = ["07-nothing"]')
    messages = " ".join(str(problem) for problem in check(written(tmp_path, predict("value q"), front)))
    assert "07-nothing" in messages
    assert "value to w" in messages


def test_check_lists_every_stop_and_question_that_fails(tmp_path):
    problems = check(written(tmp_path, "## forward: w\n\n## sum: q\n\n" + predict("value x")))
    assert [problem.line for problem in problems] == [6, 8, 11]


FAULTY = """+++
title = "T"
program = "q = x + y; f = q*z"
inputs = { x = -2, y = 5, z = -4 }
minutes = "ten"
rows = "all"
colour = "red"
+++

## forwards: q

```predict
ask = "value q"
answer = 3
hints = "x"
```

## forward: q

```predict
ask = 3
hint = ["h", 4]
because = "b"
```

```predict
ask = "value f
```

```figure
loss =
```

# Another title

```predict
ask = "gradient w"
hint = "h"
because = "b"
```

## program: `1/`

`q = 4`

## program: `x*y`

`x*y = 11` and \x07.

```run
x = 1
"""


def test_check_lists_all_that_is_wrong_in_a_file_at_once(tmp_path):
    path = tmp_path / "01-t.md"
    path.write_text(FAULTY, encoding="utf-8")
    lines = FAULTY.split("\n")
    said = {(problem.line, problem.message) for problem in check(path)}
    expected = [
        ("minutes =", "whole number"),
        ("rows =", "list of whole numbers"),
        ("colour =", "means nothing here"),
        ("## forwards", "did you mean forward"),
        ("answer = 3", "never written down"),
        ('hints = "x"', "did you mean 'hint'"),
        ("ask = 3", "ask is a text"),
        ('hint = ["h", 4]', "list of such texts"),
        ('ask = "value f', "not TOML"),
        ("loss =", "not TOML"),
        ("# Another", "only heading"),
        ("## program: `1/`", "cannot be run"),
        ("`x*y = 11`", "cannot be printed"),
        ("```run", "no end"),
    ]
    for begins, says in expected:
        line = next(n for n, text in enumerate(lines, 1) if text.startswith(begins))
        assert any(at == line and says in message for at, message in said), (begins, sorted(said))
    with pytest.raises(LessonError) as caught:
        read_lesson(path)
    assert len(caught.value.problems) >= len(expected) - 1


def test_check_looks_at_what_can_be_run_beside_what_cannot_be_read(tmp_path):
    body = (
        "```predict\nask = 3\n```\n\n`q = 4`\n\n"
        + predict("value w")
        + "\n## program: `1/`\n\n`q = 5`\n\n## program: `x*y`\n\n`x*y = 11`\n"
    )
    path = written(tmp_path, body)
    text = path.read_text(encoding="utf-8").split("\n")
    assert [text[problem.line - 1] for problem in check(path)] == [
        "ask = 3",
        "`q = 4`",
        'ask = "value w"',
        "## program: `1/`",
        "`x*y = 11`",
    ]


OF_AN_AUTHOR = [
    ('title = "T"', "title = T", 2, 'a text stands in quotes: title = "…"'),
    ("+++", "---", 1, "TOML between two lines of +++, not of ---"),
    ('ask = "value q"', "ask = “value q”", 10, 'quotes are straight ones, "'),
    ("```predict", "```Predict", 9, "a question stands in a block of 'predict'; this one, of 'Predict', is shown as code"),
    ("```predict", "```json", 9, "this one, of 'json', is shown as code"),
    ('because = "b"\n```', 'because = "b"', 9, "no end before line 12, a heading: a line of ``` is missing"),
    ('ask = "value q"', 'ask = "valeu q"', 10, "did you mean 'value'?"),
    ('ask = "value q"', 'ask = "value Q"', 10, "did you mean 'q'?"),
    ('title = "T"', 'title = "T"\nlang = "klingon"', 3, 'the code of a language: lang = "he"'),
    ('"q = x + y; f = q*z"', '"q = x + y; f = np.dot(q, z)"', 3, "write q @ z"),
    ("z = -4", "w = -4", 3, "no value for z"),
    ("z = -4", "ж = -4", 4, 'stands in quotes here: "ж" = …'),
]


def test_check_says_what_to_write_instead(tmp_path):
    text = (
        '+++\ntitle = "T"\nprogram = "q = x + y; f = q*z"\ninputs = { x = -2, y = 5, z = -4 }\n+++\n\nIntro.\n\n'
        '```predict\nask = "value q"\nbecause = "b"\n```\n## forward: f\n'
        '```predict\nask = "value f"\nbecause = "b"\n```\n'
    )
    path = tmp_path / "01-t.md"
    for old, new, line, says in OF_AN_AUTHOR:
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        problems = [(problem.line, problem.message) for problem in check(path)]
        assert any(at == line and says in message for at, message in problems), (new, problems)
        assert all("command line" not in message for _, message in problems), new


# -- going through a lesson -----------------------------------------------------------------------------------------------------


def simple() -> LessonRun:
    body = (
        "Intro.\n\n## forward: q\n\nBefore.\n\n"
        + predict("value q")
        + "\nAfter.\n\n## end\n\n"
        + predict("gradient x")
        + "Done.\n"
    )
    return LessonRun(rehearse(lesson_of(body)))


def test_the_run_stops_before_the_answer_and_shows_it_afterwards():
    state = simple().next()
    assert state.step == 0
    assert [type(block).__name__ for block in state.blocks] == ["Prose", "Question"]
    assert state.next() is state
    after, verdict = state.answer("3")
    assert verdict.right
    assert after.step == 1
    assert len(after.blocks) == 3
    assert state.step == 0, "a state does not change"


def test_a_reason_is_shown_without_marks_of_markdown():
    body = "## forward: q\n\n" + predict("value q").replace('because = "', 'because = "*Mind* `2*x*y`: ')
    after, _ = LessonRun(rehearse(lesson_of(body))).go(1).answer("3")
    (solution,) = after.rehearsal.solutions.values()
    assert "Mind 2*x*y: " in " ".join(answer_lines(after, solution))


def test_a_heading_alone_is_no_page():
    body = "Intro.\n\n## What if?\n\n## program: `x*y`\n\n## forward\n\nText.\n\n## sum: x\n\n## Last\n\nText.\n"
    state = LessonRun(rehearse(lesson_of(body.replace("x*y", "x*y + x")))).next()
    assert state.headings == ("What if?", "program: x*y + x", "forward")
    # A step is something to look at, also where nothing is said of it.
    assert state.next().headings == ("sum: x",)
    assert state.next().next().headings == ("Last",)
    assert state.next().back() == state
    assert state.back().place == 0


def test_the_run_waits_in_front_of_the_last_contribution_because_a_drawing_shows_the_total_there():
    body = f"## backward: x*x → x, second\n\n{predict('sum x')}\n## sum: x\n"
    state = LessonRun(rehearse(lesson_of(body, front_of("x*x", "x = 3")))).next()
    assert state.step == 3
    after, verdict = state.answer("6")
    assert verdict.right
    assert after.step == 4
    late = f"## backward: x*x → x, second\n\n## sum: x\n\n{predict('sum x')}"
    assert LessonRun(rehearse(lesson_of(late, front_of("x*x", "x = 3")))).go(2).step == 3


def test_wrong_answers_are_counted_and_unreadable_ones_are_not():
    state = simple().next()
    for typed in ("7", "8", "what"):
        state, _ = state.answer(typed)
    assert state.answered(state.open).tries == 2


def test_hints_come_one_at_a_time_and_are_counted():
    state = simple().next()
    assert state.hints == ()
    state = state.hint()
    assert state.hints == ("Think.",)
    assert state.hint() is state
    assert state.answer("3")[0].answers["value q"].hints == 1


def test_a_given_up_question_is_done_but_not_right():
    state = simple().next().show().next().show()
    assert (state.done, state.right, state.total, state.finished) == (2, 0, 2, True)
    assert state.answer("3")[1].outcome == "unreadable"
    assert state.again().done == 0


def test_going_back_keeps_the_answers():
    state = simple().next().answer("3")[0].next().back().back().back()
    assert (state.place, state.done) == (0, 1)
    assert state.go(99).last


# -- the place is kept ----------------------------------------------------------------------------------------------------------


def test_a_place_is_kept_and_found_again(own_data):
    state = simple().next().hint().answer("7")[0].answer("3")[0].next()
    assert progress.save(state) == progress.Kept(True)
    again = progress.resume(simple(), progress.load())
    assert (again.place, again.answers) == (state.place, state.answers)
    assert [path.name for path in own_data.iterdir()] == ["progress.json"]


def test_a_finished_lesson_opens_at_its_start_with_its_answers():
    state = simple().next().show().next().show()
    progress.save(state)
    again = progress.resume(simple(), progress.load())
    assert (again.place, again.done) == (0, 2)


def test_saving_one_lesson_leaves_the_others_as_they_are(own_data):
    first = LessonRun(rehearsed("1"))
    progress.save(simple().next())
    progress.save(first)
    assert len(progress.load().by_key) == 2
    assert "the-computational-graph" in progress.load().by_key


def test_a_place_that_was_kept_under_another_number_is_found_and_kept(own_data):
    lesson = LessonRun(rehearsed("batch-normalisation")).next()
    progress.save(lesson)
    file = own_data / "progress.json"
    file.write_text(file.read_text().replace('"batch-normalisation"', '"15-batch-normalisation"'))
    assert progress.resume(LessonRun(lesson.rehearsal), progress.load()).place == 1
    progress.save(lesson.next())
    again = progress.load()
    assert progress.resume(LessonRun(lesson.rehearsal), again).place == 2
    assert "done 0/" in said([])[1]


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "{",
        "[]",
        "[" * 100_000,
        '{"schema": 1}',
        '{"schema": 1, "lessons": {"a": {"section": -1}}}',
        '{"schema": 1, "lessons": {"a": 3}}',
        '{"schema": 1, "lessons": {"a": {"section": 0, "total": 1, "finished": false, "questions": []}}}',
    ],
)
def test_a_damaged_file_is_set_aside_and_never_lost(own_data, damaged):
    own_data.mkdir()
    (own_data / "progress.json").write_text(damaged)
    kept = progress.load()
    assert kept.by_key == {}
    assert "set aside as progress.damaged-1.json" in kept.message
    assert (own_data / "progress.damaged-1.json").read_text() == damaged
    assert progress.save(simple()) == progress.Kept(True)
    (own_data / "progress.json").write_text("{")
    assert "damaged-2" in progress.load().message


def test_the_file_of_a_newer_version_is_left_alone(own_data):
    own_data.mkdir()
    newer = '{"schema": 99, "lessons": {}}'
    (own_data / "progress.json").write_text(newer)
    assert "newer graphstep" in progress.save(simple()).message
    assert (own_data / "progress.json").read_text() == newer


def test_a_place_that_cannot_be_kept_is_said_and_the_lesson_goes_on(own_data, monkeypatch):
    own_data.parent.joinpath("file").write_text("")
    monkeypatch.setenv("GRAPHSTEP_DATA", str(own_data.parent / "file"))
    kept = progress.save(simple())
    assert not kept.done
    assert "cannot be" in kept.message


# -- finding lessons ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["2", "02", "chain rule", "Backward: the chain rule", "02-backward-the-chain-rule"])
def test_a_lesson_is_found_by_number_or_by_a_part_of_its_name(word):
    assert find(word).stem == "02-backward-the-chain-rule"


def test_a_lesson_is_found_by_its_path(tmp_path):
    path = written(tmp_path, "")
    assert find(str(path)) == path


@pytest.mark.parametrize(("word", "says"), [("99", "no lesson"), ("gate", "several lessons"), ("nothing.md", "no lesson file")])
def test_a_lesson_that_there_is_not_is_an_error(word, says):
    with pytest.raises(InputError, match=says):
        find(word)


def test_the_catalogue_skips_what_is_no_lesson(tmp_path):
    written(tmp_path, "")
    (tmp_path / "02-broken.md").write_text("no front matter")
    (tmp_path / "README.md").write_text("hello")
    assert [lesson.title for lesson in catalogue(tmp_path)] == ["T"]
    assert catalogue(tmp_path / "nowhere") == ()


def test_the_table_of_lessons_imports_neither_numpy_nor_the_screen():
    code = (
        "import sys, io; from graphstep.teaching.lesson.command import run; run([], io.StringIO());"
        "print([m for m in ('numpy', 'sympy', 'networkx', 'textual', 'rich') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# -- the command ----------------------------------------------------------------------------------------------------------------


def said(words: list[str]) -> tuple[int, str]:
    out = io.StringIO()
    return run(words, out), out.getvalue()


def test_the_table_says_what_is_done_and_what_comes_next():
    assert "Start: graphstep lesson 1" in said([])[1]
    lesson = LessonRun(rehearsed("1")).next().next()
    progress.save(lesson.answer("3")[0])
    status, text = said([])
    assert status == 0
    assert "done 1/10" in text
    assert "Go on: graphstep lesson 1" in text


def test_without_a_terminal_a_lesson_is_printed_with_its_answers_at_the_end():
    status, text = said(["2"])
    body, answers = text.split("\nAnswers\n")
    assert status == 0
    assert "Question 1." in body
    assert "2. df/df = 1." in answers
    assert text == "".join(handout(open_lesson(find("2")))) + "\nMade by\n\n  graphstep lesson 2 --format text\n"


def test_a_lesson_opens_at_the_place_that_is_kept():
    progress.save(LessonRun(rehearsed("1")).next())
    opened = []
    assert run(["1"], io.StringIO(), lambda start: opened.append(start) or 0) == 0
    assert [(start.rehearsal.lesson.title, start.place) for start in opened] == [("The computational graph", 1)]


def test_lesson_check_reports_file_and_line_and_fails(tmp_path):
    path = written(tmp_path, predict("value q") + "`q = 4`\n")
    status, text = said(["check", str(path)])
    assert status == 1
    assert f"{path}:11: 'q = 4'" in text
    status, text = said(["check", str(tmp_path / "none.md")])
    assert status == 1
    assert "cannot be read" in text


def test_lesson_check_without_a_file_checks_all_that_are_shipped(monkeypatch):
    monkeypatch.setattr("graphstep.teaching.lesson.check.rehearse_faulty", lambda lesson: (opened(lesson.path), []))
    assert said(["check"]) == (0, f"{len(SHIPPED)} lessons checked: all right\n")


@pytest.mark.parametrize(
    "body",
    [
        "`" * 15_000,
        "` " * 7_500,
        "*a " * 5_000,
        "```" + " " * 15_000 + "`",
        "## " + "a" + " " * 15_000 + "b",
        "## a" + " #" * 7_000 + " b",
        "> " * 7_000,
        "`" + "∂" * 15_000 + " = 1`",
        "df" * 7_500,
        "d(" * 7_500,
        "df/d(x" * 2_000,
        r"\frac{d" * 2_000,
        "`" + "(" * 300 + " = 1`\n\n" * 1,
    ],
    ids=lambda body: body[:8],
)
def test_a_hostile_text_costs_no_more_than_its_length(tmp_path, body):
    path = written(tmp_path, body + "\n" + predict("value q"))

    def work() -> None:
        if not check(path):
            "".join(handout(open_lesson(path)))

    assert effort(work) < 200_000 + 100 * len(body)


def test_a_product_outside_of_code_is_a_problem_because_markdown_drops_its_stars(tmp_path):
    problems = check(written(tmp_path, predict("value q") + "Not x*x and y*y.\n\nBut `x*x` is fine.\n\n```\nx*x\n```\n"))
    assert [problem.line for problem in problems] == [11, 11]


def own_lesson(folder, name="mine.md", ask="value f"):
    folder.mkdir(exist_ok=True)
    front = '+++\ntitle = "Mine"\nprogram = "f = x*y"\ninputs = { x = 2, y = 3 }\n+++\n\n'
    text = f'{front}Prose.\n\n```predict\nask = "{ask}"\n```\n'
    (folder / name).write_text(text)
    return LessonRun(open_lesson(folder / name))


def test_a_lesson_of_ones_own_is_known_by_its_name_and_what_it_asks_wherever_it_lies(own_data, tmp_path):
    lesson = own_lesson(tmp_path / "one")
    progress.save(lesson.answer("6")[0])
    moved = own_lesson(tmp_path / "two")
    file = tmp_path / "two" / "mine.md"
    file.write_text(file.read_text().replace("Prose.", "Prose that was mended."))
    assert progress.resume(LessonRun(open_lesson(file)), progress.load()).done == 1
    assert progress.resume(moved, progress.load()).done == 1
    # Another lesson of the name, and the same under another one.
    assert progress.resume(own_lesson(tmp_path / "three", ask="gradient x"), progress.load()).done == 0
    assert progress.resume(own_lesson(tmp_path / "one", "other.md"), progress.load()).done == 0


def test_a_place_that_was_kept_under_a_path_is_found_and_kept_under_the_lesson(own_data, tmp_path):
    lesson = own_lesson(tmp_path / "one")
    progress.save(lesson.answer("6")[0])
    file = own_data / "progress.json"
    (key,) = progress.load().by_key
    file.write_text(file.read_text().replace(key, str(lesson.rehearsal.lesson.path.resolve())))
    again = progress.resume(lesson, progress.load())
    assert again.done == 1
    progress.save(again)
    assert [*progress.load().by_key] == [key]


def test_progress_is_exported(own_data, tmp_path):
    progress.save(own_lesson(tmp_path / "one").answer("6")[0])
    status, text = said(["progress"])
    (place,) = json.loads(text)["lessons"].values()
    assert (status, place["done"], place["right"], place["total"]) == (0, 1, 1, 1)
    assert said(["progress", str(tmp_path / "mine.json")])[0] == 0
    assert (tmp_path / "mine.json").read_text() == text
    with pytest.raises(InputError, match="one file"):
        said(["progress", "a", "b"])

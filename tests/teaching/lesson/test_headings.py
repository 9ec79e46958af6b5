"""Headings: which step each of them names, and which program it runs."""

from __future__ import annotations

import pytest

from graphstep.ground.errors import InputError
from graphstep.teaching.lesson.document import LessonError, Stop
from graphstep.teaching.lesson.headings import stop_of
from graphstep.teaching.lesson.rehearsal import rehearse, step_of_stop
from tests.cases import each
from tests.lessons import front_of, lesson_of
from tests.teaching.lesson.test_rehearsal import LAYER, PRODUCT, trace_of


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


@each(
    ("heading", "step"),
    [
        ("forward: @", 1),
        ("forward: copy", 2),
        ("forward: Σ", 5),
        ("backward: copy → b", 13),
        ("backward: @ → W", 15),
        ("sum: s", 10),
    ],
)
def test_structural_gates_are_stops_by_their_symbols(heading, step):
    stop = stop_of(heading)
    assert stop is not None
    assert not isinstance(stop, str)
    assert step_of_stop(trace_of(LAYER), stop) == step


def test_of_several_gates_with_one_symbol_the_one_that_sends_there_is_meant():
    trace = trace_of(front_of("h = W @ x; s = w @ h", "W = [[1, 2], [3, 4]], w = [1, 2], x = [1, 2]"))
    stops = [stop_of(f"backward: @ → {name}") for name in ("w", "h", "W", "x")]
    assert [step_of_stop(trace, stop) for stop in stops] == [4, 5, 6, 7]
    with pytest.raises(InputError, match="which of h, s"):
        step_of_stop(trace, stop_of("forward: @"))


def test_a_heading_may_give_an_array_or_a_call():
    heading = "\n## program: q = W @ x; f = sum(q) with x = [1, 2], W = randn(3, 2, seed=1)\n"
    trace = rehearse(lesson_of(heading, PRODUCT)).scenes[1].trace
    assert [trace.program.nodes[trace.program.find(name)].shape for name in "Wxq"] == [(3, 2), (2,), (3,)]

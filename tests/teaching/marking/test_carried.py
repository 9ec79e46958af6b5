"""Errors carried forward: the rule, held against a second marker that knows nothing of graphstep, and case by case."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import graphstep as gs
from graphstep.engine.overrides import Override, overridden
from graphstep.teaching.marking.question import Question
from graphstep.teaching.marking.solution import solve
from graphstep.teaching.marking.verdict import Verdict, mark_all
from tests import reference_marker
from tests.cases import each
from tests.simulated_students import student


def marked(program: str, inputs: dict[str, Any], asked: dict[str, str]) -> list[Verdict]:
    """The verdicts on answers by what is asked."""
    trace = gs.run(program, inputs=inputs).trace
    return mark_all([solve(Question(ask, (), "", "", (), ask, 0), trace) for ask in asked], [*asked.values()])


def outcomes(program: str, inputs: dict[str, Any], asked: dict[str, str]) -> list[str]:
    return [verdict.outcome for verdict in marked(program, inputs, asked)]


PRODUCT = "q = x + y; f = q*z", {"x": -2, "y": 5, "z": -4}


def test_two_markers_agree_on_students_who_err() -> None:
    met = set()
    # In the last of them u · (1/u) is 1 for one marker, and 1 − 1e-16 for the other.
    for seed in (*range(40), 327):
        outcome = student(seed)
        assert outcome.marks == outcome.reference, seed
        met |= {*outcome.marks}
        wrong = [outcome.verdicts[n] for n in outcome.work.planted if outcome.marks[n] == "wrong"]
        assert all(verdict.slip for verdict in wrong), seed
    assert met == {"right", "carried", "unsure", "wrong", "unreadable"}


def test_the_second_marker_imports_nothing_of_graphstep() -> None:
    tree = ast.parse(Path(reference_marker.__file__).read_text(encoding="utf-8"))
    imports = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    imports |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert imports == {"__future__", "dataclasses", "math"}


CASES = [
    # The error itself earns nothing, what follows from it does.
    ({"value q": "7", "value f": "-28", "gradient z": "7"}, ["wrong", "carried", "carried"]),
    # The true number is right, always.
    ({"value q": "7", "value f": "-12"}, ["wrong", "right"]),
    # What cannot be read puts nothing in.
    ({"value q": "?", "value f": "-28"}, ["unreadable", "wrong"]),
    # 0 · z is 0 whatever was thought; 1 · z is z, and may be copied.
    ({"value q": "0", "value f": "0"}, ["wrong", "unsure"]),
    ({"value q": "1", "value f": "-4"}, ["wrong", "unsure"]),
    # Two wrong numbers, of which one was used.
    ({"value q": "7", "local × → q": "5", "gradient q": "5", "gradient x": "5"}, ["wrong", "wrong", "carried", "carried"]),
    # A right answer that was rounded is computed with as well: nothing is wrong here.
    ({"value q": "3.0", "value f": "-12"}, ["right", "right"]),
]


@each(("asked", "expected"), CASES, ids=[" ".join(asked.values()) for asked, _ in CASES])
def test_the_rule_case_by_case(asked: dict[str, str], expected: list[str]) -> None:
    assert outcomes(*PRODUCT, asked) == expected


def test_a_rounded_number_may_be_computed_with() -> None:
    neuron = "s = sigmoid(x); f = s*(1-s)"
    assert outcomes(neuron, {"x": 1}, {"value s": "0.73", "value f": "0.1971"}) == ["right", "carried"]
    assert outcomes(neuron, {"x": 1}, {"value f": "0.1971"}) == ["wrong"]


def test_of_two_wrong_numbers_each_is_tried_alone() -> None:
    program, inputs = "p = x*y; q = y + z; f = p*q", {"x": 2, "y": 3, "z": 4}
    # p = 6 and q = 7. With both wrong numbers it is 55; with one of them and the other right it is 35 or 66.
    for answer, outcome in (("55", "carried"), ("35", "carried"), ("66", "carried"), ("44", "wrong")):
        assert outcomes(program, inputs, {"value p": "5", "value q": "11", "value f": answer})[-1] == outcome
    said = marked(program, inputs, {"value p": "5", "value q": "11", "value f": "66"})[-1].sentence
    assert said.startswith("Follows from your q = 11: f = 66 with that.")


def test_a_misconception_is_found_in_the_run_with_the_earlier_answers_too() -> None:
    verdicts = marked(*PRODUCT, {"value q": "7", "local × → z": "7", "contribution × → q": "28"})
    assert [each.outcome for each in verdicts] == ["wrong", "carried", "wrong"]
    tanh = marked("t = tanh(x); f = t*y", {"x": 0.5, "y": 3}, {"value t": "0.6", "local tanh → x": "0.4"})[-1]
    assert tanh.outcome == "wrong"
    assert tanh.slip == "The square is missing: the slope of tanh is 1 minus the square of its output."


def test_arrays_are_marked_cell_by_cell() -> None:
    program, inputs = "q = W@x; f = sum(q*q)", {"W": [[1.0, 2.0], [3.0, 4.0]], "x": [5.0, 6.0]}
    shares = [each.share for each in marked(program, inputs, {"value q": "17, 40", "gradient q": "34, 80"})]
    assert shares == [0.5, 1.0]
    assert outcomes(program, inputs, {"value q": "17, 40", "gradient q": "34, 80"}) == ["wrong", "carried"]
    assert outcomes(program, inputs, {"value q[1]": "40", "gradient q": "34, 80"}) == ["wrong", "carried"]


def test_a_local_gradient_of_one_cell_is_carried_on() -> None:
    program, inputs = "t = tanh(x); f = sum(3*t)", {"x": [0.5, 1.0]}
    assert outcomes(program, inputs, {"local tanh → x[0]": "0.5", "contribution tanh → x[0]": "1.5"}) == ["wrong", "carried"]
    assert outcomes(program, inputs, {"local tanh → x[1]": "0.5", "gradient x": "2.359343, 1.5"}) == ["wrong", "carried"]


def test_numbers_can_be_put_into_a_run() -> None:
    trace = gs.run(*PRODUCT[:1], inputs=PRODUCT[1]).trace
    names = trace.program.names
    other = overridden(trace, [Override("value", names["q"], 7.0)])
    assert (other.output, other.gradient_of(names["z"]), other.gradient_of(names["x"])) == (-28.0, 7.0, -4.0)
    edge = trace.arrivals(names["q"])[0].edge
    for kind, number, gradient in (("local", 2.0, 2.0), ("contribution", 5.0, 5.0)):
        other = overridden(trace, [Override(kind, edge, number)])
        assert (other.output, other.gradient_of(names["q"]), other.gradient_of(names["x"])) == (-12.0, gradient, gradient)
    other = overridden(trace, [Override("gradient", names["q"], 9.0)])
    assert (other.gradient_of(names["q"]), other.gradient_of(names["x"])) == (9.0, 9.0)
    assert trace.output == -12.0

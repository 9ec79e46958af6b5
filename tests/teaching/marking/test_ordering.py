"""Questions about an order, of which every valid one is right, and the tableau of a run, which is marked row by row."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

import graphstep as gs
from graphstep.engine.trace import Trace
from graphstep.ground.errors import InputError
from graphstep.teaching.marking.question import Question
from graphstep.teaching.marking.solution import Solution, solve
from graphstep.teaching.marking.tableau import rows_of
from graphstep.teaching.marking.verdict import mark, mark_all
from graphstep.telling.names import name_of
from tests.cases import each

DIAMOND = "a = x*y; b = a + x; c = a*y; g = b*c; f = g + a"


def trace_of(program: str, **inputs: Any) -> Trace:
    return gs.run(program, inputs=inputs).trace


def ordered(trace: Trace, ask: str, *options: str) -> Solution:
    return solve(Question(ask, (), "", "", options, ask, 0), trace)


def filled(trace: Trace, ask: str) -> tuple[Solution, ...]:
    return rows_of(Question(ask, (), "Because.", "", (), ask, 0), trace)


def readers(trace: Trace, gate: int) -> set[int]:
    return {i for i, node in enumerate(trace.program.nodes) if gate in node.operands}


@each("program", ["q = x + y; r = q*y; f = q + r", "p = x*y; s = x + y; f = p*s", DIAMOND])
@each("ask", ["order backward", "order forward"])
def test_an_order_is_right_where_each_gate_waits_for_all_that_it_has_to(program: str, ask: str) -> None:
    trace = trace_of(program, x=2, y=3)
    solution = ordered(trace, ask)
    assert solution.order is not None
    right = 0
    for order in permutations(solution.order.gates):
        place = {gate: n for n, gate in enumerate(order)}
        forwards = all(place[gate] < place[other] for gate in order for other in readers(trace, gate) if other in place)
        backwards = all(place[gate] > place[other] for gate in order for other in readers(trace, gate) if other in place)
        verdict = mark(solution, ", ".join(name_of(trace.program, gate) for gate in order))
        assert verdict.right == (forwards if ask.endswith("forward") else backwards)
        right += verdict.right
    assert right == solution.order.count
    assert not mark(solution, " ".join(map(str, range(1, len(solution.order.gates) + 1)))).right, "what is offered is no answer"


@each(
    ("typed", "said"),
    [
        ("a, f, g, b, c", "a sends too early: nothing has arrived there yet, and it waits for what f sends."),
        ("f a g b c", "a sends too early: 1 of its 3 contributions has arrived, and that of c is still missing."),
        ("f > g > b > a > c", "a sends too early: 2 of its 3 contributions have arrived, and that of c is still missing."),
        ("f, b, g, c, a", "b sends too early: nothing has arrived there yet, and it waits for what g sends."),
        ("f g c b a", "Right: it is one of 2 possible orders."),
        ("f, g, b, a", "Still missing: c."),
        ("f, g, b, b, a", "b stands there twice: each works once."),
        ("h, g", "Put these 5 into an order: their numbers or names, with commas between."),
    ],
)
def test_of_a_wrong_order_the_first_gate_that_comes_too_early_is_named_with_the_reason(typed: str, said: str) -> None:
    assert mark(ordered(trace_of(DIAMOND, x=2, y=3), "order backward"), typed).sentence == said


def test_an_order_may_be_one_of_some_gates_and_what_stands_between_them_counts() -> None:
    trace = trace_of(DIAMOND, x=2, y=3)
    solution = ordered(trace, "order backward", "a", "g")
    assert mark(solution, "g, a").right
    assert mark(solution, "a, g").sentence.endswith("that of c is still missing.")


def test_a_gate_that_computes_before_what_it_reads_is_named() -> None:
    verdict = mark(ordered(trace_of(DIAMOND, x=2, y=3), "order forward"), "b, a, c, g, f")
    assert verdict.sentence == "b computes too early: it reads a, which is not there yet."


@each(
    ("ask", "options", "says"),
    [("order sideways", (), "no order"), ("order backward", ("x", "f"), "no gate"), ("order backward", ("f",), "2 to 9 gates")],
)
def test_what_is_no_order_is_refused(ask: str, options: tuple[str, ...], says: str) -> None:
    with pytest.raises(InputError, match=says):
        ordered(trace_of(DIAMOND, x=2, y=3), ask, *options)


FORK = "p = x*y; f = p + x"


def test_a_tableau_has_a_row_for_each_step_in_the_order_of_the_run() -> None:
    trace = trace_of(FORK, x=4, y=5)
    rows = filled(trace, "fill")
    assert [row.answer for row in rows] == [
        "p = 20",
        "f = 24",
        "df/dp = df/df · ∂f/∂p = 1 · 1 = 1",
        "df/dx⁽²⁾ = df/df · ∂f/∂x⁽²⁾ = 1 · 1 = 1",
        "df/dx⁽¹⁾ = df/dp · ∂p/∂x⁽¹⁾ = 1 · 5 = 5",
        "df/dx = 6",
        "df/dy = df/dp · ∂p/∂y = 1 · 4 = 4",
    ]
    assert [row.step for row in rows] == [n for n in range(1, len(trace) + 1) if n != trace.seed_step]
    assert [bool(row.question.because) for row in rows] == [False] * 6 + [True]
    assert filled(trace, "fill forward")[0].question.part == (1, 2)
    _, total, _ = filled(trace, "fill backward p")
    assert total.wording == "Row 2 of 3. What is df/dx, the sum of the contributions to x?"


@each(
    ("typed", "outcome", "says"),
    [
        ("1, 5, 5", "right", "Right"),
        ("1 · 5 = 5", "right", "Right"),
        ("1 5 5", "right", "Right"),
        ("1*5=5", "right", "Right"),
        ("1, y, 5", "right", "Right"),
        ("2, 5, 10", "wrong", "Upstream: "),
        ("1, 4, 4", "wrong", "Local: Not quite. That is x itself"),
        ("1, 5, 6", "wrong", "Product: Not quite. "),
        ("1, 5", "unreadable", "Type three numbers"),
        ("1, five, 5", "unreadable", "Local: That cannot be read"),
    ],
)
def test_a_row_is_marked_number_by_number(typed: str, outcome: str, says: str) -> None:
    row = filled(trace_of(FORK, x=4, y=5), "fill backward p")[0]
    verdict = mark(row, typed)
    assert (verdict.outcome, verdict.sentence.startswith(says)) == (outcome, True), verdict.sentence


def test_errors_are_carried_forward_through_the_rows_of_a_tableau() -> None:
    trace = trace_of("q = x + y; f = q*z", x=-2, y=5, z=-4)
    rows = filled(trace, "fill backward")
    verdicts = mark_all(rows, ["1, -7, -7", "1, 3, 3", "-7, 1, -7", "-7, 1, -7"])
    assert [verdict.outcome for verdict in verdicts] == ["wrong", "right", "carried", "carried"]
    verdicts = mark_all(rows, ["1, -4, -4", "1, 7, 7", "-4, 1, -4", "-4, -4, 16"])
    assert [verdict.outcome for verdict in verdicts] == ["right", "wrong", "right", "wrong"]


@each(
    ("program", "inputs", "ask", "says"),
    [
        ("2*W", {"W": [[1.0, 2.0]]}, "fill forward", "an array"),
        ("log(x)*y", {"x": 0.0, "y": 1.0}, "fill forward", "nobody can type"),
        ("x*y", {"x": 2.0, "y": 1.0}, "fill backward x", "here are 0"),
        ("+".join(["x"] * 20), {"x": 2.0}, "fill", "1 to 24 rows"),
    ],
)
def test_what_is_no_tableau_of_numbers_is_refused(program: str, inputs: dict[str, Any], ask: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        filled(trace_of(program, **inputs), ask)


def test_a_formula_is_asked_for_and_holds_for_other_inputs() -> None:
    solution = ordered(trace_of("q = x*y; f = q*q", x=2, y=2), "formula q → x")
    assert mark(solution, "y").right
    assert not mark(solution, "2").right
    with pytest.raises(InputError, match="ask for 'local"):
        ordered(trace_of("x + y", x=2, y=3), "formula + → x")


def test_a_row_of_a_value_belongs_to_its_gate_and_the_first_is_introduced() -> None:
    rows = rows_of(Question("fill q", (), "", "Take your time.", (), "fill q", 0), trace_of("q = x + y; f = q*y", x=2, y=3))
    assert [row.wording.startswith("Take your time.") for row in rows] == [True, *[False] * (len(rows) - 1)]
    assert "value of q" in rows[0].wording

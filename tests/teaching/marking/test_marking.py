"""Marks: right is equal, or equal to the digits that were typed; a slip is named where it gives the number that was typed."""

from __future__ import annotations

import math
import random
import re
from decimal import ROUND_HALF_EVEN, Decimal
from math import log
from typing import TYPE_CHECKING

import numpy as np
import pytest

import graphstep as gs
from graphstep.engine.trace import trace
from graphstep.ground.errors import InputError
from graphstep.ground.numerals import numeral
from graphstep.language.read import read
from graphstep.teaching.marking.evaluate import evaluate, numeral_in, numerals_in
from graphstep.teaching.marking.misconceptions import slips
from graphstep.teaching.marking.precision import NOISE, Answer, answer_of, is_equal, is_meant, is_rounded, meets
from graphstep.teaching.marking.question import Question
from graphstep.teaching.marking.slopes import WRONG_SLOPES, wrong_slopes
from graphstep.teaching.marking.solution import Solution, solve
from graphstep.teaching.marking.verdict import mark, same_number
from graphstep.telling.words.wording import Wording
from tests.cases import each
from tests.programs import run, seeded
from tests.rules import local_at

if TYPE_CHECKING:
    from graphstep.engine.trace import Trace


def solution(program: str, values: dict[str, object], ask: str, options: tuple[str, ...] = (), seed: float = 1.0) -> Solution:
    inputs = {name: np.array(value, float) if isinstance(value, list) else float(value) for name, value in values.items()}
    return solve(Question(ask, (), "", "", options, ask, 0), trace(read(program), inputs, seed=seed))


def marked(program: str, values: dict[str, object], ask: str, answer: str) -> tuple[str, str]:
    verdict = mark(solution(program, values, ask), answer)
    return verdict.outcome, verdict.sentence


# How precisely


@each(
    ("program", "x", "right", "rounded", "wrong"),
    [
        # What is asked for is the program's value at x.
        (
            "25*x",
            4,
            ["100", "100.0", "1e2", "1.0e2", "200/2", "25*4", "+100"],
            [],
            ["101", "98", "99.9", "100.1", "102", "99", "1.01e2"],
        ),
        ("25*x + 1", 4, ["101", "101.00"], [], ["100", "1e2", "1.01", "102"]),
        (
            "sigmoid(x)",
            1,
            ["0.7311", "0.731058578"],
            ["0.73", "0.731", ".73", "7.3e-1"],
            ["0.7", "0.74", "0.732", "1", "0.72", "0.73107"],
        ),
        ("sigmoid(x)*0.27", 1, ["0.1974"], ["0.2", "0.20", "0.197", "2e-1"], ["0.19", "0.198", "0.1975", "0.3"]),
        ("x/3", 1, ["1/3", "0.3333", "2/6", "0.333333333333"], ["0.33", "0.333"], ["0.3", "0.34", "1/4", "3"]),
        ("x/3", 200, ["200/3", "66.67"], ["67", "66.7"], ["66", "70", "66.6"]),
        ("x*0", 5, ["0", "-0", "0.0", "0/3", "0e5"], [], ["0.01", "5", "1e-9"]),
        ("x - x", 0.1, ["0", "-0.0"], [], ["0.1"]),
        ("x^-3", 10, ["0.001", "1e-3", "1/1000", ".001"], [], ["0", "0.00", "0.0011", "-0.001"]),
        ("-x*0.0452", 1, ["-0.0452"], ["-0.05", "-0.045"], ["0", "-0.04", "0.05", "-0.044"]),
        ("x*1.005", 1, ["1.005", "201/200"], ["1.00", "1.01", "1"], ["1.004", "1.1"]),
        ("1e6*x", 1.2345678, ["1234567.8"], ["1234568", "1.235e6", "1.23e6"], ["1e6", "1.2e6", "1200000", "1234567", "1.22e6"]),
        ("0.73*x", 0.27, ["0.73*0.27", "0.1971"], ["0.2", "0.197", "0.73*0.2699"], ["0.19", "0.73*0.25"]),
    ],
)
def test_an_answer_is_right_to_the_digits_that_were_typed(
    program: str, x: float, right: list[str], rounded: list[str], wrong: list[str]
) -> None:
    for answer in right:
        assert marked(program, {"x": x}, f"value {program}", answer) == ("right", "Right."), answer
    for answer in rounded:
        outcome, said = marked(program, {"x": x}, f"value {program}", answer)
        assert (outcome, said[:7], said[-9:]) == ("right", "Right: ", " rounded."), answer
    for answer in wrong:
        assert marked(program, {"x": x}, f"value {program}", answer)[0] == "wrong", answer


def test_what_is_close_but_not_right_is_told_so() -> None:
    assert "close" in marked("25*x", {"x": 4}, "value 25*x", "101")[1]
    assert "size" in marked("25*x", {"x": 4}, "value 25*x", "110")[1]
    assert "sign and at the size" in marked("25*x", {"x": 4}, "value 25*x", "-7")[1]
    assert "look at the numbers" in marked("25*x", {"x": 4}, "value 25*x", "0")[1]


@each(
    ("answer", "outcome"),
    [
        ("0.33, 0.67", "right"),
        ("1/3, 0.67", "right"),
        ("0.3333, 2/3", "right"),
        ("0.33, 0.66", "wrong"),
        ("0.3, 0.67", "wrong"),
        ("0.34, 0.67", "wrong"),
        ("[0.3333333333, 0.6666666667]", "right"),
    ],
)
def test_each_cell_is_marked_to_its_own_digits(answer: str, outcome: str) -> None:
    assert marked("x/3", {"x": [1, 2]}, "value x/3", answer)[0] == outcome


def test_the_precision_of_arithmetic_is_that_of_its_decimals() -> None:
    assert is_meant(answer_of("0.5*0.33", 0.165), 1 / 6)
    assert not is_meant(answer_of("0.5*0.3300", 0.165), 1 / 6)
    assert not is_meant(answer_of("1/2*1/3", 1 / 6), 0.165)
    assert not is_meant(answer_of("50.5*2.0", 101.0), 100.0)
    assert not is_meant(answer_of("0.5", 0.5), np.array([0.5]))


# Slips

S, Q = "x + x", {"x": 3}
SHARES = "p = softmax(z); f = sum(p*w)"
MAX, RELU = "f = max(x, y)*z", "f = relu(x)*y"


@each(
    ("program", "values", "ask", "answer", "says"),
    [
        # One wire, and the whole gradient.
        (S, Q, "contribution + → x", "2", "That is the whole gradient df/dx; through this one wire"),
        (S, Q, "local + → x", "2", "That is the whole gradient df/dx"),
        ("q = x*x; f = q + x", Q, "contribution f → x", "7", "That is the whole gradient"),
        (S, Q, "sum x", "1", "one contribution; x is used 2 times"),
        ("x + x + x", Q, "sum x", "2", "One contribution is missing: x is used 3 times"),
        ("x*y + x", {"x": 3, "y": 5}, "sum x", "4", "not subtracted"),
        ("a = x*y; f = a*z + x", {"x": 3, "y": 5, "z": 4}, "sum x", "6", "Those are the local gradients"),
        ("x*y + x*z", {"x": 3, "y": 5, "z": 4}, "sum x", "20", "not multiplied"),
        ("x*y + x*z", {"x": 3, "y": 5, "z": 4}, "sum x", "4.5", "mean"),
        ("x*y + x*z", {"x": 3, "y": 5, "z": 4}, "sum x", "27", "value of f, the output"),
        ("x*y + x*z", {"x": 3, "y": 5, "z": 4}, "sum x", "3", "value of x"),
        # Upstream and local.
        (
            "q = x + y; f = q*z",
            {"x": -2, "y": 5, "z": -4},
            "gradient x",
            "16",
            "upstream gradient is multiplied in once, not twice",
        ),
        ("q = 3*x; f = q*z", {"x": -2, "z": -4}, "gradient x", "-36", "local gradient is multiplied in once"),
        ("q = 3*x; f = q*z", {"x": -2, "z": -4}, "gradient x", "3", "That is the local gradient; multiply it by the upstream"),
        ("q = 3*x; f = q*z", {"x": -2, "z": -4}, "gradient x", "-4", "That is the upstream gradient of q"),
        ("q = 3*x; f = q*z", {"x": -2, "z": -4}, "gradient x", "-1", "multiplied, not added"),
        ("q = 3*x; f = q*z", {"x": -2, "z": 7}, "gradient x", "2.333", "do not divide"),
        ("q = 3*x; f = q*z", {"x": -2, "z": 7}, "gradient x", "-21", "sign is turned"),
        ("q = 3*x; f = q*z", {"x": -2, "z": 7}, "gradient x", "1", "That is the seed"),
        ("q = 3*x; f = q*z", {"x": -2, "z": 7}, "gradient x", "-2", "value of x; its gradient"),
        ("q = 3*x; f = q*z", {"x": -2, "z": 7}, "gradient x", "-6", "the gate's value"),
        ("q = 3*x; f = q*z", {"x": -2, "z": 7}, "gradient x", "-42", "value of f, the output; a gradient was asked for"),
        ("q = 3*x; f = q*z", {"x": -2, "z": 7}, "contribution q → x", "-42", "value of f, the output; the contribution"),
        ("q = 3*x; f = q*z", {"x": -2, "z": 7}, "gradient f", "-42", "value of f; its gradient"),
        ("q = 3*x; f = q*z", {"x": -2, "z": 7}, "local q → x", "21", "That is the contribution"),
        ("q = 3*x; f = q*z", {"x": -2, "z": 7}, "local q → x", "7", "upstream gradient df/dq"),
        ("q = x*y; f = q*z", {"x": -2, "y": 3, "z": 7}, "gradient x", "-14", "by x itself"),
        ("q = x*y; f = q*z", {"x": -2, "y": 3, "z": 7}, "local q → x", "-2", "That is x itself"),
        ("q = x/y; f = q*z", {"x": 5, "y": 2, "z": 8}, "gradient x", "-10", "contribution of another input, y"),
        ("q = x/y; f = q*z", {"x": 5, "y": 2, "z": 8}, "local q → x", "-1.25", "local gradient of another input, y"),
        ("q = x + 3; f = q*z", {"x": 2, "z": 7}, "gradient x", "35", "value of f"),
        ("q = x + 3; f = q*z*2 + 1", {"x": 2, "z": 7}, "gradient x", "70", "by the value of q"),
        # Rules of single gates.
        ("a = 1/x; f = a*y", {"x": 4, "y": 3}, "local a → x", "-0.25", "The square is missing"),
        ("a = 1/x; f = a*y", {"x": 4, "y": 3}, "gradient x", "-0.75", "The square is missing"),
        ("a = 1/x; f = a*y", {"x": 4, "y": 3}, "local a → x", "0.0625", "sign is turned"),
        ("a = 1/x; f = a*y", {"x": 4, "y": 3}, "local a → x", "0.25", "the gate's value"),
        ("a = y/x; f = a*3", {"x": 4, "y": 5}, "gradient x", "-3.75", "The square is missing"),
        ("a = x^3; f = a*y", {"x": 2, "y": 5}, "gradient x", "20", "The exponent is missing"),
        ("a = x^3; f = a*y", {"x": 2, "y": 5}, "gradient x", "120", "falls by one"),
        ("a = sqrt(x); f = a*y", {"x": 16, "y": 5}, "local a → x", "0.25", "The ½ is missing"),
        ("a = sqrt(x); f = a*y", {"x": 16, "y": 5}, "local a → x", "8", "the reciprocal"),
        ("a = exp(x); f = a*y", {"x": 2, "y": 5}, "local a → x", "5.437", "rule of a power"),
        ("a = log(x); f = a*y", {"x": 4, "y": 5}, "local a → x", "4", "1 over its input"),
        ("a = sigmoid(x); f = a*y", {"x": 1, "y": 5}, "local a → x", "0.2689", "factor σ is missing"),
        ("a = tanh(x); f = a*y", {"x": 1, "y": 5}, "local a → x", "0.58", "1 minus that square"),
        # Shares: e^z is 1, 2 and 5, and p is an eighth of that.
        (SHARES, {"z": [0, log(2), log(5)], "w": [8, 4, 0]}, "value p", "1, 2, 5", "divides them by their sum"),
        (SHARES, {"z": [1, 2, 5], "w": [8, 4, 0]}, "value p", "0.125, 0.25, 0.625", "The exp is missing"),
        (SHARES, {"z": [0, log(2), log(5)], "w": [8, 4, 0]}, "gradient z", "7/8, 3/4, 0", "moves itself alone"),
        (SHARES, {"z": [0, log(2), log(5)], "w": [8, 4, 0]}, "gradient z", "1, 1, 0", "where one share grows"),
        # Routers.
        (MAX, {"x": 3, "y": 1, "z": 5}, "gradient x", "0", "max chose x"),
        (MAX, {"x": 3, "y": 1, "z": 5}, "gradient x", "2.5", "not shared out"),
        (MAX, {"x": 3, "y": 1, "z": 5}, "gradient y", "5", "max chose another input: y gets nothing"),
        (RELU, {"x": 2, "y": 3}, "gradient x", "0", "relu lets x through"),
        (RELU, {"x": -2, "y": 3}, "gradient x", "3", "relu does not let x through"),
        # Values.
        ("q = x + y; f = q*z", {"x": -2, "y": 5, "z": -4}, "value q", "-10", "multiply the inputs"),
        ("q = x + y; f = q*z", {"x": -2, "y": 5, "z": -4}, "value q", "x*y", "multiply the inputs"),
        ("q = x + y; f = q*z", {"x": -2, "y": 5, "z": -4}, "value q", "x - y", "subtract the inputs|sign is turned|sign of y"),
        ("q = x + y; f = q*z", {"x": -2, "y": 5, "z": -4}, "value q", "3*x - y", "sign is right|sign and at the size"),
        ("q = x*y", {"x": 3, "y": 5}, "value q", "8", "add the inputs"),
        ("q = x - y", {"x": 3, "y": 5}, "value q", "8", "sign of y is turned"),
        ("q = x/y", {"x": 3, "y": 5}, "value q", "1.667", "changed places"),
        ("q = max(x, y)", {"x": 3, "y": 5}, "value q", "3", "smallest of the inputs"),
        ("q = sin(x)", {"x": 30}, "value q", "0.5", "degrees"),
        ("q = log(x)", {"x": 100}, "value q", "2", "base 10"),
        ("q = log(x)", {"x": 8}, "value q", "3", "base 2"),
        # None: nothing says why.
        ("q = x + y; f = q*z", {"x": -2, "y": 5, "z": -4}, "gradient x", "1000", "sign and at the size"),
        ("q = x + y; f = q*z", {"x": -2, "y": 5, "z": -4}, "gradient x", "-1000", "the sign is right, the size is not"),
        ("q = x*y; f = q*z", {"x": 2, "y": 3, "z": 7}, "gradient x", "21.9", "the sign is right, the size is not"),
    ],
)
def test_a_slip_is_named_by_the_most_special_route_to_the_number(
    program: str, values: dict[str, object], ask: str, answer: str, says: str
) -> None:
    outcome, said = marked(program, values, ask, answer)
    assert outcome == "wrong"
    assert any(each in said for each in says.split("|")), said


def test_a_formula_that_is_right_is_asked_for_its_number_and_a_wrong_one_is_wrong() -> None:
    for answer, outcome in {"x + y": "unreadable", "y + x": "unreadable", "x*y": "wrong", "x": "wrong", "y - x": "wrong"}.items():
        found, said = marked("q = x + y; f = q*z", {"x": -2, "y": 5, "z": -4}, "value q", answer)
        assert found == outcome
        assert ("Now put the numbers in" in said) == (outcome == "unreadable")


@each(
    ("ask", "answer", "says"),
    [
        ("value q", "q", "q is not computed yet"),
        ("value f", "q*z", "Now put the numbers in"),
        ("value f", "f", "f is not computed yet"),
        ("gradient q", "df/dq", "not known yet"),
        ("gradient x", "df/dx", "not known yet"),
        ("gradient x", "df/dy", "not known yet"),
        ("local q → x", "∂q/∂x", "not known yet"),
        ("gradient x", "∂q/∂x*df/dq", "not known yet"),
        ("contribution × → z", "df/dz", "not known yet"),
    ],
)
def test_an_answer_may_not_name_what_is_not_on_show_yet(ask: str, answer: str, says: str) -> None:
    outcome, said = marked("q = x + y; f = q*z", {"x": -2, "y": 5, "z": -4}, ask, answer)
    assert outcome == "unreadable"
    assert says in said


def test_an_answer_may_name_what_is_on_show() -> None:
    for ask, answer in (("gradient x", "df/dq"), ("gradient z", "q"), ("gradient x", "df/dq*1"), ("gradient q", "z*df/df")):
        assert marked("q = x + y; f = q*z", {"x": -2, "y": 5, "z": -4}, ask, answer)[0] == "right"


def test_of_several_gates_with_one_sign_and_of_several_uses_a_question_says_which_it_means() -> None:
    run_of_three = trace(read("q = x*x; f = q + x*z"), {"x": 3.0, "z": 2.0})
    asks = ("contribution q → x", "contribution q → x, second", "contribution x*z → x")
    asked = [solve(Question(ask, (), "", "", (), ask, 0), run_of_three) for ask in asks]
    assert [each.wording.partition(":")[0] for each in asked] == [
        "What does the × gate that computes q send to x⁽¹⁾",
        "What does the × gate that computes q send to x⁽²⁾",
        "What does the × gate that computes x*z send to x",
    ]
    assert [each.answer for each in asked] == [
        "contribution of × (q) to x⁽¹⁾ = 3",
        "contribution of × (q) to x⁽²⁾ = 3",
        "contribution of × (x*z) to x = 2",
    ]


def test_where_the_learner_stands_bounds_what_may_be_named_and_never_loosens_it() -> None:
    asked = solution("q = x + y; f = q*z", {"x": -2, "y": 5, "z": -4}, "gradient x")
    assert mark(asked, "df/dq", at=asked.shown_at - 1).right
    assert mark(asked, "df/dq", at=3).outcome == "unreadable"
    beside = solution("q = x + y; f = q*z", {"x": -2, "y": 5, "z": -4}, "gradient y")
    assert mark(beside, "df/dx").right, "what the step before has made is on show"
    assert mark(beside, "df/dx", at=beside.shown_at - 2).outcome == "unreadable"
    assert mark(asked, "df/dx", at=asked.shown_at).outcome == "unreadable"
    assert mark(asked, "df/dx", at=len(asked.trace)).outcome == "unreadable"


# Choices

OPTIONS = ("router", "switcher", "adder")


@each(
    ("answer", "outcome"),
    [
        ("2", "right"),
        ("switcher", "right"),
        (" Switcher ", "right"),
        ("SWIT CHER", "right"),
        ("1", "wrong"),
        ("3", "wrong"),
        ("router", "wrong"),
        *((answer, "unreadable") for answer in ("0", "4", "-2", "²", "2.0", "x", "٢", "22222222", "", "switch")),
    ],
)
def test_an_option_is_chosen_by_its_number_or_its_words(answer: str, outcome: str) -> None:
    assert mark(solution("x*y", {"x": 2, "y": 3}, "choice: pattern × → x", OPTIONS), answer).outcome == outcome


def test_a_choice_says_how_many_options_there_are_and_which_was_wrong() -> None:
    asked = solution("x*y", {"x": 2, "y": 3}, "choice: pattern × → x", OPTIONS)
    assert mark(asked, "9").sentence == "Choose one of 1 to 3, or type the words of an option."
    assert mark(asked, "3").sentence == "Not adder. Look again."
    assert mark(asked, "2").sentence == "Right."


@each(
    ("ask", "options", "right"),
    [
        ("choice: route max", ("x", "y"), "y"),
        ("choice: sign gradient x", ("positive", "negative", "zero"), "zero"),
        ("choice: sign gradient y", ("positive", "negative", "zero"), "negative"),
        ("choice: sign value m", ("positive", "negative", "zero"), "positive"),
        ("choice: steepest", ("x", "y", "m"), None),
        ("choice: steepest", ("x", "y", "z"), "y"),
        ("choice: gradient z", ("m", "x", "x + y"), "m"),
    ],
)
def test_the_right_option_is_computed_from_the_run(ask: str, options: tuple[str, ...], right: str | None) -> None:
    program, values = "m = max(x, y); f = m*z", {"x": 1, "y": 2, "z": -3}
    if right is None:
        with pytest.raises(InputError, match="almost the same size"):
            solution(program, values, ask, options)
    else:
        asked = solution(program, values, ask, options)
        assert [mark(asked, option).right for option in options] == [option == right for option in options]


# Any answer at all


def _answers(it: Trace, rng: random.Random) -> list[float]:
    """Numbers that somebody could mix up, all of one run, and some of none."""
    numbers = [float(it.value_of(node)) for node in range(len(it.program.nodes))]
    numbers += [float(it.gradient_of(node)) for node in range(len(it.program.nodes)) if it.gradient(node) is not None]
    numbers += [float(x) for wire in it.wires if (x := wire.local) is not None]
    picked = rng.sample(numbers, min(4, len(numbers)))
    return [
        *picked,
        -picked[0],
        picked[0] + picked[-1],
        picked[0] * picked[-1],
        rng.uniform(-5, 5),
        float(rng.randrange(-9, 10)),
        0.0,
        1.0,
    ]


def _rounds_to(right: float, answer: str) -> bool:
    """Whether a number, rounded as the answer was typed, is the answer: by decimal arithmetic, not as marking does it."""
    wanted = Decimal(answer)
    exponent = int(wanted.as_tuple().exponent)
    unit = Decimal((0, (1,), exponent))
    lower, upper = (Decimal(right * factor).quantize(unit, ROUND_HALF_EVEN) for factor in (1 - 1e-12, 1 + 1e-12))
    return wanted in (lower, upper)


SAID = {
    # What the sentence claims, computed from the run by other means than the slip.
    r"sign is turned\.$": lambda it, a: [-a.value],
    r"That is the value of (?!.*the output).+; ": lambda it, a: [float(it.value_of(a.node))],
    r"the output; ": lambda it, a: [float(it.output)],
    r"That is the seed": lambda it, a: [float(it.seed)],
    r"That is the whole gradient": lambda it, a: [float(it.gradient_of(a.node))],
    r"one contribution; ": lambda it, a: [float(wire.contribution) for wire in it.arrivals(a.node)],
    r"That is their mean": lambda it, a: [float(it.gradient_of(a.node)) / len(it.arrivals(a.node))],
    r"One contribution is missing": lambda it, a: [
        float(it.gradient_of(a.node) - wire.contribution) for wire in it.arrivals(a.node)
    ],
    r"That is the local gradient; ": lambda it, a: [float(a.wire.local)],
    r"That is the contribution: ": lambda it, a: [float(a.wire.contribution)],
    r"That is the upstream gradient": lambda it, a: [float(a.wire.upstream)],
    r"multiplied, not added": lambda it, a: [float(a.wire.upstream + a.wire.local)],
    r"That is the gate's value": lambda it, a: [float(it.value_of(a.wire.sender))],
    r"upstream gradient is multiplied in once": lambda it, a: [float(a.wire.upstream * a.wire.contribution)],
    r"lets .* through here|chose .*: the losers": lambda it, a: [0.0],
    r"which goes into the gate": lambda it, a: [float(x) for x in it.operand_values(a.node)],
}


@each("seed", range(15))
def test_no_random_answer_is_marked_or_diagnosed_falsely(seed: int) -> None:
    rng = random.Random(seed)
    it = run(seeded(seed))
    wires = [wire for wire in it.wires if wire.local is not None]
    asks = []
    for node in range(len(it.program.nodes)):
        asks += [f"value v{node + 1}", f"gradient v{node + 1}"]
    for wire in rng.sample(wires, min(4, len(wires))):
        ends = f"v{wire.sender + 1} → v{wire.receiver + 1}"
        asks += [f"local {ends}", f"contribution {ends}"]
    for ask in rng.sample(asks, min(6, len(asks))):
        try:
            asked = solve(Question(ask, (), "", "", (), ask, 0), it)
        except InputError:
            continue
        quantity = asked.quantity
        assert quantity is not None
        for number in _answers(it, rng):
            if not np.isfinite(number):
                continue
            answer = f"{number:.{rng.randrange(0, 6)}f}"
            verdict = mark(asked, answer)
            assert verdict.outcome in ("right", "wrong")
            right = quantity.value
            equal = abs(float(answer) - right) <= 1e-9 * abs(right) or (abs(right) <= 1e-12 and not float(answer))
            assert verdict.right <= (equal or _rounds_to(right, answer)), (ask, answer, right)
            if equal:
                assert verdict.right
            if not verdict.right:
                meant = answer_of(answer, float(answer))
                met = [why for value, why in slips(quantity) if is_meant(meant, value) or is_rounded(meant, value)]
                named = [Wording(quantity.trace).say(why) for why in met]
                told = verdict.sentence.removeprefix("Not quite. ")
                assert told in named or verdict.sentence.startswith("Not quite: "), (ask, answer, verdict.sentence)
                for pattern, numbers in SAID.items():
                    if re.search(pattern, told):
                        assert any(is_meant(meant, value) or is_rounded(meant, value) for value in numbers(it, quantity)), (
                            ask,
                            answer,
                            told,
                        )


@each(("gate", "slot"), WRONG_SLOPES, ids=str)
def test_no_wrong_slope_is_the_right_one(gate: str, slot: int) -> None:
    from graphstep.gates import ELEMENTWISE
    from graphstep.gates.mathematics import NUMBERS

    row, inputs = ELEMENTWISE[gate], [np.float64(1.7), np.float64(2.6)]
    inputs = inputs[: len(row.partials)]
    out = row.value(NUMBERS, inputs, {})
    right = local_at(row, slot, inputs, out)
    wrong = [float(each.slope(inputs, out)) for each in WRONG_SLOPES[gate, slot]]
    assert all(abs(value - float(right)) > 0.01 for value in wrong)
    assert len({numeral(value) for value in wrong}) == len(wrong), "two rows for one number"


X, Y = 1.7, 2.6
WRONG = {
    # By hand, at x = 1.7 and, where a gate has two inputs, y = 2.6.
    ("reciprocal", 0): (-1 / X, math.log(X)),
    ("div", 0): (Y,),
    ("div", 1): (-X / Y, -1 / Y**2, 1 / Y),
    ("power", 0): (X ** (Y - 1), Y * X**Y, Y * X),
    ("square", 0): (X, 2 * X**2, 2),
    ("sqrt", 0): (1 / math.sqrt(X), math.sqrt(X) / 2),
    ("exp", 0): (X * math.exp(X - 1),),
    ("log", 0): (X,),
    ("sigmoid", 0): (1 / (1 + math.exp(X)), X - X**2),
    ("tanh", 0): (1 - math.tanh(X), math.tanh(X) ** 2, 1 - X**2),
}


@each(("gate", "slot"), WRONG_SLOPES, ids=str)
def test_a_wrong_slope_is_the_number_that_the_wrong_rule_gives(gate: str, slot: int) -> None:
    from graphstep.gates import ELEMENTWISE
    from graphstep.gates.mathematics import NUMBERS

    inputs = [np.float64(X), np.float64(Y)][: len(ELEMENTWISE[gate].partials)]
    found = wrong_slopes(gate, slot, inputs, ELEMENTWISE[gate].value(NUMBERS, inputs, {}))
    assert [value for value, _ in found] == pytest.approx(WRONG[gate, slot], rel=1e-12)


@each(
    ("ask", "answer", "outcome", "says"),
    [
        ("value q", "1, 2, 3", "wrong", "That is a vector of 3; q is a vector of 2."),
        ("gradient x", "1, 2, 3", "wrong", "That is a vector of 3; df/dx is a vector of 2, as its value is."),
        ("gradient W", "1, 2, 3, 4", "unreadable", "df/dW is a 2×2 matrix: type it row by row"),
        ("gradient W", "1", "unreadable", "That is a single number, and df/dW is a 2×2 matrix"),
        ("value f", "[1, 2]", "unreadable", "That is a vector of 2, and a single number was asked for."),
        ("value f", "1, 2", "unreadable", "Decimals stand behind a point"),
        ("value f", "nan", "unreadable", "nan"),
        ("value f", "inf - inf", "unreadable", "inf"),
        ("value f", "-1e400", "unreadable", "'-1e400' is infinite"),
        ("value f", "1/0", "unreadable", "'1/0' is infinite, or too large a number to compute with."),
        ("gradient x", "1/0, -1/0", "unreadable", "is infinite"),
    ],
)
def test_an_answer_of_another_shape_is_told_what_was_asked(ask: str, answer: str, outcome: str, says: str) -> None:
    found, said = marked("q = W @ x; f = sum(q^2)", {"W": [[1, 2], [3, 4]], "x": [1, 2]}, ask, answer)
    assert found == outcome
    assert says in said


@each(
    ("ask", "answer", "says"),
    [
        ("gradient z", "-0.25", "不太对。少了平方：1/x 的斜率随 1/x² 变化。"),
        ("value q", "5, 11", "正确。"),
        ("value q", "5, 12", "不太对：元素 [1] 还不对；另一个是对的。"),
        ("gradient W", "1", "这是一个数，而 dg/dW 是形状为 2×2 的矩阵：请输入它的元素，中间用逗号隔开。"),
        ("value f", "10.5", "不太对：符号对了，大小不对。"),
    ],
)
def test_an_answer_is_marked_in_the_language_of_the_run(ask: str, answer: str, says: str) -> None:
    run = gs.run("q = W @ x; f = sum(q^2); f + 1/z", W=[[1, 2], [3, 4]], x=[1, 2], z=4, language="zh")
    assert mark(solve(Question(ask, (), "", "", (), ask, 0), run.trace), answer).sentence == says


# Borders


@each(
    ("answer", "outcome"),
    [
        # What NumPy prints, what MATLAB and Python write, a column, and cells of which nothing but a sign is between.
        ("[[24 -22] [-18 8]]", "right"),
        ("[[ 24 -22]\n [-18   8]]", "right"),
        ("[24 -22; -18 8]", "right"),
        ("np.array([[24., -22], [-18, 8]])", "right"),
        ("dW = array([[ 24., -22.],\n       [-18.,   8.]], dtype=float32)", "right"),
        ("tensor([[ 24., -22.], [-18., 8.]], grad_fn=<MulBackward0>)", "right"),
        ("[[np.float64(24.0), np.float64(-22.0)], [np.float64(-18.0), np.int64(8)]]", "right"),
        (r"$\begin{pmatrix} 24 & -22 \\ -18 & 8 \end{pmatrix}$", "right"),
        (r"\left[\begin{array}{cc} 24 & -\frac{44}{2} \\ -18 & 8 \\ \end{array}\right]", "right"),
        (r"\begin{bmatrix} 24 & -18 \\ -22 & 8 \end{bmatrix}", "wrong"),
        ("((24, -22), (-18, 8))", "right"),
        ("24 –22; –18 8", "right"),
        ("[[25 - 1, -22], [-18, 16/2]]", "right"),
        ("[[24 -22] [-18 9]]", "wrong"),
    ],
)
def test_an_array_may_be_typed_as_other_programs_write_it(answer: str, outcome: str) -> None:
    assert marked("Z = X + 0; f = sum(Z)", {"X": [[24, -22], [-18, 8]]}, "value Z", answer)[0] == outcome


@each(
    "answer",
    [
        "[9; -7; -10]",
        "9; -7; -10",
        "[[9], [-7], [-10]]",
        "[[  9.]\n [ -7.]\n [-10.]]",
        "[ 9 -7 -10]",
        "(9, -7, -10)",
        "[9. -7. -10.]",
    ],
)
def test_a_vector_may_be_typed_as_a_column_or_as_it_is_printed(answer: str) -> None:
    assert marked("h = x + 0; f = sum(h)", {"x": [9, -7, -10]}, "value h", answer)[0] == "right"


@each(
    ("answer", "value"),
    [
        ("½", 0.5),
        ("−\u2009¾", -0.75),
        ("−\u20094", -4),
        ("-\xa04", -4),
        ("–2½", -2.5),
        ("-2 ½", -2.5),
        ("—4", -4),
        ("`-4`", -4),
        ("0.25.", 0.25),
        ("np.float64(-4.0)", -4),
        ("tensor(-4., dtype=torch.float64)", -4),
        ("−¾", -0.75),
        ("\u200b–4\u200b", -4),
    ],
)
def test_a_number_is_read_as_an_editor_writes_it(answer: str, value: float) -> None:
    assert marked("f = x + 0", {"x": value}, "value f", answer)[0] == "right"


def test_an_answer_of_two_hundred_characters_is_read_and_a_longer_one_is_not() -> None:
    asked = solution("q = x + y", {"x": 1, "y": 2}, "value q")
    assert mark(asked, "3" + " + 0" * 49 + "+ 0").right
    longer = mark(asked, "3" + " + 0" * 50)
    assert (longer.outcome, longer.sentence) == ("unreadable", "An answer has at most 200 characters.")


def test_six_cells_are_asked_for_at_once_and_seven_are_not() -> None:
    six = solution("q = 2*x", {"x": [1, 2, 3, 4, 5, 6]}, "value q")
    assert mark(six, "2 4 6 8 10 12").right
    with pytest.raises(InputError, match="at most 6 cells"):
        solution("q = 2*x", {"x": [1, 2, 3, 4, 5, 6, 7]}, "value q")


@each(
    ("right", "agreed", "other"),
    [(100.0, 102.0, 102.01), (-100.0, -98.0, -97.99), (0.1, 0.105, 0.10501), (0.012, 0.015, 0.0151), (0.0, 1e-9, 1.1e-9)],
)
def test_how_far_a_rounded_number_may_be_from_the_result(right: float, agreed: float, other: float) -> None:
    from graphstep.teaching.marking.solution import agrees

    assert agrees(agreed, right)
    assert not agrees(other, right)


def test_who_forgot_the_upstream_gradient_is_told_its_name_and_not_the_answer() -> None:
    verdict = mark(solution("q = x + y; f = q*z", {"x": -2, "y": 5, "z": -4}, "gradient x"), "1")
    assert verdict.sentence == "Not quite. That is the local gradient; multiply it by the upstream gradient, df/dq."


def test_slips_of_cells_name_the_cell_that_was_taken() -> None:
    program, values = "q = W @ x; f = sum(q^2)", {"W": [[0.1, 0.5], [-0.3, 0.8]], "x": [0.2, 0.4]}
    for answer, says in {
        "0.104": "other side of the diagonal",
        "0.208": "That is cell [1, 1], and [0, 1] was asked for: rows come first",
        "-0.176": "sign is turned",
        "0.44": "upstream gradient, that of q[0]",
    }.items():
        assert says in marked(program, values, "gradient W[0, 1]", answer)[1]


@each(
    ("answer", "says"),
    [
        ("1, 2, 3", "Not quite: cells [0] and [1] are not right yet; the other is."),
        ("2, 4, 3", "Not quite: cell [2] is not right yet; the others are."),
        ("2, 4, -6", "Not quite: cell [2] is right but for the sign."),
        ("-2, 4, -6", "Not quite: cells [0] and [2] are right but for the signs."),
        ("-2, -4, -6", "Not quite. The sizes are right, every sign is turned."),
        ("7, 7, 7", "Not quite: no cell is right yet."),
        ("1, 2, 6", "Not quite: cells [0] and [1] are not right yet; the other is."),
    ],
)
def test_the_cells_that_are_wrong_are_listed(answer: str, says: str) -> None:
    if answer == "1, 2, 3":
        # That is x, which goes into the gate.
        says = "Not quite. That is x, which goes into the gate: what comes out of it?"
    assert marked("q = 2*x", {"x": [1, 2, 3]}, "value q", answer) == ("wrong", says)


def test_two_digits_of_a_whole_number_are_a_precision_and_one_is_none() -> None:
    assert meets(answer_of("1.2e2", 120.0), 118.0)
    assert not meets(answer_of("1e2", 100.0), 98.0)
    assert meets(answer_of("1e2", 100.0), 98.5)


def test_what_rounding_leaves_of_0_is_0() -> None:
    assert is_equal(0.0, NOISE / 2)
    assert not is_equal(0.0, 2 * NOISE)
    assert not is_equal(1.0, 1 + 2e-9)


@each(("gate", "x", "typed_answer"), [("cos", 60, "0.5"), ("tan", 45, "1"), ("sin", 30, "0.5")])
def test_degrees_are_named(gate: str, x: float, typed_answer: str) -> None:
    said = "Not quite. You get that with degrees: angles are in radians."
    assert marked(f"{gate}(x)", {"x": x}, f"value {gate}(x)", typed_answer) == ("wrong", said)


def test_an_answer_without_a_number_is_not_marked() -> None:
    assert marked("25*x", {"x": 4}, "value 25*x", "0/0") == ("unreadable", "'0/0' is not a number.")


@each(("y", "sign"), [(1.0, "positive"), (0.0, "zero"), (-1.0, "negative")])
def test_the_sign_of_a_gradient_is_one_of_three(y: float, sign: str) -> None:
    options = ("positive", "negative", "zero")
    asked = solution("x*y", {"x": 2, "y": y}, "choice: sign gradient x", options)
    assert options[asked.right] == sign


def test_half_a_unit_of_the_last_digit_is_read_from_what_was_typed() -> None:
    assert numeral_in("1.5e−3") == (0.0015, pytest.approx(0.00005))
    shown = numerals_in("[0.22, 3]")
    assert shown is not None
    assert shown.tolist() == [0.005, 0.0]


def test_a_whole_number_is_not_met_by_what_is_only_near() -> None:
    near = Answer(np.array([2.005, 0.3004]), np.array([0.05, 0.0005]), coarse=True)
    assert meets(near, np.array([2.0, 0.3001])).tolist() == [False, True]


@each(
    ("text", "says"), [("∂(x", r"behind ∂ stands a name, or an expression in parentheses$"), ("d(x", "can be read in two ways")]
)
def test_half_a_derivative_is_refused_as_what_it_is(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        evaluate(gs.run("x*x", x=3).trace, text)


@each(
    ("text", "inputs", "typed_answer", "value"),
    [
        ("x*x", {"x": 3}, "[−1, 2·3]", [-1, 6]),
        ("(x+y)*z", {"x": 1, "y": 2, "z": -4}, "df/d(x+y)+1", -3),
        ("(x+y)*z", {"x": 1, "y": 2, "z": -4}, "2*∂f/∂(x+y)", -8),
        ("q = x+y; q*q", {"x": 1, "y": 2}, "df/d(q⁽²⁾)", 3),
        ("(x+y)*(x+y)", {"x": 1, "y": 2}, "df/d((x+y)⁽²⁾) + 0.5", 3.5),
    ],
)
def test_an_answer_may_be_written_as_mathematics_is(
    text: str, inputs: dict[str, float], typed_answer: str, value: float | list[float]
) -> None:
    np.testing.assert_array_equal(evaluate(gs.run(text, inputs=inputs, share=True).trace, typed_answer).value, value)


def test_the_part_of_a_gradient_that_a_use_brings_is_named_once_it_was_sent() -> None:
    run_of_a_square = gs.run("x*x", x=3).trace
    assert evaluate(run_of_a_square, "df/dx⁽¹⁾", 3).value == 3
    for name in ("df/dx⁽¹⁾", "∂f/∂x⁽¹⁾"):
        with pytest.raises(InputError, match=re.escape(f"{name} is not known yet")):
            evaluate(run_of_a_square, name, 2)


def test_a_cell_that_is_a_node_of_the_program_is_that_node() -> None:
    assert solution("x[0]*2", {"x": [3, 4]}, "contribution × → x[0]").answer == "contribution of ×2 to x[0] = 2"
    assert solution("sum(x*x)", {"x": [3, 4]}, "gradient x[1]").answer == "df/dx[1] = 8"


def test_what_can_be_asked_is_proposed_for_a_word_that_is_near() -> None:
    for word, meant in (("shap", "shape"), ("ordr", "order"), ("choic", "choice"), ("formla", "formula"), ("fil", "fill")):
        with pytest.raises(InputError, match=f"did you mean '{meant}'"):
            solution("x*y", {"x": 3, "y": 4}, f"{word} x")


@each(
    ("answer", "says", "hint"),
    [
        ("df/dx⁽³⁾", "x has no use number 3 in this run", ""),
        (
            "∂f/∂x",
            "∂f/∂x is no local gradient of this run: several wires join them: number the use",
            "the whole effect is written df/dx",
        ),
        ("dx/dx", "dx/dx is no gradient of this run: what is differentiated is f", "write df/dx"),
        ("∂x/∂f", "∂x/∂f is no local gradient of this run: they are not joined by a wire", ""),
        ("∂f/∂x⁽³⁾", "f does not read x as its use number 3", "write ∂f/∂x⁽¹⁾"),
    ],
)
def test_a_derivative_that_a_run_does_not_have_is_refused_with_what_it_has(answer: str, says: str, hint: str) -> None:
    with pytest.raises(InputError) as refusal:
        evaluate(gs.run("x*x", x=3).trace, answer)
    assert (refusal.value.message, refusal.value.hint) == (says, hint)


def test_a_number_of_the_other_sign_is_not_rounded() -> None:
    assert is_rounded(answer_of("0.33", 0.33), 1 / 3)
    assert not is_rounded(answer_of("-0.33", -0.33), 1 / 3)


@each(
    ("program", "ask", "answer", "outcome"),
    [
        ("x*2", "shape f", "1", "right"),
        ("v*2", "shape f", "1", "wrong"),
        ("v @ W", "shape v @ W", "2", "right"),
        ("v @ W", "shape v @ W", "3", "wrong"),
    ],
)
def test_a_shape_is_asked_of_an_expression_and_a_number_has_none(program: str, ask: str, answer: str, outcome: str) -> None:
    inputs = {"x": 3, "v": [1, 2, 3], "W": [[1, 2], [3, 4], [5, 6]]}
    assert marked(program, {name: inputs[name] for name in read(program).inputs}, ask, answer)[0] == outcome


def test_a_question_has_its_own_words_or_says_what_it_asks() -> None:
    of = gs.run("x*y", x=3, y=4).trace
    ask = "formula × → x"
    assert solve(Question(ask, (), "", "By what is x multiplied?", (), ask, 0), of).wording == "By what is x multiplied?"
    assert "∂f/∂x" in solve(Question(ask, (), "", "", (), ask, 0), of).wording


def test_a_slip_on_an_array_is_right_by_chance_only_in_every_cell() -> None:
    right = np.array([1.0, 2.0])
    assert same_number(right, np.array([1.0, 2.0]))
    assert not same_number(right, np.array([1.0, 2.5]))
    assert not same_number(right, np.array([[1.0, 2.0]]))
    assert not same_number(right, 1.0)


def test_every_kind_of_answer_has_an_example_of_its_own() -> None:
    v = {"v": [1, 2]}
    examples = [
        solution("x*y", {"x": 3, "y": 4}, "gradient x").example,
        solution("x*y", {"x": 3, "y": 4}, "formula × → x").example,
        solution("v*2", v, "shape f").example,
        solution("v*2", v, "gradient v").example,
        solution("v @ W", {**v, "W": [[1, 2], [3, 4]]}, "gradient W").example,
        solution("p = x*y; r = p + x; sin(r)", {"x": 3, "y": 4}, "order backward").example,
        solution("x*y", {"x": 3, "y": 4}, "choice: gradient x", ("x", "y")).example,
    ]
    assert len({*examples}) == len(examples)
    assert all(examples)


@each(
    ("program", "ask", "answer", "outcome", "says"),
    [
        ("x*y", "formula × → x", "y +", "unreadable", "cannot be read"),
        ("square(x)", "value f", "6", "wrong", "twice"),
        ("exp(x)", "value f", "8.154845", "wrong", "e"),
        ("1/x", "value f", "-3", "wrong", "sign"),
    ],
)
def test_a_wrong_value_has_its_slip_and_a_broken_formula_its_reason(
    program: str, ask: str, answer: str, outcome: str, says: str
) -> None:
    given = {"x": 3, "y": 4}
    verdict = marked(program, {name: given[name] for name in read(program).inputs}, ask, answer)
    assert verdict[0] == outcome
    assert says in verdict[1]

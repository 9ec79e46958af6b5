"""All that a learner is told of questions and answers, as a golden text that a person can read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest

from graphstep.engine.trace import trace
from graphstep.ground.arrays import number_text
from graphstep.ground.errors import InputError
from graphstep.language.read import read
from graphstep.teaching.marking.misconceptions import slips
from graphstep.teaching.marking.quantities import quantity
from graphstep.teaching.marking.question import Question
from graphstep.teaching.marking.solution import solve
from graphstep.teaching.marking.verdict import mark
from graphstep.telling.words.wording import Wording
from tests.cases import each
from tests.held import GOLDEN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from graphstep.engine.trace import Trace


W = [[1, 2], [4, 3]]
PRODUCT = ("q = x + y; f = q*z", {"x": -2, "y": 5, "z": -4})
LAYER = ("q = W @ x + b; f = sum(q^2)", {"W": W, "x": [5, 7], "b": [1, -1]})
PROGRAMS: list[tuple[tuple[str, dict[str, object]], list[str]]] = [
    (
        PRODUCT,
        ["value q", "value f", "gradient x", "gradient z", "gradient q", "gradient f", "local q → x", "contribution × → z"],
    ),
    (("x*y + x*z", {"x": 3, "y": 5, "z": 4}), ["sum x", "contribution x*y → x", "gradient y"]),
    (("x*x + x + 1/x", {"x": 3}), ["sum x", "local 1/x → x", "contribution 1/x → x", "value 1/x"]),
    (("f = max(x, y)*z", {"x": 3, "y": 5, "z": 2}), ["value max", "gradient x", "gradient y", "local max → x"]),
    (("f = min(x, 4) + relu(z)", {"x": 3, "z": -2}), ["value min", "gradient x", "gradient z", "contribution relu → z"]),
    (("f = relu(z)*y", {"y": 3, "z": 2}), ["gradient z", "local relu → z", "contribution relu → z"]),
    (
        ("f = 5*sin(x) + log(y) + sqrt(z)*7", {"x": 3, "y": 8, "z": 4}),
        ["value sin(x)", "value log(y)", "value sqrt(z)", "gradient z"],
    ),
    (("f = x/y - 3", {"x": 3, "y": 4}), ["value x/y", "gradient y", "local x/y → y"]),
    (LAYER, ["value W@x", "value q", "value f", "gradient W", "gradient x", "gradient b", "contribution @ → x"]),
    (LAYER, ["value q[0]", "gradient W[0, 1]", "gradient x[-1]", "contribution @ → W[1, 0]", "gradient b[1]"]),
    (
        ("q = X*w; f = mean(q*q)", {"X": W, "w": [2, -1]}),
        ["value q", "sum q", "gradient w", "gradient q", "value f", "gradient w[0]"],
    ),
    (("f = mean(x)*y", {"x": [2, 3, 7], "y": 5}), ["value mean", "gradient x", "gradient y"]),
    (("f = hinge(s, y, margin=2)", {"s": [3, 5, -1], "y": 0}), ["value f", "gradient s"]),
    (("f = cross_entropy(s, y)", {"s": [1, 2], "y": 1}), ["gradient s", "contribution f → s"]),
    (("f = sum(max(x, y)*z)", {"x": [3, 1], "y": [2, 4], "z": [1, -2]}), ["value max", "gradient x", "contribution max → y"]),
]
ANSWERS: list[tuple[tuple[str, dict[str, object]], str, list[str]]] = [
    (PRODUCT, "value q", ["", "q", "x + y", "3", "4", "-3", "17", "3,5", "nan", "[1, 2]", "what", "3.04", "(", "9e99", "0"]),
    (PRODUCT, "value f", ["q*z", "-12", "12", "-12.1", "q", "f"]),
    (PRODUCT, "gradient x", ["df/dq", "df/dx", "-4", "0", "2.5"]),
    (("f = x*y", {"x": 0, "y": 3}), "value f", ["0", "1", "-1"]),
    (("x/3", {"x": 1}), "value x/3", ["0.33", "0.34", "1/3", "0.3333"]),
    (LAYER, "value q", ["20, 40", "20; 40", "[20 40]", "20, 41", "-20, 40", "1, 2, 3", "7", "[[20, 40]]", "nan, 1", "W @ x + b"]),
    (LAYER, "gradient W", ["200, 280, 400, 560", "200, 280; 400, 560", "200, 400; 280, 560", "200, 280; 400, 561", "1"]),
    (LAYER, "gradient W[0, 1]", ["280", "400", "200", "7", "40"]),
    (LAYER, "gradient x", ["1, 2, 3"]),
    (("q = 2*x; f = sum(q)", {"x": [1, 2, 3, 4]}), "value q", ["1, 1, 1, 8", "7, 4, 6, 8", "2, 4, -6, -8"]),
    (("q = X*w; f = mean(q*q)", {"X": W, "w": [2, -1]}), "sum q[0, 1]", ["-1", "1", "-0.5"]),
    (PRODUCT, "local q → x", ["1", "-4"]),
    (LAYER, "shape q", ["2", "2×1", "1x2", "2×2", "number", "shape"]),
    (LAYER, "shape gradient W", ["2×2", "2", "4", "number"]),
    (LAYER, "shape jacobian @ → x", ["2×2", "2", "3×3"]),
]  # fmt: skip
OPTIONS: list[tuple[tuple[str, dict[str, object]], str, tuple[str, ...]]] = [
    (PRODUCT, "choice: pattern × → z", ("router", "switcher", "adder")),
    (PRODUCT, "choice: pattern × -> z", ("router", "switcher", "distributor")),
    (("x*x", {"x": 3}), "choice: pattern sum x", ("router", "adder")),
    (("f = max(x, y)*z", {"x": 1, "y": 2, "z": 3}), "choice: route max", ("x", "y")),
    (PRODUCT, "choice: sign gradient x", ("positive", "negative", "zero")),
    (PRODUCT, "choice: sign value q", ("positive", "negative", "zero")),
    (PRODUCT, "choice: steepest", ("z", "y")),
    (PRODUCT, "choice: gradient x", ("q", "z", "x")),
    (LAYER, "choice: gradient W", ("outer(2*q, x)", "outer(x, 2*q)", "x @ W @ x @ W", "W")),
    (LAYER, "choice: gradient x", ("2*W.T @ q", "2*W @ q", "outer(q, q) @ f")),
]
REFUSED: list[tuple[tuple[str, dict[str, object]], str, tuple[str, ...]]] = [
    (PRODUCT, "colour x", ()),
    (PRODUCT, "value", ()),
    (PRODUCT, "value x", ()),
    (PRODUCT, "value qq", ()),
    (PRODUCT, "value nothing_like_it", ()),
    (PRODUCT, "gradient x[0]", ()),
    (PRODUCT, "sum x", ()),
    (PRODUCT, "contribution + → z", ()),
    (PRODUCT, "shape x", ()),
    (PRODUCT, "value q", ("1", "2")),
    (PRODUCT, "choice: gradient x", ("z",)),
    (PRODUCT, "choice: gradient x", ("z", "z")),
    (PRODUCT, "choice: gradient x", ("2", "z")),
    (PRODUCT, "choice: gradient x", ("z", "z*1")),
    (PRODUCT, "choice: gradient x", ("q", "x")),
    (PRODUCT, "choice: steepest x", ("x", "y")),
    (PRODUCT, "choice: steepest", ("x", "y")),
    (PRODUCT, "choice: route +", ("x", "y")),
    (PRODUCT, "choice: sign gradient x", ("positive", "none")),
    (PRODUCT, "choice: pattern × → z", ("switcher", "colour")),
    (("f = max(x, y)*max(y, z)", {"x": 1, "y": 2, "z": 3}), "choice: route max", ("x", "y")),
    (("f = max(x, y)", {"x": [1], "y": [2]}), "choice: route max", ("x", "y")),
    (("f = max(x, y, z)", {"x": 1, "y": 2, "z": 3}), "choice: route max", ("x", "y")),
    (("f = x*2 + x*3", {"x": 3}), "value ×", ()),
    (("f = sqrt(4)*x", {"x": 3}), "gradient sqrt(4)", ()),
    (("f = log(x)", {"x": 0}), "value f", ()),
    (LAYER, "local @ → x", ()),
    (LAYER, "gradient W[0]", ()),
    (LAYER, "gradient W[2, 0]", ()),
    (LAYER, "gradient x[-3]", ()),
    (LAYER, "choice: gradient W", ("W @ (1)", "x @ W.T @ b @ W")),
    (LAYER, "choice: gradient b", ("W @ q @ q", "b")),
    (("q = 2*x; sum(q)", {"x": [1, 2, 3, 4, 5, 6, 7]}), "value q", ()),
    (("q = 2*x; sum(q)", {"x": np.ones((0,))}), "value q", ()),
]


def run(program: tuple[str, dict[str, object]]) -> Trace:
    text, values = program
    return trace(read(text), {k: np.array(v, float) if np.ndim(v) else float(v) for k, v in values.items()})  # type: ignore[arg-type]  # numbers


def titled(program: tuple[str, dict[str, object]]) -> str:
    return f"{program[0]}   {', '.join(f'{name} = {value}' for name, value in program[1].items())}".replace("\n", " ")


def wrong_answers() -> Iterator[str]:
    """Every question with the wrong answers that are known by name, the most likely first."""
    for program, asks in PROGRAMS:
        yield f"\n{titled(program)}"
        for ask in asks:
            asked = quantity(run(program), ask)
            yield f"\n  {ask}: {asked.sentence}"
            yield f"  {asked.name} = {number_text(asked.asked)}, told in step {asked.step}, seen from step {asked.shown_at}"
            yield from dict.fromkeys(f"    {number_text(value)}: {Wording(asked.trace).say(why)}" for value, why in slips(asked))


def verdicts() -> Iterator[str]:
    """Answers, and what is said of them."""
    for program, ask, answers in ANSWERS:
        asked = solve(Question(ask, (), "", "", (), ask, 0), run(program))
        yield f"\n{titled(program)}\n\n  {ask}: {asked.wording}"
        yield f"  ({asked.example}) {asked.answer}. {asked.ladder}. {asked.explanation.title}."
        for answer in answers:
            verdict = mark(asked, answer)
            yield f"    {answer!r}: {verdict.outcome}. {verdict.sentence}"


def choices() -> Iterator[str]:
    """Questions with options."""
    for program, ask, options in OPTIONS:
        asked = solve(Question(ask, (), "", "", options, ask, 0), run(program))
        yield f"\n{titled(program)}\n\n  {ask}: {asked.wording}"
        yield f"  ({asked.example}) {asked.answer}. {asked.ladder}. Step {asked.step}, seen from step {asked.shown_at}."
        yield from (f"    {option}: {mark(asked, option).sentence}" for option in (*options, "other", "9"))


def refusals() -> Iterator[str]:
    """Questions that a lesson cannot ask."""
    for program, ask, options in REFUSED:
        with pytest.raises(InputError) as caught:
            solve(Question(ask, (), "", "", options, ask, 0), run(program))
        yield f"{titled(program)}\n  {ask} {list(options) if options else ''}".rstrip()
        yield f"    {caught.value.report()}\n".replace("\n", "\n    ").rstrip()


PARTS: dict[str, Callable[[], Iterator[str]]] = {
    "wrong-answers": wrong_answers,
    "verdicts": verdicts,
    "choices": choices,
    "refusals": refusals,
}


@each("name", PARTS)
def test_what_is_said_is_what_was_read_through(name: str, golden) -> None:
    golden(f"marking/{name}.txt", "\n".join(PARTS[name]()) + "\n")


@each("name", PARTS)
def test_sentences_end_and_hold_no_holes(name: str) -> None:
    for line in (GOLDEN / "marking" / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        assert not re.search(r"[{}]|None|\.\.|[a-z] {2,}[a-z]", line.strip().split("   ")[-1]), line

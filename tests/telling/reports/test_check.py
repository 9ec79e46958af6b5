"""What `check` says of programs of every kind, as a golden text that a person can read, and the figures behind it."""

from __future__ import annotations

import dataclasses
import json
from contextlib import ExitStack
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import numpy as np
import pytest

from graphstep.analysis.symbolic import evaluate
from graphstep.analysis.witnesses import check, check_node, numeric_rows, rows
from graphstep.engine.trace import trace
from graphstep.gates import GATES, STRUCTURAL
from graphstep.ground.errors import InputError
from graphstep.language.read import read
from graphstep.telling.reports.check import data, explanation, input_name, place_name, symbolic_note
from tests.reports import lines
from tests.rules import altered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graphstep.analysis.witnesses import Row
    from graphstep.engine.trace import Trace
    from graphstep.ground.arrays import Number


def lossy(depth: int, square: str = "{0}*{0}") -> str:
    """So many roots and so many squares, which double what the roots were rounded by: no gate is wrong, and the result is."""
    names = ["x", *(f"a{k}" for k in range(2 * depth))]
    return "; ".join(
        f"{name} = " + (f"sqrt({before})" if k < depth else square.format(before))
        for k, (before, name) in enumerate(pairwise(names))
    )


PROGRAMS: list[tuple[str, dict[str, Any]]] = [
    ("x*y + sin(x)", {"x": 2, "y": 3}),
    ("relu(x) + y", {"x": 0, "y": 1}),
    ("max(x, y)*z", {"x": 1, "y": 1, "z": 2}),
    ("max(x, x*x) - min(x, 1)", {"x": 1}),
    ("relu(x)*abs(x)", {"x": 0}),
    ("clip(x, 0, 1)", {"x": 1}),
    ("relu(x - 1e-7)", {"x": 0}),
    ("log(x)/y", {"x": 0, "y": 0}),
    ("exp(x)", {"x": 800}),
    ("1/x + y", {"x": 0, "y": 1}),
    ("sqrt(x)*y", {"x": 0, "y": 1}),
    ("elu(x)", {"x": -1e-17}),
    ("(x + 1e16) - 1e16", {"x": 1}),
    ("(1 + x) - 1 - x", {"x": 1e-10}),
    ("tan(x)", {"x": 1.5707963267948966}),
    ("sin(x)", {"x": 1e22}),
    ("abs(x)*sign(y)", {"x": 0, "y": 0}),
    ("x^y", {"x": -2, "y": 2}),
    ("unused = y^2; x*2", {"x": 1, "y": 3}),
    ("2 + 3", {}),
    ("sin(" * 100 + "x" + ")" * 100, {"x": 0.5}),
    ("max(" + ", ".join(f"x{k}" for k in range(12)) + ")", {f"x{k}": k for k in range(12)}),
    ("sum(relu(x))", {"x": [0, 1, -1]}),
    ("max(x)", {"x": [3, 3, 1]}),
    ("norm(x)*y", {"x": [0, 0], "y": 2}),
    ("cross_entropy(x, y)", {"x": [[1, 2, 3], [0, 1, 0], [2, 2, 1]], "y": [0, 0, 1]}),
    ("cross_entropy(x, y)", {"x": [1, 2], "y": 1}),
    ("sum(exp(x))", {"x": [800, 1]}),
    ("mean(x) + a", {"x": np.zeros((0, 3)), "a": 2}),
    ("sum(x) + 2*z", {"x": np.zeros((0, 3)), "z": 3}),
    ("sum(x*x)", {"x": [k + 1 for k in range(120)]}),
    ("sum(relu(X)) + a", {"X": np.arange(-100.0, 100.0).reshape(10, 20), "a": 1}),
    ("sum(exp(X))", {"X": np.arange(-100.0, 1000.0).reshape(11, 100)}),
    ("x*X", {"x": 2, "X": [[1, 2], [3, 4]]}),
    ("clip(x, x, 1)*2", {"x": 0.5}),
    ("clip(x, x, 1)*x", {"x": [0.5, 2]}),
    ("(1 - x)*sqrt(1 - x)", {"x": 1}),
    ("x*sqrt(x)", {"x": 0}),
    ("sign(x)", {"x": 0}),
    ("relu(x) - relu(-x)", {"x": 0}),
    ("abs(x) + relu(x) + clip(x, 0, 1)", {"x": 0}),
    ("relu(x - 1e-12)", {"x": 0}),
    ("(x*1e200)*1e200", {"x": 1e-200}),
    ("x*a + x*b", {"x": 1e-9, "a": 1e308, "b": 1.7e308}),
    ("sum((x*1e200)*1e200)", {"x": [1e-200, 0]}),
    ("x + 2*y", {"x": np.inf, "y": 1}),
    ("1/(1 + exp(-x))", {"x": -1000}),
    ("sqrt(x)*0", {"x": 0}),
    ("exp(x)/exp(y)", {"x": 800, "y": 799}),
    ("x/y", {"x": [0, 1], "y": [0, 2]}),
    ("x/3 - x/a", {"x": 1, "a": 3.000000000003}),
    ("sum(max(x, y))*2", {"x": [1, 2, 5], "y": [1, 3, 5]}),
    ("norm(x)", {"x": [0] * 5}),
    ("norm(x)", {"x": [0] * 6}),
    ("sum(x*x)", {"x": [k / 8 for k in range(16)]}),
    ("sum(x*x)", {"x": [k / 8 for k in range(17)]}),
    ("sum(x*x)*z", {"x": [k / 8 for k in range(50)], "z": 1}),
    ("sum(x*x)", {"x": [k / 8 for k in range(51)]}),
    ("sum(x*x)", {"x": [1e6, 1e-9, *[2] * 18]}),
    ("sum(x*x)", {"x": [1e6, 1e-9, 3e-9, *[2] * 18]}),
    (lossy(36), {"x": 3}),
    (lossy(44), {"x": 0.3}),
    (lossy(36, "{0}^2"), {"x": 3}),
    (lossy(20, "{0}^2") + "; a39 + (7 - x)", {"x": 3}),
    ("x*a + b", {"x": 1, "a": 1.7e308, "b": -1.7e308}),
    ("x*3 - x - x - x", {"x": 100000.1}),
    ("(x + y) + z", {"x": 1, "y": 1e16, "z": -1e16}),
    ("sum(x)", {"x": [1e16, 1, -1e16]}),
    ("mean(x)*3", {"x": [1e16, 1, -1e16]}),
    ("norm(x)*y", {"x": [0] * 5, "y": 1}),
    ("norm(x)*y", {"x": [0] * 6, "y": 1}),
]


def run(text: str, inputs: dict[str, Any], seed: Number = 1.0) -> Trace:
    return trace(read(text), {k: np.array(v, float) if np.ndim(v) else float(v) for k, v in inputs.items()}, seed=seed)


def reports() -> Iterator[str]:
    for text, inputs in PROGRAMS:
        found = check(run(text, inputs))
        yield f"{text[:60]}: {found.verdict}"
        yield from lines(found)
        yield ""
    yield "With the seed -2:"
    yield from lines(check(run("relu(x) + x*y", {"x": 0, "y": 3}, -2.0)))
    yield "\nOne node:"
    of = run("q = x + y; s = relu(q - 3); s*z", {"x": -2, "y": 5, "z": -4})
    for node in range(len(of.program.nodes)):
        if of.program.depends[node]:
            row = check_node(of, node)
            yield f"{input_name(row)}: {row.verdict}. {explanation(row)}".rstrip()
    yield "\nWithout SymPy:"
    yield from (f"{input_name(row)}: {row.verdict}. {explanation(row)}".rstrip() for row in numeric_rows(of, [0, 1, 2]))
    blind = run("unused = 2*y; x*x", {"y": np.inf, "x": 3})
    yield from (f"{input_name(row)}: {row.verdict}. {explanation(row)}" for row in numeric_rows(blind, [0, 1]))
    yield "\nWith an infinite seed:"
    yield from lines(check(run("x*y", {"x": 2, "y": 3}, np.inf)))
    yield from wrong_gates()
    yield from wrong_witnesses()


def wrong_witnesses() -> Iterator[str]:
    """What is said where SymPy errs or is not asked, and what where no run without rounding decides."""
    lie, silence, brief = {"evaluate": lambda *_: 7.0}, {"exact.GATES": 0, "exact.CELLS": 0}, {"exact.CELLS": 7}
    square = altered("square", slopes=(lambda m, x, out: 3 * x,))
    product = altered("mul", slopes=(lambda m, x, y, out: 3 * y, lambda m, x, y, out: x))
    for what, patches, row, text, inputs in (
        ("a wrong SymPy", lie, None, "x*y", {"x": 2, "y": 3}),
        ("a wrong SymPy, on arrays", lie, None, "sum(x*x)", {"x": [1, 3]}),
        ("a wrong SymPy, undecided", lie | silence, None, "x*y", {"x": 2, "y": 3}),
        ("a wrong SymPy beside a difference that cannot tell", lie | silence, None, "sin(x)*y", {"x": 1e22, "y": 1}),
        ("a wrong square, undecided", silence, square, "square(x)*y", {"x": 2, "y": 3}),
        ("a wrong square and a wrong SymPy, undecided", lie | silence, square, "square(x)*y", {"x": 2, "y": 3}),
        ("a wrong square, and no SymPy, undecided", silence, square, "square(x)" + " + 1" * 90, {"x": 2}),
        ("a wrong product that is too large to look into", brief, product, "sum(x*x)", {"x": [1, 2, 3]}),
    ):
        with ExitStack() as stack:
            for name, value in patches.items():
                stack.enter_context(patch(f"graphstep.analysis.symbolic.{name}", value))
            if row is not None:
                stack.enter_context(patch.dict(GATES, {row.name: row}))
            yield f"\nWith {what}: {text[:60]}"
            yield from lines(check(run(text, inputs)))


def wrong_gates() -> Iterator[str]:
    """What is said where a gate of ours is wrong."""
    slope = altered("tanh", slopes=(lambda m, x, out: 1 - out,))
    value = altered("sin", computed=lambda m, x: m.sin(x) * 1.25)
    back = STRUCTURAL["matmul"].pullback
    pullback = dataclasses.replace(
        STRUCTURAL["matmul"], pullback=lambda np, call, slot, upstream: 2 * back(np, call, slot, upstream)
    )
    for name, row, text, inputs in (
        ("tanh", slope, "tanh(x)*y", {"x": 0.5, "y": 2}),
        ("sin", value, "sin(x)*y", {"x": 0.5, "y": 2}),
        ("matmul", pullback, "sum((W@x)^2)", {"W": [[1, 2], [3, 4]], "x": [1, -1]}),
        ("tanh", slope, "unused = relu(z); tanh(x)*y", {"x": 0.5, "y": 2, "z": 0}),
        # Digits that cancel in one cell of a sum are no fault of its gate.
        ("tanh", slope, "sum(v*(W@x)) + sum(tanh(x))", {"v": [0.3, 0.1], "W": [[0.1, 10], [-0.3, 10]], "x": [1, 2]}),
        ("sin", value, "sum(W@x) + sin(y)", {"W": [[0.1, -0.3], [10, 10]], "x": [0.3, 0.1], "y": 1}),
    ):
        with patch.dict(GATES, {name: row}):
            yield f"\nWith a wrong {name}: {text}"
            yield from lines(check(run(text, inputs)))


EXACT: list[tuple[str, dict[str, Any]]] = [
    ("x*x", {"x": 3}),
    ("x*x*x", {"x": 1e5}),
    ("x*x*x - 3*x", {"x": 1}),
    ("1/x", {"x": 0.5}),
    ("1/x", {"x": -1e-5}),
    ("1/x", {"x": 1e-100}),
    ("1/(x - 1)", {"x": 1.0000001}),
    ("1/(1 + x*x)", {"x": 30}),
    ("x/(1 + x*x*x*x)", {"x": 0.3}),
    ("sqrt(x)", {"x": 1e-4}),
    ("sqrt(x)", {"x": 1e-12}),
    ("sqrt(x)", {"x": 0}),
    ("x*sqrt(x)", {"x": 0}),
    ("(1 - x)*(1 - x)*sqrt(1 - x)", {"x": 1}),
    ("sqrt(1 - x*x)", {"x": 0.999}),
    ("relu(x - 1e-6)", {"x": 0}),
    ("relu(x)*x", {"x": 1e-6}),
    ("abs(x - 0.001)*x", {"x": 0}),
    ("abs(x - 0.1)*x*x", {"x": 0.2}),
    ("clip(x, 0, 1)*x", {"x": 1}),
    ("sign(x)*x + x", {"x": 0}),
    ("sign(x)", {"x": 0}),
    ("relu(x) - relu(-x)", {"x": 0}),
    ("max(x, y, 2)*min(x, y)", {"x": 3, "y": 2}),
    ("(x + 1e6) - 1e6", {"x": 1e-9}),
    ("x*y/z + y*y/x", {"x": 0.7, "y": -1.3, "z": 12}),
    ("unused = a*b; x*y + x", {"a": 1, "b": 2, "x": 0.1, "y": 0.3}),
    (lossy(12), {"x": 0.7}),
    ("(abs(x) + 1)*x", {"x": -1 / 64}),
    ("abs(x - 1.1920928955078125e-07)*(1 + x)", {"x": 0}),
    ("abs(x - 2.5e-08)*(1 + x)", {"x": 0}),
    ("sign(x)/8192 + 1000", {"x": 0}),
    ("sign(x)*8192 + 1000*x", {"x": 0}),
    ("x*x*x*x/(1 + x)", {"x": 0.37}),
    ("1/(0.001 + x*x)", {"x": 0.01}),
    ("(x + 1e4)*(x - 1e4)", {"x": 0.3}),
    ("sqrt(x*x + 1e-6)", {"x": 0.001}),
    ("sum(x*x)/7", {"x": [0.1, 0, -2]}),
    ("sum((W@x)*(W@x))", {"W": [[0.1, 0.5], [-0.3, 0.8]], "x": [0.2, 0.4]}),
    ("sum(1/x)*a", {"x": [0.5, 1e-6], "a": 3}),
    ("mean(relu(x)*x)", {"x": [0, 1e-7, -1, 2]}),
    ("max(x)*min(x)", {"x": [3, 3, 1]}),
    ("sum(max(x, y)*y)", {"x": [1, 2], "y": [1, 3]}),
    ("norm(x)*y", {"x": [0, 0], "y": 2}),
    ("norm(x)", {"x": [3, 4]}),
    ("hinge(x, y)", {"x": [1, 2, 0], "y": 1}),
    ("x*X", {"x": 2, "X": [[1, 0.2], [3, 4]]}),
    ("sum(concat(x, x*y, axis=0)[1:])", {"x": [0.3, 2], "y": [7, 0.1]}),
    ("sum(sqrt(x)*x)", {"x": [0, 2]}),
    ("sum(x*x*x)", {"x": [k / 8 - 3 for k in range(60)]}),
    ("sum(relu(x)*x)", {"x": [k - 70.5 for k in range(200)]}),
    ("sum(abs(x))", {"x": [0] * 20 + [k - 25 for k in range(60)]}),
    ("sum(x@W)", {"x": [[k / 4 - 4 for k in range(30)]] * 2, "W": [[k / 8, 1] for k in range(30)]}),
]
"""Programs whose every operation is the same to the bit on every CPU."""

JSON = ("x*x*x - 3*x", "sign(x)", "(x + 1e6) - 1e6", "sum((W@x)*(W@x))", "max(x)*min(x)", "sum(x@W)", "x*X", "sum(sqrt(x)*x)")
"""Those of them whose whole report stands there as JSON."""


def figures() -> Iterator[str]:
    """What a difference comes to and how far it may be off, cell by cell; and whole reports as JSON."""
    for text, inputs in EXACT:
        yield f"{text[:60]}:"
        yield from map(figure, rows(run(text, inputs)))
    yield "Where there is little time:"
    for work in (64_000, 512_000, 4_000_000):
        with patch("graphstep.analysis.witnesses.cells.WORK", work):
            yield from map(figure, rows(run("sum(x*x/(1 + x))", {"x": [1 + k / 64 for k in range(90)]})))
    with patch("graphstep.analysis.witnesses.cells.WORK", 1_500_000):
        yield from map(figure, rows(run("sum(max(x@W, axis=0))", {"x": np.arange(400.0).reshape(8, 50), "W": np.ones((50, 60))})))
    yield "With the seeds -2, 0 and one for each cell:"
    for seed in (-2.0, 0.0):
        yield from map(figure, rows(run("relu(x) + x*y/3", {"x": 0, "y": 3}, seed)))
    yield from map(figure, rows(run("x*x/3", {"x": [1, 2, 3]}, np.array([1.0, -2.0, 0.0]))))
    for text, inputs in EXACT:
        if text in JSON:
            yield json.dumps(data(check(run(text, inputs))), ensure_ascii=False)


def figure(row: Row, how: str = "") -> str:
    kinks = f", kinks {row.kinks}" if row.kinks else ""
    sample, along, blurred = row.sample, "", ""
    if sample is not None:
        along = "" if sample.along is None else f"; {figure(sample.along, ' along a random direction')}"
        blurred = f", {sample.checked} of {sample.size}, {sample.blurred} blurred"
    numbers = f"{row.backprop!r}, {row.numeric!r} ± {row.numeric_error!r}"
    return f"  {place_name(row)}{how}: {numbers}, {row.verdict}{kinks}{blurred}{along}"


def test_what_check_says_is_what_was_read_through(golden) -> None:
    golden("witnesses.txt", "\n".join(reports()) + "\n")


def test_every_difference_and_its_error_is_what_was_read_through(golden) -> None:
    golden("witness_figures.txt", "\n".join(figures()) + "\n")


@pytest.mark.parametrize(("text", "inputs", "parts"), [("x*y", {"x": 2, "y": 3}, 6), ("sum(x*x)", {"x": [1, 3]}, 14)])
def test_sympy_is_asked_up_to_a_limit_and_always_for_one_input(text: str, inputs: dict[str, Any], parts: int) -> None:
    with patch("graphstep.analysis.witnesses.compare.SYMBOLIC_WORK", parts):
        assert all(row.symbolic is not None for row in rows(run(text, inputs)))
    with patch("graphstep.analysis.witnesses.compare.SYMBOLIC_WORK", parts - 1):
        notes = {symbolic_note(row) for row in rows(run(text, inputs))}
        assert notes == {"it would have to differentiate a large formula 2 times"}
    with patch("graphstep.analysis.witnesses.compare.SYMBOLIC_WORK", 1):
        assert all(row.symbolic is not None for row in rows(run("a*a*a", {"a": 3})))
        assert all(row.symbolic is not None for row in rows(run("sum(a*a)", {"a": [3]})))


def test_one_cell_that_sympy_cannot_differentiate_leaves_the_others() -> None:
    def fails(expression: Any, values: Mapping[str, float]) -> float:
        if calls.append(0) or len(calls) > 1:
            raise InputError("it has had enough")
        return evaluate(expression, values)

    calls: list[int] = []
    with patch("graphstep.analysis.symbolic.evaluate", fails):
        found = list(rows(run("sum(x*x)", {"x": [1, 2, 3]})))
    assert [(row.symbolic, symbolic_note(row)) for row in found] == [(2, ""), *[(None, "it has had enough")] * 2]

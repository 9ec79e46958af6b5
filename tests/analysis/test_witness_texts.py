"""What `check` says of programs of every kind, as a golden text that a person can read."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import numpy as np

from graphstep.analysis.witnesses import check, check_node, numeric_rows
from graphstep.engine.trace import trace
from graphstep.gates import ELEMENTWISE, GATES, STRUCTURAL
from graphstep.language.read import read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphstep.engine.trace import Trace

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
]


def run(text: str, inputs: dict[str, Any], seed: float = 1.0) -> Trace:
    return trace(read(text), {k: np.array(v, float) if np.ndim(v) else float(v) for k, v in inputs.items()}, seed=seed)


def reports() -> Iterator[str]:
    for text, inputs in PROGRAMS:
        found = check(run(text, inputs))
        yield f"{text[:60]}: {found.verdict}"
        yield from found.lines()
        yield ""
    yield "With the seed -2:"
    yield from check(run("relu(x) + x*y", {"x": 0, "y": 3}, -2.0)).lines()
    yield "\nOne node:"
    of = run("q = x + y; s = relu(q - 3); s*z", {"x": -2, "y": 5, "z": -4})
    for node in range(len(of.program.nodes)):
        if of.program.depends[node]:
            row = check_node(of, node)
            yield f"{row.input}: {row.verdict}. {row.explanation}".rstrip()
    yield "\nWithout SymPy:"
    yield from (f"{row.input}: {row.verdict}. {row.explanation}".rstrip() for row in numeric_rows(of, [0, 1, 2]))
    yield from wrong_gates()


def wrong_gates() -> Iterator[str]:
    """What is said where a gate of ours is wrong."""
    slope = dataclasses.replace(ELEMENTWISE["tanh"], slopes=(lambda m, x, out: 1 - out,))
    value = dataclasses.replace(ELEMENTWISE["sin"], computed=lambda m, x: m.sin(x) * 1.25)
    back = STRUCTURAL["matmul"].pullback
    pullback = dataclasses.replace(
        STRUCTURAL["matmul"], pullback=lambda np, call, slot, upstream: 2 * back(np, call, slot, upstream)
    )
    for name, row, text, inputs in (
        ("tanh", slope, "tanh(x)*y", {"x": 0.5, "y": 2}),
        ("sin", value, "sin(x)*y", {"x": 0.5, "y": 2}),
        ("matmul", pullback, "sum((W@x)^2)", {"W": [[1, 2], [3, 4]], "x": [1, -1]}),
    ):
        with patch.dict(GATES, {name: row}):
            yield f"\nWith a wrong {name}: {text}"
            yield from check(run(text, inputs)).lines()


def test_what_check_says_is_what_was_read_through(golden) -> None:
    golden("witnesses.txt", "\n".join(reports()) + "\n")

"""Another run after an edit of the inputs, against micrograd: ``python -m tests.benchmarks.bench_edit``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from micrograd.engine import Value

from graphstep.engine.trace import trace
from graphstep.language.read import read
from tests.benchmarks.measure import Result, balanced, in_turn, report

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graphstep.language.program import Program

GATES = 100_000


def by_micrograd(program: Program, inputs: Mapping[str, float]) -> dict[str, float]:
    """The gradients of the inputs by micrograd: it builds its graph while it computes, so each run builds it anew."""
    values = {name: Value(number) for name, number in inputs.items()}
    known = [values[name] for name in program.inputs]
    for node in program.nodes[program.first_gate :]:
        one, other = (known[x] for x in node.operands if isinstance(x, int))
        known.append(one * other if node.gate == "mul" else one + other)
    known[program.output].backward()
    return {name: value.grad for name, value in values.items()}


def results() -> Iterator[Result]:
    """Forward and backward, after one input has changed."""
    program = read(balanced(GATES))
    inputs = {name: 0.5 + i / 100 for i, name in enumerate(program.inputs)}
    run = trace(program, inputs)
    changed = {"x0": 0.25}
    expected = by_micrograd(program, {**inputs, **changed})
    edited = run.with_inputs(changed)
    for index, name in enumerate(program.inputs):
        assert abs(edited.gradient_of(index) - expected[name]) <= 1e-9 * abs(expected[name]), name
    ours, theirs = in_turn(5, lambda: run.with_inputs(changed), lambda: by_micrograd(program, {**inputs, **changed}))
    yield Result(
        f"forward and backward after an edit, {GATES:,} gates", ours, "micrograd building and running the same", theirs, 0.1
    )


if __name__ == "__main__":
    sys.exit(0 if report(results()) else 1)

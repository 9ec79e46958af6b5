"""Forward mode against the backward pass, which is another program: the same derivative on random programs and arrays."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphstep.analysis.tangents import tangents
from graphstep.engine.trace import trace
from graphstep.faces.export import text
from graphstep.language.read import read
from graphstep.telling.reports.tangents import body
from tests.programs import run, seeded


@settings(max_examples=60)
@given(st.integers(0, 600))
def test_both_modes_have_the_same_derivative_of_the_output(seed: int) -> None:
    made = run(seeded(seed))
    for node in range(len(made.program.nodes)):
        if made.program.depends[node]:
            moved = tangents(made, node)
            assert moved.objective == pytest.approx(moved.gradient, rel=1e-9, abs=1e-12)


@settings(max_examples=25)
@given(st.integers(0, 600), st.integers(0, 10))
def test_a_tangent_is_the_gradient_of_that_node_towards_the_source(seed: int, place: int) -> None:
    """Every node in turn is the output: its own backward pass has the same number."""
    case = seeded(seed)
    made = run(case)
    moved = tangents(made, 0)
    nodes = [node for node in moved.of if node >= made.program.first_gate]
    if not nodes:
        return
    node = nodes[place % len(nodes)]
    from dataclasses import replace

    cut = replace(made.program, output=node)
    other = trace(cut, made.inputs)
    assert moved.of[node] == pytest.approx(other.gradient_of(0), rel=1e-9, abs=1e-12)


def test_every_cell_of_an_array_moves_alone() -> None:
    made = trace(
        read("h = tanh(X@W + b); p = softmax(h, axis=1); -sum(Y*log(p)) + sum(W^2)/2"),
        {
            "X": np.array([[0.5, -1.0], [2.0, 0.25], [1.0, 1.0]]),
            "W": np.array([[0.1, 0.5], [-0.3, 0.8]]),
            "b": np.array([0.1, -0.2]),
            "Y": np.eye(3)[:, :2],
        },
    )
    for name in ("W", "b", "X"):
        node = made.program.names[name]
        for cell in np.ndindex(made.node(node).shape):
            moved = tangents(made, node, cell)
            assert moved.objective == pytest.approx(moved.gradient, rel=1e-9, abs=1e-12)
    assert moved.forward_passes == 6 + 4 + 2 + 6


def test_what_does_not_depend_on_it_has_no_tangent() -> None:
    made = trace(read("q = x*y; r = y + 1; q*r"), {"x": 2.0, "y": 3.0})
    moved = tangents(made, made.program.names["x"])
    labels = [made.program.label(node) for node in moved.of]
    assert labels == ["x", "x*y", "q*r"]
    assert list(moved.of.values()) == [1.0, 3.0, 12.0]


def test_the_page_shows_sums_of_local_gradients_times_tangents_and_what_each_mode_takes() -> None:
    made = trace(read("(x+y)*x"), {"x": -2.0, "y": 5.0})
    lines = list(text.lines(body(tangents(made, 0))))
    assert any("dx/dx = 1" in line for line in lines)
    assert any("df/dx = -2 · 1 + 3 · 1 = 1" in line for line in lines)
    assert any("f moves as far as x: 1 is what the backward pass sends to x." in line for line in lines)
    assert any("f moves as far as itself" in line for line in text.lines(body(tangents(made, made.program.output))))
    assert any("takes 2 passes, where one pass backward is enough" in " ".join(lines) for line in lines)


def test_a_seed_weighs_the_cells_of_an_output() -> None:
    made = trace(read("W@x"), {"W": np.array([[1.0, 2.0], [3.0, 4.0]]), "x": np.array([5.0, 6.0])}, seed=np.array([0.0, 2.0]))
    moved = tangents(made, made.program.names["x"], (1,))
    assert moved.objective == moved.gradient == 8.0
    assert any("L moves 8 times as far as x₂" in line for line in text.lines(body(moved)))

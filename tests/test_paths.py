"""Paths: the gradient is the sum of their products, they are counted without being listed, and an array has shapes instead."""

from __future__ import annotations

from math import isfinite

import networkx as nx
import numpy as np
import pytest

from graphstep.errors import InputError
from graphstep.graph import build
from graphstep.paths import LISTED, count_text, paths, paths_lines
from graphstep.read import read
from graphstep.trace import trace
from tests.arrayed import run
from tests.programs import seeded

MOST = 500
"""Paths up to which those of a random program are all listed."""


@pytest.mark.parametrize("seed", range(60))
def test_the_products_of_a_random_program_add_up_to_the_gradient_of_every_node(seed: int) -> None:
    case = seeded(seed)
    made = trace(read(case.text), case.inputs, seed=1.5)
    for node in range(len(made.program.nodes)):
        if not (made.program.depends[node] and made.program.reaches[node]):
            continue
        found = paths(made, node, most=MOST)
        if found.total is None or not isfinite(found.total):
            assert found.count > MOST or not isfinite(float(made.gradient_of(node)))
            continue
        sizes = sum(abs(path.product or 0.0) for path in found.listed)
        assert found.total == pytest.approx(made.gradient_of(node), rel=1e-12, abs=1e-12 * sizes)


@pytest.mark.parametrize("seed", range(0, 60, 4))
def test_there_are_as_many_paths_as_networkx_finds_and_no_two_are_the_same(seed: int) -> None:
    case = seeded(seed)
    made = trace(read(case.text), case.inputs)
    graph = nx.MultiDiGraph()
    edges = list(zip(made.plan.receiver.tolist(), made.plan.sender.tolist(), strict=True))
    graph.add_edges_from(edges)
    for node in range(made.program.first_gate):
        if not made.program.reaches[node]:
            continue
        found = paths(made, node, most=MOST)
        if found.count > MOST:
            continue
        assert found.count == (len(list(nx.all_simple_edge_paths(graph, node, made.program.output))) if edges else 1)
        assert len({path.edges for path in found.listed}) == len(found.listed) == found.count
        assert found.edges == len({edge for path in found.listed for edge in path.edges})


def test_a_square_has_two_paths() -> None:
    made = run("q = x*x; q + x", x=3.0)
    found = paths(made, 0)
    assert [path.product for path in found.listed] == [1.0, 3.0, 3.0]
    assert (found.count, found.edges, found.total) == (3, 4, 7.0)
    text = paths_lines(found)
    assert text[0] == "3 paths lead from x to f."
    assert "2. x → q → f" in text
    assert "   ∂f/∂q · ∂q/∂x⁽¹⁾ = 1 · 3 = 3" in text
    assert "Their sum is 1 + 3 + 3 = 7, the gradient ∂f/∂x." in text
    assert "Backprop does not list them: 3 paths, 4 edges." in text


def test_negative_factors_a_seed_and_a_single_path_are_written_as_in_the_ladders() -> None:
    made = trace(read("(x+y)*z"), {"x": -2.0, "y": 5.0, "z": -4.0}, seed=2.0)
    text = paths_lines(paths(made, 0))
    assert "   seed · ∂f/∂(x+y) · ∂(x+y)/∂x = 2 · (-4) · 1 = -8" in text
    assert "The product is -8, the gradient ∂f/∂x." in text
    assert "Backprop does not list them: 1 path, 2 edges." in text


def test_the_output_has_one_path_to_itself_with_the_seed_as_its_product() -> None:
    made = trace(read("2*x"), {"x": 1.0}, seed=3.0)
    found = paths(made, made.program.output)
    assert (found.count, found.edges, found.total) == (1, 0, 3.0)
    assert "   seed = 3" in paths_lines(found)


def test_paths_that_double_with_every_gate_are_counted_exactly_and_at_once() -> None:
    gates = 20_000
    chain = trace(read("; ".join(f"a{k + 1} = a{k}*a{k}" for k in range(gates))), {"a0": 1.0})
    found = paths(chain, 0)
    assert found.count == 2**gates
    assert found.edges == 2 * gates
    assert len(found.listed) == LISTED
    written = paths_lines(found)
    # Listing them would take longer than the sun will shine.
    assert "Backprop does not list them: 3.98e6020 paths, 40,000 edges." in written
    assert any(line.startswith("… and ") for line in written)
    assert any(line.startswith("All the products add up to the gradient") for line in written)
    assert max(map(len, written)) < 500


def test_a_number_of_paths_is_written_in_full_while_a_person_can_read_it() -> None:
    assert count_text(10**29) == "100,000,000,000,000,000,000,000,000,000"
    assert count_text(10**30) == "1.00e30"
    assert count_text(9_999_999 * 10**40) == "1.00e47"
    assert count_text(2**100_000) == "9.99e30102"


def test_paths_through_arrays_have_the_structures_of_their_jacobians() -> None:
    made = run("q = W @ x; sum(q^2) + sum(W)", W=np.ones((3, 2)), x=np.ones(2))
    found = paths(made, made.program.find("W") or 0)
    assert found.count == 2
    assert found.total is None
    text = "\n".join(paths_lines(found))
    assert "1×3 repetition · 3×3 diagonal · 3×6 block" in text
    assert "Each product is a Jacobian of 1×6, which no run multiplies out" in text
    assert "The seed times their sum is the gradient, in the shape of W." in text


def test_the_gradient_of_an_output_that_is_an_array_is_the_seed_itself() -> None:
    made = run("2*x", x=[1.0, 2.0])
    assert "Its product, and the gradient, is the seed itself." in paths_lines(paths(made, made.program.output))


def test_numbers_of_structural_gates_have_slopes_too() -> None:
    made = run("sum(x)*x", x=3.0)
    assert paths(made, 0).total == 6.0


def test_what_is_not_finite_is_said_and_nothing_is_said_to_agree() -> None:
    text = "\n".join(paths_lines(paths(run("log(x) + x", x=0.0), 0)))
    assert "1 · inf = inf" in text
    assert "With inf and nan a sum need not come out the same" in text


def test_a_node_without_gradient_has_no_paths() -> None:
    program = read("y = 2*x; z = pi*2; x*z")
    made = trace(program, {"x": 1.0})
    for name in ("y", "z"):
        with pytest.raises(InputError, match=f"no gradient flows from the output to {name}"):
            paths(made, made.program.find(name) or 0)


def test_the_graph_of_a_program_agrees_on_the_number_of_edges() -> None:
    made = run("q = x*x; q*x + x", x=3.0)
    assert paths(made, 0).edges == build(made.program).number_of_edges()

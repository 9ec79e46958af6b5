"""Paths: the gradient is the sum of their products, they are counted without being listed, and an array has shapes instead."""

from __future__ import annotations

from dataclasses import replace
from math import inf, isfinite, isnan
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import pytest

from graphstep.analysis.paths import LISTED, Path, paths, slope
from graphstep.engine.trace import trace
from graphstep.ground.errors import InputError
from graphstep.ground.numerals import numeral
from graphstep.language.graph import build
from graphstep.language.read import read
from graphstep.telling.explain import explain
from graphstep.telling.reports.paths import count_text, paths_lines
from tests.arrayed import run
from tests.cases import each
from tests.programs import seeded

if TYPE_CHECKING:
    from graphstep.engine.trace import Trace

MOST = 500
"""Paths up to which those of a random program are all listed."""


@each("seed", range(30))
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


@each("seed", range(0, 60, 4))
def test_there_are_as_many_paths_as_networkx_finds_and_no_two_are_the_same(seed: int) -> None:
    case = seeded(seed)
    made = trace(read(case.text), case.inputs)
    graph = nx.MultiDiGraph()
    edges = list(zip(made.wires.receivers.tolist(), made.wires.senders.tolist(), strict=True))
    graph.add_edges_from(edges)
    for node in range(made.program.first_gate):
        if not made.program.reaches[node]:
            continue
        found = paths(made, node, most=MOST)
        if found.count > MOST:
            continue
        assert found.count == (len(list(nx.all_simple_edge_paths(graph, node, made.program.output))) if edges else 1)
        assert len({path.wires for path in found.listed}) == len(found.listed) == found.count
        assert found.edges == len({wire for path in found.listed for wire in path.wires})


SQUARE = """\
3 paths lead from x to f.

1. x → q → f
   ∂f/∂q · ∂q/∂x⁽¹⁾ = 1 · 3 = 3    43%

2. x → q → f
   ∂f/∂q · ∂q/∂x⁽²⁾ = 1 · 3 = 3    43%

3. x → f
   ∂f/∂x⁽³⁾ = 1    14%

Their sum is 3 + 3 + 1 = 7, the gradient df/dx.

Backprop does not list them: 3 paths, 4 edges.
It sends once along each edge, and adds up where paths meet."""

SEEDED = """\
1 path leads from x to f.

1. x → x+y → f
   dL/df · ∂f/∂(x+y) · ∂(x+y)/∂x = 2 · (-4) · 1 = -8

The product is -8, the gradient dL/dx.

Backprop does not list it: 1 path, 2 edges.
It sends once along each edge, and adds up where paths meet."""

OUTPUT = """\
1 path leads from f to f.

1. f
   dL/df = 3

The product is 3, the gradient dL/df.

Backprop does not list it: 1 path, 0 edges.
It sends once along each edge, and adds up where paths meet."""

ITSELF = """\
1 path leads from f to f.

1. f
   df/df = 1

The product is 1, the gradient df/df.

Backprop does not list it: 1 path, 0 edges.
It sends once along each edge, and adds up where paths meet."""

ARRAYS = """\
2 paths lead from W to f.

1. W → sum(W) → f
   ∂f/∂sum(W) · ∂sum(W)/∂W⁽²⁾
   1×1 diagonal · 1×6 repetition

2. W → q → q^2 → sum(q^2) → f
   ∂f/∂sum(q^2) · ∂sum(q^2)/∂(q^2) · ∂(q^2)/∂q · ∂q/∂W⁽¹⁾
   1×1 diagonal · 1×3 repetition · 3×3 diagonal · 3×6 block

Each product is a Jacobian of 1×6, which no run multiplies out; j shows the Jacobian of an edge.
The seed times their sum is the gradient, in the shape of W.

Backprop does not list them: 2 paths, 6 edges.
It sends once along each edge, and adds up where paths meet."""

ARRAY = """\
1 path leads from x to f.

1. x → f
   ∂f/∂x
   2×2 diagonal

The product is a Jacobian of 2×2, which no run multiplies out; j shows the Jacobian of an edge.
The seed times it is the gradient, in the shape of x.

Backprop does not list it: 1 path, 1 edge.
It sends once along each edge, and adds up where paths meet."""

INFINITE = """\
2 paths lead from x to f.

1. x → log(x) → f
   ∂f/∂log(x) · ∂log(x)/∂x⁽¹⁾ = 1 · inf = inf

2. x → f
   ∂f/∂x⁽²⁾ = 1

Their sum is inf + 1 = inf; the gradient df/dx is inf. With inf and nan a sum need not come out the same in another order.

Backprop does not list them: 2 paths, 3 edges.
It sends once along each edge, and adds up where paths meet."""


@each(
    ("text", "inputs", "seed", "start", "told"),
    [
        ("q = x*x; q + x", {"x": 3.0}, 1.0, "x", SQUARE),
        ("(x+y)*z", {"x": -2.0, "y": 5.0, "z": -4.0}, 2.0, "x", SEEDED),
        ("2*x", {"x": 1.0}, 3.0, None, OUTPUT),
        ("2*x", {"x": 1.0}, 1.0, None, ITSELF),
        ("q = W @ x; sum(q^2) + sum(W)", {"W": np.ones((3, 2)), "x": np.ones(2)}, 1.0, "W", ARRAYS),
        ("2*x", {"x": np.ones(2)}, 1.0, "x", ARRAY),
        ("log(x) + x", {"x": 0.0}, 1.0, "x", INFINITE),
    ],
    ids=["square", "seed", "output", "itself", "arrays", "array", "infinite"],
)
def test_paths_are_told(text: str, inputs: dict[str, Any], seed: float, start: str | None, told: str) -> None:
    made = trace(read(text), inputs, seed=seed)
    found = paths(made, made.program.output if start is None else made.program.find(start) or 0)
    assert "\n".join(paths_lines(found)) == told


def size(product: float | None) -> float:
    """How large a product is: nan is as large as inf."""
    assert product is not None
    return inf if isnan(product) else abs(product)


@each("seed", range(0, 120, 3))
def test_the_largest_are_found_without_listing_the_others(seed: int) -> None:
    case = seeded(seed)
    made = trace(read(case.text), case.inputs, seed=1.5)
    for node in range(made.program.first_gate):
        if not (made.program.reaches[node] and made.program.depends[node]):
            continue
        every = paths(made, node, most=MOST)
        if every.count > MOST or not every.ranked:
            continue
        sizes = sorted((size(path.product) for path in every.listed), reverse=True)
        assert [size(path.product) for path in every.listed] == pytest.approx(sizes)
        assert every.zeros == sum(0.0 in factors(path) and all(map(isfinite, factors(path))) for path in every.listed)
        for most in (1, 2, 5):
            some = paths(made, node, most=most)
            assert [size(path.product) for path in some.listed] == pytest.approx(sizes[:most])
            assert len({path.wires for path in some.listed}) == len(some.listed)


def factors(path: Path) -> list[float]:
    """The local gradients along a path."""
    return [slope(wire) or 0.0 for wire in path.wires]


def test_of_more_paths_than_there_are_atoms_the_largest_come_first_with_their_share() -> None:
    gates = 300
    doubled = "; ".join(["a0 = x*1", *(f"a{k + 1} = a{k}*0.9 + a{k}*0.1" for k in range(gates))])
    found = paths(trace(read(doubled), {"x": 1.0}), 0)
    assert found.count == 2**gates
    assert [path.product for path in found.listed] == pytest.approx([0.9**gates, *[0.9 ** (gates - 1) * 0.1] * (LISTED - 1)])
    text = paths_lines(found)
    assert text[1] == "The 12 largest of them:"
    assert any(line.startswith("The products that are listed add up to") and "< 0.1% of the gradient" in line for line in text)


def test_paths_of_zero_are_counted_and_a_nan_comes_first() -> None:
    found = paths(run("a = relu(x)*x; b = a + x*3; b*b + 0*x", x=-2.0), 0)
    assert (found.count, found.zeros) == (7, 5)
    text = paths_lines(found)
    assert "5 of them are 0: a local gradient on the way is." in text
    undefined = paths(run("x*3 + log(x*0)*0 + x", x=1.0), 0)
    assert [str(path.product) for path in undefined.listed] == ["nan", "3.0", "1.0"]
    assert undefined.zeros == 0


def test_the_largest_of_many_contributions_are_named_with_their_shares() -> None:
    summed = run(" + ".join(f"{k}*x*x" for k in range(1, 4)) + " + x*9", x=1.0)
    said = explain(summed, summed.step_of_sum(0) or 0)
    assert said.why.endswith("The largest of the 7 contributions: df/dx⁽⁷⁾ = 9, 43%; df/dx⁽⁵⁾ = 3, 14%; df/dx⁽⁶⁾ = 3, 14%.")
    few = run("x*x + x*9", x=1.0)
    assert "largest" not in explain(few, few.step_of_sum(0) or 0).why


def sines(count: int) -> Trace:
    """sin(sin(… sin(x))), each with a name."""
    return run("; ".join(["a0 = sin(x)", *(f"a{k + 1} = sin(a{k})" for k in range(count))]), x=1.0)


def test_a_long_path_is_told_by_its_ends() -> None:
    made = sines(8)
    assert paths_lines(paths(made, made.program.find("a0") or 0))[2] == "1. a0 → a1 → a2 → a3 → a4 → a5 → a6 → a7 → a8"
    text = paths_lines(paths(made, 0))
    assert text[2] == "1. x → a0 → a1 → a2 → … → a5 → a6 → a7 → a8"
    symbols, *numbers = text[3].strip().split(" = ")
    assert symbols.split(" · ") == [*(f"∂a{k + 1}/∂a{k}" for k in range(7, -1, -1)), "∂a0/∂x"]
    assert len(numbers) == 2
    assert float(numbers[-1]) == pytest.approx(float(made.gradient_of(0)), rel=1e-3)
    longer = sines(12)
    symbols, value = paths_lines(paths(longer, 0))[3].strip().split(" = ")
    first, last = [f"∂a{k}/∂a{k - 1}" for k in (12, 11, 10, 9)], ["∂a3/∂a2", "∂a2/∂a1", "∂a1/∂a0", "∂a0/∂x"]
    assert symbols.split(" · ") == [*first, "…", *last]
    assert value == numeral(float(longer.gradient_of(0)))


def test_as_many_paths_are_listed_as_are_asked_for() -> None:
    made = run("; ".join(["a0 = x + x", *(f"a{k + 1} = a{k} + a{k}" for k in range(3))]), x=1.0)
    for most, listed, total in ((0, 0, None), (1, 1, None), (15, 15, None), (16, 16, 16.0), (17, 16, 16.0)):
        found = paths(made, 0, most)
        assert (len(found.listed), found.count, found.total) == (listed, 16, total)
    text = paths_lines(paths(made, 0))
    assert "… and 4 more" in text
    assert "All the products add up to the gradient: da3/dx = 16." in text
    assert not any(line.startswith("… and") for line in paths_lines(paths(made, 0, 16)))


def test_a_sum_that_does_not_come_out_is_said() -> None:
    found = paths(run("x*2 + x*3", x=1.0), 0)
    one, other = found.listed

    def said(off: float) -> str:
        moved = replace(found, listed=(one, replace(other, product=(other.product or 0.0) + off)))
        return next(line for line in paths_lines(moved) if line.startswith("Their sum"))

    for off in (0.0, 4e-12, -4e-12):
        assert said(off).endswith("= 5, the gradient df/dx.")
    for off in (6e-12, -6e-12, 0.001):
        assert said(off).endswith("; the gradient df/dx is 5. One of them rounds badly.")


def test_a_path_through_arrays_has_no_product() -> None:
    made = trace(read("sum(x*2)"), {"x": np.ones(2)})
    assert [path.product for path in paths(made, 0).listed] == [None]
    seeds = trace(read("x*2"), {"x": np.ones(2)}, seed=np.array([1.0, 2.0]))
    assert [path.product for path in paths(seeds, seeds.program.output).listed] == [None]


def test_paths_that_double_with_every_gate_are_counted_exactly_and_at_once() -> None:
    gates = 5_000
    chain = trace(read("; ".join(f"a{k + 1} = a{k}*a{k}" for k in range(gates))), {"a0": 1.0})
    found = paths(chain, 0)
    assert found.count == 2**gates
    assert found.edges == 2 * gates
    assert len(found.listed) == LISTED
    written = paths_lines(found)
    # Listing them would take longer than the sun will shine.
    assert "Backprop does not list them: 1.41e1505 paths, 10,000 edges." in written
    assert any(line.startswith("… and ") for line in written)
    assert any(line.startswith("All the products add up to the gradient") for line in written)
    assert max(map(len, written)) < 500


def test_a_number_of_paths_is_written_in_full_while_a_person_can_read_it() -> None:
    assert count_text(10**29) == "100,000,000,000,000,000,000,000,000,000"
    assert count_text(10**30) == "1.00e30"
    assert count_text(9_999_999 * 10**40) == "1.00e47"
    assert count_text(2**100_000) == "9.99e30102"


def test_the_gradient_of_an_output_that_is_an_array_is_the_seed_itself() -> None:
    made = run("2*x", x=[1.0, 2.0])
    assert "Its product, and the gradient, is the seed itself." in paths_lines(paths(made, made.program.output))


def test_numbers_of_structural_gates_have_slopes_too() -> None:
    made = run("sum(x)*x", x=3.0)
    assert paths(made, 0).total == 6.0


def test_a_node_without_gradient_has_no_paths() -> None:
    program = read("y = 2*x; z = pi*2; x*z")
    made = trace(program, {"x": 1.0})
    for name in ("y", "z"):
        with pytest.raises(InputError, match=f"no gradient flows from the output to {name}") as error:
            paths(made, made.program.find(name) or 0)
        assert error.value.hint == "choose another node"


def test_the_share_of_what_is_listed_is_that_of_the_gradient() -> None:
    found = paths(run("4*x + 3*x + 2*x + x", x=1.0), 0, 2)
    text = paths_lines(found)
    assert [line.partition("    ")[2] for line in text if "    " in line.strip()] == ["40%", "30%"]
    assert "The products that are listed add up to 7, 70% of the gradient df/dx." in text


def test_the_graph_of_a_program_agrees_on_the_number_of_edges() -> None:
    made = run("q = x*x; q*x + x", x=3.0)
    assert paths(made, 0).edges == build(made.program).number_of_edges()

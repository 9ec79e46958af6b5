"""Jacobians: what is said of them holds, and the pullback is the product with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from graphstep.analysis.jacobian import ENTRIES, jacobian, orders
from graphstep.faces.export.text import lines
from graphstep.gates import ELEMENTWISE
from graphstep.ground.errors import InputError, LimitError
from graphstep.language.read import read
from graphstep.telling.reports.jacobian import in_full, matrix, overview, path, size_text, why
from tests.arrayed import at_work, run
from tests.cases import each
from tests.gates.rows.test_rows import CASES, gates_and_ties

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphstep.analysis.jacobian import Jacobian
    from graphstep.engine.trace import Trace
    from graphstep.gates.rule import Rule

W, X = [[0.1, 0.5], [-0.3, 0.8]], [0.2, 0.4]


def every(trace: Trace) -> Iterator[Jacobian]:
    return map(jacobian, trace.wires)


def lecture() -> Trace:
    """‖Wx‖² with the numbers of the lecture."""
    return run("q = W @ x; sum(q^2)", W=W, x=X)


def towards(trace: Trace, of: str, by: str) -> Jacobian:
    return next(
        one for one in every(trace) if (one.wire.sender, one.wire.receiver) == (trace.program.find(of), trace.program.find(by))
    )


def assert_structure_holds(one: Jacobian) -> None:
    matrix = one.matrix
    there = matrix != 0
    assert matrix.shape == (one.rows, one.columns)
    assert np.count_nonzero(there) <= one.nonzero <= one.entries
    if one.structure == "dense" and one.wire.gate.nonzero is None:
        assert one.nonzero == one.entries
    if one.structure == "diagonal":
        assert np.array_equal(matrix, np.diag(np.diag(matrix)))
    if one.structure == "permutation":
        assert (matrix.sum(axis=0) == 1).all()
        assert (matrix.sum(axis=1) == 1).all()
        assert np.count_nonzero(there) == one.nonzero
    if one.structure == "selection":
        assert (there.sum(axis=0) <= 1).all()
        assert (there.sum(axis=1) <= 1).all()
    if one.structure == "repetition":
        assert len(np.unique(matrix[there])) <= 1
        assert np.count_nonzero(there) == one.nonzero


@gates_and_ties
def test_a_pullback_is_the_product_with_the_jacobian_at_any_shape(gate: Rule, ties: Any) -> None:
    seen = 0
    for trace in filter(None, (at_work(case, ties=ties) for case in CASES[gate.name])):
        for one in every(trace):
            if not one.is_formed:
                continue
            assert one.difference <= 1e-12
            assert np.shape(one.product) == np.shape(one.pulled) == one.input_shape
            assert_structure_holds(one)
            assert lines(in_full(one))
            seen += 1
    assert seen


@each("gate", ["softmax", "matmul", "outer", "length", "logsumexp", "batch_norm"])
def test_entries_that_can_be_other_than_0_are_counted_to_the_last(gate: str) -> None:
    blocks = [
        one for case in CASES[gate] if (trace := at_work(case)) for one in every(trace) if one.structure in ("block", "dense")
    ]
    exact = [one for one in blocks if np.count_nonzero(one.matrix) == one.nonzero]
    assert len(blocks) > 3
    # By chance one or the other entry is 0: a single score has softmax 1, whatever it is.
    assert len(exact) >= len(blocks) * 0.6


@each(
    ("text", "slot", "count"),
    [
        ("conv1d(x, w)", 0, 4),
        ("conv1d(x, w, padding=1)", 1, 6),
        ("cumsum(v)", 0, 6),
        ("cumsum(s, axis=1)", 0, 18),
        ("tril(s)", 0, 6),
        ("triu(s, diagonal=1)", 0, 3),
        ("stop(s)", 0, 0),
        ("where(s, s, 1)", 0, 0),
        ("s > v", 1, 0),
        ("onehot(y, s)", 0, 0),
        ("s[y]", 1, 0),
        ("cross_entropy(s, y)", 1, 0),
        ("cross_entropy(s, s)", 1, 9),
    ],
)
def test_entries_that_are_0_whatever_the_numbers_are_count_as_0(text: str, slot: int, count: int) -> None:
    cells = {"x": [[1.5, 2, 3]], "w": [[[1, 2]]], "v": [1, 2, 3], "s": np.arange(1.0, 10).reshape(3, 3), "y": [0, 2, 1]}
    trace = run(text, **{name: cells[name] for name in read(text).inputs})
    one = next(one for one in every(trace) if (one.wire.sender, one.wire.slot) == (trace.program.output, slot))
    assert one.nonzero == count
    assert np.count_nonzero(one.matrix) <= count
    entries = one.entries
    said = f"All of its {entries} entries are 0" if count == 0 else f"Of its {entries} entries {count} can be other than 0"
    assert why(one).startswith(said) or count == entries


# The norm of an array is one of its cells together.
@each("name", [name for name, gate in ELEMENTWISE.items() if gate.arity != (1, 1) or not gate.over_cells])
def test_a_gate_that_works_cell_by_cell_has_a_diagonal_jacobian(name: str) -> None:
    gate = ELEMENTWISE[name]
    rng = np.random.default_rng(len(name))
    count = gate.arity[1] or 2
    for shape in ((), (1,), (3,), (2, 3), (0,), (2, 0), (1, 3, 1)):
        trace = at_work((name, [rng.uniform(0.2, 0.9, shape) + (name == "acosh") for _ in range(count)], {}))
        assert trace is not None
        for one in every(trace):
            assert one.structure == "diagonal", shape
            assert one.rows == one.columns
            assert one.nonzero == (0 if gate.pattern_of(one.wire.slot) in ("dead", "data") else one.rows)
            assert one.difference <= 1e-12
            assert_structure_holds(one)


def test_relu_of_4096_cells_has_16_million_entries_of_which_4096_matter() -> None:
    one = towards(run("y = max(0, x); sum(y)", x=np.linspace(-1, 1, 4096)), "y", "x")
    assert (one.rows, one.columns, one.entries, one.nonzero) == (4096, 4096, 16_777_216, 4096)
    assert (one.structure, one.bytes, size_text(one.bytes), one.multiplications) == ("diagonal", 134_217_728, "134 MB", 4096)
    assert "16,777,216 entries 4,096 can be other than 0, on the diagonal" in why(one)
    assert not one.is_formed
    with pytest.raises(LimitError, match=r"16,777,216 entries.*at most 4,096"):
        _ = one.matrix
    assert lines(in_full(one))[-1].startswith("  pullback")


def test_the_numbers_of_the_lecture() -> None:
    trace = lecture()
    by_weights, by_cells = towards(trace, "q", "W"), towards(trace, "q", "x")
    assert by_weights.matrix.tolist() == [[0.2, 0.4, 0, 0], [0, 0, 0.2, 0.4]]
    assert by_cells.matrix.tolist() == W
    assert (by_weights.structure, by_weights.entries, by_weights.nonzero, by_weights.bytes) == ("block", 8, 4, 64)
    assert (by_cells.structure, by_cells.entries, by_cells.nonzero) == ("dense", 4, 4)
    np.testing.assert_allclose(by_weights.product, [[0.088, 0.176], [0.104, 0.208]], rtol=1e-12)
    np.testing.assert_allclose(by_cells.product, [-0.112, 0.636], rtol=1e-12)
    assert (by_weights.multiplications, by_weights.entries) == (4, 8)


def test_a_small_jacobian_is_drawn_with_the_names_of_its_cells() -> None:
    one = towards(lecture(), "q", "W")
    assert lines(matrix(one)) == [
        "    W₁₁  W₁₂  W₂₁  W₂₂",
        "q₁  0.2  0.4    0    0",
        "q₂    0    0  0.2  0.4",
    ]
    assert lines(overview(one.trace, [one.wire]))[1].split() == ["∂q/∂W", "2×4", "block", "8", "4"]
    assert "  pullback     [[0.088, 0.176], [0.104, 0.208]]  4 multiplications" in lines(in_full(one))


def test_a_larger_one_is_drawn_as_a_pattern() -> None:
    one = towards(run("y = x^2; sum(y)", x=np.linspace(1, 2, 20)), "y", "x")
    assert lines(matrix(one))[:2] == ["■" + 19 * "·", "·■" + 18 * "·"]
    assert len(lines(matrix(one))) == 20
    assert not any(line.isspace() or "■" in line for line in lines(in_full(towards(run("sum(x)", x=np.ones(200)), "v2", "x"))))


def test_the_largest_that_is_formed_is_a_screenful() -> None:
    assert ENTRIES == 64 * 64
    assert towards(run("y = x^2; sum(y)", x=np.ones(64)), "y", "x").matrix.shape == (64, 64)
    assert not towards(run("y = x^2; sum(y)", x=np.ones(65)), "y", "x").is_formed


def test_between_numbers_it_is_the_local_gradient() -> None:
    first, second = every(run("x*x", x=3.0))
    assert first.matrix.tolist() == second.matrix.tolist() == [[3.0]]
    assert (first.pulled, first.product, first.difference) == (3.0, 3.0, 0.0)
    assert lines(in_full(first))[0].startswith("∂f/∂x⁽¹⁾, the Jacobian of f")
    assert "the local gradient" in why(first)


def test_an_infinite_upstream_gradient_does_not_spoil_the_comparison() -> None:
    one = towards(run("y = max(x); sqrt(y - 2)", x=[1.0, 2.0]), "y", "x")
    assert np.isinf(one.upstream)
    assert np.ravel(one.product)[0] == 0
    assert one.difference == 0


def test_a_shared_tie_is_no_selection() -> None:
    first, split = (towards(run("y = max(x); y", ties=ties, x=[2.0, 2.0, 1.0]), "y", "x") for ties in ("first", "split"))
    assert (first.structure, first.matrix.tolist()) == ("selection", [[1, 0, 0]])
    assert (split.structure, split.matrix.tolist()) == ("dense", [[0.5, 0.5, 0]])


def test_an_edge_that_is_not_there_is_an_error() -> None:
    trace = lecture()
    with pytest.raises(IndexError, match="0 … 3"):
        trace.wire(4)
    with pytest.raises(IndexError):
        trace.wire(-1)


def test_a_matrix_cannot_be_written_to() -> None:
    one = towards(lecture(), "q", "x")
    with pytest.raises(ValueError, match="read-only"):
        one.matrix[0, 0] = 1
    assert one.matrix is one.matrix


@each(("size", "text"), [(0, "0 bytes"), (999, "999 bytes"), (1000, "1.0 kB"), (10**12, "1.0 TB")])
def test_memory_in_words(size: int, text: str) -> None:
    assert size_text(size) == text


# -- the order of multiplication -------------------------------------------------------------------------------------------------


@each("n", [2, 5, 20])
def test_layers_of_n_units_cost_n_squared_from_the_output_and_n_cubed_from_the_input(n: int) -> None:
    rng = np.random.default_rng(n)
    trace = run("sum(V @ relu(W @ x))", V=rng.normal(size=(n, n)), W=rng.normal(size=(n, n)), x=rng.normal(size=n))
    counted = orders(trace)
    assert counted.start == trace.program.find("x")
    assert [(layer.rows, layer.columns) for layer in counted.layers] == [(n, n), (n, n), (n, n), (1, n)]
    assert [layer.from_output for layer in counted.layers] == [n**2, n**2, n**2, n]
    assert [layer.from_input for layer in counted.layers] == [n**3, n**3, n**3, n**2]
    assert [layer.pullback for layer in counted.layers] == [n**2, n, n**2, 0]
    assert (counted.from_output, counted.from_input) == (3 * n**2 + n, 3 * n**3 + n**2)
    assert (counted.pullback, counted.pushforward) == (2 * n**2 + n, (2 * n**2 + n) * n)


def test_the_counts_of_a_path_as_text() -> None:
    trace = lecture()
    text = "\n".join(lines(path(trace, orders(trace))))
    assert text.startswith("multiplications along the path from x, a vector of 2, to f")
    assert "∂q/∂x           2×2         4                4               8" in text
    assert "2 passes, 12 multiplications, where the backward pass takes one, 6" in text
    other = orders(trace, trace.program.find("W"))
    assert (other.cells, len(other.layers), other.from_input) == (4, 3, (8 + 4 + 2) * 4)


def test_a_long_path_lists_its_ends_only() -> None:
    trace = run("; ".join(["y0 = x", *(f"y{k + 1} = y{k} * 2" for k in range(5000))]), x=1.0)
    counted = orders(trace)
    assert (len(counted.layers), counted.pullback, counted.from_input) == (5000, 5000, 5000)
    text = lines(path(trace, counted))
    assert len(text) < 40
    assert any(row.startswith("  …") for row in text)


@each(("text", "start"), [("2 + 3", None), ("t = x; y*2", "x"), ("y*2", "v2")])
def test_where_no_gradient_flows_there_is_no_path(text: str, start: str | None) -> None:
    trace = run(text, **{name: 1.0 for name in ("x", "y") if name in text})
    with pytest.raises(InputError, match="no gradient flows"):
        orders(trace, None if start is None else trace.program.find(start))

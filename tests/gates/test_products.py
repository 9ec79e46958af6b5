"""Products of arrays and forks add in an order that is fixed, so that every CPU comes to the same bits."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pytest

from graphstep.gates.products import FIXED_ORDER, dot, matmul
from tests.arrayed import run
from tests.cases import each

if TYPE_CHECKING:
    from graphstep.engine.trace import Trace

SHAPES = [
    ((2, 3), (3, 2)),
    ((9, 7), (7, 2)),
    ((2, 7), (7, 9)),
    ((4, 50), (50,)),
    ((50,), (50, 4)),
    ((5, 2, 3), (3, 4)),
    ((2, 3), (5, 3, 4)),
    ((2, 3, 4, 9), (2, 3, 9, 3)),
    ((9,), (5, 9, 3)),
    ((5, 3, 9), (9,)),
    ((6, 1), (1, 6)),
    ((0, 3), (3, 2)),
    ((2, 0), (0, 3)),
]


def wide(choose: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Numbers of all sizes: added in another order they come to other bits."""
    return choose.standard_normal(shape) * 10.0 ** choose.integers(-8, 9, shape)


def from_the_left(terms: list[float]) -> float:
    """Their sum, as Python adds before 3.12: one after the other."""
    total = 0.0
    for term in terms:
        total += term
    return total


@each(("left", "right"), SHAPES)
def test_a_small_product_is_added_from_the_left(left: tuple[int, ...], right: tuple[int, ...]) -> None:
    choose = np.random.default_rng(0)
    x, y = wide(choose, left), wide(choose, right)
    rows, columns = np.atleast_2d(x), y[:, None] if y.ndim == 1 else y
    batch = rows.shape[:-2] if rows.ndim > columns.ndim else columns.shape[:-2]
    expected = np.zeros((*batch, rows.shape[-2], columns.shape[-1]))
    for *where, i, j in product(*map(range, expected.shape)):
        row = rows[(*where, i)] if rows.ndim > 2 else rows[i]
        column = columns[(*where, slice(None), j)] if columns.ndim > 2 else columns[:, j]
        expected[(*where, i, j)] = from_the_left([float(a * b) for a, b in zip(row, column, strict=True)])
    got = matmul(np, x, y)
    assert got.shape == np.matmul(x, y).shape
    assert got.tolist() == expected.reshape(got.shape).tolist()
    into = np.empty(got.shape)
    assert matmul(np, x, y, into) is into
    assert into.tolist() == got.tolist()


def test_a_product_of_vectors_is_the_sum_of_the_products() -> None:
    x, y = wide(np.random.default_rng(1), (2, 1000))
    assert dot(np, x, y) == np.sum(x * y) == matmul(np, x, y)
    assert run("dot(x, y)", x=x, y=y).output == run("sum(x*y)", x=x, y=y).output


def test_what_is_large_goes_to_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = []
    monkeypatch.setattr(np, "matmul", lambda *operands, out=None: sent.append(operands))
    monkeypatch.setattr(np, "vdot", lambda *operands: sent.append(operands))
    edge = FIXED_ORDER // 100
    matmul(np, np.ones((edge, 10)), np.ones((10, 10)))
    matmul(np, np.ones((edge // 4, 10)), np.ones((4, 10, 10)))
    dot(np, np.ones(FIXED_ORDER), np.ones(FIXED_ORDER))
    assert not sent
    matmul(np, np.ones((edge + 1, 10)), np.ones((10, 10)))
    matmul(np, np.ones((edge // 4 + 1, 10)), np.ones((4, 10, 10)))
    dot(np, np.ones(FIXED_ORDER + 1), np.ones(FIXED_ORDER + 1))
    assert len(sent) == 3


PRODUCTS = [
    ("sum(A @ B)", {"A": (6, 9), "B": (9, 5)}),
    ("sum(A @ b)", {"A": (6, 9), "b": (9,)}),
    ("sum(a @ B)", {"a": (9,), "B": (9, 5)}),
    ("sum(A @ B)", {"A": (4, 6, 9), "B": (9, 5)}),
    ("sum(A @ B)", {"A": (6, 9), "B": (4, 9, 5)}),
    ("sum(A @ B)", {"A": (4, 6, 9), "B": (4, 9, 5)}),
    ("sum(outer(a, b))", {"a": (30,), "b": (20,)}),
    ("dot(a, b)", {"a": (30,), "b": (30,)}),
]


@pytest.mark.parametrize(("text", "shapes"), PRODUCTS)
def test_no_small_product_asks_the_library_forward_or_backward(
    text: str, shapes: dict[str, tuple[int, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*operands: object, **options: object) -> None:
        raise AssertionError("a small product went to BLAS")

    for name in ("matmul", "dot", "vdot", "inner", "tensordot", "einsum"):
        monkeypatch.setattr(np, name, refused)
    choose = np.random.default_rng(2)
    made: Trace = run(text, **{name: choose.standard_normal(shape) for name, shape in shapes.items()})
    assert np.isfinite(made.output)


@each("shape", [(), (2,), (2, 2)])
def test_contributions_are_added_from_the_left_in_the_order_of_the_steps(shape: tuple[int, ...]) -> None:
    # From eight terms on NumPy adds what lies one behind the other in pairs, and comes to other bits here.
    scales = np.random.default_rng(3).standard_normal(40)
    text = " + ".join(f"x*({scale!r})" for scale in scales.tolist())
    made = run(text, x=np.full(shape, 0.3) if shape else 0.3)
    wires = made.arrivals(0)
    sent = [float(np.ravel(wire.contribution)[0]) for wire in wires]
    assert len(sent) == 40
    assert sorted(wires.edges) == list(wires.edges)
    assert from_the_left(sent) != np.add.reduceat(sent, [0])[0]
    assert np.unique(made.gradient_of(0)).tolist() == [from_the_left(sent)]
    for count, wire in enumerate(wires, 1):
        known = made.gradient(0, wire.step)
        assert known is not None
        assert np.unique(known.value).tolist() == [from_the_left(sent[:count])]

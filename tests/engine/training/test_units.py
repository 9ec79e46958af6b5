"""Max-norm: which weights are one unit's, that their length is bounded, and that a round that is told has the loop's bits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import graphstep as gs
from graphstep.engine.training import Training
from graphstep.engine.update import norm_along
from graphstep.gates.mathematics import NUMBERS
from graphstep.gates.optimizers import BOUNDING, OPTIMIZERS, apply
from graphstep.ground.errors import InputError
from graphstep.telling.explain import explain
from tests.cases import each

W = np.array([[3.0, 1.0, -2.0], [4.0, -1.0, 0.5]])
X = np.random.default_rng(3).normal(size=(20, 3))


def still(text: str, **values: Any) -> Training:
    """One round in which no gradient moves the parameters, so that nothing but the bound does."""
    params = [name for name in values if name in ("W", "K", "w", "b")]
    return gs.train(text, params=params, lr=0, steps=1, max_norm=3, inputs=values)


ROWS = [
    [2.405351112926107, 0.8017837043087024, -1.6035674086174048],
    [2.889260404493245, -0.7223151011233112, 0.3611575505616556],
]
COLUMNS = [[1.7999999640000006, 1.0, -2.0], [2.399999952000001, -1.0, 0.5]]
FILTERS = [
    [[[-2.0412414245415373, -1.63299313963323], [-1.2247448547249224, -0.816496569816615]]],
    [[[-1.0, 0.0], [1.0, 2.0]]],
    [[[0.9704949483658296, 1.2939932644877727], [1.6174915806097159, 1.9409898967316592]]],
]
"""What torch.renorm(W, 2, 0, 3.0), torch.renorm(W, 2, 1, 3.0) and torch.renorm(K, 2, 0, 3.0) of PyTorch 2.13.0 return."""


@each(
    "text, values, renormed",
    [
        ("sum(W @ x)", {"W": W, "x": np.ones(3)}, ROWS),
        ("sum(X @ W.T)", {"X": X, "W": W}, ROWS),
        ("sum(X[:, 0:2] @ W)", {"X": X, "W": W}, COLUMNS),
        ('sum(einsum("ij,jk->ik", X[:, 0:2], W))', {"X": X, "W": W}, COLUMNS),
        ("dot(w, x)", {"w": np.array([3.0, 4.0]), "x": np.ones(2)}, [1.799999964, 2.399999952]),
        ("sum(conv2d(x, K))", {"x": np.ones((1, 3, 3)), "K": (np.arange(12.0) - 5).reshape(3, 1, 2, 2)}, FILTERS),
    ],
)
def test_the_weights_of_a_unit_are_shortened_as_pytorch_does(text: str, values: dict[str, Any], renormed: list[Any]) -> None:
    training = still(text, **values)
    (params,) = training.params.values()
    assert np.allclose(params, renormed, rtol=1e-7, atol=0)
    # What is short enough is left as it is, to the bit.
    first = np.asarray(next(values[name] for name in ("W", "K", "w") if name in values))
    untouched = np.isclose(np.asarray(renormed), first, rtol=1e-12)
    assert np.array_equal(np.asarray(params)[untouched], first[untouched])


@each("name", OPTIMIZERS)
def test_no_unit_is_longer_after_a_round_and_a_told_round_has_the_bits_of_the_loop(name: str) -> None:
    values = {"X": X, "y": X @ W.T, "W": W / 4, "b": np.zeros(2)}
    options: dict[str, Any] = {"params": ["W", "b"], "optimizer": name, "lr": 0.2, "steps": 8, "batch": "X,y:8"}
    training = gs.train("mean((X @ W.T + b - y)^2)", max_norm=1.5, inputs=values, **options)
    shortened = 0
    for k in range(8):
        run = training.round(k)
        update = run.updates[0]
        assert np.all(norm_along(update.after, (1,)) <= 1.5 * (1 + 1e-15))
        assert "w_hat" not in run.updates[1].assigned
        shortened += "w_hat" in update.assigned
        if k:
            before = training.round(k - 1)
            assert all(np.array_equal(u.after, run.inputs[n]) for u, n in zip(before.updates, ("W", "b"), strict=True))
    assert shortened
    assert np.array_equal(training.round(7).updates[0].after, training.params["W"])
    wide = gs.train("mean((X @ W.T + b - y)^2)", max_norm=1e9, inputs=values, **options)
    free = gs.train("mean((X @ W.T + b - y)^2)", inputs=values, **options)
    assert all(np.array_equal(free.params[n], wide.params[n]) for n in ("W", "b"))
    assert not np.array_equal(free.params["W"], training.params["W"])


def test_the_update_says_which_weights_are_a_units_and_what_is_done() -> None:
    training = still("sum(X[:, 0:2] @ W) + b", X=X, W=W, b=0.0)
    run = training.round(0)
    told = explain(run, len(run) - 1).narrative
    assert "s_W ← r ⊘ max(r, norm(ŵ_W, axis=0)) = 3 ⊘ max(3, [[5, 1.414, 2.062]]) = [[0.6, 1, 1]]" in told
    assert "The weights of each of 3 units stand along axis 0 of W. 1 of these lengths is above 3" in told
    assert "unit" not in explain(run, len(run)).narrative
    assert training.command().endswith("--max-norm 3")
    # With shorter weights nothing is done, and with the old ones the same again.
    shorter = run.with_inputs({"W": W / 2})
    assert [*shorter.updates[0].assigned] == ["w"]
    assert "No length is above 3" in explain(shorter, len(shorter) - 1).narrative
    again = shorter.with_inputs({"W": W})
    assert np.array_equal(again.updates[0].after, run.updates[0].after)


def test_lengths_whose_squares_overflow_are_shortened_and_what_is_not_finite_is_left() -> None:
    assert np.allclose(
        still("sum(W @ x)", W=W * 1e200, x=np.zeros(3)).params["W"], still("sum(W @ x)", W=W, x=np.zeros(3)).params["W"]
    )
    weights = np.array([[np.inf, 1.0], [3.0, 4.0]])
    assert np.array_equal(still("sum(W @ x)*0 + 1", W=weights, x=np.zeros(2)).params["W"], weights, equal_nan=True)


@each(
    "text, values, bound, why",
    [
        ("(w*x - 1)^2", {"w": 2.0, "x": 1.0}, 1, "no product of arrays reads a parameter"),
        ("sum(X @ W.T @ W)", {"X": X, "W": W}, 1, "do not agree on which of its weights are one unit's"),
        ("sum(X @ reshape(w, (3, 2)))", {"X": X, "w": np.ones(6)}, 1, "do not agree"),
        ("sum(W @ x)", {"W": W, "x": np.ones(3)}, 0, "cannot be shortened to 0"),
        ("sum(W @ x)", {"W": W, "x": np.ones(3)}, float("nan"), "cannot be shortened to nan"),
    ],
)
def test_what_cannot_be_bounded_is_refused(text: str, values: dict[str, Any], bound: float, why: str) -> None:
    params = [name for name in values if name in ("W", "w")]
    with pytest.raises(InputError, match=why):
        gs.train(text, params=params, steps=1, max_norm=bound, inputs=values)


def test_the_rule_of_the_bound_is_that_of_the_paper() -> None:
    """Srivastava and others (2014): w is projected onto the ball ‖w‖ ≤ r whenever it leaves it."""
    weights, bound = np.array([[3.0, 0.3], [4.0, 0.4]]), 2.5
    norm = norm_along(weights, (0,))
    made = apply(BOUNDING, NUMBERS, {"w_hat": weights, "norm": norm, "bound": bound})
    projected = [column if np.linalg.norm(column) <= bound else bound * column / np.linalg.norm(column) for column in weights.T]
    assert np.allclose(made["w"], np.transpose(projected), rtol=1e-15)

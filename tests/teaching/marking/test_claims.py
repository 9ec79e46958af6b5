"""Claims about a run: numbers of somebody else beside the run's own, marked in the order of the steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

import graphstep as gs
from graphstep.engine.trace import trace
from graphstep.ground.errors import GraphstepError, InputError, ReadError
from graphstep.language.read import read
from graphstep.teaching.marking.claims import mark_claims, read_claims

if TYPE_CHECKING:
    from pathlib import Path

    from graphstep.engine.trace import Trace

LECTURE = {"x": -2.0, "y": 5.0, "z": -4.0}


def lecture() -> Trace:
    return trace(read("(x+y)*z"), LECTURE)


def outcomes(of: Trace, *words: str) -> list[str]:
    return [verdict.outcome for verdict in mark_claims(read_claims(of, words))]


def test_values_and_gradients_are_claimed_as_they_are_written() -> None:
    of = trace(read("q = x + y; q*z + q"), LECTURE)
    claims = {
        "q=3": "q",
        "x+y = 3": "q",
        "q*z=-12": "q*z",
        "f=-9": "f",
        "dq=-3": "df/dq",
        "df/dq=-3": "df/dq",
        "d(x+y)=-3": "df/dq",
        "grad q=-3": "df/dq",
        "gradient q=-3": "df/dq",
        "∂(q*z)/∂z=3": "∂(q*z)/∂z",
        "local + → q*z=1": "∂f/∂(q*z)",
    }
    read_ones = read_claims(of, [*claims])
    assert [claim.asked.name for claim in read_ones] == [*claims.values()]
    assert {verdict.outcome for verdict in mark_claims(read_ones)} == {"right"}


def test_a_use_of_a_node_is_claimed_by_its_number() -> None:
    of = trace(read("x*x"), {"x": 3.0})
    assert outcomes(of, "df/dx⁽¹⁾=3", "∂f/∂x⁽²⁾=3", "dx=3") == ["right", "right", "wrong"]


def test_a_name_that_begins_with_d_is_that_node() -> None:
    of = trace(read("dx = 2*x; dx*dx"), {"x": 3.0})
    (value,) = read_claims(of, ["dx=6"])
    assert (value.asked.kind, value.asked.value) == ("value", 6.0)
    (gradient,) = read_claims(of, ["Dx=24"])
    assert (gradient.asked.kind, gradient.asked.value) == ("gradient", 24.0)


def test_a_number_may_be_rounded_and_spelled_in_any_way() -> None:
    of = trace(read("sigmoid(x)"), {"x": 1.0})
    assert outcomes(of, "f=0.7311", "f=0.73", "f = 0.7312", "f=1/(1+exp(-1))", "dx=0.197") == [
        "right", "right", "wrong", "right", "right",
    ]  # fmt: skip


def test_what_follows_from_a_wrong_number_is_said_to_follow_in_whatever_order_it_was_typed() -> None:
    assert outcomes(lecture(), "x+y=7", "f=-28", "dz=7", "dx=-4") == ["wrong", "carried", "carried", "right"]
    assert outcomes(lecture(), "dx=-4", "dz=7", "f=-28", "x+y=7") == ["right", "carried", "carried", "wrong"]


def test_arrays_come_from_files_at_the_precision_of_the_file(tmp_path: Path) -> None:
    draw = np.random.default_rng(3)
    inputs = {"W": draw.normal(size=(4, 5)), "x": draw.normal(size=5)}
    of = trace(read("sum(tanh(W@x)^2)"), inputs)
    right = np.asarray(gs.run("sum(tanh(W@x)^2)", inputs=inputs).gradients["W"])
    wrong = right.copy()
    wrong[2, 3] += 1e-6
    for name, array, expected in [
        ("double", right, "right"),
        ("single", right.astype(np.float32), "right"),
        ("wrong", wrong, "wrong"),
        ("turned", right.T, "wrong"),
        ("negative", -right, "wrong"),
    ]:
        np.save(tmp_path / f"{name}.npy", array)
        assert outcomes(of, f"dW=@{tmp_path}/{name}.npy") == [expected], name
    np.savetxt(tmp_path / "rounded.csv", right, delimiter=",", fmt="%.4f")
    assert outcomes(of, f"dW=@{tmp_path}/rounded.csv", f"dW[2, 3]={right[2, 3]:.5f}") == ["right", "right"]
    (verdict,) = mark_claims(read_claims(of, [f"dW=@{tmp_path}/wrong.npy"]))
    assert "[2, 3]" in verdict.sentence
    (verdict,) = mark_claims(read_claims(of, [f"dW=@{tmp_path}/negative.npy"]))
    assert [each.code for each in verdict.misconceptions] == ["slip-signs"]


def test_what_is_not_finite_can_be_claimed() -> None:
    of = trace(read("log(x) + y"), {"x": 0.0, "y": 1.0})
    assert outcomes(of, "f=-inf", "dx=inf", "dy=1", "dx=5") == ["right", "right", "right", "wrong"]
    undefined = trace(read("log(x) * y"), {"x": -1.0, "y": np.array([1.0, 2.0])})
    assert outcomes(undefined, "log(x)=nan", "f=[nan, nan]", "f=[nan, 1]") == ["right", "right", "wrong"]


def test_nothing_is_said_of_the_sign_of_what_is_not_a_number() -> None:
    (verdict,) = mark_claims(read_claims(trace(read("x*y"), {"x": 2.0, "y": -3.0}), ["dx=nan"]))
    assert verdict.sentence == "Not quite: look at the numbers that meet here again."


def test_only_the_first_cells_of_a_long_list_are_named() -> None:
    of = trace(read("sum(x*x)"), {"x": np.arange(1.0, 31.0)})
    cells = ", ".join(str(2 * k + (k < 11)) for k in range(1, 31))
    (verdict,) = mark_claims(read_claims(of, [f"dx=[{cells}]"]))
    assert "[0], [1], [2], [3], [4], [5] and 4 more" in verdict.sentence


def test_a_claim_that_cannot_be_read_says_where_and_what_would_do() -> None:
    for word, error, said in [
        ("dW", ReadError, "claims nothing"),
        ("", ReadError, "claims nothing"),
        ("=3", ReadError, "missing before ="),
        ("x+y=", ReadError, "a value is missing"),
        ("x+y=1+", ReadError, "an operand is missing"),
        ("x=-2", InputError, "x is an input"),
        ("dq=3", InputError, "no node 'dq'"),
        ("d(x+y)/dx=1", InputError, "what is differentiated is f"),
        ("dz/dx=1", InputError, "what is differentiated is f"),
        ("∂f/∂x=3", InputError, "not joined by a wire"),
        ("x+y<=3", ReadError, "claims nothing"),
        ("dx=@nowhere.npy", GraphstepError, "cannot be read"),
    ]:
        with pytest.raises(error, match=said.replace("+", r"\+")):
            read_claims(lecture(), [word])

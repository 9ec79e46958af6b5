"""Numbers that others have printed: lectures, notebooks, textbooks, and PyTorch in float64. cases.json says where each stands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graphstep.engine.trace import Trace, trace
from graphstep.ground.arrays import plain
from graphstep.language.read import read
from tests.cases import each

CASES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("cases.json").read_text(encoding="utf-8"))

every_case = each("case", CASES, ids=[case["id"] for case in CASES])


def run(case: dict[str, Any], text: str, ties: str = "first") -> Trace:
    return trace(read(text, case["inputs"]), {name: plain(value) for name, value in case["inputs"].items()}, ties=ties)


def assert_close(found: Any, published: Any, name: str) -> None:
    assert np.shape(found) == np.shape(published), name
    np.testing.assert_allclose(found, np.asarray(published, np.float64), rtol=1e-9, atol=1e-15, err_msg=name)


def assert_as_published(of: Trace, case: dict[str, Any], published: dict[str, Any]) -> None:
    assert_close(of.output, case["output"], "output")
    for name, expected in published.items():
        assert_close(of.gradient_of(of.program.names[name]), expected, name)


def test_the_published_cases_are_there() -> None:
    assert len(CASES) == 44
    assert sum("intermediates" in case for case in CASES) >= 10
    assert sum(any(np.ndim(value) for value in case["inputs"].values()) for case in CASES) == 9
    assert all(case["source"] for case in CASES)


@every_case
def test_output_and_gradients_are_as_published(case: dict[str, Any]) -> None:
    assert_as_published(run(case, case["expression"]), case, case.get("ours", case["gradients"]))


@each("case", [case for case in CASES if "steps" in case], ids=lambda case: case["id"])
def test_the_steps_of_the_source_give_the_same_and_its_intermediate_numbers(case: dict[str, Any]) -> None:
    of = run(case, "; ".join(case["steps"]))
    assert_as_published(of, case, case["gradients"])
    for name, known in case.get("intermediates", {}).items():
        node = of.program.names[name]
        if "value" in known:
            assert_close(of.value_of(node), known["value"], name)
        if "grad" in known:
            assert_close(of.gradient_of(node), known["grad"], name)


@pytest.mark.parametrize("case", [case for case in CASES if "ours" in case], ids=lambda case: case["id"])
def test_where_we_choose_otherwise_splitting_ties_gives_what_the_source_has(case: dict[str, Any]) -> None:
    assert_as_published(run(case, case["expression"], ties="split"), case, case["gradients"])

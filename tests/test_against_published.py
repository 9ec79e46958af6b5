"""Numbers that others have printed: lectures, notebooks, textbooks, and PyTorch in float64. cases.json says where each stands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from graphstep.read import read
from graphstep.trace import Trace, trace

CASES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("cases.json").read_text(encoding="utf-8"))

every_case = pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])


def run(case: dict[str, Any], text: str, ties: str = "first") -> Trace:
    return trace(read(text, case["inputs"]), {name: float(value) for name, value in case["inputs"].items()}, ties=ties)


def assert_as_published(of: Trace, case: dict[str, Any], published: dict[str, Any]) -> None:
    assert of.output == pytest.approx(float(case["output"]), rel=1e-9)
    for name, expected in published.items():
        assert of.gradient_of(of.program.names[name]) == pytest.approx(float(expected), rel=1e-9, abs=1e-15), name


def test_the_published_cases_are_there() -> None:
    assert len(CASES) == 35
    assert sum("intermediates" in case for case in CASES) >= 10
    assert all(case["source"] and case["gradients"] for case in CASES)


@every_case
def test_output_and_gradients_are_as_published(case: dict[str, Any]) -> None:
    assert_as_published(run(case, case["expression"]), case, case.get("ours", case["gradients"]))


@pytest.mark.parametrize("case", [case for case in CASES if "steps" in case], ids=lambda case: case["id"])
def test_the_steps_of_the_source_give_the_same_and_its_intermediate_numbers(case: dict[str, Any]) -> None:
    of = run(case, "; ".join(case["steps"]))
    assert_as_published(of, case, case["gradients"])
    for name, known in case.get("intermediates", {}).items():
        node = of.program.names[name]
        if "value" in known:
            assert of.value_of(node) == pytest.approx(known["value"], rel=1e-9), name
        if "grad" in known:
            assert of.gradient_of(node) == pytest.approx(known["grad"], rel=1e-9), name


@pytest.mark.parametrize("case", [case for case in CASES if "ours" in case], ids=lambda case: case["id"])
def test_where_we_choose_otherwise_splitting_ties_gives_what_the_source_has(case: dict[str, Any]) -> None:
    assert_as_published(run(case, case["expression"], ties="split"), case, case["gradients"])

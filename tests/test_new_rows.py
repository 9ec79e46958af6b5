"""A right new row passes the tests of its table untouched: a composite gate with a domain, an optimizer, an exporter."""

from __future__ import annotations

import inspect
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from graphstep.faces import export
from graphstep.gates import ELEMENTWISE, FUNCTIONS, GATES
from graphstep.gates.elementwise import elementwise
from graphstep.gates.optimizers import OPTIMIZERS, Assignment, Optimizer
from graphstep.gates.rule import ALL_AGREE, Convention
from tests.analysis.symbolic import test_symbolic
from tests.cases import each
from tests.faces.export import test_export
from tests.gates import test_gates, test_mathematics, test_optimizers
from tests.language import test_rewrite

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import ModuleType

    from graphstep.gates import Rule

LOGIT = elementwise(
    "logit",
    "logit",
    lambda m, x: m.log(x / (1 - x)),
    (lambda m, x, out: 1 / (x * (1 - x)),),
    "The logit gate takes the logarithm of the odds.",
    "The slope of logit is 1/(x·(1 − x)), with x = {x}.",
    expansion="log(x/(1 - x))",
    conventions=(Convention(lambda m, x: (x <= 0) | (x >= 1), "There are odds between 0 and 1 only.", ALL_AGREE, warns=True),),
)
FAR_OUT = elementwise(
    "root_beyond",
    "√(x − 100)",
    lambda m, x: m.sqrt(x - 100),
    (lambda m, x, out: 1 / (2 * out),),
    "This gate begins at 100.",
    "Its slope is one over twice its output.",
    expansion="sqrt(x - 100)",
    conventions=(Convention(lambda m, x: x <= 100, "There is no root below 100.", ALL_AGREE, warns=True),),
)
# Adadelta moves by fractions of what other rules move by, and its state has names that no other has.
ADADELTA = Optimizer(
    "adadelta",
    (
        Assignment("sq_g", lambda m, q: q.rho * q.sq_g + (1 - q.rho) * q.g**2),
        Assignment("move", lambda m, q: m.sqrt(q.sq_d + q.eps) / m.sqrt(q.sq_g + q.eps) * q.g),
        Assignment("sq_d", lambda m, q: q.rho * q.sq_d + (1 - q.rho) * q.move**2),
        Assignment("w", lambda m, q: q.downhill(q.w, q.lr * q.move)),
    ),
    "Steps have the size of the steps before them; {w} moves {way} the gradient.",
    {"rho": 0.9, "eps": 1e-6},
    ("sq_g", "sq_d"),
    "As in PyTorch.",
)
EXPORTER = '''
"""A row for each node."""

SUFFIX = ".csv"
SUMMARY = "a row for each node"


def export(trace, at=None, options=None):
    """Its text, its value, its gradient."""
    yield "text,value,gradient\\n"
    for index in range(len(trace.program.nodes)):
        known = trace.gradient(index, at)
        yield f"{trace.program.label(index)},{trace.value(index, at)},{None if known is None else known.value}\\n"
'''


def made_for(module: ModuleType, argument: str) -> list[Callable[..., None]]:
    """The tests of a module that are made for every row of a table: those that take the row and nothing else."""
    functions = [one for name, one in vars(module).items() if name.startswith("test_") and inspect.isfunction(one)]
    own = [one for one in functions if one.__module__ == module.__name__]
    return [one for one in own if [*inspect.signature(inspect.unwrap(one)).parameters] == [argument]]


# What is right over cells is asked of structural gates.
BY_ROW = [
    one
    for module in (test_gates, test_mathematics, test_symbolic)
    for one in made_for(module, "gate")
    if "cells_is" not in one.__name__
]
BY_NAME = [one for one in made_for(test_rewrite, "gate") if "composite" in one.__name__]


@pytest.fixture(params=[LOGIT, FAR_OUT], ids=lambda gate: gate.name)
def gate(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Rule:
    row: Rule = request.param
    for table in (ELEMENTWISE, GATES, FUNCTIONS):
        monkeypatch.setitem(table, row.name, row)
    return row


@each("test", BY_ROW, ids=lambda test: test.__name__)
def test_a_gate_with_a_domain_passes(test: Callable[[Any], None], gate: Rule) -> None:
    with np.errstate(all="ignore"):
        inspect.unwrap(test)(gate)


@each("test", BY_NAME, ids=lambda test: test.__name__)
def test_a_composite_gate_with_a_domain_is_taken_apart(test: Callable[[Any], None], gate: Rule) -> None:
    inspect.unwrap(test)(gate.name)


@pytest.mark.parametrize("test", made_for(test_optimizers, "name"), ids=lambda test: test.__name__)
def test_an_optimizer_passes(test: Callable[[str], None], monkeypatch: pytest.MonkeyPatch) -> None:
    if test is test_optimizers.test_a_rule_does_what_it_does_written_out_by_hand:
        monkeypatch.setitem(test_optimizers.BY_HAND, "adadelta", adadelta_by_hand)
    monkeypatch.setitem(OPTIMIZERS, "adadelta", ADADELTA)  # type: ignore[arg-type]  # a mapping to all but this test
    inspect.unwrap(test)("adadelta")


def adadelta_by_hand(w: float, gradients: list[float], lr: float) -> float:
    square = moved = 0.0
    for g in gradients:
        square = 0.9 * square + 0.1 * g * g
        step = (moved + 1e-6) ** 0.5 / (square + 1e-6) ** 0.5 * g
        moved = 0.9 * moved + 0.1 * step * step
        w -= lr * step
    return w


BY_FORMAT = [
    one
    for one in made_for(test_export, "name")
    if getattr(one, "cases", None) == ("name", test_export.FORMATS)
    or any(mark.args == ("name", test_export.FORMATS) for mark in getattr(one, "pytestmark", []))
]
assert BY_ROW
assert BY_NAME
assert BY_FORMAT


@pytest.mark.parametrize("test", BY_FORMAT, ids=lambda test: test.__name__)
def test_an_exporter_passes(test: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "csv.py").write_text(EXPORTER, encoding="utf-8")
    monkeypatch.setattr(export, "__path__", [*export.__path__, str(tmp_path)])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.delitem(sys.modules, "graphstep.faces.export.csv", raising=False)
    # The folder is looked at once, and has a file more now.
    monkeypatch.setattr(export, "formats", inspect.unwrap(export.formats))
    try:
        assert "csv" in export.formats()
        inspect.unwrap(test)("csv")
    finally:
        sys.modules.pop("graphstep.faces.export.csv", None)
        vars(export).pop("csv", None)

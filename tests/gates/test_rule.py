"""A program carries its rules: gates that are in no table run, step, explain themselves, are checked and exported."""

from __future__ import annotations

import numpy as np
import pytest

import graphstep as gs
from graphstep.analysis.jacobian import jacobian
from graphstep.analysis.witnesses import check
from graphstep.debugger.breakpoints import steps_of
from graphstep.debugger.conditions import read_conditions
from graphstep.engine.trace import trace
from graphstep.faces import export
from graphstep.gates import GATES, Rule
from graphstep.gates.elementwise import elementwise
from graphstep.language.nodes import Node
from graphstep.language.program import Program
from graphstep.language.rewrite import share
from graphstep.telling.explain import explain
from tests.cases import each

CUBE = elementwise(
    "cube",
    "x³",
    lambda m, x: x**3,
    (lambda m, x, out: 3 * x**2,),
    "The x³ gate takes the cube of its input.",
    "The slope of x³ is 3x²; here {x}.",
    functions=(),
)
DOUBLE = elementwise(
    "cube",
    "2x",
    lambda m, x: 2 * x,
    (lambda m, x, out: 2,),
    "The 2x gate doubles its input.",
    "The slope of 2x is 2.",
    functions=(),
)
"""Another gate of the same name: which of two it is does not hang on what they are called."""
ROLL = Rule(
    "roll",
    "roll",
    lambda shapes, options: shapes[0],
    lambda np, inputs, options: np.roll(inputs[0], options["by"]),
    lambda np, call, slot, upstream: np.roll(upstream, -call.options["by"]),
    lambda np, call, slot, direction: np.roll(direction, call.options["by"]),
    lambda slot, shapes, options: "permutation",
    lambda m, terms, options: m.call("roll", terms[0]),
    lambda m, slot, upstream, terms, out, options: m.call("unroll", upstream),
    "The roll gate moves every cell of {x} one place on.",
    ("Every cell of the upstream gradient goes back one place.",),
    pattern=("distributor",),
    functions=(),
    defaults={"by": 1},
)


def numbers() -> Program:
    """f = x³ + 2x, by two gates that are called alike."""
    nodes = (
        Node(None, (), "x"),
        Node(CUBE, (0,), "c", None, "cube(x)"),
        Node(DOUBLE, (0,), "d", None, "double(x)"),
        Node(GATES["add"], (1, 2), "f", None, "c + d"),
    )
    return Program("cube(x) + double(x)", nodes, 3, {"x": 0, "c": 1, "d": 2, "f": 3})


def arrays() -> Program:
    """The sum of the products of a vector with itself, moved on by one place."""
    nodes = (
        Node(None, (), "x"),
        Node(ROLL, (0,), "r", None, "roll(x)"),
        Node(GATES["mul"], (0, 1), None, None, "x*r"),
        Node(CUBE, (2,), None, None, "cube(x*r)"),
        Node(GATES["sum"], (3,), "f", None, "sum(cube(x*r))"),
    )
    return Program("sum(cube(x*roll(x)))", nodes, 4, {"x": 0, "r": 1, "f": 4})


@pytest.fixture(params=["numbers", "arrays"])
def run(request: pytest.FixtureRequest) -> gs.Run:
    if request.param == "numbers":
        return gs.Run(trace(numbers(), {"x": 1.5}))
    return gs.Run(trace(arrays(), {"x": np.array([1.0, -0.5, 2.0])}))


def test_rules_of_no_table_compute(run: gs.Run) -> None:
    assert {rule.name for rule in (CUBE, ROLL)} & set(GATES) == set()
    x = run.trace.value_of(0)
    if isinstance(x, float):
        assert run.output == x**3 + 2 * x
        assert run.gradients["x"] == 3 * x**2 + 2
    else:
        whole = x * np.roll(x, 1)
        sent = 3 * whole**2
        assert run.output == np.sum(whole**3)
        np.testing.assert_allclose(run.gradients["x"], sent * np.roll(x, 1) + np.roll(sent * x, -1))


def test_each_of_their_steps_explains_itself(run: gs.Run) -> None:
    said = [explain(run.trace, n).why for n in range(len(run.trace) + 1)]
    assert all(said)
    for rule in {CUBE, DOUBLE, ROLL} & {node.rule for node in run.program.nodes}:
        assert any(rule.forward.replace("{x}", "x") == text for text in said)


def test_every_witness_confirms_them(run: gs.Run) -> None:
    report = check(run.trace)
    assert {row.verdict for row in report.rows} == {"agree"}


@each("name", export.formats())
def test_every_exporter_writes_them(run: gs.Run, name: str) -> None:
    text = export.render(run.trace, name)
    assert "cube" in text or "x³" in text


def test_a_breakpoint_knows_them_and_sharing_tells_them_apart() -> None:
    program = numbers()
    (condition,) = read_conditions("gate cube", program)
    assert steps_of(trace(program, {"x": 2.0}), condition) == (1, 2, 7, 8)
    assert len(share(program).program.nodes) == len(program.nodes)


def test_the_jacobian_is_what_they_push() -> None:
    of = trace(arrays(), {"x": np.array([1.0, -0.5, 2.0])})
    np.testing.assert_array_equal(jacobian(of.arrivals(0)[1]).matrix, np.roll(np.eye(3), 1, axis=0))

"""Names: what values are called in sentences and in LaTeX (``symbols``), and long expressions (``definitions``)."""

from __future__ import annotations

import graphstep as gs
from graphstep.gates.notation import LATEX
from graphstep.gates.notation.names import latex_name
from graphstep.telling.explain import explain
from graphstep.telling.names import name_of, names_of, output_name
from tests.cases import each
from tests.telling.steps import W, X, traced


def test_the_output_is_called_f_unless_that_means_something_else() -> None:
    assert output_name(gs.run("x*y", x=1, y=2).program) == "f"
    assert output_name(gs.run("f*y", f=1, y=2).program) == "g"
    assert output_name(gs.run("loss = x*y", x=1, y=2).program) == "loss"


def test_long_expressions_are_called_u_and_defined_where_they_are_used() -> None:
    run = gs.run("exp(alpha*beta+gamma)*2", alpha=1, beta=2, gamma=3)
    names = [name_of(run.program, node.index) for node in run.nodes]
    assert names == ["alpha", "beta", "gamma", "alpha*beta", "u1", "exp(u1)", "f"]
    said = [explain(run.trace, n) for n in range(1, len(run.trace) + 1)]
    defined = [bool(step.definitions) for step in said]
    used = ["u1" in step.title + "".join(x.line for x in (step.ladder, step.local) if x) for step in said]
    # The step that computes u1 is the definition itself.
    assert said[1].ladder is not None
    assert said[1].ladder.line == "u1 = alpha*beta + gamma = 2 + 3 = 5"
    assert defined == [*used[:1], False, *used[2:]]
    assert {step.definitions for step in said if step.definitions} == {(("u1", "alpha*beta+gamma"),)}


@each(
    ("name", "latex"),
    [
        ("x", "x"),
        ("x1", "x_{1}"),
        ("x_1", "x_{1}"),
        ("beta", r"\beta"),
        ("β", r"\beta"),
        ("sigma_2", r"\sigma_{2}"),
        ("W12", "W_{12}"),
        ("learning_rate", r"\mathrm{learning}_{\mathrm{rate}}"),
        ("a_", "a"),
        ("_a", r"\mathrm{\_a}"),
        ("x1y", r"\mathrm{x1y}"),
    ],
)
def test_names_in_latex_follow_a_table(name: str, latex: str) -> None:
    assert latex_name(name) == latex


def test_no_value_is_called_what_a_function_is_called() -> None:
    assert output_name(gs.run("def f(a) = a*a + a; f(x) + 1", x=3).program) == "g"
    # Where nothing is called f, or the output has a name, nothing gives way.
    assert output_name(gs.run("def cell(a) = a*a; cell(x) + 1", x=3).program) == "f"
    assert output_name(gs.run("def f(a) = a*a; y = f(x)", x=3).program) == "y"


def test_latex_names_of_products_tell_the_two_kinds_apart() -> None:
    program = traced("sum(x*y + A@x + x.T[0])", A=W, x=X, y=X).program
    products = {node.gate: i for i, node in enumerate(program.nodes) if node.gate in ("mul", "matmul")}
    shown = {gate: names_of(program).operand(i).read(LATEX).text for gate, i in products.items()}
    assert shown == {"mul": r"x \odot y", "matmul": r"A \, x"}


def test_the_name_of_a_copy_keeps_its_blanks_within_a_longer_one() -> None:
    run = gs.run("cross_entropy(s, y)", s=[1, 2, 0.5], y=1, data="y", expand=True).trace
    assert "− computes u1-(u2 as 3):" in explain(run, 9).narrative
    assert "u1 is s-(max(s) as 3)." in explain(run, 5).narrative

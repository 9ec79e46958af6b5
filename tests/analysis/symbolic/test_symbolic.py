"""Programs as SymPy expressions: exact where small, refused where large, evaluated by ourselves, and written back as text."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import sympy as sp

from graphstep.analysis.symbolic import ExactRun, derivative, evaluate, formula, from_sympy, to_sympy
from graphstep.analysis.symbolic.reals import settled
from graphstep.analysis.symbolic.slopes import Slopes
from graphstep.engine.trace import trace
from graphstep.gates import ELEMENTWISE, GATES, Rule
from graphstep.ground.arrays import plain
from graphstep.ground.errors import GraphstepError, InputError, LimitError
from graphstep.language.nodes import Node
from graphstep.language.program import Program
from graphstep.language.read import read
from tests.cases import each
from tests.domains import is_ordinary, points
from tests.effort import effort
from tests.programs import seeded

x, y, z = sp.symbols("x y z", real=True)


@each(
    ("text", "expression"),
    [
        ("(x+y)*z", (x + y) * z),
        ("x - y", x - y),
        ("x / y", x / y),
        ("-x^2", -(x**2)),
        ("2x^3", 2 * x**3),
        ("1/3*x", x / 3),
        ("Rational(2, 6)*x", x / 3),
        ("0.5*x", sp.Float(0.5) * x),
        ("pi*x", sp.pi * x),
        ("e^x", sp.exp(x)),
        ("sqrt(x)", sp.sqrt(x)),
        ("sqrt(2)*x", sp.sqrt(2) * x),
        ("exp(-x^2/2)/sqrt(2pi)", sp.exp(-(x**2) / 2) / sp.sqrt(2 * sp.pi)),
        ("max(x, y, 0)", sp.Max(0, x, y)),
        ("relu(x)", sp.Max(0, x)),
        ("clip(x, 0, 1)", sp.Min(1, sp.Max(0, x))),
        ("|x|", sp.Abs(x)),
        ("sigmoid(x)", 1 / (1 + sp.exp(-x))),
        ("q = x + y; q*q", (x + y) ** 2),
        ("x^y", x**y),
        ("3", sp.Integer(3)),
    ],
)
def test_a_program_is_the_expression_one_would_write(text: str, expression: sp.Expr) -> None:
    assert to_sympy(read(text)) == expression


def test_any_node_has_an_expression_of_its_own() -> None:
    program = read("q = x + y; f = q*z; f - x")
    assert to_sympy(program, program.names["q"]) == x + y
    assert to_sympy(program, program.names["f"]) == (x + y) * z
    assert to_sympy(program, program.names["x"]) == x


def test_names_of_sympy_are_plain_symbols() -> None:
    program = read("N*S + E*I + beta - gamma*lambda", given=())
    assert {s.name for s in to_sympy(program).free_symbols} == {"N", "S", "E", "I", "beta", "gamma", "lambda"}


def test_the_expression_has_the_value_of_the_run() -> None:
    for seed in range(150):
        case = seeded(seed)
        of = trace(read(case.text), case.inputs)
        assert evaluate(to_sympy(of.program), case.inputs) == pytest.approx(of.output, rel=1e-9, abs=1e-12), case


@each(
    ("text", "name", "expected"),
    [
        ("(x+y)*z", "z", x + y),
        ("x*x", "x", 2 * x),
        ("x^y", "y", x**y * sp.log(x)),
        ("3x - y", "z", None),
        ("|ln(x)|", "x", None),
    ],
)
def test_derivatives_are_sympys(text: str, name: str, expected: sp.Expr | None) -> None:
    program = read(text)
    if name not in program.inputs:
        with pytest.raises(InputError, match="no input") as caught:
            derivative(program, name)
        assert "x" in caught.value.hint
    elif expected is not None:
        assert derivative(program, name) == expected
    else:
        assert evaluate(derivative(program, name), {"x": 0.5}) == pytest.approx(-2.0)


@each(
    "text",
    [
        "x*exp(x*y)/(1 + x^2)^y + 3",
        "sin(x)*cos(x)*y*x + sin(x)*cos(x)",
        "max(x*y, x, 2) - min(y, x^3)",
        "relu(x)*elu(x*y, 2) + clip(x, -y, 1)",
        "abs(x*y)^3 + sign(x)*x + gelu(x - y)",
        "exp(3)^2",
    ],
)
def test_they_are_letter_by_letter_what_sympys_diff_makes(text: str) -> None:
    slopes = Slopes(to_sympy(read(text)))
    for symbol in (x, y):
        assert sp.srepr(slopes.towards(symbol)) == sp.srepr(sp.diff(slopes.expression, symbol))


@each(
    ("text", "at", "slope"),
    [
        ("sign(ln(x))*x", 0.5, -1.0),
        ("abs(tanh(ln(relu(x))))", 0.5, None),
        ("max(ln(x), sqrt(x))", 2.0, 0.5 / math.sqrt(2.0)),
        ("relu(leaky_relu(x)) + elu(relu(x) - 1, 2)", 0.25, None),
        ("clip(elu(x, 2), leaky_relu(-x), 3)", 0.25, None),
    ],
)
def test_derivatives_stay_on_the_real_line(text: str, at: float, slope: float | None) -> None:
    program = read(text)
    expected = slope if slope is not None else trace(program, {"x": at}).gradient_of(0)
    assert evaluate(derivative(program, "x"), {"x": at}) == pytest.approx(expected)


@each(
    ("expression", "value"),
    [
        (x**2 + 1, 5.0),
        (1 / (x - 2), math.inf),
        (sp.log(x - 2), -math.inf),
        (sp.sqrt(-x), math.nan),
        (sp.sqrt(-(x**2)), math.nan),
        (x * sp.oo, math.inf),
        (x * sp.nan, math.nan),
        (sp.pi * sp.E, math.pi * math.e),
        (sp.Rational(1, 3) * x, 2 / 3),
        (sp.Integer(10) ** 400 * x, math.inf),
        (sp.Rational(1, 10**400) * x, 0.0),
        (sp.Heaviside(x - 2), 0.5),
        (sp.Heaviside(x), 1.0),
        (sp.DiracDelta(x), 0.0),
        (sp.DiracDelta(x - 2), math.inf),
        (sp.sign(x - 2), 0.0),
        (sp.Piecewise((1, x > 2), (7, True)), 7.0),
        (sp.Piecewise((1, x >= 2), (7, True)), 1.0),
        (sp.Piecewise((1, sp.And(x > 1, x < 3)), (7, True)), 1.0),
        (sp.Piecewise((1, sp.Or(x > 3, x < 1)), (7, True)), 7.0),
        (sp.Piecewise((1, x > 9)), math.nan),
        (sp.Max(x, 3) - sp.Min(x, 1), 2.0),
        (sp.sec(x) * sp.cos(x) + sp.csc(x) * sp.sin(x) + sp.cot(x) * sp.tan(x), 3.0),
        (sp.erf(x) + sp.erfc(x), 1.0),
        (sp.Derivative(sp.sign(sp.log(x)), x), 0.0),
    ],
    ids=str,
)
def test_numbers_follow_ieee(expression: sp.Expr, value: float) -> None:
    assert evaluate(expression, {"x": 2.0}) == pytest.approx(value, nan_ok=True)


def test_a_shared_part_is_computed_once() -> None:
    expression = x
    for _ in range(25):
        expression = sp.Add(sp.sin(expression), sp.cos(expression), evaluate=False)
    # What SymPy loads and keeps when it is first asked is not counted.
    evaluate(sp.sin(x), {"x": 0.3})
    assert effort(lambda: evaluate(expression, {"x": 0.3})) < 10_000
    assert math.isfinite(evaluate(expression, {"x": 0.3}))


@each("expression", [sp.gamma(x), sp.zeta(x), sp.Function("f")(x)], ids=str)
def test_what_no_gate_leads_to_is_not_evaluated(expression: sp.Expr) -> None:
    with pytest.raises(InputError, match="no counterpart"):
        evaluate(expression, {"x": 2.0})


def test_a_symbol_without_a_value_is_named() -> None:
    with pytest.raises(InputError, match="no value for 'y'"):
        evaluate(x + y, {"x": 2.0})


# Limits


def doubling(count: int) -> Program:
    """v = v + v, over and over: few nodes, an endless formula."""
    nodes = [Node(None, (), "x"), *(Node(GATES["add"], (i, i)) for i in range(count))]
    return Program("", tuple(nodes), count, {"x": 0})


@each(
    ("program", "said"),
    [
        (doubling(30), "2,000 parts"),
        (doubling(10_000), "2,000 parts"),
        (
            Program("", (Node(None, (), "x"), *(Node(GATES["sin"], (i,)) for i in range(200))), 200, {"x": 0}),
            "nested more than 80",
        ),
        (read("(2x)^387420489"), "thousand digits"),
        (read("((x/x)*9)^(9^9)"), "thousand digits"),
        (read("exp((x/x)*1000000*ln(2))"), "thousand digits"),
        (read("max(" + ", ".join(f"x{i}" for i in range(40)) + ")"), "at most 10 inputs"),
        (read("square(" * 40 + "3x" + ")" * 40), "thousand digits"),
    ],
    ids=["shared", "endless", "deep", "power", "disguised", "exp-log", "choices", "squares"],
)
def test_what_would_take_sympy_long_is_refused_at_once(program: Program, said: str) -> None:
    def refused() -> None:
        with pytest.raises(LimitError, match=said) as caught:
            to_sympy(program)
        assert caught.value.hint

    assert effort(refused) < 2_000_000 + 100 * len(program.nodes)


@each(
    "text",
    [
        "9^9^9*x",
        "exp(exp(exp(100)))*x + max(x, exp(exp(exp(100))))",
        "2^(x + 10^14)*3",
        "abs(sqrt(2) - sqrt(3) + x)",
        "x^387420489",
        "(1/3 - 1/3)*x",
        "tanh(" * 70 + "x" + ")" * 70,
        "max(" + ", ".join(f"x{i}" for i in range(25)) + ")",
    ],
    ids=lambda text: text[:24],
)
def test_hostile_numbers_and_long_chains_are_differentiated(text: str) -> None:
    program = read(text)
    assert isinstance(derivative(program, program.inputs[0]), sp.Expr)


def test_what_sympy_cannot_write_is_an_error_of_ours() -> None:
    with pytest.raises(InputError, match="SymPy cannot write"):
        to_sympy(read("max(sqrt(-x^2 - 1), 0)"))


# Back to text


@each(
    ("expression", "text"),
    [
        (x + 1, "x + 1"),
        (1 - x, "1 - x"),
        (x - y, "x - y"),
        (-x - y, "-x - y"),
        (-(x + y) * z, "z*(-x - y)"),
        (sp.Mul(-1, x + y, evaluate=False), "-(x + y)"),
        (x / y, "x/y"),
        (x / (y * z), "x/(y*z)"),
        (3 * x / 2, "3*x/2"),
        (x / 2 - sp.Rational(1, 3), "x/2 - 1/3"),
        (sp.Float(-2.5) * x, "-2.5*x"),
        (sp.Float(1e-30) * x, "1e-30*x"),
        (x**2, "x^2"),
        (x**-2, "1/x^2"),
        (x**-y, "x^(-y)"),
        (x ** (y**2), "x^(y^2)"),
        (sp.Pow(x**y, z, evaluate=False), "(x^y)^z"),
        ((-2) ** x, "(-2)^x"),
        (sp.Rational(1, 2) ** x, "(1/2)^x"),
        (sp.sqrt(x), "sqrt(x)"),
        (1 / sp.sqrt(x), "1/sqrt(x)"),
        (x ** sp.Rational(3, 2), "x^(3/2)"),
        (x ** sp.Rational(-3, 2), "1/x^(3/2)"),
        (sp.exp(-x), "exp(-x)"),
        (sp.E * x, "e*x"),
        (sp.pi, "pi"),
        (sp.Abs(x) + sp.sign(y), "abs(x) + sign(y)"),
        (sp.Max(x, y, 0), "max(0, x, y)"),
        (sp.Min(x, -y), "min(x, -y)"),
        (sp.sec(x), "1/cos(x)"),
        (sp.Function("sigmoid")(x), "sigmoid(x)"),
        (sp.Mul(x, sp.Mul(y, 1 / x, evaluate=False), evaluate=False), "x*(y/x)"),
        (sp.Piecewise((x, x > 0), (0.1 * x, True)), "leaky_relu(x, 0.1)"),
        (sp.Symbol("w_1") * sp.Symbol("θ"), "w_1*θ"),
        (sp.Symbol("e") + sp.E, "exp(1) + e"),
    ],
    ids=str,
)
def test_an_expression_is_written_as_a_person_writes_it(expression: sp.Expr, text: str) -> None:
    assert from_sympy(expression) == text


def test_what_was_read_survives_the_way_through_sympy_and_back() -> None:
    for seed in range(120):
        case = seeded(seed)
        program = read(case.text)
        expression = to_sympy(program)
        if expression.has(sp.zoo, sp.nan):
            # SymPy divides by a comparison in both of its cases, also in the one that is not taken.
            continue
        again = read(from_sympy(expression), case.inputs)
        inputs = {name: case.inputs[name] for name in again.inputs}
        expected = trace(program, case.inputs).output
        assert trace(again, inputs).output == pytest.approx(expected, rel=1e-9, abs=1e-12), case


@each("gate", [g for g in ELEMENTWISE.values() if g.functions and not g.chooses], ids=lambda g: g.name)
def test_every_function_goes_there_and_back(gate: Rule) -> None:
    names = ["x", "y", "z"][: len(gate.partials)]
    program = read(f"{gate.functions[0]}({', '.join(names)})")
    usual = (0.4, 0.3, 0.9)[: len(names)]
    inputs = dict(zip(names, usual if is_ordinary(gate, usual) else points(gate)[0], strict=True))
    again = read(from_sympy(to_sympy(program)))
    expected = trace(program, inputs).output
    assert trace(again, {n: inputs[n] for n in again.inputs}).output == pytest.approx(expected, rel=1e-12)


@each(
    ("expression", "said"),
    [
        (sp.gamma(x), "'gamma' of SymPy has no gate"),
        (sp.Heaviside(x), "'Heaviside' of SymPy has no gate"),
        (sp.Integral(x, x), "'Integral' of SymPy has no gate"),
        (sp.Piecewise((x, x > 1), (y, x < 0)), "no value where none"),
        (sp.Function("relu")(x, y), "'relu' of SymPy has no gate"),
        (sp.I * x, "'I' has no counterpart"),
        (sp.oo, "'oo' has no counterpart"),
        (sp.nan, "'nan' has no counterpart"),
        (sp.Eq(x, y), "not a SymPy expression"),
        (sp.Matrix([x]), "not a SymPy expression"),
        ("x + y", "not a SymPy expression"),
        (3, "not a SymPy expression"),
        (sp.Integer(10) ** 50, "40 digits"),
        (sp.Symbol("a b"), "could not be typed"),
        (sp.Symbol("__import__('os').system('true')"), "could not be typed"),
        (sp.Symbol("x" * 41), "could not be typed"),
        (sp.Symbol("ｘ"), "could not be typed"),
        (sp.Symbol("2x"), "could not be typed"),
        (sp.Symbol(""), "could not be typed"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_has_no_text_is_refused_by_name(expression: object, said: str) -> None:
    with pytest.raises(GraphstepError, match=said):
        from_sympy(expression)


def test_a_text_longer_than_a_program_may_be_is_refused() -> None:
    expression = x
    for _ in range(40):
        expression = sp.Add(sp.sin(expression), sp.cos(expression), evaluate=False)
    with pytest.raises(LimitError, match="1,000,000 characters"):
        from_sympy(expression)


def test_a_sum_of_a_thousand_terms_is_written_in_order() -> None:
    terms = [sp.Symbol(f"x{i}") for i in range(1000)]
    program = read(from_sympy(sp.Add(*terms, evaluate=False)))
    assert len(program.inputs) == 1000


# Arrays


def fitted(text: str, **inputs: Any) -> Program:
    return trace(read(text), {name: plain(value) for name, value in inputs.items()}).program


def cells(name: str, *shape: int) -> Any:
    return np.array(
        [sp.Symbol(f"{name}[{', '.join(map(str, cell))}]", real=True) for cell in np.ndindex(shape)], dtype=object
    ).reshape(shape)


def test_an_array_is_an_expression_for_each_cell() -> None:
    w, v = cells("W", 2, 2), cells("v", 2)
    program = fitted("W@v", W=np.ones((2, 2)), v=np.ones(2))
    made = to_sympy(program)
    assert isinstance(made, sp.Array)
    assert made == sp.Array((w @ v).tolist())
    assert to_sympy(program, program.names["W"]) == sp.Array(w.tolist())


def test_a_number_made_from_arrays_is_one_expression() -> None:
    v = cells("v", 3)
    ones = np.ones(3)
    assert to_sympy(fitted("sum(v^2)/2", v=ones)) == (v[0] ** 2 + v[1] ** 2 + v[2] ** 2) / 2
    assert to_sympy(fitted("mean(v)", v=ones)) == sp.Add(*(v / sp.Integer(3)))
    assert to_sympy(fitted("norm(v)", v=ones)) == sp.sqrt(v[0] ** 2 + v[1] ** 2 + v[2] ** 2)
    assert to_sympy(fitted("max(v)", v=ones)) == sp.Max(*v)
    assert to_sympy(fitted("logsumexp(v)", v=ones)) == sp.log(sum(sp.exp(one) for one in v))
    assert to_sympy(fitted("v.T[1]*x", v=ones, x=2.0)) == v[1] * x


def test_broadcast_cells_are_written_once_for_each_copy() -> None:
    b = cells("b", 2)
    program = fitted("x + b", x=1.0, b=np.ones(2))
    assert to_sympy(program) == sp.Array([x + b[0], x + b[1]])


def test_classes_are_numbers_and_are_looked_up() -> None:
    program = fitted("cross_entropy(s, k)", s=np.ones(2), k=1.0)
    s = cells("s", 2)
    expected = -(s[1] - sp.log(sp.exp(s[0]) + sp.exp(s[1])))
    assert sp.simplify(to_sympy(program, inputs={"s": np.ones(2), "k": 1.0}) - expected) == 0
    with pytest.raises(InputError, match="classes that are not known"):
        to_sympy(program)


def test_an_array_without_cells_is_an_empty_array() -> None:
    assert to_sympy(fitted("x*2", x=np.zeros((0, 3)))).shape == (0, 3)
    assert to_sympy(fitted("sum(x)", x=np.zeros((0, 3)))) == 0


def test_constants_among_arrays_stay_exact() -> None:
    made = to_sympy(fitted("v/3 + 1/7", v=np.ones(1)))
    assert made[0] == cells("v", 1)[0] / 3 + sp.Rational(1, 7)


def test_the_cells_have_the_values_of_the_run() -> None:
    inputs: dict[str, Any] = {"W": np.arange(6.0).reshape(2, 3) / 4, "v": np.array([0.5, -1.0, 2.0]), "b": 0.25}
    of = trace(read("h = tanh(W@v + b); softmax(concat(h, v[:1]))*stack(1, 2, b)"), inputs)
    known = {f"W[{i}, {j}]": inputs["W"][i, j] for i in range(2) for j in range(3)}
    known |= {f"v[{i}]": inputs["v"][i] for i in range(3)} | {"b": 0.25}
    made = to_sympy(of.program)
    assert [evaluate(cell, known) for cell in made] == pytest.approx(np.asarray(of.output).tolist())


def test_large_arrays_are_refused_before_sympy_is_asked() -> None:
    with pytest.raises(LimitError, match="401 cells, and SymPy is asked for at most 200"):
        to_sympy(fitted("sum(x*2)", x=np.ones(200)))
    with pytest.raises(LimitError, match="nested more than 80 deep"):
        to_sympy(fitted("sum(x)", x=np.ones(150)))
    with pytest.raises(LimitError, match="parts as one formula"):
        to_sympy(fitted("a = x@x; b = a@a; c = b@b; c@c", x=np.ones((4, 4))))


def test_a_program_with_arrays_is_differentiated_cell_by_cell() -> None:
    of = trace(read("sum(v^3)"), {"v": np.array([2.0, 3.0])}, seed=2.0)
    made = formula(of)
    assert made.derivative(0, 1) == 6 * cells("v", 2)[1] ** 2
    assert made.values == {"v[0]": 2.0, "v[1]": 3.0}
    with pytest.raises(InputError, match="cell by cell"):
        derivative(of.program, "v")


@each(
    ("text", "inputs", "slope"),
    [
        ("softplus(x)", {"x": 1e8}, 1.0),
        ("softplus(x)", {"x": 1e300}, 1.0),
        ("x - y", {"x": 1e-160, "y": 1e250}, 1.0),
        ("x^3", {"x": 0.0}, 0.0),
        ("(x - 1)^4 + y", {"x": 1.0, "y": 2.0}, 0.0),
        ("exp(-x)", {"x": 700.0}, -9.859676543759770e-305),
        ("1/x", {"x": 1e-200}, -math.inf),
        ("cos(x)", {"x": 1e-160}, -1e-160),
        ("x^1.5", {"x": 0.0}, math.nan),
        ("sign(x)", {"x": 0.0}, math.nan),
    ],
)
def test_a_slope_without_rounding_is_right_or_none(text: str, inputs: dict[str, float], slope: float) -> None:
    assert ExactRun(trace(read(text), inputs), 0).slope(0, 0) == pytest.approx(slope, rel=1e-14, abs=0, nan_ok=True)


def test_what_no_number_of_digits_settles_has_no_value() -> None:
    digits = iter(range(1, 9))
    assert math.isnan(settled(lambda m: m.real(next(digits))))
    assert settled(lambda m: m.real(0)) == 0

"""Text becomes a program: structure, order, places, and any expression as it was written."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import graphstep as gs
from graphstep.gates import FUNCTIONS
from graphstep.ground.errors import ReadError
from graphstep.ground.operands import Constant
from graphstep.language.read import read
from tests.cases import each
from tests.reading import shape

# Structure


@each(
    ("text", "expected"),
    [
        ("x", "x"),
        ("x+y*z", "add(x, mul(y, z))"),
        ("(x+y)*z", "mul(add(x, y), z)"),
        ("x-y-z", "sub(sub(x, y), z)"),
        ("x-(y-z)", "sub(x, sub(y, z))"),
        ("x+(y+z)", "add(x, add(y, z))"),
        ("x/y/z", "div(div(x, y), z)"),
        ("x/y*z", "mul(div(x, y), z)"),
        ("x*y/z", "div(mul(x, y), z)"),
        ("x/(y*z)", "div(x, mul(y, z))"),
        ("-x*y", "mul(neg(x), y)"),
        ("x*-y", "mul(x, neg(y))"),
        ("x - -y", "sub(x, neg(y))"),
        ("--x", "neg(neg(x))"),
        ("-(x+y)", "neg(add(x, y))"),
        ("+x", "x"),
        ("x + +y", "add(x, y)"),
        ("-x^2", "neg(power(x, 2))"),
        ("(-x)^2", "power(neg(x), 2)"),
        ("x^2", "power(x, 2)"),
        ("x**2", "power(x, 2)"),
        ("x^-1", "power(x, -1)"),
        ("x^-2^2", "power(x, neg(power(2, 2)))"),
        ("x^+2", "power(x, 2)"),
        ("x^y^z", "pow(x, pow(y, z))"),
        ("x^-y", "pow(x, neg(y))"),
        ("2^x", "pow(2, x)"),
        ("x^1/2", "div(power(x, 1), 2)"),
        ("x^(1/2)", "power(x, 1/2)"),
        ("e^x", "exp(x)"),
        ("x*x", "mul(x, x)"),
        ("x-x", "sub(x, x)"),
        ("0*x", "mul(0, x)"),
        ("x/x", "div(x, x)"),
        ("max(x,x)", "max(x, x)"),
        ("max(z, y, x)", "max(z, y, x)"),
        ("max(x)", "max(x)"),
        ("|x|", "abs(x)"),
        ("|x-y|*|z|", "mul(abs(sub(x, y)), abs(z))"),
        ("|x + (|y|)|", "abs(add(x, abs(y)))"),
        ("|x + abs(|y|)|", "abs(add(x, abs(abs(y))))"),
        ("||x||", "norm(x)"),
        ("||x|| - ‖y‖", "sub(norm(x), norm(y))"),
        ("x × y · z ÷ w − v", "sub(div(mul(mul(x, y), z), w), v)"),
        ("x²+y³", "add(power(x, 2), power(y, 3))"),
        ("x⁻¹", "power(x, -1)"),
        ("x¹²", "power(x, 12)"),
        # Of arrays: products, transposes, cells.
        ("W @ x", "matmul(W, x)"),
        ("W @ x + b", "add(matmul(W, x), b)"),
        ("A @ B @ x", "matmul(matmul(A, B), x)"),
        ("A @ (B @ x)", "matmul(A, matmul(B, x))"),
        ("a*A @ x", "matmul(mul(a, A), x)"),
        ("A @ x*a", "mul(matmul(A, x), a)"),
        ("A @ x/a", "div(matmul(A, x), a)"),
        ("-A @ x", "matmul(neg(A), x)"),
        ("A @ -x", "matmul(A, neg(x))"),
        ("A @ 2x", "matmul(A, mul(2, x))"),
        ("2A @ x", "matmul(mul(2, A), x)"),
        ("A @ x^2", "matmul(A, power(x, 2))"),
        ("A @\n x", "matmul(A, x)"),
        ("x.T", "transpose(x)"),
        ("x'", "transpose(x)"),
        ("x′", "transpose(x)"),
        ("x’", "transpose(x)"),
        ("x''", "transpose(transpose(x))"),
        ("x .T", "transpose(x)"),
        ("W.T @ x", "matmul(transpose(W), x)"),
        ("x' @ y", "matmul(transpose(x), y)"),
        ("x.T*y", "mul(transpose(x), y)"),
        ("x'*2", "mul(transpose(x), 2)"),
        ("2*x'", "mul(2, transpose(x))"),
        ("(1/2)*x'", "mul(1/2, transpose(x))"),
        ("-0.5*x' + y'", "add(mul(-0.5, transpose(x)), transpose(y))"),
        ("x' @ y*z", "mul(matmul(transpose(x), y), z)"),
        ("(x+y)'", "transpose(add(x, y))"),
        ("(x+y).T", "transpose(add(x, y))"),
        ("2x.T", "mul(2, transpose(x))"),
        ("-x.T", "neg(transpose(x))"),
        ("x.T^2", "power(transpose(x), 2)"),
        ("x'^2", "power(transpose(x), 2)"),
        ("x^y.T", "pow(x, transpose(y))"),
        ("(x^2)'", "transpose(power(x, 2))"),
        ("|x|.T", "transpose(abs(x))"),
        ("|x.T|", "abs(transpose(x))"),
        ("|x'|", "abs(transpose(x))"),
        ("||x||'", "transpose(norm(x))"),
        ("||x'||", "norm(transpose(x))"),
        ("sin(x)'", "transpose(sin(x))"),
        ("2(x+y)'", "mul(2, transpose(add(x, y)))"),
        ("(x)(y)'", "mul(x, transpose(y))"),
        ("x.T[0]", "index(transpose(x); index=[0])"),
        ("x[0].T", "transpose(index(x; index=[0]))"),
        ("x[0][1]", "index(index(x; index=[0]); index=[1])"),
        ("sin(x)[1]", "index(sin(x); index=[1])"),
        ("(x+y)[1]", "index(add(x, y); index=[1])"),
        ("x[0]^2", "power(index(x; index=[0]), 2)"),
        ("x[0]*x[1]", "mul(index(x; index=[0]), index(x; index=[1]))"),
        ("1/x[0]", "reciprocal(index(x; index=[0]))"),
        ("x [0]", "index(x; index=[0])"),
        ("(x\n[0])", "index(x; index=[0])"),
        ("sum((W@x)^2)", "sum(power(matmul(W, x), 2))"),
        ("q = W @ x; q.T", "transpose(matmul(W, x))"),
    ],
)
def test_a_text_comes_out_as_the_gates_that_were_typed(text: str, expected: str) -> None:
    assert shape(read(text)) == expected


@each(
    ("text", "expected"),
    [
        ("2x", "mul(2, x)"),
        ("2 x", "mul(2, x)"),
        ("2x^2", "mul(2, power(x, 2))"),
        ("-2x", "mul(-2, x)"),
        ("-2x^2", "mul(-2, power(x, 2))"),
        ("2(x+y)", "mul(2, add(x, y))"),
        ("2sin(x)", "mul(2, sin(x))"),
        ("2|x|", "mul(2, abs(x))"),
        ("(x+y)(x-y)", "mul(add(x, y), sub(x, y))"),
        ("(x)(y)(z)", "mul(mul(x, y), z)"),
        ("(x+y)z", "mul(add(x, y), z)"),
        ("sin(x)cos(x)", "mul(sin(x), cos(x))"),
        ("|x| |y|", "mul(abs(x), abs(y))"),
        ("2x/3", "div(mul(2, x), 3)"),
        ("x*2y", "mul(x, mul(2, y))"),
        ("x - 2y", "sub(x, mul(2, y))"),
        ("x/y + 2z", "add(div(x, y), mul(2, z))"),
        ("x^2 + 2y", "add(power(x, 2), mul(2, y))"),
        ("x^2*2y", "mul(power(x, 2), mul(2, y))"),
        ("x^(2y)", "pow(x, mul(2, y))"),
        ("(x^2)y", "mul(power(x, 2), y)"),
        ("1/(2x)", "reciprocal(mul(2, x))"),
        ("(1/2)x", "mul(1/2, x)"),
        ("2x2", "mul(2, x2)"),
        ("2e3x", "mul(2e3, x)"),
        ("2 e", "mul(2, e)"),
        ("2e^x", "mul(2, exp(x))"),
        ("2ex", "mul(2, ex)"),
        ("2π", "mul(2, π)"),
        ("xy", "xy"),
        ("max(2x, 3y)", "max(mul(2, x), mul(3, y))"),
    ],
)
def test_a_multiplication_sign_may_be_left_out_behind_a_number_or_a_bracket(text: str, expected: str) -> None:
    assert shape(read(text)) == expected


@each(
    ("text", "expected"),
    [
        ("Max(x, Min(y, z))", "max(x, min(y, z))"),
        ("Abs(x)", "abs(x)"),
        ("Add(x, y, z)", "add(add(x, y), z)"),
        ("Mul(x, y, z)", "mul(mul(x, y), z)"),
        ("Add(x)", "x"),
        ("Pow(x, 2)", "power(x, 2)"),
        ("Pow(x, y)", "pow(x, y)"),
        ("pow(2, x)", "pow(2, x)"),
        ("pow(x, sqrt(2))", "power(x, sqrt(2))"),
        ("ln(x)", "log(x)"),
        ("log(x, 10)", "div(log(x), log(10))"),
        ("x*Rational(1, 3)", "mul(x, 1/3)"),
        ("Rational(-1, 3)*x", "mul(-1/3, x)"),
        ("Rational(2)*x", "mul(2, x)"),
        ("leaky_relu(x)", "leaky_relu(x, 0.01)"),
        ("leaky_relu(x, 0.1)", "leaky_relu(x, 0.1)"),
        ("elu(x)", "elu(x, 1)"),
        ("clip(x, 0, 1)", "clip(x, 0, 1)"),
        ("maxout(x, y)", "max(x, y)"),
        ("sin (x)", "sin(x)"),
    ],
)
def test_functions_and_the_spelling_of_sympy(text: str, expected: str) -> None:
    assert shape(read(text)) == expected


_ONE_GATE = [name for name, gate in FUNCTIONS.items() if gate.cellwise and name not in ("pow", "Pow", "log", "ln")]


@each("function", _ONE_GATE)
def test_every_function_of_numbers_reads_as_its_gate_and_counts_its_inputs(function: str) -> None:
    gate = FUNCTIONS[function]
    fewest, most = gate.arity
    names = "abcdfgh"  # e is a number
    for count in {fewest, most or 5}:
        program = read(f"{function}({', '.join(names[:count])})")
        node = program.nodes[program.output]
        assert node.gate == gate.name
        assert len(node.operands) == (most or count)
        assert node.operands[:count] == tuple(range(count))
    for count in {fewest - 1, *([most + 1] if most else [])}:
        with pytest.raises(ReadError, match=rf"{function} takes .* given"):
            read(f"{function}({', '.join(names[:count])})")


# Constants


@each(
    ("text", "expected", "number"),
    [
        ("0.10*x", "0.10", 0.1),
        (".5x", ".5", 0.5),
        ("5.*x", "5.", 5.0),
        ("1e-3*x", "1e-3", 1e-3),
        ("2E3*x", "2E3", 2000.0),
        ("-3*x", "-3", -3.0),
        ("- 3*x", "-3", -3.0),
        ("−3*x", "-3", -3.0),
        ("1/3*x", "1/3", 1 / 3),
        ("-1/3*x", "-1/3", -1 / 3),
        ("(1/3)*x", "1/3", 1 / 3),
        ("pi*x", "pi", math.pi),
        ("e*x", "e", math.e),
        ("1e400*x", "1e400", math.inf),
        ("k = 3; k*x", "k", 3.0),
        ("k = -1/3; j = k; j*x", "j", -1 / 3),
        ("x1 = 3; x1*x", "x1", 3.0),
    ],
)
def test_a_number_lives_inside_its_gate_and_keeps_its_spelling(text: str, expected: str, number: float) -> None:
    program = read(text)
    (node,) = program.nodes[program.first_gate :]
    constant = node.operands[0]
    assert isinstance(constant, Constant)
    assert (constant.text, constant.value) == (expected, number)
    assert program.inputs == ("x",)


@each(
    ("text", "expected"),
    [
        ("2*3+x", "add(mul(2, 3), x)"),
        ("-2^2", "neg(power(2, 2))"),
        ("(-2)^2", "power(-2, 2)"),
        ("2^-1", "power(2, -1)"),
        ("--2", "neg(-2)"),
        ("-(2)", "neg(2)"),
        ("2--3", "sub(2, -3)"),
        ("2-3", "sub(2, 3)"),
        ("x-3", "sub(x, 3)"),
        ("x*1/3", "div(mul(x, 1), 3)"),
        ("1/3/x", "div(1/3, x)"),
        ("6/2/3", "div(6/2, 3)"),
        ("2/3^2", "div(2, power(3, 2))"),
        ("1/0", "reciprocal(0)"),
        ("3/0", "div(3, 0)"),
        ("1/x", "reciprocal(x)"),
        ("1.0/x", "reciprocal(x)"),
        ("2/x", "div(2, x)"),
        ("k=1; k/x", "div(k, x)"),
        ("1/pi", "reciprocal(pi)"),
        ("x^(2*3)", "power(x, mul(2, 3))"),
        ("k=2; x^k", "power(x, k)"),
        ("3", "constant(3)"),
        ("-3", "constant(-3)"),
        ("pi", "constant(pi)"),
        ("k = 3", "constant(3)"),
        ("k = 3; k", "constant(k)"),
    ],
)
def test_operations_on_numbers_stay_gates_as_typed(text: str, expected: str) -> None:
    assert shape(read(text)) == expected


def test_e_and_pi_are_inputs_where_they_are_given_and_names_where_they_are_assigned() -> None:
    assert read("e*pi*x").inputs == ("x",)
    assert read("e*pi*x", given=("e", "x")).inputs == ("e", "x")
    assert read("e*pi*x", given=("pi",)).inputs == ("pi", "x")
    assert shape(read("e = x*y; e*pi")) == "mul(mul(x, y), pi)"


_ORDINARY = "N S E I O Q C beta gamma lambda zeta W1 _ x_1 sin max sum if axis θ λ é x̂ ħ 变量 π1"


@each("name", _ORDINARY.split())
def test_ordinary_names_are_reserved_by_nobody(name: str) -> None:
    assert read(f"{name}*2 + {name}").inputs == (name,)


@each(("typed", "plain"), [("x₁", "x1"), ("ｘ", "x"), ("µ", "μ"), ("ﬁ", "fi"), ("𝑥", "x"), ("W₁₂", "W12")])
def test_spellings_of_one_name_are_one_name(typed: str, plain: str) -> None:
    assert read(f"{typed} + {plain}").inputs == (plain,)


# Order, places and names


def test_the_nodes_of_the_example_of_the_json_schema() -> None:
    program = read("(x+y)*z")
    assert program.text == "(x+y)*z"
    assert [(node.gate, node.operands, node.span) for node in program.nodes] == [
        (None, (), (1, 2)),
        (None, (), (3, 4)),
        (None, (), (6, 7)),
        ("add", (0, 1), (1, 4)),
        ("mul", (3, 2), (0, 7)),
    ]
    assert [program.label(i) for i in range(5)] == ["x", "y", "z", "x+y", "(x+y)*z"]


def test_the_example_of_the_lecture_has_its_eight_gates_in_order() -> None:
    program = read("1/(1+exp(-(w0*x0+w1*x1+w2)))")
    assert program.inputs == ("w0", "x0", "w1", "x1", "w2")
    gates = [node.gate for node in program.nodes[5:]]
    assert gates == ["mul", "mul", "add", "add", "neg", "exp", "add", "reciprocal"]


@each(
    ("text", "spans"),
    [
        ("((x))*((y+z))", ["y+z", "((x))*((y+z))"]),
        ("-(x+y)", ["x+y", "-(x+y)"]),
        ("2 sin( x )", ["sin( x )", "2 sin( x )"]),
        ("x^-y", ["-y", "x^-y"]),
        ("| x |+y", ["| x |", "| x |+y"]),
        ("q = (x + y) ; q*z", ["x + y", "q*z"]),
        ("(x+y)(z)", ["x+y", "(x+y)(z)"]),
        ("  x\t+ y  # sum", ["x\t+ y"]),
        # Of arrays.
        ("(x+y).T", ["x+y", "(x+y).T"]),
        ("2x[ 0 ]", ["x[ 0 ]", "2x[ 0 ]"]),
        ("W.T @ x", ["W.T", "W.T @ x"]),
        ("sum( x, axis = 0 ) + y", ["sum( x, axis = 0 )", "sum( x, axis = 0 ) + y"]),
    ],
)
def test_a_gate_stands_where_it_was_typed_without_the_parentheses_around_it(text: str, spans: list[str]) -> None:
    program = read(text)
    assert [program.source_text(i) for i in range(program.first_gate, len(program.nodes))] == spans


def test_a_constant_knows_its_place_with_its_sign() -> None:
    program = read("x * - 3")
    constant = program.nodes[1].operands[1]
    assert isinstance(constant, Constant)
    assert constant.span == (4, 7)
    assert read("x + 1/3").nodes[1].constants[1].span == (4, 7)
    assert read("x + Rational(1, 3)").nodes[1].constants[1].span == (4, 18)


def test_assigning_shares_the_node_and_names_it() -> None:
    program = read("q = x + y; f = q*z + q")
    assert program.names == {"x": 0, "y": 1, "z": 2, "q": 3, "f": 5}
    assert program.nodes[3].name == "q"
    assert [index for index, _ in program.consumers[3]] == [4, 5]


def test_equal_texts_are_two_nodes() -> None:
    program = read("(x+y)*(x+y)")
    assert program.nodes[-1].operands == (2, 3)


def test_a_second_name_is_an_alias() -> None:
    program = read("q = x; r = q*2; s = r; s + q")
    assert program.names == {"x": 0, "q": 0, "r": 1, "s": 1}
    assert (program.nodes[0].name, program.nodes[1].name) == ("x", "r")


def test_the_output_may_be_an_input_or_a_number() -> None:
    assert read("x").output == 0
    named = read("q = x*2; k = 3")
    assert named.nodes[named.output].name == "k"
    assert named.names["k"] == named.output


def test_parts_of_a_chain_carry_a_text_of_their_own() -> None:
    program = read("Add(x, y, z, w)")
    assert [program.label(i) for i in range(4, 7)] == ["Add(x, y)", "Add(x, …, z)", "Add(x, y, z, w)"]
    program = read("log(x, 10)")
    assert [program.label(i) for i in range(1, 4)] == ["log(x)", "log(10)", "log(x, 10)"]


# Statements


@each(
    "text",
    [
        "q = x+y; q*z",
        "q = x+y\nq*z",
        "q = x+y;\n\n  ; q*z ;\n",
        "# a comment\nq = x+y  # the sum; of both\n\nq*z # end",
        "q = x +\n y\nq * # goes on\nz",
        "q = (x\n+ y)\nq*z",
        "q =\n x+y\r\nq*z",
    ],
)
def test_statements_end_at_a_semicolon_or_a_line(text: str) -> None:
    assert shape(read(text)) == "mul(add(x, y), z)"


# Any program at all

_NAMES = st.sampled_from(["x", "y", "w0", "N", "θ"])
_NUMERALS = st.sampled_from(["2", "0.5", "1e-3", "7.", "10"])
_UNARY = st.sampled_from(["sin", "exp", "sigmoid", "abs"])
_SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(5)
Written = tuple[str, str, int]
"""A text, the shape that it must come out as, and how tightly it binds."""


def _within(written: Written, level: int) -> str:
    text, _, binds = written
    return text if binds >= level else f"({text})"


def _binary(parts: tuple[str, Written, Written, str]) -> Written:
    sign, x, y, space = parts
    gate, level = {"+": ("add", _SUM), "-": ("sub", _SUM), "*": ("mul", _PRODUCT), "/": ("div", _PRODUCT)}[sign]
    shaped = f"{gate}({x[1]}, {y[1]})"
    if sign == "/" and x[1] == x[0]:
        # Two numerals would be a fraction; in parentheses they stay two numbers.
        x = (f"({x[0]})", x[1], _ATOM)
    return f"{_within(x, level)}{space}{sign}{space}{_within(y, level + 1)}", shaped, level


def _power(parts: tuple[Written, Written]) -> Written:
    x, y = parts
    gate = "pow" if _has_names(y[1]) else "power"
    return f"{_within(x, _ATOM)}^{_within(y, _POWER)}", f"{gate}({x[1]}, {y[1]})", _POWER


def _has_names(shaped: str) -> bool:
    words = "".join(c if c.isalnum() or c == "." else " " for c in shaped).split()
    return any(word in ("x", "y", "w0", "N", "θ") for word in words)


def _sign(x: Written) -> Written:
    # A sign before a numeral would belong to it.
    text = f"({x[0]})" if x[0][0].isdigit() else _within(x, _SIGN)
    return f"-{text}", f"neg({x[1]})", _SIGN


_WRITTEN: st.SearchStrategy[Written] = st.recursive(
    st.one_of(_NAMES, _NUMERALS).map(lambda word: (word, word, _ATOM)),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from("+-*/"), inner, inner, st.sampled_from(["", " ", "\t"])).map(_binary),
        st.tuples(inner, inner).map(_power),
        inner.map(_sign),
        inner.map(lambda x: (f"({x[0]})", x[1], _ATOM)),
        st.tuples(_UNARY, inner).map(lambda p: (f"{p[0]}({p[1][0]})", f"{p[0]}({p[1][1]})", _ATOM)),
        st.tuples(inner, inner).map(lambda p: (f"max({p[0][0]}, {p[1][0]})", f"max({p[0][1]}, {p[1][1]})", _ATOM)),
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(_WRITTEN)
def test_any_expression_comes_out_as_it_was_written(written: Written) -> None:
    text, shaped, _ = written
    program = read(text)
    if shaped[0].isdigit():
        shaped = f"constant({shaped})"
    assert shape(program) == shaped
    for index, node in enumerate(program.nodes):
        assert all(x < index for _, x in node.sources)
        assert node.span is not None
        assert program.text[node.span[0] : node.span[1]].strip() != ""


@settings(max_examples=500, deadline=None, derandomize=True)
@given(st.text(alphabet="xy02.(|)+-*/^=,; \n'’e√²\u0301σ_#[]:T@!", max_size=25))
def test_any_text_at_all_is_read_or_refused_with_a_reason(text: str) -> None:
    try:
        program = read(text)
    except ReadError as error:
        said = error.report()
    else:
        said = program.label(program.output)
        assert all(x < index for index, node in enumerate(program.nodes) for _, x in node.sources)
    assert said.strip()
    assert not said.startswith("error: \n")


def test_a_name_with_a_value_is_indexed_by_a_name_also_where_a_function_is_called_so_elsewhere() -> None:
    inputs = {"neg": [2, 3], "mean": [5, 7], "i": 1}
    assert gs.run("mean[i]", inputs={"mean": [5, 7], "i": 1}).output == 7
    assert gs.run("repeat k in 0:2 { j = neg[k]; u = mean[i] }; neg[i]", inputs=inputs).output == 3
    assert gs.run("Sort = 2*x; i = 1; Sort[i]", x=[1, 2]).output == 4
    assert gs.run("def f(cos, k) = cos[k]*2; f(x, 1)", x=[2, 3]).output == 6
    for text in ("Sin[x]", "mean[x]", "x = 2; Sort[x]"):
        with pytest.raises(ReadError, match="stand in parentheses"):
            gs.run(text, inputs={} if "=" in text else {"x": 1})

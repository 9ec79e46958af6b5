"""Complaints: an error says what is wrong, points at it, and says what would do; each limit has its own."""

from __future__ import annotations

import pytest

from graphstep.ground import limits
from graphstep.ground.errors import LimitError, ReadError
from graphstep.language.read import read
from tests.cases import each


@each(
    ("text", "readings"),
    [
        ("1/2x", ("1/(2*x)", "(1/2)*x")),
        ("x/2y", ("x/(2*y)", "(x/2)*y")),
        ("a/b/2c", ("a/b/(2*c)", "(a/b/2)*c")),
        ("1/-2x", ("1/(-2*x)", "(1/-2)*x")),
        ("1/(x)(y)", ("1/((x)*(y))", "(1/(x))*(y)")),
        ("1/2(x+y)", ("1/(2*(x+y))", "(1/2)*(x+y)")),
        ("1/2sin(x)", ("1/(2*sin(x))", "(1/2)*sin(x)")),
        ("x^2y", ("x^(2*y)", "(x^2)*y")),
        ("2^3x", ("2^(3*x)", "(2^3)*x")),
        ("x^2(y+1)", ("x^(2*(y+1))", "(x^2)*(y+1)")),
        ("x^y^2z", ("x^y^(2*z)", "(x^y^2)*z")),
        ("x(y+z)", ("x*(y+z)", "no function called 'x'")),
        ("foo(y+z)", ("foo*(y+z)", "no function called 'foo'")),
        ("x y", ("x*y", "x_y")),
        ("x |y|", ("x*|y|", "missing")),
        ("(x+1)2", ("(x+1)*2", "(x+1)^2")),
        ("|x+|y||", ("abs( )", "|x|*|y|")),
        ("|x||y|", ("abs( )", "|x|*|y|")),
        ("|||x|||", ("abs( )", "|x|*|y|")),
        ("0x10", ("0*x10", "decimal")),
        ("1_000", ("1*_000", "1000")),
        ("sin⁻¹(x)", ("1/sin(x)", "asin(x)")),
        ("concat([x, y])", ("concat(x, y)", "a single array")),
        ("stack([x, y], axis=1)", ("stack(x, y)", "a single array")),
        ("sin^2(x)", ("sin(x)^2", "two ways")),
        ("sin^2 x", ("sin(x)^2", "two ways")),
        ("sin²x", ("sin(x)^2", "two ways")),
        ("arctan^2 x", ("arctan(x)^2", "two ways")),
        ("sin^-1(x)", ("1/sin(x)", "asin(x)")),
        ("tanh^-1 x", ("1/tanh(x)", "reciprocal")),
        ("1e", ("1*e", "1e3")),
        ("1e*x", ("1*e", "1e3")),
        ("2.5E+x", ("2.5*E", "2.5e3")),
        ("x - 2e - 1", ("2*e", "2e3")),
        ("2e3e", ("2e3*e", "exponent")),
        ("||x||_2", ("||x|| for", "||x||*_2")),
        ("|x|_1", ("sum(abs(x)) for", "|x|*_1")),
        ("‖x - y‖_1", ("sum(abs(x - y)) for", "‖x - y‖*_1")),
        ("||x||_inf", ("max(abs(x)) for", "||x||*_inf")),
        ("||W||_F + 1", ("norm(W) for", "||W||*_F")),
        ("||x||_3^3", ("sum(abs(x)^p)^(1/p)", "||x||*_3")),
        ("||x||^2_2", ("||x|| for", "||x||*_2")),
        ("(x+y)_2", ("(x+y)*_2", "end of a name")),
        ("w^T x", ("w.T @ x", "transpose")),
    ],
)
def test_what_has_two_readings_is_refused_with_both_spelled_out(text: str, readings: tuple[str, str]) -> None:
    with pytest.raises(ReadError) as error:
        read(text)
    for reading in readings:
        assert reading in error.value.report()


@each(
    ("text", "message", "place"),
    [
        ("", "there is no expression", None),
        (" ;; # nothing\n", "there is no expression", None),
        ("x + * y", "an operand is missing before *", "*"),
        ("x + ", "an operand is missing after +", "+"),
        ("x +\n; y", "an operand is missing after +", "+"),
        ("-", "an operand is missing after -", "-"),
        ("x^", "an operand is missing after ^", "^"),
        ("(x*)", "an operand is missing after *", "*"),
        ("(x+y", "this parenthesis is never closed", "("),
        ("sin(x", "this parenthesis is never closed", "("),
        ("(x; y)", "this parenthesis is never closed", "("),
        ("q = (x+y\nz = 3", "this parenthesis is never closed", "("),
        ("|x", "this bar is never closed", "|"),
        ("(|x)", "this bar is never closed", "|"),
        ("x+y)", "this parenthesis was never opened", ")"),
        ("x*()", "there is nothing between these parentheses", "()"),
        ("x*| |", "there is nothing between these bars", "| |"),
        ("max(x,)", "an input is missing after the comma", ","),
        ("max(,x)", "an input is missing before the comma", ","),
        ("max(x,,y)", "an input is missing before the comma", None),
        ("1,5*x", "a comma cannot stand here", ","),
        ("(x, y)", "a comma cannot stand here", ","),
        ("q =", "an expression is missing after =", "="),
        ("q = ; x", "an expression is missing after =", "="),
        ("= 3", "only one name can stand before =", "="),
        ("2x = 3", "only one name can stand before =", "="),
        ("x = y = 3", "only one name can stand before =", None),
        ("f(x) = x^2", "f(x) cannot be assigned", "f(x)"),
        ("(x=3)", "= cannot stand inside parentheses", "="),
        ("x == 3 == y", "x == 3 == y compares a comparison", "x == 3 == y"),
        ("x // 3", "// is not an operator here", "//"),
        ("max(1, 0 < x <= 3)", "0 < x <= 3 compares a comparison", "0 < x <= 3"),
        ("x <", "an operand is missing after <", "<"),
        ("(>= x)", "an operand is missing before >=", ">="),
        ("x if y else z", "'if' begins nothing here", "if"),
        ("if(x)", "'if' begins nothing here", "if"),
        ("not x", "'not' begins nothing here", "not"),
        ("2 3", "two numbers stand side by side", "2 3"),
        ("1.2.3", "two numbers stand side by side", "1.2.3"),
        ("sin x", "an operator is missing between sin and x", "sin x"),
        ("x.5", "an operator is missing between x and .5", "x.5"),
        ("x.real", "nothing has a part called 'real'", ".real"),
        (".", "a dot alone is not a number", "."),
        ("'x'", "a quote begins nothing here", "'"),
        ('"x"', "a quote begins nothing here", '"'),
        ("x!", "! is not an operator here", "!"),
        ("x⊙y", "⊙ is not an operator here", "⊙"),
        ("Σexp(x)", "Σ is a letter", "Σexp"),
        ("x €", "'€' has no meaning in an expression", "€"),
        ("√x", "√ is not an operator here", "√"),
        ("\\frac{x}{y}", "\\ is not an operator here", "\\"),
        ("sigmod(x)", "there is no function called 'sigmod'", "sigmod"),
        ("x = x + 1", "'x' is assigned from itself", None),
        ("y = x; x = 3; x*y", "'x' is used before it is assigned", None),
        ("y = e*x; e = 3", "'e' is used before it is assigned", None),
        ("q = x; q = y", "'q' is assigned twice", None),
        ("x+y; z", "the value of this statement is used nowhere", "x+y"),
        ("x+y\n-z", "the value of this statement is used nowhere", "x+y"),
        ("Rational(1, 0)", "a fraction over 0 is not a number", "Rational(1, 0)"),
        ("Rational(x, 2)", "Rational takes numerals", "Rational(x, 2)"),
        ("½x", "½ is a fraction in one character", "½"),
        ("xⁿ", "ⁿ is a raised letter", "ⁿ"),
        ("2₁", "₁ is a subscript that belongs to no name", "₁"),
        ("x\u200by", "an invisible character stands here: zero width space (U+200B)", "\u200b"),
    ],
)
def test_an_error_says_what_is_wrong_and_points_at_it(text: str, message: str, place: str | None) -> None:
    with pytest.raises(ReadError) as error:
        read(text)
    assert error.value.message.startswith(message)
    if place is not None:
        assert error.value.span is not None
        start, stop = error.value.span
        assert error.value.text[start:stop] == place
    assert error.value.report().startswith("error: ")


@each(
    ("text", "hint"),
    [
        ("sigmod(x)", "did you mean 'sigmoid'?"),
        ("arcsin(x)", "asin(x)"),
        ("lb(x)", "log2(x)"),
        ("1,5", "1.5"),
        ("1,5", "[1, 5]"),
        ("2,75*x", "point: 2.75"),
        ("1.000,5", "point: 1000.5"),
        ("w^T x", "w.T @ x"),
        ("wᵀx", ".T"),
        ("log10 x", "log10(x)"),
        (".5.", "a number has one point"),
        ("x*0.25.", "write 0.25"),
        ("sqrt[3](x)", "(x)^(1/3)"),
        ("A^⊤", ".T"),
        ("relu(1,5*x)", "point: 1.5"),
        ("max(x, [], 2)", "max(x, axis=1)"),
        ("sinh^-1(x)", "asinh(x)"),
        ("x.*y", "write x*y"),
        ("x .^ 2", "write x^2"),
        ("A.\\b", "write b/A"),
        ("A.'", "write A.T"),
        ("A\\b", "solve(A, b)"),
        ("A\\cdot b", "LaTeX"),
        ("f'(x)", "derivatives|every run computes"),
        ("pi(x+2)", "pi*(x+2)"),
        ("x‖₂", "bar|subscript"),
        ("x+y; z", "q = x+y"),
        ("x+y\n-z", "next line"),
        ("x = x + 1", "another name"),
        ("2x = 3", "not solved"),
        ("50%", "5/100"),
        ("sin x", "sin(x)"),
        ("f(x) = x^2", "f = …"),
        ("a < b < c", "write (a<b)*(b<c)"),
        ("q = f*x >= sum(y, axis=0) > 2; q", "write (f*x>=sum(y, axis=0))*(sum(y, axis=0)>2)"),
        ("x if x > 3 else y", "where(x > 0, a, b)"),
    ],
)
def test_an_error_says_what_would_do(text: str, hint: str) -> None:
    with pytest.raises(ReadError) as error:
        read(text)
    assert any(each in error.value.report() for each in hint.split("|"))


def test_a_name_cannot_be_given_and_assigned() -> None:
    with pytest.raises(ReadError, match="has a value from outside as well"):
        read("q = x + y; q*z", given=("x", "q"))


# Limits


@each(
    ("text", "says"),
    [
        ("x" * (limits.TEXT + 1), "20,000,000"),
        ("é" * (limits.TEXT + 1), "20,000,000"),
        ("+".join("x" * (limits.GATES + 2)), "1,000,000 gates"),
        ("(" * 1001 + "x" + ")" * 1001, "1,000 deep"),
        ("sin(" * 1001 + "x" + ")" * 1001, "1,000 deep"),
        ("-" * 1001 + "x", "1,000 deep"),
        ("^".join("x" * 1002), "1,000 deep"),
        ("(-" * 501 + "x" + ")" * 501, "1,000 deep"),
        ("x^-" * 501 + "x", "1,000 deep"),
        ("|(" * 501 + "x" + ")|" * 501, "1,000 deep"),
        ("1" * 41, "40"),
        ("0." + "0" * 40, "40"),
        ("1e401", "400"),
        ("1e-401", "400"),
        ("1e" + "9" * 5000, "400"),
        ("x" * 41, "40"),
        ("1" * 900_000, "40"),
        ("x" * 900_000, "40"),
    ],
)
def test_each_limit_has_its_own_error_that_says_it(text: str, says: str) -> None:
    with pytest.raises(LimitError) as error:
        read(text)
    assert says in error.value.message
    assert len(error.value.report()) < 1000


@each(
    ("text", "gates"),
    [
        ("(" * 1000 + "x" + ")" * 1000, 0),
        ("sin(" * 1000 + "x" + ")" * 1000, 1000),
        ("-" * 1000 + "x", 1000),
        ("^".join("x" * 1001), 1000),
        ("+".join(["-x"] * 2000), 3999),
        ("*".join(["x^2"] * 2000), 3999),
        ("1" * 40, 1),
        ("1e400", 1),
        ("1e-0400", 1),
        ("x" * 40, 0),
        ("; ".join([*(f"v{i + 1} = v{i} * x" for i in range(5_000)), "v5000"]), 5_000),
    ],
)
def test_what_is_just_within_the_limits_is_read(text: str, gates: int) -> None:
    program = read(text)
    assert len(program.nodes) - program.first_gate == gates


@each(
    "text",
    [
        "np.exp(" * 5000 + "x" + ")" * 5000,
        "np.a." * 5000,
        "x.sum()" * 5000,
        "cot(" + "x+" * 20_000 + "x)",
        "np.cat([" * 400,
        "x'*" * 10000,
        "||x||_" + "2" * 20_000,
        "1e" * 50000,
    ],
    ids=lambda text: text[:8],
)
def test_a_long_formula_of_another_program_is_refused_in_few_words(text: str) -> None:
    with pytest.raises(ReadError) as error:
        read(text)
    assert len(error.value.report()) < 1000

"""What SymPy's own parser reads means the same here: a few hundred texts, their values, and their structure where SymPy keeps it.

SymPy's parser executes code, so it sees only texts that are written or generated in this file.
"""

from __future__ import annotations

import math
import random
from typing import TYPE_CHECKING, Any

import pytest
import sympy as sp
from sympy.parsing.sympy_parser import parse_expr

from graphstep.language.read import read
from tests.cases import each
from tests.reading import value

if TYPE_CHECKING:
    from graphstep.language.program import Program

_NAMES = ("x", "y", "z", "w0", "N", "beta", "E", "S", "θ")
_SYMBOLS = {name: sp.Symbol(name, real=True) for name in _NAMES}

_WRITTEN = """
x + y*z
(x + y)*z
x - y - z
x - (y - z)
x/y/z
x/(y/z)
x/y*z
-x**2
(-x)**2
x**-1
x**-y
-x**-2
2**-1*x
x**y**z
(x**y)**z
2**3**2*x
--x
-+-x
x - -y
x*-y
-2*x
-2**2 + x
- x * y
1/3*x
x*1/3
1/(3*x)
-1/3*x
2/3/x
2*3 + x
.5*x + 5.*y + 1e-3*z
1E2*x
x**(1/2)
x**0.5
Max(x, y, z)
Min(x, y, z)
Max(x, Min(y, z))
Max(x, 2)
Abs(x - y)
Abs(-x)
Pow(x, y)
Pow(x, -2)
Add(x, y, z)
Add(x)
Mul(x, y, z)
Mul(x, Add(y, z))
Rational(1, 3)*x
Rational(-2, 3) + x
Rational(3)*x
x**Rational(1, 2)
sqrt(x)
sqrt(x**2 + y**2)
exp(x)
exp(-x)
exp(-(x + y))
log(x)
ln(x)
log(x, 10)
log(x, y + 1)
log(exp(x))
sin(x)
cos(x)
tan(x)
asin(x/4)
acos(x/4)
atan(x)
atan(y/x)
sinh(x)
cosh(x)
tanh(x)
erf(x)
sign(x - y)
pi*x
x**pi
1/(1 + exp(-(w0*x + y)))
1/(1+exp(-x))*(1 - 1/(1+exp(-x)))
log(1 + exp(x))
x*(1 + erf(x/sqrt(2)))/2
(exp(x) - exp(-x))/(exp(x) + exp(-x))
N*beta - E/S
θ*x + θ**2
((((x))))
x*x*x - x**2/x + 1/x
(x - y)*(x + y)/(x*y)
x - y*(z - (x - y))/2
sin(cos(tan(x/5)))
x+y+z+w0+N+beta
x*y*z*w0*N*beta
x/y/z/w0
x-y-z-w0
"""

_BINARY = ("+", "-", "*", "/")
_FUNCTIONS = ("sin", "cos", "exp", "tanh", "atan", "Abs", "erf", "sqrt")


def _generate(dice: random.Random, depth: int) -> str:
    """A text with operators, signs, powers and calls, as a person might type it."""
    kind = dice.randrange(8) if depth else 0
    if kind <= 1:
        return dice.choice((*_NAMES, "2", "0.5", "3", "1.25"))
    if kind <= 4:
        space = dice.choice(("", " "))
        sign = dice.choice(_BINARY)
        return f"{_generate(dice, depth - 1)}{space}{sign}{space}{_generate(dice, depth - 1)}"
    if kind == 5:
        return f"({_generate(dice, depth - 1)})"
    if kind == 6:
        return f"{dice.choice(_NAMES)}**{dice.choice(('2', '-1', '(1/2)', '3', '0.5', '-2'))}"
    if dice.random() < 0.3:
        return f"-{_generate(dice, depth - 1)}"
    if dice.random() < 0.2:
        return f"{dice.choice(('Max', 'Min'))}({_generate(dice, depth - 1)}, {_generate(dice, depth - 1)})"
    return f"{dice.choice(_FUNCTIONS)}({_generate(dice, depth - 1)})"


_DICE = random.Random(20240229)
_GENERATED = [[_generate(_DICE, depth) for _ in range(50)] for depth in (2, 3, 4, 5)]


def _point(text: str) -> dict[str, float]:
    dice = random.Random(text)
    return {name: round(dice.uniform(0.3, 2.5), 3) for name in _NAMES}


def _sympy_value(text: str, point: dict[str, float]) -> complex:
    found = parse_expr(text, local_dict=_SYMBOLS)
    return complex(found.evalf(30, subs={_SYMBOLS[name]: sp.Float(number, 30) for name, number in point.items()}))


def _is_real(number: complex) -> bool:
    """Whether a value lies on the finite real axis."""
    return math.isfinite(number.real) and abs(number.imag) <= 1e-15 * abs(number.real)


@each("texts", [_WRITTEN.strip().splitlines(), *_GENERATED], ids=["written", *"2345"])
def test_the_value_is_the_one_that_sympy_computes(texts: list[str]) -> None:
    for text in texts:
        assert_same_value(text)


def assert_same_value(text: str) -> None:
    point = _point(text)
    program = read(text)
    ours = value(program, {name: point[name] for name in program.inputs})
    try:
        theirs = _sympy_value(text, point)
    except TypeError:
        # A comparison with a complex number or with nan inside Max: there is no real value.
        theirs = complex(math.nan)
    if _is_real(theirs):
        assert ours == pytest.approx(theirs.real, rel=1e-9, abs=1e-12), text
    else:
        assert not math.isfinite(ours), text


# Structure. With evaluate=False SymPy keeps sums, products, powers and calls of names; it makes sums flat, so both are made flat.

_GATES = {"add": "Add", "mul": "Mul", "power": "Pow", "pow": "Pow", "sin": "sin", "tanh": "tanh", "exp": "exp", "log": "log"}


def _our_tree(program: Program) -> Any:
    trees: list[Any] = []
    for node in program.nodes:
        if node.rule is None:
            trees.append(node.name)
        else:
            inside = [trees[x] if isinstance(x, int) else x.text for x in node.operands]
            trees.append(_flat(_GATES[node.gate], inside))
    return trees[program.output]


def _their_tree(expression: Any) -> Any:
    if not expression.args:
        return str(expression)
    return _flat(type(expression).__name__, [_their_tree(x) for x in expression.args])


def _flat(head: str, parts: list[Any]) -> Any:
    if head not in ("Add", "Mul"):
        return (head, *parts)
    flat: list[Any] = []
    for part in parts:
        flat.extend(part[1:] if isinstance(part, tuple) and part[0] == head else [part])
    return (head, *flat)


def _kept(dice: random.Random, depth: int) -> str:
    kind = dice.randrange(6) if depth else 0
    if kind == 0:
        return dice.choice(_NAMES)
    if kind <= 2:
        return f"({_kept(dice, depth - 1)} + {_kept(dice, depth - 1)})"
    if kind == 3:
        return f"{_kept(dice, depth - 1)}*{_kept(dice, depth - 1)}"
    if kind == 4:
        return f"{dice.choice(_NAMES)}**{dice.choice((*_NAMES, '2', '3'))}"
    return f"{dice.choice(('sin', 'tanh', 'exp', 'log'))}({_kept(dice, depth - 1)})"


@each("depth", [2, 3, 4, 5])
def test_the_structure_is_the_one_that_sympy_keeps(depth: int) -> None:
    dice = random.Random(depth)
    for _ in range(30):
        text = _kept(dice, depth)
        assert _our_tree(read(text)) == _their_tree(parse_expr(text, local_dict=_SYMBOLS, evaluate=False)), text

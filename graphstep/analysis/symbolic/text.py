"""A SymPy expression as a text of our language, so that what others hold in SymPy can be stepped."""

from __future__ import annotations

import re
from typing import Any

from graphstep.gates import FUNCTIONS
from graphstep.gates.typed import ATOM, POWER, PRODUCT, SIGN, SUM, Typed, infix
from graphstep.ground import limits
from graphstep.ground.errors import InputError, LimitError, quoted
from graphstep.ground.ways import reached
from graphstep.language.read.characters import normalise
from graphstep.language.read.token import NAME

_NAME = re.compile(NAME)

_CALLS = {"Abs": "abs", "Max": "max", "Min": "min", "Mod": "mod", "ceiling": "ceil"}
"""SymPy's functions that have another name here."""

ALIKE = (
    *("exp", "log", "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh"),
    *("sign", "erf", "erfc"),
)
"""SymPy's functions that have the same name here."""

ONE_OVER = {"sec": "cos", "csc": "sin", "cot": "tan", "sech": "cosh", "csch": "sinh", "coth": "tanh"}
"""SymPy's functions that are one over a function here, and that function."""

_ONE = Typed("1", ATOM)


def from_sympy(expression: Any) -> str:
    """The text of a SymPy expression in our language, to be given to :func:`graphstep.language.read.read`.

    Terms and factors stand in SymPy's order, with ``a - b``, ``a/b`` and ``sqrt(a)`` written as a person writes them. Functions
    without a definition count as ours when they have the name of one (``sigmoid``, ``relu``).

    Raises InputError for what is no SymPy expression, for a symbol whose name could not be typed, and for whatever has no
    gate; LimitError when the text would be longer than a program may be.
    """
    import sympy as sp

    if not isinstance(expression, sp.Expr):
        raise InputError(
            f"{quoted(str(type(expression).__name__))} is not a SymPy expression",
            hint="give an expression of symbols, as in sympy.Symbol('x')**2; a matrix or an equation has no gate",
        )
    names = _names(expression)
    pieces: dict[Any, Typed] = {}
    stack = [expression]
    while stack:
        part = stack[-1]
        # By hand: SymPy's own printers recurse, and an expression may be 2,000 deep.
        needs = () if part in pieces or part.is_Atom else _needs(part)
        missing = [x for x in needs if x not in pieces]
        if missing:
            stack.extend(missing)
            continue
        stack.pop()
        if part not in pieces:
            pieces[part] = _atom(part, names) if part.is_Atom else _compound(part, pieces)
            if len(pieces[part].text) > limits.WRITTEN:
                raise LimitError(f"the expression is longer than {limits.WRITTEN:,} characters when it is written out")
    return pieces[expression].text


def _needs(part: Any) -> tuple[Any, ...]:
    """The expressions whose texts the text of a part is made of; raises InputError where a part has no gate."""
    import sympy as sp

    if isinstance(part, sp.Piecewise):
        return (_cases(part),)
    if not (part.is_Add or part.is_Mul or part.is_Pow or part.is_Relational or isinstance(part, (sp.And, sp.Or, sp.Not, sp.ITE))):
        _function(part)
    return tuple(part.args)


def _cases(part: Any) -> Any:
    """The comparison, leaky relu, elu or chain of where that SymPy holds as cases; raises InputError where a case is missing."""
    import sympy as sp

    (above, condition), *others = part.args
    if above == 1 and part.args[1:] == ((0, sp.true),) and condition.is_Relational:
        return condition
    if len(others) == 1 and others[0][1] == sp.true and isinstance(condition, (sp.StrictGreaterThan, sp.StrictLessThan)):
        # SymPy writes u/4 > 0 as u > 0.
        positive = (condition.gts - condition.lts) / above
        for name, shape in (("leaky_relu", above), ("elu", sp.exp(above) - 1)):
            slope = sp.factor_terms(others[0][0]) / shape
            if positive.is_Number and positive > 0 and not sp.fraction(slope)[1].free_symbols & above.free_symbols:
                return sp.Function(name)(above, slope)
    *cases, (chosen, last) = part.args
    if last != sp.true:
        raise InputError("this Piecewise has no value where none of its conditions holds", hint="give it a last case, (…, True)")
    # From the last case back: each where holds those behind it.
    for value, condition in reversed(cases):
        chosen = sp.Function("where")(condition, value, chosen)
    return chosen


def _names(expression: Any) -> set[str]:
    """The names of the symbols; raises InputError for one that could not be typed. Each distinct part is visited once."""
    names = set()
    for part in reached([expression], lambda part: part.args):
        if part.is_Symbol:
            _check_name(part.name)
            names.add(part.name)
    return names


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or normalise(name) != name or len(name) > limits.NAME:
        raise InputError(
            f"the symbol {quoted(name)} has a name that could not be typed",
            hint="a name is letters, digits and _ , up to 40, and no digit first: rename it with expr.subs or xreplace",
        )


def _atom(part: Any, names: set[str]) -> Typed:
    import sympy as sp

    if part.is_Symbol:
        return Typed(part.name, ATOM)
    if part.is_Integer:
        return _numeral(str(int(part)))
    if part.is_Rational:
        text = f"{int(part.p)}/{int(part.q)}"
        _numeral(str(int(part.p)))
        _numeral(str(int(part.q)))
        return Typed(text, SIGN if part.p < 0 else PRODUCT)
    if part.is_Float:
        return _numeral(repr(float(part)))
    if part is sp.pi:
        return Typed("pi", ATOM) if "pi" not in names else _numeral(repr(float(part)))
    if part is sp.E:
        return Typed("e" if "e" not in names else "exp(1)", ATOM)
    if part in (sp.true, sp.false):
        return _ONE if part == sp.true else Typed("0", ATOM)
    raise InputError(
        f"{quoted(str(part))} has no counterpart in a program",
        hint="a program computes with real, finite numbers and names",
    )


def _numeral(text: str) -> Typed:
    digits = sum(c.isdigit() for c in text.partition("e")[0])
    if digits > limits.NUMERAL_DIGITS or not text[-1].isdigit():
        raise LimitError(f"the number {quoted(text)} is longer than a numeral may be: {limits.NUMERAL_DIGITS} digits")
    return Typed(text, SIGN if text.startswith("-") else ATOM)


def _compound(part: Any, pieces: dict[Any, Typed]) -> Typed:
    import sympy as sp

    if part.is_Add:
        return _sum(part, pieces)
    if part.is_Mul:
        return _product(part.args, pieces)
    if part.is_Pow:
        return _power(part.base, part.exp, pieces)
    if part.is_Piecewise:
        return pieces[_cases(part)]
    if part.is_Relational:
        return Typed(*infix(part.rel_op, *(pieces[x] for x in part.args)))
    if isinstance(part, sp.And):
        return _times([pieces[x] for x in part.args])
    if isinstance(part, sp.Not):
        return Typed(*infix("-", _ONE, pieces[part.args[0]]))
    if isinstance(part, sp.ITE):
        return _call("where", part, pieces)
    return _call("max" if isinstance(part, sp.Or) else _function(part), part, pieces)


def _sum(part: Any, texts: dict[Any, Typed]) -> Typed:
    terms = list(part.args)
    if terms[0].is_Number and not texts[terms[1]].text.startswith("-"):
        # SymPy sorts a number to the front; a person writes x + 1, but 1 - x.
        terms.append(terms.pop(0))
    pieces = [texts[terms[0]].within(SUM)]
    for term in map(texts.__getitem__, terms[1:]):
        # a + -b is a - b where the minus belongs to the whole term.
        is_taken_off = term.text.startswith("-") and term.level >= PRODUCT
        pieces.append(f" - {term.text[1:]}" if is_taken_off else f" + {term.within(PRODUCT)}")
    return Typed("".join(pieces), SUM)


def _product(factors: tuple[Any, ...], pieces: dict[Any, Typed]) -> Typed:
    sign, above, below = "", [], []
    for place, factor in enumerate(factors):
        # SymPy has 2*x/3 as Rational(2, 3)*x: apart again, with what is divided by under one stroke.
        if factor.is_Rational:
            p, q = int(factor.p), int(factor.q)
            # SymPy has the coefficient of a product in front; a sign anywhere else belongs to its factor.
            if p < 0 and place == 0:
                sign, p = "-", -p
            if p != 1:
                above.append(_numeral(str(p)))
            if q != 1:
                below.append(_numeral(str(q)))
        elif factor.is_Float and factor < 0 and place == 0:
            sign = "-"
            above.append(_atom(-factor, set()))
        elif factor.is_Pow and factor.exp.is_Rational and factor.exp < 0:
            below.append(_power(factor.base, -factor.exp, pieces))
        else:
            above.append(pieces[factor])
    text = _first(_times(above) if above else _ONE)
    if below:
        text += f"/{_times(below).within(POWER)}"
    return Typed(sign + text, SIGN if sign else PRODUCT)


def _times(factors: list[Typed]) -> Typed:
    if len(factors) == 1:
        return factors[0]
    # A quotient behind a product sign keeps its parentheses: a*(b/c) is not typed as a*b/c.
    first, *others = factors
    return Typed("*".join([_first(first), *(x.within(POWER) for x in others)]), PRODUCT)


def _first(factor: Typed) -> str:
    # A sign in front of a product would be read as that of its first factor alone: the same number, by other gates.
    return f"({factor.text})" if factor.level == SIGN else factor.within(PRODUCT)


def _power(base: Any, exponent: Any, pieces: dict[Any, Typed]) -> Typed:
    if exponent.is_Rational and exponent < 0:
        return Typed(*infix("/", _ONE, _power(base, -exponent, pieces)))
    # Behind a quotient an exponent has lost its sign, and may be 1 now.
    if exponent == 1:
        return pieces[base]
    if exponent.is_Rational and exponent.p == 1 and exponent.q == 2:
        return Typed(f"sqrt({pieces[base].text})", ATOM)
    # An exponent whose sign went into a quotient is not among the parts.
    raised = pieces[exponent] if exponent in pieces else _atom(exponent, set())
    return Typed(*infix("^", pieces[base], raised))


def _call(name: str, part: Any, pieces: dict[Any, Typed]) -> Typed:
    inside = ", ".join(pieces[x].text for x in part.args)
    return Typed(f"{name}({inside})", PRODUCT if name.startswith("1/") else ATOM)


def _function(part: Any) -> str:
    """The name under which a program calls SymPy's function; raises InputError for one that has no gate."""
    import sympy as sp

    name: str = part.func.__name__
    if name in ONE_OVER:
        return f"1/{ONE_OVER[name]}"
    if name in _CALLS or name in (*ALIKE, "floor", "round", "stop"):
        return _CALLS.get(name, name)
    if isinstance(part, sp.core.function.AppliedUndef) and name in FUNCTIONS:
        fewest, most = FUNCTIONS[name].arity
        if fewest <= len(part.args) and (most is None or len(part.args) <= most):
            return name
    raise InputError(
        f"{quoted(name)} of SymPy has no gate here",
        hint="these have one: + - * / ^ sqrt Max Min Abs sign exp log erf, sin and its like, sinh and its like",
    )

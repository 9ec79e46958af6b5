"""The number of a SymPy expression at a point, by mpmath, in one pass over its distinct parts for each precision."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache, reduce
from typing import Any

from graphstep.analysis.symbolic.reals import Real, Reals, settled
from graphstep.analysis.symbolic.text import ALIKE, ONE_OVER
from graphstep.gates.mathematics import symbols
from graphstep.ground.errors import InputError, quoted


def evaluate(expression: Any, values: Mapping[str, float]) -> float:
    """The value of an expression of our gates, or of a derivative of one, where the symbols have these values.

    It is right to the last digit of a double, however many digits cancel on the way
    (:func:`graphstep.analysis.symbolic.reals.settled`). Numbers in the expression that are no doubles, 1/3 and π, are the
    doubles that a program computes with.

    Real numbers only: what is complex is nan. At jumps it follows SymPy: Heaviside(0) is ½, sign(0) is 0.

    Raises InputError for a symbol without a value and for a function that no gate of ours leads to.
    """
    return settled(lambda m: _evaluated(expression, values, m))


def _evaluated(expression: Any, values: Mapping[str, float], m: Reals) -> Real:
    heads = _heads(m)
    # By part, not by place: SymPy shares equal parts, and a derivative has many. No recursion, for it may be deep.
    reals: dict[Any, Any] = {}
    stack = [expression]
    while stack:
        part = stack[-1]
        if part in reals:
            stack.pop()
            continue
        leaf = _leaf(part, values, m, heads)
        if leaf is not None:
            reals[part] = leaf
        else:
            missing = [x for x in part.args if x not in reals]
            if missing:
                stack.extend(missing)
                continue
            reals[part] = _function(part, heads)(*[reals[x] for x in part.args])
        stack.pop()
    value: Real = reals[expression]
    return value


def _leaf(part: Any, values: Mapping[str, float], m: Reals, heads: _Heads) -> Any:
    """The value of a part that has no parts, or whose parts do not matter; None for all others."""
    if part.is_Symbol:
        if part.name not in values:
            raise InputError(f"no value for {quoted(part.name)}")
        return m.real(values[part.name])
    if part.is_Float:
        return m.real(float(part))
    if part.is_Rational:
        return m.quotient(int(part.p), int(part.q))
    if type(part) in heads.leaves:
        return heads.leaves[type(part)]
    if isinstance(part, heads.derivative) and isinstance(part.expr, heads.flat):
        # What is constant but for a jump has the derivative 0, wherever it has one.
        return m.real(0)
    return None


def _function(part: Any, heads: _Heads) -> Callable[..., Any]:
    function = heads.functions.get(part.func)
    if function is None:
        raise InputError(f"{quoted(part.func.__name__)} of SymPy has no counterpart among the gates")
    return function


def _one_over(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda x: 1 / function(x)


class _Heads:
    """The functions of numbers by kinds of SymPy expressions."""

    def __init__(self, m: Reals) -> None:
        import sympy as sp
        from sympy.functions.elementary.piecewise import ExprCondPair
        from sympy.logic.boolalg import BooleanFalse, BooleanTrue

        own = symbols()
        self.derivative = sp.Derivative
        self.flat = (sp.sign, sp.Heaviside)
        self.leaves: dict[Any, Any] = {
            type(sp.pi): m.real(math.pi),
            type(sp.E): m.real(math.e),
            type(sp.nan): m.nan,
            # SymPy's infinity without a sign, of 1/0; doubles have none.
            type(sp.zoo): m.real(math.inf),
            type(sp.oo): m.real(math.inf),
            type(-sp.oo): m.real(-math.inf),
            # The real line ends here.
            type(sp.I): m.nan,
            BooleanTrue: True,
            BooleanFalse: False,
        }
        self.functions: dict[Any, Callable[..., Any]] = {
            sp.Add: lambda *xs: reduce(lambda x, y: x + y, xs),
            sp.Mul: lambda *xs: reduce(lambda x, y: x * y, xs),
            sp.Pow: lambda x, y: x**y,
            **{getattr(sp, name): getattr(m, name) for name in ALIKE},
            **{getattr(sp, name): _one_over(getattr(m, below)) for name, below in ONE_OVER.items()},
            sp.Abs: m.abs,
            **dict.fromkeys((sp.floor, own.floor), m.floor),
            **dict.fromkeys((sp.ceiling, own.ceil), m.ceil),
            own.round: m.round,
            own.stop: m.stop,
            # On the real line a number is its own conjugate and has no imaginary part.
            sp.conjugate: lambda x: x,
            sp.re: lambda x: x,
            sp.im: lambda _: m.real(0),
            sp.Max: lambda *xs: reduce(m.maximum, xs),
            sp.Min: lambda *xs: reduce(m.minimum, xs),
            sp.Heaviside: lambda x, at_0=0.5: m.real(at_0 if x == 0 else 1 if x > 0 else 0 if x < 0 else math.nan),
            sp.DiracDelta: lambda x, *_: m.real(math.inf if x == 0 else math.nan if x != x else 0),
            ExprCondPair: lambda value, condition: (value, condition),
            sp.Piecewise: lambda *pairs: next((value for value, holds in pairs if holds), m.nan),
            sp.StrictGreaterThan: lambda x, y: bool(x > y),
            sp.GreaterThan: lambda x, y: bool(x >= y),
            sp.StrictLessThan: lambda x, y: bool(x < y),
            sp.LessThan: lambda x, y: bool(x <= y),
            sp.Equality: lambda x, y: bool(x == y),
            sp.Unequality: lambda x, y: bool(x != y),
            sp.And: lambda *xs: all(xs),
            sp.Or: lambda *xs: any(xs),
            sp.Not: lambda x: not x,
            sp.ITE: lambda condition, then, otherwise: then if condition else otherwise,
        }


@cache
def _heads(m: Reals) -> _Heads:
    return _Heads(m)

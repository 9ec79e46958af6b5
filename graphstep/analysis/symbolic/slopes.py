"""SymPy's derivatives of one expression, by SymPy's rules, without what its ``diff`` asks on the way.

``diff`` asks of the derivative of every part whether it is 0, by all that is known of numbers, and looks through the part for
its symbols each time: four fifths of its work, and no answer changes what comes out.
"""

from __future__ import annotations

from typing import Any


class Slopes:
    """An expression that is differentiated by several symbols."""

    def __init__(self, expression: Any) -> None:
        self.expression = expression
        """SymPy's expression."""
        self._symbols: dict[Any, frozenset[Any]] = {}

    def towards(self, symbol: Any) -> Any:
        """SymPy's derivative with respect to a symbol."""
        import sympy as sp
        from sympy.functions.elementary.miscellaneous import MinMaxBase

        # By part, not by place: a network's formula has many equal parts.
        slopes: dict[Any, Any] = {symbol: sp.S.One}
        by_chain_rule = sp.Function._eval_derivative, MinMaxBase._eval_derivative

        def slope(part: Any) -> Any:
            if symbol not in self._symbols_of(part):
                return sp.S.Zero
            if part not in slopes:
                slopes[part] = composed(part)
            return slopes[part]

        def composed(part: Any) -> Any:
            if part.is_Piecewise:
                return sp.Piecewise(*[(slope(value), condition) for value, condition in part.args])
            args = part.args
            if part.is_Add:
                return sp.Add(*map(slope, args))
            if part.is_Pow:
                base, power = args
                return part * (slope(power) * sp.log(base) + slope(base) * power / base)
            if not part.is_Mul and type(part)._eval_derivative not in by_chain_rule:
                # Absolute values and signs have rules of their own.
                return part.diff(symbol)
            inner = [(k, each) for k, each in enumerate(map(slope, args)) if each is not sp.S.Zero]
            if part.is_Mul:
                return sp.Add(*[sp.Mul(*args[:k], each, *args[k + 1 :]) for k, each in inner])
            return sp.Add(*[part.fdiff(k + 1) * each for k, each in inner])

        return slope(self.expression)

    def _symbols_of(self, part: Any) -> frozenset[Any]:
        symbols = self._symbols.get(part)
        if symbols is None:
            symbols = frozenset({part}) if part.is_Symbol else frozenset().union(*map(self._symbols_of, part.args))
            self._symbols[part] = symbols
        return symbols

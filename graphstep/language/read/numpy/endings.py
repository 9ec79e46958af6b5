"""How a script ends: with a print of its result, or with its gradients, which every run has anyway."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

Ask = Callable[[ast.expr], "ast.expr | None"]
"""What is differentiated, of an expression that asks for gradients; None for any other."""

_AS_NUMBERS = frozenset({"numpy", "item", "tolist"})


def is_print(node: ast.stmt) -> bool:
    """Whether a statement is a call of ``print``."""
    call = node.value if isinstance(node, ast.Expr) else None
    return isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "print"


def tapes(tree: ast.Module) -> frozenset[str]:
    """The names of TensorFlow's tapes: ``with tf.GradientTape() as tape:``."""
    items = [item for node in ast.walk(tree) if isinstance(node, ast.With) for item in node.items]
    names = {item.optional_vars for item in items if "GradientTape" in ast.unparse(item.context_expr)}
    return frozenset(name.id for name in names if isinstance(name, ast.Name))


def is_of_tape(node: ast.AST, method: str, names: frozenset[str]) -> bool:
    """Whether a call, or a statement that is one, is of this method of one of these tapes."""
    call = node.value if isinstance(node, ast.Expr) else node
    of = call.func if isinstance(call, ast.Call) else None
    return isinstance(of, ast.Attribute) and of.attr == method and isinstance(of.value, ast.Name) and of.value.id in names


def bare(node: ast.expr) -> ast.expr:
    """What ``.numpy()`` and ``.item()`` make numbers of."""
    while isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _AS_NUMBERS and not node.args:
        node = node.func.value
    return node


def without_prints(body: Sequence[ast.stmt], ask: Ask) -> tuple[list[ast.stmt], list[ast.expr]]:
    """The statements without those that print, and the values that the last one prints, if that is how they end.

    Where they end with gradients, what is printed behind them is these.
    """
    end, gradients = len(body), {name for each in body for name in _gradient_names(each, ask)}
    while end and (is_print(body[end - 1]) or (isinstance(body[end - 1], ast.Expr) and gradients & _names(body[end - 1]))):
        end -= 1
    computed = [each for each in body[:end] if not is_print(each)]
    last = computed[-1] if computed else None
    asks = isinstance(last, ast.Expr | ast.Assign) and ask(last.value) is not None
    calls = [each.value for each in body[end:] if isinstance(each, ast.Expr) and isinstance(each.value, ast.Call) and not asks]
    shown = [[value for part in call.args for value in _shown(part)] for call in calls]
    asked = [value for values in shown for value in values if ask(value) is not None]
    return computed, asked or (shown[-1] if shown else [])


def _gradient_names(node: ast.stmt, ask: Ask) -> set[str]:
    return _names(*node.targets) if isinstance(node, ast.Assign) and ask(node.value) is not None else set()


def _names(*nodes: ast.AST) -> set[str]:
    return {each.id for node in nodes for each in ast.walk(node) if isinstance(each, ast.Name)}


def _shown(node: ast.expr) -> list[ast.expr]:
    """What is printed of an input of print that is no text: the values in one with braces."""
    if isinstance(node, ast.JoinedStr):
        return [value for part in node.values for value in (_shown(part.value) if isinstance(part, ast.FormattedValue) else [])]
    return [] if isinstance(node, ast.Constant) and isinstance(node.value, str) else [node]

"""How large an expression would be, before SymPy is asked for it.

SymPy recurses, and works on a shared node as often as it is used: twenty statements of the kind ``b = a + a`` make a tree of
a million parts. So the tree is counted first, on the graph, where that takes one pass.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from graphstep.gates import Rule
from graphstep.ground import limits
from graphstep.ground.errors import LimitError, quoted
from graphstep.language.program import Program

_NAMED = "ask for one of its parts"


class Tree:
    """Parts and depth of an expression: what a gate's formula makes of them when it is interpreted with sizes."""

    __slots__ = ("depth", "parts")

    def __init__(self, parts: int = 1, depth: int = 1) -> None:
        self.parts = parts
        """How many operations, names and numbers it is written with."""
        self.depth = depth
        """How many of them are inside each other."""

    def _with(self, *others: Any) -> Tree:
        trees = [self, *(x if isinstance(x, Tree) else Tree() for x in others)]
        return Tree(1 + sum(t.parts for t in trees), 1 + max(t.depth for t in trees))

    # Whatever an operator is called, it is one more part around its operands.
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _with
    __truediv__ = __rtruediv__ = __pow__ = __rpow__ = __gt__ = __lt__ = __neg__ = _with


class _Sizes:
    """``m`` for sizes."""

    pi = nan = Tree()

    def sigmoid(self, x: Tree) -> Tree:
        return 1 / (1 + self.exp(-x))

    def softplus(self, x: Tree) -> Tree:
        return self.log(1 + self.exp(x))

    def sqrt(self, x: Any) -> Tree:
        return _apply(x)

    def __getattr__(self, function: str) -> Callable[..., Tree]:
        if function.startswith("_"):
            raise AttributeError(function)
        return _apply


def _apply(*inputs: Any) -> Tree:
    first, *others = [x if isinstance(x, Tree) else Tree() for x in inputs]
    return first._with(*others)


@cache
def sizes() -> Any:
    """``m`` for sizes."""
    return _Sizes()


def needed(program: Program, index: int, cut: int | None = None) -> list[int]:
    """The nodes that the value of a node depends on, itself included, in the order of the program.

    Where ``cut`` stands for itself, what it depends on is not needed.
    """
    wanted = [False] * (index + 1)
    wanted[index] = True
    # Backwards once: operands stand before their gates, so that whoever is wanted has been marked by then.
    for place in range(index, -1, -1):
        if wanted[place] and place != cut:
            for source in program.nodes[place].operands:
                if isinstance(source, int):
                    wanted[source] = True
    return [place for place, is_wanted in enumerate(wanted) if is_wanted]


def tree(program: Program, index: int, cut: int | None = None) -> Tree:
    """The size of a node's formula, with ``cut`` as a symbol in it.

    Raises LimitError if it exceeds what SymPy is asked for (:mod:`graphstep.ground.limits`).
    """
    trees: dict[int, Tree] = {}
    for place in needed(program, index, cut):
        node = program.nodes[place]
        if node.rule is None or place == cut:
            trees[place] = Tree()
            continue
        inputs = [trees[x] if isinstance(x, int) else Tree() for x in node.operands]
        trees[place] = tree_of(node.rule, inputs)
        # Sizes are only numbers: a program of a thousand doublings is refused at the first that is too large.
        refuse_large(trees[place], program, place)
    return trees[index]


def refuse_large(tree: Tree, program: Program, index: int) -> None:
    """Raise LimitError for a formula, or a cell of one, that exceeds what SymPy is asked for."""
    if tree.parts > limits.SYMBOLIC_NODES:
        raise LimitError(
            f"{quoted(program.label(index))} has more than {limits.SYMBOLIC_NODES:,} parts as one formula", hint=_NAMED
        )
    if tree.depth > limits.SYMBOLIC_DEPTH:
        raise LimitError(
            f"{quoted(program.label(index))} is nested more than {limits.SYMBOLIC_DEPTH} deep as one formula", hint=_NAMED
        )


def tree_of(gate: Rule, inputs: Sequence[Tree]) -> Tree:
    """The size of an elementwise gate's formula on inputs of these sizes."""
    tree = gate.formula(sizes(), *inputs)
    return tree if isinstance(tree, Tree) else Tree()

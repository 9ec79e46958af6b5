"""Quantities to print and to watch: ``grad x``, ``value q``, ``x``; and expressions of them: ``q*grad q``, ``norm(grad W)``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from graphstep.debugger.facts import NoNode, UnfitError
from graphstep.debugger.parts import Kind, Quantity
from graphstep.language.read import read
from graphstep.language.read.token import NAME
from graphstep.telling.names import names_of

if TYPE_CHECKING:
    from graphstep.engine.trace import Trace
    from graphstep.ground.arrays import Number
    from graphstep.language.program import Program

# ``grad x`` as a person says it, and ``grad(x)`` as a call; grad(u, x) with two inputs is a gate, and left to the reader.
_GRADIENT = re.compile(rf"\b(?:grad|gradient)\s+({NAME})|\b(?:grad|gradient)\s*\(\s*({NAME})\s*\)")


_KINDS: dict[str, Kind] = {"value": "value", "grad": "gradient", "gradient": "gradient"}


def read_quantity(text: str, program: Program) -> Quantity:
    """The quantity that a text names.

    Raises ReadError for what is no expression, and UnfitError for a name that no node has.
    """
    text = " ".join(text.split())
    names = names_of(program)
    word, _, rest = text.partition(" ")
    if word in _KINDS and names.find(rest) is not None:
        return Quantity(text, _KINDS[word], rest)
    if names.find(text) is not None:
        return Quantity(text, "node", text)
    if word in _KINDS and re.fullmatch(NAME, rest):
        raise UnfitError(NoNode(rest))
    # Read as a program of its own: what can be printed is what can be typed, and no second reader exists.
    expression, gradients = _spelled(text)
    for name in read(expression).inputs:
        if names.find(gradients.get(name, name)) is None:
            raise UnfitError(NoNode(gradients.get(name, name)))
    return Quantity(text, "expression")


def names_in(quantity: Quantity) -> tuple[str, ...]:
    """The names of the nodes that a quantity is about."""
    if quantity.kind != "expression":
        return (quantity.name,)
    expression, gradients = _spelled(quantity.text)
    return tuple(gradients.get(name, name) for name in read(expression).inputs)


def number_of(trace: Trace, at: int, quantity: Quantity) -> Number | None:
    """What an expression comes to at a step; None while something in it is not known.

    Raises GraphstepError where it cannot be computed, as where shapes do not go together.
    """
    from graphstep.engine.trace import trace as run

    expression, gradients = _spelled(quantity.text)
    values: dict[str, Number] = {}
    program, names = read(expression), names_of(trace.program)
    for name in program.inputs:
        node = names.find(gradients.get(name, name))
        if node is None:
            return None
        gradient = trace.gradient(node, at) if name in gradients else None
        value = trace.value(node, at) if name not in gradients else None if gradient is None else gradient.value
        if value is None:
            return None
        values[name] = value
    # A program of its own, run and forgotten at each step that is shown: what is watched has a handful of gates.
    return run(program, values).output


def _spelled(text: str) -> tuple[str, dict[str, str]]:
    """An expression with a name in place of every gradient, and by that name the node whose gradient it is."""
    gradients: dict[str, str] = {}

    def name(match: re.Match[str]) -> str:
        node = match[1] or match[2]
        # A name that nobody types: the reader knows no such gradient.
        symbol = f"_grad_{node}"
        gradients[symbol] = node
        return symbol

    return _GRADIENT.sub(name, text), gradients

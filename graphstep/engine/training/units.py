"""Which weights of a parameter belong to one unit, so that their length can be bounded (max-norm)."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from graphstep.engine.training.settings import Settings
from graphstep.gates.rule import Call
from graphstep.ground.errors import InputError, quoted
from graphstep.ground.late import np
from graphstep.ground.operands import Shape
from graphstep.language.nodes import Node
from graphstep.language.program import Program

Axes = tuple[int, ...]
"""Axes of a parameter, from 0: the weights of a unit stand along them."""


def units_of(program: Program, settings: Settings) -> dict[str, Axes]:
    """By parameter that a product reads, the axes along which the weights of a unit stand; none where no length is bounded.

    They are those along which the product adds up: of ``W @ x`` and PyTorch's ``x @ W.T`` a unit has a row of W, of ``x @ W`` a
    column. A bias belongs to no product, and is left alone, as in Keras. InputError where nothing can be bounded, and for a
    parameter that products read in several ways.
    """
    if settings.max_norm is None:
        return {}
    axes = {name: own for name in settings.params if (own := _axes(program, name)) is not None}
    if not axes:
        hint = "the weights of a layer stand in a matrix or a vector: W @ x"
        raise InputError("no product of arrays reads a parameter, so that no unit has weights to be bounded", hint=hint)
    return axes


def _axes(program: Program, name: str) -> Axes | None:
    if not prod(program.nodes[program.names[name]].shape):
        # Of no cells nothing is too long, whatever reads them.
        return ()
    ways = {*_contractions(program, program.names[name])}
    if len(ways) > 1 or None in ways:
        hint = "train it without --max-norm, or give each product weights of its own"
        raise InputError(f"the products that read {quoted(name)} do not agree on which of its weights are one unit's", hint=hint)
    return ways.pop() if ways else None


def _contractions(program: Program, node: int) -> Iterator[Axes | None]:
    """For each product that reads a node, the axes that it adds up along; None where they are no axes of the node."""
    for gate, slot in program.consumers[node]:
        reader = program.nodes[gate]
        rule, shapes = reader.rule, [program.nodes[x].shape if isinstance(x, int) else () for x in reader.operands]
        assert rule is not None, "an input reads nothing"
        axes = rule.contraction and rule.contraction(slot, shapes, reader.settings)
        if axes is not None:
            # Along an axis of one entry there is nothing to add up, and a length is the same with it and without.
            yield tuple(axis for axis in axes if shapes[slot][axis] > 1)
        elif rule.structure(slot, shapes, reader.settings) == "permutation":
            for axes in _contractions(program, gate):
                yield None if axes is None else _behind(reader, shapes[slot], axes)


def _behind(reader: Node, shape: Shape, axes: Axes) -> Axes | None:
    """The axes of what a gate reads that only moves cells, for axes of its value."""
    assert reader.rule is not None, "an input reads nothing"
    cells = np.arange(float(prod(reader.shape))).reshape(reader.shape)
    # Each cell gets the number of its unit, and the gate brings the numbers back to where the weights are.
    units = np.broadcast_to(cells.min(axis=axes, keepdims=True), reader.shape)
    numbers = reader.rule.pullback(np, Call((np.empty(shape),), cells, reader.settings), 0, units)
    own = tuple(axis for axis, count in enumerate(shape) if count > 1 and np.all(numbers == numbers.take([0], axis=axis)))
    return own if prod(shape[axis] for axis in own) * len(np.unique(units)) == prod(shape) else None

"""What is said of shapes and Jacobians: the shape rule of a gate, and the Jacobian that is described and not formed."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

from graphstep.gates.gate import Gate
from graphstep.ground.arrays import all_zero, kind_text, shape_text
from graphstep.telling.names import copied, name_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphstep.engine.trace import Trace
    from graphstep.gates.structural import Structure
    from graphstep.ground.operands import Shape

_STRUCTURES: dict[Structure, str] = {
    "diagonal": "diagonal",
    "dense": "dense",
    "selection": "a selection of cells",
    "repetition": "one number again and again",
    "permutation": "a permutation of cells",
    "block": "in blocks",
}
"""What a Jacobian looks like, in words."""


def operand_shapes(trace: Trace, index: int) -> tuple[Shape, ...]:
    """The shapes of what a gate reads, by slot."""
    nodes = trace.program.nodes
    return tuple(nodes[x].shape if isinstance(x, int) else () for x in nodes[index].operands)


def shape_rule(trace: Trace, index: int) -> str:
    """The shapes that go into a gate and the one that comes out, ``(2×2)(2) → 2``; empty where all are single numbers."""
    gate, node, shapes = trace.gate(index), trace.node(index), operand_shapes(trace, index)
    if not (node.shape or any(shapes)):
        return ""
    if isinstance(gate, Gate):
        return f"Cell by cell: {kind_text(node.shape)}."
    joint = "" if node.gate == "matmul" else ", "
    given = joint.join(f"({shape_text(shape)})" if shape else "number" for shape in shapes)
    return f"Shapes: {given} → {shape_text(node.shape) or 'number'}."


def same_shape(trace: Trace, index: int) -> str:
    """That a gradient has the shape of its value; empty for a number."""
    shape = trace.node(index).shape
    if not shape:
        return ""
    name = "the copies" if copied(trace.program, index) is not None else name_of(trace.program, index)
    return f"Like {name}, the gradient is {kind_text(shape)}."


def jacobian(trace: Trace, edge: int) -> str:
    """The Jacobian of an edge in words: its shape, what it looks like and how many entries it would have; empty for numbers.

    Its rows are the cells of the gate's output, its columns those of the input, as in the numerator layout of most textbooks.
    """
    sender, slot = int(trace.plan.sender[edge]), int(trace.plan.slot[edge])
    gate, shape = trace.gate(sender), trace.node(sender).shape
    if gate is None or not (shape or trace.node(int(trace.plan.receiver[edge])).shape):
        return ""
    shapes = operand_shapes(trace, sender)
    rows, columns = prod(shape), prod(shapes[slot])
    entries = rows * columns
    dead = not isinstance(gate, Gate) and gate.pattern[min(slot, len(gate.pattern) - 1)] == "dead"
    if dead and all_zero(trace.contribution_of(edge)):
        return f"Jacobian: {rows:,}×{columns:,}, all 0."
    if isinstance(gate, Gate):
        looks, rest = "diagonal", f"the {rows:,} local gradients stand for its {entries:,} entries"
    else:
        looks = _STRUCTURES[gate.structure(slot, shapes, {**gate.defaults, **dict(trace.node(sender).options)})]
        rest = f"its {entries:,} entries are never formed" if rows != 1 else "a single row"
    return f"Jacobian: {rows:,}×{columns:,}, {looks}{f'; {rest}' if entries > 1 else ''}."


def copies(trace: Trace, index: int) -> str:
    """How many copies a broadcast makes, and along which axes; empty for any other gate."""
    source = copied(trace.program, index)
    if source is None:
        return ""
    shape, target = trace.node(source).shape, trace.node(index).shape
    new = len(target) - len(shape)
    axes = [i for i, n in enumerate(target) if i < new or (shape[i - new] == 1 and n != 1)]
    count = prod(target[i] for i in axes)
    name, noun = name_of(trace.program, source), "copy" if count == 1 else "copies"
    return f"{name} has {count:,} {noun}{'' if len(axes) == len(target) else f', along {_axes(axes)}'}."


def _axes(axes: Sequence[int]) -> str:
    return f"axis {axes[0]}" if len(axes) == 1 else f"the axes {', '.join(map(str, axes[:-1]))} and {axes[-1]}"

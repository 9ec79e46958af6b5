"""Facts of shapes and Jacobians: the shape rule of a gate, and the Jacobian that is described and not formed."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from graphstep.analysis.facts import Figure, Kind, Listed, Named, Reason, reason
from graphstep.engine.trace import Trace
from graphstep.engine.wires import Wire
from graphstep.gates.rows.movement import stretched
from graphstep.ground.arrays import all_zero, shape_text
from graphstep.language.program import Program


def shape_rule(trace: Trace, index: int) -> Reason | None:
    """The shapes that go into a gate and the one that comes out, ``(2×2)(2) → 2``; None where all are single numbers."""
    gate, node = trace.gate(index), trace.node(index)
    shapes = trace.program.operand_shapes(node)
    if not (node.shape or any(shapes)):
        return None
    if gate is not None and gate.cellwise:
        return reason("shape-cells", kind=Kind(node.shape))
    number = reason("shape-number")
    shown_shapes = tuple(f"({shape_text(shape)})" if shape else number for shape in shapes)
    return reason(
        "shape-rule",
        given=Listed(shown_shapes, "" if gate is not None and gate.meets is not None else ", "),
        shape=shape_text(node.shape) or number,
    )


def same_shape(trace: Trace, index: int) -> Reason | None:
    """The sentence that a gradient has the shape of its value; None for a number."""
    shape = trace.node(index).shape
    if not shape:
        return None
    name = Named(index) if _copied(trace.program, index) is None else reason("the-copies")
    return reason("same-shape", name=name, kind=Kind(shape))


def jacobian(wire: Wire) -> Reason | None:
    """The Jacobian of a wire: its shape, what it looks like and how many entries it would have; None for numbers.

    Its rows are the cells of the gate's output, its columns those of the input, as in the numerator layout of most textbooks.
    """
    trace, gate, slot = wire.trace, wire.gate, wire.slot
    shape = trace.node(wire.sender).shape
    if not (shape or wire.shape):
        return None
    shapes = trace.program.operand_shapes(trace.node(wire.sender))
    rows, columns = prod(shape), prod(shapes[slot])
    entries = rows * columns
    size: dict[str, Figure] = {"rows": rows, "columns": columns}
    dead = not gate.cellwise and gate.pattern_of(slot) in ("data", "dead")
    if dead and all_zero(wire.contribution):
        return reason("jacobian-zero", **size)
    if entries < 2:
        return reason("jacobian-entry" if entries else "jacobian-no-entry", **size)
    # It is asked of shapes alone: the Jacobian of a layer of 1,000 units would have a million entries.
    looks = gate.structure(slot, shapes, gate.settings(trace.node(wire.sender).options))
    message = "jacobian-diagonal" if gate.cellwise else "jacobian-unformed" if rows != 1 else "jacobian-row"
    # A cell that is picked leaves the others 0; a sum of all cells, and copies of one, have no 0.
    whole = looks == "repetition" and (rows if gate.routes else max(rows, columns)) == entries
    size["looks"] = reason("structure-repetition-whole" if whole else f"structure-{looks}")
    return reason(message, **size, entries=entries)


def copies(trace: Trace, index: int) -> Reason | None:
    """How many copies a broadcast makes, and along which axes; None for any other gate."""
    source = _copied(trace.program, index)
    if source is None:
        return None
    shape, target = trace.node(source).shape, trace.node(index).shape
    axes = stretched(shape, target)
    count = prod(target[i] for i in axes)
    if len(axes) == len(target):
        return reason("copies", name=Named(source), count=count)
    return reason("copies-along", name=Named(source), count=count, axes=_axes(axes))


def _axes(axes: Sequence[int]) -> Reason:
    return reason("axis", axis=str(axes[0])) if len(axes) == 1 else reason("axes", axes=Listed(tuple(map(str, axes))))


def _copied(program: Program, index: int) -> int | None:
    """The node that a broadcast copies; None for any other node."""
    node = program.nodes[index]
    return node.sources[0][1] if node.is_copy else None

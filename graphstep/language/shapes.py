"""A program meets the shapes of its inputs: every node gets its shape, and every broadcast becomes a gate of its own.

NumPy copies a bias along a batch without a word. Here the copies are a node of the graph, since on the way back they are where
gradients add up: the same lesson as a fork.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from graphstep.gates import GATES, STRUCTURAL
from graphstep.gates.gate import Gate
from graphstep.gates.structural import MisfitError
from graphstep.ground import limits
from graphstep.ground.arrays import shape_text
from graphstep.ground.errors import LimitError, ShapeError
from graphstep.language.program import Node, Program
from graphstep.language.rewrite import Rewritten

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from graphstep.gates.structural import StructuralGate
    from graphstep.ground.operands import Operand, Shape

BROADCAST = "broadcast"
"""The gate that copies a value into a larger shape. No program calls it: it stands where it is needed."""


def infer_shapes(program: Program, shapes: Mapping[str, Shape]) -> Rewritten:
    """The program with the shape of every node, for inputs of these shapes (() for those that are missing).

    Broadcast gates are put in where arrays of different shapes meet cell by cell, and ``max(x)`` and its like become the gate
    over the cells of x where x is an array. Shapes that a program has already are
    inferred anew. A program of numbers comes back as it is.

    Raises :class:`~graphstep.ground.errors.ShapeError` where shapes do not go together, and
    :class:`~graphstep.ground.errors.LimitError`.
    """
    if not any(shapes.values()) and not any(node.gate in STRUCTURAL or node.shape for node in program.nodes):
        return Rewritten(program, tuple(range(len(program.nodes))))
    fitting = _Fitting(program)
    for index, node in enumerate(program.nodes):
        if node.gate is None:
            fitting.put(replace(node, shape=tuple(shapes.get(node.name or "", ()))), index)
        elif node.gate == BROADCAST:
            # It was put in for other shapes.
            fitting.where.append(fitting.moved(node.operands[0]))
        else:
            fitting.gate(index, node)
    where = fitting.where
    names = {name: where[index] for name, index in program.names.items()}
    made = Program(program.text, tuple(fitting.nodes), where[program.output], names, program.data)
    return Rewritten(made, tuple(where))


def broadcast(shapes: Sequence[Shape]) -> Shape | None:
    """The shape that these shapes are copied into when they meet cell by cell, by NumPy's rule; None where they do not fit.

    >>> broadcast([(64, 100), (100,)]), broadcast([(3, 1), (1, 4)]), broadcast([(3,), (4,)])
    ((64, 100), (3, 4), None)
    """
    result = [1] * max(map(len, shapes), default=0)
    for shape in shapes:
        for place, size in enumerate(reversed(shape), 1):
            if result[-place] == 1:
                result[-place] = size
            elif size not in (1, result[-place]):
                return None
    return tuple(result)


class _Fitting:
    """The nodes of the new program so far."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.nodes: list[Node] = []
        self.where: list[int] = []
        self._cells = 0

    def put(self, node: Node, index: int | None = None) -> int:
        """One more node; ``index`` is its place in the old program, if it has one there."""
        if len(node.shape) > limits.AXES:
            message = f"this array has {len(node.shape)} axes; at most {limits.AXES} are worked with"
            raise LimitError(message, text=self.program.text, span=node.span, hint="join axes with reshape")
        self._cells += limits.cells_of(node.shape)
        if self._cells > limits.CELLS:
            counted = limits.counted(each.shape for each in (*self.nodes, node))
            message = f"the arrays of this program have more than {limits.CELLS:,} cells{counted}"
            raise LimitError(message, text=self.program.text, span=node.span, hint="take fewer examples, or smaller layers")
        self.nodes.append(node)
        if index is not None:
            self.where.append(len(self.nodes) - 1)
        return len(self.nodes) - 1

    def moved(self, operand: Operand) -> int:
        assert isinstance(operand, int), "only nodes are broadcast"
        return self.where[operand]

    def gate(self, index: int, node: Node) -> None:
        """A gate, behind the broadcasts that it needs."""
        operands = [self.where[x] if isinstance(x, int) else x for x in node.operands]
        shapes = [self.nodes[x].shape if isinstance(x, int) else () for x in operands]
        name = node.gate or ""
        row = GATES[name]
        if row.over_cells and len(operands) == 1 and shapes[0]:
            name, row = row.over_cells, STRUCTURAL[row.over_cells]
        if not isinstance(row, Gate):
            if name == "matmul":
                shapes = self._batched(operands, shapes)
            shape = self._structural(index, row, shapes, {**row.defaults, **dict(node.options)})
        else:
            target = broadcast(shapes)
            if target is None:
                raise self._clash(index, row, shapes)
            shape = target
            for slot, operand in enumerate(operands):
                if isinstance(operand, int) and shapes[slot] != shape:
                    operands[slot] = self._copies(operand, shape)
        self.put(replace(node, gate=name, operands=tuple(operands), shape=shape), index)

    def _batched(self, operands: list[Operand], shapes: list[Shape]) -> list[Shape]:
        """The shapes of the sides of a matrix product, whose axes before the last two meet like those of a sum.

        A side that has no such axes is no batch; the gate itself uses it for all of the other side's.
        """
        heads = [shape[:-2] for shape in shapes]
        batch = broadcast(heads) if all(heads) else None
        if batch is None:
            return shapes
        for slot, operand in enumerate(operands):
            shape = (*batch, *shapes[slot][-2:])
            if isinstance(operand, int) and shapes[slot] != shape:
                operands[slot] = self._copies(operand, shape)
        return [(*batch, *shape[-2:]) for shape in shapes]

    def _copies(self, operand: int, shape: Shape) -> int:
        source = self.nodes[operand]
        label = source.name or Program(self.program.text, tuple(self.nodes), operand).label(operand)
        text = f"{label} as {shape_text(shape)}"
        return self.put(Node(BROADCAST, (operand,), None, source.span, text, (("shape", shape),), shape))

    def _structural(self, index: int, row: StructuralGate, shapes: list[Shape], options: Mapping[str, object]) -> Shape:
        try:
            return row.shape(shapes, options)
        except MisfitError as error:
            hint = _turned(row, shapes, options, self._spelled(index)) or error.fits
            message = f"{self._meeting(index, shapes)}: {error.reason}"
            raise ShapeError(message, text=self.program.text, span=self.program.nodes[index].span, hint=hint) from None

    def _clash(self, index: int, row: Gate, shapes: list[Shape]) -> ShapeError:
        message = f"{self._meeting(index, shapes)}: {row.symbol} works cell by cell, and they do not match"
        sizes = _first_clash(shapes)
        hint = f"counted from the last axis, two sizes must be equal, or one of them 1; here {sizes[0]} meets {sizes[1]}"
        spelled = self._spelled(index)
        for slot, shape in enumerate(shapes):
            # Nobody forgot to transpose what was computed; there it is the other side that does not fit.
            if (
                len(shape) > 1
                and spelled[slot].isidentifier()
                and broadcast([*shapes[:slot], shape[::-1], *shapes[slot + 1 :]]) is not None
            ):
                hint = _transposed(spelled[slot], shape)
        return ShapeError(message, text=self.program.text, span=self.program.nodes[index].span, hint=hint)

    def _spelled(self, index: int) -> list[str]:
        operands = self.program.nodes[index].operands
        return [x.text if not isinstance(x, int) else self.program.label(self._typed(x), 30) for x in operands]

    def _typed(self, operand: int) -> int:
        """The node itself, where a broadcast stands that was put in for other shapes."""
        node = self.program.nodes[operand]
        return next(source for _, source in node.sources) if node.gate == BROADCAST else operand

    def _meeting(self, index: int, shapes: list[Shape]) -> str:
        parts = [
            f"{name} has the shape {shape_text(shape)}" if shape else f"{name} is a single number"
            for name, shape in zip(self._spelled(index), shapes, strict=True)
        ]
        return " and ".join(parts)


def _first_clash(shapes: Sequence[Shape]) -> tuple[int, int]:
    """The sizes that do not go together, counted from the last axis."""
    longest = max(map(len, shapes))
    for place in range(1, longest + 1):
        sizes = [shape[-place] for shape in shapes if len(shape) >= place and shape[-place] != 1]
        for size in sizes[1:]:
            if size != sizes[0]:
                return sizes[0], size
    raise AssertionError("these shapes fit")


def _turned(row: StructuralGate, shapes: Sequence[Shape], options: Mapping[str, object], spelled: Sequence[str]) -> str:
    """What would fit when one side is transposed or the two change places; empty when nothing does."""
    if len(shapes) != 2:
        return ""
    for slot in (1, 0):
        turned = list(shapes)
        turned[slot] = shapes[slot][::-1]
        if len(shapes[slot]) > 1 and _fits(row, turned, options):
            return _transposed(spelled[slot], shapes[slot])
    if _fits(row, shapes[::-1], options):
        return f"they fit in the other order, with {spelled[1]} first"
    return ""


def _transposed(spelled: str, shape: Shape) -> str:
    typed = spelled if spelled.isidentifier() else f"({spelled})"
    return f"{typed}.T has the shape {shape_text(shape[::-1])}, which fits"


def _fits(row: StructuralGate, shapes: Sequence[Shape], options: Mapping[str, object]) -> bool:
    try:
        row.shape(shapes, options)
    except MisfitError:
        return False
    return True

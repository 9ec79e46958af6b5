"""A program meets the shapes of its inputs: every node gets its shape, and every broadcast becomes a gate of its own.

NumPy copies a bias along a batch without a word. Here the copies are a node of the graph, since on the way back they are where
gradients add up: the same lesson as a fork.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from graphstep.gates import GATES
from graphstep.gates.gradient import FUNCTION as GRADIENT
from graphstep.gates.rule import MisfitError, Rule, Ties
from graphstep.ground import limits
from graphstep.ground.arrays import shape_text
from graphstep.ground.errors import LimitError, ShapeError
from graphstep.ground.operands import Operand, Shape
from graphstep.language.nodes import Node
from graphstep.language.program import Frame, Program, Rewritten, label_of, moved_frames, node_id, shown_name

BROADCAST = "broadcast"
"""The gate that copies a value into a larger shape. No program calls it: it stands where it is needed."""


def infer_shapes(program: Program, shapes: Mapping[str, Shape], ties: Ties = "first") -> Rewritten:
    """The program with the shape of every node, for inputs of these shapes (() for those that are missing).

    Broadcast gates are put in where arrays of different shapes meet cell by cell, and ``max(x)`` and its like become the gate
    over the cells of x where x is an array. Shapes that a program has already are
    inferred anew. A program of numbers comes back as it is. ``ties`` says who gets the gradient of a maximum at a tie, where a
    gradient inside the program becomes gates.

    Raises :class:`~graphstep.ground.errors.ShapeError` where shapes do not go together, and
    :class:`~graphstep.ground.errors.LimitError`.
    """
    if program.of_numbers and not any(shapes.values()):
        return Rewritten(program, tuple(range(len(program.nodes))))
    _check_lengths(program, shapes)
    fitting = Fitting(program, ties)
    for index, node in enumerate(program.nodes):
        if node.rule is None:
            fitting.put(replace(node, shape=tuple(shapes.get(node.name or "", ()))), index)
        elif node.gate == BROADCAST:
            # It was put in for other shapes.
            # Where it is needed again it is put in again, for the new shapes.
            fitting.where.append(fitting.moved(node.operands[0]))
        elif node.rule.unfolded is not None:
            fitting.unfold(index, node, node.rule.unfolded)
        else:
            fitting.gate(index, node, node.rule)
    where = fitting.where
    names = {name: where[index] for name, index in program.names.items()}
    frames = moved_frames(program, where)
    if fitting.frames:
        frames = (*(frames or (Frame("program"),)), *fitting.frames)
    fitted = replace(program, nodes=tuple(fitting.nodes), output=where[program.output], names=names, frames=frames)
    return Rewritten(fitted, tuple(where))


def _check_lengths(program: Program, shapes: Mapping[str, Shape]) -> None:
    """Raise ShapeError for an input of another shape than the repetitions of the program were counted by."""
    for name, shape in program.lengths.items():
        if shapes.get(name, shape) != shape:
            raise ShapeError(
                f"{name} had the shape {shape_text(shape)} when the program was built, and repetitions count by it",
                text=program.text,
                span=program.nodes[program.input_places[name]].span if name in program.input_places else None,
                hint="open the program anew with the other value",
            )


_DOTS = ("·", "⋅", "×")
"""Signs of a product that of arrays is another one than ``*``."""
_DOUBLE = 8
"""Bytes of a cell."""
_MANY, _STEADY, _SURE = 500, 0.97, 1.2
"""Gates of a gradient from which it is asked how large those in the same row will be; the part of the growth before that is as
much; and by how much too many there must be, for it is a forecast."""


class Fitting:
    """The nodes of the new program so far."""

    def __init__(self, program: Program, ties: Ties = "first") -> None:
        self.program = program
        self.ties: Ties = ties
        self.nodes: list[Node] = []
        self.where: list[int] = []
        self.frames: list[Frame] = []
        """The frames that came with them."""
        self._cells = 0
        self._rows: dict[tuple[Operand, ...], list[int]] = {}

    def put(self, node: Node, index: int | None = None) -> int:
        """One more node; ``index`` is its place in the old program, if it has one there."""
        if len(node.shape) > limits.AXES:
            message = f"this array has {len(node.shape)} axes; at most {limits.AXES} are worked with"
            raise LimitError(message, text=self.program.text, span=node.span, hint="join axes with reshape")
        if len(self.nodes) >= limits.GATES + self.program.first_gate:
            # A gradient of a gradient has three times the gates of the one before.
            message = f"with its gradients and copies written out, this program has more than {limits.GATES:,} gates"
            raise LimitError(message, text=self.program.text, span=node.span, hint="take fewer gradients of gradients")
        self._cells += limits.cells_of(node.shape)
        if self.program.origin is not None and self._cells * _DOUBLE > limits.CAPTURED:
            message = f"the arrays of this call take more than {limits.CAPTURED:,} bytes"
            hint = "capture fewer examples, or a part of the model; gs.record(loss, when='never') keeps figures of any size"
            raise LimitError(message, hint=hint)
        if self.program.origin is None and self._cells > limits.CELLS:
            counted = limits.counted(each.shape for each in (*self.nodes, node))
            message = f"the arrays of this program have more than {limits.CELLS:,} cells{counted}"
            raise LimitError(message, text=self.program.text, span=node.span, hint="take fewer examples, or smaller layers")
        self.nodes.append(node)
        if index is not None:
            self.where.append(len(self.nodes) - 1)
        return len(self.nodes) - 1

    def moved(self, operand: Operand) -> int:
        """The place of a node of the old program in the new one."""
        assert isinstance(operand, int), "only nodes are broadcast"
        return self.where[operand]

    def gate(self, index: int, node: Node, row: Rule) -> None:
        """A gate of the old program, behind the broadcasts that it needs."""
        operands = tuple(self.where[x] if isinstance(x, int) else x for x in node.operands)
        if self._dotted and node.gate == "mul":
            self._check_dot(node, operands)
        self.where.append(self.add(replace(node, operands=operands), row, index))

    @cached_property
    def _dotted(self) -> bool:
        return any(sign in self.program.text for sign in _DOTS)

    def _check_dot(self, node: Node, operands: Sequence[Operand]) -> None:
        """Raise ShapeError for w·x of arrays: between numbers · is *, and of vectors it is the inner product in every book."""
        # First of all, for the text of a product of numbers may be as long as the program, at each of its gates.
        if node.span is None or not all(isinstance(x, int) and self.nodes[x].shape for x in operands):
            return
        typed = self.program.text[slice(*node.span)]
        place = _last_sign(typed)
        if typed[place : place + 1] not in _DOTS:
            return
        # Longer factors are shown under the line, as both are.
        x, y = (each.strip() if len(each) <= limits.NAME else "…" for each in (typed[:place], typed[place + 1 :]))
        hint = f"write {x} @ {y} for the matrix product, of vectors the dot product; {x}*{y} for the product cell by cell"
        message = f"{x}{typed[place]}{y} can be read in two ways"
        raise ShapeError(message, text=self.program.text, span=node.span, hint=hint)

    def unfold(self, index: int, node: Node, unfolded: Callable[..., int]) -> None:
        """The gates that a gate stands for; the last of them has its place in the text."""
        first = len(self.nodes)
        last = unfolded(self.nodes, self, [self.moved(x) for x in node.operands], node)
        # A gradient may be a node that is there already, as that of x with respect to x: it keeps its name.
        if last >= first:
            self.nodes[last] = replace(self.nodes[last], name=node.name, text=None)
        if len(self.nodes) - first > 1:
            self._frame(first, node, last)
        self.where.append(last)
        self._forecast(index, node, len(self.nodes) - first)

    def _forecast(self, index: int, node: Node, size: int) -> None:
        """Raise LimitError for gradients of gradients in a row that would have too many gates, before they are written out."""
        # By what the next gradient would be taken of, and with respect to what: the gates of those in a row so far.
        by = node.operands[1]
        sizes = self._rows[index, by] = [*self._rows.pop(node.operands, ()), size]
        if size < _MANY or len(sizes) < 3:
            return
        before, factor = sizes[-2] / sizes[-3], size / sizes[-2]
        # Those of a polynomial grow less and less, and come to nothing; all others by a factor that stays, or grows.
        if factor < _STEADY * before:
            return
        total, place, following = float(len(self.nodes)), index, float(size)
        most = _SURE * limits.GATES
        while total <= most and (place := self._gradients.get((place, by), -1)) >= 0:
            following *= min(before, factor)
            total += following
        if total > most:
            message = f"gradients of gradients that go on like these come to more than {limits.GATES:,} gates"
            hint = f"this one has {size:,}, {factor:.1f} times those of the one before; take fewer gradients of gradients"
            raise LimitError(message, text=self.program.text, span=node.span, hint=hint)

    @cached_property
    def _gradients(self) -> dict[tuple[Operand, ...], int]:
        """The gradients of the old program, by what they are taken of and with respect to what."""
        return {node.operands: index for index, node in enumerate(self.program.nodes) if node.rule and node.rule.unfolded}

    def _frame(self, first: int, node: Node, result: int) -> None:
        """Put the nodes from a place on into a frame of their own, as those of a call."""
        beside = [frame.label for frame in (*self.program.frames, *self.frames) if frame.around == node.frame]
        count = sum(label.partition(".")[0] == GRADIENT for label in beside)
        label = f"{GRADIENT}.{count + 1}" if count else GRADIENT
        # The first frame is the program itself, which one without calls has not.
        index = max(1, len(self.program.frames)) + len(self.frames)
        self.frames.append(Frame("call", label, node.frame, node.span, (), (result,)))
        for place in range(first, len(self.nodes)):
            self.nodes[place] = replace(self.nodes[place], frame=index)

    def add(self, node: Node, row: Rule, index: int | None = None) -> int:
        """A gate whose operands are nodes of the new program, behind the broadcasts that it needs.

        ``index`` is its place in the old program, which says how its operands are spelled.
        """
        operands = list(node.operands)
        shapes = [self.nodes[x].shape if isinstance(x, int) else () for x in operands]
        # The reader knows no shapes: max(x) is the largest of its inputs to it, and becomes that of the cells of x only here.
        if row.over_cells and len(operands) == 1 and shapes[0]:
            row = GATES[row.over_cells]
        meeting: Sequence[Shape] = shapes
        options = row.settings(node.options)
        try:
            if row.meets is not None:
                meeting = row.meets(shapes, options)
            shape = row.shape(meeting, options)
        except MisfitError as error:
            spelled = self._spelled(index, operands)
            hint = _turned(row, meeting, options, spelled) or error.fits
            message = f"{_meeting(spelled, meeting)}: {error.reason}"
            raise ShapeError(message, text=self.program.text, span=node.span, hint=hint) from None
        for slot, operand in enumerate(operands):
            if isinstance(operand, int) and shapes[slot] != meeting[slot]:
                operands[slot] = self._copies(operand, meeting[slot], node.frame)
        return self.put(replace(node, rule=row, operands=tuple(operands), shape=shape))

    def _copies(self, operand: int, shape: Shape, frame: int) -> int:
        source = self.nodes[operand]
        text = f"{self.label(operand)} as {shape_text(shape)}"
        return self.put(Node(GATES[BROADCAST], (operand,), None, source.span, text, (("shape", shape),), shape, frame))

    def _spelled(self, index: int | None, operands: Sequence[Operand]) -> list[str]:
        if index is None:
            return [x.text if not isinstance(x, int) else self.label(x) for x in operands]
        operands = self.program.nodes[index].operands
        return [x.text if not isinstance(x, int) else self.program.label(self._typed(x), 30) for x in operands]

    def _typed(self, operand: int) -> int:
        """The node itself, where a broadcast stands that was put in for other shapes."""
        node = self.program.nodes[operand]
        return next(source for _, source in node.sources) if node.gate == BROADCAST else operand

    def label(self, place: int) -> str:
        """The name or the text of a node of the new program."""
        node = self.nodes[place]
        if node.name:
            return shown_name(node.name) if self.program.frames else node.name
        return label_of(self.program.text, node, 40) or node_id(place)


def _last_sign(typed: str) -> int:
    """Where the sign stands that joins a product, outside of parentheses; -1 where there is none, as in 2x."""
    depth = 0
    for place in range(len(typed) - 1, -1, -1):
        depth += (typed[place] in ")]") - (typed[place] in "([")
        if depth == 0 and typed[place] in "*/@×·⋅∗÷":
            return place
    return -1


def _meeting(spelled: Sequence[str], shapes: Sequence[Shape]) -> str:
    parts = [
        f"{name} has the shape {shape_text(shape)}" if shape else f"{name} is a single number"
        for name, shape in zip(spelled, shapes, strict=True)
    ]
    return " and ".join(parts)


def _turned(row: Rule, shapes: Sequence[Shape], options: Mapping[str, object], spelled: Sequence[str]) -> str:
    """What would fit when one side is transposed or the two change places; empty when nothing does."""
    if len(shapes) != 2 and not row.cellwise:
        return ""
    # The right one first: in x @ W it is W that is more often turned around.
    for slot in reversed(range(len(shapes))):
        # Between two sides of a sum it is none that was computed: nobody forgot to transpose that.
        if len(shapes[slot]) > 1 and (not row.cellwise or spelled[slot].isidentifier()):
            turned = list(shapes)
            turned[slot] = shapes[slot][::-1]
            if _fits(row, turned, options):
                return _transposed(spelled[slot], shapes[slot])
    if len(shapes) == 2 and _fits(row, shapes[::-1], options):
        return f"they fit in the other order, with {spelled[1]} first"
    return ""


def _transposed(spelled: str, shape: Shape) -> str:
    typed = spelled if spelled.isidentifier() else f"({spelled})"
    return f"{typed}.T has the shape {shape_text(shape[::-1])}, which fits"


def _fits(row: Rule, shapes: Sequence[Shape], options: Mapping[str, object]) -> bool:
    try:
        row.shape(shapes, options)
    except MisfitError:
        return False
    return True

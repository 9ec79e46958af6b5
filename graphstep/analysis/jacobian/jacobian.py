"""The Jacobian of one edge: what it looks like, how large it would be, and that the pullback is the product with it.

Its rows are the cells of the gate's value, its columns those of the input, both in reading order (C order). A step of the
backward pass is Jᵀ · upstream; no run forms J for that. Here it is formed for those who want to see it, column by column, by
pushing one cell of the input at a time, which is another piece of code than the pullback: each is a witness for the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING, TypeAlias

from graphstep.engine.trace import Trace
from graphstep.engine.wires import Wire
from graphstep.gates.columns import column
from graphstep.gates.numbers import value
from graphstep.gates.rule import Call, MisfitError, Rule, Structure
from graphstep.ground.arrays import Number, cell_at
from graphstep.ground.errors import LimitError
from graphstep.ground.late import np
from graphstep.ground.operands import Shape
from graphstep.ground.records import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

Matrix: TypeAlias = "NDArray[np.float64]"


NOISE = 1e-15
"""Part of what is added up below which a sum is the rounding of 0."""

ENTRIES = 4_096
"""Entries up to which a Jacobian is formed: 64×64, a screenful."""

_BYTES = 8
"""Bytes of one entry, a double."""


@dataclass(frozen=True, eq=False)
class Jacobian:
    """The Jacobian of one edge. Compared and hashed by identity."""

    wire: Wire
    """The edge: the cells of its sender are the rows, those of its receiver the columns."""
    structure: Structure
    """What it looks like; see :data:`graphstep.gates.rule.Structure`."""
    nonzero: int
    """Entries that can be other than 0, whatever the values are."""
    multiplications: int
    """Multiplications of the pullback."""

    @property
    def trace(self) -> Trace:
        """The run."""
        return self.wire.trace

    @property
    def output_shape(self) -> Shape:
        """The shape of the gate's value."""
        return self.trace.node(self.wire.sender).shape

    @property
    def input_shape(self) -> Shape:
        """The shape of the input."""
        return self.wire.shape

    @property
    def rows(self) -> int:
        """Cells of the gate's value."""
        return prod(self.output_shape)

    @property
    def columns(self) -> int:
        """Cells of the input."""
        return prod(self.input_shape)

    @property
    def entries(self) -> int:
        """Entries that it has, or would have; of Jᵀ · upstream with all of them each is one multiplication."""
        return self.rows * self.columns

    @property
    def bytes(self) -> int:
        """Bytes that it takes, or would take, as doubles."""
        return self.entries * _BYTES

    @property
    def is_formed(self) -> bool:
        """Whether it is small enough to be formed."""
        return self.entries <= ENTRIES

    @cached_property
    def matrix(self) -> Matrix:
        """All entries, shape ``(rows, columns)``, not to be written to. Raises LimitError above :data:`ENTRIES`."""
        if not self.is_formed:
            message = f"this Jacobian has {self.entries:,} entries, and only those of at most {ENTRIES:,} are formed"
            raise LimitError(message, hint="take fewer examples, or a smaller layer, to see one in full")
        gate, local = self.wire.gate, self.wire.local
        if local is not None:
            # A local gradient for each cell is the diagonal.
            matrix = np.diag(np.asarray(local, np.float64).ravel())
        else:
            matrix = np.zeros((self.rows, self.columns))
            call = self.trace.call(self.wire.sender)
            with np.errstate(all="ignore"):
                # One push for each column: at most ENTRIES of them, each as dear as a forward pass of the gate.
                for place in range(self.columns):
                    index = cell_at(place, self.input_shape)
                    matrix[:, place] = column(np, gate, call, self.wire.slot, index).ravel()
        matrix.flags.writeable = False
        return matrix

    @property
    def upstream(self) -> Number:
        """The gradient of the gate's value."""
        return self.wire.upstream

    @property
    def pulled(self) -> Number:
        """The contribution that the run sent, by the gate's pullback, without a Jacobian."""
        return self.wire.contribution

    @cached_property
    def product(self) -> Number:
        """Jᵀ · upstream with the Jacobian formed, in the shape of the input. Entries of 0 contribute 0, whatever arrives.

        Raises LimitError above :data:`ENTRIES`.
        """
        with np.errstate(all="ignore"):
            total = self._terms.sum(axis=0).reshape(self.input_shape)
        return total if self.input_shape else float(total)

    @cached_property
    def difference(self) -> float:
        """How far the pullback and the product are apart, the most of all cells, relative to what is added up.

        Each cell is compared with the sum of the sizes of its terms, so that what cancels does not count as an error. Cells that
        are not finite are left out: 0 × inf has no one answer. Raises LimitError above :data:`ENTRIES`.
        """
        pulled, product = np.ravel(self.pulled), np.ravel(self.product)
        with np.errstate(all="ignore"):
            size = np.abs(self._terms).sum(axis=0)
            apart = np.abs(pulled - product) / np.where(size > 0, size, 1.0)
        finite = np.isfinite(pulled) & np.isfinite(product)
        return float(np.max(apart[finite], initial=0.0))

    def without_noise(self, sent: Number) -> Number:
        """A product with the upstream gradient, with 0 in the cells in which only rounding is left of what is added up."""
        with np.errstate(over="ignore"):
            size = np.reshape(np.abs(self._terms).sum(axis=0), self.input_shape)
        kept = np.where(np.abs(sent) <= NOISE * size, 0.0, sent)
        return kept if self.input_shape else float(kept)

    @property
    def _terms(self) -> Matrix:
        with np.errstate(all="ignore"):
            return np.where(self.matrix == 0, 0.0, self.matrix * np.reshape(self.upstream, (-1, 1)))


def jacobian(wire: Wire) -> Jacobian:
    """The Jacobian of an edge."""
    trace, slot, gate = wire.trace, wire.slot, wire.gate
    rows = prod(trace.node(wire.sender).shape)
    call = trace.call(wire.sender)
    shapes = [x.shape for x in call.inputs]
    structure = gate.structure(slot, shapes, call.options)
    if structure == "selection" and call.ties == "split" and gate.remark is not None and gate.remark(np, call):
        # Cells that share a tie are all chosen.
        structure = "dense" if rows == 1 else "block"
    columns = prod(shapes[slot])
    count = columns if gate.multiplications is None else gate.multiplications(slot, shapes, call.options)
    return Jacobian(wire, structure, _nonzero(gate, call, structure, slot, shapes), count)


def _nonzero(gate: Rule, call: Call, structure: Structure, slot: int, shapes: Sequence[Shape]) -> int:
    rows, columns = int(call.out.size), prod(shapes[slot])
    if rows * columns == 0 or _is_flat(gate, structure, slot):
        return 0
    if gate.nonzero is not None:
        return gate.nonzero(np, slot, shapes, call.options)
    if structure == "dense":
        return rows * columns
    if structure in ("diagonal", "permutation", "selection"):
        return min(rows, columns)
    if structure == "repetition":
        # Each copy is a copy of one cell; each cell is added into one sum. Of cells that are picked some have no copy.
        return rows if gate.routes else max(rows, columns)
    # Blocks are as large as each other, so one column stands for all; with numbers that are not 0 and no two the same, nothing
    # in it is 0 by chance.
    inputs = tuple(_all_different(shape) for shape in shapes)
    with np.errstate(all="ignore"):
        try:
            generic = replace(call, inputs=inputs, out=np.asarray(value(gate, inputs, call.options)))
        except MisfitError:
            # These are no inputs for it: a matrix of them is singular.
            generic = call
        return columns * int(np.count_nonzero(column(np, gate, generic, slot, (0,) * len(shapes[slot]))))


def _is_flat(gate: Rule, structure: Structure, slot: int) -> bool:
    """Whether a slope is 0 whatever the numbers are: of a comparison, a class, an index, a condition."""
    pattern = gate.pattern_of(slot)
    # Targets of the scores' shape stand where classes may stand, and have slopes; theirs is the dense Jacobian.
    return pattern == "dead" or (pattern == "data" and structure != "dense")


def _all_different(shape: Shape) -> Matrix:
    """Numbers between 0.5 and 1.5, no two the same: fractions of the multiples of the golden ratio (Weyl's sequence)."""
    cells = 0.5 + np.arange(1, prod(shape) + 1) * 0.6180339887498949 % 1
    return np.asarray(cells.reshape(shape), np.float64)

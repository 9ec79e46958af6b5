"""Structural gates: those that move, multiply or collect the cells of arrays, one row of data each.

An elementwise gate (:mod:`graphstep.gates.gate`) treats every cell alike: its Jacobian is diagonal and one formula says it all.
A structural gate says how its value is made and how a gradient is pulled back through it; its Jacobian is described, and formed
only where somebody asks to see it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from graphstep.gates.gate import Convention, Ties
from graphstep.ground.operands import Operand, Shape

Array = Any
"""A float64 array of NumPy. Rows get NumPy handed in as ``np``: to read a program and name its gates must not wait for it."""

Options = Mapping[str, Any]
"""What a gate was told besides its operands: ``axis``, ``keepdims``, ``shape``, ``index`` …"""

OptionKind = Literal["axis", "axes", "flag", "number", "shape"]
"""What may be written for an option: one axis, one or several axes, true or false, a number, or a shape."""

Structure = Literal["diagonal", "dense", "selection", "repetition", "permutation", "block"]
"""What a Jacobian looks like.

diagonal: cell by cell; dense: every cell may move every other; selection: each output cell is one input cell or none of them,
and no input cell is used twice; repetition: one number again and again, 1 where input cells are copied (broadcast) or added up
(sum) and 1/n in a mean; permutation: the same cells in another order; block: smaller matrices along a diagonal, once the cells
that belong together stand together.
"""

Cell = tuple[int, ...]
"""The place of a cell in an array, one index an axis; () in a number."""


class MisfitError(ValueError):
    """Shapes that do not go together. It says why, and what would fit; who catches it knows the gate and the place."""

    def __init__(self, reason: str, fits: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        """Why the shapes do not go together, without a full stop."""
        self.fits = fits
        """What would fit."""


@dataclass(frozen=True, slots=True)
class Call:
    """One gate at work: what its pullback and its pushforward may look at."""

    inputs: tuple[Array, ...]
    """The values of its inputs, by slot."""
    out: Array
    """Its own value."""
    options: Options
    """Its options, defaults filled in."""
    ties: Ties = "first"
    """Who gets the gradient of a maximum at a tie."""
    into: Array | None = None
    """Where the contribution will lie: a pullback may compute right into it, and return it."""
    constants: tuple[int, ...] = ()
    """The slots that hold constants of the text."""


@dataclass(frozen=True, slots=True)
class StructuralGate:
    """A structural gate, or a composite of such (softmax).

    With J the Jacobian of its output with respect to the input of ``slot``, both seen as long vectors, ``pullback`` is
    Jᵀ·upstream and ``push`` is J·direction. They are written apart from each other, so that each is a witness for the other.
    """

    name: str
    """What the program calls it, in JSON and in ``gate matmul`` breakpoints."""
    symbol: str
    """What stands in its box (``@``)."""
    shape: Callable[[Sequence[Shape], Options], Shape]
    """The shape of its value from the shapes of its inputs. Raises :class:`MisfitError`."""
    value: Callable[[Any, Sequence[Array], Options], Array]
    """``value(np, inputs, options)``: its value from the values of its inputs; never a view of one of them."""
    pullback: Callable[[Any, Call, int, Array], Array]
    """``pullback(np, call, slot, upstream)``: the contribution to the input of ``slot``, in the shape of that input."""
    push: Callable[[Any, Call, int, Array], Array]
    """``push(np, call, slot, direction)``: how its value moves when the input of ``slot`` moves so; in the value's shape."""
    structure: Callable[[int, Sequence[Shape], Options], Structure]
    """``structure(slot, shapes, options)``: what its Jacobian towards a slot looks like."""
    formula: Callable[[Any, Sequence[Any], Options], Any]
    """``formula(m, terms, options)``: its value in notation (``m`` is a :class:`graphstep.gates.notation.Style`). The options
    come from :meth:`told`: they hold the shapes of the inputs too, which a product is written by."""
    pulled: Callable[[Any, int, Any, Sequence[Any], Any, Options], Any]
    """``pulled(m, slot, upstream, terms, out, options)``: the contribution in notation: ``δ xᵀ``. ``out`` is the term of
    its own value; the options come from :meth:`told`."""
    forward: str
    """One sentence: what it does to its inputs. Fields: ``{x} {y} {z}`` names of its inputs, ``{axis}`` from :meth:`along`."""
    backward: tuple[str, ...]
    """One sentence a slot (the last one repeats): what becomes of the upstream gradient. Fields as in ``forward``."""
    pattern: tuple[str, ...] = ("",)
    """Its pattern in backward flow, one a slot (the last one repeats)."""
    inputs: tuple[int, int | None] = (1, 1)
    """Fewest and most inputs of a call; None for any number."""
    functions: tuple[str, ...] = ()
    """The names under which a program calls it."""
    keywords: Mapping[str, OptionKind] = field(default_factory=dict)
    """The options that a call may give by name, ``axis=0``."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """The options of a call that does not give them."""
    rest: str = ""
    """The option that takes the numerals behind the inputs, as in ``reshape(x, 2, 3)``; empty for none."""
    inside: Callable[[Options], str] | None = None
    """What stands in its box behind the symbol, from its options: an axis, a shape, an index."""
    multiplications: Callable[[int, Sequence[Shape], Options], int] | None = None
    """``multiplications(slot, shapes, options)``: how many its pullback takes; one for each cell of the input unless given."""
    expansion: Callable[[Options], str] | None = None
    """The same function out of smaller gates, as a program of ``x`` (``y``, ``z``); None when it is not composite. Options as in
    :class:`Call`, defaults filled in."""
    remark: Callable[[Any, Call], str] | None = None
    """``remark(np, call)``: one or two sentences on a tie or a kink that the inputs are at, what is chosen there and what others
    choose; the empty string elsewhere."""
    factors: Callable[[int, Cell, Call], Iterator[tuple[Cell, int, Cell]]] | None = None
    """``factors(slot, cell, call)``: for a product, where a cell of the input of ``slot`` goes and what it meets there: the
    output cell, and the slot and the cell of the other factor, which is the local gradient."""

    # What elementwise gates have besides, so that both can be asked.
    also: tuple[str, ...] = ()
    """Structural gates are not recognised in what was typed."""
    folds: bool = False
    """Structural gates are not recognised in what was typed."""
    commutes: bool = False
    """The order of its inputs matters."""
    chooses: Literal["", "max", "min"] = ""
    """It is no max or min of its inputs (a maximum over an axis chooses between cells of one input)."""
    saturates: bool = False
    """It does not flatten out."""
    blocks: ClassVar[bool] = False
    """It lets something through wherever it is."""
    scales: ClassVar[bool] = False
    """It is no scaler, whatever its other inputs are."""
    activation: ClassVar[bool] = False
    """It is no non-linearity of a layer."""
    over_cells: ClassVar[str] = ""
    """It works over the cells of an array already."""
    computed: ClassVar[None] = None
    """Its formula is as good as what it computes."""
    conventions: ClassVar[tuple[Convention, ...]] = ()
    """What it chooses at a kink it says in a remark."""
    cellwise: ClassVar[bool] = False
    """A cell of its value may depend on any cells of its inputs, so that its Jacobian is no diagonal."""

    @property
    def arity(self) -> tuple[int, int | None]:
        """Fewest and most inputs of a call; None for any number."""
        return self.inputs

    def box(self, operands: Sequence[Operand], options: Sequence[tuple[str, Any]] = ()) -> str:
        """What stands in its box: the symbol with its options, such as ``Σ axis 0``."""
        del operands
        return self.symbol if self.inside is None else self.symbol + self.inside(self.settings(options))

    def settings(self, options: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        """The options of a node with the defaults filled in."""
        return {**self.defaults, **dict(options)}

    def written(self, m: Any, terms: Sequence[Any], options: Sequence[tuple[str, Any]], shapes: Sequence[Shape]) -> Any:
        """Its value in notation, from the terms and shapes of its inputs and the options of a node."""
        return self.formula(m, terms, self.told(options, shapes))

    def told(self, options: Sequence[tuple[str, Any]], shapes: Sequence[Shape]) -> dict[str, Any]:
        """The options of a node with the defaults filled in, and ``shapes``, those of its inputs: what notation is made from."""
        return {**self.settings(options), "shapes": tuple(shapes)}

    def along(self, options: Sequence[tuple[str, Any]]) -> str:
        """The field ``{axis}`` of its sentences: `` along axis 0`` with the space before it, or nothing."""
        axis = self.settings(options).get("axis")
        if axis is None:
            return ""
        if isinstance(axis, tuple):
            return f" along the axes {', '.join(map(str, axis))}"
        return " along the last axis" if axis == -1 else f" along axis {axis}"

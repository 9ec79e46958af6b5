"""What a gate is: one rule, a row of data. Nothing about one gate stands anywhere but in its row.

A rule says how its value is made and how a gradient is pulled back through it; its Jacobian is described, and formed only where
somebody asks to see it. A gate that treats every cell alike has less to say, a formula and its partial derivatives:
:func:`graphstep.gates.elementwise.elementwise` makes the rule of these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any, Literal

from graphstep.ground.numerals import numeral
from graphstep.ground.operands import Constant, Operand, Shape
from graphstep.ground.records import dataclass, record

Ties = Literal["first", "split"]
"""Who gets the gradient when several inputs of max attain it: the first one (a constant before all), or all in equal shares."""

Array = Any
"""A float64 array of NumPy, or a number. Rows get the functions of arrays handed in, as ``m`` or as ``np``
(:mod:`graphstep.gates.mathematics`): to read a program and name its gates must not wait for NumPy."""

Options = Mapping[str, Any]
"""What a gate was told besides its operands: ``axis``, ``keepdims``, ``shape``, ``index`` …"""

OptionKind = Literal["axis", "axes", "flag", "number", "shape", "whole", "subscripts"]
"""What may be written for an option: one axis, one or several axes, true or false, a number, a shape, a whole number; or in
quotes before the inputs, the letters of einsum."""

Structure = Literal["diagonal", "dense", "selection", "repetition", "permutation", "block"]
"""What a Jacobian looks like.

diagonal: cell by cell; dense: every cell may move every other, or all but those of a triangle (cumsum) or of what a window does
not reach (conv1d); selection: each output cell is one input cell or none of them, and no input cell is used twice; repetition:
the same number wherever it is not 0, 1 where input cells are copied (broadcast) or added up (sum) and 1/n in a mean; permutation:
the same cells in another order; block: smaller matrices along a diagonal, once the cells that belong together stand together.
"""

Sentence = str | tuple[str, str]
"""A sentence of a row; or its singular and its plural, between which ``{count}`` decides."""

Remarked = tuple[tuple[str, Mapping[str, int]], ...]
"""The sentences that hold of a gate at work, by their keys, each with the numbers that stand in it."""

Cell = tuple[int, ...]
"""The place of a cell in an array, one index an axis; () in a number."""

ALL_AGREE = "PyTorch, JAX and TensorFlow agree"
"""What others choose, where there is nothing to choose."""


class MisfitError(ValueError):
    """Shapes that do not go together. It says why, and what would fit; who catches it knows the gate and the place."""

    def __init__(self, reason: str, fits: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        """Why the shapes do not go together, without a full stop."""
        self.fits = fits
        """What would fit."""


@dataclass(frozen=True, slots=True)
class Convention:
    """A point where the derivative is not defined by the formula alone, what we take there, and what others take."""

    at: Callable[..., Any]
    """``at(m, *inputs)``: whether the inputs are at such a point."""
    says: str
    """The choice, in one sentence; ``{x}`` and ``{y}`` stand for the inputs."""
    others: str = ""
    """What other programs choose, or the empty string where all agree."""
    local: tuple[float | None, ...] = ()
    """Local gradients to take there, one a slot; None, or no entry, keeps what the formula gives."""
    warns: bool = False
    """Whether the result is infinite or undefined, so that the step shows a warning rather than a remark."""
    slots: tuple[int, ...] = ()
    """The slots whose local gradient it is about; empty for all of them."""
    guard: str = ""
    """What to write in place of an input so that no gradient meets such a point: ``max({x}, eps)``; ``{x} {y} {z}`` are the
    inputs. Empty where nothing need be done."""

    def concerns(self, slot: int) -> bool:
        """Whether it is about the local gradient towards a slot."""
        return not self.slots or slot in self.slots

    def overrules(self, slot: int) -> bool:
        """Whether it gives the local gradient towards a slot, in place of the formula."""
        return slot < len(self.local) and self.local[slot] is not None


def pole(
    at: Callable[..., Any],
    says: str,
    guard: str = "",
    *,
    others: str = ALL_AGREE,
    local: tuple[float | None, ...] = (),
    slots: tuple[int, ...] = (),
) -> Convention:
    """A convention for points where the value or a slope is infinite or undefined, which is worth a warning."""
    return Convention(at, says, others, local, warns=True, slots=slots, guard=guard)


@record(frozen=True, slots=True)
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


OWN_NAME = ("its own name",)
"""The functions of a row that gives none: its name, which is known only when the rule is made."""


def _no_formula(*_: Any) -> Any:
    raise TypeError("a gate that is not elementwise has no formula of single cells")


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A gate. Two rules are equal only where they are one object, whatever they are called.

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
    written: Callable[[Any, Sequence[Any], Options], Any]
    """``written(m, terms, options)``: its value in notation (``m`` is a :class:`graphstep.gates.notation.Style`). The options
    come from :meth:`settings` with shapes: a product is written by them."""
    pulled: Callable[[Any, int, Any, Sequence[Any], Any, Options], Any]
    """``pulled(m, slot, upstream, terms, out, options)``: the contribution in notation: ``δ xᵀ``. ``out`` is the term of
    its own value; the options come from :meth:`settings` with shapes."""
    forward: str
    """One sentence: what it does to its inputs. Fields: ``{x} {y} {z}`` its inputs, ``{axis}``, ``{margin}`` of its options."""
    backward: tuple[str, ...]
    """One sentence a slot (the last one repeats): what becomes of the upstream gradient. Fields as in ``forward``, and of an
    elementwise gate ``{other}``, ``{out}``, ``{local}``."""
    pattern: tuple[str, ...] = ("",)
    """Its pattern in backward flow, one a slot (the last one repeats): distributor, switcher, router, negation, dead, or none;
    and *data* for a slot of classes, indices or conditions, which is not meant to get a gradient."""
    arity: tuple[int, int | None] = (1, 1)
    """Fewest and most inputs of a call; None for any number."""
    functions: tuple[str, ...] = OWN_NAME
    """The names under which a program calls it: ``log(x)``, ``ln(x)``; its own unless given, none where an operator writes it."""
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
    stacked: Callable[[Any, Sequence[Array], Options], Array] | None = None
    """``stacked(np, inputs, options)``: its values in several runs at once, with an axis of runs before those of each input and
    of the value. Where it also has a remark its pullback takes such a stack, and sends what it sends in each run by itself, up to
    a positive factor. None where a run is computed after the other."""
    nonzero: Callable[[Any, int, Sequence[Shape], Options], int] | None = None
    """``nonzero(np, slot, shapes, options)``: how many entries of its Jacobian towards a slot can be other than 0, where its
    structure does not say it: in blocks that are not as large as each other, on a diagonal of the input, in a triangle."""
    expansion: Callable[[Options], str] | None = None
    """The same function out of smaller gates, as a program of ``x`` (``y``, ``z``); None when it is not composite. Options as in
    :class:`Call`, defaults filled in."""
    remark: Callable[[Any, Call], Remarked] | None = None
    """``remark(np, call)``: of a tie or a kink that the inputs are at the sentences that hold, keys of :attr:`remarks` with their
    figures; none elsewhere. Where each cell has its own, :attr:`conventions` say it."""
    remarks: Mapping[str, Sentence] = field(default_factory=dict)
    """By key the sentences of its remark: what is so, what is chosen there, and what others choose."""
    symbolic: Callable[[Any, Any, Sequence[Array], Sequence[Any], Options], Array] | None = None
    """``symbolic(np, m, inputs, hints, options)``: its value out of arrays of expressions that ``m`` works on; ``hints`` are the
    values of the inputs, None where one is not known. None where ``value`` itself works on them, or the expansion does."""
    meets: Callable[[Sequence[Shape], Options], Sequence[Shape]] | None = None
    """``meets(shapes, options)``: the shapes into which its inputs are copied before they meet, each by a broadcast gate of its
    own. None where they are read as they are. Raises :class:`MisfitError`."""
    factors: Callable[[int, Cell, Call], Iterator[tuple[Cell, int, Cell]]] | None = None
    """``factors(slot, cell, call)``: for a product, where a cell of the input of ``slot`` goes and what it meets there: the
    output cell, and the slot and the cell of the other factor, which is the local gradient."""

    contraction: Callable[[int, Sequence[Shape], Options], tuple[int, ...] | None] | None = None
    """``contraction(slot, shapes, options)``: the axes of the input of ``slot`` along which a product adds up, from 0: there
    stand the weights of one unit. None where it is no product, or this input is no side of it."""
    returned: Callable[[int, Sequence[Shape], Options], str] | None = None
    """``returned(slot, shapes, options)``: the contribution as a program of its inputs x, y, z, its own value ``out`` and the
    upstream gradient ``d``, in the shape of that input or one that is copied into it. ``options["ties"]`` says who gets the
    gradient at a tie. None where the local gradients or the parts say it."""

    unfolded: Callable[..., int] | None = None
    """Of a gate that stands for others until the shapes of its inputs are known: ``unfolded(nodes, program, operands, node)``
    adds these to the program and returns the place of the last one."""

    # What :func:`graphstep.gates.elementwise.elementwise` fills in.
    cellwise: bool = False
    """Whether every cell of its value is made of the same cell of its inputs, so that its Jacobian is a diagonal of local
    gradients."""
    local: Callable[[Any, Call, int], Array] | None = None
    """``local(m, call, slot)``: the diagonal of its Jacobian towards a slot, a slope for each cell, conventions included. None
    where the Jacobian has more than a diagonal; it is not formed."""
    formula: Callable[..., Any] = _no_formula
    """``formula(m, *inputs)``: a cell of its value from the same cells of its inputs, in the textbook's form, out of whatever
    ``m`` computes or writes with. TypeError for any other gate."""
    partials: tuple[Callable[..., Any], ...] = ()
    """Its local gradients in the textbook's form, ``partials[slot](m, *inputs, out)``; none where they are chosen."""
    slopes: tuple[Callable[..., Any], ...] = ()
    """The same in a form that keeps its digits: the form that numbers come from. The partial itself where that is as good."""
    differentiable: tuple[Callable[..., Any] | None, ...] = ()
    """Where the slopes have no slope of their own in float64, as 1/cosh² has none once cosh is inf: the form that a program of
    the backward pass is made of. None, or no entry, where they are as good."""
    computed: Callable[..., Any] | None = None
    """Its value in a form that keeps its digits, ``computed(m, *inputs)``; None where the formula is as good."""
    repeats: str = ""
    """The function of ``m`` that takes long, of which value and slope ask the same: both passes make one call of it."""
    conventions: tuple[Convention, ...] = ()
    """The points where it needs a convention; the first that applies counts."""
    fillers: tuple[float, ...] = ()
    """Values of trailing inputs that a call may leave out."""
    with_constant: Mapping[int, str] | None = None
    """What stands in the box when the input of that slot is a constant: ``{0: "×{}", 1: "×{}"}``. None where a box says nothing
    of constants."""
    adds: Literal["", "sum", "mean"] = ""
    """Whether its value is a sum or a mean of what it reads, so that digits cancel in it."""
    underflows: bool = False
    """Whether it makes numbers that are too small for float64 out of numbers that are not."""
    pole: str = ""
    """How it makes inf, where it is not by a number that is too large: a part of a sentence."""
    power: bool = False
    """Whether it raises its first input to its second."""
    rows: Callable[[int, Shape], bool | None] | None = None
    """``rows(slot, shape)``: whether a vector in a slot is read as a row; None where it does not matter. ``shape`` is its own."""
    stops: bool = False
    """Whether it sends nothing although its value moves with its input, so that who differentiates holds its value still."""
    scales: bool = False
    """Whether it only scales its input when every other input is a constant (then its pattern is *scaler*)."""
    also: tuple[str, ...] = ()
    """Other spellings of the expansion."""
    folds: bool = False
    """Whether a typed expansion is recognised as this gate: where every book has a name for it and its local gradient is simpler
    than what its parts come to. ``x*x`` and ``max(0, x)`` stay as typed: square and relu show nothing that × and max do not."""
    commutes: bool = False
    """Whether the order of its inputs does not matter to its value."""
    chooses: Literal["", "max", "min"] = ""
    """Whether it routes to the input that attains its value; such a gate takes any number of inputs."""
    saturates: bool = False
    """Whether it flattens out, so that a slope of almost nothing is worth a name (*saturated*)."""
    activation: bool = False
    """Whether networks use it as the non-linearity of a layer, so that its value is what a layer puts out."""
    blocks: bool = False
    """Whether it lets nothing through on one side, so that units of it can be dead."""
    variants: Mapping[str, str] = field(default_factory=dict)
    """The gates that a word behind its inputs makes of it: ``gelu(x, tanh)``."""
    over_cells: str = ""
    """The gate that it is when its only input is an array: ``max(x)`` is the largest cell of x."""
    recorded: Any = None
    """Of a gate that is known by its numbers only, these (:class:`graphstep.gates.opaque.Numbers`); None for any other."""

    def __post_init__(self) -> None:
        if self.functions is OWN_NAME:
            # A frozen class lets nobody assign, and the name is known here only.
            object.__setattr__(self, "functions", (self.name,))

    def settings(self, options: Iterable[tuple[str, Any]], shapes: Sequence[Shape] | None = None) -> dict[str, Any]:
        """The options of a node, defaults filled in; for notation with ``shapes``, those of its inputs."""
        filled = {**self.defaults, **dict(options)}
        return filled if shapes is None else {**filled, "shapes": tuple(shapes)}

    @property
    def routes(self) -> bool:
        """Whether it passes all of what arrives to some of its inputs and nothing to others."""
        return "router" in self.pattern

    @property
    def shuts(self) -> bool:
        """Whether a slope of 0 passes nothing, whatever arrives: 0, and not 0 × inf = nan."""
        return self.routes or "dead" in self.pattern

    def pattern_of(self, slot: int) -> str:
        """Its pattern towards a slot."""
        return self.pattern[min(slot, len(self.pattern) - 1)]

    def sentence(self, slot: int) -> tuple[str, str]:
        """The id of the sentence on what becomes of the gradient towards a slot, and the sentence."""
        place = min(slot, len(self.backward) - 1)
        return f"gate.{self.name}.backward{f'.{place}' if len(self.backward) > 1 else ''}", self.backward[place]

    def box(self, operands: Sequence[Operand], options: Sequence[tuple[str, Any]] = ()) -> str:
        """What stands in its box: the symbol with its options, ``Σ axis 0``, or the constants it holds, ``+1``, ``max(0, ·)``."""
        if self.inside is not None:
            return self.symbol + self.inside(self.settings(options))
        fixed: dict[int, Constant] = {i: x for i, x in enumerate(operands) if not isinstance(x, int)}
        if not fixed or self.with_constant is None:
            return self.symbol
        # One constant beside one node has a form of its own, +1; several inputs are listed, max(0, ·).
        if len(fixed) == 1 and len(operands) <= 2:
            ((slot, constant),) = fixed.items()
            if slot in self.with_constant:
                return self.with_constant[slot].format(_boxed(constant))
        if self.with_constant and len(fixed) == len(operands) == 2:
            return _boxed(fixed[0]) + self.symbol + _boxed(fixed[1])
        inside = ", ".join(_boxed(fixed[i]) if i in fixed else "·" for i in range(len(operands)))
        return f"{self.symbol}({inside})"


def _boxed(constant: Constant) -> str:
    # A box has room for few characters: a short numeral stands as typed, a long one is rounded.
    text = constant.text if len(constant.text) <= 6 else numeral(constant.value)
    return text.replace("-", "−").replace("pi", "π")

"""What a gate is: one row of data. Nothing about one gate stands anywhere but in its row.

The upstream gradient never appears in a row: a gate knows its formula and its local gradients, the chain rule is written once, in
:mod:`graphstep.engine`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from graphstep.ground.numerals import numeral

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from graphstep.gates.structural import OptionKind, Options, Structure
    from graphstep.ground.operands import Constant, Operand, Shape

Ties = Literal["first", "split"]
"""Who gets the gradient when several inputs of max attain it: the first one (a constant before all), or all in equal shares."""


ALL_AGREE = "PyTorch, JAX and TensorFlow agree"
"""What others choose, where there is nothing to choose."""


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


@dataclass(frozen=True, slots=True)
class Gate:
    """An elementwise gate: a formula and one local gradient for each input.

    ``formula(m, *inputs)`` and ``partials[slot](m, *inputs, out)`` are written once and interpreted by ``m``
    (:class:`graphstep.gates.mathematics.Mathematics`): with numbers, SymPy symbols or a printer. They are the textbook's. Where
    those lose digits in float64 a row has a second form of the same function, ``computed`` or ``slopes``: numbers come from it.
    """

    name: str
    """What the program calls it (``mul``), in JSON and in ``gate max`` breakpoints."""
    symbol: str
    """What stands in its box (``×``)."""
    formula: Callable[..., Any]
    """Its value from its inputs."""
    partials: tuple[Callable[..., Any], ...]
    """Its local gradients, in textbook form. Empty for gates that choose (``chooses``)."""
    forward: str
    """One sentence: what it does to its inputs. Fields: ``{x} {y} {z}`` its inputs."""
    backward: str
    """One sentence: what it does to its upstream gradient. Fields: ``{x} {y} {z}``, ``{other}``, ``{out}``, ``{local}``."""
    computed: Callable[..., Any] | None = None
    """Its value in a form that keeps its digits where the formula loses them, ``computed(m, *inputs)``: numbers come from it, the
    explanation has the formula. None where the formula is as good."""
    slopes: tuple[Callable[..., Any] | None, ...] = ()
    """The same for its local gradients, ``slopes[slot](m, *inputs, out)``; None, or no entry, where the partial is as good."""
    pattern: tuple[str, ...] = ("",)
    """Its pattern in backward flow, one a slot (the last one repeats): distributor, switcher, router, negation, or none."""
    scales: bool = False
    """Whether it only scales its input when every other input is a constant (then its pattern is *scaler*)."""
    functions: tuple[str, ...] = ()
    """The names under which a program calls it: ``log(x)``, ``ln(x)``."""
    defaults: tuple[float, ...] = ()
    """Values of trailing inputs that a call may leave out."""
    conventions: tuple[Convention, ...] = ()
    """The points where it needs a convention; the first that applies counts."""
    with_constant: Mapping[int, str] = field(default_factory=dict)
    """What stands in the box when the input of that slot is a constant: ``{0: "×{}", 1: "×{}"}``."""
    expansion: str = ""
    """The same function out of smaller gates, as a program of ``x`` (``y``, ``z``); empty when it is not composite."""
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
    over_cells: str = ""
    """The structural gate that it is when its only input is an array: ``max(x)`` is the largest cell of x."""

    # What structural gates have besides, so that both can be asked.
    cellwise: ClassVar[bool] = True
    """Every cell of its value is made of the same cell of its inputs, so that its Jacobian is a diagonal of local gradients."""
    keywords: ClassVar[Mapping[str, OptionKind]] = {}
    """It has no options."""
    rest: ClassVar[str] = ""
    """No numerals stand behind its inputs."""
    multiplications: ClassVar[None] = None
    """Its pullback takes one for each cell of the input."""
    factors: ClassVar[None] = None
    """A cell of its value is no sum of products."""
    remark: ClassVar[None] = None
    """What it chooses at a kink stands in its conventions."""

    @property
    def arity(self) -> tuple[int, int | None]:
        """Fewest and most inputs of a call; None for any number."""
        if self.chooses:
            return 1, None
        return len(self.partials) - len(self.defaults), len(self.partials)

    def settings(self, options: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        """Its options, of which it has none."""
        return dict(options)

    def structure(self, slot: int, shapes: Sequence[Shape], options: Options) -> Structure:
        """What its Jacobian towards a slot looks like."""
        del slot, shapes, options
        return "diagonal"

    def written(self, m: Any, terms: Sequence[Any], options: Sequence[tuple[str, Any]], shapes: Sequence[Shape]) -> Any:
        """Its value in notation, from the terms of its inputs."""
        del options, shapes
        if self.chooses:
            # With a printer there is nothing to choose between: max prints all its inputs in one call, not as nested pairs.
            return m.maximum(*terms) if self.chooses == "max" else m.minimum(*terms)
        return self.formula(m, *terms)

    def value(self, m: Any, inputs: Sequence[Any]) -> Any:
        """Its value from its inputs in the form that numbers come from."""
        return (self.computed or self.formula)(m, *inputs)

    def slope(self, slot: int) -> Callable[..., Any]:
        """The local gradient towards a slot in the form that numbers come from, ``slope(m, *inputs, out)``."""
        second = self.slopes[slot] if slot < len(self.slopes) else None
        return second or self.partials[slot]

    def local(
        self,
        slot: int,
        m: Any,
        inputs: Sequence[Any],
        out: Any,
        constants: Sequence[int] = (),
        ties: Ties = "first",
    ) -> Any:
        """The local gradient d(out)/d(input of ``slot``) as numbers, conventions included.

        ``inputs`` and ``out`` are float64 numbers or arrays of one shape; ``constants`` are the slots that hold constants.
        """
        if self.chooses:
            return shares(m, inputs, out, constants, ties)[slot]
        local = self.slope(slot)(m, *inputs, out)
        for convention in reversed(self.conventions):
            if slot < len(convention.local) and convention.local[slot] is not None:
                local = m.where(convention.at(m, *inputs), convention.local[slot], local)
        return local

    def box(self, operands: Sequence[Operand], options: Sequence[tuple[str, Any]] = ()) -> str:
        """What stands in its box: the symbol with the constants it holds, such as ``+1``, ``×−2``, ``max(0, ·)``."""
        del options
        fixed: dict[int, Constant] = {i: x for i, x in enumerate(operands) if not isinstance(x, int)}
        if not fixed:
            return self.symbol
        if len(fixed) == 1 and len(operands) <= 2:
            ((slot, constant),) = fixed.items()
            if slot in self.with_constant:
                return self.with_constant[slot].format(_boxed(constant))
        if self.with_constant and len(fixed) == len(operands) == 2:
            return _boxed(fixed[0]) + self.symbol + _boxed(fixed[1])
        inside = ", ".join(_boxed(fixed[i]) if i in fixed else "·" for i in range(len(operands)))
        return f"{self.symbol}({inside})"


def shares(m: Any, inputs: Sequence[Any], out: Any, constants: Sequence[int] = (), ties: Ties = "first") -> list[Any]:
    """The part of the gradient of max or min that each input gets: 1 for the winner and 0 for the others.

    At a tie the first input that attains ``out`` wins, a constant before all, so that ``max(0, x)`` is relu at 0 as well
    (CS231n: "routes to exactly one of its inputs"). With ``ties="split"`` those that tie share equally (PyTorch, JAX, autograd).
    Where ``out`` is nan the first input that is nan wins.
    """
    attains = [(x == out) | (x != x) for x in inputs]
    first = _first(m, attains, constants)
    if ties == "split":
        count = sum(m.where(wins, 1.0, 0.0) for wins in attains)
        return [m.where(out == out, m.where(wins, 1.0 / count, 0.0), one) for wins, one in zip(attains, first, strict=True)]
    return first


def _first(m: Any, attains: Sequence[Any], constants: Sequence[int]) -> list[Any]:
    """1 for the first that attains the value, a constant before all, and 0 for the others."""
    result: list[Any] = [0.0] * len(attains)
    open_ = True
    for slot in sorted(range(len(attains)), key=lambda i: (i not in constants, i)):
        result[slot] = m.where(attains[slot], open_, 0.0) * 1.0
        open_ = m.where(attains[slot], 0.0, open_)
    return result


def _boxed(constant: Constant) -> str:
    # A box has room for few characters: a short numeral stands as typed, a long one is rounded.
    text = constant.text if len(constant.text) <= 6 else numeral(constant.value)
    return text.replace("-", "−").replace("pi", "π")

"""Elementwise gates: a formula and a partial derivative for each input are all that a rule needs, and are made into one.

``formula(m, *inputs)`` and ``partials[slot](m, *inputs, out)`` are written once and interpreted by ``m``
(:class:`graphstep.gates.mathematics.Mathematics`): with numbers, SymPy symbols or a printer. The upstream gradient never appears
in them: the chain rule, ``upstream × local``, stands here, once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import zip_longest
from typing import Any, Literal

from graphstep.gates.rule import Array, Call, Convention, MisfitError, Rule, Ties
from graphstep.ground.operands import Shape


def elementwise(
    name: str,
    symbol: str,
    formula: Callable[..., Any],
    partials: tuple[Callable[..., Any], ...],
    forward: str,
    backward: str | tuple[str, ...],
    *,
    computed: Callable[..., Any] | None = None,
    slopes: tuple[Callable[..., Any] | None, ...] = (),
    pattern: tuple[str, ...] = ("",),
    defaults: tuple[float, ...] = (),
    conventions: tuple[Convention, ...] = (),
    with_constant: Mapping[int, str] | None = None,
    expansion: str = "",
    chooses: Literal["", "max", "min"] = "",
    **more: Any,
) -> Rule:
    """The rule of a gate that treats every cell alike.

    ``formula`` and ``partials`` are the textbook's. Where those lose digits in float64 there is a second form of the same
    function, ``computed`` or ``slopes`` (None, or no entry, where the partial is as good): numbers come from it. ``defaults`` are
    values of trailing inputs that a call may leave out, ``expansion`` is the program of a composite gate. A gate that ``chooses``
    has no partials and takes any number of inputs. The rest, ``more``, are fields of :class:`~graphstep.gates.rule.Rule`.
    """
    stable = tuple(second or first for first, second in zip_longest(partials, slopes))
    compute, shuts = computed or formula, "router" in pattern or "dead" in pattern

    def local(m: Any, call: Call, slot: int) -> Array:
        if chooses:
            return shares(m, call.inputs, call.out, call.constants, call.ties)[slot]
        slope = stable[slot](m, *call.inputs, call.out)
        # Backwards, so that of several that apply the first one is written last, and stays.
        for convention in reversed(conventions):
            if convention.overrules(slot):
                slope = m.where(convention.at(m, *call.inputs), convention.local[slot], slope)
        return slope

    def written(m: Any, terms: Sequence[Any], _: Any) -> Any:
        if not chooses:
            return formula(m, *terms)
        # Numbers are compared by twos; in print there is one call with all of them.
        return m.maximum(*terms) if chooses == "max" else m.minimum(*terms)

    def pulled(m: Any, slot: int, upstream: Any, terms: Sequence[Any], out: Any, _: Any) -> Any:
        if not chooses:
            return upstream * partials[slot](m, *terms, out)
        return m.where(out > terms[slot] if chooses == "max" else out < terms[slot], 0, upstream)

    return Rule(
        name,
        symbol,
        lambda shapes, _: same_shape(symbol, shapes),
        lambda m, inputs, _: compute(m, *inputs),
        lambda m, call, slot, upstream: contribution(m, upstream, local(m, call, slot), shuts=shuts),
        lambda m, call, slot, direction: local(m, call, slot) * direction,
        lambda *_: "diagonal",
        written,
        pulled,
        forward,
        (backward,) if isinstance(backward, str) else backward,
        pattern=pattern,
        arity=(1, None) if chooses else (len(partials) - len(defaults), len(partials)),
        expansion=(lambda _: expansion) if expansion else None,
        meets=lambda shapes, _: [same_shape(symbol, shapes)] * len(shapes),
        cellwise=True,
        local=local,
        formula=formula,
        partials=partials,
        slopes=stable,
        computed=computed,
        conventions=conventions,
        fillers=defaults,
        with_constant=with_constant or {},
        chooses=chooses,
        **more,
    )


def contribution(m: Any, upstream: Array, local: Array, *, shuts: bool) -> Array:
    """The chain rule: upstream × local. What shuts sends 0 where its slope is 0, whatever arrives, and not 0 × inf = nan."""
    part = upstream * local
    return m.where(local == 0, 0.0, part) if shuts else part


def broadcast(shapes: Sequence[Shape]) -> Shape | None:
    """The shape that these shapes are copied into when they meet cell by cell, by NumPy's rule; None where they do not fit.

    >>> broadcast([(64, 100), (100,)]), broadcast([(3, 1), (1, 4)]), broadcast([(3,), (4,)])
    ((64, 100), (3, 4), None)
    """
    if len(set(shapes)) == 1:
        return shapes[0]
    result = [1] * max(map(len, shapes), default=0)
    for shape in shapes:
        for place, size in enumerate(reversed(shape), 1):
            if result[-place] == 1:
                result[-place] = size
            elif size not in (1, result[-place]):
                return None
    return tuple(result)


def same_shape(symbol: str, shapes: Sequence[Shape]) -> Shape:
    """The shape that the inputs of an elementwise gate have in common. Raises :class:`MisfitError`."""
    shape = broadcast(shapes)
    if shape is None:
        one, other = _first_clash(shapes)
        raise MisfitError(
            f"{symbol} works cell by cell, and they do not match",
            f"counted from the last axis, two sizes must be equal, or one of them 1; here {one} meets {other}",
        )
    return shape


def _first_clash(shapes: Sequence[Shape]) -> tuple[int, int]:
    """The sizes that do not go together, counted from the last axis."""
    for place in range(1, max(map(len, shapes)) + 1):
        sizes = [shape[-place] for shape in shapes if len(shape) >= place and shape[-place] != 1]
        for size in sizes[1:]:
            if size != sizes[0]:
                return sizes[0], size
    raise AssertionError("these shapes fit")


def shares(m: Any, inputs: Sequence[Any], out: Any, constants: Sequence[int] = (), ties: Ties = "first") -> list[Any]:
    """The part of the gradient of max or min that each input gets: 1 for the winner and 0 for the others.

    At a tie the first input that attains ``out`` wins, a constant before all, so that ``max(0, x)`` is relu at 0 as well
    (CS231n: "routes to exactly one of its inputs"). With ``ties="split"`` those that tie share equally (PyTorch, JAX, autograd).
    Where ``out`` is nan the first input that is nan wins.
    """
    # x != x is how nan is asked for where m may be NumPy, SymPy or a writer: none but a nan differs from itself.
    attains = [(x == out) | (x != x) for x in inputs]
    first = _first(m, attains, constants)
    if ties == "split":
        count = sum(m.where(wins, 1.0, 0.0) for wins in attains)
        return [m.where(out == out, m.where(wins, 1.0 / count, 0.0), one) for wins, one in zip(attains, first, strict=True)]
    return first


def _first(m: Any, attains: Sequence[Any], constants: Sequence[int]) -> list[Any]:
    """1 for the first that attains the value, a constant before all, and 0 for the others."""
    result: list[Any] = [0.0] * len(attains)
    # Cell by cell 1.0 as long as nobody has won there: no branch of Python's, so that arrays take the same way as numbers.
    open_ = True
    for slot in sorted(range(len(attains)), key=lambda i: (i not in constants, i)):
        result[slot] = m.where(attains[slot], open_, 0.0) * 1.0
        open_ = m.where(attains[slot], 0.0, open_)
    return result

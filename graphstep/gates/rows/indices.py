"""Products over indices: ``einsum("ij,jk->ik", x, y)``, with the meaning that it has in NumPy and PyTorch."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import reduce
from math import prod
from string import ascii_letters
from typing import Any

from graphstep.gates.products import FIXED_ORDER
from graphstep.gates.rows.contributions import identity, spelled
from graphstep.gates.rule import Call, MisfitError, Options, Rule, Structure
from graphstep.ground import limits
from graphstep.ground.arrays import kind_text
from graphstep.ground.operands import Shape
from graphstep.ground.records import dataclass

_TERM = re.compile(r"[A-Za-z]*(?:\.\.\.)?[A-Za-z]*")


@dataclass(frozen=True, slots=True)
class _Indices:
    """The subscripts of a call, once the shapes of its inputs are known: a letter an axis, those that ``...`` stands for too."""

    terms: tuple[str, ...]
    """The letters of each input."""
    out: str
    """Those of the value."""
    sizes: dict[str, int]
    """How long the axes of a letter are."""

    @property
    def cells(self) -> int:
        """How many products there are."""
        return prod(self.sizes.values())

    def shape(self, letters: str) -> Shape:
        """The shape of an array with these letters."""
        return tuple(self.sizes[letter] for letter in letters)


def _indices(shapes: Sequence[Shape], options: Options, *, copied: bool = False) -> _Indices:
    """Raises :class:`MisfitError` where the subscripts do not go with the shapes; ``copied`` where an axis of one entry may still
    be copied along an index that is longer elsewhere.
    """
    text = options["subscripts"].replace(" ", "")
    left, arrow, right = text.partition("->")
    terms = left.split(",")
    if len(terms) != len(shapes):
        raise MisfitError(
            f'"{text}" names {len(terms)} inputs, and {len(shapes)} are given', "between commas, each input has a part"
        )
    for term in (*terms, right):
        if not _TERM.fullmatch(term):
            raise MisfitError(f'"{term}" are no subscripts', 'a letter names an axis, ... those that have none: "ij,jk->ik"')
    free = (letter for letter in ascii_letters if letter not in text)
    dots = "".join(letter for letter, _ in zip(free, range(max(map(_unnamed, terms, shapes))), strict=False))
    full = [_filled(term, shape, dots) for term, shape in zip(terms, shapes, strict=True)]
    every = "".join(full)
    out = (
        right.replace("...", dots)
        if arrow
        else dots + "".join(sorted(x for x in {*every} if every.count(x) == 1 and x not in dots))
    )
    _check_value(out, every)
    of = _Indices(tuple(full), out, _sizes(full, shapes, copied=copied))
    if of.cells > limits.PRODUCTS:
        raise MisfitError(f"it has {of.cells:,} products; at most {limits.PRODUCTS:,} are computed", "take it apart")
    return of


def _unnamed(term: str, shape: Shape) -> int:
    """How many axes ``...`` stands for."""
    return len(shape) - len(term.replace("...", "")) if "..." in term else 0


def _filled(term: str, shape: Shape, dots: str) -> str:
    count = _unnamed(term, shape)
    # Where ... stands for fewer axes at one input than at another it is for the last of them: shapes meet from the right.
    letters = term.replace("...", dots[len(dots) - count :]) if count >= 0 else term.replace("...", "")
    if len(letters) != len(shape):
        raise MisfitError(
            f'"{term}" names {len(letters)} axes of {kind_text(shape)}', "give each of its axes a letter, or ... for the rest"
        )
    return letters


def _check_value(out: str, every: str) -> None:
    for letter in out:
        if letter not in every:
            raise MisfitError(f'no input has the index {letter} of "->{out}"', "the value has indices of the inputs")
        if out.count(letter) > 1:
            raise MisfitError(f"the value has the index {letter} twice", "name each of its axes once")


def _sizes(terms: Sequence[str], shapes: Sequence[Shape], *, copied: bool) -> dict[str, int]:
    """The length of each index. What stands twice at one input is not copied."""
    sizes: dict[str, int] = {}
    rows = [
        (letter, size, term.count(letter))
        for term, shape in zip(terms, shapes, strict=True)
        for letter, size in zip(term, shape, strict=True)
    ]
    for letter, size, _ in rows:
        # A length of 1 gives way: it may be copied along the index.
        sizes[letter] = size if sizes.get(letter, 1) == 1 else sizes[letter]
    for letter, size, uses in rows:
        if size != sizes[letter] and (size != 1 or uses > 1 or not copied):
            raise MisfitError(
                f"the index {letter} counts {sizes[letter]} in one place and {size} in another",
                "an index has one length everywhere",
            )
    return sizes


def _meets(shapes: Sequence[Shape], options: Options) -> Sequence[Shape]:
    """An axis of one entry is copied along an index that is longer elsewhere."""
    of = _indices(shapes, options, copied=True)
    return [of.shape(term) for term in of.terms]


def _contracted(np: Any, of: _Indices, terms: Sequence[str], arrays: Sequence[Any], out: str) -> Any:
    """The products of cells with the same indices, added up over those that are not in ``out``."""
    # For expressions there is no BLAS: they are multiplied cell by cell, however many there are.
    if of.cells > FIXED_ORDER and not any(np.asarray(x).dtype == object for x in arrays):
        # So many go to BLAS, in an order of products that NumPy chooses.
        return np.einsum(f"{','.join(terms)}->{out}", *arrays, optimize=True)
    summed = "".join(dict.fromkeys(letter for term in terms for letter in term if letter not in out))
    order = out + summed
    factors = [_in_order(np, term, np.asarray(x), order) for term, x in zip(terms, arrays, strict=True)]
    products = reduce(np.multiply, factors[1:], factors[0])
    return np.add.reduce(products, axis=tuple(range(len(out), len(order)))) if summed else np.array(products)


def _in_order(np: Any, term: str, x: Any, order: str) -> Any:
    """An array with its axes in the order of the letters, one of length 1 for a letter that it has not."""
    x, term = _diagonal(np, term, x)
    turned = np.transpose(x, [term.index(letter) for letter in order if letter in term])
    return turned.reshape([x.shape[term.index(letter)] if letter in term else 1 for letter in order])


def _diagonal(np: Any, term: str, x: Any) -> tuple[Any, str]:
    """The cells whose indices agree where a letter names several axes."""
    for letter in dict.fromkeys(term):
        while term.count(letter) > 1:
            one, other = term.index(letter), term.rindex(letter)
            x = np.diagonal(x, axis1=one, axis2=other)
            term = "".join(each for place, each in enumerate(term) if place not in (one, other)) + letter
    return x, term


def _shape(shapes: Sequence[Shape], options: Options) -> Shape:
    of = _indices(shapes, options)
    return of.shape(of.out)


def _value(np: Any, inputs: Sequence[Any], options: Options) -> Any:
    of = _indices([np.shape(x) for x in inputs], options)
    return _contracted(np, of, of.terms, inputs, of.out)


def _others(of: _Indices, slot: int) -> tuple[list[str], list[int], str]:
    """What the upstream gradient meets on the way to a slot: the letters of both sides, the other slots, and the letters of the
    slot, each once, that any of these has.
    """
    slots = [other for other in range(len(of.terms)) if other != slot]
    terms = [of.out, *(of.terms[other] for other in slots)]
    return terms, slots, "".join(letter for letter in dict.fromkeys(of.terms[slot]) if letter in "".join(terms))


def _pullback(np: Any, call: Call, slot: int, upstream: Any) -> Any:
    of = _indices([np.shape(x) for x in call.inputs], call.options)
    terms, slots, letters = _others(of, slot)
    sent = _contracted(np, of, terms, [upstream, *(call.inputs[other] for other in slots)], letters)
    own = "".join(dict.fromkeys(of.terms[slot]))
    # An index that nothing else has was added up along, so each of its cells gets the same.
    whole = sent.reshape([of.sizes[letter] if letter in letters else 1 for letter in own])
    gradient = np.zeros(np.shape(call.inputs[slot]))
    axes = np.ogrid[tuple(slice(of.sizes[letter]) for letter in own)]
    # Where a letter stands twice only the diagonal was read, and the rest keeps its 0.
    gradient[tuple(axes[own.index(letter)] for letter in of.terms[slot])] = whole
    return gradient


def _push(np: Any, call: Call, slot: int, direction: Any) -> Any:
    of = _indices([np.shape(x) for x in call.inputs], call.options)
    moved = [direction if other == slot else x for other, x in enumerate(call.inputs)]
    return _contracted(np, of, of.terms, moved, of.out)


def _structure(slot: int, shapes: Sequence[Shape], options: Options) -> Structure:
    of = _indices(shapes, options)
    own = {*of.terms[slot]}
    if len(shapes) > 1:
        return "block" if own & {*of.out} or len(own) < len(of.terms[slot]) else "dense"
    if own > {*of.out}:
        return "repetition"
    return "selection" if len(own) < len(of.terms[slot]) else "permutation"


def _nonzero(slot: int, shapes: Sequence[Shape], options: Options) -> int:
    """One for every index of the letters that the input or the value has; with a letter twice, most cells are in no product."""
    of = _indices(shapes, options)
    return prod(of.shape("".join({*of.terms[slot], *of.out})))


def _contraction(slot: int, shapes: Sequence[Shape], options: Options) -> tuple[int, ...] | None:
    of = _indices(shapes, options)
    return tuple(k for k, letter in enumerate(of.terms[slot]) if letter not in of.out) if len(shapes) > 1 else None


def _spelled_slots(slots: Sequence[int]) -> Iterator[str]:
    """The names of the inputs of these slots in a program."""
    return ("xyz"[slot] if slot < 3 else f"x{slot + 1}" for slot in slots)


def _call(terms: Sequence[str], out: str, inputs: Sequence[str]) -> str:
    return f'einsum("{",".join(terms)}->{out}", {", ".join(inputs)})'


def _returned(slot: int, shapes: Sequence[Shape], options: Options) -> str:
    """The upstream gradient in place of the input; on a diagonal by a product with a matrix of 0 and 1."""
    of = _indices(shapes, options)
    terms, slots, letters = _others(of, slot)
    sent = _call(terms, letters, ["d", *_spelled_slots(slots)])
    free = (letter for letter in ascii_letters if letter not in of.sizes)
    # A letter that stands twice takes a diagonal. On the way back its second axis gets a letter of its own, and a matrix of ones
    # on the diagonal is multiplied in, which keeps the cells where both are equal.
    axes: list[str] = []
    equal: list[tuple[str, str]] = []
    for letter in of.terms[slot]:
        axes.append(next(free) if letter in axes else letter)
        if axes[-1] != letter:
            equal.append((letter + axes[-1], identity(of.sizes[letter])))
    there = {*letters, *(letter for pair, _ in equal for letter in pair)}
    if equal:
        pairs, eyes = zip(*equal, strict=True)
        sent = _call([letters, *pairs], "".join(letter for letter in axes if letter in there), [sent, *eyes])
    if all(letter in there for letter in axes):
        return sent
    # A letter that stands in this term alone was summed over: every cell along it gets the same, by broadcasting.
    sizes = [of.sizes[letter] if letter in there else 1 for letter in of.terms[slot]]
    return f"reshape({sent}, {spelled([size if axis in there else 1 for size, axis in zip(sizes, axes, strict=True)])})"


def _pulled(m: Any, slot: int, upstream: Any, terms: Sequence[Any], options: Options) -> Any:
    of = _indices(options["shapes"], options)
    letters, slots, target = _others(of, slot)
    subscripts = m.words(f'"{",".join(letters)}->{target}"')
    sent = m.call("einsum", subscripts, upstream, *(terms[other] for other in slots))
    own = of.terms[slot]
    if len({*own}) < len(own):
        return m.placed(sent, "agreeing")
    return sent if len(target) == len(own) else m.copied(sent)


def _multiplications(slot: int, shapes: Sequence[Shape], options: Options) -> int:
    return (len(shapes) - 1) * _indices(shapes, options).cells


INDICES = (
    Rule(
        "einsum",
        "einsum",
        _shape,
        _value,
        _pullback,
        _push,
        _structure,
        lambda m, terms, options: m.call("einsum", m.words(f'"{options["subscripts"]}"'), *terms),
        lambda m, slot, upstream, terms, out, options: _pulled(m, slot, upstream, terms, options),
        "The einsum gate multiplies the cells of its inputs that have the same indices, and adds up over every index that its "
        "value has not.",
        (
            "A cell gets the upstream gradient of each place that it went into, times what it was multiplied by there, added up: "
            "that is einsum again, with the upstream gradient instead of the input.",
        ),
        pattern=("switcher",),
        arity=(1, None),
        keywords={"subscripts": "subscripts"},
        rest="subscripts",
        inside=lambda options: f" {options['subscripts'].replace('->', '→')}",
        multiplications=_multiplications,
        nonzero=lambda np, slot, shapes, options: _nonzero(slot, shapes, options),
        meets=_meets,
        contraction=_contraction,
        returned=_returned,
    ),
)

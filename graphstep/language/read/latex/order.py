r"""Statements in the order of computing: notes say ``L = (y - a)^2`` first, and what a is behind it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter

from graphstep.language.read.latex.tokens import Token

_DEPTH = {"open": 1, "left": 1, "close": -1, "right": -1}

_LONGEST = 12
"""Tokens of a name; what is longer is no name, and would take time to look for at every place."""


def in_order(tokens: list[Token]) -> list[Token]:
    """The tokens with each definition in front of what needs it.

    They stay as they are where they are in order, where a name is defined twice, and where two definitions need each other.
    """
    statements = list(statements_of(tokens))
    names = {name: place for place, statement in enumerate(statements) if (name := defined_name(statement))}
    if len(names) < sum(map(bool, map(equals_place, statements))):
        return tokens
    needs = [{*definitions_in(statement, names)} - {place} for place, statement in enumerate(statements)]
    if all(needed < place for place, all_needed in enumerate(needs) for needed in all_needed):
        return tokens
    graph = TopologicalSorter[int](dict.fromkeys(range(len(statements)), ()))
    for place, needed in enumerate(needs):
        graph.add(place, *sorted(needed))
    try:
        order = [*graph.static_order()]
    except CycleError:
        return tokens
    ends = [Token("break", "", statements[place][-1].stop, statements[place][-1].stop) for place in order]
    return [token for place, end in zip(order, ends, strict=True) for token in (*statements[place], end)]


def statements_of(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """The statements, without the signs that end them."""
    statement, depth = list[Token](), 0
    for token in tokens:
        depth += _DEPTH.get(token.kind, 0)
        if depth == 0 and (token.kind == "break" or (token.kind == "sign" and token.text in ";,")):
            if statement:
                yield statement
            statement = []
        else:
            statement.append(token)
    if statement:
        yield statement


def equals_place(statement: list[Token]) -> int:
    """The place of the equals sign that defines a name; 0 where there is none."""
    depth = 0
    for place, token in enumerate(statement):
        depth += _DEPTH.get(token.kind, 0)
        if depth == 0 and token.kind == "sign" and token.text == "=":
            return place
    return 0


def defined_name(statement: list[Token]) -> tuple[str, ...]:
    """What stands before the equals sign, without letters under it, which count its cells, and without what a function takes."""
    target = statement[: equals_place(statement)]
    brackets = next((place for place, token in enumerate(target) if token.kind == "left"), len(target))
    below = next((place for place, token in enumerate(target) if token.kind == "below"), brackets)
    counts = all(token.kind in ("letter", "open", "close") for token in target[below + 1 : brackets])
    name = bare(target[: below if counts else brackets])
    return name if len(name) <= _LONGEST else ()


def definitions_in(statement: list[Token], names: dict[tuple[str, ...], int]) -> Iterator[int]:
    """The places of the definitions whose names stand behind the equals sign of a statement, or anywhere in another."""
    start = equals_place(statement)
    text, lengths = bare(statement[start + 1 if start else 0 :]), {*map(len, names)}
    for place in range(len(text)):
        for length in lengths:
            if (definition := names.get(text[place : place + length])) is not None:
                yield definition


def marks_of(tokens: list[Token]) -> tuple[frozenset[str], frozenset[str]]:
    r"""What stands above names before equals signs, where it is no power: ``(`` of z^{(1)}, the letters of a^{l+1}.

    Behind them the letters whose square has a name of its own, as in ``\sigma^2 = …``.
    """
    marks, squares = set[str](), set[str]()
    for statement in statements_of(tokens):
        target = statement[: equals_place(statement)]
        above = next((place for place, token in enumerate(target) if token.kind == "above"), len(target))
        group = [token for token in target[above + 1 :] if token.kind not in ("open", "close", "below")]
        if target[above + 1 : above + 2] and group:
            first = group[0]
            if first.kind == "left" and first.text == "(":
                marks.add("(")
            elif first.kind == "letter" and (first.text not in "Tt" or len(group) > 1):
                marks.add(first.text)
            elif first.text == "2":
                squares.add(next(token.text for token in target if token.kind != "open"))
    return frozenset(marks), frozenset(squares)


def bare(tokens: list[Token]) -> tuple[str, ...]:
    r"""What tokens say without the braces, so that ``\hat{y}`` is as good as ``\hat y``."""
    return tuple(token.text for token in tokens if token.kind not in ("open", "close"))

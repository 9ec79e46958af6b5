"""Text as brackets and commas divide it: pieces, what stands inside, and whether an operator may stand beside it."""

from __future__ import annotations

import re

NAME = re.compile(r"[^\W\d]\w*")
NUMERAL = re.compile(r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
STRING = re.compile(r"\"[^\"]*\"|'[^']*'")
PAIRS = {"(": ")", "[": "]"}
"""Brackets by the one that opens."""


def split(text: str) -> list[str]:
    """The pieces between the commas that stand in no brackets and no quotes."""
    pieces, depth, start, place = [], 0, 0, 0
    while place < len(text):
        # einsum('ij,jk', a): the comma in quotes parts nothing.
        quote = STRING.match(text, place)
        if quote is not None:
            place = quote.end()
            continue
        depth += (text[place] in "([") - (text[place] in ")]")
        if text[place] == "," and depth == 0:
            pieces.append(text[start:place].strip())
            start = place + 1
        place += 1
    pieces.append(text[start:].strip())
    return [piece for piece in pieces if piece]


def closing(text: str) -> int:
    """The index behind the bracket that closes the first one; 0 where the text does not begin with a bracket that is closed."""
    depth = 0
    for place, character in enumerate(text):
        depth += (character in "([") - (character in ")]")
        if depth == 0:
            return place + 1 if place else 0
    return 0


def bare(text: str) -> str:
    """Without a pair of brackets around all of it."""
    return text[1:-1].strip() if text[:1] in tuple(PAIRS) and closing(text) == len(text) else text


def is_atom(text: str) -> bool:
    """Whether any operator may stand beside it: a name or a number, a call, brackets, with parts and indices behind."""
    head = NAME.match(text) or NUMERAL.match(text)
    rest = text[head.end() :] if head else text
    while rest:
        if rest.startswith(".T"):
            rest = rest[2:]
        elif rest[0] in "([" and (stop := closing(rest)):
            rest = rest[stop:]
        else:
            return False
    return True


def atom(text: str) -> str:
    """The text, in parentheses where an operator beside it would tear it apart."""
    return text if is_atom(text) else f"({text})"

"""Whether a call is meant by a row of the table, and the template of the row filled with what was typed."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

from graphstep.gates import FUNCTIONS
from graphstep.language.read.foreign.pieces import atom, bare
from graphstep.language.read.foreign.table import KEYWORDS, Row, plain_name

_WORD = re.compile(r"'[^']*'|[^\W\d]\w*")
_AXES = re.compile(r"[-−]?\d+|none|[(\[][-\d\s,]*[)\]]", re.IGNORECASE)
# Options that say what holds anyway: a proposal is to be as short as what a person would type.
_LEFT_OUT = re.compile(r", (?:axis=none|keepdims=false)(?=[,)])", re.IGNORECASE)


class Input(NamedTuple):
    """An input of a call as it was typed, with its keyword."""

    key: str
    """The name that it was given by; empty where it was given by its place."""
    text: str
    """The text."""


@cache
def _own_names() -> dict[str, str]:
    # Of max and Max the first: the table has our own spelling in front.
    names: dict[str, str] = {}
    for name in FUNCTIONS:
        names.setdefault(plain_name(name), name)
    return names


def own_name(name: str) -> str | None:
    """The function here that has this name but for capitals and underscores."""
    return name if name in FUNCTIONS else _own_names().get(plain_name(name))


def bound_inputs(row: Row, inputs: list[Input]) -> dict[str, str] | None:
    """What was typed for each input of a row; None where the row is not meant."""
    places = [text for key, text in inputs if not key]
    named = {key: text for key, text in inputs if key}
    bound: dict[str, str] = {}
    for name, default in row.inputs:
        key = name.removeprefix("*")
        typed = _rest(places) if name.startswith("*") else _one(row, key, default, places, named)
        if typed is None or (not typed and row.here and name.startswith("*")):
            return None
        bound[key] = typed
    return None if places or named else bound


def _rest(places: list[str]) -> str:
    """All that is left, which may stand in brackets of its own: ``maximum([x, y])``."""
    if places and bare(places[0]) != places[0] and places[0][0] in "([":
        return bare(places.pop(0))
    typed = ", ".join(places)
    places.clear()
    return typed


def _one(row: Row, key: str, default: str | None, places: list[str], named: dict[str, str]) -> str | None:
    """What was typed for one input, taken out of where it was; None where the row is not meant.

    A literal has to be typed as it stands in the row: ``p=2``, ``mode='same'``.
    """
    # An input that the template does not use has to be what the row says it is, or another call is meant: norm(x, p=2).
    literal = default if default is not None and not _occurs(key, row.here) else key if is_literal(key) else None
    keywords = (key, "p") if is_literal(key) else (key,)
    keyword = next((word for word in sorted(named) if word in keywords or KEYWORDS.get(word) in keywords), None)
    if keyword is not None:
        typed = named.pop(keyword)
    elif places and (default is None or literal is None):
        typed = places.pop(0)
    elif default is not None and literal is None:
        typed = default
    else:
        return None
    if literal is not None and _plain(typed) != literal:
        return None
    # Of an axis nothing is translated but whole numbers; its brackets are parentheses here.
    if key != "k":
        return typed
    return typed.translate(str.maketrans("[]−", "()-")) if _AXES.fullmatch(typed) else None


def is_literal(name: str) -> bool:
    """Whether an input of a row has to be typed as it stands there."""
    return name[0] in "'0123456789" or name in ("none", "true", "false", "inf")


def _plain(text: str) -> str:
    """A word or numeral as the rows have it: ``np.inf`` as inf, quotes of one kind, no capitals."""
    plain = text.replace('"', "'").lower().replace(" ", "")
    return "inf" if re.fullmatch(r"(?:\w+\.)?inf(?:inity)?|float\('inf'\)", plain) else plain


def _occurs(name: str, template: str) -> bool:
    return any(word[0] == name for word in _WORD.finditer(template))


def filled(template: str, bound: dict[str, str]) -> str:
    """A template with what was typed, in parentheses where it would fall apart."""

    def place(word: re.Match[str]) -> str:
        typed = bound.get(word[0])
        if typed is None:
            return word[0]
        before, behind = template[: word.start()].rstrip(), template[word.end() :].lstrip()
        alone = before[-1:] in ("", "(", ",", "=") and behind[:1] in ("", ")", ",")
        return bare(typed) if alone and before[-1:] != "=" and typed[:1] == "(" else typed if alone else atom(typed)

    return _LEFT_OUT.sub("", _WORD.sub(place, template))

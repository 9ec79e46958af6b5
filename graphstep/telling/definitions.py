"""What the names of numbered expressions stand for: ``u1`` is ``w0*x0+w1*x1+w2``."""

from __future__ import annotations

import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from graphstep.language.nodes import Nodes

DEFINITION_WIDTH = 60
"""Characters of a definition before it is cut in the middle."""

_COMMENT = re.compile(r"#[^\n]*")
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Definitions(Mapping[int, str]):
    """What names stand for, each made when somebody asks for it."""

    def __init__(self, nodes: Iterable[int], definition: Callable[[int], str]) -> None:
        self._texts = dict[int, str | None].fromkeys(nodes)
        self._definition = definition

    def __contains__(self, index: object) -> bool:
        return index in self._texts

    def __getitem__(self, index: int) -> str:
        text = self._texts[index]
        if text is None:
            text = self._texts[index] = self._definition(index)
        return text

    def __iter__(self) -> Iterator[int]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)


def bare(text: str) -> str:
    """A piece of a program as typed, without blanks and comments."""
    return "".join(_COMMENT.sub("", text).split())


def without_parentheses(pieces: list[str], k: int) -> None:
    """Take the parentheses away around a name: ``-(u1)`` is ``-u1``; those of a call and of ``2(u1)`` stay."""
    before, after = pieces[k - 1], pieces[k + 1]
    if not (pieces[k].isidentifier() and before.endswith("(") and after.startswith(")")):
        return
    if before[-2:-1].isalnum() or before[-2:-1] in ("_", ")", "]", "'"):
        return
    pieces[k - 1], pieces[k + 1] = before[:-1], after[1:]


def numbered_use(name: str, use: int, wrapped: bool) -> str:
    """A name with the number of its use raised behind it, in parentheses where it is an expression; as it is for no use."""
    base = f"({name})" if wrapped and use else name
    return f"{base}⁽{str(use).translate(_RAISED)}⁾" if use else base


def shortened(text: str) -> str:
    """A definition, cut in the middle where it is long."""
    if len(text) <= DEFINITION_WIDTH:
        return text
    head = (DEFINITION_WIDTH - 1) * 2 // 3
    return f"{text[:head]}…{text[len(text) - (DEFINITION_WIDTH - 1 - head) :]}"


def repeated_nodes(nodes: Nodes) -> Sequence[int]:
    """By node whether another is the same gate of the same operands."""
    gates, constants, seen = dict[Any, int](), dict[Any, int](), dict[Any, int]()
    kinds = [gates.setdefault((kind.rule, kind.options), len(gates)) for kind in nodes.of_kinds]
    # Constants of one value that are printed alike are one.
    fixed = [~constants.setdefault((x.value, is_word(x.text) and x.text), len(constants)) for x in nodes.constants]
    read: Sequence[int] = nodes.read
    copies = [kind.shape != () and kind.rule is not None and kind.rule.pattern[0] == "adder" for kind in nodes.of_kinds]
    if any(copies):
        # In v*W typed twice each product reads a copy of its own, and is printed without it.
        origin = [*range(len(nodes))]
        for index, is_copy in enumerate(nodes.by_kind(copies)):
            if is_copy and (source := nodes.row(index)[0]) >= 0:
                origin[index] = origin[source]
        read = [origin[x] if x >= 0 else x for x in read]
    # The operands of all nodes in one row of bytes: a slice of it is the key of a node, and is hashed as fast as bytes are.
    rows = array("i", [x if x >= 0 else fixed[~x] for x in read]).tobytes()
    repeated, size = bytearray(len(nodes)), nodes.read.itemsize
    for index, (kind, start, stop) in enumerate(zip(nodes.by_kind(kinds), nodes.starts, nodes.starts[1:], strict=False)):
        key = (kind, rows[size * start : size * stop]) if stop > start else (kind, nodes.names[index])
        first = seen.setdefault(key, index)
        if first != index:
            repeated[first] = repeated[index] = True
    return repeated


def is_word(text: str) -> bool:
    """Whether a constant is printed as a word, such as pi."""
    return text[:1].isalpha() and text not in ("inf", "nan")

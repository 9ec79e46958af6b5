"""Where a text that is looked for stands in the text of a program, and so which of a million nodes have it in theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from graphstep.ground.late import np
from graphstep.language.nodes import Nodes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Places = NDArray[np.int64]
    Codes = NDArray[np.integer]

_AT_ONCE = 50_000
"""Nodes that are looked at together: of a short word the first of them are enough."""


def folded(text: str) -> str:
    """A text in which capital letters are small, and every character is one still: ß stays."""
    small = text.casefold()
    if len(small) == len(text):
        return small
    return "".join(character if len(character.casefold()) > 1 else character.casefold() for character in text)


class Occurrences:
    """The text of a program without blanks and comments, and where each node stands in it.

    The nodes of a long sum hold each other: to take their texts one by one would be quadratic in its length.
    """

    def __init__(self, text: str, nodes: Nodes, comment: re.Pattern[str], width: int) -> None:
        """Of a text that is longer than ``width`` not all is shown, and nothing that is farther from its ends than twice that."""
        codes, spans = _codes(text), np.array(nodes.spans, np.int64).reshape(-1, 2)
        typed = ~np.isin(codes, [ord(character) for character in set(text) if character.isspace()])
        for match in comment.finditer(text):
            typed[match.start() : match.end()] = False
        # What does not stand in the text, or is called by another text, holds nothing.
        spans[list(nodes.texts)] = -1
        spans[spans[:, 0] < 0] = 0
        before = np.zeros(len(text) + 1, np.int32)
        typed.cumsum(out=before[1:])
        lengths, end = spans[:, 1] - spans[:, 0], 2 * width
        self._codes = codes[typed]
        self._typed = typed
        self._text = text
        self._starts, self._stops = before[spans].T
        cut = lengths > 2 * end
        self._head_stops = np.where(cut, before[np.minimum(spans[:, 0] + end, len(text))], self._stops)
        self._tail_starts = np.where(cut, before[np.maximum(spans[:, 1] - end, 0)], self._starts)
        self._longer = lengths > width
        self._folded: Codes | None = None

    def exact(self, wanted: str) -> int | None:
        """The first node whose text, without blanks, is this; None without one."""
        places = _places(self._codes, wanted)
        starts = self._starts[candidates := np.flatnonzero(self._stops - self._starts == len(wanted))]
        first = np.flatnonzero(np.isin(starts, places))[:1]
        return int(candidates[first[0]]) if wanted and len(first) else None

    def holding(self, word: str) -> Iterator[int]:
        """The nodes in whose text a word stands that is :func:`folded`, ascending; of long texts near their ends only."""
        if self._folded is None:
            self._folded = _codes(folded(self._text))[self._typed]
        # One behind all of them, for nodes that no place follows.
        places = np.append(_places(self._folded, word), len(self._folded))
        for first in range(0, len(self._starts), _AT_ONCE):
            part = slice(first, first + _AT_ONCE)
            ends = ((self._starts[part], self._head_stops[part]), (self._tail_starts[part], self._stops[part]))
            holds = [places[places.searchsorted(starts)] + len(word) <= stops for starts, stops in ends]
            yield from (first + np.flatnonzero(holds[0] | holds[1])).tolist()

    def longer(self) -> list[int]:
        """The nodes of which not all may be shown."""
        nodes: list[int] = np.flatnonzero(self._longer).tolist()
        return nodes


def _codes(text: str) -> Codes:
    return np.frombuffer(text.encode("ascii"), np.uint8) if text.isascii() else np.array([*map(ord, text)], np.uint32)


def _places(codes: Codes, word: str) -> Places:
    """Where a word begins in a text, ascending."""
    places = np.flatnonzero(codes[: max(0, len(codes) - len(word) + 1)] == ord(word[0])) if word else np.zeros(0, np.int64)
    for k, character in enumerate(word[1:], 1):
        places = places[codes[places + k] == ord(character)]
    return places

"""Text that repeats itself, packed so that a few lines of script unpack it.

The steps inside of calls and gates are alike but for names and numbers. It is the oldest way of packing (Ziv and Lempel, 1977):
of what stood before is said how far back it is and how long. A library would pack closer, and into other bytes with every version
of it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

SHORTEST = 14
"""Characters of a repetition that is worth its two numbers."""

_LONGEST_MEMORY = 200_000
"""Places that are remembered at once; then it begins anew, so that a large text takes no more memory than this."""

_APART = 40
"""Characters between places that are remembered within a repetition, which stands elsewhere already."""

_TRIED = 6
"""Places with the same beginning of which the longest repetition is taken."""

_START = re.compile(r"\W")
"""Where a repetition may begin: trying every character would gain little and take three times as long."""


def packed(text: str) -> list[str | int]:
    """A text as its length, and then what is new, and of what stood before how far back and how long it is.

    The text has no characters beyond U+FFFF, whose places a script counts twice.
    """
    parts: list[str | int] = [len(text)]
    index: dict[str, list[int]] = {}
    fresh = place = 0
    # Greedy: at each place the longest repetition that a few places with the same beginning offer, as gzip does.
    while match := _START.search(text, place):
        place = match.start()
        before, length = _longest(text, place, index.get(text[place : place + SHORTEST], ()))
        if length < SHORTEST:
            _remember(index, text, place)
            place += 1
            continue
        if fresh < place:
            parts.append(text[fresh:place])
        parts += (place - before, length)
        fresh = place + length
        while 0 <= place < fresh:
            _remember(index, text, place)
            place = text.find("<", place + _APART, fresh)
        place = fresh
    if fresh < len(text):
        parts.append(text[fresh:])
    return parts


def unpacked(parts: list[str | int]) -> str:
    """The text that was packed."""
    text, rest = "", iter(parts[1:])
    for part in rest:
        if isinstance(part, str):
            text += part
        else:
            start, length = len(text) - part, next(rest)
            assert isinstance(length, int), "behind a distance stands a length"
            text += text[start : start + length]
    return text


def _remember(index: dict[str, list[int]], text: str, place: int) -> None:
    # Forgotten all at once: to know the oldest would cost more at every place than the few repetitions that are lost.
    if len(index) > _LONGEST_MEMORY:
        index.clear()
    places = index.setdefault(text[place : place + SHORTEST], [])
    places.append(place)
    del places[:-_TRIED]


def _longest(text: str, place: int, places: Sequence[int]) -> tuple[int, int]:
    """Where before a place the longest repetition begins of what stands there, and how long it is."""
    before, length = 0, 0
    # The nearest first, whose distance has the fewest digits.
    for start in reversed(places):
        if text.startswith(text[place : place + length + 1], start) and (common := _common(text, start, place)) > length:
            before, length = start, common
    return before, length


def _common(text: str, start: int, place: int) -> int:
    """How far two places of a text go on alike, up to where the first one reaches the second."""
    most = min(place - start, len(text) - place)
    # So many are alike, for by them the place was looked up.
    low = min(SHORTEST, most)
    # Doubled and halved: comparing slices is quicker than comparing characters.
    size = low
    while size < most and text[start : start + size] == text[place : place + size]:
        low, size = size, min(2 * size, most)
    if text[start : start + size] == text[place : place + size]:
        return size
    while size - low > 1:
        middle = (low + size) // 2
        if text[start : start + middle] == text[place : place + middle]:
            low = middle
        else:
            size = middle
    return low

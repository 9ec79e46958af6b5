"""The text of a formula in pieces, so that a number in it can be shown in the colour that it has elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graphstep.gates.notation.term import Term
from graphstep.gates.notation.text import POWER, Ink, Style, text_style
from graphstep.ground.phrases import ENGLISH_PHRASES, Phrases

_OPEN, _CLOSE = "\ue000", "\ue001"
"""Characters of private use, which no text holds that is printed."""


class Figures(Style):
    """Plain text in which every number that was computed stands between two marks, behind its place among the figures."""

    def __init__(self, digits: int, phrases: Phrases = ENGLISH_PHRASES) -> None:
        super().__init__(digits, phrases)
        self.values: list[Any] = []
        """The numbers, in the order in which they were written."""

    def number(self, value: Any) -> Ink:
        """A number, with its place among the values."""
        ink = super().number(value)
        # A number may be written and then left out, as an exponent of 1 is. So each mark holds its own place, and gaps do no
        # harm.
        self.values.append(value)
        return Ink(f"{_OPEN}{len(self.values) - 1}{_OPEN}{ink.text}{_CLOSE}", ink.level, self, ink.cells)

    def signed(self, text: str) -> bool:
        """Whether a text without its marks begins with a sign."""
        return super().signed(_bare(text))

    def power(self, x: Ink, y: Ink) -> Ink:
        """A power; how it is written depends on the exponent without its marks."""
        bare = _bare(y.text)
        if bare == y.text or x.cells or y.cells:
            return super().power(x, y)
        # Whether an exponent is raised, or not written at all, depends on what it is.
        raised = super().power(Ink("", POWER, self), Ink(bare, y.level, self))
        return super().power(x, y) if "^" in raised.text else super().power(x, Ink(bare, y.level, self))


def pieces(
    term: Term, digits: int, style_of: Callable[[Any], str], style: str, phrases: Phrases = ENGLISH_PHRASES
) -> list[tuple[str, str]]:
    """A formula in plain text, piece by piece: each number in the style that ``style_of`` gives to it, the rest in ``style``.

    >>> pieces(Term("*", Term("number", 2.0), Term("number", -3.0)), 4, lambda value: "value", "")
    [('2', 'value'), (' · (', ''), ('-3', 'value'), (')', '')]
    """
    figures = Figures(digits, phrases)
    text = term.read(figures).text
    parts: list[tuple[str, str]] = []
    while text:
        before, opened, rest = text.partition(_OPEN)
        if before:
            parts.append((before, style))
        if not opened:
            break
        place, _, rest = rest.partition(_OPEN)
        number, _, text = rest.partition(_CLOSE)
        parts.append((number, style_of(figures.values[int(place)]) or style))
    whole = term.read(text_style(digits, phrases)).text
    # Where a form looks at its numbers before it writes them, the text decides.
    return parts if "".join([part for part, _ in parts]) == whole else [(whole, style)]


def _bare(text: str) -> str:
    """A text without its marks."""
    parts = text.split(_OPEN)
    # What stands between two opening marks is a place.
    return "".join([parts[0], *parts[2::2]]).replace(_CLOSE, "")

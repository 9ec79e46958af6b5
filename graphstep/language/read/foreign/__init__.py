"""The spellings of other programs and of books, and what they are here.

``table`` has them as rows, ``rows`` fills one, ``translation`` reads a whole formula by them, ``names`` looks at
single names. ``pieces`` divides text at its brackets and commas.
"""

from __future__ import annotations

from collections.abc import Callable

from graphstep.ground.errors import ReadError
from graphstep.language.read.foreign.table import LIBRARIES, PARTS, WITHOUT_GRADIENT
from graphstep.language.read.foreign.translation import Translation, is_known, proposals


class ForeignSpellingError(ReadError):
    """A program holds the spelling of another one. Its hint is chosen among proposals, once each can be read as a program."""

    def __init__(self, error: ReadError, translations: list[Translation]) -> None:
        super().__init__(error.message, text=error.text, span=error.span, hint=error.hint)
        self.proposals = translations
        """What could be written instead, the most fitting first."""

    def settled(self, is_read: Callable[[str], bool]) -> ReadError:
        """The error with the first proposal that is a program."""
        hint = next((each.hint for each in self.proposals if not each.text or is_read(each.text)), self.hint)
        return ReadError(self.message, text=self.text, span=self.span, hint=hint)

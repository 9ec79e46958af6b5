r"""Sums and products over a letter: over whole vectors, or with their terms written out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from typing import NoReturn

from graphstep.ground import limits
from graphstep.ground.errors import LimitError, Span
from graphstep.language.read.latex.conditions import Conditions
from graphstep.language.read.latex.pieces import Piece, TermsError, binary, call, over
from graphstep.language.read.latex.tokens import Token

TURNS = 10_000
"""Terms of all sums and products of one formula together."""

_SIGNS = {"sum": "+", "prod": "*", "max": "", "min": ""}
"""What runs over a letter, and the sign between its terms; max and min are calls of them."""


def too_long(text: str) -> LimitError:
    """For a formula that is larger as a program than one may be."""
    message = f"written out, this formula has more than {limits.WRITTEN:,} characters"
    return LimitError(message, text=text[:80], span=(0, 1))


class Sums(Conditions):
    """Reads what counts with a letter."""

    _turns = 0

    def __init__(self, text: str, tokens: list[Token], given: Collection[str]) -> None:
        super().__init__(text, tokens, given)
        # The last numbers of sums that have a name and no value.
        self._lasts: dict[str, int] = {}

    def _runs_over_letter(self) -> bool:
        r"""Whether ``\sum`` or ``\prod`` stands here, or ``\max_i`` or ``\min_i``."""
        braced = self._is("below", ahead=1) and self._is("open", ahead=2)
        ahead = 3 if braced else 2
        letter = self._is("below", ahead=1) and self._is("letter", ahead=ahead)
        return self._is("command", "sum", "prod") or (self._is("command", *_SIGNS) and letter)

    def _repeated(self) -> Piece:
        r"""``\sum_{i=1}^{3} w_i x_i``: of cells of vectors the sum over all of them, else its terms, written out."""
        command = self._take()
        if not (self._is("below") or self._is("above")):
            return self._of_array(self._product(), command)
        self._part_letters(command)
        letter, first, last, name = self._bounds(command)
        if letter in self._counters:
            self._wrong(f"{letter} counts in two sums, one inside the other", command.span, "give the inner one another letter")
        start = self._place
        self._lengths[letter] = {}
        whole = self._wholly((letter,), lambda: self._term(letter, first, start, command))
        if last is None and whole is None:
            self._term(letter, first, start, command)
        lengths = self._lengths.pop(letter)
        if last is None:
            last = self._length(letter, lengths, command)
            self._settle(name, last, command)
        if whole is not None and first == 1 and lengths and {*lengths.values()} <= {0, last} and (last or 0) in lengths.values():
            with suppress(TermsError):
                return over(command.text, whole, letter, (command.start, whole.span[1]))
        sign, value = _SIGNS[command.text], None
        self._lengths[letter] = {}
        for count in range(first, last + 1):
            # The tokens of the term are read once a turn, with another number for the letter: no text is put into text.
            term = self._term(letter, count, start, command)
            # Brackets that the text of the program does without are read in every turn as well.
            if max(len(term.text), self._place - start) * (last - count) > limits.WRITTEN:
                raise too_long(self._text)
            both = [term] if value is None else [value, term]
            value = both[0] if len(both) == 1 else binary(sign, *both) if sign else call(command.text, both, term.span)
        if value is None:
            what = f"how many cells {next(iter(lengths))} has is not known here"
            self._wrong(what, command.span, f"write the last number too, {_example(command)}")
        return value.at((command.start, value.span[1]))

    def _part_letters(self, command: Token) -> None:
        r"""Make ``\sum_{i} \sum_{j}`` of ``\sum_{i, j}``."""
        start, tokens = self._place, self._tokens
        stop = self._script_end(start)
        letters, commas = tokens[start + 2 : stop - 1 : 2], tokens[start + 3 : stop - 1 : 2]
        if not self._is("below") or len(letters) < 2 or len(letters) != len(commas) + 1:
            return
        if all(each.kind == "letter" for each in letters) and all(each.text == "," for each in commas):
            below, opening, closing = tokens[start], tokens[start + 1], tokens[stop - 1]
            each_with_its_own = [token for letter in letters for token in (command, below, opening, letter, closing)]
            tokens[start:stop] = each_with_its_own[1:]

    def _of_array(self, term: Piece, command: Token) -> Piece:
        r"""``\sum (y - t)^2`` of arrays, whose cells no letter counts."""
        if term.sort == "number":
            self._need_bounds(command)
        self._need_terms()
        return call(command.text, [term], (command.start, term.span[1]), "number")

    def _term(self, letter: str, count: int, start: int, command: Token) -> Piece:
        """The term at a number of the letter that counts."""
        self._turns += 1
        if self._turns > TURNS:
            raise LimitError(f"the sums of a formula have at most {TURNS:,} terms", text=self._text, span=command.span)
        self._place = start
        self._counters[letter] = count
        term = self._product()
        del self._counters[letter]
        return term

    def _wholly(self, letters: tuple[str, ...], read: Callable[[], Piece]) -> Piece | None:
        """What is read with whole arrays in place of the cells that letters count; None where it is not made of them so."""
        whole, depth, bars, counters = self._whole, self._depth, [*self._bars], dict(self._counters)
        self._whole = (*whole, *letters)
        try:
            return read()
        except TermsError:
            self._depth, self._bars, self._counters = depth, bars, counters
            return None
        finally:
            self._whole = whole

    def _length(self, letter: str, lengths: dict[str, int], command: Token) -> int:
        """How far a letter counts that has no last number: as far as the arrays have cells; 0 where no length is known here."""
        if not lengths:
            self._need_bounds(command)
        return self._size(letter, lengths, command.span, _example(command))

    def _size(self, letter: str, lengths: dict[str, int], span: Span, hint: str) -> int:
        """How many cells a letter counts; 0 where no array says it."""
        sizes = {size: name for name, size in lengths.items() if size}
        if len(sizes) > 1:
            (one, name), (other, another) = list(sizes.items())[:2]
            self._wrong(f"{letter} counts the {one} cells of {name} and the {other} of {another}", span, hint)
        return next(iter(sizes), 0)

    def _settle(self, name: str, last: int, command: Token) -> None:
        r"""Let the n of ``\sum_{i=1}^{n}`` be the number of cells that the sum has run over, wherever else it stands: ``1/n``."""
        if not name or not last:
            return
        other = self._lasts.setdefault(name, last)
        if other != last:
            self._wrong(f"{name} is {other} in one sum and {last} in another", command.span, _example(command))

    def _bounds(self, command: Token) -> tuple[str, int, int | None, str]:
        r"""The letter of a sum, its first number, its last, and a name for the last.

        The last is None where arrays say how far it goes, ``\sum_k``, and has a name there where one is typed, ``^{n}``.
        """
        letter, first, above = "", None, None
        while self._is("below") or self._is("above"):
            if self._take().kind == "above":
                above = self._group()
            elif self._is("letter"):
                letter = self._take().text
            else:
                brace = self._take()
                if brace.kind != "open" or not self._is("letter"):
                    self._need_bounds(command)
                letter = self._take().text
                if self._is("sign", "="):
                    self._take()
                    first = self._sum()
                elif not self._is("close"):
                    self._need_bounds(command)
                self._closed(brace)
        if not letter or (first is None and above is not None):
            self._need_bounds(command)
        begins = 1 if first is None else self._whole_number(first, command)
        if above is None or (above.bare == "name" and above.text not in self._given and above.text not in self._assigned):
            return letter, begins, None, "" if above is None else above.text
        ends = self._whole_number(above, command)
        if begins > ends:
            self._wrong(f"\\{command.text} has no terms", command.span, _example(command))
        return letter, begins, ends, ""

    def _whole_number(self, bound: Piece, command: Token) -> int:
        # A sum to n, where n is given: it is counted with once, here.
        value = self._given[bound.text] if isinstance(self._given, Mapping) and bound.text in self._given else None
        if isinstance(value, int | float) and value == int(value) and 0 <= value < 1e6:
            return int(value)
        if not bound.text.lstrip("-").isdecimal() or len(bound.text) > 6:
            hint = f"terms are written out: {_example(command)}"
            self._wrong(f"{self._typed(bound.span)} is no whole number", bound.span, hint)
        return int(bound.text)

    def _need_bounds(self, command: Token) -> NoReturn:
        if command.text in ("max", "min"):
            hint = f"the letter below counts the cells of an array that is given a value; of numbers it is \\{command.text}(x, y)"
            self._wrong(f"\\{command.text} runs over no cells here", command.span, hint)
        hint = rf"terms are written out, {_example(command)}; of an array that is given a value, it runs over the cells"
        self._wrong(f"\\{command.text} needs its first and its last number", command.span, hint)


def _example(command: Token) -> str:
    return rf"as in \{command.text}_{{i=1}}^{{3}} x_i"

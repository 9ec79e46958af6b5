"""Arrays in brackets: ``[0.2, 0.4]``, ``[[1/3, pi], [-inf, 1e-3]]``."""

from __future__ import annotations

import json
import re
from array import array
from typing import TYPE_CHECKING

from graphstep.ground import limits
from graphstep.ground.errors import LimitError, ReadError, Span
from graphstep.ground.late import np
from graphstep.language.values.arithmetic import KNOWN, number_in

if TYPE_CHECKING:
    from numpy.typing import NDArray


ARITHMETIC = 2_000
"""Entries of one array that may be more than numerals and fractions: each is read as a program, in a tenth of a millisecond."""

_NUMERAL = r"[0-9]{1,18}(?:\.[0-9]{0,20})?(?:[eE][+-]?[0-9]{1,2})?"
# Possessive (++, *+): without that the time doubles with every few cells before an entry that is no numeral.
_PLAIN = re.compile(r"(?:[\[\], \t\n]++|-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,2})?(?![\w.]))*+")
_QUICK = re.compile(rf"(?P<top>[+-]?{_NUMERAL})(?:/(?P<bottom>{_NUMERAL}))?", re.ASCII)
_MARK = re.compile(r"[\[\](),]")


def read_literal(text: str, span: Span) -> NDArray[np.float64]:
    """The array that the brackets at ``span`` spell. An entry is whatever a number may be written as.

    Raises :class:`~graphstep.ground.errors.ReadError` for rows of different lengths and for what is no number, with the place in
    ``text``, and :class:`~graphstep.ground.errors.LimitError`.
    """
    quick = _quick(text[slice(*span)])
    return _Reading(text).array(span) if quick is None else quick


def _quick(written: str) -> NDArray[np.float64] | None:
    """The array, if it is of plain numerals and its rows are even: a megabyte of those is read in a blink."""
    if _PLAIN.fullmatch(written) is None:
        return None
    try:
        # JSON's grammar is what _PLAIN lets through, and its reader is written in C.
        array = np.array(json.loads(written, parse_int=float), np.float64)
    except (ValueError, RecursionError):
        return None
    return array if array.ndim <= limits.AXES else None


class _Reading:
    """One pass over the brackets, nothing recursive. Axis 1 is the outermost pair."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.cells = array("d")
        self.counts: list[int] = []
        """Entries so far of the brackets that are open."""
        self.opened: list[int] = []
        """Where they opened."""
        self.lengths: dict[int, int] = {}
        """By axis, the length that the first row had."""
        self.deepest = 0
        """The deepest axis so far."""
        self.numbers = 0
        """The axis whose entries are numbers; 0 while there was none."""
        self.known: dict[str, float] = {}
        """What arithmetic came to, by its text."""

    def array(self, span: Span) -> NDArray[np.float64]:
        place, behind_list, parentheses = span[0], False, 0
        for mark in _MARK.finditer(self.text, *span):
            kind, at = mark[0], mark.start()
            if kind in "()" or parentheses:
                parentheses += (kind == "(") - (kind == ")")
                continue
            if kind == "[":
                self._open(place, at, behind_list)
                behind_list = False
            else:
                entry = self._entry(place, at, behind_list)
                if kind == "]":
                    self._close(at)
                elif not entry:
                    raise self._wrong("a number is missing before this comma", (at, at + 1))
                behind_list = kind == "]"
            place = at + 1
        shape = [self.lengths[axis] for axis in range(1, self.deepest + 1)]
        return np.array(self.cells, np.float64).reshape(shape)

    def _open(self, place: int, at: int, behind_list: bool) -> None:
        if behind_list or self.text[place:at].strip():
            raise self._wrong("a comma is missing before this bracket", (at, at + 1))
        if self.counts:
            self.counts[-1] += 1
        self.counts.append(0)
        self.opened.append(at)
        axis = len(self.counts)
        if axis > limits.AXES:
            raise LimitError(f"an array has at most {limits.AXES} axes", text=self.text, span=(at, at + 1))
        # [1, [2]]: numbers and rows beside each other have no shape.
        if self.numbers and axis > self.numbers:
            raise self._wrong("a row stands here where others have a number", (at, at + 1))
        self.deepest = max(self.deepest, axis)

    def _entry(self, place: int, at: int, behind_list: bool) -> bool:
        """Take what stands between the last mark and this one; False when there is nothing."""
        written = self.text[place:at].strip()
        start = place + len(self.text[place:at]) - len(self.text[place:at].lstrip())
        if behind_list:
            if written:
                hint = "arithmetic with arrays stands outside of all brackets: [1, 2]*3"
                raise ReadError("a comma is missing behind this bracket", text=self.text, span=(place - 1, place), hint=hint)
            return True
        if not written:
            return False
        if self.deepest > len(self.counts):
            raise self._wrong("a number stands here where others have a row", (start, start + len(written)))
        self.numbers = len(self.counts)
        self.counts[-1] += 1
        self.cells.append(self._number(written, start))
        return True

    def _close(self, at: int) -> None:
        axis, count, opened = len(self.counts), self.counts.pop(), self.opened.pop()
        first = self.lengths.setdefault(axis, count)
        if count != first:
            entries = "entry" if count == 1 else "entries"
            raise self._wrong(f"this row has {count} {entries}, and the first one has {first}", (opened, at + 1))

    def _number(self, written: str, start: int) -> float:
        quick = _QUICK.fullmatch(written)
        if quick is not None:
            top, bottom = float(quick["top"]), float(quick["bottom"] or 1)
            if bottom:
                return top / bottom
        sign, name = (-1.0, written[1:]) if written[0] == "-" else (1.0, written)
        if name in KNOWN:
            return sign * KNOWN[name]
        if written not in self.known:
            if len(self.known) == ARITHMETIC:
                message = f"at most {ARITHMETIC:,} entries of an array are arithmetic"
                hint = "write the others as numerals or fractions, or do the arithmetic with the whole array: [1, 2]*pi"
                raise LimitError(message, text=self.text, span=(start, start + len(written)), hint=hint)
            self.known[written] = self._arithmetic(written, start)
        return self.known[written]

    def _arithmetic(self, written: str, start: int) -> float:
        for mark in "=;\n":
            if mark in written:
                at = start + written.index(mark)
                raise self._wrong("entries stand between commas, and rows between brackets", (at, at + 1))
        return number_in(self.text, start, written, beside="entries stand between commas: [1, 2]")

    def _wrong(self, message: str, span: Span) -> ReadError:
        return ReadError(message, text=self.text, span=span, hint="an array is a list of rows of one length: [[1, 2], [3, 4]]")

"""What is tried for one setting: ``init=0.001:10:log:9``, ``layers=2:50``, ``x=-1,0,1``, ``activation=tanh,relu``."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from graphstep.ground.errors import LimitError, ReadError, Span, did_you_mean, quoted
from graphstep.ground.numerals import DOUBLE, numeral
from graphstep.ground.records import dataclass
from graphstep.language.read.characters import normalise
from graphstep.language.read.options import between_commas
from graphstep.language.values.value import read_number

VALUES = 60
"""Values of one setting that are tried at most: as many as have their place beside each other in a terminal."""

USUAL = 9
"""Values of a range that does not say how many."""

DECADES = 100.0
"""The factor from which on a range of positive numbers has equal factors, unless it says otherwise; below it equal steps."""

_FORM = "write NAME=FROM:TO, NAME=FROM:TO:log:COUNT or NAME=a,b,c"
_SPACINGS = ("log", "lin")


@dataclass(frozen=True, slots=True)
class Choices:
    """What may be tried for a setting."""

    words: tuple[str, ...] = ()
    """Words that are values of it."""
    numbers: bool = True
    """Whether numbers are values of it."""
    least: int | None = None
    """The smallest, of a setting that is a whole number."""


@dataclass(frozen=True, slots=True)
class Range:
    """A setting with the values that are tried for it."""

    name: str
    """The setting."""
    values: tuple[str, ...]
    """The values as they can be typed, numbers rising; of a range each is what is printed, to the last digit."""
    numbers: tuple[float, ...]
    """The same as numbers; nothing where words are among them."""
    log: bool
    """Whether equal distances are equal factors."""


def read_range(text: str, settings: Mapping[str, Choices], unknown: Callable[[str], str]) -> Range:
    """What a text tries for one of some settings.

    Raises :class:`~graphstep.ground.errors.ReadError` with the place in the text for what is no range; for a name that is no
    setting ``unknown`` gives the hint.
    """
    name, equals, typed = text.partition("=")
    if not equals:
        raise ReadError(f"{quoted(text)} is not of the form NAME=FROM:TO", text=text, span=(0, len(text)), hint=_FORM)
    name = normalise(name).strip()
    if name not in settings:
        hint = did_you_mean(name, settings) or unknown(name)
        raise ReadError(f"there is no setting {quoted(name)} to be tried", text=text, span=(0, len(name) or 1), hint=hint)
    reading = _Reading(text, name, settings[name])
    place = len(text) - len(typed)
    if not typed.strip():
        raise reading.wrong("values are missing", (place - 1, place), _FORM)
    parts = between_commas(text, place, len(text), ":")
    return reading.range(parts) if len(parts) > 1 else reading.values(place)


@dataclass(frozen=True, slots=True)
class _Reading:
    text: str
    name: str
    choices: Choices

    def wrong(self, message: str, span: Span, hint: str = "") -> ReadError:
        return ReadError(message, text=self.text, span=span, hint=hint)

    def range(self, parts: Sequence[Span]) -> Range:
        """A range: its two ends, and how it gets from one to the other."""
        first_span, last_span, *more = parts
        if not self.choices.numbers:
            hint = f"write {self.name}={','.join(self.choices.words[:3])}"
            raise self.wrong(f"{self.name} is a word, and has no range", (first_span[0], len(self.text)), hint)
        for span in (first_span, last_span):
            if self._part(span) in self.choices.words:
                raise self.wrong(f"{self._part(span)} is a word, and ends no range", span, _FORM)
        first, last = self._number(first_span), self._number(last_span)
        if first >= last:
            hint = f"write {self._part(last_span)}:{self._part(first_span)}" if first > last else ""
            raise self.wrong("a range goes up, from its first number to its second", (first_span[0], last_span[1]), hint)
        spacing, count = self._manner(more)
        log = spacing == "log" if spacing else first > 0 and last / first >= DECADES
        if log and first <= 0:
            hint = "lin in place of log takes equal steps, also through 0"
            raise self.wrong("a range of equal factors stays above 0", first_span, hint)
        numbers = _spread(first, last, count, log=log)
        if self.choices.least is not None:
            numbers = sorted({float(round(number)) for number in numbers})
        # Rounded to whole numbers, or to the last bit, neighbours may have become one.
        if any(a >= b for a, b in pairwise(numbers)):
            raise self.wrong(f"there are no {count} numbers between these", (first_span[0], last_span[1]))
        return Range(self.name, tuple(map(_text, numbers)), tuple(numbers), log)

    def _manner(self, parts: list[Span]) -> tuple[str, int]:
        """The spacing, or nothing where none is said, and the count."""
        spacing, count = "", 0
        for span in parts:
            word = self._part(span)
            if word.isascii() and word.isdecimal() and not count:
                if len(word) > 9 or not 2 <= int(word) <= VALUES:
                    raise LimitError(f"a range has 2 to {VALUES} values, not {quoted(word)}", text=self.text, span=span)
                count = int(word)
            elif word in _SPACINGS and not spacing:
                spacing = word
            else:
                hint = did_you_mean(word, _SPACINGS) or "behind the two ends stand log or lin, and how many: 0.001:10:log:9"
                raise self.wrong(f"{quoted(word)} says nothing about a range", span, hint)
        return spacing, count or USUAL

    def values(self, place: int) -> Range:
        """Values one by one."""
        spans = between_commas(self.text, place, len(self.text))
        if len(spans) > VALUES:
            message = f"at most {VALUES} values of a setting are tried, not {len(spans):,}"
            raise LimitError(message, text=self.text, span=(place, len(self.text)))
        if len(spans) == 1:
            # What is wrong with it is said before that it is alone.
            self._value(spans[0])
            hint = f"write {self.name}=FROM:TO, or several values with commas between them"
            raise self.wrong("one value is nothing to compare", spans[0], hint)
        words = [self._part(span) for span in spans]
        if any(word in self.choices.words for word in words) or not self.choices.numbers:
            values = [*map(self._value, spans)]
            self._differ(values, spans)
            return Range(self.name, tuple(values), (), log=False)
        numbers = [self._number(span) for span in spans]
        self._differ(numbers, spans)
        numbers.sort()
        log = numbers[0] > 0 and numbers[-1] / numbers[0] >= DECADES
        return Range(self.name, tuple(map(_text, numbers)), tuple(numbers), log)

    def _differ(self, values: Sequence[str | float], spans: Sequence[Span]) -> None:
        for place, (value, span) in enumerate(zip(values, spans, strict=True)):
            if value in values[:place]:
                raise self.wrong(f"{quoted(self._part(span))} is tried already", span, "leave one of the two out")

    def _value(self, span: Span) -> str:
        """A word, or a number among words, as it is typed."""
        word = self._part(span)
        if word in self.choices.words:
            return word
        if self.choices.numbers:
            return _text(self._number(span))
        raise self._unknown(span)

    def _unknown(self, span: Span) -> ReadError:
        word = self._part(span)
        hint = did_you_mean(word, self.choices.words) or f"there are {', '.join(self.choices.words)}"
        return self.wrong(f"{self.name} has no {quoted(word)}", span, hint)

    def _number(self, span: Span) -> float:
        start, stop = span
        typed = self.text[start:stop]
        if not typed.strip():
            raise self.wrong("a number is missing", (max(start - 1, 0), start), _FORM)
        if self.choices.words and typed.strip().isalpha():
            raise self._unknown(span)
        try:
            number = read_number(typed)
        except ReadError as error:
            first, last = error.span or (0, len(typed))
            text = f"{self.text[:start]}{error.text or typed}{self.text[stop:]}"
            raise type(error)(error.message, text=text, span=(start + first, start + last), hint=error.hint) from None
        if not math.isfinite(number):
            raise self.wrong(f"{quoted(typed.strip())} is no number to be tried", span, "a sweep tries finite numbers")
        least = self.choices.least
        if least is not None and not (number >= least and number.is_integer() and number < 2**53):
            raise self.wrong(f"{self.name} is a whole number from {least}", span)
        return number

    def _part(self, span: Span) -> str:
        return self.text[slice(*span)].strip()


def _text(number: float) -> str:
    """A number as it reads back to the bit."""
    return numeral(number, DOUBLE)


def _spread(first: float, last: float, count: int, *, log: bool) -> list[float]:
    """Numbers at equal steps or equal factors.

    Those between the ends are rounded to a part of a step: what is tried is what is printed, and on every machine the same.
    """
    shares = [place / (count - 1) for place in range(1, count - 1)]
    if log:
        low, high = math.log10(first), math.log10(last)
        step = (high - low) / (count - 1)
        # A factor of 10^step is 1 + step·ln 10 for short steps.
        digits = min(DOUBLE, max(3, 2 - math.floor(math.log10(step * math.log(10))))) if step else DOUBLE
        inside = [float(f"{10 ** (low + (high - low) * share):.{digits}g}") for share in shares]
    else:
        step = last / (count - 1) - first / (count - 1)
        decimals = 3 - math.floor(math.log10(step)) if 0 < step < math.inf else 0
        # -0.0 is no number of its own here.
        inside = [round(first * (1 - share) + last * share, decimals) + 0.0 for share in shares]
    return [first, *inside, last]

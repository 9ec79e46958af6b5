"""The style that writes MathML Core, which browsers set by themselves and screen readers read."""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from typing import Any, ClassVar

from graphstep.gates.notation.names import letter, numbers, parts
from graphstep.gates.notation.text import ATOM, CASES, CLOSING, POWER, PRODUCT, SIGN, SUM, Ink
from graphstep.gates.notation.typeset import Typeset
from graphstep.ground.numerals import DIGITS
from graphstep.ground.phrases import ENGLISH_PHRASES, Phrases

_GAP = "\N{NO-BREAK SPACE}"
"""A blank that stays where a text element ends."""

_TAG = re.compile(r"<(/?)m[^>]*>")
_SIGN = re.compile(r'(?:<mrow[^>]*>)*<m(?:n|o form="prefix")>−')
"""A text that begins with a sign, whatever row it stands in."""


class MathML(Typeset):
    """The inside of a ``<math>`` element. The text of an ink is one element or several side by side."""

    plus = "<mo>+</mo>"
    minus = "<mo>−</mo>"
    product = "<mo>·</mo>"
    by_cell = "<mo>⊙</mo>"
    relations: ClassVar = {
        ">": "<mo>&gt;</mo>",
        "<": "<mo>&lt;</mo>",
        ">=": "<mo>≥</mo>",
        "<=": "<mo>≤</mo>",
        "==": "<mo>=</mo>",
        "!=": "<mo>≠</mo>",
    }

    def identifier(self, name: str, *, typed: bool = False, cells: bool = False) -> Ink:
        """The name of a node, with its subscripts."""
        name, turns = numbers(name)
        base, *subscripts = (name,) if typed else parts(name)
        text = _leaf("mi", letter(base))
        if subscripts:
            # Digits stand upright and letters slanted.
            below = "<mo>,</mo>".join(_leaf("mn" if x.isdecimal() else "mi", letter(x)) for x in subscripts)
            text = f"<msub>{text}{_one(below)}</msub>"
        if turns:
            text = f"<msup>{text}<mrow><mo>⟨</mo>{_leaf('mn', turns)}<mo>⟩</mo></mrow></msup>"
        return self.name(text, cells=cells)

    def dots(self) -> Ink:
        """The dots in place of terms that are left out."""
        return self.name("<mo>⋯</mo>")

    def used(self, base: Ink, use: int) -> Ink:
        """A use of a node by its number, raised."""
        return Ink(f"<msup>{_one(base.within(ATOM))}{self.parentheses(_leaf('mn', str(use)))}</msup>", ATOM, self, base.cells)

    def subscripted(self, base: Ink, digits: str) -> Ink:
        """A cell of an array."""
        return Ink(f"<msub>{_one(base.within(ATOM))}{_leaf('mn', digits)}</msub>", ATOM, self)

    def remark(self, base: Ink, words: str) -> Ink:
        """A term and words that qualify it."""
        return Ink(base.within(SUM) + _leaf("mtext", _GAP + words), CASES, self, cells=True)

    def words(self, text: str) -> Ink:
        """Words among formulas, upright."""
        return self.name(_leaf("mtext", text))

    def derivative(self, of: Ink, by: Ink, letter: str) -> Ink:
        """A derivative as a fraction."""
        sign = _leaf("mi", letter)
        above, below = (f"<mrow>{sign}{ink.within(ATOM)}</mrow>" for ink in (of, by))
        return Ink(f"<mfrac>{above}{below}</mfrac>", POWER, self, by.cells)

    def numeral(self, text: str) -> Ink:
        """A number by its digits; inf as ∞, and powers of ten written out."""
        if text == "nan":
            return self.nan
        level = SIGN if text.startswith("-") else ATOM
        # A minus as wide as a plus, which a screen reader does not take for a hyphen.
        mantissa, e, exponent = text.replace("-", "−").partition("e")
        if e:
            written = f"<mn>{mantissa}</mn><mo>·</mo><msup><mn>10</mn><mn>{exponent}</mn></msup>"
            return Ink(written, min(level, PRODUCT), self)
        if mantissa.endswith("inf"):
            return Ink('<mo form="prefix">−</mo><mi>∞</mi>' if level == SIGN else "<mi>∞</mi>", level, self)
        return Ink(f"<mn>{mantissa}</mn>", level, self)

    def array(self, value: Any) -> Ink:
        """A small array as a matrix, a vector as its column; words for a larger one."""
        from graphstep.ground.arrays import COLUMN, is_small, number_text

        if not is_small(value):
            return Ink(_leaf("mtext", number_text(value, self.digits, self.phrases)), SUM, self, cells=True)
        # A table has two axes.
        if value.ndim not in {1, 2} or not value.size:
            return Ink(self._nested(value.tolist()), ATOM, self, cells=True)
        if value.ndim == 2:
            return Ink(self.matrix(value), ATOM, self, cells=True)
        # A long column would leave no line for what stands beside it.
        if value.size > COLUMN:
            return Ink(f"<msup>{self.matrix(value[None, :])}<mi>⊤</mi></msup>", ATOM, self, cells=True)
        return Ink(self.matrix(value[:, None]), ATOM, self, cells=True)

    def _nested(self, value: Any) -> str:
        """An array of three axes, or without cells: lists in lists."""
        if not isinstance(value, list):
            return self.number(value).text
        return self.fenced("[", "<mo>,</mo>".join(map(self._nested, value)))

    def matrix(self, value: Any) -> str:
        """The cells of a small array of two axes."""
        from graphstep.ground.arrays import settled

        rows = settled(value, self.digits).tolist()
        inside = "".join(f"<mtr>{''.join(f'<mtd>{self.number(cell).text}</mtd>' for cell in row)}</mtr>" for row in rows)
        return self.fenced("[", f"<mtable>{inside}</mtable>")

    def matmul(self, x: Any, y: Any) -> Ink:
        """A matrix product: its factors side by side."""
        # Invisible times: nothing is shown, and a screen reader says it.
        return Ink(f"{self.term(x).within(PRODUCT)}<mo>&#8290;</mo>{self.term(y).after(POWER)}", PRODUCT, self, cells=True)

    def transposed(self, x: Any) -> Ink:
        """``x`` with rows and columns exchanged."""
        return Ink(f"<msup>{_one(self.term(x).within(ATOM))}<mi>⊤</mi></msup>", POWER, self, cells=True)

    def over(self, function: str, x: Any, axis: Any = None) -> Ink:
        """The function with its axis as an index."""
        term = self.term(x)
        plain = super().over(function, term)
        if axis is None:
            return plain
        head = f"<msub>{_leaf('mi', function)}{_leaf('mtext', f'axis {axis}')}</msub>"
        return Ink(self._applied(head, [term]), ATOM, self, cells=True)

    def indexed(self, x: Any, index: str) -> Ink:
        """The part of ``x`` at an index."""
        return Ink(
            f"<msub>{_one(self.term(x).within(ATOM))}{_leaf('mtext', f'[{index}]')}</msub>", ATOM, self, cells=":" in index
        )

    def picked(self, x: Any, index: str, *others: Any) -> Ink:
        """The places of ``x`` that an index names."""
        pieces = re.split(r"\{(\d)\}", index)
        # What the group of the pattern matched stands at the odd places: the number of another input.
        inside = [self.term(others[int(piece) - 1]).text if k % 2 else _leaf("mtext", piece) for k, piece in enumerate(pieces)]
        brackets = f"<mo>[</mo>{''.join(x for x in inside if x != '<mtext></mtext>')}<mo>]</mo>"
        return Ink(f"<msub>{_one(self.term(x).within(ATOM))}<mrow>{brackets}</mrow></msub>", ATOM, self, cells=True)

    def fenced(self, left: str, text: str) -> str:
        """Brackets around a text; they grow with what is high. Chromium gives room to those that could, hence not all may."""
        flat = "" if "<mfrac" in text or "<mtable" in text else ' stretchy="false"'
        return f"<mrow><mo{flat}>{left}</mo>{text}<mo{flat}>{CLOSING[left]}</mo></mrow>"

    def signed(self, text: str) -> bool:
        """Whether a text begins with a sign."""
        return _SIGN.match(text) is not None

    def negative(self, x: Ink) -> Ink:
        """A sign, which is told apart from the operator between two terms."""
        return Ink(f'<mo form="prefix">−</mo>{x.after(PRODUCT)}', SIGN, self, x.cells)

    def quotient(self, x: Ink, y: Ink) -> Ink:
        """A fraction; of arrays a quotient cell by cell."""
        if y.cells:
            return Ink(f"{x.within(PRODUCT)}<mo>⊘</mo>{y.within(POWER)}", PRODUCT, self, cells=True)
        return Ink(f"<mfrac>{_one(x.text)}{_one(y.text)}</mfrac>", PRODUCT, self, x.cells)

    def power(self, x: Ink, y: Ink) -> Ink:
        """A power."""
        # By what is printed: an exponent that only rounds to 1 is written 1.000, and stays.
        if y.text == "<mn>1</mn>":
            return x
        cells = x.cells or y.cells
        exponent = f"<mrow><mo>⊙</mo>{y.text}</mrow>" if cells else _one(y.text)
        return Ink(f"<msup>{_one(x.within(ATOM))}{exponent}</msup>", POWER, self, cells)

    def conjunction(self) -> str:
        """What stands between two conditions."""
        return f"<mtext>{_GAP}{self.phrases.both}{_GAP}</mtext>"

    def where(self, condition: Ink, then: Any, otherwise: Any) -> Ink:
        """Cases."""
        a, b = self.term(then), self.term(otherwise)
        rows = (
            f"<mtr><mtd>{a.text}</mtd><mtd><mtext>{self.phrases.condition}{_GAP}</mtext>{condition.text}</mtd></mtr>"
            f"<mtr><mtd>{b.text}</mtd><mtd><mtext>{self.phrases.otherwise}</mtext></mtd></mtr>"
        )
        return Ink(f'<mrow><mo>{{</mo><mtable class="cases">{rows}</mtable></mrow>', ATOM, self, condition.cells)

    def listed(self, *cells: Any) -> Ink:
        """Numbers, or arrays of one shape, in brackets."""
        inside = "<mo>,</mo>".join(self.term(x).text for x in cells)
        return Ink(f"<mrow><mo>[</mo>{inside}<mo>]</mo></mrow>", ATOM, self, cells=True)

    def call(self, function: str, *arguments: Any) -> Ink:
        """A function and its arguments."""
        terms = [self.term(x) for x in arguments]
        return Ink(self._applied(_leaf("mi", function), terms), ATOM, self, any(x.cells for x in terms))

    def _applied(self, head: str, terms: list[Ink]) -> str:
        # Function application, invisible and read out as “of”.
        return f"{head}<mo>&#8289;</mo>{self.parentheses('<mo>,</mo>'.join(x.text for x in terms))}"

    def exp(self, x: Ink) -> Ink:
        """A power of e."""
        return Ink(f"<msup><mi>e</mi>{_one(x.text)}</msup>", POWER, self, x.cells)

    def sqrt(self, x: Any) -> Ink:
        """A root."""
        term = self.term(x)
        return Ink(f"<msqrt>{term.text}</msqrt>", ATOM, self, term.cells)


def _leaf(tag: str, text: str) -> str:
    return f"<{tag}>{escape(text, quote=False)}</{tag}>"


def _one(text: str) -> str:
    """The text as one element: in a row of its own unless it is one."""
    # msup, mfrac and their like take a fixed number of elements, one for each part.
    depth = 0
    for tag in _TAG.finditer(text):
        depth += -1 if tag[1] else 1
        if not depth:
            return text if tag.end() == len(text) else f"<mrow>{text}</mrow>"
    return f"<mrow>{text}</mrow>"


@lru_cache(maxsize=32)
def mathml_style(digits: int, phrases: Phrases = ENGLISH_PHRASES) -> MathML:
    """The style that writes MathML with so many digits."""
    return MathML(digits, phrases)


MATHML = mathml_style(DIGITS)
"""``m`` that prints MathML."""

"""The style that writes LaTeX."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, ClassVar

from graphstep.gates.notation.names import latex_name, latex_name_as_typed
from graphstep.gates.notation.text import ATOM, CASES, POWER, PRODUCT, SIGN, SUM, Ink
from graphstep.gates.notation.typeset import Typeset
from graphstep.ground.numerals import DIGITS
from graphstep.ground.phrases import ENGLISH_PHRASES, Phrases

_CHANGES = {"d": "d", "D": "D", "δ": r"\delta", "∂": r"\partial"}
"""The letters of a derivative."""

_FENCES = {
    "(": (r"\left(", r"\right)"),
    "|": (r"\lvert ", r" \rvert"),
    "‖": (r"\lVert ", r" \rVert"),
    "⌊": (r"\lfloor ", r" \rfloor"),
    "⌈": (r"\lceil ", r" \rceil"),
}
"""By the sign that opens a part of a formula, what opens and closes it."""


class Latex(Typeset):
    r"""LaTeX that survives Git hosts: ``\mathrm`` for names of functions, ``\lvert`` for bars (no bare ``|``)."""

    product = r" \cdot "
    by_cell = r" \odot "
    relations: ClassVar = {
        ">": ">",
        "<": "<",
        ">=": r"\ge",
        "<=": r"\le",
        "==": "=",
        "!=": r"\ne",
    }
    # GitHub forbids \operatorname; these are the functions that have a command of their own.
    commands: ClassVar = {
        "σ": r"\sigma",
        **{name: rf"\{name}" for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "max", "min", "ln")},
    }

    def identifier(self, name: str, *, typed: bool = False, cells: bool = False) -> Ink:
        """The name of a node, with its subscripts."""
        return self.name(latex_name_as_typed(name) if typed else latex_name(name), cells=cells)

    def dots(self) -> Ink:
        """The dots in place of terms that are left out."""
        return self.name(r"\cdots")

    def used(self, base: Ink, use: int) -> Ink:
        """A use of a node by its number, raised."""
        # In braces: TeX refuses a second superscript on one letter.
        return Ink(f"{{{base.within(ATOM)}}}^{{({use})}}", ATOM, self, base.cells)

    def subscripted(self, base: Ink, digits: str) -> Ink:
        """A cell of an array. TeX refuses a second subscript on one letter."""
        inside = base.within(ATOM)
        inside = self.parentheses(inside) if "_" in inside and base.level == ATOM else inside
        return Ink(f"{inside}_{{{digits}}}", ATOM, self)

    def remark(self, base: Ink, words: str) -> Ink:
        """A term and words that qualify it."""
        return Ink(rf"{base.within(SUM)} \text{{ {words}}}", CASES, self, cells=True)

    def derivative(self, of: Ink, by: Ink, letter: str) -> Ink:
        """A derivative as a fraction."""
        sign = rf"{_CHANGES[letter]} "
        return Ink(rf"\frac{{{sign}{of.within(ATOM)}}}{{{sign}{by.within(ATOM)}}}", POWER, self, by.cells)

    def matrix(self, value: Any) -> str:
        """The cells of a small array, a vector as its column."""
        from graphstep.ground.arrays import latex_matrix

        return latex_matrix(value, self.digits)

    def numeral(self, text: str) -> Ink:
        """A number by its digits; inf as ∞, and powers of ten written out."""
        if text == "nan":
            return self.nan
        level = SIGN if text.startswith("-") else ATOM
        mantissa, e, exponent = text.partition("e")
        if e:
            return Ink(rf"{mantissa} \cdot 10^{{{exponent}}}", min(level, PRODUCT), self)
        return Ink(text.replace("inf", r"\infty"), level, self)

    def array(self, value: Any) -> Ink:
        """A small array as a matrix, a vector as its column."""
        from graphstep.ground.arrays import is_small, number_text

        if is_small(value):
            return Ink(self.matrix(value), ATOM, self, cells=True)
        return Ink(rf"\text{{{number_text(value, self.digits, self.phrases)}}}", SUM, self, cells=True)

    def matmul(self, x: Any, y: Any) -> Ink:
        """A matrix product: its factors side by side."""
        # A thin space: side by side two letters would be one name.
        return Ink(rf"{self.term(x).within(PRODUCT)} \, {self.term(y).after(POWER)}", PRODUCT, self, cells=True)

    def transposed(self, x: Any) -> Ink:
        """``x`` with rows and columns exchanged."""
        return Ink(rf"{{{self.term(x).within(ATOM)}}}^\top", POWER, self, cells=True)

    def over(self, function: str, x: Any, axis: Any = None) -> Ink:
        """The function with its axis as an index."""
        term = self.term(x)
        below = "" if axis is None else rf"_{{\text{{axis {axis}}}}}"
        cells = axis is not None or super().over(function, term).cells
        return Ink(rf"{self._head(function)}{below}\left({term.text}\right)", ATOM, self, cells)

    def words(self, text: str) -> Ink:
        """Words among formulas, upright."""
        # In \text a bare underscore is an error of TeX; options have some in their names.
        escaped = text.replace("_", r"\_")
        return self.name(rf"\text{{{escaped}}}")

    def indexed(self, x: Any, index: str) -> Ink:
        """The part of ``x`` at an index."""
        return Ink(f"{{{self.term(x).within(ATOM)}}}_{{[{index}]}}", ATOM, self, cells=":" in index)

    def picked(self, x: Any, index: str, *others: Any) -> Ink:
        """The places of ``x`` that an index names."""
        base = self.term(x)
        inside = index.format(None, *(self.term(other).text for other in others)).replace("…", r"\dots")
        return Ink(rf"{{{base.within(ATOM)}}}_{{[{inside}]}}", ATOM, self, cells=True)

    def fenced(self, left: str, text: str) -> str:
        """Parentheses that grow with what they hold; bars without the character that would split a table's cell."""
        opening, closing = _FENCES[left]
        return f"{opening}{text}{closing}"

    def quotient(self, x: Ink, y: Ink) -> Ink:
        """A fraction; of arrays a quotient cell by cell."""
        if y.cells:
            return Ink(rf"{x.within(PRODUCT)} \oslash {y.within(POWER)}", PRODUCT, self, cells=True)
        return Ink(rf"\frac{{{x.text}}}{{{y.text}}}", PRODUCT, self, x.cells)

    def power(self, x: Ink, y: Ink) -> Ink:
        """A power."""
        cells = x.cells or y.cells
        # An array is raised cell by cell. Without the sign a square would be read as the matrix times itself.
        sign = r"\odot " if cells else ""
        return x if y.text == "1" else Ink(f"{{{x.within(ATOM)}}}^{{{sign}{y.text}}}", POWER, self, cells)

    def conjunction(self) -> str:
        """What stands between two conditions, upright."""
        return rf"\text{{ {self.phrases.both} }}"

    def where(self, condition: Ink, then: Any, otherwise: Any) -> Ink:
        """Cases."""
        a, b = self.term(then), self.term(otherwise)
        first, second = rf"\text{{{self.phrases.condition} }} {condition.text}", rf"\text{{{self.phrases.otherwise}}}"
        rows = rf"{a.text} & {first} \\ {b.text} & {second}"
        return Ink(rf"\begin{{cases}} {rows} \end{{cases}}", ATOM, self, condition.cells)

    def listed(self, *cells: Any) -> Ink:
        """Numbers side by side in brackets; of vectors they would be the longer vector of both, as in the gates of an LSTM."""
        terms = [self.term(x) for x in cells]
        if any(x.cells for x in terms):
            return self.call("stack", *terms)
        return Ink(rf"\left[{', '.join(x.text for x in terms)}\right]", ATOM, self, cells=True)

    def call(self, function: str, *arguments: Any) -> Ink:
        """A function by its command, or upright."""
        terms = [self.term(x) for x in arguments]
        inside = ", ".join(x.text for x in terms)
        return Ink(rf"{self._head(function)}\left({inside}\right)", ATOM, self, any(x.cells for x in terms))

    def _head(self, function: str) -> str:
        if function in self.commands:
            return self.commands[function]
        name = function.replace("_", r"\_")
        return rf"\mathrm{{{name}}}"

    def exp(self, x: Ink) -> Ink:
        """A power of e."""
        return Ink(f"e^{{{x.text}}}", POWER, self, x.cells)

    def sqrt(self, x: Any) -> Ink:
        """A root."""
        term = self.term(x)
        return Ink(rf"\sqrt{{{term.text}}}", ATOM, self, term.cells)


@lru_cache(maxsize=32)
def latex_style(digits: int, phrases: Phrases = ENGLISH_PHRASES) -> Latex:
    """The style that writes LaTeX with so many digits."""
    return Latex(digits, phrases)


LATEX = latex_style(DIGITS)
"""``m`` that prints LaTeX."""

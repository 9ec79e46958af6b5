r"""A formula in LaTeX, as it stands in notes and homework, becomes the text of a program: :func:`from_latex`.

The order in which the text passes the modules: ``tokens`` (where formulas stand, and their words), ``texts`` (which of them are
read), ``order`` (definitions in front of what needs them), ``reader`` (what each part is), with ``sums`` and ``definitions``
(what letters count), ``names`` (letters), ``functions`` (words that are gates) and ``pieces`` (the text that comes out).
"""

from __future__ import annotations

from collections.abc import Collection

from graphstep.ground import limits
from graphstep.ground.errors import LimitError
from graphstep.language.read.dialects import Translation
from graphstep.language.read.latex.order import in_order
from graphstep.language.read.latex.reader import Reader
from graphstep.language.read.latex.sums import too_long
from graphstep.language.read.latex.texts import tokens_of_text


def translation(text: str, given: Collection[str] = ()) -> Translation:
    """A formula as a program, for :mod:`graphstep.language.read.dialects`."""
    return Translation(from_latex(text, given), {})


def from_latex(text: str, given: Collection[str] = ()) -> str:
    r"""The text of the program that a formula in LaTeX spells. ``given`` are the names that have values, or those with their
    values: a product of arrays is that of linear algebra, also where they are not set in bold.

    >>> from_latex(r"\frac{1}{1+e^{-(w_0 x_0 + b)}}")
    '1/(1 + exp(-(w0*x0 + b)))'

    Raises ReadError with the place of what cannot be read or can be read in two ways, and LimitError for what is too large.
    """
    if len(text) > limits.TRANSLATED:
        raise LimitError(f"a formula has at most {limits.TRANSLATED:,} characters", text=text[:80], span=(0, 1))
    program = Reader(text, in_order(tokens_of_text(text)), given).program()
    if len(program) > limits.WRITTEN:
        raise too_long(text)
    return program

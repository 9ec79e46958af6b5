"""One spelling for each character: NFKC, except where that would change what a formula means.

NFKC makes ``ｘ`` and ``𝑥`` the letter x and ``x₁`` the name x1, which is wanted. It would also make x² the name x2 and 3½ the
numeral 31/2, which is not: a raised number becomes a power, and the rest is refused.
"""

from __future__ import annotations

import re
import unicodedata

from graphstep.ground import limits
from graphstep.ground.errors import LimitError, ReadError
from graphstep.ground.unprintable import UNPRINTABLE
from graphstep.language.read.spelling import invisible

# Before NFKC, which would make 2 of ² and so x2 of x².
_RAISED = re.compile("[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_FOREIGN = re.compile(r"[^\x00-\x7f]")


def normalise(text: str) -> str:
    """The text that is read, and that spans count in.

    Raises :class:`~graphstep.ground.errors.LimitError` for too long a text and :class:`~graphstep.ground.errors.ReadError` for a
    character that cannot be seen, and for one whose plain spelling would mean something else.
    """
    _measure(text)
    text = text.replace("\r\n", "\n")
    # In comments too: a comment is printed wherever the program is.
    if hidden := UNPRINTABLE.search(text):
        raise invisible(text, hidden.start())
    if text.isascii():
        return text
    text = _RAISED.sub(lambda raised: "^" + unicodedata.normalize("NFKC", raised[0]), text)
    _refuse_misleading(text)
    # Behind the refusals: it would have changed the characters that they are about.
    plain = unicodedata.normalize("NFKC", text)
    _measure(plain)
    return plain


def _measure(text: str) -> None:
    if len(text) > limits.TEXT:
        raise LimitError(
            f"the program has {len(text):,} characters; at most {limits.TEXT:,} are read",
            hint="build it in Python from smaller pieces, or repeat less by naming parts: q = x + y",
        )


def _refuse_misleading(text: str) -> None:
    marks, last = 0, -1
    for mark in _FOREIGN.finditer(text):
        character, place = mark[0], mark.start()
        kind = unicodedata.decomposition(character).partition(" ")[0]
        if character == "ᵀ":
            raise ReadError(
                "ᵀ is a raised letter",
                text=text,
                span=mark.span(),
                hint="a transpose is written .T or ', as in w.T @ x",
            )
        if kind == "<super>":
            raise ReadError(
                f"{character} is a raised letter",
                text=text,
                span=mark.span(),
                hint="write a power with ^, as in x^n; only numbers may be raised, as in x²",
            )
        if kind == "<fraction>":
            raise ReadError(
                f"{character} is a fraction in one character",
                text=text,
                span=mark.span(),
                hint=f"write it as a division, in parentheses where other numbers stand beside it: ({_fraction(character)})",
            )
        if kind == "<sub>" and not _behind_a_name(text, place):
            raise ReadError(
                f"{character} is a subscript that belongs to no name",
                text=text,
                span=mark.span(),
                hint="a subscript is the end of a name, as in x₁"
                + ("; ||x|| is the 2-norm, sum(abs(x)) the 1-norm" if text[place - 1 : place] in ("|", "‖") else ""),
            )
        # Sorting the marks that stand above one letter takes quadratic time inside normalize().
        marks = (marks if place == last + 1 else 0) + 1 if unicodedata.combining(character) else 0
        last = place
        if marks > limits.NAME:
            raise LimitError(f"a name has at most {limits.NAME} characters", text=text, span=(place - marks + 1, place + 1))


def _fraction(character: str) -> str:
    """½ as 1/2."""
    return unicodedata.normalize("NFKC", character).replace("⁄", "/")


def _behind_a_name(text: str, place: int) -> bool:
    """Whether the word that ends before ``place`` starts as a name does."""
    start = place
    while start > 0 and place - start <= limits.NAME and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    return start < place and (text[start].isalpha() or text[start] == "_")

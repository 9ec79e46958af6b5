"""Text becomes a program: :func:`read`.

The order in which the text passes the modules: ``characters`` (one spelling for each character), ``tokens`` (words, brackets, and
the multiplication signs that were left out), ``grammar`` (precedence), ``builder`` (gates) and ``calls`` (functions).
The bodies of functions and repetitions are put on tape (``bodies``) and played back for each call and turn
(``expansion``), in frames with names of their own (``frames``).
What stands in brackets and behind ``axis=`` is read by ``options``.
Nothing here evaluates anything: a number is turned into a double, and that is all.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Any

from graphstep.gates.gradient import gradient_gate
from graphstep.ground import limits
from graphstep.ground.collector import collector_paused
from graphstep.ground.errors import LimitError, ReadError
from graphstep.language.program import Program
from graphstep.language.read.builder import Builder
from graphstep.language.read.characters import normalise
from graphstep.language.read.foreign import ForeignSpellingError
from graphstep.language.read.grammar import Watch, parse
from graphstep.language.read.tokens import Lexer


@collector_paused()
def read(text: str, given: Collection[str] = (), watch: Watch | None = None) -> Program:
    """The program that a text spells: one expression, or several statements of which the last is the output.

    ``given`` are the names that have values: ``e`` and ``pi`` among them are inputs, not constants. ``watch`` is told now and
    then which share of the text has been read.

    >>> read("q = x + y; q*z").inputs
    ('x', 'y', 'z')

    Raises :class:`~graphstep.ground.errors.ReadError` with the place of what cannot be read, and
    :class:`~graphstep.ground.errors.LimitError` for what is larger than :mod:`graphstep.ground.limits` allows.
    """
    plain = normalise(text)
    _refuse_many(plain)
    try:
        return _read(plain, given, watch)
    except ForeignSpellingError as error:
        # What is proposed is read as well: nobody is sent from one error to the next.
        raise error.settled(lambda proposal: _is_read(proposal, given)) from None


@lru_cache(maxsize=4096)
def _contribution(text: str) -> Program:
    return read(text)


def _unfolded(*operands: Any) -> int:
    # What writes slopes needs NumPy, which a program without a gradient in it need not wait for.
    from graphstep.language.backward import gradient

    return gradient(_contribution, *operands)


GRADIENT = gradient_gate(_unfolded)
"""The gate of ``grad(u, t)``."""


def _read(plain: str, given: Collection[str], watch: Watch | None = None) -> Program:
    builder = Builder(plain, given, GRADIENT)
    parse(Lexer(plain, given), builder, watch)
    return builder.program()


def _is_read(text: str, given: Collection[str]) -> bool:
    try:
        _read(normalise(text), given)
    except ReadError:
        return False
    return True


# An operator between the end of one operand and the start of another is a gate in every reading.
_OPERATION = re.compile(r"(?<=[\w)])[-+*@](?=[^\W\d]|\()")


def _refuse_many(text: str) -> None:
    """Raise LimitError for a text that plainly spells too many gates: the builder would take a second to get there."""
    if len(text) > 2 * limits.GATES and "#" not in text:
        count = len(_OPERATION.findall("".join(text.split())))
        if count > limits.GATES:
            message = f"a program has at most {limits.GATES:,} gates"
            raise LimitError(message, text=text, span=(0, 1), hint=f"this one has {count:,} or more")

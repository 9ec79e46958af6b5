"""Other languages in which a formula may be typed: each becomes the text of a program, and is read as that from there on."""

from __future__ import annotations

from collections.abc import Callable, Collection
from importlib import import_module

DIALECTS = {"latex": "graphstep.language.read.latex:from_latex"}
"""By name what translates a dialect, as module and function; it is loaded when somebody types in it."""


def translated(text: str, dialect: str, given: Collection[str] = ()) -> str:
    r"""The text of the program that ``text`` spells in a dialect; ``given`` are the names that have values.

    Raises ReadError with the place of what cannot be read.

    >>> translated(r"\sigma(w_0 x_0)", "latex")
    'sigmoid(w0*x0)'
    """
    module, _, function = DIALECTS[dialect].partition(":")
    translate: Callable[[str, Collection[str]], str] = getattr(import_module(module), function)
    return translate(text, given)

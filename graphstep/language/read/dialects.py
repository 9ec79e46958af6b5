"""Other languages in which a formula may be typed: each becomes the text of a program, and is read as that from there on."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from importlib import import_module
from typing import NamedTuple

DIALECTS = {
    "latex": "graphstep.language.read.latex:translation",
    "numpy": "graphstep.language.read.numpy:translation",
}
"""By name what translates a dialect, as module and function; it is loaded when somebody types in it."""


class Translation(NamedTuple):
    """The program that a text in a dialect spells, and the values in it."""

    text: str
    """The text of the program."""
    values: dict[str, str]
    """The values that it gives to inputs, as texts: ``w = torch.tensor([1.0], requires_grad=True)``."""


def translated(text: str, dialect: str, given: Collection[str] = ()) -> Translation:
    r"""The text of the program that ``text`` spells in a dialect; ``given`` are the names that have values, or those with
    their values, by which lengths and axes are counted.

    Raises ReadError with the place of what cannot be read.

    >>> translated(r"\sigma(w_0 x_0)", "latex").text
    'sigmoid(w0*x0)'
    """
    # By name, since Python's syntax tree and the table of other spellings take longer to load than a program to step.
    module, _, function = DIALECTS[dialect].partition(":")
    translate: Callable[[str, Collection[str]], Translation] = getattr(import_module(module), function)
    return translate(text, given)


def unread(text: str, program: str, given: Collection[str]) -> set[str]:
    """Names with values that a text mentions and its program does not, since only their lengths were asked for.

    >>> sorted(unread("x*len(y)", "x*3", ["x", "y", "z"]))
    ['y']
    """
    return {
        name for name in given if re.search(rf"\b{re.escape(name)}\b", text) and not re.search(rf"\b{re.escape(name)}\b", program)
    }

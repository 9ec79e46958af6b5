"""What can be called: the names of functions, how many inputs each takes, and the options behind them."""

from __future__ import annotations

import re
from typing import NamedTuple

from graphstep.gates import FUNCTIONS
from graphstep.gates.gradient import FUNCTION
from graphstep.ground.errors import ReadError, Span

MAKERS = ("zeros", "ones", "eye", "range")
"""What makes an array of numbers inside an expression: its counts are whole numbers that are known when the program is built."""

CHAINS = {"Add": "add", "Mul": "mul"}
"""SymPy's functions of any number of inputs, which become a chain of gates from left to right."""


class Option(NamedTuple):
    """``axis=0`` in a call, as yet unread: what may stand there is for the gate to say."""

    name: str
    """The option, or the empty string for a shape in parentheses behind the inputs."""
    span: Span
    """Where it stands with its name."""
    value: Span
    """Where its value stands."""


def is_function(name: str) -> bool:
    """Whether ``name(`` is a call."""
    return name in FUNCTIONS or name in CHAINS or name in ("Rational", FUNCTION) or name in MAKERS


def function_names() -> tuple[str, ...]:
    """Every name that can be called, in the order of the table of gates."""
    return (*FUNCTIONS, *CHAINS, "Rational", FUNCTION, *MAKERS)


def takes_shape(name: str) -> bool:
    """Whether a shape may stand behind the inputs of this function."""
    gate = FUNCTIONS.get(name)
    return gate is not None and gate.rest != "" and gate.keywords[gate.rest] in ("shape", "axes")


def is_variant(name: str, word: str) -> bool:
    """Whether the word behind the inputs of a function makes another gate of it: ``gelu(x, tanh)``."""
    gate = FUNCTIONS.get(name)
    return gate is not None and word in gate.variants


def takes_quoted(name: str) -> bool:
    """Whether an option in quotes stands before the inputs of this function."""
    gate = FUNCTIONS.get(name)
    return gate is not None and "subscripts" in gate.keywords.values()


def option_of_several(name: str) -> str:
    """The option of a function that takes several whole numbers, ``axes``; empty when it has none."""
    gate = FUNCTIONS.get(name)
    keywords = {} if gate is None else gate.keywords
    return next((key for key, kind in keywords.items() if kind in ("axes", "shape")), "")


def check_count(text: str, name: str, count: int, fewest: int, most: int | None, span: Span, hint: str = "") -> None:
    """Raise :class:`~graphstep.ground.errors.ReadError` unless a call has as many inputs as its gate takes."""
    if fewest <= count and (most is None or count <= most):
        return
    wanted = f"{fewest}" if fewest == most else f"at least {fewest}"
    if most is not None and most > fewest:
        wanted = f"{fewest} or {most}" if most == fewest + 1 else f"{fewest} to {most}"
    noun = "input" if wanted.endswith("1") else "inputs"
    number = "none is given" if count == 0 else "1 is given" if count == 1 else f"{count} are given"
    # sin(1,5) is more often a decimal comma than a second input.
    comma = re.search(r"\d,\d+", text[slice(*span)])
    if comma is not None and not hint:
        hint = f"decimals are written with a point: {comma[0].replace(',', '.')}"
    error = ReadError(f"{name} takes {wanted} {noun}, {number}", text=text, span=span, hint=hint)
    from graphstep.language.read.foreign import ForeignSpellingError, proposals

    spellings = proposals(text, span[0], general_too=False) if count else []
    raise ForeignSpellingError(error, spellings) if spellings else error

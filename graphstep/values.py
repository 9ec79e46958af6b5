"""Values of inputs as a person types them: ``-2``, ``1/3``, ``1e-3``, ``pi/2``, ``inf``; and words such as ``x=-2``."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from graphstep import limits
from graphstep.errors import ReadError, quoted
from graphstep.read import read
from graphstep.read.characters import normalise
from graphstep.read.tokens import NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from graphstep.expression import Program

_KNOWN = {"inf": math.inf, "nan": math.nan}
"""Names that are values here, and ordinary names inside an expression."""

_ARRAY = re.compile(r"[\[@]|(?:randn|rand|zeros|ones|eye)[ \t]*\(")
_NUMERAL = re.compile(r"\s*[+-]?[0-9]{1,15}(?:\.[0-9]{0,15})?\s*", re.ASCII)
_EXAMPLES = "a value is a number such as -2, 0.5, 1/3, 1e-3, pi/2 or inf"


def read_value(text: str) -> float:
    """The number that a text spells: a numeral, a fraction, or arithmetic with constants, computed by IEEE rules.

    >>> read_value("-2"), read_value("1/4"), read_value("sqrt(4) + 1e-3"), read_value("-inf")
    (-2.0, 0.25, 2.001, -inf)

    Raises :class:`~graphstep.errors.ReadError` for anything else, with the place in ``text``.
    """
    if _NUMERAL.fullmatch(text):
        # Most values are plain numerals: they need neither the grammar nor NumPy, for which the first frame would wait.
        return float(text)
    plain = normalise(text)
    if not plain.strip():
        raise ReadError("a value is missing", text=plain, span=(0, 1), hint=_EXAMPLES)
    start = len(plain) - len(plain.lstrip())
    if _ARRAY.match(plain, start):
        raise ReadError(
            "this value is an array, and a program has numbers only",
            text=plain,
            span=(start, len(plain.rstrip())),
            hint="give each entry a name of its own: x0=0.2 x1=0.4",
        )
    for mark in "=;":
        if mark in plain:
            place = plain.index(mark)
            raise ReadError(f"{mark} cannot stand in a value", text=plain, span=(place, place + 1), hint=_EXAMPLES)
    program = read(plain)
    for name, node in zip(program.inputs, program.nodes, strict=False):
        if name not in _KNOWN:
            raise ReadError(f"{quoted(name)} is not a number", text=plain, span=node.span, hint=_EXAMPLES)
    return _compute(program)


def _compute(program: Program) -> float:
    import numpy as np

    from graphstep.gates import GATES
    from graphstep.gates.mathematics import NUMBERS

    values: list[np.float64] = []
    with np.errstate(all="ignore"):
        for node in program.nodes:
            if node.gate is None:
                values.append(np.float64(_KNOWN[node.name or ""]))
                continue
            inputs = [values[x] if isinstance(x, int) else np.float64(x.value) for x in node.operands]
            values.append(GATES[node.gate].value(NUMBERS, inputs))
    return float(values[program.output])


def read_inputs(words: Sequence[str]) -> dict[str, float]:
    """The values of inputs from words such as ``x=-2``, by name, in the order of the words.

    Raises :class:`~graphstep.errors.ReadError` for a word without ``=``, for what is no name or no value, and for a name that is
    given twice.
    """
    values: dict[str, float] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            raise ReadError(
                f"{quoted(word)} is not of the form NAME=VALUE",
                text=word,
                span=(0, len(word)),
                hint="write x=-2; an expression of several words stands in quotes",
            )
        name = read_name(name, word)
        if name in values:
            raise ReadError(f"{quoted(name)} is given twice", text=word, span=(0, len(name)), hint="leave one of the two out")
        values[name] = _value_of(name, text)
    return values


def read_name(text: str, word: str = "") -> str:
    """A name as programs spell it: NFKC, so that ``x₁`` and ``x1`` are one. ``word`` is what an error quotes around it.

    Raises :class:`~graphstep.errors.ReadError` if it is not a name.
    """
    name = normalise(text).strip()
    if len(name) <= limits.NAME and re.fullmatch(NAME, name):
        return name
    hint = "a name is a letter or _, and then letters, digits and _"
    if len(name) > limits.NAME:
        hint = f"a name has at most {limits.NAME} characters"
    message = f"{quoted(name)} is not a name" if name else "a name is missing before ="
    raise ReadError(message, text=word or text, span=(0, max(1, len(text))), hint=hint)


def _value_of(name: str, text: str) -> float:
    try:
        return read_value(text)
    except ReadError as error:
        # The caret belongs into the whole word, as it was typed.
        before = len(name) + 1
        span = (before, before + 1) if error.span is None else (error.span[0] + before, error.span[1] + before)
        raise type(error)(error.message, text=f"{name}={error.text}", span=span, hint=error.hint) from None

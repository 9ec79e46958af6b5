"""Names of inputs and their values as words: ``x=-2``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from graphstep.ground import limits
from graphstep.ground.arrays import Number, shape_of
from graphstep.ground.errors import LimitError, ReadError, quoted
from graphstep.language.read.characters import normalise
from graphstep.language.read.token import NAME
from graphstep.language.values.value import read_value


def read_inputs(words: Sequence[str], *, files: bool = True) -> dict[str, Number]:
    """The values of inputs from words such as ``x=-2``, by name, in the order of the words.

    Raises :class:`~graphstep.ground.errors.ReadError` for a word without ``=``, for what is no name or no value, and for a name
    that is given twice; and what :func:`~graphstep.language.values.value.read_value` raises.
    """
    return read_texts(split_inputs(words), files=files)


def split_inputs(words: Sequence[str]) -> dict[str, str]:
    """Names and texts of values from words such as ``x=-2``, in the order of the words; raises as :func:`read_inputs` does."""
    texts: dict[str, str] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            # A shell cuts x=[0.2, 0.4] in two, which the bracket that is never closed explains better.
            for before, typed in list(texts.items())[-1:]:
                if not typed.lstrip().startswith("@"):
                    _value_of(before, typed, files=False)
            raise ReadError(
                f"{quoted(word)} is not of the form NAME=VALUE",
                text=word,
                span=(0, len(word)),
                hint="write x=-2; an expression of several words stands in quotes",
            )
        name = read_name(name, word)
        if name in texts:
            raise ReadError(f"{quoted(name)} is given twice", text=word, span=(0, len(name)), hint="leave one of the two out")
        texts[name] = text
    return texts


def read_texts(texts: Mapping[str, str], *, files: bool = True) -> dict[str, Number]:
    """The values that texts spell, by name; raises as :func:`read_inputs` does."""
    values: dict[str, Number] = {}
    cells = 0
    for name, text in texts.items():
        values[name] = _value_of(name, text, files)
        cells += limits.cells_of(shape_of(values[name]))
        if cells > limits.CELLS:
            counted = limits.counted(map(shape_of, values.values()))
            message = f"the values have more than {limits.CELLS:,} cells together{counted}"
            raise LimitError(message, text=f"{name}={text}", span=(0, len(name)), hint="take fewer examples, or smaller layers")
    return values


def split_words(text: str) -> list[str]:
    """The words of a line; blanks inside brackets belong to a value, as quotes say in a shell.

    >>> split_words("x=[0.2, 0.4] W=randn(2, 3) y=1")
    ['x=[0.2, 0.4]', 'W=randn(2, 3)', 'y=1']
    """
    words, start, depth = [], 0, 0
    for mark in re.finditer(r"[][()]|\s+", text):
        if mark[0] in "[(":
            depth += 1
        elif mark[0] in "])":
            depth -= 1
        elif depth <= 0:
            words.append(text[start : mark.start()])
            start = mark.end()
    return [word for word in [*words, text[start:]] if word]


def read_name(text: str, word: str = "") -> str:
    """A name as programs spell it: NFKC, so that ``x₁`` and ``x1`` are one. ``word`` is what an error quotes around it.

    Raises :class:`~graphstep.ground.errors.ReadError` if it is not a name.
    """
    name = normalise(text).strip()
    if len(name) <= limits.NAME and re.fullmatch(NAME, name):
        return name
    hint = "a name is a letter or _, and then letters, digits and _"
    if len(name) > limits.NAME:
        hint = f"a name has at most {limits.NAME} characters"
    message = f"{quoted(name)} is not a name" if name else "a name is missing before ="
    raise ReadError(message, text=word or text, span=(0, max(1, len(text))), hint=hint)


def _value_of(name: str, text: str, files: bool) -> Number:
    try:
        return read_value(text, files=files)
    except ReadError as error:
        # The caret belongs into the whole word, as it was typed.
        before = len(name) + 1
        # An error without a place points behind the =.
        span = (before, before + 1) if error.span is None else (error.span[0] + before, error.span[1] + before)
        raise type(error)(error.message, text=f"{name}={error.text}", span=span, hint=error.hint) from None

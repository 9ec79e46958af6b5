"""The grammar of headings that name a stop.

=============================================  ==================================================================
``start``                                      the inputs are given, nothing is computed yet
``forward: NODE``                              the gate of NODE computes its value
``forward``                                    the forward pass is over
``seed``                                       the output gets its gradient
``backward: GATE → NODE``                      the gate sends its contribution to NODE (``->`` will do for the arrow)
``backward: GATE → NODE, second``              its second contribution to the same node, as in x*x
``sum: NODE``                                  NODE, used several times, adds up its contributions
``end``                                        the run is over
``program: TEXT``                              another program runs from here on, from its start
``program: TEXT with x = 3, expand``           the same with other values and options
``round: 3``                                   round 3 of the training that the front matter describes, from its start
``round: 3 with lr = 1.1, w = 0``              the same with other settings and values
=============================================  ==================================================================

The options are ``expand``, ``fold``, ``share``, ``split ties``, and a type of numbers such as ``float32``. A NODE is a name, a
text such as ``x+y``, or an id such as ``v4``; a GATE may also be its symbol, name or box (``×``, ``mul``, ``×−1``) where that
says which. A heading that begins otherwise is prose. Backticks in a heading are for the reader only.
"""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from graphstep.ground import limits
from graphstep.ground.errors import GraphstepError, InputError, quoted
from graphstep.ground.exact import exact_text
from graphstep.ground.precision import DTYPES, checked_dtype
from graphstep.teaching.lesson.document import Round, Stop
from graphstep.teaching.marking.question import send_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphstep.ground.arrays import Number
    from graphstep.language.setup import Setup

# Words of a heading that need nothing behind them.
_ALONE = ("start", "seed", "end")
_WORDS = (*_ALONE, "forward", "backward", "sum", "program")
_HEADING = re.compile(r"(?P<word>[A-Za-z]+)\s*(?::\s*(?P<rest>.*))?")
_WITH = re.compile(r"\s+with\s+")
_ROUND = re.compile(r"[Rr]ound\s*:\s*(?P<rest>.+)")
_OPTIONS = ("expand", "fold", "share", "split ties", *DTYPES)


def stop_of(heading: str) -> Stop | str | None:
    """The stop that a heading names, the text behind ``program:``, or None for prose.

    InputError for a heading that begins as a stop does and goes on otherwise.
    """
    match = _HEADING.fullmatch(heading.replace("`", "").strip())
    if match is None:
        return None
    word, rest = match["word"].lower(), match["rest"]
    if word not in _WORDS:
        near = get_close_matches(word, _WORDS, n=1, cutoff=0.8)
        if rest is not None and near:
            raise InputError(f"no stop is called {quoted(word)}: did you mean {near[0]}?")
        return None
    if rest is None:
        if word in ("backward", "sum", "program"):
            return None
        return Stop("forward") if word == "forward" else Stop(word)  # type: ignore[arg-type]  # one of _ALONE
    rest = rest.strip()
    if word in _ALONE:
        raise InputError(f"{word} stands alone: write '## {word}'")
    if not rest:
        raise InputError(f"'{word}:' needs to say of what")
    if word == "program":
        return rest
    if word == "backward":
        return Stop("backward", *send_of(rest))
    return Stop("forward" if word == "forward" else "sum", rest)


def program_of(text: str, front: Setup) -> Setup:
    """What ``program: text`` runs, with the values and the data of the front matter. InputError for an item it does not know."""
    program, *items = _WITH.split(text, maxsplit=1)
    setup = replace(front, program=program.strip(), seed="1", ties="first", share=False, expand=False, fold=False)
    for item in _items(items[0]) if items else ():
        name, equals, value = (part.strip() for part in item.partition("="))
        if equals and name:
            setup = setup.edited({name: text_of(name, value)})
        elif name in ("expand", "fold", "share"):
            flag: dict[str, Any] = {name: True}
            setup = replace(setup, **flag)
        elif " ".join(name.split()) == "split ties":
            setup = replace(setup, ties="split")
        elif name in DTYPES:
            setup = replace(setup, dtype=checked_dtype(name))
        else:
            raise InputError(f"{quoted(item.strip())} is neither NAME = VALUE nor one of {', '.join(_OPTIONS)}")
    return setup


def round_of(heading: str, front: Setup, train: Mapping[str, str]) -> tuple[Setup, Round] | None:
    """What ``round: 3 with lr = 1.1`` runs, and as which round; None for any other heading.

    InputError for a round that is no number, for a lesson that trains nothing, and for an item it does not know.
    """
    match = _ROUND.fullmatch(heading.replace("`", "").strip())
    if match is None:
        return None
    if not train:
        raise InputError("this lesson trains nothing", hint='the front matter says how: train = { params = "w", lr = 0.1 }')
    number, *items = _WITH.split(match["rest"], maxsplit=1)
    if not number.isdecimal() or len(number) > 6:
        raise InputError(f"{quoted(number)} is the number of no round", hint="rounds are counted from 0: '## round: 0'")
    setup, settings = with_settings(items[0] if items else "", front, train)
    return setup, Round(int(number), settings)


def with_settings(text: str, front: Setup, train: Mapping[str, str]) -> tuple[Setup, Mapping[str, str]]:
    """A program and the settings of its training, with ``lr = 1.1, w = 0`` in their places; InputError for what is neither."""
    settings, last = dict(train), ""
    for item in filter(str.strip, _items(text)):
        name, equals, value = (part.strip() for part in item.partition("="))
        if not equals and last:
            # A value with a comma: batch = X,y:2.
            name, value = last, f"{settings[last]},{item.strip()}"
        elif not equals:
            raise InputError(f"{quoted(item.strip())} is no NAME = VALUE")
        if name in front.inputs:
            front = front.edited({name: text_of(name, value)})
        else:
            settings[name], last = value, name
    return front, settings


def _items(text: str) -> list[str]:
    """The items between commas, those inside of arrays and calls left alone."""
    items, depth = [""], 0
    # No reader of programs here: a value may be one that is wrong, and is told so where it is read.
    for character in text:
        depth += (character in "[(") - (character in "])")
        if character == "," and depth == 0:
            items.append("")
        else:
            items[-1] += character
    return items


def text_of(name: str, value: object) -> str:
    """The value of an input as it is typed; raises as :func:`value_of` does."""
    number = value_of(name, value)
    if isinstance(value, str):
        return value.strip()
    return exact_text(number, limits.CELLS) or ""


def value_of(name: str, value: object) -> Number:
    """The value of an input: a number, a list of numbers (or of such lists), or a text that spells a value (``"1/3"``,
    ``"randn(3, 2, seed=1)"``). InputError for anything else; no file is read, a lesson brings its values with it.
    """
    from graphstep.language.values import read_value

    if isinstance(value, str):
        if value.lstrip().startswith("@"):
            raise InputError(f"the value of {name} is a file", hint="write the numbers into the lesson, or randn(…) and its like")
        try:
            return read_value(value)
        except GraphstepError as error:
            raise InputError(f"the value of {name} cannot be read: {error.message}", hint=error.hint) from error
    # TOML's own arrays need no text of ours, and are checked as those that come from Python.
    if isinstance(value, list):
        from graphstep.ground.values import numbers

        return numbers({name: value})[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"the value of {name} is no number")
    try:
        return float(value)
    except OverflowError:
        raise InputError(f"the value of {name} is too large for a float") from None

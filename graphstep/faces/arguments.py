"""What is handed over in Python: values, texts, counts, and names that are no inputs; checked before anything is read."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graphstep.engine.opening import Opening, read_setup
from graphstep.ground.arrays import Number
from graphstep.ground.errors import InputError, did_you_mean, quoted
from graphstep.ground.numerals import ENGLISH
from graphstep.ground.values import numbers
from graphstep.language.read.characters import normalise
from graphstep.language.setup import setup_of

if TYPE_CHECKING:
    from collections.abc import Collection


def given_values(inputs: Mapping[str, Any] | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """All values by the names that programs have: Python spells a keyword so by itself, and a key of a dictionary not.

    InputError for inputs that are no dictionary of names.
    """
    given = {} if inputs is None else inputs
    if not isinstance(given, Mapping) or not all(isinstance(name, str) for name in given):
        raise InputError("inputs takes the values of inputs by their names", hint='inputs={"x": 2}')
    return {normalise(name): value for name, value in {**given, **values}.items()}


def checked_text(text: Any) -> str:
    """The text of a program. InputError for what is no text."""
    if not isinstance(text, str):
        raise InputError(f"a program is a text, and not of type {type(text).__name__}")
    return text


def checked_language(code: Any) -> str:
    """The code of a language. InputError where there is none of that code."""
    if code == ENGLISH:
        return ENGLISH
    from graphstep.telling.words import catalogue

    return catalogue.checked_language(str(code))


def opening_of(
    text: str,
    inputs: Mapping[str, Any],
    seed: Any,
    options: Mapping[str, Any],
    parameters: Collection[str],
    more: Mapping[str, Number] | None = None,
) -> Opening:
    """What is to be run; ``more`` are values of inputs that were not given, ``parameters`` names that are no inputs'.

    InputError for a value whose name is meant to be a parameter, and for a parameter that is meant to be a value.
    """
    start = seed if isinstance(seed, str) else numbers({"seed": seed})["seed"]
    # Texts stay texts in the setup, so that a document says randn(2, 3) as it was given; arrays have none and go beside it.
    setup = setup_of(text, inputs, seed=start, **options)
    arrays = numbers({name: value for name, value in inputs.items() if not isinstance(value, str)})
    opening = read_setup(setup, {**arrays, **(more or {})}, seed=None if isinstance(start, str) else start)
    for name in opening.missing:
        if name in parameters:
            raise InputError(f"no value for {name}", hint=f'{name}= is a parameter of its own here: inputs={{"{name}": …}}')
    names = opening.program.names
    for name in opening.inputs:
        # A slip in an option is taken for an input; of a name that is near to one of those the run itself tells.
        if name not in names and not did_you_mean(name, names) and (hint := did_you_mean(name, parameters)):
            raise InputError(f"'{name}' does not stand in the program", hint=hint)
    return opening


def amount(name: str, value: Any) -> float | None:
    """A setting that is a number; None where none was given. InputError for anything else."""
    number = None if value is None else numbers({name: value})[name]
    if number is None or isinstance(number, float):
        # A whole number stays one: a command says it as it was given.
        return value if isinstance(value, int) else number
    raise InputError(f"{name} is a single number, not an array")


def count(name: str, value: Any, least: int) -> int:
    """A setting that counts, which may be a whole number of NumPy's. InputError for anything else, and below ``least``."""
    try:
        number = least - 1 if isinstance(value, bool) else operator.index(value)
    except TypeError:
        number = least - 1
    if number < least:
        raise InputError(f"{name} must be a whole number from {least}, not {quoted(str(value))}")
    return number

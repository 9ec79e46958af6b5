"""One value: a number, an array, or a file that holds one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from graphstep.ground import limits
from graphstep.ground.arrays import Number, kind_text, shape_of
from graphstep.ground.errors import InputError, LimitError, ReadError, Span
from graphstep.ground.records import dataclass
from graphstep.language.read.characters import normalise
from graphstep.language.values.arithmetic import Leaf

ARRAYS = 1_000
"""Arrays in the arithmetic of one value."""

# At most fifteen digits: whatever is longer is left to the reader, whose limits and errors hold then.
_NUMERAL = re.compile(r"\s*[+-]?[0-9]{1,15}(?:\.[0-9]{0,15})?\s*", re.ASCII)
_BRACKET = re.compile(r"[\[\]()]")
# Behind one of these a bracket is an index, and no array.
_OPERAND_END = re.compile(r"[\w)\]'.]")
_PAIRS = {"(": ")", "[": "]"}
_WHAT = {"(": "parenthesis", "[": "bracket"}
_IDEOGRAPHS = range(0x4E00, 0x9FA6)
"""Letters that have one spelling only; those that the text does not hold name its arrays."""


def read_value(text: str, *, files: bool = True) -> Number:
    """The number or array that a text spells.

    A number is a numeral, a fraction, or arithmetic with constants, computed by IEEE rules. An array is written in brackets or
    made by a call (:data:`graphstep.language.values.makers.MAKERS`), and what stands in a program may be done with it. ``@``
    stands before the name of a file (:mod:`graphstep.language.values.stored`). What has the shape () is a Python float.

    >>> read_value("-2"), read_value("1/4"), read_value("sqrt(4) + 1e-3"), read_value("-inf")
    (-2.0, 0.25, 2.001, -inf)
    >>> read_value("[[1, 2], [3, 4]]/2").tolist()
    [[0.5, 1.0], [1.5, 2.0]]

    Raises :class:`~graphstep.ground.errors.ReadError` for anything else, with the place in ``text``;
    :class:`~graphstep.ground.errors.InputError` for a file that holds no array, and for any file unless ``files``;
    :class:`~graphstep.ground.errors.GraphstepError` for one that cannot be read.
    """
    if _NUMERAL.fullmatch(text):
        # Most values are plain numerals: they need neither the grammar nor NumPy, for which the first frame would wait.
        return float(text)
    if text.lstrip().startswith("@"):
        if not files:
            hint = "type the numbers, or name the file on the command line"
            raise InputError("no file is read here: only a command line chooses files of this machine", hint=hint)
        from graphstep.language.values.stored import read_file

        return read_file(text.strip()[1:])
    if len(text) > limits.WRITTEN:
        message = f"the value has {len(text):,} characters; at most {limits.WRITTEN:,} are read"
        raise LimitError(message, text=text, span=(0, 1), hint="put the numbers into a file, and give its name: x=@x.csv")
    from graphstep.language.values.arithmetic import EXAMPLES

    plain = normalise(text)
    if not plain.strip():
        raise ReadError("a value is missing", text=plain, span=(0, 1), hint=EXAMPLES)
    arrays = list(_arrays(plain))
    # Nothing is done with it, so that it need not pass the grammar.
    if len(arrays) == 1 and arrays[0].span == _stripped(plain):
        return arrays[0].leaf.make()
    return _with_arrays(plain, arrays)


def read_number(text: str) -> float:
    """The number that a text spells, where an array would not do. Raises :class:`~graphstep.ground.errors.ReadError`."""
    kind = "an array in a file" if text.lstrip().startswith("@") else ""
    if not kind:
        value = read_value(text)
        if isinstance(value, float):
            return value
        kind = kind_text(shape_of(value))
    plain = text if "@" in text else normalise(text)
    raise ReadError(f"a single number is needed here, and this is {kind}", text=plain, span=_stripped(plain))


def _stripped(text: str) -> Span:
    return len(text) - len(text.lstrip()), len(text.rstrip())


@dataclass(frozen=True, slots=True)
class _Array:
    """An array inside a value."""

    span: Span
    """Where it stands."""
    leaf: Leaf
    """What it is."""


def _arrays(text: str) -> Iterator[_Array]:
    """The arrays of a value that stand in no other brackets of an array. Brackets behind an operand are an index."""
    from graphstep.language.values.makers import MAKERS, read_maker

    array = re.compile(rf"\[|(?<![\w.])(?:{'|'.join(MAKERS)})[ \t]*\(")
    place, cells = 0, 0
    shapes: list[tuple[int, ...]] = []
    while (call := array.search(text, place)) is not None:
        start, place = call.start(), call.end()
        if call[0] == "[" and _behind_operand(text, start):
            continue
        span = (start, _closing(text, call.end() - 1))
        leaf = _literal(text, span) if call[0] == "[" else read_maker(text, span)
        place, cells = span[1], cells + limits.cells_of(leaf.shape)
        shapes.append(leaf.shape)
        if len(shapes) > ARRAYS:
            raise LimitError(f"a value is made of at most {ARRAYS:,} arrays", text=text, span=span)
        if cells > limits.CELLS:
            message = f"the arrays of this value have more than {limits.CELLS:,} cells{limits.counted(shapes)}"
            raise LimitError(message, text=text, span=span, hint="take fewer examples, or smaller layers")
        yield _Array(span, leaf)


def _behind_operand(text: str, place: int) -> bool:
    while place > 0 and text[place - 1] in " \t":
        place -= 1
    return place > 0 and _OPERAND_END.match(text, place - 1) is not None


def _literal(text: str, span: Span) -> Leaf:
    from graphstep.language.values.arithmetic import Leaf
    from graphstep.language.values.literals import read_literal

    array = read_literal(text, span)
    return Leaf(array.shape, lambda: array)


def _closing(text: str, opening: int) -> int:
    """The index behind the bracket that closes the one at ``opening``."""
    expected: list[tuple[str, int]] = []
    for mark in _BRACKET.finditer(text, opening):
        kind, place = mark[0], mark.start()
        if kind in _PAIRS:
            expected.append((kind, place))
            continue
        opened, before = expected.pop()
        if kind != _PAIRS[opened]:
            message = f"this {_WHAT[opened]} is closed by {kind}"
            raise ReadError(message, text=text, span=(before, place + 1), hint=f"{opened} is closed by {_PAIRS[opened]}")
        if not expected:
            return mark.end()
    opened, before = expected[-1]
    # The shell has cut x=[0.2, 0.4] into two words.
    hint = 'in a shell, quotes keep a value with blanks together: "x=[0.2, 0.4]"' if text.rstrip()[-1] == "," else ""
    raise ReadError(f"this {_WHAT[opened]} is never closed", text=text, span=(before, before + 1), hint=hint)


def _with_arrays(text: str, arrays: list[_Array]) -> Number:
    """The value of a text in which each array became a name of the same length, so that places stay what they were."""
    from graphstep.language.values.arithmetic import EXAMPLES, arithmetic

    # An array stands for one operand, whatever is in it: a name of one letter, padded, keeps every later place in the text.
    used = set(text)
    letters = (chr(code) for code in _IDEOGRAPHS if chr(code) not in used)
    named = dict(zip(letters, arrays, strict=False))
    parts, place = [], 0
    for name, array in named.items():
        start, stop = array.span
        parts += [text[place:start], name.ljust(stop - start)]
        place = stop
    formula = "".join([*parts, text[place:]])
    try:
        for mark in "=;":
            if mark in formula:
                at = formula.index(mark)
                raise ReadError(f"{mark} cannot stand in a value", span=(at, at + 1), hint=EXAMPLES)
        return arithmetic(formula, {name: array.leaf for name, array in named.items()})
    except ReadError as error:
        message, hint, span = error.message, error.hint, error.span
        for name, array in named.items():
            start, stop = array.span
            if span is not None and start < span[1] < stop:
                # The name is shorter than the array, which is blamed as a whole.
                span = (span[0], stop)
            if name in message or name in hint:
                for spelling in (name.ljust(stop - start), name):
                    message, hint = (part.replace(spelling, _short(text[start:stop])) for part in (message, hint))
        raise type(error)(message, text=text, span=span, hint=hint) from None


def _short(written: str) -> str:
    words = " ".join(written.split())
    return words if len(words) <= 30 else f"{words[:28]}…{words[-1]}"

"""Numbers that somebody claims of a run: ``dx=-4``, ``x+y=3``, ``dW1=@dW1.npy``, each marked against the run's own.

They are marked in the order of the steps, as the answers of a sheet are, so that one wrong number is blamed once: what follows
from it is said to follow.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from graphstep.engine.trace import Trace
from graphstep.ground.arrays import Number, plain, shape_of
from graphstep.ground.errors import InputError, ReadError, quoted
from graphstep.ground.late import np
from graphstep.ground.records import dataclass
from graphstep.language.values import read_value
from graphstep.teaching.marking.carried import Earlier, earlier_of
from graphstep.teaching.marking.evaluate import numeral_in
from graphstep.teaching.marking.precision import Answer, answer_of
from graphstep.teaching.marking.quantities import KINDS, Quantity, effect, quantity, slope, use_of
from graphstep.teaching.marking.solution import WHOLE
from graphstep.teaching.marking.spelling import in_brackets, plainly
from graphstep.teaching.marking.verdict import Verdict, mark_number
from graphstep.telling.names import names_of

_EQUALS = re.compile(r"(?<![<>!=])=(?!=)")
_WORDS = {"grad": "gradient", **{word: word for word in KINDS}}
_SINGLE = 64 * float(np.finfo(np.float32).eps)
"""Relative error of a number that was computed in float32: some roundings of it, as in :mod:`graphstep.teaching.judge`."""


@dataclass(frozen=True, slots=True, eq=False)
class Claim:
    """A number that somebody claims."""

    text: str
    """The claim as it was typed."""
    asked: Quantity
    """What it is about, with the run's own number."""
    answer: Answer
    """The number that is claimed, with its precision."""


def read_claims(trace: Trace, words: Sequence[str]) -> tuple[Claim, ...]:
    """The claims that words spell: what stands left of ``=`` is a value or a derivative of the run, right of it a value as inputs
    have them.

    Raises ReadError for a word that is no claim or has no value, InputError for what the run does not have, and what a file
    cannot be read for.
    """
    return tuple(_claim(trace, word) for word in words)


def mark_claims(claims: Sequence[Claim]) -> tuple[Verdict, ...]:
    """The verdicts on claims, in their order; errors are carried forward in the order of the steps."""
    verdicts: dict[int, Verdict] = {}
    earlier: list[Earlier] = []
    # In the order of the run and not of the words: else what follows from a wrong number would be called wrong, and the number
    # right after it blamed.
    for k in sorted(range(len(claims)), key=lambda k: claims[k].asked.step):
        asked, answer = claims[k].asked, claims[k].answer
        with np.errstate(all="ignore"):
            verdict = verdicts[k] = mark_number(asked, answer, earlier)
        # To put a large array into the run again costs a run for each claim behind it.
        if shape_of(answer.value) == shape_of(asked.asked) and np.size(asked.asked) <= WHOLE:
            earlier.append(earlier_of(asked, answer.value, right=verdict.right))
    return tuple(verdicts[k] for k in range(len(claims)))


def _claim(trace: Trace, word: str) -> Claim:
    place = _equals(word)
    if place is None:
        raise _unread(f"{quoted(word)} claims nothing", word, max(1, len(word)))
    left, right = word[:place].strip(), word[place + 1 :].strip()
    if not left:
        raise _unread("what is claimed is missing before =", word, place + 1)
    asked = _asked(trace, left)
    text = right if right.startswith("@") else plainly(right)
    if not isinstance(asked.asked, float) and not right.startswith("@"):
        text = in_brackets(text, np.ndim(asked.asked))
    try:
        value = read_value(text)
    except ReadError as error:
        before = word.index(right, place) if right and text == right else None
        span = (place, len(word)) if before is None or error.span is None else tuple(each + before for each in error.span)
        raise type(error)(error.message, text=word, span=(span[0], span[1]), hint=error.hint) from None
    return Claim(word, asked, _from_file(value, right) if right.startswith("@") else answer_of(text, value))


def _unread(message: str, word: str, stop: int) -> ReadError:
    return ReadError(
        message, text=word, span=(0, stop), hint="write x+y=3 for a value, dx=-4 for a gradient, dW[0,1]=0.5 for one cell of it"
    )


def _equals(word: str) -> int | None:
    """Where the sign stands that parts a claim: the first outside of brackets, in which options have theirs."""
    depth = 0
    for place, mark in enumerate(word):
        depth += (mark in "([") - (mark in ")]")
        if mark == "=" and depth <= 0 and _EQUALS.match(word, place):
            return place
    return None


def _asked(trace: Trace, left: str) -> Quantity:
    """What stands left of the sign: a node for its value, ``dx`` or ``df/dx`` for a gradient, or as lessons ask for it."""
    names = names_of(trace.program)
    word, _, rest = left.partition(" ")
    if word in _WORDS and rest and names.find(left) is None:
        return quantity(trace, f"{_WORDS[word]} {rest}")
    node = names.find(left)
    if node is not None and node < trace.program.first_gate:
        raise InputError(
            f"{left} is an input: its value is given, and not computed", hint=f"its gradient is {names.change}{left}"
        )
    if node is not None:
        return quantity(trace, f"value {left}")
    for letter in dict.fromkeys((names.change, "d")):
        spelled = re.fullmatch(rf"(?:{letter}(?P<above>.+?)\s*/\s*)?{letter}\s*(?P<below>\(.+\)|\w.*)", left)
        if spelled is None:
            continue
        try:
            return effect(trace, spelled["above"] or "", spelled["below"])
        except InputError:
            # A word of which the first letter happens to be a d has to be looked for as a whole.
            if names.find(re.sub(r"\[[\d\s,-]*\]$", "", use_of(spelled["below"])[0])) is not None:
                raise
    if local := re.fullmatch(r"∂(?P<above>.+?)\s*/\s*∂(?P<below>.+)", left):
        return slope(trace, local["above"], local["below"])
    try:
        return quantity(trace, f"value {left}")
    except InputError as error:
        raise InputError(
            error.message, hint=error.hint or "a value is claimed by its node, q or x+y, a gradient as dq or d(x+y)"
        ) from None


def _from_file(value: Number, path: str) -> Answer:
    """The precision of numbers in a file: of a text by its digits, of an array in bytes by the type that holds it."""
    cells = np.asarray(value, np.float64)
    if path.lower().endswith(".npy"):
        with np.errstate(over="ignore"):
            narrow = np.array_equal(cells.astype(np.float32).astype(np.float64), cells, equal_nan=True)
        # A computation in float32 leaves an error in proportion to the largest of the numbers that it adds up.
        room = _SINGLE * np.maximum(np.abs(cells), np.max(np.abs(cells), initial=0.0)) if narrow else np.zeros(cells.shape)
        return Answer(value, plain(room), False)
    rooms = [numeral_in(repr(cell)) for cell in cells.ravel().tolist()]
    # A whole number in a table is no rounded one.
    digits = [0.0 if room is None or room[0].is_integer() else room[1] for room in rooms]
    return Answer(value, plain(np.reshape(digits, cells.shape)), False)

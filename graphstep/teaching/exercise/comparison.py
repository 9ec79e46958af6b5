"""What a machine that cannot compute has to know to mark a blank: which numbers, words or options are right, and what is wrong.

A learning platform compares; it does not know how precisely a number was typed. So every number has a room: an answer is right
within it. It is as wide as the coarsest rounding that our own marking takes (:mod:`graphstep.teaching.marking.precision`), at
most 2 %, so that 0.73 is right for 0.7311 there too, and a whole number has no room at all.
"""

from __future__ import annotations

from collections.abc import Callable

from graphstep.ground.arrays import Number, shape_of
from graphstep.ground.late import np
from graphstep.ground.operands import Shape
from graphstep.ground.records import dataclass
from graphstep.teaching.exercise.exercise import Blank, Distractor, distractors
from graphstep.teaching.marking.ordering import OrderAsked
from graphstep.teaching.marking.precision import EQUAL, NOISE, Answer, answer_of, is_meant, is_rounded
from graphstep.teaching.marking.shapes import NUMBER_WORDS, ShapeAsked, same_shape, slips_of_shape
from graphstep.teaching.marking.solution import TOLERANCE
from graphstep.teaching.marking.verdict import mark
from graphstep.telling.words.catalogue import message
from graphstep.telling.words.wording import Wording

_DIGITS = 6
"""Significant digits up to which a rounding may be as coarse as our marking takes."""

_ORDERS = 24
"""Right orders up to which a platform is told all of them."""

_APART = 0.45
"""Share of the distance between two answers that each may take for its room."""


@dataclass(frozen=True, slots=True)
class WrongNumber:
    """A number that a misconception comes to."""

    value: float
    """The number."""
    room: float
    """How far an answer may be from it; never as far as the right one."""
    text: str
    """What is said to who answers so."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A number that is to be typed: the whole answer, or one cell of an array."""

    place: tuple[int, ...]
    """Where it stands in the array, from 0; empty for a number alone."""
    value: float
    """The right number."""
    room: float
    """How far an answer may be from it."""
    wrong: tuple[WrongNumber, ...]
    """Wrong numbers that are known, the most likely first; no two of all these overlap."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """A number, or a small array cell by cell."""

    shape: Shape
    """The shape of the whole answer; it is given, not asked."""
    cells: tuple[Cell, ...]
    """The cells in the order of reading."""


@dataclass(frozen=True, slots=True)
class Option:
    """An answer to choose."""

    text: str
    """The words."""
    right: bool
    """Whether it is the right one."""
    feedback: str
    """What is said to who chooses it; of the right one nothing."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One right option among others."""

    options: tuple[Option, ...]
    """The options in the order of their author."""


@dataclass(frozen=True, slots=True)
class Spelling:
    """A word or a shape, in all the ways in which it may be typed."""

    forms: tuple[str, ...]
    """The texts; the first is how we write it. Case is the same to a platform."""
    feedback: str
    """What is said to who types it; of the right one nothing."""


@dataclass(frozen=True, slots=True)
class Words:
    """A text that is to be typed."""

    right: Spelling
    """The right answer."""
    wrong: tuple[Spelling, ...]
    """Wrong answers that are known."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer that takes more than comparing, such as a formula or one of very many orders: on a platform a person marks it."""

    answer: str
    """The right answer in one line, for that person."""


Answers = Numbers | Choice | Words | Judged
"""What is right and wrong in a blank."""


def answers_of(blank: Blank) -> Answers:
    """What is right and wrong in a blank, as far as comparing goes."""
    solution = blank.solution
    if solution.right is not None:
        options = solution.question.options
        said = ("" if place == solution.right else mark(solution, text).sentence for place, text in enumerate(options))
        return Choice(tuple(map(Option, options, (place == solution.right for place in range(len(options))), said)))
    if solution.shape is not None:
        return _words(solution.shape)
    if solution.order is not None and solution.order.count <= _ORDERS:
        return Words(Spelling(_orders(solution.order), ""), ())
    if solution.quantity is None or solution.formula:
        return Judged(solution.answer)
    right = solution.quantity.asked
    others = [wrong for wrong in distractors(blank) if shape_of(wrong.value) == shape_of(right)]
    return Numbers(shape_of(right), tuple(_cell(right, others, place) for place in np.ndindex(shape_of(right))))


def _cell(right: Number, others: list[Distractor], place: tuple[int, ...]) -> Cell:
    value = float(np.asarray(right)[place])
    room = room_of(value, is_meant)
    wrong: list[WrongNumber] = []
    # The likely ones first: of two that are close together the likelier has its room, and the other what is left of it, or
    # none.
    for distractor in others:
        number = float(np.asarray(distractor.value)[place])
        occupied = [(value, room), *((each.value, each.room) for each in wrong)]
        clear = min(abs(number - near) - wide for near, wide in occupied)
        if clear > 4 * EQUAL * max(abs(number), NOISE):
            wrong.append(WrongNumber(number, min(room_of(number, is_rounded), _APART * clear), distractor.text))
    return Cell(place, value, room, tuple(wrong))


def room_of(value: float, accepts: Callable[[Answer, Number], bool] = is_meant) -> float:
    """How far the coarsest rounding of a number that still ``accepts`` is from it; of what is exact only what doubles lose.

    >>> room_of(0.7311), room_of(-4.0) < 1e-8
    (0.00111, True)
    """
    # The coarsest rounding that counts, and not simply 2 %: 0.2 is right for 0.1966, 0.7 is not for 0.7311, and a whole number
    # has no other.
    widest = 0.0
    if value:
        for digits in range(1, _DIGITS + 1):
            text = np.format_float_positional(value, digits, unique=False, fractional=False, trim="-")
            off = abs(float(text) - value)
            if off <= TOLERANCE * abs(value) and accepts(answer_of(text, float(text)), value):
                widest = max(widest, off)
            if not off:
                break
    room = widest + max(EQUAL * abs(value), NOISE)
    # Three digits are read more easily, and a little more room does no harm.
    return float(f"{room * 1.005:.3g}")


def _words(asked: ShapeAsked) -> Words:
    """A shape and the shapes that it is taken for."""
    right = Spelling(_spelled(asked.shape), "")
    before, wrong = set(right.forms), []
    for shape, why in slips_of_shape(asked):
        forms = tuple(form for form in _spelled(shape) if form not in before)
        if forms and not same_shape(shape, asked.shape):
            before.update(forms)
            wrong.append(Spelling(forms, message(asked.trace.writing.language, "mark-slip", slip=Wording(asked.trace).say(why))))
    return Words(right, tuple(wrong))


def _orders(asked: OrderAsked) -> tuple[str, ...]:
    """The right orders, by the numbers and by the names of their gates."""
    # A platform compares letter by letter, so that each order is written in all the ways that ours would read.
    forms: list[str] = []
    for order in asked.orders(_ORDERS):
        digits = [str(place + 1) for place in order]
        names = [asked.names[place] for place in order]
        forms += ["".join(digits), " ".join(digits), ", ".join(digits), ",".join(digits), ", ".join(names)]
    return tuple(dict.fromkeys(forms))


def _spelled(shape: Shape) -> tuple[str, ...]:
    """The ways in which a shape is typed, as our own marking reads them; platforms know no pattern.

    >>> _spelled((4,))
    ('4', '(4,)', '(4)', '[4]', '4,')
    """
    if not shape:
        return (*NUMBER_WORDS, "()", "1")
    sizes = [str(size) for size in shape]
    if len(sizes) == 1:
        return tuple(form.format(*sizes) for form in ("{}", "({},)", "({})", "[{}]", "{},"))
    products = [sign.join(sizes) for sign in ("×", "x", " × ", " x ", " by ")]
    lists = [form.format(comma.join(sizes)) for comma in (", ", ",") for form in ("({})", "[{}]", "{}")]
    return (*products, *lists)

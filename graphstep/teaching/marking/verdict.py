"""A typed answer is marked: right, wrong with the slip that explains it, or not readable."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Literal

from graphstep.analysis.facts import Reason, reason
from graphstep.engine.trace import Trace
from graphstep.ground.arrays import Number, number_text, shape_of, shape_text
from graphstep.ground.errors import GraphstepError, ShapeError, quoted
from graphstep.ground.late import np
from graphstep.ground.numerals import numeral
from graphstep.ground.records import dataclass
from graphstep.teaching.marking import formulas, ordering
from graphstep.teaching.marking.carried import Carried, Earlier, carried, earlier_of, with_earlier
from graphstep.teaching.marking.evaluate import evaluate
from graphstep.teaching.marking.misconceptions import slips
from graphstep.teaching.marking.ordering import OrderAsked
from graphstep.teaching.marking.precision import Answer, answer_of, is_equal, is_meant, is_rounded, is_same, meets
from graphstep.teaching.marking.quantities import Quantity, messages
from graphstep.teaching.marking.shapes import ShapeAsked, same_shape, slips_of_shape, typed_shape
from graphstep.teaching.marking.solution import WHOLE, Solution, agrees
from graphstep.teaching.marking.spelling import in_brackets, plainly, right_hand_side
from graphstep.telling.words.catalogue import kind
from graphstep.telling.words.wording import Wording

TYPED = 200
"""Characters of an answer that are read."""

_PARTS = re.compile(r"\s*[=×·*|]\s*|\s+")
"""What stands between the numbers of a row where no commas do."""

_SEVERITY = ("unreadable", "wrong", "unsure", "carried", "right")
"""The outcomes, the one that a row of several has first."""

_CELLS = ("tableau-upstream", "tableau-local", "tableau-product")
"""What the numbers of a row are called, in its order."""

_COMMAS = re.compile(r"[-−+]?[\d.]+(?:\s*[,;]\s*[-−+]?[\d.]+)+")
"""Numerals with commas between them, which may be an array, or a decimal comma."""


Outcome = Literal["right", "carried", "wrong", "unreadable", "unsure"]
"""What an answer is found to be."""


@dataclass(frozen=True, slots=True)
class Misconception:
    """A wrong route that comes to an answer."""

    code: str
    """The id of its message, ``slip-sign``: the same in every language."""
    text: str
    """One or two sentences for who goes it; the right answer does not stand in them."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict on a typed answer."""

    outcome: Outcome
    """An unreadable answer does not count as a try; a carried one follows from numbers that were typed before; of an unsure one
    nobody can tell whether it does."""
    sentence: str
    """One or two sentences for the learner; a wrong answer's never give the right one away."""
    misconceptions: tuple[Misconception, ...] = ()
    """Those that come to a wrong answer, the most likely first."""
    typed: Number | None = None
    """The number or the array that was typed; None for anything else."""
    share: float = 0.0
    """How much of it is right: of an array the share of its cells."""
    chosen: str = ""
    """The option, the shape or the formula that was read; empty for a number, and where nothing was."""

    @property
    def read(self) -> str:
        """The answer as it was read, in one line; empty where it could not be read."""
        return self.chosen if self.typed is None else number_text(self.typed)

    @property
    def slip(self) -> str:
        """The sentence of the most likely misconception; empty where none comes to the answer."""
        return self.misconceptions[0].text if self.misconceptions else ""

    @property
    def right(self) -> bool:
        """Whether the answer is right."""
        return self.outcome == "right"

    @property
    def earned(self) -> bool:
        """Whether the mark is earned: the answer is right, or right for whoever goes on with what was typed before."""
        return self.outcome in ("right", "carried")


def mark(
    solution: Solution, typed: str, at: int | None = None, earlier: Sequence[Earlier] = (), *, tells: bool = True
) -> Verdict:
    """The verdict on an answer; ``earlier`` are answers that were typed before, which it may follow from. Of one that does it is
    said what the right number is where the verdict ``tells``.

    A number may be typed as a decimal, a fraction or an expression; for gradients also in the names of the run, of which those
    count that have a value at step ``at``. A small array is typed in brackets, or its cells with commas between them, and is
    marked cell by cell. An option is chosen by its number or its text.
    """
    text, say = typed.strip(), messages(solution.trace)
    if not text:
        return Verdict("unreadable", say("mark-empty"))
    if len(text) > TYPED:
        return Verdict("unreadable", say("mark-long", most=str(TYPED)))
    if solution.right is not None:
        return _chosen(solution, text)
    # Before anything is taken off the text: an order and a row have commas and signs of their own.
    if solution.order is not None:
        return _ordered(solution.order, text)
    if solution.parts:
        return _of_a_row(solution, text, at, earlier, tells=tells)
    if solution.shape is not None:
        return _shaped(solution.shape, right_hand_side(text))
    text = plainly(right_hand_side(text))
    if solution.formula:
        return _of_a_formula(solution, text, at)
    return _of_a_quantity(solution, text, at, earlier, tells=tells)


def mark_all(solutions: Sequence[Solution], typed: Sequence[str]) -> list[Verdict]:
    """The verdicts on the answers to several questions of one run, in the order of its steps: errors are carried forward."""
    earlier: list[Earlier] = []
    verdicts = []
    for solution, text in zip(solutions, typed, strict=True):
        # On paper nothing waits for its step: an answer may name whatever the run has before it.
        verdict = mark(solution, text, len(solution.trace), earlier)
        verdicts.append(verdict)
        if solution.parts:
            earlier += read_again(solution, text)
        earlier += kept(solution, verdict)
    return verdicts


def read_again(solution: Solution, typed: str) -> Iterator[Earlier]:
    """An answer that was given before, as what later ones may follow from; nothing where it is no number and no array."""
    if solution.parts:
        for part, text in zip(solution.parts, _parts(typed), strict=False):
            yield from read_again(part, text)
    elif solution.quantity is not None and not solution.formula and solution.right is None:
        yield from kept(solution, mark(solution, typed))


def kept(solution: Solution, verdict: Verdict) -> Iterator[Earlier]:
    """A marked answer, as what later ones may follow from."""
    asked = solution.quantity
    if asked is not None and verdict.typed is not None and shape_of(verdict.typed) == shape_of(asked.asked):
        yield earlier_of(asked, verdict.typed, right=verdict.right)


def _ordered(asked: OrderAsked, text: str) -> Verdict:
    right, feedback = ordering.marked(asked, text)
    if right is None:
        return Verdict("unreadable", feedback)
    return Verdict("right" if right else "wrong", feedback, share=float(right), chosen=text)


def _of_a_row(solution: Solution, text: str, at: int | None, earlier: Sequence[Earlier], *, tells: bool) -> Verdict:
    """The verdict on the numbers of a row, each marked behind those before it; said is what is wrong with the first wrong one."""
    say, texts = messages(solution.trace), _parts(text)
    if len(texts) != len(solution.parts):
        return Verdict("unreadable", say("tableau-how"))
    before, verdicts = [*earlier], list[Verdict]()
    for part, cell in zip(solution.parts, texts, strict=True):
        verdicts.append(mark(part, cell, at, before, tells=tells))
        before += kept(part, verdicts[-1])
    # What is said is of the worst number in the row, and of the first of several that are as bad.
    worst = min(verdicts, key=lambda verdict: _SEVERITY.index(verdict.outcome))
    share = sum(verdict.share for verdict in verdicts) / len(verdicts)
    if worst.right:
        return Verdict("right", worst.sentence, share=share, chosen=text)
    name = say(_CELLS[verdicts.index(worst)])
    return Verdict(
        worst.outcome, say("tableau-cell", name=name, said=worst.sentence), worst.misconceptions, share=share, chosen=text
    )


def _parts(text: str) -> list[str]:
    """The numbers of a row as they were typed: ``-4, 1, -4`` or ``-4 · 1 = -4``."""
    return [part.strip() for part in re.split(r"[,;]", text)] if re.search("[,;]", text) else _PARTS.split(text.strip())


def _of_a_formula(solution: Solution, text: str, at: int | None) -> Verdict:
    assert solution.quantity is not None, "a formula is one of a local gradient"
    try:
        right, feedback, why = formulas.marked(solution.quantity, text, solution.shown_at - 1 if at is None else at)
    except GraphstepError as error:
        return Verdict("unreadable", messages(solution.trace)("formula-unreadable", why=error.message))
    return Verdict("right" if right else "wrong", feedback, _worded(solution.trace, [why] if why else []), chosen=text)


def _of_a_quantity(solution: Solution, text: str, at: int | None, earlier: Sequence[Earlier], *, tells: bool) -> Verdict:
    """The verdict on a number or an array: right, else carried, else a misconception in the true run or with what was typed."""
    asked = solution.quantity
    assert asked is not None, "what is not chosen, and no shape, is a number or an array"
    array, say = not isinstance(asked.asked, float), messages(asked.trace)
    if not array and _COMMAS.fullmatch(text):
        return Verdict("unreadable", say("mark-comma"))
    plain = in_brackets(text, np.ndim(asked.asked)) if array else text
    try:
        # Of the names of the run those count that are known before the answer is: else df/dx would answer what df/dx is.
        at = solution.shown_at - 1 if at is None else min(at, solution.shown_at - 1)
        typed = evaluate(solution.trace, plain, at)
    except GraphstepError as error:
        return Verdict("unreadable", say("mark-no-array" if array else "mark-no-number", why=error.message))
    answer = answer_of(plain, typed.value)
    # The name of what is asked for has its value, and is no answer.
    if typed.names and asked.kind == "value" and is_meant(answer, asked.asked):
        return Verdict("unreadable", say("mark-which-array" if array else "mark-which-number", typed=quoted(text)))
    if shape_of(typed.value) == shape_of(asked.asked) and not np.isfinite(typed.value).all():
        return Verdict("unreadable", say("mark-nan" if np.isnan(typed.value).any() else "mark-infinite", typed=quoted(text)))
    return mark_number(asked, answer, earlier, tells=tells)


def mark_number(asked: Quantity, answer: Answer, earlier: Sequence[Earlier] = (), *, tells: bool = True) -> Verdict:
    """The verdict on a number or an array that was read: right, carried, or wrong with the misconception that comes to it."""
    typed, say = answer.value, messages(asked.trace)
    if shape_of(typed) != shape_of(asked.asked):
        return _of_another_shape(asked, typed)
    if is_meant(answer, asked.asked):
        exact = agrees_closely(typed, asked.asked)
        text = say("mark-right") if exact else say("mark-rounded", value=number_text(asked.asked))
        return Verdict("right", text, typed=typed, share=1.0)
    # Of a number 0 or 1, of an array the share of its cells.
    share = float(meets(answer, asked.asked).mean())
    # Before misconceptions: what follows from an earlier error is none of its own.
    follows = carried(asked, answer, earlier)
    if follows is not None:
        if follows.clear:
            return Verdict("carried", _following_text(asked, follows, tells=tells), typed=typed, share=1.0)
        return Verdict("unsure", say("mark-unsure", yours=_named(asked, follows.earlier)), typed=typed, share=share)
    of, why = asked, _slips_of(asked, answer)
    # The same misconceptions again in a run that goes on with what was typed before.
    if not why and (run := with_earlier(asked, earlier)) is not None:
        of, why = run, _slips_of(run, answer)
    met = _worded(of.trace, why)
    return Verdict("wrong", _wrong(asked, typed, answer, met), met, typed, share)


def _worded(trace: Trace, reasons: Sequence[Reason]) -> tuple[Misconception, ...]:
    """Misconceptions in the language of a run, each once."""
    first: dict[str, Reason] = {}
    for why in reasons:
        first.setdefault(why.message, why)
    return tuple(Misconception(code, Wording(trace).say(why)) for code, why in first.items())


def _slips_of(asked: Quantity, answer: Answer) -> list[Reason]:
    """The misconceptions that come to an answer; where none does, those that come to it when it is rounded."""
    with np.errstate(all="ignore"):
        met = [(value, why) for value, why in slips(asked) if not same_number(value, asked.asked)]
        meant = [why for value, why in met if is_meant(answer, value)]
        return meant or [why for value, why in met if is_rounded(answer, value)]


def _named(asked: Quantity, earlier: Sequence[Earlier], which: str = "typed") -> str:
    """Answers with their numbers."""
    digits = asked.trace.writing.digits
    return ", ".join(f"{each.name} = {_written(getattr(each, which), digits)}" for each in earlier)


def _written(number: float | tuple[float, ...], digits: int) -> str:
    if isinstance(number, float):
        return numeral(number, digits)
    return f"[{', '.join(numeral(x, digits) for x in number)}]"


def _following_text(asked: Quantity, follows: Carried, *, tells: bool) -> str:
    """Whose number an answer was computed with, and what the run has."""
    say, yours = messages(asked.trace), _named(asked, follows.earlier)
    value = number_text(follows.asked.asked)
    if not tells:
        return say("mark-follows", name=asked.name, yours=yours, value=value)
    true = _named(asked, follows.earlier, "true")
    return say("answer-follows", name=asked.name, yours=yours, true=true, value=value, right=number_text(asked.asked))


def _wrong(asked: Quantity, typed: Number, answer: Answer, met: Sequence[Misconception]) -> str:
    """What is said of a wrong number: the slip that leads to it, the wrong cells, or how far off it is."""
    say = messages(asked.trace)
    if met:
        return say("mark-slip", slip=met[0].text)
    if not isinstance(asked.asked, float):
        return _cells_compared(answer, asked)
    return say("mark-close" if agrees(float(typed), asked.value) else _compared(float(typed), asked.value))


def same_number(one: Number, other: Number) -> bool:
    """Whether a slip comes to the right answer by chance."""
    if isinstance(one, float) and isinstance(other, float):
        return is_same(one, other)
    return shape_of(one) == shape_of(other) and bool(is_equal(one, other).all())


def agrees_closely(typed: Number, right: Number) -> bool:
    """Whether an answer is right to the digits that are shown, so that nothing needs to be said of rounding."""
    if np.size(right) > WHOLE:
        # Of a large array only its statistics are shown.
        return bool(is_equal(typed, right).all())
    pairs = zip(np.ravel(typed).tolist(), np.ravel(right).tolist(), strict=True)
    return all(numeral(one) == numeral(other) for one, other in pairs)


def _of_another_shape(asked: Quantity, typed: Number) -> Verdict:
    """What is said when the shape is wrong: of a single number for an array, how to type one."""
    say, of = messages(asked.trace), partial(kind, asked.trace.writing.language)
    shapes = {"name": asked.name, "kind": of(shape_of(asked.asked))}
    if isinstance(typed, float):
        return Verdict("unreadable", say("mark-single", **shapes))
    if isinstance(asked.asked, float):
        return Verdict("unreadable", say("mark-not-single", kind=of(shape_of(typed))))
    if np.ndim(typed) == 1 and np.size(typed) == np.size(asked.asked):
        return Verdict("unreadable", say("mark-rows", **shapes))
    key = "mark-shape" if asked.kind == "value" else "mark-shape-of-value"
    return Verdict("wrong", say(key, typed=of(shape_of(typed)), **shapes))


def _cells_compared(answer: Answer, asked: Quantity) -> str:
    """Which cells of an array are wrong."""
    say, right = messages(asked.trace), asked.asked
    good, turned = meets(answer, right), meets(replace(answer, value=np.negative(answer.value)), right)
    wrong = [tuple(place) for place in np.argwhere(~good).tolist()]
    if len(wrong) == np.size(right):
        return say("mark-no-cell")
    names = [f"[{', '.join(map(str, place))}]" for place in wrong[:WHOLE]]
    if len(wrong) > WHOLE:
        listed = f"{say('comma').join(names)} {say('and-more', more=str(len(wrong) - WHOLE))}"
    else:
        listed = names[0] if len(names) == 1 else say("and", first=say("comma").join(names[:-1]), last=names[-1])
    if all(turned[place] for place in wrong):
        return say("mark-cells-signs", count=len(wrong), cells=listed)
    return say("mark-cells-others" if np.size(right) > len(wrong) + 1 else "mark-cells-other", count=len(wrong), cells=listed)


def _shaped(asked: ShapeAsked, text: str) -> Verdict:
    typed, say = typed_shape(text), messages(asked.trace)
    if typed is None:
        return Verdict("unreadable", say("mark-how-shape"))
    written = shape_text(typed)
    if same_shape(typed, asked.shape):
        return Verdict("right", say("mark-right"), chosen=written)
    if len(asked.shape) == 1 and sorted(typed) == sorted((1, *asked.shape)):
        return Verdict("unreadable", say("mark-one-axis"))
    why = [why for shape, why in slips_of_shape(asked) if typed == shape and shape != asked.shape]
    if not why and asked.of == "gradient":
        why = [reason("mark-shape-of-gradient")]
    met = _worded(asked.trace, why)
    return Verdict("wrong", say("mark-slip", slip=met[0].text) if met else say("mark-shapes"), met, chosen=written)


def _compared(typed: float, right: float) -> str:
    """The message that says how far off a number is."""
    if math.isnan(typed) or math.isnan(right):
        return "mark-numbers"
    if right == 0 or typed == 0 or (typed > 0) == (right > 0):
        return "mark-size" if right and typed else "mark-numbers"
    return "mark-sign-and-size"


def _chosen(solution: Solution, text: str) -> Verdict:
    options, say = solution.question.options, messages(solution.trace)
    wanted = "".join(text.split()).casefold()
    by_text = [place for place, option in enumerate(options) if "".join(option.split()).casefold() == wanted]
    # Its text goes before its number: an option may be a number itself, and stands at that place then (see `solve`).
    if by_text:
        chosen = by_text[0]
    elif text.isdecimal() and text.isascii() and 1 <= int(text[:3]) <= len(options):
        chosen = int(text[:3]) - 1
    else:
        return Verdict("unreadable", say("mark-choose", options=str(len(options))))
    if chosen == solution.right:
        return Verdict("right", say("mark-right"), chosen=options[chosen])
    fits = _fits_together(solution, options[chosen])
    feedback = say("mark-option" if fits else "mark-option-shapes", option=options[chosen])
    return Verdict("wrong", feedback, chosen=options[chosen])


def _fits_together(solution: Solution, option: str) -> bool:
    """Whether the shapes in an option go together; words such as 'router' are no expressions, and have none."""
    try:
        evaluate(solution.trace, option)
    except ShapeError:
        return False
    except GraphstepError:
        return True
    return True

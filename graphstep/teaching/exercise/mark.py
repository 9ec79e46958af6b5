"""The marks on a filled sheet: a line for each blank, and the fewest misconceptions that explain what is wrong on it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from graphstep.ground.records import dataclass
from graphstep.teaching.exercise.exercise import Blank, Exercise
from graphstep.teaching.marking.verdict import Outcome, Verdict, mark_all
from graphstep.telling.words.catalogue import message

_COMMA = re.compile(r"[-+−–]?[0-9]*,[0-9]+")
"""A number with a decimal comma."""

_THOUSANDS = re.compile(r"[-+−–]?[1-9][0-9]{0,2},[0-9]{3}")
"""A number whose comma may part its thousands as well: where a class writes decimal commas, 1,000 is 1."""

_GROUPED = re.compile(r"[-+−–]?[1-9][0-9]{0,2}(?:[ \u00a0\u202f][0-9]{3})+")
"""A number with blanks between its thousands."""

_MIXED = re.compile(r"(?P<sign>[-+−–]?)\s*(?P<whole>[0-9]{1,9})\s+(?P<part>[0-9]{1,9}/[1-9][0-9]{0,8})")
"""A whole number and a fraction, ``2 1/2``."""

EXACTLY = 4
"""Misconceptions up to which the smallest set of them is looked for; where more are needed, each takes what explains the most."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What one blank earned, and why."""

    item: str
    """The exercise, by its code."""
    blank: str
    """The blank, by its name on the sheet: ``1a``."""
    typed: str
    """What stands there, as it was typed."""
    read_as: str
    """What that was read as; empty where it could not be read."""
    verdict: Outcome
    """Right, carried, wrong, unreadable, or unsure."""
    code: str
    """The misconception that explains a wrong answer, ``slip-sign``, by the id of its message; empty where none does."""
    sentence: str
    """What is said to the student."""
    earned: float | None
    """What it earned; None where a person has to decide, which is what unsure means."""
    of: float
    """What a right answer earns."""


def marks_of(sheet: Sequence[tuple[Exercise, Sequence[str]]], answers: Mapping[str, str], *, comma: bool = False) -> list[Mark]:
    """The marks on a sheet: its exercises, each with the names of its blanks there, and the answers by the name of the blank.

    What is no answer to any blank is not looked at. A single number may have a decimal comma; ``comma`` says that 1,250 has one
    too, and is no number of thousands. Of the misconceptions that come to the wrong answers, the fewest that explain all of
    them are the ones that are named.
    """
    lines: list[tuple[Exercise, str, Blank, Verdict]] = []
    for exercise, names in sheet:
        typed = [_number(blank, answers.get(name, ""), comma) for name, blank in zip(names, exercise.blanks, strict=True)]
        verdicts = mark_all([blank.solution for blank in exercise.blanks], typed)
        lines += [(exercise, *line) for line in zip(names, exercise.blanks, verdicts, strict=True)]
    chosen = smallest([tuple(each.code for each in verdict.misconceptions) for *_, verdict in lines])
    return [_mark(exercise, name, answers.get(name, ""), blank, verdict, chosen) for exercise, name, blank, verdict in lines]


def _number(blank: Blank, typed: str, comma: bool) -> str:
    """An answer as a program writes it, where one number is asked for: a decimal point, no gaps in thousands, 2 1/2 as a sum."""
    asked = blank.solution.quantity
    single = asked is not None and blank.solution.right is None and isinstance(asked.asked, float)
    if single and _GROUPED.fullmatch(typed):
        return re.sub(r"\s", "", typed)
    if single and (mixed := _MIXED.fullmatch(typed)):
        return f"{mixed['sign']}({mixed['whole']} + {mixed['part']})"
    decimal = _COMMA.fullmatch(typed) and (comma or not _THOUSANDS.fullmatch(typed))
    return typed.replace(",", ".") if single and decimal else typed


def _mark(exercise: Exercise, name: str, typed: str, blank: Blank, verdict: Verdict, chosen: Sequence[str]) -> Mark:
    # The likeliest of those that were chosen for the whole sheet, which need not be the likeliest of this blank.
    why = next((each for each in verdict.misconceptions if each.code in chosen), None)
    feedback, language = verdict.sentence, blank.solution.trace.writing.language
    if not typed.strip():
        feedback = message(language, "mark-left-empty")
    elif why is not None and why is not verdict.misconceptions[0]:
        feedback = message(language, "mark-slip", slip=why.text)
    earned = blank.marks * (1.0 if verdict.earned else verdict.share)
    return Mark(
        exercise.code,
        name,
        typed,
        verdict.read,
        verdict.outcome,
        "" if why is None else why.code,
        feedback,
        None if verdict.outcome == "unsure" else earned,
        blank.marks,
    )


# -- the fewest misconceptions --------------------------------------------------------------------------------------------------


def smallest(codes: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The fewest misconceptions of which every wrong answer has one; ``codes`` are those of each answer, the most likely first.

    Of several sets of the same size it is the most likely one. Answers without any misconception need none.

    >>> smallest([("sign", "seed"), ("seed",), ("local", "seed"), ()])
    ('seed',)
    """
    # Answers that few misconceptions explain come first: they leave the fewest ways open.
    wanted = sorted({tuple(each) for each in codes if each}, key=lambda each: (len(each), each))
    for size in range(1, EXACTLY + 1):
        # A hitting set, which is NP-hard in general. Here the answers are few, and so are the codes of each: the branches are as
        # many as one answer has codes, to the fourth power.
        if sets := set(_covers(wanted, size)):
            return min(sets, key=lambda chosen: (_unlikely(chosen, codes), chosen))
    return _greedy(codes)


def _covers(wanted: Sequence[Sequence[str]], size: int) -> Iterator[tuple[str, ...]]:
    """Every set of at most ``size`` misconceptions that explains all answers: one of the first answer's must be in it."""
    if not wanted:
        yield ()
    elif size:
        for code in wanted[0]:
            for rest in _covers([each for each in wanted if code not in each], size - 1):
                yield tuple(sorted((code, *rest)))


def _unlikely(chosen: Sequence[str], codes: Sequence[Sequence[str]]) -> int:
    """How many likelier misconceptions are passed over, all answers together."""
    return sum(min(each.index(code) for code in chosen if code in each) for each in codes if each)


def _greedy(codes: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """A small set: each time the misconception that explains the most of what is left, the first in the alphabet of several."""
    left, chosen = [each for each in codes if each], list[str]()
    while left:
        counts: dict[str, int] = {}
        for each in left:
            for code in each:
                counts[code] = counts.get(code, 0) + 1
        chosen.append(min(counts, key=lambda code: (-counts[code], code)))
        left = [each for each in left if chosen[-1] not in each]
    return tuple(sorted(chosen))

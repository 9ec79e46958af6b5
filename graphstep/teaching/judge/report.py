"""The judgement of an engine, as a document and as data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain
from typing import Any

from graphstep.ground.numerals import as_json, numeral
from graphstep.teaching.judge.fault import BACKWARD, BROADCAST
from graphstep.teaching.judge.findings import TOLERANCE, Finding, Judgement, agree
from graphstep.teaching.judge.operations import ROWS, Cells
from graphstep.teaching.judge.trials import Trial
from graphstep.telling.document import Block, Code, Column, Content, Document, Listing, Verdict
from graphstep.telling.reports.parts import sentence, text_table, titled
from graphstep.telling.words.catalogue import message

_DIGITS = 12
"""Digits in which a wrong number differs from the right one for sure, where it is wrong by more than an ε."""

_SCALE = 100.0
"""The size from which on an error is relative, see :func:`agree`: 1."""

_WHOLE = (
    "judge-fails", "judge-broadcast-shape", "judge-built", "judge-in-place", "judge-handed-on", "judge-clock", "judge-processor",
    "judge-ended",
)  # fmt: skip
"""What is said of an operation as a whole."""

_ENGINE = ("judge-slow", "judge-kept", "judge-start-shared")
"""What is said of an engine, and of none of its operations."""

_SHORT = 6
"""Digits that are enough where the numbers are further apart."""


def document(of: Judgement, language: str, command: str = "") -> Document:
    """The judgement, and the command that makes it again."""
    title = message(language, "judge-title", engine=of.engine, kind=of.kind)
    return titled(title, body(of, language), language, command)


def body(of: Judgement, language: str) -> Iterator[Block]:
    """The verdict in one line; then what is wrong with the smallest program that shows it, and what else there is to say."""
    say = partial(message, language)
    if of.is_right:
        yield Verdict("fine", "", (say("judge-right", count=len(of.right), absent=str(len(of.absent))),))
    for finding in of.findings:
        yield Verdict("fault", "", (say("judge-wrong", what=verdict_line(finding, language)),))
        if finding.key != "judge-slow":
            yield from _shown(of, finding, language)
    for name in of.missing:
        yield Verdict("fault", "", (say("judge-missing", name=name),))
        if error := of.missing[name]:
            yield sentence(Code(error))
    if of.consequences:
        yield sentence(say("judge-consequences", names=_titles(of.consequences)))
    if of.right:
        yield sentence(say("judge-those-right", names=_titles(of.right)))
    if of.absent:
        yield sentence(say("judge-absent", names=_titles(of.absent)))
    yield from (sentence(say("judge-near", near=near, name=name)) for near, name in of.near.items())
    if of.without_arrays:
        yield sentence(say("judge-without-arrays", names=_titles(of.without_arrays)))
    if of.unbroadcast:
        yield sentence(say("judge-unbroadcast", names=_titles(of.unbroadcast)))
    if of.kinks:
        yield sentence(say("judge-conventions"))
        yield Listing(tuple(_kink(kink.trial, kink.ours, kink.came, language) for kink in of.kinks))
    yield from (sentence(line) for line in _remarks(of, language))


def verdict_line(finding: Finding, language: str) -> str:
    """What is wrong, in a line: the operation, the input, and what is done there."""
    say = partial(message, language)
    if finding.key in _ENGINE:
        return say(finding.key)
    if finding.operation == BROADCAST:
        return say("judge-said", name=say("judge-broadcasting"), what=_what(finding, language))
    name = BACKWARD if finding.operation == BACKWARD else ROWS[finding.operation].title
    what = _what(finding, language)
    if finding.operation == BACKWARD or finding.key in _WHOLE or _is_of_value(finding):
        return say("judge-said", name=name, what=what)
    return say("judge-said-input", name=name, where=_input(finding, language), what=what)


def _is_of_value(finding: Finding) -> bool:
    return finding.key.startswith("judge-value") or not (finding.key or finding.sends)


def _input(finding: Finding, language: str) -> str:
    row = ROWS[finding.operation]
    if row.slots == 1:
        return message(language, "judge-its-input")
    if finding.slot is None:
        return message(language, "judge-both-inputs")
    return message(language, "judge-first-input" if finding.slot == 0 else "judge-second-input")


def _what(finding: Finding, language: str) -> str:
    say = partial(message, language)
    if finding.key == "judge-fails":
        return finding.error
    if finding.key == "judge-built":
        return say("judge-built", built=finding.built)
    if finding.key.startswith("slope-"):
        # What is said to a learner is the right rule; here the line says what is wrong.
        return say("judge-slope", rule=_inside(say(finding.key)))
    if finding.key:
        return say(finding.key)
    if not finding.came:
        return finding.error
    return say("judge-gradient" if finding.sends else "judge-value")


def _inside(text: str) -> str:
    """A sentence as the end of another."""
    return (text[0].lower() + text[1:]).removesuffix(".")


def _shown(of: Judgement, finding: Finding, language: str) -> Iterator[Block]:
    """The program and its numbers, right and as they came."""
    say = partial(message, language)
    inputs = ", ".join(f"{name} = {_text(x, 17)}" for name, x in zip(finding.trial.names, finding.trial.inputs, strict=True))
    yield sentence(Code(finding.trial.text), say("judge-with", given=inputs))
    if not finding.came:
        return
    columns = (Column(("",)), Column((say("judge-column-right"),), numbers=True), Column((of.kind,), numbers=True), Column(("",)))
    lines = chain.from_iterable(
        _lines(label, right, came)
        for label, right, came in zip(_labels(finding.trial, language), finding.right, finding.came, strict=True)
    )
    yield text_table(columns, ((*line, "" if line[1] == line[2] else say("judge-mark")) for line in lines))


def _lines(label: str, right: Cells, came: Cells) -> Iterator[tuple[str, str, str]]:
    """A number in a line, an array row by row, what is right beside what came."""
    if (
        isinstance(right, tuple)
        and isinstance(came, tuple)
        and _is_matrix(right)
        and _is_matrix(came)
        and len(right) == len(came)
    ):
        for place, (one, other) in enumerate(zip(right, came, strict=True)):
            yield (f"{label}[{place}]", *_apart(one, other))
    else:
        yield (label, *_apart(right, came))


def _is_matrix(cells: Cells) -> bool:
    return isinstance(cells, tuple) and isinstance(cells[0], tuple)


def _text(cells: Cells, digits: int = _SHORT) -> str:
    return f"[{', '.join(_text(x, digits) for x in cells)}]" if isinstance(cells, tuple) else numeral(cells, digits)


def _labels(trial: Trial, language: str) -> list[str]:
    return [message(language, "heading-value"), *(f"df/d{name}" for name in trial.names)]


def _apart(right: Cells, came: Cells) -> tuple[str, str]:
    """Two numbers, or rows, with as many digits as it takes to see whether they differ."""
    short = _text(right), _text(came)
    # Two numbers that print alike and are not the same would make a table in which nothing differs.
    if short[0] != short[1] or agree((came,), (right,), TOLERANCE, _SCALE):
        return short
    return _text(right, _DIGITS), _text(came, _DIGITS)


def _kink(trial: Trial, ours: float, came: float, language: str) -> Content:
    inputs = ", ".join(f"{name} = {_text(x)}" for name, x in zip(trial.names, trial.inputs, strict=True))
    values = {"given": inputs, "came": numeral(came), "ours": numeral(ours)}
    return (Code(trial.text), message(language, "judge-same-kink" if ours == came else "judge-other-kink", **values))


def _remarks(of: Judgement, language: str) -> Iterator[str]:
    say = partial(message, language)
    if of.way:
        yield say("judge-pass", way=of.way)
    if of.doubts:
        yield say("judge-doubt", count=len(of.doubts), program=of.doubts[0].text)
    if of.again is not None:
        trial, once, twice = of.again
        yield say("judge-again", program=trial.text, once=numeral(once), twice=numeral(twice))


def _titles(names: Sequence[str]) -> str:
    return ", ".join(ROWS[name].title for name in names)


# -- data ------------------------------------------------------------------------------------------------------------------------


def data(of: Judgement, language: str) -> dict[str, Any]:
    """The judgement for other programs."""
    return {
        "schema": 1,
        "engine": of.engine,
        "class": of.kind,
        "verdict": "right" if of.is_right else "wrong",
        "findings": [_finding(each, language) for each in of.findings],
        "right": of.right,
        "consequences": of.consequences,
        "absent": of.absent,
        "near": of.near,
        "missing": [*of.missing],
        "withoutArrays": of.without_arrays,
        "unbroadcast": of.unbroadcast,
        "conventions": [
            {**_program(kink.trial), "gradient": _json(kink.came), "graphstep": _json(kink.ours)} for kink in of.kinks
        ],
        "remarks": list(_remarks(of, language)),
        "programs": of.programs,
    }


def _finding(finding: Finding, language: str) -> dict[str, Any]:
    return {
        "operation": finding.operation,
        "slot": finding.slot,
        "fault": finding.key.removeprefix("judge-") or None,
        "text": verdict_line(finding, language),
        **_program(finding.trial),
        "expected": _numbers(finding.trial, finding.right),
        "came": _numbers(finding.trial, finding.came) if finding.came else None,
        "error": finding.error or None,
    }


def _program(trial: Trial) -> dict[str, Any]:
    return {"program": trial.text, "inputs": dict(zip(trial.names, map(_json, trial.inputs), strict=True))}


def _numbers(trial: Trial, numbers: Sequence[Cells]) -> dict[str, Any]:
    gradients = {name: _json(x) for name, x in zip(trial.names, numbers[1:], strict=True)}
    return {"output": _json(numbers[0]), "gradients": gradients}


def _json(number: Cells) -> Any:
    if isinstance(number, tuple):
        return [_json(each) for each in number]
    return as_json(number)

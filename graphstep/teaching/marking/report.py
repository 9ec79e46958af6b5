"""Marked claims about a run, as a document and as data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import chain
from typing import Any, Literal

from graphstep.ground.arrays import is_small, json_data, number_text
from graphstep.ground.numerals import DIGITS, DOUBLE
from graphstep.teaching.marking.claims import Claim
from graphstep.teaching.marking.verdict import Outcome
from graphstep.teaching.marking.verdict import Verdict as Marked
from graphstep.telling.document import FULL, Block, Column, Content, Document, Figure, Manner, Table, Verdict
from graphstep.telling.reports.inputs import report_of
from graphstep.telling.reports.parts import section
from graphstep.telling.words.catalogue import message

_COLUMNS = ("claim", "claimed", "here", "verdict")

_WORDS: dict[Outcome, str] = {"right": "right", "carried": "follows", "unsure": "open", "wrong": "wrong", "unreadable": "wrong"}
"""What a verdict is called; a number of another shape is as wrong as any."""

_STATUS: dict[str, Literal["fine", "doubt", "fault"]] = {"right": "fine", "follows": "doubt", "open": "doubt", "wrong": "fault"}


def document(claims: Sequence[Claim], verdicts: Sequence[Marked], manner: Manner = FULL, command: str = "") -> Document:
    """The program, its claims beside the numbers of the run, and what there is to say about them. There is at least one claim."""
    trace = claims[0].asked.trace
    blocks = chain((section(trace, "claims"),), body(claims, verdicts, trace.writing.digits, manner))
    return report_of(trace, "claims-of", blocks, command)


def body(claims: Sequence[Claim], verdicts: Sequence[Marked], digits: int = DIGITS, manner: Manner = FULL) -> Iterator[Block]:
    """The claims in a table, a sentence on each that does not hold, and the result; the result alone where it is brief."""
    language = claims[0].asked.trace.writing.language
    say = partial(message, language)
    words = [_WORDS[verdict.outcome] for verdict in verdicts]
    columns = tuple(Column((say(f"claims-{key}"),), key in ("claimed", "here")) for key in _COLUMNS)
    rows: list[tuple[Content, ...]] = []
    for claim, word in zip(claims, words, strict=True):
        asked, shown = claim.asked, _digits(claim, digits) if word == "wrong" else digits
        claimed, here = (Figure(value, shown, "value") for value in (claim.answer.value, asked.asked))
        rows.append(((asked.name,), (claimed,), (here,), (say(f"claims-{word}"),)))
    yield Table(columns, tuple(rows))
    for claim, verdict, word in zip(claims, verdicts, words, strict=True):
        if word != "right" and not manner.brief:
            yield Verdict(_STATUS[word], say("title", title=claim.asked.name), (verdict.sentence,))
    yield _result(claims, words)


def _digits(claim: Claim, digits: int) -> int:
    """The digits in which a wrong number can be seen to differ from the run's."""
    pair = claim.answer.value, claim.asked.asked
    if not all(is_small(value) for value in pair):
        return digits
    return next((n for n in range(digits, DOUBLE) if len({number_text(value, n) for value in pair}) > 1), DOUBLE)


def _result(claims: Sequence[Claim], words: Sequence[str]) -> Block:
    """Whether all claims hold, or which of those that do not comes first on the way through the run."""
    say = partial(message, claims[0].asked.trace.writing.language)
    wrong = [claim.asked for claim, word in zip(claims, words, strict=True) if word != "right"]
    if not wrong:
        return Verdict("fine", "", (say("claims-hold", count=len(claims)),))
    first = min(wrong, key=lambda asked: asked.step)
    text = say("claims-only")
    if len(claims) > 1:
        text = say("claims-fail", count=len(wrong), of=str(len(claims)), name=first.name, step=str(first.step))
    return Verdict("fault" if "wrong" in words else "doubt", "", (text,))


def data(of: Sequence[Claim], verdicts: Sequence[Marked]) -> dict[str, Any]:
    """Claims about a run with their verdicts, for other programs; ``code`` is the misconception that comes to a wrong number."""
    rows = [
        {
            "claim": claim.text,
            "quantity": claim.asked.name,
            "claimed": json_data(claim.answer.value),
            "value": json_data(claim.asked.asked),
            "verdict": "wrong" if verdict.outcome == "unreadable" else verdict.outcome,
            "share": verdict.share,
            "code": verdict.misconceptions[0].code if verdict.misconceptions else None,
            "sentence": verdict.sentence,
        }
        for claim, verdict in zip(of, verdicts, strict=True)
    ]
    result = "right" if all(verdict.right for verdict in verdicts) else "wrong"
    return {"schema": 1, "program": of[0].asked.trace.program.text, "verdict": result, "claims": rows}

"""What was predicted, summed up as a document: tries, hints, and the misconceptions that came up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import partial

from graphstep.debugger.score import Score
from graphstep.engine.trace import Trace
from graphstep.telling.document import Block, Column, Document, Listing, Table, Typed
from graphstep.telling.reports.parts import sentence, titled
from graphstep.telling.words.catalogue import message


def document(trace: Trace, score: Score) -> Document:
    """The program, and what came of the questions."""
    title = message(trace.writing.language, "summary-title")
    return titled(title, (Typed(trace.program.text.strip()), *body(trace, score)), trace.writing.language)


def body(trace: Trace, score: Score) -> Iterator[Block]:
    """The counts, the misconceptions with the steps at which they came up, and a word on the way."""
    say = partial(message, trace.writing.language)
    counts = (
        ("summary-right", score.right),
        ("summary-missed", score.missed),
        ("summary-hints", score.hints),
        ("summary-carried", score.carried),
        ("summary-shown", score.shown),
    )
    asked = say("summary-asked", count=score.asked)
    yield Listing(((asked,), *((say(key, count=count),) for key, count in counts if count or key == "summary-right")))
    if score.slips:
        often = Counter(slip.said for slip in score.slips)
        yield sentence(say("summary-slips"))
        columns = (Column((say("summary-times"),), numbers=True), Column((say("summary-where"),)), Column((say("summary-what"),)))
        rows = []
        for slip_sentence, count in often.most_common():
            first = next(slip for slip in score.slips if slip.said == slip_sentence)
            where = say("summary-at", name=first.name, step=str(first.n))
            rows.append(((str(count),), (where,), (slip_sentence,)))
        yield Table(columns, tuple(rows))
    yield sentence(say(_closing(score)))


def _closing(score: Score) -> str:
    """The message with which it ends."""
    if score.asked and score.right == score.asked and not score.hints:
        return "summary-all"
    if score.slips:
        return "summary-again" if len({slip.said for slip in score.slips}) < len(score.slips) else "summary-once"
    return "summary-numbers" if score.missed else "summary-help"

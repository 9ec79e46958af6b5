"""The words of facts about predict mode, and the summary in lines and in files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphstep.debugger.effects import WriteSummary
    from graphstep.debugger.facts import Answered, Hinted, NoMoreHints, PredictingEnds
    from graphstep.debugger.score import Score
    from graphstep.debugger.state import State
    from graphstep.faces.replies.words import Words


def ends_text(words: Words, fact: PredictingEnds) -> str:
    """The sentence that predict mode has ended, with the score."""
    score = fact.score
    return words.say("reply-predicting-score" if score.asked else "reply-predicting-ends", right=score.right, asked=score.asked)


def answered_text(words: Words, fact: Answered) -> str:
    """The sentence on an answer: right, carried, or what is wrong with it."""
    from graphstep.debugger.questions import questions_of
    from graphstep.teaching.marking.verdict import mark

    before, score = words.before, words.after.score
    questions = questions_of(before.trace, fact.n)
    if score is None or before.score is None or fact.part >= len(questions):
        return ""
    solution = questions[fact.part]
    # A fact holds what was typed and no sentence: it is marked once more for its words, with what was known before.
    verdict = mark(solution, fact.typed, before.at, before.score.earlier) if fact.typed else None
    if verdict is not None and not fact.right:
        return verdict.sentence
    if verdict is not None and verdict.outcome == "carried":
        return verdict.sentence
    key = "reply-answer-shown" if verdict is None else "reply-answered"
    return words.say(key, answer=str(solution.answer), right=score.right, asked=score.asked)


def hint_text(words: Words, fact: Hinted) -> str:
    """A hint, and which of how many it is."""
    from graphstep.debugger.questions import hints_of, questions_of

    hints = hints_of(questions_of(words.after.trace, fact.n)[fact.part])
    return words.say("lesson-hint", number=str(fact.number), count=len(hints), hint=hints[fact.number - 1])


def no_more_hints_text(words: Words, fact: NoMoreHints) -> str:
    """That there is no further hint to a question."""
    if words.before.lesson is None:
        return words.say("reply-no-more-hints")
    return words.say("lesson-no-more-hints" if fact.count else "lesson-no-hints")


def summary_lines(state: State, score: Score) -> Iterator[str]:
    """The lines that sum up the predictions."""
    from graphstep.debugger.summary import body
    from graphstep.faces.replies.panels import block_lines

    yield from block_lines(state.language, body(state.trace, score))


def write_summary(state: State, effect: WriteSummary) -> str:
    """Write the summary to a file, in the format of its suffix; the path. Raises as every report does."""
    from functools import partial

    from graphstep.faces.export import _reports

    return str(_reports.write(effect.path, None, partial(summary_pieces, state, effect.score)))


def summary_pieces(state: State, score: Score, name: str) -> Iterator[str]:
    """The text of the summary in a format."""
    from dataclasses import asdict

    from graphstep.debugger.summary import document
    from graphstep.faces.export import PLAIN, _reports

    return _reports.pieces(
        name,
        text=lambda: (f"{line}\n" for line in summary_lines(state, score)),
        data=lambda: {"schema": 1, "program": state.trace.program.text, **asdict(score.closed)},
        document=lambda: document(state.trace, score),
        options=PLAIN,
    )

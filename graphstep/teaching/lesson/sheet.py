"""A lesson on paper: a sheet with its questions and room for the answers, and a key that holds them.

The prose is left out: what stands behind a question tells its answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from graphstep.teaching.lesson.rehearsal import Rehearsal, Scene
from graphstep.teaching.marking.solution import Solution
from graphstep.telling.document import BLANK, WHOLE, Block, Code, Document, Graph, Heading, Inline, Question, Strong
from graphstep.telling.reports.inputs import problem
from graphstep.telling.reports.parts import phrase
from graphstep.telling.reports.run import made_by
from graphstep.telling.words.catalogue import message

_MARKED = re.compile(r"`(?P<code>[^`]+)`|\*\*(?P<strong>[^*`]+)\*\*")
"""Inline code and what is set in bold; other marks of Markdown stand in no question."""


def sheet(rehearsal: Rehearsal, command: str) -> Document:
    """The questions, numbered, under the program and the graph that they are about; ``command`` makes the document again."""
    return Document(rehearsal.lesson.title, _asked(rehearsal, command))


def key(rehearsal: Rehearsal, command: str) -> Document:
    """The answers under the numbers of the sheet, each with its reason; ``command`` makes the document again."""
    return Document(_answers(rehearsal), _answered(rehearsal, command))


def _answers(rehearsal: Rehearsal) -> str:
    return message(rehearsal.scenes[0].trace.writing.language, "answers-to", lesson=rehearsal.lesson.title)


def _asked(rehearsal: Rehearsal, command: str) -> Iterator[Block]:
    yield Heading(1, (rehearsal.lesson.title,), "title")
    run = None
    for number, scene, solution in _numbered(rehearsal):
        if scene.trace is not run:
            run = scene.trace
            yield Heading(
                2, phrase(run.writing.language, "program", what=Code(" ".join(run.program.text.split()))), f"program-{number}"
            )
            yield from (block for block in problem(run) if not isinstance(block, Heading))
            if len(run.program.nodes) - run.program.first_gate <= WHOLE:
                yield Graph(run, 0, written=False)
        options = tuple((option,) for option in solution.question.options)
        yield Question(number, marked(solution.wording), options, (), phrase(run.writing.language, "answer", what=BLANK))
    yield from made_by(rehearsal.lesson.run.language, command, ())


def _answered(rehearsal: Rehearsal, command: str) -> Iterator[Block]:
    yield Heading(1, (_answers(rehearsal),), "title")
    for number, _, solution in _numbered(rehearsal):
        reason = solution.question.because
        yield Question(number, (), (), (), (Code(solution.answer), *([". ", *marked(reason)] if reason else [])))
    yield from made_by(rehearsal.lesson.run.language, command, ())


def _numbered(rehearsal: Rehearsal) -> Iterator[tuple[int, Scene, Solution]]:
    """Every question in the order of the lesson, counted from 1, with the section that it stands in."""
    each = ((scene, solution) for scene in rehearsal.scenes for solution in scene.solutions)
    for number, (scene, solution) in enumerate(each, 1):
        yield number, scene, solution


def marked(text: str) -> tuple[Inline, ...]:
    """A line of a lesson's Markdown as parts of prose.

    >>> marked("What is `df/dx` in **all**?")
    ('What is ', Code(text='df/dx'), ' in ', Strong(text='all'), '?')
    """
    parts: list[Inline] = []
    place = 0
    for match in _MARKED.finditer(text):
        parts += [text[place : match.start()], Code(match["code"]) if match["code"] else Strong(match["strong"])]
        place = match.end()
    return tuple(part for part in (*parts, text[place:]) if part != "")

"""A lesson on paper: a sheet with its questions and room for the answers, and a key that holds them.

The prose is left out: what stands behind a question tells its answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from graphstep.engine.trace import Trace
from graphstep.ground.arrays import number_text
from graphstep.teaching.lesson.rehearsal import Rehearsal, Scene
from graphstep.teaching.marking.precision import is_same
from graphstep.teaching.marking.solution import Solution
from graphstep.telling.derivatives import sent_name
from graphstep.telling.document import WHOLE, Block, Code, Column, Content, Document, Graph, Heading, Question, Strong, Table
from graphstep.telling.explanation import BLANK
from graphstep.telling.reports.inputs import functions, problem
from graphstep.telling.reports.parts import phrase, sentence, titled
from graphstep.telling.words.catalogue import message

_MARKED = re.compile(r"`(?P<code>[^`]+)`|\*\*(?P<strong>[^*`]+)\*\*")
"""Inline code and what is set in bold; other marks of Markdown stand in no question."""


def sheet(rehearsal: Rehearsal, command: str) -> Document:
    """The questions, numbered, under the program and the graph that they are about; ``command`` makes the document again."""
    document = titled(rehearsal.lesson.title, _asked(rehearsal), rehearsal.language, command)
    return replace(document, lang=rehearsal.lesson.lang)


def key(rehearsal: Rehearsal, command: str) -> Document:
    """The answers under the numbers of the sheet, each with its reason; ``command`` makes the document again."""
    title = message(rehearsal.language, "answers-to", lesson=rehearsal.lesson.title)
    return replace(titled(title, _answered(rehearsal), rehearsal.language, command), lang=rehearsal.lesson.lang)


def _asked(rehearsal: Rehearsal) -> Iterator[Block]:
    run, defined, before = None, set[str](), dict[str, tuple[int, Solution]]()
    for number, scene, solution in _numbered(rehearsal):
        # By identity: a lesson may come back to a program, and what is given stands over its questions again.
        if scene.trace is not run:
            run = scene.trace
            yield Heading(
                2, phrase(run.writing.language, "program", what=Code(" ".join(run.program.text.split()))), f"program-{number}"
            )
            answers = answered_before(rehearsal.lesson.asked, run, before)
            instead = {name: your_answer(rehearsal.language, str(earlier)) for name, (earlier, _) in answers.items()}
            yield from (block for block in problem(run, finds=False, instead=instead) if not isinstance(block, Heading))
            yield from functions(run, defined)
            if len(run.program.nodes) - run.program.first_gate <= WHOLE:
                yield Graph(run, 0, written=False)
        before[solution.question.key] = number, solution
        question = solution.question
        if question.part is not None:
            if question.part[0] == 1:
                yield sentence(*(marked(question.paper or question.question) or (message(run.writing.language, "tableau-fill"),)))
                yield tableau(rehearsal, number, BLANK)
            continue
        options = tuple((option,) for option in question.options)
        yield Question(number, marked(solution.printed), options, (), phrase(run.writing.language, "answer", what=BLANK))


def answered_before(
    asked: Mapping[str, Sequence[str]], run: Trace, before: Mapping[str, tuple[int, Solution]]
) -> dict[str, tuple[int, Solution]]:
    """By the name of an input whose value a question ``before`` asks for, that question with its number: the value would tell its
    answer.
    """
    answers = {}
    for name in asked.keys() & run.inputs.keys():
        value = run.inputs[name]
        for number, solution in (before[key] for key in asked[name] if key in before):
            # A lesson may run the same program with another value first: only where it is the answer does it tell one.
            if isinstance(value, float) and solution.number is not None and is_same(value, solution.number):
                answers[name] = number, solution
    return answers


def your_answer(language: str, number: str) -> str:
    """What is said in place of a value that an earlier question asks for."""
    return message(language, "sheet-your-answer", number=number)


def _answered(rehearsal: Rehearsal) -> Iterator[Block]:
    for number, _, solution in _numbered(rehearsal):
        reason = solution.question.because
        if solution.question.part is not None and solution.question.part[0] == 1:
            yield tableau(rehearsal, number)
        if solution.question.part is not None:
            if reason:
                yield sentence(*marked(reason))
            continue
        yield Question(number, (), (), (), explained(rehearsal.language, Code(solution.answer), reason))


def _numbered(rehearsal: Rehearsal) -> Iterator[tuple[int, Scene, Solution]]:
    """Every question in the order of the lesson, counted from 1, with the section that it stands in."""
    each = ((scene, solution) for scene in rehearsal.scenes for solution in scene.solutions)
    for number, (scene, solution) in enumerate(each, 1):
        yield number, scene, solution


def tableau(rehearsal: Rehearsal, first: int, blank: str = "") -> Table:
    """The rows of a tableau from the question with this number on; ``blank`` stands for the numbers on a sheet."""
    questions = [solution for _, _, solution in _numbered(rehearsal)][first - 1 :]
    rows = questions[: (questions[0].question.part or (1, 1))[1]]
    language = questions[0].trace.writing.language
    # The way forward has nothing but values.
    sends = any(row.parts for row in rows)
    titles = ("tableau-step", *(("tableau-upstream", "tableau-local", "tableau-product") if sends else ("tableau-value",)))
    heads = [(message(language, title),) for title in titles]
    columns = (Column(("",), True), Column(heads[0]), *(Column(head, True) for head in heads[1:]))
    return Table(columns, tuple(((f"{number}.",), *_row(row, blank, len(titles))) for number, row in enumerate(rows, first)))


def _row(row: Solution, blank: str, width: int) -> tuple[Content, ...]:
    """What stands in the row of a tableau: what is done, and the numbers of it; the only number is in the last column."""
    if not row.parts:
        assert row.quantity is not None, "a row that is no send is a value or a sum"
        return (Code(row.quantity.name),), *((),) * (width - 2), _figure(row, blank)
    (*_, product) = row.parts
    wire = None if product.quantity is None else product.quantity.wire
    assert wire is not None, "a row of several numbers is a send"
    return (Code(sent_name(wire)),), *(_figure(part, blank) for part in row.parts)


def _figure(cell: Solution, blank: str) -> Content:
    assert cell.quantity is not None, "a cell of a tableau is a number"
    return (blank or number_text(cell.quantity.asked),)


def explained(language: str, answer: Code, reason: str) -> Content:
    """An answer, and its reason where it has one."""
    return phrase(language, "stated-because", what=answer, why=marked(reason)) if reason else (answer,)


def marked(text: str) -> Content:
    """A line of a lesson's Markdown as parts of prose.

    >>> marked("What is `df/dx` in **all**?")
    ('What is ', Code(text='df/dx'), ' in ', Strong(text='all'), '?')
    """
    parts: list[str | Code | Strong] = []
    place = 0
    for match in _MARKED.finditer(text):
        parts += [text[place : match.start()], Code(match["code"]) if match["code"] else Strong(match["strong"])]
        place = match.end()
    return tuple(part for part in (*parts, text[place:]) if part != "")

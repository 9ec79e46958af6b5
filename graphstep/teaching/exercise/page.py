"""An exercise on paper: what is given and what is asked, and a key with the way to each answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graphstep.ground.arrays import json_data
from graphstep.ground.numerals import numeral
from graphstep.teaching.exercise.exercise import Blank, Exercise
from graphstep.teaching.lesson.sheet import explained, marked, your_answer
from graphstep.telling.document import WHOLE, Block, Code, Content, Document, Graph, Prose, Question
from graphstep.telling.explanation import BLANK
from graphstep.telling.reports.inputs import functions, given, problem_text
from graphstep.telling.reports.parts import phrase, titled
from graphstep.telling.words.catalogue import message


def sheet(exercise: Exercise, command: str) -> Document:
    """The exercise with room for its answers; ``command`` makes the document again."""
    return titled(exercise.title, asked(exercise), exercise.setup.language, command)


def key(exercise: Exercise, command: str) -> Document:
    """Its answers, each with the way to it and its reason; ``command`` makes the document again."""
    language = exercise.setup.language
    title = message(language, "answers-to", lesson=exercise.title)
    return titled(title, (Prose((Code(exercise.code),)), *answered(exercise)), language, command)


def asked(exercise: Exercise) -> Iterator[Block]:
    """What is given and what is asked, in numbered questions."""
    yield from problem(exercise)
    # Where all blanks earn the same, nobody needs to be told.
    weighed = len({blank.marks for blank in exercise.blanks}) > 1
    for number, blank in enumerate(exercise.blanks, 1):
        solution = blank.solution
        worth = (worth_of(exercise.setup.language, blank),) if weighed else ()
        options = tuple((option,) for option in solution.question.options)
        answer = phrase(exercise.setup.language, "answer", what=BLANK)
        yield Question(number, (*marked(solution.wording), *worth), options, (), answer)


def problem(exercise: Exercise, defined: set[str] | None = None) -> Iterator[Block]:
    """What is given: the program, what its functions are but those ``defined`` before, the inputs, the graph without numbers."""
    trace = exercise.trace
    yield from problem_text(trace)
    yield from functions(trace, set() if defined is None else defined)
    yield from given(trace)
    if len(trace.program.nodes) - trace.program.first_gate <= WHOLE:
        yield Graph(trace, 0, written=False)


def answered(exercise: Exercise) -> Iterator[Block]:
    """The answers under the numbers of the questions."""
    for number, blank in enumerate(exercise.blanks, 1):
        yield Question(number, (), (), (), way_to(blank, exercise.setup.language))


def way_to(blank: Blank, language: str) -> Content:
    """The way to an answer, and its reason."""
    return explained(language, Code(blank.solution.ladder), blank.solution.question.because)


def worth_of(language: str, blank: Blank) -> str:
    """What a blank earns, as it stands behind its question."""
    return message(language, "joint", one="", next=marks_text(language, "sheet-marks", blank.marks))


def marks_text(language: str, key: str, marks: float, **fields: str) -> str:
    """A message with a number of marks, in its form for one, for many, or for a part."""
    if marks == int(marks):
        return message(language, key, count=int(marks), **fields)
    return message(language, f"{key}-part", marks=numeral(marks, 3), **fields)


def data(exercise: Exercise, *, answers: bool) -> dict[str, Any]:
    """The exercise as plain data, with its answers or without."""
    language = exercise.setup.language
    hidden = {name: your_answer(language, blank.name) for name, blank in exercise.instead.items()}
    blanks = []
    for blank in exercise.blanks:
        solution = blank.solution
        entry: dict[str, Any] = {"name": blank.name, "question": solution.printed, "marks": blank.marks}
        if solution.question.options:
            entry["options"] = [*solution.question.options]
        if answers:
            # A choice and a formula are of a quantity too, and are not answered by its number.
            number = None if solution.formula or solution.right is not None else solution.quantity
            entry["answer"] = solution.answer if number is None else json_data(number.asked)
            entry["way"] = solution.ladder
            if solution.question.because:
                entry["because"] = solution.question.because
        blanks.append(entry)
    return {
        "schema": 1,
        "exercise": exercise.code,
        "title": exercise.title,
        "language": language,
        "program": exercise.setup.program,
        "inputs": {name: json_data(value) for name, value in exercise.trace.inputs.items()} | ({} if answers else hidden),
        "marks": exercise.marks,
        "blanks": blanks,
    }

"""A sheet of exercises and its key: what stands on them, before any format is chosen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce

from graphstep.ground.records import dataclass
from graphstep.teaching.exercise.exercise import Blank, Exercise
from graphstep.teaching.exercise.page import marks_text, problem, way_to, worth_of
from graphstep.teaching.lesson.sheet import marked
from graphstep.telling.document import Block, Code, Document, Heading, Listing, Prose, Strong
from graphstep.telling.explanation import BLANK
from graphstep.telling.reports.parts import titled
from graphstep.telling.words.catalogue import message


@dataclass(frozen=True, slots=True)
class Paper:
    """What is printed for one student."""

    title: str
    """What the sheet is called."""
    student: str
    """Whose it is."""
    code: str
    """Its code."""
    exercises: Sequence[tuple[Exercise, Sequence[str]]]
    """Its exercises, each with the names of its blanks."""
    language: str
    """The language of its words."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a sheet, and the blank that stands at its end."""

    blocks: tuple[Block, ...]
    """What is told."""
    blank: str
    """The name of the blank; empty where there is none."""


def sections(paper: Paper) -> Iterator[Section]:
    """The parts of a sheet, one for each blank, and a footer with the code by which a filled sheet is known."""
    marks = sum(exercise.marks for exercise, _ in paper.exercises)
    head: list[Block] = [Heading(1, (paper.title,), "title")]
    if paper.student:
        head.append(Prose((Strong(paper.student),)))
    said = [*_how(paper), marks_text(paper.language, "sheet-total", marks)]
    head.append(Prose((reduce(lambda one, more: message(paper.language, "joint", one=one, next=more), said),)))
    defined = set[str]()
    for number, (exercise, names) in enumerate(paper.exercises, 1):
        head += _given(paper.language, number, exercise, defined)
        for name, blank in zip(names, exercise.blanks, strict=True):
            # What introduces an exercise stands with its first blank, so that each part ends in one: a notebook has a cell
            # there.
            yield Section((*head, *_question(paper.language, name, blank)), name)
            head = []
    yield Section((Prose((Code(f"sheet: {paper.code}"),)),), "")


def _how(paper: Paper) -> Iterator[str]:
    """How answers are written, of the kinds that this sheet asks for."""
    solutions = [blank.solution for exercise, _ in paper.exercises for blank in exercise.blanks]
    yield message(paper.language, "sheet-how")
    if any(each.quantity is not None and not isinstance(each.quantity.asked, float) for each in solutions):
        yield message(paper.language, "sheet-arrays")
    if any(each.question.options for each in solutions):
        yield message(paper.language, "sheet-options")


def sheet(paper: Paper) -> Document:
    """The sheet, with lines such as ``1a: ____`` that are read again when they are filled."""
    return Document(paper.title, _sheet(paper), paper.language)


def key(paper: Paper) -> Document:
    """The answers to a sheet, each with the way to it."""
    title = message(paper.language, "answers-to", lesson=paper.title)
    return titled(title, _key(paper), paper.language)


def _sheet(paper: Paper) -> Iterator[Block]:
    for section in sections(paper):
        yield from section.blocks
        if section.blank:
            yield Prose((Code(f"{section.blank}: {BLANK * 3}"),))


def _key(paper: Paper) -> Iterator[Block]:
    yield Prose((Strong(paper.student), *([" "] if paper.student else []), Code(f"sheet: {paper.code}")))
    for number, (exercise, names) in enumerate(paper.exercises, 1):
        yield Heading(2, (_item(paper.language, number, exercise),), f"item-{number}")
        yield Prose((Code(exercise.trace.setup.command()),))
        for name, blank in zip(names, exercise.blanks, strict=True):
            yield Prose((Strong(f"{name}."), " ", *way_to(blank, paper.language)))


def _given(language: str, number: int, exercise: Exercise, defined: set[str]) -> Iterator[Block]:
    """The head of an exercise: its program, its inputs, its graph without numbers."""
    yield Heading(2, (_item(language, number, exercise),), f"item-{number}")
    yield from problem(exercise, defined)


def _item(language: str, number: int, exercise: Exercise) -> str:
    return marks_text(language, "sheet-item", exercise.marks, number=str(number), title=exercise.title)


def _question(language: str, name: str, blank: Blank) -> Iterator[Block]:
    solution = blank.solution
    yield Prose((Strong(f"{name}."), " ", *marked(solution.wording), worth_of(language, blank)))
    if solution.question.options:
        yield Listing(tuple((f"{place}) ", *marked(option)) for place, option in enumerate(solution.question.options, 1)))

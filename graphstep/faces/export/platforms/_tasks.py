"""What every platform is given: a run with its picture, and what is asked of it, worded and answered."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from hashlib import sha256

from graphstep.engine.trace import Trace
from graphstep.faces.drawing.picture import svg
from graphstep.faces.export._picture import arranged, diagram
from graphstep.ground.late import np
from graphstep.ground.memo import owner_cache
from graphstep.ground.records import dataclass
from graphstep.ground.unprintable import MARK, printable
from graphstep.teaching.exercise.comparison import Answers, Cell, Choice, Judged, Numbers, Words, answers_of
from graphstep.teaching.exercise.exercise import Blank, Exercise
from graphstep.teaching.lesson.sheet import explained, marked
from graphstep.telling.document import FULL, WHOLE, Block, Code, Content, Emphasis, Graph, Heading, Listing, Prose, Strong
from graphstep.telling.explain import explain
from graphstep.telling.reports.inputs import problem
from graphstep.telling.reports.parts import heading
from graphstep.telling.reports.run import step_of
from graphstep.telling.words.catalogue import message

NAME = 200
"""Characters of a name that platforms keep: Moodle's and Canvas' columns have 255."""

_SMALL, _LARGE = 1e-12, 1e15
"""The sizes of numbers that are written without an exponent."""
_UNSAFE = re.compile(r"[^A-Za-z0-9]+")
_NO_XML = re.compile("[\ufffe\uffff\U0001fffe\U0001ffff]")
"""Characters that XML has not, of those that are left; Unicode never gives them a meaning."""


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """One blank of an exercise as a platform asks for it."""

    exercise: Exercise
    """Where it belongs."""
    blank: Blank
    """What is asked."""
    ask: Content
    """The question."""
    answers: Answers
    """What is right and wrong."""
    choices: tuple[Task, ...] = ()
    """What was to be chosen before it in its exercise, which it may speak of."""

    @property
    def name(self) -> str:
        """What the platform lists it under."""
        return short(f"{self.exercise.code} {self.blank.name}")

    @property
    def key(self) -> str:
        """A name that may stand in XML as an id, and as the name of a file."""
        return identifier(f"{self.exercise.code} {self.blank.name}")

    @property
    def hint(self) -> str:
        """How the answer is typed; nothing where it is chosen."""
        say = partial(message, self.exercise.trace.writing.language)
        match self.answers:
            case Numbers():
                return say("platform-cells" if self.answers.shape else "platform-number")
            case Words():
                return self.blank.solution.example
            case Judged():
                return say("platform-person")
            case _:
                return ""

    @property
    def stem(self) -> Iterator[Block]:
        """What stands before the question where it is asked alone: the problem, and what was to be chosen before."""
        yield from given(self.exercise)
        for task in self.choices:
            assert isinstance(task.answers, Choice)
            yield Prose(task.ask)
            yield Listing(tuple((option.text,) for option in task.answers.options))

    @property
    def asked(self) -> Iterator[Block]:
        """The question, what is to be put into an order, and how the answer is typed."""
        yield Prose(self.ask)
        if (order := self.blank.solution.order) is not None:
            yield Listing(tuple((f"{place}. ", Code(name)) for place, name in enumerate(order.names, 1)))
        if self.hint:
            yield Prose((Emphasis(self.hint),))

    @property
    def numbered(self) -> Iterator[Block]:
        """The same, behind the name of the blank, among others."""
        _, *behind = self.asked
        yield Prose((Strong(f"{self.blank.name}."), " ", *self.ask))
        yield from behind

    @property
    def worked(self) -> Iterator[Block]:
        """The way to the answer: the step of the run that makes it, and the reason that its author gives."""
        solution = self.blank.solution
        yield Prose(explained(self.exercise.setup.language, Code(solution.answer), solution.question.because))
        yield from step_of(solution.trace, explain(solution.trace, solution.step), 0, FULL, alone=True).blocks


def tasks_of(exercise: Exercise) -> list[Task]:
    """The blanks of an exercise in their order."""
    tasks: list[Task] = []
    for blank in exercise.blanks:
        choices = tuple(task for task in tasks if isinstance(task.answers, Choice))
        tasks.append(Task(exercise, blank, marked(blank.solution.printed), answers_of(blank), choices))
    return tasks


def together(tasks: Sequence[Task]) -> Iterator[Sequence[Task]]:
    """The blanks that are asked in one question where a platform can: all but those that a person marks."""
    compared = [task for task in tasks if not isinstance(task.answers, Judged)]
    yield from ([compared] if compared else [])
    yield from ([task] for task in tasks if isinstance(task.answers, Judged))


def name_of(tasks: Sequence[Task]) -> str:
    """What the platform lists a question under that has these blanks."""
    first, *others = tasks
    return short(first.exercise.code) or first.name if others else first.name


def worked(tasks: Sequence[Task]) -> Iterator[Block]:
    """The way to the answer of each blank, under its name where there are several."""
    for task in tasks:
        if len(tasks) > 1:
            yield Prose((Strong(task.blank.name),))
        yield from task.worked


def given(exercise: Exercise) -> Iterator[Block]:
    """The program, its numbers and its graph, before anything is asked."""
    trace = exercise.trace
    # A platform may ask one question alone, or shuffle them: an earlier one is quoted there, since its number says nothing.
    instead = {
        name: message(trace.writing.language, "platform-your-answer", question=blank.solution.printed.replace("`", ""))
        for name, blank in exercise.instead.items()
    }
    yield from (block for block in problem(trace, finds=False, instead=instead) if not isinstance(block, Heading))
    if has_picture(trace):
        yield Graph(trace, 0, written=False)


def has_picture(trace: Trace) -> bool:
    """Whether the graph is small enough to be drawn."""
    return len(trace.program.nodes) - trace.program.first_gate <= WHOLE


@owner_cache
def picture(trace: Trace) -> str:
    """The graph without its numbers as an SVG document; drawn once, however many questions are asked of the run."""
    drawn, written = diagram(Graph(trace, 0, written=False))
    return text_of(svg(arranged(drawn), written, title=heading(trace, "computational-graph")))


def text_of(text: str) -> str:
    """A text without what may not leave, or not stand in XML."""
    return _NO_XML.sub(MARK, printable(text))


def short(name: str) -> str:
    """A name in one line that is no longer than platforms take."""
    line = " ".join(text_of(name).split())
    return line if len(line) <= NAME else f"{line[: NAME - 1]}…"


def identifier(name: str) -> str:
    """A name of letters, digits and hyphens, another for every other name: what had to be changed has a hash behind it.

    >>> identifier("fork-2-7 2b"), identifier("a/b") == identifier("a-b")
    ('q-fork-2-7-2b', False)
    """
    # An id of XML begins with a letter; and "a/b" and "a-b" must not become one, for packages keep their files by it.
    plain = _UNSAFE.sub("-", name).strip("-")[:80]
    if plain == name.replace(" ", "-"):
        return f"q-{plain}"
    return f"q-{plain}-{sha256(name.encode(errors='replace')).hexdigest()[:8]}"


def plain_number(value: float) -> str:
    """A number that every platform reads: 15 digits, which hold what a double was typed as, and no exponent where one can do
    without.

    >>> plain_number(-0.0), plain_number(4e-09), plain_number(2 / 3), plain_number(-1e-30)
    ('0', '0.000000004', '0.666666666666667', '-1e-30')
    """
    if value and not _SMALL <= abs(value) < _LARGE:
        return f"{value:.15g}"
    # Adding 0.0 makes 0 of -0, which some platforms print.
    return np.format_float_positional(value + 0.0, 15, unique=False, fractional=False, trim="-")


def cells_of(task: Task) -> Iterator[tuple[Cell, str, tuple[Block, ...]]]:
    """The numbers of an answer one by one, for platforms that ask for one at a time: each with what tells it from the others, in
    its name and in its question.
    """
    assert isinstance(task.answers, Numbers)
    say = partial(message, task.exercise.trace.writing.language)
    for cell in task.answers.cells:
        if not cell.place:
            yield cell, "", tuple(task.asked)
            continue
        written = ", ".join(map(str, cell.place))
        row, *column = map(str, cell.place)
        where = say("row-and-column", row=row, column=column[0]) if len(column) == 1 else say("cell-at", place=written)
        which = Prose((Strong(say("platform-cell", where=where)), " ", Emphasis(say("platform-number"))))
        yield cell, f"[{written}]", (Prose(task.ask), which)

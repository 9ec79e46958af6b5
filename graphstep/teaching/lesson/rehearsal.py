"""A lesson with its runs: every stop found, every question solved. What a learner goes through is made of this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from graphstep.engine.trace import Trace
from graphstep.ground.errors import GraphstepError, InputError
from graphstep.ground.numerals import ENGLISH
from graphstep.language.setup import Setup
from graphstep.teaching.lesson.document import Lesson, LessonError, Problem, Section
from graphstep.teaching.lesson.quantities import step_of_stop
from graphstep.teaching.lesson.solution import Solution, solve


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One section with the run that belongs to it."""

    section: Section
    """What the file says."""
    trace: Trace
    """The run."""
    step: int
    """The number of the step that the section stops at."""
    solutions: tuple[Solution, ...]
    """Its questions with their answers, in order."""

    @property
    def starts_run(self) -> bool:
        """Whether another run begins here than in the section before."""
        return self.section.run is not None


@dataclass(frozen=True, eq=False)
class Rehearsal:
    """A whole lesson with its runs."""

    lesson: Lesson
    """What the file says."""
    scenes: tuple[Scene, ...]
    """One a section."""
    language: str = ENGLISH
    """The code of the language in which its runs are told; its prose is as it was written."""

    @property
    def solutions(self) -> Mapping[str, Solution]:
        """Every question with its answer, by its key."""
        return {solution.question.key: solution for scene in self.scenes for solution in scene.solutions}


def rehearse(lesson: Lesson, language: str = ENGLISH) -> Rehearsal:
    """Run a lesson: its programs, its stops, its questions, told in a language.

    LessonError with all that cannot be run, found or answered.
    """
    problems: list[Problem] = []
    scenes: list[Scene] = []
    try:
        trace, step = _run(lesson.run, lesson.run, language), 0
    except GraphstepError as error:
        raise LessonError(Problem(lesson.path, lesson.run_line, f"the program cannot be run: {error.message}")) from error
    for section in lesson.sections:
        if section.run is not None:
            try:
                trace = _run(section.run, lesson.run, language)
            except GraphstepError as error:
                problems.append(Problem(lesson.path, section.line, f"the program cannot be run: {error.message}"))
                break
        if section.stop is not None:
            try:
                step = step_of_stop(trace, section.stop)
            except InputError as error:
                problems.append(Problem(lesson.path, section.line, f"there is no such stop: {error.message}"))
        solutions = []
        for question in section.questions:
            try:
                solutions.append(solve(question, trace))
            except GraphstepError as error:
                problems.append(Problem(lesson.path, question.lines.get("ask", question.line), error.message))
        scenes.append(Scene(section, trace, step, tuple(solutions)))
    if problems:
        raise LessonError(*problems)
    return Rehearsal(lesson, tuple(scenes), language)


def _run(setup: Setup, front: Setup, language: str) -> Trace:
    from graphstep.engine.opening import open_setup
    from graphstep.language.rewrite import read_program

    named = read_program(setup.program, setup.inputs).input_places
    # The front matter's values serve every program of the lesson: each takes those that it names. A value that a heading gives is
    # meant for its own program.
    inputs = {name: text for name, text in setup.inputs.items() if name in named or front.inputs.get(name) != text}
    data = tuple(name for name in setup.data if name in named)
    return open_setup(replace(setup, inputs=inputs, data=data, language=language))

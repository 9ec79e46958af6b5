"""A lesson with its runs: every stop found, every question solved. What a learner goes through is made of this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from graphstep.engine.trace import Trace
from graphstep.ground.errors import GraphstepError, InputError, ReadError, quoted
from graphstep.ground.numerals import ENGLISH
from graphstep.ground.records import dataclass
from graphstep.language.setup import Setup
from graphstep.teaching.lesson.document import Block, Lesson, LessonError, Problem, Section, Stop
from graphstep.teaching.lesson.figures import drawn
from graphstep.teaching.lesson.trainings import Trainings, named
from graphstep.teaching.marking.quantities import find_node, wire_between
from graphstep.teaching.marking.question import Question
from graphstep.teaching.marking.solution import Solution, solve
from graphstep.teaching.marking.tableau import is_fill, rows_of
from graphstep.telling.words.catalogue import spoken


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

    @property
    def is_heading(self) -> bool:
        """Whether there is nothing in it but a heading: no text, no question, and no step to be looked at."""
        stop = self.section.stop
        return not self.section.blocks and (stop is None or stop.kind == "start") and self.section.round is None


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
    """Run a lesson: its programs, its stops, its questions, told in a language, or in its own where that has words.

    LessonError with all that cannot be run, found or answered.
    """
    rehearsal, problems = rehearse_faulty(lesson, language)
    if problems:
        raise LessonError(*problems)
    return rehearsal


def rehearse_faulty(lesson: Lesson, language: str = ENGLISH) -> tuple[Rehearsal, list[Problem]]:
    """What of a lesson can be run, found and answered, and all that cannot."""
    # A lesson in French has its steps in the language that was asked for: we have none in French.
    language = spoken(lesson.lang) or language
    problems: list[Problem] = []
    scenes: list[Scene] = []
    trainings = Trainings(language)
    trace, step = None, 0
    try:
        trace = _run(lesson.run, lesson.run, language)
    except GraphstepError as error:
        problems.append(Problem(lesson.path, lesson.run_line, f"the program cannot be run: {_of_program(error)}"))
    # On, whatever is wrong: a section without a run is left out, and one without its stop stays where the run is.
    for section in lesson.sections:
        if section.run is not None:
            try:
                if section.round is None:
                    trace = _run(section.run, lesson.run, language)
                else:
                    trace = trainings.round(named(section.run, lesson.run), section.round)
            except GraphstepError as error:
                problems.append(Problem(lesson.path, section.line, f"the program cannot be run: {_of_program(error)}"))
                trace = None
        if trace is None:
            # Of what stands in it nothing can be said before another program begins.
            continue
        if section.stop is not None:
            try:
                step = step_of_stop(trace, section.stop)
            except InputError as error:
                problems.append(Problem(lesson.path, section.line, f"there is no such stop: {_whole(error)}"))
        solutions: list[Solution] = []
        blocks: list[Block] = []
        for block in section.blocks:
            try:
                if isinstance(block, Question):
                    # A tableau becomes as many questions as it has rows: whoever goes through a lesson knows single ones only.
                    solved = rows_of(block, trace) if is_fill(block) else (solve(block, trace),)
                    solutions += solved
                    blocks += [solution.question for solution in solved]
                else:
                    blocks.append(block if block.figure is None else drawn(block, trace, lesson, trainings))
            except GraphstepError as error:
                asked = isinstance(block, Question)
                line = block.lines.get("ask", block.line) if isinstance(block, Question) else block.line
                problems.append(Problem(lesson.path, line, _whole(error) if asked else f"figure: {_whole(error)}"))
        scenes.append(Scene(replace(section, blocks=tuple(blocks)), trace, step, tuple(solutions)))
    return Rehearsal(lesson, tuple(scenes), language), problems


def _whole(error: GraphstepError) -> str:
    """What is wrong, and what would do."""
    return f"{error.message}; {error.hint}" if error.hint else error.message


def _of_program(error: GraphstepError) -> str:
    # A hint on missing values speaks of the command line.
    return _whole(error) if isinstance(error, ReadError) else error.message


def step_of_stop(trace: Trace, stop: Stop) -> int:
    """The number of the step that a heading names. InputError when the run has none."""
    match stop.kind:
        case "start":
            return 0
        case "end":
            return len(trace)
        case "seed":
            return trace.seed_step
        case "backward":
            return wire_between(trace, stop.node, stop.target, stop.nth).step
        case "sum":
            node = find_node(trace, stop.node)
            # A value that is read once gets its gradient with the contribution, and has no step of its own for it.
            if (step := trace.step_of_sum(node)) is None:
                raise InputError(f"{quoted(stop.node)} has no sum step: it is not used several times")
            return step
        case "forward":
            # The seed opens the way back: what is before it is the last step forward.
            if not stop.node:
                return trace.seed_step - 1
            node = find_node(trace, stop.node)
            if trace.gate(node) is None:
                raise InputError(f"{quoted(stop.node)} is an input: no gate computes it")
            return trace.step_of_value(node)


def _run(setup: Setup, front: Setup, language: str) -> Trace:
    from graphstep.engine.opening import open_setup

    return open_setup(replace(named(setup, front), language=language))

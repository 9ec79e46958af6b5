"""Whether a lesson is right: it runs, its stops come in order, its questions have answers, and what it quotes is true."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from graphstep.ground.arrays import Number
from graphstep.ground.errors import GraphstepError, InputError, quoted
from graphstep.language.values import read_value
from graphstep.teaching.lesson.claims import Claim, claims_in, fault
from graphstep.teaching.lesson.document import Problem, Prose
from graphstep.teaching.lesson.notation import misprints
from graphstep.teaching.lesson.parse import read_faulty
from graphstep.teaching.lesson.rehearsal import Rehearsal, Scene, rehearse_faulty
from graphstep.teaching.marking.evaluate import numeral_in
from graphstep.teaching.marking.precision import is_same
from graphstep.teaching.marking.question import Question
from graphstep.teaching.marking.shapes import typed_shape
from graphstep.teaching.marking.solution import Solution, agrees, same

CLAIMS = 500
"""Quoted numbers of a lesson that are checked."""

# A number that stands alone: no digit of a name, an exponent or a fraction gives an answer away.
_NUMBER = re.compile(r"(?<![\w.^/∂·×*+])[-−]?\d+(?:\.\d+)?(?![\w^/·×*]|\.\d)")
_SHAPE = re.compile(r"\d+(?:\s?[×x]\s?\d+)+|\(\d+(?:, ?\d+)+\)")
_ARRAY = re.compile(r"\[[-−\d.,\s\[\]]+\]")
# Outside of code a star is Markdown's emphasis: ``w*x*b`` would be printed without its stars.
_STAR = re.compile(r"\w\*\w")
# At most 400 characters, here and below: a backtick that is never closed must not be looked for to the end, again and again.
_SPAN = re.compile(r"(?<!`)(?P<marks>`{1,3})(?!`)[^`]{1,400}(?P=marks)(?!`)")
_BLOCK = re.compile(r"^ {0,3}(?P<marks>```|~~~).*?^ {0,3}(?P=marks)", re.MULTILINE | re.DOTALL)
# Blocks that a lesson does not check itself: ``run`` and ``math`` stay.
_OTHER_BLOCK = re.compile(r"^ {0,3}(?P<marks>```|~~~)(?!\s*(?:run|math)\b)[^\n]*\n.*?^ {0,3}(?P=marks)", re.MULTILINE | re.DOTALL)
_STEM = re.compile(r"\d\d-[a-z0-9]+(?:-[a-z0-9]+)*")


def check(path: str | Path) -> list[Problem]:
    """Everything that is wrong in a lesson file, by line; empty when nothing is.

    Raises InputError when the file cannot be read at all.
    """
    lesson, problems = read_faulty(path)
    if lesson is not None:
        rehearsal, more = rehearse_faulty(lesson)
        problems += more
        problems += problems_of(rehearsal, whole=not problems)
    return sorted(problems, key=lambda problem: problem.line)


def problems_of(rehearsal: Rehearsal, *, whole: bool = True) -> list[Problem]:
    """Everything that is wrong in what can be run of a lesson, by line; whether that is the ``whole`` of it, nothing being missed
    that is only left out.
    """
    problems = [*(_front(rehearsal) if whole else ()), *_order(rehearsal), *_questions(rehearsal), *_quoted(rehearsal)]
    problems += [*_stars(rehearsal), *_notation(rehearsal)]
    return sorted(problems, key=lambda problem: problem.line)


def _front(rehearsal: Rehearsal) -> Iterator[Problem]:
    lesson = rehearsal.lesson
    for need in lesson.needs:
        if not _STEM.fullmatch(need) or not lesson.path.with_name(f"{need}.md").exists():
            yield Problem(lesson.path, 1, f"needs names no lesson beside this one: '{need}' (the file's name without .md)")
    for name in lesson.run.inputs:
        if not any(name in scene.trace.program.input_places for scene in rehearsal.scenes):
            yield Problem(lesson.path, 1, f"inputs gives a value to {name}, which no program of the lesson has")
    solutions = rehearsal.solutions
    for name, keys in lesson.asked.items():
        # In any of the runs: a lesson may try other values of that input, and one of them is the answer.
        values = [scene.trace.inputs[name] for scene in rehearsal.scenes if name in scene.trace.inputs]
        if not values:
            yield Problem(lesson.path, 1, f"asked names {name}, which is no input of the lesson")
        for key in keys:
            answer = solutions[key].number if key in solutions else None
            if answer is None:
                yield Problem(lesson.path, 1, f"asked says that {name} answers '{key}', and no question asks for such a number")
            elif not any(isinstance(value, float) and is_same(value, answer) for value in values):
                yield Problem(lesson.path, 1, f"asked says that {name} answers '{key}', and nowhere it has that value")
    if not lesson.questions:
        yield Problem(lesson.path, 1, "a lesson asks something: it has no predict block")


def _order(rehearsal: Rehearsal) -> Iterator[Problem]:
    """Stops go forward in the run, and a question stands before its answer is on show."""
    path, at = rehearsal.lesson.path, 0
    for scene in rehearsal.scenes:
        if scene.starts_run:
            at = 0
        if scene.step < at:
            yield Problem(path, scene.section.line, f"this stop (step {scene.step}) comes before the one above it (step {at})")
        for solution in scene.solutions:
            if solution.shown_at <= at:
                yield Problem(
                    path,
                    solution.question.line,
                    f"the answer is on show already: step {solution.shown_at} has it, and the stop above is at step {at}",
                )
        at = max(at, scene.step)


def _questions(rehearsal: Rehearsal) -> Iterator[Problem]:
    path = rehearsal.lesson.path
    for solution in rehearsal.solutions.values():
        question = solution.question
        n, of = question.part or (1, 1)
        if n < of:
            # The rows of a tableau have their hints together, and the reason stands behind the last of them.
            continue
        if not question.hints:
            yield Problem(path, question.line, "this question has no hint")
        if not question.because:
            yield Problem(path, question.line, "this question has no because: the reason that is shown with the answer")
        for key, texts in _texts(question):
            for text in texts:
                if written := _gives_away(solution, text):
                    line = question.lines.get(key, question.line)
                    yield Problem(path, line, f"{key} writes the right answer, {written}: it is computed and shown by itself")


def _gives_away(solution: Solution, text: str) -> str:
    """The right answer as it stands in a text, or the empty string."""
    if solution.shape is not None:
        if len(solution.shape.shape) < 2:
            return ""
        return next((match[0] for match in _SHAPE.finditer(text) if typed_shape(match[0]) == solution.shape.shape), "")
    if solution.right is not None or solution.quantity is None or solution.question.part is not None:
        return ""
    right = solution.quantity.asked
    if not isinstance(right, float):
        return next((match[0] for match in _ARRAY.finditer(text) if _is_array(match[0], right)), "")
    for match in _NUMBER.finditer(text):
        number = numeral_in(match[0])
        if number is not None and agrees(number[0], right):
            return match[0]
    return ""


def _is_array(text: str, right: Number) -> bool:
    try:
        return same(read_value(text.replace("−", "-")), right)
    except GraphstepError:
        return False


def _quoted(rehearsal: Rehearsal) -> Iterator[Problem]:
    count, run, before = 0, None, list[Claim]()
    for scene in rehearsal.scenes:
        if scene.trace is not run:
            run, before = scene.trace, []
        for block in scene.section.blocks:
            if isinstance(block, Question):
                answers = _answered_above(scene, block, before)
                yield from (Problem(rehearsal.lesson.path, block.line, wrong) for wrong in answers)
            for claim in claims_in(block) if isinstance(block, Prose) else ():
                before.append(claim)
                count += 1
                if count > CLAIMS:
                    yield Problem(rehearsal.lesson.path, claim.line, f"more than {CLAIMS} claims are not checked")
                    return
                # A derivative in another notation is said once, and not as a number that is wrong as well.
                if not any(misprints(scene.trace, claim.text)) and (wrong := fault(scene.trace, claim)):
                    yield Problem(rehearsal.lesson.path, claim.line, wrong)


def _answered_above(scene: Scene, question: Question, before: Sequence[Claim]) -> Iterator[str]:
    """What prose quotes above the question that asks for it."""
    solution = next((each for each in scene.solutions if each.question.key == question.key), None)
    for claim in before:
        if solution and solution.quantity and solution.quantity.name in claim.sides and _gives_away(solution, claim.text):
            yield f"line {claim.line} has the answer, {quoted(claim.text, 60)}, before it is asked for"


def _notation(rehearsal: Rehearsal) -> Iterator[Problem]:
    """Derivatives in the prose and in the questions that the run writes otherwise."""
    path = rehearsal.lesson.path
    for scene in rehearsal.scenes:
        for block in scene.section.blocks:
            if isinstance(block, Prose):
                text = _OTHER_BLOCK.sub(_blanked, block.text)
                for place, wrong in misprints(scene.trace, text):
                    yield Problem(path, block.line + text.count("\n", 0, place), wrong)
                continue
            for key, texts in (*_texts(block), ("options", block.options)):
                line = block.lines.get(key, block.line)
                yield from (Problem(path, line, wrong) for text in texts for _, wrong in misprints(scene.trace, text))


def _texts(question: Question) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What an author wrote for a question besides its options, by its key."""
    yield "hint", question.hints
    for key in ("because", "question", "paper"):
        yield key, (getattr(question, key),)


def _stars(rehearsal: Rehearsal) -> Iterator[Problem]:
    """A product outside of code: Markdown takes its stars for emphasis, and drops them."""
    message = "a product outside of code loses its star: write `x*x` in backticks, or x·x"
    for scene in rehearsal.scenes:
        if _STAR.search(_SPAN.sub("", scene.section.heading)):
            yield Problem(rehearsal.lesson.path, scene.section.line, message)
        for block in scene.section.blocks:
            if not isinstance(block, Prose):
                continue
            bare = _BLOCK.sub(_blanked, block.text)
            bare = _SPAN.sub(_blanked, bare)
            for match in _STAR.finditer(bare):
                yield Problem(rehearsal.lesson.path, block.line + bare.count("\n", 0, match.start()), message)


def _blanked(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def check_all(paths: list[Path]) -> list[Problem]:
    """What is wrong in several files; a file that cannot be read is a problem of its own."""
    problems: list[Problem] = []
    for path in paths:
        try:
            problems += check(path)
        except InputError as error:
            problems.append(Problem(path, 1, error.message))
    return problems

"""A lesson in lines, section by section or as a page to print: no drawing and no colour, so that a screen reader can read it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from functools import partial

from graphstep.ground.arrays import number_text
from graphstep.ground.widths import cell_width, wrapped
from graphstep.teaching.lesson.document import Prose
from graphstep.teaching.lesson.rehearsal import Rehearsal, Scene
from graphstep.teaching.lesson.walk import LessonRun
from graphstep.teaching.marking.question import Question
from graphstep.teaching.marking.solution import Solution
from graphstep.telling.derivatives import gradient_name
from graphstep.telling.explain import explain
from graphstep.telling.explanation import Rules
from graphstep.telling.names import output_name
from graphstep.telling.words.catalogue import joined, message

WIDTH = 80
"""Columns of a line of prose."""

_CODE = re.compile(r"(?<!`)`{1,3}([^`]{1,400})`{1,3}")
# Not inside a word: snake_case and 2*x*y stay what they are.
_EMPHASIS = re.compile(r"(?<!\w)(?P<star>\*{1,2}|_{1,2})(?=\S)(?P<text>.{1,400}?)(?<=\S)(?P=star)(?!\w)")
_HEAD = re.compile(r"\s*(?:[-*+]|\d+\.)\s+|\s*>\s?")


def ending(run: LessonRun) -> str:
    """The sentences at the end of a lesson."""
    key = "lesson-ending-shown" if run.right < run.total else "lesson-ending"
    figures = {"right": run.right, "total": run.total, "shown": run.total - run.right}
    return message(run.rehearsal.language, key, title=run.rehearsal.lesson.title, **figures)


def handout(rehearsal: Rehearsal) -> Iterator[str]:
    """A lesson as a page: the prose with its questions, the steps where nothing is asked, and the answers at the end."""
    answers: list[Solution] = []
    scenes: dict[Solution, Scene] = {}
    # On a page a rule is said once; in a lesson that is gone through, days may lie between two steps.
    rules, say = Rules(), partial(message, rehearsal.language)
    yield f"{rehearsal.lesson.title}\n"
    for number, scene in enumerate(rehearsal.scenes):
        if number:
            yield f"\n{_heading(scene)}\n"
        if not scene.solutions and (text := _stop(scene, rules)):
            yield f"\n{text}\n"
        for block in scene.section.blocks:
            if isinstance(block, Prose):
                yield f"\n{_prose(block)}\n"
            else:
                answers.append(_solution(scene, block))
                scenes[answers[-1]] = scene
                yield f"\n{asked(answers[-1], say('lesson-question', number=len(answers)))}\n"
    if answers:
        yield f"\n{say('lesson-answers')}\n"
    shows = {(scenes[solution], solution.step): solution for solution in answers}
    for number, solution in enumerate(answers, 1):
        yield f"\n{_filled(f'{number}. {_answer(solution, rehearsal.language)}')}\n"
        # Several answers may be found in one step: it is told behind the last of them.
        if solution.step <= scenes[solution].step and shows[scenes[solution], solution.step] is solution:
            yield f"{_step(scenes[solution], solution.step, rules)}\n"


def asked(solution: Solution, head: str = "? ") -> str:
    """A question with its options, as lines."""
    lines = [_filled(head + solution.wording)]
    lines += [f"   {number}  {option}" for number, option in enumerate(solution.question.options, 1)]
    return "\n".join(lines)


def section_lines(run: LessonRun) -> Iterator[str]:
    """A section as far as it is on show: heading, the step that it stops at, prose, and its questions."""
    scene, say = run.scene, partial(message, run.rehearsal.language)
    if run.place:
        yield from (f"\n{heading}" for heading in run.headings[:-1])
        yield f"\n{_heading(scene)}   ({say('lesson-section', place=run.place, places=len(run.rehearsal.scenes) - 1)})"
    if run.open is None and (text := _stop(scene)):
        yield text
    for block in run.blocks:
        if isinstance(block, Prose):
            yield f"\n{_prose(block)}"
        else:
            solution = _solution(scene, block)
            yield f"\n{asked(solution)}"
            if run.answered(solution).outcome != "open":
                yield _filled(solution.answer, "  ")
    yield ""


def answer_lines(run: LessonRun, solution: Solution) -> Iterator[str]:
    """The answer to a question that is done, its reason and its step; then what of the section comes on show behind it."""
    yield _filled(_answer(solution, run.rehearsal.language), "  ")
    if solution.step <= run.step:
        yield _step(run.scene, solution.step)
    keys = [block.key if not isinstance(block, Prose) else "" for block in run.blocks]
    for block in run.blocks[keys.index(solution.question.key) + 1 :]:
        yield f"\n{_prose(block)}" if isinstance(block, Prose) else f"\n{asked(_solution(run.scene, block))}"
    yield ""


def _answer(solution: Solution, language: str) -> str:
    """The answer to a question and its reason, a sentence each."""
    return joined(language, (message(language, "sentence", text=solution.answer), bare(solution.question.because)))


def hint_line(run: LessonRun, number: int) -> str:
    """A hint to the open question, counted from 1."""
    count = len(run.open.question.hints) if run.open is not None else 0
    text = message(run.rehearsal.language, "lesson-hint", number=number, count=count, hint=run.hints[number - 1])
    return _filled(text, "  ")


def _stop(scene: Scene, rules: Rules | None = None) -> str:
    """What is said of the place in the run that a section stops at; at the end of the run its result."""
    stop = scene.section.stop
    if stop is None or (stop.kind == "forward" and not stop.node):
        return ""
    if stop.kind != "end":
        return _step(scene, scene.step, rules)
    trace = scene.trace
    out = output_name(trace.program)
    slopes = [f"{gradient_name(trace, i)} = {number_text(trace.gradient_of(i))}" for i in range(len(trace.program.inputs))]
    numbers = f"{out} = {number_text(trace.output)}; {', '.join(slopes)}"
    return _filled(message(trace.writing.language, "lesson-run-done", steps=len(trace), numbers=numbers), "  ")


def _step(scene: Scene, step: int, rules: Rules | None = None) -> str:
    """A step in a paragraph; on a page without the rules that the page has said."""
    explanation = explain(scene.trace, step)
    narrative = (rules.brief(explanation) if rules else explanation).narrative
    return _filled(message(scene.trace.writing.language, "lesson-step", step=str(step), narrative=narrative), "  ")


def _solution(scene: Scene, question: Question) -> Solution:
    return next(each for each in scene.solutions if each.question.key == question.key)


def _heading(scene: Scene) -> str:
    return scene.section.heading.replace("`", "")


def _prose(prose: Prose) -> str:
    """Markdown without marks of emphasis and code, paragraphs and lists filled; tables and blocks of code keep their lines."""
    done: list[str] = []
    paragraph: list[str] = []
    fenced = False
    for line in [*prose.text.split("\n"), ""]:
        fence = line.lstrip().startswith(("```", "~~~"))
        starts = _HEAD.match(line)
        # A paragraph is filled anew and may end anywhere: at a fence, an empty line, the next item of a list, a table.
        if paragraph and (fence or fenced or not line.strip() or starts or line.lstrip().startswith("|")):
            done.append(_filled(bare(" ".join(paragraph)), _indent(paragraph[0])))
            paragraph = []
        if fence:
            fenced = not fenced
        elif fenced or line.lstrip().startswith("|"):
            done.append(f"    {line}" if fenced else bare(line))
        elif line.strip():
            paragraph.append(line if not paragraph else line.strip())
        else:
            done.append("")
    return "\n".join(done).strip("\n")


def bare(text: str) -> str:
    """Markdown on one line without what only a renderer needs."""
    pieces = _CODE.split(text)
    # Every other piece is inline code, where a star is a multiplication.
    return "".join(piece if place % 2 else _EMPHASIS.sub(r"\g<text>", piece) for place, piece in enumerate(pieces))


def _indent(first: str) -> str:
    head = _HEAD.match(first)
    return " " * len(head[0]) if head else ""


def _filled(text: str, indent: str = "") -> str:
    start = indent if not _HEAD.match(text) else ""
    if cell_width(text) != len(text):
        return "\n".join(wrapped(start + text, WIDTH, len(indent)))
    return textwrap.fill(
        text, WIDTH, initial_indent=start, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )

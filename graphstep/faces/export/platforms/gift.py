r"""GIFT: Moodle's plain text format, which other platforms read too.

Format: https://docs.moodle.org/en/GIFT_format. A backslash stands before each of ``~ = # { } :`` and, as in Moodle's importer
(``question/format/gift/format.php``), before a backslash, so that ``\\nabla`` is no line feed and an ``a``.

A question is a paragraph without blank lines. There are no files in GIFT, so that the graph is not drawn; no marks; and one
answer a question: an array is a question for each of its numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from graphstep.faces.export.platforms._markup import Tex
from graphstep.faces.export.platforms._tasks import Task, cells_of, plain_number, short, tasks_of, text_of
from graphstep.teaching.exercise.comparison import Cell, Choice, Judged, Numbers, Words
from graphstep.teaching.exercise.exercise import Exercise
from graphstep.telling.document import Block, Graph

SUFFIX = ".gift"

_SPECIAL = re.compile(r"[\\~=#{}:]")
# A blank line ends a question of GIFT, so that none may stand in a text.
_LINES = re.compile(r"\s*\n\s*")
_PRE = re.compile(r"(?<=<pre>)[^<]*")


def writes(exercises: Sequence[Exercise], title: str) -> bytes:
    """The questions in a category of the title."""
    questions = (text for exercise in exercises for task in tasks_of(exercise) for text in _questions(task))
    category = re.sub(r"[^\w ]+", " ", short(title)).strip() or "graphstep"
    return text_of("\n".join((f"$CATEGORY: $course$/top/{category}\n", *questions))).encode()


def _questions(task: Task) -> Iterator[str]:
    tex = Tex(task.exercise.trace.writing.language, "")
    behind = f"####{_html(tex.fragment(task.worked))}"
    match task.answers:
        case Numbers():
            for cell, which, asked in cells_of(task):
                yield _question(task, tex, asked, f"#{' '.join(_numbers(cell, tex))}{behind}", which)
        case Choice(options=options):
            parts = (
                f"{'=' if each.right else '~'}{_html(tex.words(each.text))}{_feedback(each.feedback, tex)}" for each in options
            )
            yield _question(task, tex, task.asked, f"{' '.join(parts)}{behind}")
        case Words(right=right, wrong=wrong):
            forms = [f"={_html(form)}" for form in right.forms]
            forms += [f"=%0%{_html(form)}{_feedback(each.feedback, tex)}" for each in wrong for form in each.forms]
            yield _question(task, tex, task.asked, f"{' '.join(forms)}{behind}")
        case Judged():
            yield _question(task, tex, task.asked, behind)


def _question(task: Task, tex: Tex, asked: Iterable[Block], answer: str, which: str = "") -> str:
    stem = (block for block in task.stem if not isinstance(block, Graph))
    return f"::{_html(task.name + which)}::[html]{_html(tex.fragment((*stem, *asked)))}{{{answer}}}\n"


def _numbers(cell: Cell, tex: Tex) -> Iterator[str]:
    yield f"=%100%{plain_number(cell.value)}:{plain_number(cell.room)}"
    for wrong in cell.wrong:
        yield f"=%0%{plain_number(wrong.value)}:{plain_number(wrong.room)}{_feedback(wrong.text, tex)}"


def _feedback(text: str, tex: Tex) -> str:
    return f"#{_html(tex.words(text))}" if text else ""


def _html(text: str) -> str:
    """HTML in one line; the lines of a program are broken by elements."""
    text = _PRE.sub(lambda match: match[0].replace("\n", "<br/>"), text)
    return _SPECIAL.sub(r"\\\g<0>", _LINES.sub(" ", text).strip())

"""Moodle XML: questions for a question bank, with tolerances, feedback for misconceptions and pictures.

Format: https://docs.moodle.org/en/Moodle_XML_format; embedded answers: https://docs.moodle.org/en/Embedded_Answers_(Cloze)_question_type.
What those leave open was read in Moodle's importer (``question/format/xml/format.php``) and in the patterns of its embedded
answers (``question/type/multianswer/questiontype.php``).

One blank is a question of its own type: ``numerical``, ``multichoice``, ``shortanswer`` or, where a person marks, ``essay``. An
array, and an exercise of several blanks, is one question with embedded answers, so that its blanks stay together; only what a
person marks cannot be embedded.
"""

from __future__ import annotations

import math
import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from fractions import Fraction
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from graphstep.faces.export.platforms._markup import Tex, picture_name
from graphstep.faces.export.platforms._tasks import (
    Task,
    given,
    has_picture,
    picture,
    plain_number,
    short,
    tasks_of,
    text_of,
    together,
    worked,
)
from graphstep.teaching.exercise.comparison import Answers, Cell, Choice, Judged, Numbers, Words
from graphstep.teaching.exercise.exercise import Exercise

SUFFIX = ".xml"

_PICTURES = "@@PLUGINFILE@@/"
_TYPES: dict[type[Answers], str] = {Numbers: "numerical", Choice: "multichoice", Words: "shortanswer", Judged: "essay"}
"""By what is right in a blank, Moodle's type of a question that is asked alone."""
_WEIGHT = 60
"""The largest denominator of a mark: weights of embedded answers are whole numbers."""
_ENDS = re.compile(r"&#?\w+;|[#~}{%=\\]")
"""What ends or begins a part of an embedded answer, and the entities, in which ``#`` ends nothing."""


def writes(exercises: Sequence[Exercise], title: str) -> bytes:
    """The questions in a category of the title."""
    quiz = Element("quiz")
    category = SubElement(quiz, "question", type="category")
    _text(SubElement(category, "category"), f"$course$/top/{short(title).replace('/', '//')}")
    for exercise in exercises:
        quiz.extend(_question(tasks) for tasks in together(tasks_of(exercise)))
    indent(quiz)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text_of(tostring(quiz, encoding="unicode"))}\n'.encode()


def _question(tasks: Sequence[Task]) -> Element:
    first, *others = tasks
    exercise, trace = first.exercise, first.exercise.trace
    tex = Tex(trace.writing.language, _PICTURES)
    embedded = others or (isinstance(first.answers, Numbers) and first.answers.shape)
    kind = "cloze" if embedded else _TYPES[type(first.answers)]
    question = Element("question", type=kind)
    _text(SubElement(question, "name"), (others and short(exercise.code)) or first.name)
    stem = tex.fragment(given(exercise)) + (_embedded(tasks, tex) if embedded else tex.fragment(first.asked))
    text = _html(question, "questiontext", stem)
    if has_picture(trace):
        file = SubElement(text, "file", name=picture_name(trace), path="/", encoding="base64")
        file.text = b64encode(picture(trace).encode()).decode()
    _html(question, "generalfeedback", tex.fragment(worked(tasks)))
    SubElement(question, "defaultgrade").text = plain_number(sum(task.blank.marks for task in tasks))
    # Moodle's own default for a question that may be tried again: a third less each time.
    SubElement(question, "penalty").text = "0.3333333"
    SubElement(question, "hidden").text = "0"
    # By it a question bank tells a question from others; the column of Moodle's database has 100 characters.
    SubElement(question, "idnumber").text = (first.key if not others else short(exercise.code))[:100]
    if not embedded:
        _answered(question, first.answers, tex)
    return question


def _answered(question: Element, answers: Answers, tex: Tex) -> None:
    """The answers of a question that is asked alone."""
    match answers:
        case Numbers(cells=(cell,)):
            _answer(question, 100, plain_number(cell.value), "", room=cell.room)
            for wrong in cell.wrong:
                _answer(question, 0, plain_number(wrong.value), tex.words(wrong.text), room=wrong.room)
            for tag, text in (("unitgradingtype", "0"), ("unitpenalty", "0.1"), ("showunits", "3"), ("unitsleft", "0")):
                SubElement(question, tag).text = text
        case Choice():
            for tag, text in (("single", "true"), ("shuffleanswers", "false"), ("answernumbering", "abc")):
                SubElement(question, tag).text = text
            for option in answers.options:
                _answer(question, 100 * option.right, tex.words(option.text), tex.words(option.feedback), form="html")
        case Words():
            SubElement(question, "usecase").text = "0"
            for spelling in (answers.right, *answers.wrong):
                for form in spelling.forms:
                    _answer(question, 100 * (spelling is answers.right), form, tex.words(spelling.feedback))
        case Judged():
            for tag, text in (("responseformat", "editor"), ("responserequired", "1"), ("responsefieldlines", "5")):
                SubElement(question, tag).text = text
            _html(question, "graderinfo", f"<p><code>{tex.words(answers.answer)}</code></p>")


def _answer(
    question: Element, fraction: int, text: str, feedback: str, *, room: float | None = None, form: str = "moodle_auto_format"
) -> None:
    answer = SubElement(question, "answer", fraction=str(fraction), format=form)
    _text(answer, text)
    _html(answer, "feedback", feedback)
    if room is not None:
        SubElement(answer, "tolerance").text = plain_number(room)


def _html(parent: Element, tag: str, text: str) -> Element:
    child = SubElement(parent, tag, format="html")
    _text(child, text)
    return child


def _text(parent: Element, text: str) -> None:
    SubElement(parent, "text").text = text


# -- embedded answers ------------------------------------------------------------------------------------------------------------


def _embedded(tasks: Sequence[Task], tex: Tex) -> str:
    """The questions with their gaps; an array is a table of them."""
    weights = _weights(tasks)
    return "".join(_asked(task, weight, tex, named=len(tasks) > 1) for task, weight in zip(tasks, weights, strict=True))


def _asked(task: Task, weight: int, tex: Tex, *, named: bool) -> str:
    head = tex.fragment(task.numbered if named else task.asked)
    gaps = list(_gaps(task.answers, weight, tex))
    if not (isinstance(task.answers, Numbers) and task.answers.shape):
        return f"{head}<p>{gaps[0]}</p>"
    width = task.answers.shape[-1]
    lines = ("".join(f"<td>{gap}</td>" for gap in gaps[start : start + width]) for start in range(0, len(gaps), width))
    rows = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"{head}<table><tbody>{rows}</tbody></table>"


def _gaps(answers: Answers, weight: int, tex: Tex) -> Iterator[str]:
    match answers:
        case Numbers():
            for cell in answers.cells:
                yield f"{{{weight}:NUMERICAL:{'~'.join(_alternatives(cell, tex))}}}"
        case Choice():
            options = (
                f"{'=' if o.right else '%0%'}{_part(tex.words(o.text))}#{_part(tex.words(o.feedback))}" for o in answers.options
            )
            yield f"{{{weight}:MULTICHOICE_V:{'~'.join(options)}}}"
        case Words():
            forms = [f"={_part(form)}" for form in answers.right.forms]
            forms += [f"%0%{_part(form)}#{_part(tex.words(each.feedback))}" for each in answers.wrong for form in each.forms]
            yield f"{{{weight}:SHORTANSWER:{'~'.join(forms)}}}"


def _alternatives(cell: Cell, tex: Tex) -> Iterator[str]:
    yield f"={plain_number(cell.value)}:{plain_number(cell.room)}"
    for wrong in cell.wrong:
        yield f"%0%{plain_number(wrong.value)}:{plain_number(wrong.room)}#{_part(tex.words(wrong.text))}"


def _part(text: str) -> str:
    """HTML inside of a gap."""
    return _ENDS.sub(lambda match: match[0] if match[0][1:] else f"&#{ord(match[0])};", text)


def _weights(tasks: Sequence[Task]) -> list[int]:
    """The weights of the gaps of each blank: whole numbers in the ratio of the marks, an array's spread over its cells."""
    cells = [len(task.answers.cells) if isinstance(task.answers, Numbers) else 1 for task in tasks]
    # Moodle's gaps have whole weights: over the common denominator the marks keep their ratio.
    shares = [Fraction(task.blank.marks).limit_denominator(_WEIGHT) / count for task, count in zip(tasks, cells, strict=True)]
    scale = math.lcm(*(share.denominator for share in shares))
    return [int(share * scale) for share in shares]

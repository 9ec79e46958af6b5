"""GIFT as pygiftparser reads it, with Moodle's escapes taken off.

pygiftparser has no negative numbers: its pattern of a number is given a sign. And it has no escaped backslash, which it takes for
the beginning of another escape: it stands for a character of private use while it reads.
"""

from __future__ import annotations

import io
import re
import warnings

import pytest

from tests.faces.export.platforms.reading import Answer, Gap, Read, plain

with warnings.catch_warnings():
    # It asks for the language of the machine in a way that goes away in Python 3.15.
    warnings.simplefilter("ignore")
    parser = pytest.importorskip("pygiftparser.parser")
    from pygiftparser import answer as kinds
    from pygiftparser import utils

SIGNED = rf"-?{utils.NUMERIC}"
utils.reAnswerNumericValue = re.compile(rf"\s*(?P<value>{SIGNED})(:(?P<tolerance>{utils.NUMERIC}))?{utils.OPTIONALFEEDBACK}")

_ESCAPED = re.compile(r"\\([~=#{}:])")
_BACKSLASH = "\ue0b5"


def read(content: bytes) -> tuple[str, list[Read]]:
    """The category and the questions."""
    text = content.decode()
    questions = parser.parseFile(io.StringIO(text.replace("\\\\", _BACKSLASH)))
    assert len(questions) == text.count("\n::")
    (category,) = re.findall(r"^\$CATEGORY: (.*)$", text, re.MULTILINE)
    return category, [_question(question) for question in questions]


def plainly(text: str) -> str:
    return _ESCAPED.sub(r"\1", text).replace(_BACKSLASH, "\\")


def _question(question) -> Read:
    assert question.valid, question.source
    assert question.markup == "html"
    assert not question.tail
    answers = getattr(question.answers, "answers", [])
    said = [plain(plainly(each.feedback)) for each in answers]
    match question.answers:
        case kinds.NumericAnswerSet():
            known = [Answer(repr(a.value), a.tolerance, a.fraction, s) for a, s in zip(answers, said, strict=True)]
            gap = Gap("number", known)
        case kinds.SelectSet() | kinds.ShortSet():
            known = [Answer(plain(plainly(a.answer)), None, a.fraction, s) for a, s in zip(answers, said, strict=True)]
            gap = Gap("choice" if "~" in re.sub(r"\\.", "", question.source) else "words", known)
        case kinds.Essay():
            gap = Gap("essay", [])
    return Read(plainly(question.title), plainly(question.text), [gap], plainly(question.generalFeedback))

"""A package for Canvas beside one of text2qti with the same questions: the same elements in the same order, the same numbers."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest

from graphstep.faces.export.platforms import platform
from graphstep.teaching.exercise.comparison import Choice, Numbers, Words, answers_of
from graphstep.teaching.exercise.exercise import Exercise
from tests.faces.export.platforms.canvas_reader import QTI, assessment, packed
from tests.faces.export.platforms.test_platforms import questions

quiz = pytest.importorskip("text2qti.quiz")


def test_the_package_is_that_of_text2qti(tmp_path: Path) -> None:
    from text2qti import config, qti

    # A choice, numbers and a shape. Of text2qti the answers to a shape are all that may be typed.
    asked = [*questions(1), questions(12)[1]]
    source = "Quiz title: Questions\n\n" + "\n".join(_typed(number, each) for number, each in enumerate(asked, 1))
    theirs = packed(qti.QTI(quiz.Quiz(source, config=config.Config(), source_name="questions.txt")).zip_bytes())
    ours = packed(platform("canvas").writes(asked, "Questions"))
    assert _shape(assessment(ours)) == _shape(assessment(theirs))
    # The files are those of text2qti too, but for the empty folder and the pictures.
    names = [{re.sub(r"(text2qti_assessment_\w+|g[0-9a-f]{31})", "*", name) for name in files} for files in (ours, theirs)]
    assert {name for name in names[0] if not name.startswith("images/")} == names[1] - {"non_cc_assessments/"}


def _typed(number: int, exercise: Exercise) -> str:
    """A question in the language of text2qti."""
    (blank,) = exercise.blanks
    head = f"Title: {exercise.code} {blank.name}\nPoints: 1\n{number}. Question {number}\n... Worked\n"
    match answers_of(blank):
        case Numbers(cells=(cell,)):
            wrong = "- Wrong\n" if cell.wrong else ""
            return f"{head}{wrong}= {cell.value!r} +- {cell.room!r}\n"
        case Choice(options=options):
            letters = zip("abcdefgh", options, strict=False)
            return head + "".join(
                f"{'*' if option.right else ''}{letter}) {option.text}\n"
                + (f"... {option.feedback}\n" if option.feedback else "")
                for letter, option in letters
            )
        case Words(right=right, wrong=wrong):
            return head + ("- Wrong\n" if wrong else "") + "".join(f"* {form}\n" for form in right.forms)
    raise AssertionError


def _shape(element: Element) -> object:
    """An element with what a platform goes by: names, attributes, numbers. Ids are called by their order; HTML is only there."""
    ids: dict[str, str] = {}
    an_id = re.compile(r"\b(text2qti_\w+?|q-[\w-]+?|g[0-9a-f]{31})(?=_fb\b|,|$)")

    def named(text: str) -> str:
        return an_id.sub(lambda match: ids.setdefault(match[0], f"#{len(ids)}"), text)

    def shape(element: Element) -> object:
        text = (element.text or "").strip()
        if element.tag == f"{QTI}mattext":
            text = "HTML"
        elif re.fullmatch(r"-?[\d.]+", text):
            text = f"{float(text):.6g}"
        attributes = {key: named(value) for key, value in sorted(element.attrib.items())}
        return element.tag, attributes, named(text), [shape(child) for child in element]

    return shape(element)

"""Results for PrairieLearn's external graders: a test for each blank.

Format: https://prairielearn.readthedocs.io/en/latest/externalGrading/, *Grading results*; what is shown of it was read in the
element ``pl-external-grader-results``. A test without points would hide those of all, so that what a person has to mark is 0 of 0
there, which is neither right nor wrong. Where nothing can be read the submission is not gradable, and costs no attempt.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphstep.faces.export.results import encoded
from graphstep.teaching.exercise.mark import Mark
from graphstep.telling.words.catalogue import message


def writes(marks: Sequence[Mark], language: str) -> bytes:
    """The file ``results.json`` of one student."""
    typed = [mark for mark in marks if mark.typed.strip()]
    if typed and all(mark.verdict == "unreadable" for mark in typed):
        errors = [f"{mark.item} {mark.blank}: {mark.sentence}" for mark in typed]
        return encoded({"gradable": False, "format_errors": errors})
    possible = sum(mark.of for mark in marks)
    earned = sum(mark.earned or 0 for mark in marks)
    # Between 0 and 1 by PrairieLearn's rules: parts of marks may add up to a hair more than their sum.
    document: dict[str, Any] = {"gradable": True, "score": min(1.0, earned / possible) if possible else 0.0}
    if unsure := sum(mark.earned is None for mark in marks):
        document["message"] = message(language, "result-person", count=unsure)
    return encoded(document | {"tests": [_test(mark, language) for mark in marks]})


def _test(mark: Mark, language: str) -> dict[str, Any]:
    points, most = (0, 0) if mark.earned is None else (mark.earned, mark.of)
    return {
        "name": f"{mark.item} {mark.blank}",
        "description": message(language, "result-typed", typed=mark.typed or "–"),
        "points": points,
        "max_points": most,
        "message": mark.sentence,
    }

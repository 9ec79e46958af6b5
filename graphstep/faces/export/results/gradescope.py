"""Results for Gradescope's autograders: a test for each blank.

Format: https://gradescope-autograders.readthedocs.io/en/latest/specs/, *Output format*. The score of the whole stands above the
tests, so that what a person has to mark needs none: it is what is earned so far.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphstep.faces.export.results import encoded
from graphstep.teaching.exercise.mark import Mark
from graphstep.telling.words.catalogue import message


def writes(marks: Sequence[Mark], language: str) -> bytes:
    """The file ``results.json`` of one student."""
    # What nobody has marked yet counts nothing and is said in words: "failed" would be a verdict that was not looked at.
    document: dict[str, Any] = {"score": sum(mark.earned or 0 for mark in marks)}
    if unsure := sum(mark.earned is None for mark in marks):
        document |= {"output": message(language, "result-person", count=unsure), "output_format": "text"}
    return encoded(document | {"tests": [_test(mark, language) for mark in marks]})


def _test(mark: Mark, language: str) -> dict[str, Any]:
    output = "\n".join((message(language, "result-typed", typed=mark.typed or "–"), mark.sentence))
    test: dict[str, Any] = {
        "name": mark.item,
        "name_format": "text",
        "number": mark.blank,
        "output": output,
        "output_format": "text",
    }
    if mark.earned is not None:
        test |= {"score": mark.earned, "status": "passed" if mark.earned >= mark.of else "failed"}
    test |= {"max_score": mark.of, "extra_data": {"verdict": mark.verdict}}
    if mark.code:
        test["tags"] = [mark.code]
    return test

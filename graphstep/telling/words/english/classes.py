"""What is said to a class: sheets, keys, feedback, statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphstep.telling.words.english import English

CLASSES: dict[str, English] = {
    "feedback-title": "{title}: your marks",
    "feedback-earned": "{earned} of {marks} marks.",
    "feedback-open": ("{count} answer is still to be looked at.", "{count} answers are still to be looked at."),
    "feedback-fine": "Every answer is right.",
    "mark-left-empty": "Left empty.",
    "heading-feedback-answer": "The run has {answer}. This opens the step:",
}
"""By id the messages to a class."""

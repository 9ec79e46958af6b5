"""What is said to a class: sheets, keys, feedback, statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphstep.telling.words.english import English

CLASSES: dict[str, English] = {
    "sheet-item": ("{number}. {title} ({count} mark)", "{number}. {title} ({count} marks)"),
    "sheet-item-part": "{number}. {title} ({marks} marks)",
    "sheet-marks": ("({count} mark)", "({count} marks)"),
    "sheet-marks-part": "({marks} marks)",
    "sheet-how": "Write each answer behind its number, in place of the line: a number, a fraction or an expression.",
    "sheet-total": ("Together {count} mark.", "Together {count} marks."),
    "sheet-total-part": "Together {marks} marks.",
    "sheet-cell": "{blank}: write the answer in the line below",
    "feedback-title": "{title}: your marks",
    "feedback-earned": "{earned} of {marks} marks.",
    "feedback-open": ("{count} answer is still to be looked at.", "{count} answers are still to be looked at."),
    "feedback-fine": "Every answer is right.",
    "mark-left-empty": "Left empty.",
    "heading-feedback-answer": "The run has {answer}. This opens the step:",
}
"""By id the messages to a class."""

"""What is said to a class: sheets, keys, feedback, statistics."""

from __future__ import annotations

from graphstep.telling.words.english.forms import English

CLASSES: dict[str, English] = {
    "sheet-item": ("{number}. {title} ({count} mark)", "{number}. {title} ({count} marks)"),
    "sheet-item-part": "{number}. {title} ({marks} marks)",
    "sheet-marks": ("({count} mark)", "({count} marks)"),
    # Half a mark has no form of a plural: what is no whole number comes as a text, under an id of its own.
    "sheet-marks-part": "({marks} marks)",
    "sheet-how": "Write each answer behind its number, in place of the line: a number, a fraction or an expression.",
    "sheet-arrays": "Write a vector as 1, 2, 3 and a matrix row by row, as 1, 2; 3, 4.",
    "sheet-options": "Of several options write the number.",
    "sheet-total": ("Together {count} mark.", "Together {count} marks."),
    "sheet-total-part": "Together {marks} marks.",
    "sheet-cell": "{blank}: write the answer in the line below",
    "feedback-title": "{title}: your marks",
    "feedback-open": ("{count} answer is still to be looked at.", "{count} answers are still to be looked at."),
    "feedback-fine": "Every answer is right.",
    "mark-left-empty": "Left empty.",
    # What the command says of a class.
    "marked": "{sheets} with {answers}: {earned} of {all} marks earned",
    "marked-sheets": ("{count} sheet", "{count} sheets"),
    "marked-answers": ("{count} answer", "{count} answers"),
    "marked-unsure": (
        "{count} answer for a person to mark: its verdict is unsure, and earned is empty",
        "{count} answers for a person to mark: their verdict is unsure, and earned is empty",
    ),
    "marked-missing": "no answers from {students}: {names}",
    "marks-of": "{student}: {before} → {after} marks",
    "marks-stay": "no mark changes",
    "marks-change": ("{count} mark changes, of {students}", "{count} marks change, of {students}"),
    "marks-students": ("{count} student", "{count} students"),
    "marks-write": "Write them?",
    "heading-feedback-answer": "The run has {answer}. This opens the step:",
    # Statistics.
    "class-title": "What the marks of the class say",
    "class-students": (
        "{count} student; {mean} % of the marks, standard deviation {deviation}.",
        "{count} students; on average {mean} % of the marks, standard deviation {deviation}. By tenths of the marks:",
    ),
    "class-reliability": "Reliability (Cronbach's alpha): {alpha}.",
    "class-unsure": (
        "{count} answer has still to be marked by a person, and is left out.",
        "{count} answers have still to be marked by a person, and are left out.",
    ),
    "class-blanks": "Blanks",
    "class-blanks-how": (
        "Facility is the share of its marks that a blank earned. Discrimination is the correlation with what all other blanks "
        "earned: high where it tells those who know from those who do not. It is – where fewer than {least} answers have marks, "
        "or all have the same."
    ),
    "class-misconceptions": "Misconceptions",
    "class-no-misconceptions": "No wrong answer is explained by a misconception.",
    "class-variants": "Variants",
    "class-variants-how": (
        "The forms of an exercise by their programs, whatever names and numbers they had; and by how many standard errors a mean "
        "is above that of the others."
    ),
    "class-no-variants": "No exercise has several forms that enough students had.",
    "class-harder": "Exercise {number}, {form}, was harder than its other forms: {errors} standard errors.",
    "class-easier": "Exercise {number}, {form}, was easier than its other forms: {errors} standard errors.",
    "class-fair": "No form differs from the others by {errors} standard errors or more: chance explains it.",
    "class-tells-little": "tells little apart",
    "class-hard": "hard",
    "class-easy": "easy",
    "class-column-blank": "blank",
    "class-column-item": "item",
    "class-column-answers": "answers",
    "class-column-students": "students",
    "class-column-facility": "facility",
    "class-column-discrimination": "discrimination",
    "class-column-common": "most common misconceptions",
    "class-column-remark": "remark",
    "class-column-code": "misconception",
    "class-column-said": "what was said, for example",
    "class-column-exercise": "exercise",
    "class-column-form": "form",
    "class-column-errors": "standard errors",
}
"""By id the messages to a class."""

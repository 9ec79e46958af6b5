"""What exercises say that are drawn and worked: the mistake to be found, the prompt, practice."""

from __future__ import annotations

from collections.abc import Mapping

EXERCISES: Mapping[str, str | tuple[str, str]] = {
    # A mistake to be found.
    "bug-which": "In this backward pass one line is wrong, and the lines behind it go on with its number. Which line is it? "
    "The values are {values}.",
    "bug-right": "Which number is right in that line?",
    "bug-this": "This is the line that is wrong.",
    "bug-because": "To whoever wrote that line: {slip}",
    # The list, and a sheet.
    "exercise-levels": ("{count} level", "{count} levels"),
    "exercise-list-hint": "graphstep exercise fork --level 2 --seed 7 sets one; graphstep practise goes through them.",
    # At the prompt.
    "exercise-help": "Type an answer; a number may be a fraction. hint gives a hint, show the answer, an empty line goes on, "
    "quit leaves.",
    "exercise-question": "{number} of {count}: ",
    "exercise-read": "All of it is worked: read it through. An empty line goes on, quit leaves.",
    "exercise-try-again": "Try again, or go on with your answer: what follows from it still counts.",
    "exercise-no-hint": "There is no other hint.",
    "exercise-hintless": "There is no hint to this one.",
    "exercise-wait": ("The last hint opens in {count} second.", "The last hint opens in {count} seconds."),
    "exercise-earned": "{earned} of {marks} marks.",
    # Practice.
    "practice-due": ("{count} exercise is due again.", "{count} exercises are due again."),
    "practice-fading": ("Next time the last step is asked.", "Next time the last {count} steps are asked."),
    "practice-same": "Next time the same steps are asked again.",
    "practice-learned": "Every step was right: it comes back on {date}.",
    "practice-back": "It comes back on {date}.",
    "practice-done": "It was right at every review, and does not come back.",
    "practice-nothing": "Nothing is left to practise.",
    "practice-nothing-before": "Nothing is due before {date}.",
    "practice-enough": "That is enough for today: graphstep practise goes on.",
    "practice-left": "What is done is kept: graphstep practise goes on.",
    "practice-open": ("the last step is asked", "the last {count} steps are asked"),
    "practice-new": "new",
    "practice-review": "due on {date}",
    "practice-over": "learned",
}
"""The messages, by their ids."""

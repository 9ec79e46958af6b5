"""What exercises say that are drawn and worked: the mistake to be found, the prompt, practice."""

from __future__ import annotations

from collections.abc import Mapping

EXERCISES: Mapping[str, str | tuple[str, str]] = {
    # A mistake to be found.
    "bug-which": "In this backward pass one line is wrong, and the lines behind it go on with its number. Which line is it? "
    "The values are {values}.",
    "bug-right": "Which number is right in that line?",
    "bug-because": "To whoever wrote that line: {slip}",
}
"""The messages, by their ids."""

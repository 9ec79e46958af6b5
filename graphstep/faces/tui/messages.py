"""Messages and errors as they are said on the screen, in the language of what is on show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.ground.numerals import ENGLISH
from graphstep.telling.words.catalogue import message

if TYPE_CHECKING:
    from textual.dom import DOMNode

    from graphstep.ground.errors import GraphstepError


def said_of(error: GraphstepError) -> str:
    """An error in one line, with what would do."""
    return f"{error.message}{f': {error.hint}' if error.hint else ''}"


def language_of(node: DOMNode) -> str:
    """The code of the language in which the application of a widget or a screen speaks."""
    language: str = getattr(node.app, "language", ENGLISH)
    return language


def say(node: DOMNode, key: str, /, **fields: str | int) -> str:
    """A message in the language of the application."""
    return message(language_of(node), key, **fields)

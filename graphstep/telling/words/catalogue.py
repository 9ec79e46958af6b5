"""The languages: English, which is written in the code, and every file ``LANGUAGE.po`` beside this module."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from graphstep.ground.errors import InputError, did_you_mean, quoted
from graphstep.ground.numerals import ENGLISH
from graphstep.telling.words.english import MESSAGES

if TYPE_CHECKING:
    from gettext import GNUTranslations

    from graphstep.telling.words.english import English


class Catalogue(Protocol):
    """The messages of one language."""

    def find(self, message: str, english: English, count: int = 0) -> str:
        """The message with an id, in the form for a count; in English where the language has none."""


class _English:
    """The messages as they are written in the code."""

    def find(self, message: str, english: English, count: int = 0) -> str:
        """The English itself."""
        del message
        return english if isinstance(english, str) else english[count != 1]


class _Translated:
    """The messages of a file. What it lacks, and what no longer stands so in English, is said in English."""

    def __init__(self, translations: GNUTranslations) -> None:
        self._translations = translations

    def find(self, message: str, english: English, count: int = 0) -> str:
        """The message in the language of the file."""
        if isinstance(english, str):
            return self._translations.pgettext(message, english)
        return self._translations.npgettext(message, *english, count)


def message(language: str, key: str, /, **fields: str) -> str:
    """A message of texts alone, such as a heading, by its id."""
    return catalogue(language).find(key, MESSAGES[key]).format(**fields)


def languages() -> dict[str, str]:
    """The languages by their codes, each with its own name; English first."""
    return {ENGLISH: "English", **{path.stem: _own_name(path) for path in sorted(Path(__file__).parent.glob("*.po"))}}


def checked_language(code: str) -> str:
    """A language by its code, also as an environment has it (``zh_CN.UTF-8``). InputError for one that has no file."""
    name = code.partition(".")[0].replace("_", "-").casefold()
    known = languages()
    for candidate in (name, name.partition("-")[0]):
        if candidate in known:
            return candidate
    listed = ", ".join(f"{key} ({own})" for key, own in known.items())
    hint = did_you_mean(name, known) or "docs/add-a-language.md says how another is added"
    raise InputError(f"there is no language {quoted(code)}: there are {listed}", hint=hint)


@cache
def catalogue(language: str) -> Catalogue:
    """The messages of a language. InputError for one that has no file."""
    if language == ENGLISH:
        return _English()
    # Only here: a run in English waits for neither of them.
    from gettext import GNUTranslations
    from io import BytesIO

    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    path = Path(__file__).parent / f"{checked_language(language)}.po"
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=path.stem))
    compiled.seek(0)
    return _Translated(GNUTranslations(compiled))


def _own_name(path: Path) -> str:
    """What a language calls itself: its file says it in a line ``"Language-Team: …"``."""
    with path.open(encoding="utf-8") as file:
        line = next((line for line in file if line.startswith('"Language-Team: ')), "")
    return line.partition(": ")[2].partition("\\n")[0] or path.stem

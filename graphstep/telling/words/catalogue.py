"""The languages: English, which is written in the code, and every file ``LANGUAGE.po`` beside this module."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from graphstep.ground.arrays import Number, article, number_text, shape_text
from graphstep.ground.errors import InputError, did_you_mean, quoted
from graphstep.ground.numerals import ENGLISH, Writing
from graphstep.ground.phrases import ENGLISH_PHRASES, Phrases
from graphstep.telling.words.english import MESSAGES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from gettext import GNUTranslations

    from graphstep.ground.operands import Shape
    from graphstep.telling.words.english.forms import English

FOLDER = Path(__file__).parent
"""Where the files of the languages stand."""


class Catalogue(Protocol):
    """The messages of one language."""

    def find(self, message: str, english: English, count: int = 0) -> str:
        """The message with an id, in the form for a count; in English where the language has none."""


class _English:
    """The messages as they are written in the code."""

    def find(self, message: str, english: English, count: int = 0) -> str:
        """The English itself."""
        del message
        # English has a form for one and a form for all else, 0 among it; so has gettext where a file lacks the message.
        return english if isinstance(english, str) else english[count != 1]


class _Translated:
    """The messages of a file. What it lacks, and what no longer stands so in English, is said in English."""

    def __init__(self, translations: GNUTranslations) -> None:
        self._translations = translations

    def find(self, message: str, english: English, count: int = 0) -> str:
        """The message in the language of the file."""
        if isinstance(english, str):
            # gettext looks for id and English together. What was translated from other words than today's is not found, and
            # English is said: a translation that lags behind is never wrong. Of a pair it looks at the singular alone.
            return self._translations.pgettext(message, english)
        return self._translations.npgettext(message, *english, count)


def message(language: str, key: str, /, **fields: str | int) -> str:
    """A message of texts and counts by its id; ``count`` chooses between singular and plural."""
    if not fields:
        # Most are headings and labels.
        return catalogue(language).find(key, MESSAGES[key]).format()
    # A count comes as a number: it chooses the form, and gets commas between its thousands. The number of a step or of a round
    # comes as a text: it is a name, which counts nothing.
    count = fields.get("count", 0)
    text = catalogue(language).find(key, MESSAGES[key], count if isinstance(count, int) else 0)
    return text.format(**{name: f"{x:,}" if isinstance(x, int) else x for name, x in fields.items()})


@cache
def phrases_of(language: str) -> Phrases:
    """The words within numbers and formulas, in a language."""
    if language == ENGLISH:
        return ENGLISH_PHRASES
    names = [field.name for field in fields(Phrases)]
    return Phrases(**{name: catalogue(language).find(f"phrase-{name}", getattr(ENGLISH_PHRASES, name)) for name in names})


def value_text(value: Number, writing: Writing) -> str:
    """A value in one line, as a run is written: a large array is told by what it is like."""
    return number_text(value, writing.digits, phrases_of(writing.language))


def of_row(language: str, key: str, english: str) -> str:
    """A text that stands in a row of a table, such as an action's, by its id."""
    return catalogue(language).find(key, english)


def kind(language: str, shape: Shape) -> str:
    """The noun for a shape: a number, a vector, a matrix, an array."""
    if not shape:
        return message(language, "number")
    if len(shape) == 1:
        return message(language, "vector", length=str(shape[0]))
    noun = "matrix" if len(shape) == 2 else "array"
    # Two messages and no variable for the article: other languages have none, or one that hangs on the noun and not on a numeral.
    return message(language, f"{noun}-an" if article(shape[0]) == "an" else noun, shape=shape_text(shape))


def joined(language: str, sentences: Iterable[str]) -> str:
    """Sentences one behind the other; empty ones are left out."""
    return joint(language).join(filter(None, sentences))


@cache
def joint(language: str) -> str:
    """What stands between two sentences, or a label and its sentence: a blank; in Chinese, whose signs are wide, nothing."""
    return message(language, "joint", one="", next="")


def languages() -> tuple[str, ...]:
    """The codes of the languages, English first."""
    # Sorted, since a folder lists its files in an order of its own on each machine.
    return ENGLISH, *sorted(path.stem for path in FOLDER.glob("*.po"))


def spoken(code: str) -> str:
    """The language that has words for a code, ``zh`` for ``zh-Hant``; empty where none has."""
    name = code.replace("_", "-").casefold()
    # The whole code first: a file of its own for zh-hant would go before that of zh.
    return next((each for each in (name, name.partition("-")[0]) if each in languages()), "")


def checked_language(code: str) -> str:
    """A language by its code, also as an environment has it (``zh_CN.UTF-8``). InputError for one that has no file."""
    name = code.partition(".")[0].replace("_", "-").casefold()
    if language := spoken(name):
        return language
    hint = did_you_mean(name, languages()) or "docs/add-a-language.md says how another is added"
    raise InputError(f"there is no language {quoted(code)}: there are {_listed()}", hint=hint)


def _listed() -> str:
    """The languages, each with what it calls itself."""
    from babel import Locale

    return ", ".join(f"{code} ({Locale.parse(code).get_display_name(code)})" for code in languages())


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

    path = FOLDER / f"{checked_language(language)}.po"
    # In memory and not as .mo files beside the .po: nothing can be older than what it was made of.
    compiled = BytesIO()
    with path.open("rb") as file:
        # write_mo leaves out what is empty, and what an editor has marked as fuzzy: English is said until somebody has looked at
        # it.
        write_mo(compiled, read_po(file, locale=path.stem))
    compiled.seek(0)
    return _Translated(GNUTranslations(compiled))

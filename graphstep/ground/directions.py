"""Which way a language is written, and how parts that are written the other way keep their order in a line of plain text.

A terminal that knows Unicode's bidirectional algorithm (Unicode Standard Annex 9) lays a whole line out by its first letter, and
moves the signs of a formula about. Isolates say what belongs together. Nobody else's are let through
(:mod:`graphstep.ground.unprintable`): these are put in where a text leaves.
"""

from __future__ import annotations

import re

_LANGUAGES = frozenset(
    ("ar", "arc", "ckb", "dv", "fa", "he", "iw", "ji", "khw", "ks", "nqo", "ps", "sd", "syr", "ug", "ur", "yi")
)
"""The languages that are written from right to left where no script is named."""

_SCRIPTS = frozenset(["adlm", "arab", "hebr", "mand", "nkoo", "rohg", "samr", "syrc", "thaa"])
"""The scripts that are."""

_LEFT, _RIGHT, _END = "\N{LEFT-TO-RIGHT ISOLATE}", "\N{RIGHT-TO-LEFT ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"
_LETTERS = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
_RUN = re.compile(rf"[{_LETTERS}]+(?:[ ,،.]+[{_LETTERS}]+)*")
_OTHER = re.compile(rf"[^{_LETTERS}\n]+")
_MATTERS = re.compile(r"[^\W_]")
_AROUND = re.compile(r"(?P<before>[\s,.:;?!]*+(?:[-*•] )?)(?P<core>.*?)(?P<behind>[\s,.:;?!]*)", re.DOTALL)


def is_rtl(language: str) -> bool:
    """Whether a language is written from right to left, by its code.

    >>> is_rtl("ar"), is_rtl("he-IL"), is_rtl("az-Arab"), is_rtl("zh"), is_rtl("")
    (True, True, True, False, False)
    """
    name, *parts = language.casefold().split("-")
    scripts = [part for part in parts if len(part) == 4 and part.isalpha()]
    return scripts[0] in _SCRIPTS if scripts else name in _LANGUAGES


def isolated(text: str, *, rtl: bool) -> str:
    r"""A text with isolates around all that is written the other way than its language; a line that has nothing of both stays.

    >>> isolated("סכום x+y.", rtl=True) == "סכום \N{LEFT-TO-RIGHT ISOLATE}x+y\N{POP DIRECTIONAL ISOLATE}."
    True
    """
    if not _RUN.search(text):
        return text
    if not rtl:
        return _RUN.sub(lambda match: f"{_RIGHT}{match[0]}{_END}", text)
    lines = (_OTHER.sub(_leftward, line) if _RUN.search(line) else line for line in text.split("\n"))
    return "\n".join(lines)


def _leftward(match: re.Match[str]) -> str:
    """What stands between letters that are written from right to left, with what belongs together in an isolate."""
    parts = _AROUND.fullmatch(match[0])
    assert parts is not None, "everything has a middle"
    before, core, behind = parts["before"], parts["core"], parts["behind"]
    # A parenthesis whose other half is outside belongs to the sentence, and must mirror with it.
    if core.count("(") > core.count(")") and core.endswith("("):
        core, behind = core[:-1].rstrip(), f" ({behind}"
    elif core.count(")") > core.count("(") and core.startswith(")"):
        before, core = f"{before})", core[1:].lstrip()
    elif core.count(")") > core.count("(") and core.endswith(")"):
        core, behind = core[:-1], f"){behind}"
    return f"{before}{_LEFT}{core}{_END}{behind}" if _MATTERS.search(core) else match[0]

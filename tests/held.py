"""Texts that are held letter by letter, so that a person reads what changed in them: they stand in ``tests/golden``.

A test asks for the fixture ``golden`` and hands it a name and a text. ``make golden`` writes what such tests make today, and
``git diff`` shows it.
"""

from __future__ import annotations

import os
import re
from difflib import unified_diff
from itertools import islice

import pytest

from tests import FOLDER
from tests.numbers import same_but_for_rounding

GOLDEN = FOLDER / "golden"
WRITES = os.environ.get("GRAPHSTEP_GOLDEN") == "write"
"""Whether today's texts are kept in place of those that were read through."""

_LINES = 60
"""Lines of a difference: one screen; ``git diff`` has the rest."""
_PLACED = re.compile(r'<text [^>]*?x="([\d.]+)" y="([\d.]+)"[^>]*>(.*?)</text>')


def hold(name: str, text: str) -> None:
    """Fail with the difference where a text is not the one of that name; numbers of many digits may differ in their last."""
    path = GOLDEN / name
    stored = path.read_text(encoding="utf-8") if path.exists() else ""
    if same_but_for_rounding(text, stored):
        return
    if WRITES:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        return
    lines = list(difference(stored, text))
    more = [f"… and {len(lines) - _LINES} lines more"] if len(lines) > _LINES else []
    told = "\n".join([*lines[:_LINES], *more])
    pytest.fail(f"tests/golden/{name} is not what is made today; make golden keeps that\n{told}", pytrace=False)


def difference(stored: str, text: str) -> list[str]:
    """The lines that differ, of a picture of the screen the words on it; where they are the same, the lines of the file."""
    old, new = words(stored), words(text)
    if old == new:
        old, new = stored.splitlines(), text.splitlines()
    return [line[:200] for line in islice(unified_diff(old, new, "read through", "today", lineterm="", n=1), 2, None)]


def words(text: str) -> list[str]:
    """The lines of a text; of a picture of the screen its rows, from the top."""
    rows: dict[float, list[tuple[float, str]]] = {}
    for x, y, piece in _PLACED.findall(text) if text.startswith("<svg") else ():
        rows.setdefault(float(y), []).append((float(x), piece))
    if not rows:
        return text.splitlines()
    return [" ".join(piece for _, piece in sorted(row)).replace("&#160;", " ").rstrip() for _, row in sorted(rows.items())]

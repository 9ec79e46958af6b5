"""The files of Python that a lesson gives to be completed, and the beginning of a new lesson."""

from __future__ import annotations

import re
from pathlib import Path

from graphstep.teaching.lesson.parse import FILE
from graphstep.telling.words.catalogue import message

# A name without a folder: the file is written beside the learner's progress, and nowhere else.
_BLOCK = re.compile(r"^```python\n# (?P<name>\w{1,40}\.py)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
"""A block of Python that names its file in its first line."""


def files_of(path: Path) -> dict[str, str]:
    """The blocks of a lesson that name a file, by that name."""
    from graphstep.ground.files import open_file

    with open_file(path, FILE) as file:
        text = file.read().decode()
    return {match["name"]: match["body"] for match in _BLOCK.finditer(text)}


def skeleton(name: str, language: str) -> str:
    """The beginning of a lesson, right in every respect."""
    title = re.sub(r"[^\w ]", "", name.lstrip("0123456789-_ ").replace("-", " ").replace("_", " ")).strip() or "A lesson"
    title = title[:1].upper() + title[1:]
    return message(language, "lesson-skeleton", title=title)

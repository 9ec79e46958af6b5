"""A question as data: what is asked, before the run that answers it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import field

from graphstep.ground.errors import InputError, quoted
from graphstep.ground.records import dataclass

ORDINALS = ("first", "second", "third", "fourth", "fifth")
"""Which of several sends between the same two nodes."""

_ARROW = re.compile(r"→|->")
_NTH = re.compile(rf"\s*,\s*(?P<nth>{'|'.join(ORDINALS)})\s*$")


@dataclass(frozen=True, slots=True)
class Question:
    """A question to answer before the run shows the answer."""

    ask: str
    """What is asked: ``gradient x``, ``local × → z``, ``choice: pattern × → z``, …"""
    hints: tuple[str, ...]
    """Shown one at a time."""
    because: str
    """The reason, shown with the answer."""
    question: str
    """Its wording; empty for the one that belongs to ``ask``."""
    options: tuple[str, ...]
    """What can be chosen; empty unless ``ask`` starts with ``choice:``."""
    key: str
    """What the place is kept under: ``ask``, with a count where a lesson asks the same twice."""
    line: int
    """Where its block begins."""
    lines: Mapping[str, int] = field(default_factory=dict)
    """The line of each of its keys."""
    part: tuple[int, int] | None = None
    """Of a row of a tableau, which row it is and of how many; None elsewhere."""
    paper: str = ""
    """Its wording on a printed sheet, where the other one quotes an answer before it; empty where it quotes none."""


def send_of(text: str) -> tuple[str, str, int]:
    """``GATE → NODE, second`` as gate, node and 2; InputError where it is none."""
    nth = _NTH.search(text)
    ends = _ARROW.split(text[: nth.start()] if nth else text)
    if len(ends) != 2 or not all(end.strip() for end in ends):
        raise InputError(f"{quoted(text)} is no send: write 'GATE → NODE', as in 'x+y → x'")
    return ends[0].strip(), ends[1].strip(), ORDINALS.index(nth["nth"]) + 1 if nth else 1

"""Calls of functions that the user has compiled, and ``jax.named_scope``, as the scopes that operations stand in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from graphstep.engine.capture.recording import Scope
from graphstep.ground import limits
from graphstep.ground.modules import is_library

Within = tuple[int, str]
"""The number of a call, 0 for a named scope, and its label."""


class Scopes:
    """The scopes of a recording, each opened with the first operation in it."""

    def __init__(self) -> None:
        self.all = [Scope("program")]
        """The scopes, each behind the one around it."""
        self._counts: dict[tuple[int, str], int] = {}
        self._open: list[tuple[Within, int]] = []

    def at(self, path: Sequence[Within]) -> int:
        """The innermost scope of an operation that stands in all of ``path``, the outermost first."""
        # What is deeper stands in the last frame that there is room for.
        path = path[: limits.FRAMES]
        kept = 0
        while kept < min(len(path), len(self._open)) and self._open[kept][0] == path[kept]:
            kept += 1
        del self._open[kept:]
        for each in path[kept:]:
            around = self._open[-1][1] if self._open else 0
            key = around, each[1]
            self._counts[key] = self._counts.get(key, 0) + 1
            self.all.append(Scope("call", each[1], self._counts[key], around))
            self._open.append((each, len(self.all) - 1))
        return self._open[-1][1] if self._open else 0


def named_scopes(equation: Any) -> list[Within]:
    """The named scopes that an equation stands in; what a transform has put around a name is left out."""
    names = re.sub(r"\w+\(|\)", "", str(equation.source_info.name_stack)).split("/")
    return [(0, label) for name in names if (label := re.sub(r"\W+", "_", name).strip("_"))]


def called(jaxpr: Any) -> str:
    """What a function of the user's is called that a jaxpr was made of; empty for one of a library's."""
    about = getattr(getattr(jaxpr, "jaxpr", jaxpr), "debug_info", None)
    file = getattr(about, "func_filename", None)
    if about is None or not file or is_library(file):
        return ""
    return re.sub(r"\W+", "_", str(about.func_name)).strip("_")

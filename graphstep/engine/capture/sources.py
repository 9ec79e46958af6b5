"""The text of the user's functions that were at work, and where in it each operation stands."""

from __future__ import annotations

import ast
import linecache
import os
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from graphstep.engine.capture.places import Extent, Place
from graphstep.engine.capture.recording import Operation, Source

Block = tuple[int, int]
"""The first and the last line of a function, from 1."""


def locate(operations: Sequence[Operation], places: Sequence[Place | None]) -> list[Source]:
    """Tell each operation its line, its source and its place there; returns the sources, in the order of their lines."""
    files = {path: linecache.getlines(path) for path in dict.fromkeys(place.path for place in places if place is not None)}
    blocks = {path: _functions("".join(lines)) for path, lines in files.items()}
    used: dict[tuple[str, Block], None] = {}
    homes: list[tuple[str, Block] | None] = []
    by_place: dict[tuple[str, Extent], Block | None] = {}
    for place in places:
        if place is None or place.extent is None:
            homes.append(None)
            continue
        key = place.path, place.extent
        home = by_place[key] = by_place[key] if key in by_place else _home(blocks[place.path], place.extent)
        homes.append(None if home is None else (place.path, home))
        if home is not None:
            used[place.path, home] = None
    # A function inside another one stands in its text.
    outer = [block for block in used if not any(other != block and _holds(other, block) for other in used)]
    outer.sort()
    sources, starts = [], list[dict[int, tuple[int, int]]]()
    for path, (first, last) in outer:
        lines = [line.rstrip("\n") for line in files[path][first - 1 : last]]
        margin = min((len(line) - len(line.lstrip()) for line in lines if line.strip()), default=0)
        at, where = 0, {}
        for number, line in enumerate(lines, first):
            where[number] = at, margin
            at += len(line[margin:]) + 1
        starts.append(where)
        sources.append(Source(os.path.basename(path), first, "\n".join(line[margin:] for line in lines)))
    spans: dict[tuple[str, Extent], tuple[int, tuple[int, int]]] = {}
    for operation, place, within in zip(operations, places, homes, strict=True):
        if place is not None:
            operation.file, operation.line = place.file, place.line
        if within is None or place is None or place.extent is None:
            continue
        key = place.path, place.extent
        if key not in spans:
            source = next(k for k, block in enumerate(outer) if _holds(block, within))
            spans[key] = source, _span(place.extent, files[place.path], starts[source])
        operation.source, operation.span = spans[key]
    return sources


def _span(extent: Extent, lines: Sequence[str], starts: Mapping[int, tuple[int, int]]) -> tuple[int, int]:
    def place(line: int, column: int) -> int:
        start, margin = starts[line]
        return start + len(lines[line - 1].encode()[:column].decode(errors="replace")) - margin

    return place(extent.line, extent.start), place(extent.last_line, extent.stop)


@lru_cache(maxsize=8)
def _functions(text: str) -> list[Block]:
    """The functions of a file, those without a name too, and its other statements; nothing for what is no Python.

    They are kept: of a file with several functions, or in a notebook, one is captured after the other.
    """
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return []
    nodes: Iterable[ast.AST] = ast.walk(tree)
    functions = [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)]
    return [(node.lineno, node.end_lineno or node.lineno) for node in (*functions, *tree.body)]


def _home(blocks: Iterable[Block], extent: Extent) -> Block | None:
    """The smallest block around a place."""
    around = [block for block in blocks if block[0] <= extent.line and extent.last_line <= block[1]]
    return min(around, key=lambda block: block[1] - block[0], default=None)


def _holds(outer: tuple[str, Block], inner: tuple[str, Block]) -> bool:
    return outer[0] == inner[0] and outer[1][0] <= inner[1][0] and inner[1][1] <= outer[1][1]

"""Where an operation stands in the user's file, and which variable its value goes to, from the bytecode of the frame at work."""

from __future__ import annotations

import ast
import dis
import linecache
import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import pairwise
from types import CodeType, FrameType
from typing import NamedTuple

from graphstep.ground.modules import is_library
from graphstep.ground.records import dataclass

_LOGS = ("debug", "info", "warning", "error", "critical", "exception")
_OPERATORS = ("BINARY_OP", "UNARY_", "COMPARE_OP")


class Extent(NamedTuple):
    """Where an instruction stands in its file: lines from 1, columns in bytes from 0."""

    line: int
    """Its first line."""
    last_line: int
    """Its last line."""
    start: int
    """The column of its first byte."""
    stop: int
    """The column behind its last byte."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an operation is at work."""

    path: str
    """The file, as Python has it."""
    code: CodeType
    """The function, or part of one, at work."""
    instruction: int
    """The offset of the instruction at work."""
    extent: Extent | None
    """Where that stands; None where Python does not say it."""
    line: int
    """The line at work."""
    is_call: bool
    """Whether the instruction is a call, so that several operations may be at work in it."""
    variable: str
    """The variable that the value of the instruction is assigned to; empty where it is not."""

    @property
    def file(self) -> str:
        """The name of the file, without its folder."""
        return _base(self.path)

    @property
    def text(self) -> str:
        """The source of the instruction, where it stands on one line; else the empty string."""
        if self.extent is None or self.extent.line != self.extent.last_line:
            return ""
        line = linecache.getline(self.path, self.extent.line).encode()
        return line[self.extent.start : self.extent.stop].decode(errors="replace")

    @property
    def called(self) -> str:
        """The name that a call calls: ``sum`` in ``(x*y).sum(axis=0)``; empty where its source does not show one."""
        text, depth = self.text, 0
        for place in range(len(text) - 1, -1, -1):
            depth += (text[place] == ")") - (text[place] == "(")
            if depth == 0:
                name = text[:place].rstrip().rpartition(".")[2]
                return name if text[place] == "(" and name.isidentifier() else ""
        return ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@cache
def _base(path: str) -> str:
    return os.path.basename(path)


_PLACES: dict[tuple[int, int, bool], Place] = {}
"""By function, instruction, and whether it is at work itself, its place: a line that works a thousand times has one.

A function is known by its ``id``, and kept in the place: to compare functions takes longer than to run one.
"""


def at_work(frame: FrameType) -> Place:
    """The innermost of the user's lines that a frame works for."""
    if (place := _PLACES.get((id(frame.f_code), frame.f_lasti, True))) is not None:
        return place
    here: FrameType | None = frame
    while here is not None and is_library(here.f_code.co_filename):
        here = here.f_back
    # Through a library (map, functools.reduce) the line is the user's, and no variable of theirs gets what each call returns.
    direct, here = here is frame, here or frame
    key = id(here.f_code), here.f_lasti, direct
    if not direct and (place := _PLACES.get(key)) is not None:
        return place
    code, last = here.f_code, here.f_lasti
    # There is an entry for each unit of two bytes.
    operation, following = _around(code, last)
    extent = _extents(code)[last // 2] if last >= 0 else None
    is_call = "CALL" in operation
    variable = _assigned(following, _callers(here)) if direct and (is_call or operation.startswith(_OPERATORS)) else ""
    place = Place(code.co_filename, code, last, extent, here.f_lineno or 0, is_call or not direct, variable)
    if following[0] != "RETURN_VALUE":
        # What is returned goes to a variable of whoever called.
        _PLACES[key] = place
    return place


def place_in(frames: Sequence[tuple[CodeType, int]]) -> Place:
    """The place at which the innermost of several of the user's functions was at work, each with its instruction."""
    code, last = frames[0]
    operation, following = _around(code, last)
    extent = _extents(code)[last // 2] if last >= 0 else None
    makes_a_value = "CALL" in operation or operation.startswith(_OPERATORS) or following[0] == "RETURN_VALUE"
    variable = _assigned(following, iter(frames[1:])) if makes_a_value else ""
    return Place(code.co_filename, code, last, extent, extent.line if extent else 0, "CALL" in operation, variable)


@cache
def asks_for_identity(code: CodeType) -> bool:
    """Whether a function asks if something *is* True or False, as ``match`` does."""
    pairs = pairwise(dis.get_instructions(code))
    return any(each.opname == "IS_OP" and isinstance(before.argval, bool) for before, each in pairs)


def is_shown(place: Place) -> bool:
    """Whether a place stands in a statement whose value goes nowhere: a call of ``print`` or of a log, or ``raise``."""
    extent = place.extent
    if extent is None:
        return False
    start, stop = (extent.line, extent.start), (extent.last_line, extent.stop)
    return any(first <= start and stop <= last for first, last in _messages(place.path))


@cache
def _messages(path: str) -> tuple[tuple[tuple[int, int], tuple[int, int]], ...]:
    """From where to where such statements of a file stand."""
    try:
        tree = ast.parse("".join(linecache.getlines(path)))
    except (SyntaxError, ValueError):
        return ()
    return tuple(
        ((node.lineno, node.col_offset), (node.end_lineno or node.lineno, node.end_col_offset or 0))
        # A name that is assigned inside goes on to be computed with.
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt) and _is_message(node) and not any(isinstance(x, ast.NamedExpr) for x in ast.walk(node))
    )


def _is_message(node: ast.stmt) -> bool:
    if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Call):
        return isinstance(node, ast.Raise)
    called = node.value.func
    return (isinstance(called, ast.Name) and called.id == "print") or (isinstance(called, ast.Attribute) and called.attr in _LOGS)


def stores_cells(frame: FrameType) -> bool:
    """Whether the value of the operator at work goes straight into cells: ``x[0] += y``."""
    following = (name for offset, (name, _) in _instructions(frame.f_code).items() if offset > frame.f_lasti)
    return next((name for name in following if not name.startswith(("SWAP", "CACHE"))), "") == "STORE_SUBSCR"


def puts_cells(frame: FrameType) -> bool:
    """Whether a frame is putting something into cells: ``x[0] = y``."""
    return _instructions(frame.f_code).get(frame.f_lasti, ("", ""))[0] == "STORE_SUBSCR"


def _assigned(following: tuple[str, str], callers: Iterator[tuple[CodeType, int]]) -> str:
    """What a value is assigned to by the instruction behind it, or where the function that returns it was called."""
    while following[0] == "RETURN_VALUE" and (caller := next(callers, None)) is not None:
        called, following = _around(*caller)
        if "CALL" not in called:
            return ""
    return following[1]


def _callers(frame: FrameType) -> Iterator[tuple[CodeType, int]]:
    """The functions of the user's that a frame works for, each with its instruction."""
    here = frame.f_back
    while here is not None and not is_library(here.f_code.co_filename):
        yield here.f_code, here.f_lasti
        here = here.f_back


@cache
def _extents(code: CodeType) -> tuple[Extent | None, ...]:
    return tuple(
        None if None in place else Extent(place[0] or 0, place[1] or 0, place[2] or 0, place[3] or 0)
        for place in code.co_positions()
    )


@cache
def _around(code: CodeType, last: int) -> tuple[str, tuple[str, str]]:
    """The instruction at work, and of the one behind it its name and the variable it assigns, if it does."""
    instructions = _instructions(code)
    offsets = [*instructions]
    # Where a frame is at work may be a cache behind its instruction.
    operation = instructions[max((x for x in offsets if x <= last), default=offsets[0])][0]
    behind = [instructions[x] for x in offsets if x > last]
    if operation == "PRECALL":
        # In Python 3.11 a call that was made often is made here, and the CALL behind it is passed over.
        behind = behind[1:]
    return operation, behind[0] if behind else ("", "")


@cache
def _instructions(code: CodeType) -> Mapping[int, tuple[str, str]]:
    instructions = {}
    for each in dis.get_instructions(code):
        variable = ""
        if each.opname.startswith("STORE_") and each.opname.split("_")[1] in ("FAST", "NAME", "GLOBAL", "DEREF"):
            # From Python 3.13 on one instruction may store two, or store and load.
            variable = each.argval if isinstance(each.argval, str) else each.argval[0]
        instructions[each.offset] = each.opname, variable
    return instructions

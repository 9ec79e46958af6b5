"""What a call goes through while it is recorded: the user's functions, and the turns of their loops.

Python tells of every call, line and return (``sys.settrace``). A call is a frame; so is a loop, found in the source, and each of
its turns: its first line comes round again. A generator is a loop of whoever asks it for its next value. A comprehension is a
function up to Python 3.11; from 3.12 on it stands in the code around it, and is known there by its instructions.
"""

from __future__ import annotations

import ast
import dis
import inspect
import linecache
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from functools import cache
from itertools import pairwise
from types import CodeType, FrameType, TracebackType
from typing import Any, Literal, NamedTuple

from graphstep.engine.capture.recording import CaptureError, Scope
from graphstep.ground import limits
from graphstep.ground.modules import is_library
from graphstep.ground.records import dataclass

LOOP = "repeat"
"""What a loop and its turns are called, as in the language."""


@dataclass(slots=True)
class _Loop:
    """A loop that is going round."""

    key: Any
    """What it is known by: its first line, the frame of a generator, or the instructions of a comprehension, from and to."""
    last: int
    """Its last line."""
    turn: int = 1
    scope: int = 0
    """Its scope, and that of the turn that it is in; 0 until an operation stands there."""
    turn_scope: int = 0


class Part(NamedTuple):
    """How calls of a library's are told apart that stand for parts of the user's model."""

    label: Callable[[FrameType], str]
    """What a call is called, by its frame."""
    returned: Callable[[FrameType, Any], None]
    """What is told when it returns, and what it returned."""
    inner: str
    """The user's function that is at work in it, and is no call of its own."""


@dataclass(slots=True)
class _Code:
    """What is to be done at a call of a function."""

    code: CodeType
    """Itself, so that no other one takes its place in memory."""
    header: int
    """The line at which a comprehension goes round; 0 for a function."""
    label: str
    """What its calls are called; empty where its operations stand in the scope of its caller."""
    is_transparent: bool
    """Whether it is no call: none of the user's, the statements of a file, or a method that is one gate."""
    comprehensions: tuple[tuple[int, int], ...] = ()
    """The instructions of those that stand in it, from the one that goes round to the one behind, the outermost first."""
    note: Callable[[FrameType], None] | None = None
    """What is told when it is called, in place of all else."""
    part: Part | None = None
    """What its calls are called one by one, where they are parts of a model."""
    ends: frozenset[int] = frozenset()
    """Of a generator the instructions with which it comes to its end."""


@dataclass(slots=True)
class _Active:
    """A function of the user's that is at work."""

    frame: FrameType
    about: _Code
    """What is to be done at a call of it."""
    label: str
    """What its calls are called; empty where its operations stand in the scope of its caller."""
    loops: list[_Loop] = field(default_factory=list)
    scope: int = 0
    """The scope of the call; 0 until an operation stands in it."""
    outer: tuple[int, int] | None = None
    """The scope around it, and how many are around that; None until an operation stands in it."""


class Watch:
    """Follows a call; ``with`` it."""

    def __init__(self, created: Callable[[FrameType], None] | None = None) -> None:
        self.scopes = [Scope("program")]
        """The calls, loops and turns with an operation in them, each behind the one around it."""
        self.refused: CaptureError | None = None
        """What was refused first, also where the function went on."""
        self.entered: Callable[[dict[str, Any]], None] = lambda _: None
        """What is told of the names of a module, before a function of the user's in it runs."""
        self._created = created
        self._stack: list[_Active] = []
        self._counts: dict[tuple[int, str], int] = {}
        self._before: Any = None
        self._scope = -1
        self._codes: dict[int, _Code] = {}
        self.variables: dict[str, Any] = {}
        """The variables of the function that is captured, as it returned."""
        self.frame: FrameType | None = None
        """That function, as it returned."""

    def __enter__(self) -> Watch:
        self._before = sys.gettrace()
        # Python tells of this thread alone. What another one computes is recorded, in the frame that waits for it.
        sys.settrace(self._called)
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        # A debugger or a measure of coverage may have been watching before.
        sys.settrace(self._before)

    def _about(self, code: CodeType) -> _Code:
        """What is to be done at a call of a function: by its ``id``, as to compare functions takes longer than to run one."""
        if (before := self._codes.get(id(code))) is not None:
            return before
        header, label = _kind(code)
        is_transparent = is_library(code.co_filename) or code.co_name == "<module>"
        about = self._codes[id(code)] = _Code(code, header, label, is_transparent, _comprehensions(code))
        if code.co_flags & inspect.CO_GENERATOR:
            about.ends = frozenset(
                each.offset for each in dis.get_instructions(code) if each.opname in ("RETURN_VALUE", "RETURN_CONST")
            )
        if self._created is not None and _makes_a_value(code):
            about.note = self._created
        return about

    def makes(self, maker: CodeType, note: Callable[[FrameType], None], methods: Iterable[CodeType]) -> None:
        """Tell ``note`` of values that an ``__init__`` makes; the methods of its class are no calls, as each is one gate."""
        for code in methods:
            self._about(code).is_transparent = True
            # What it defines inside sends gradients back, or orders values: neither is a call that values are made in.
            for inner in code.co_consts:
                if isinstance(inner, CodeType):
                    self._about(inner).is_transparent = True
        self._about(maker).note = note

    def parts(self, code: CodeType, part: Part) -> None:
        """Take the calls of a function for parts of a model."""
        self._about(code).part = part

    @property
    def home(self) -> str:
        """The file of the function that is captured, while it is at work."""
        return self._stack[0].frame.f_code.co_filename if self._stack else ""

    def scope(self) -> int:
        """The scope that is at work."""
        # Nobody tells when a comprehension ends and its line goes on.
        if self._scope < 0 or (self._stack and self._stack[-1].about.comprehensions):
            self._scope = self._opened()
        return self._scope

    def _opened(self) -> int:
        """Open the frames of all that is at work; those around a function do not change while it is."""
        stack = self._stack
        first = len(stack)
        while first and stack[first - 1].outer is None:
            first -= 1
        inner = (0, 0) if not first else self._inside(stack[first - 1])
        for active in stack[first:]:
            active.outer = inner
            inner = self._inside(active)
        return inner[0]

    def _inside(self, active: _Active) -> tuple[int, int]:
        """The scope in which a function is at work, and how many are around it."""
        assert active.outer is not None, "what is around it is open"
        scope, depth = active.outer
        if active.label and depth < limits.FRAMES and not (active.about.is_transparent and active.about.part is None):
            if not active.scope:
                active.scope = self._open("call", active.label, scope)
            scope, depth = active.scope, depth + 1
        if active.about.comprehensions:
            self._come_round(active)
        for loop in active.loops:
            # Deeper ones stand in the last frame that there is room for.
            if depth + 2 > limits.FRAMES:
                break
            if not loop.scope:
                loop.scope = self._open("loop", LOOP, scope)
            if not loop.turn_scope:
                loop.turn_scope = self._open("turn", LOOP, loop.scope)
            scope, depth = loop.turn_scope, depth + 2
        return scope, depth

    def _come_round(self, active: _Active) -> None:
        """Bring the loops of a function up to the comprehensions that it is in."""
        at = active.frame.f_lasti
        inside = [span for span in active.about.comprehensions if span[0] <= at < span[1]]
        active.loops = [loop for loop in active.loops if not isinstance(loop.key, tuple) or loop.key in inside]
        going = [loop.key for loop in active.loops]
        active.loops += [_Loop(span, -1) for span in inside if span not in going]

    def _open(self, kind: Literal["call", "loop", "turn"], label: str, around: int) -> int:
        key = around, label
        number = self._counts[key] = self._counts.get(key, 0) + 1
        self.scopes.append(Scope(kind, label, number, around))
        return len(self.scopes) - 1

    # -- what Python tells -------------------------------------------------------------------------------------------------------

    def _called(self, frame: FrameType, event: str, _: Any) -> Any:
        if event != "call":
            return None
        code = frame.f_code
        about = self._codes.get(id(code))
        if about is None:
            about = self._about(code)
            # What a library has compiled out of a text, as for its own dataclasses, is at home in that library.
            about.is_transparent |= is_library(frame.f_globals.get("__file__") or "")
            if not about.is_transparent:
                self.entered(frame.f_globals)
        # Most calls that build an engine's graph make its values: they are asked for first.
        if about.note is not None:
            about.note(frame)
            return None
        if about.part is not None:
            frame.f_trace_lines = False
            self._scope = -1
            self._stack.append(_Active(frame, about, about.part.label(frame) if self._stack else ""))
            return self._went_part
        # None: of its lines nothing is told, which would cost more than all else that a call does.
        if about.is_transparent:
            return None
        label = about.label
        around = self._stack[-1].about.part if self._stack else None
        if not self._stack or (around is not None and code.co_name == around.inner):
            # The function that is captured is the program itself, and a part of a model is what its function computes.
            label = ""
        elif code.co_flags & inspect.CO_GENERATOR:
            loops = self._stack[-1].loops
            if loops and loops[-1].key is frame:
                _turn(loops[-1])
            else:
                loops.append(_Loop(frame, -1))
        self._scope = -1
        self._stack.append(_Active(frame, about, label))
        if code.co_name == "<genexpr>":
            # No statement stands in it, so that no loop begins at a line of it.
            frame.f_trace_lines = False
        return self._went

    def _went(self, frame: FrameType, event: str, value: Any) -> Any:
        active = self._stack[-1] if self._stack else None
        if active is None or active.frame is not frame:
            return self._went
        if event == "line":
            self._line(active, frame.f_lineno)
        elif event == "return":
            self._stack.pop()
            self._scope = -1
            # A generator returns at every yield; it has come to its end at its own return alone.
            if self._stack and frame.f_lasti in active.about.ends:
                self._stack[-1].loops = [loop for loop in self._stack[-1].loops if loop.key is not frame]
            if not self._stack:
                self.variables, self.frame = dict(frame.f_locals), frame
        elif event == "exception" and self.refused is None and isinstance(value[1], CaptureError):
            self.refused = value[1]
        return self._went

    def _went_part(self, frame: FrameType, event: str, value: Any) -> Any:
        part = self._codes[id(frame.f_code)].part
        if event == "return" and self._stack and self._stack[-1].frame is frame:
            self._stack.pop()
            self._scope = -1
            assert part is not None, "it is one"
            part.returned(frame, value)
        return self._went_part

    def _line(self, active: _Active, line: int) -> None:
        if active.about.comprehensions:
            self._come_round(active)
        loops = active.loops
        if loops and isinstance(key := loops[-1].key, tuple):
            # Python 3.12 tells of the instruction that goes round, 3.13 of the one that jumps back to it.
            at = active.frame.f_lasti
            if at == key[0] or dis.opname[active.frame.f_code.co_code[at]].startswith("JUMP_BACKWARD"):
                self._scope = -1
                _turn(loops[-1])
            return
        # A line outside of a loop ends it, and those inside of it.
        while loops and not (isinstance(loops[-1].key, int) and loops[-1].key <= line <= loops[-1].last):
            loops.pop()
            self._scope = -1
        last = line if line == active.about.header else _loops(active.frame.f_code.co_filename).get(line)
        if last is None:
            return
        self._scope = -1
        if loops and loops[-1].key == line:
            _turn(loops[-1])
        else:
            loops.append(_Loop(line, sys.maxsize if active.about.header else last))


def _turn(loop: _Loop) -> None:
    loop.turn += 1
    loop.turn_scope = 0


def _makes_a_value(code: CodeType) -> bool:
    """Whether it is the ``__init__`` of something that holds one value, as the values of small autograd engines do."""
    return code.co_name == "__init__" and code.co_argcount > 1 and code.co_varnames[1] in ("data", "value", "val", "x", "v")


def _kind(code: CodeType) -> tuple[int, str]:
    """The line at which a comprehension goes round, 0 for a function; and what its calls are called."""
    if code.co_flags & inspect.CO_GENERATOR:
        return 0, ""
    if code.co_name in ("<listcomp>", "<setcomp>", "<dictcomp>"):
        turns = (each for each in dis.get_instructions(code) if each.opname == "FOR_ITER")
        first = next(turns, None)
        line = first.positions.lineno if first is not None and first.positions is not None else None
        return line or code.co_firstlineno, ""
    # What is called as a function is called by its class.
    name = code.co_qualname.split(".")[-2] if code.co_name == "__call__" and "." in code.co_qualname else code.co_name
    return 0, name.strip("<>") or "call"


def _comprehensions(code: CodeType) -> tuple[tuple[int, int], ...]:
    """The instructions of the comprehensions that stand in a function: there an element is added just before it goes round."""
    if sys.version_info < (3, 12):
        return ()
    instructions = list(dis.get_instructions(code))
    rounds = {
        each.argval
        for before, each in pairwise(instructions)
        if each.opname.startswith("JUMP_BACKWARD") and before.opname in ("LIST_APPEND", "SET_ADD", "MAP_ADD")
    }
    return tuple((each.offset, each.argval) for each in instructions if each.opname == "FOR_ITER" and each.offset in rounds)


@cache
def _loops(path: str) -> Mapping[int, int]:
    """By the first line of each loop of a file its last."""
    try:
        tree = ast.parse("".join(linecache.getlines(path)))
    except (SyntaxError, ValueError):
        return {}
    loops = [node for node in ast.walk(tree) if isinstance(node, ast.For | ast.While | ast.AsyncFor)]
    return {node.lineno: node.body[-1].end_lineno or node.lineno for node in loops}

"""A user's file is run in a process of its own, which hands back data. It is no sandbox."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from signal import Signals
from typing import TYPE_CHECKING

from graphstep.engine.archive import read_run
from graphstep.engine.archive.container import Cells, pack
from graphstep.engine.capture.recording import CaptureError
from graphstep.engine.opening import Opening
from graphstep.ground.arrays import Number
from graphstep.ground.errors import GraphstepError, InputError, quoted, quoted_path
from graphstep.ground.processes import end_process, environment_of, words_of
from graphstep.ground.unprintable import printable

if TYPE_CHECKING:
    from graphstep.language.read import Watch

SECONDS = 60.0
"""Seconds of a clock until a file that does not end is ended: to import a framework may take ten on a busy machine."""


def read_target(text: str) -> tuple[str, str]:
    """The file and the function that ``FILE.py:FUNCTION`` names. InputError for another text, and where there is no such file."""
    path, _, name = text.rpartition(":")
    if not path or not name.isidentifier():
        raise InputError(f"{quoted(text)} names no function", hint="graphstep capture FILE.py:FUNCTION NAME=VALUE …")
    if not Path(path).is_file():
        raise InputError(f"there is no file {quoted_path(path)}")
    return path, name


def target_of(function: object) -> str:
    """How a function is named on a command line, ``FILE.py:FUNCTION``; empty unless it is a file's here, under its own name."""
    name, code = getattr(function, "__qualname__", ""), getattr(function, "__code__", None)
    path = Path(getattr(code, "co_filename", ""))
    there = getattr(sys.modules.get(getattr(function, "__module__", "")), name, None) is function
    if not (there and name.isidentifier() and path.is_file() and path.is_relative_to(Path.cwd())):
        return ""
    return f"{path.relative_to(Path.cwd()).as_posix()}:{name}"


def read_maker(text: str) -> tuple[str, str]:
    """The module, or the file, and the function that ``module:make`` names; two empty texts for none.

    InputError for another text.
    """
    module, _, name = text.rpartition(":")
    if text and not (module and name.isidentifier()):
        raise InputError(f"{quoted(text)} names no function", hint="--args module:make, or --args FILE.py:make")
    return module, name


def record_file(
    path: str,
    name: str,
    arguments: Mapping[str, Number],
    fixed: Collection[str] = (),
    maker: str = "",
    *,
    seconds: float = SECONDS,
    watch: Watch | None = None,
) -> Opening:
    """Run a file, and record a call of one of its functions; ``maker``, ``module:make``, makes the arguments that are not given,
    and ``watch`` is told once that the file runs.

    GraphstepError where that fails, with the lines of the file.
    """
    cells = Cells()
    values = {each: cells.put(value) for each, value in arguments.items()}
    about = {"path": path, "function": name, "arguments": values, "fixed": [*fixed], "maker": read_maker(maker)}
    job = pack(about, {"values": cells.array()})
    words, environment = words_of("graphstep.engine.capture.child"), environment_of()
    with subprocess.Popen(  # noqa: S603  # our own interpreter and module; the file is the one that the user named
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, start_new_session=True
    ) as child:
        try:
            assert child.stdin is not None, "it is a pipe"
            # Before anything else, as the process waits for it.
            with suppress(BrokenPipeError), child.stdin as pipe:
                pipe.write(job)
            child.stdin = None
            if watch is not None:
                # In this thread: of two that import NumPy at once one gets half of it, as its modules import each other.
                watch(0.0)
            reply, _ = child.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            hint = "a loop that does not end, or too much work for one call"
            raise CaptureError(f"{quoted(Path(path).name)} was ended after {seconds:g} seconds", hint=hint) from None
        finally:
            # It leads a session of its own, so that what it has started ends with it.
            end_process(child)
    return _read(reply, child.returncode, Path(path).name)


def _read(reply: bytes, status: int, name: str) -> Opening:
    """What another process answered: a recorded run, or as JSON what went wrong."""
    try:
        # A run is a zip, whose first letters are PK.
        if reply[:1] != b"{":
            return read_run(reply, quoted(name))
        answer = json.loads(reply)
        kind: type[GraphstepError] = InputError if answer["typed"] else CaptureError
        failed = kind(printable(str(answer["error"])), hint=printable(str(answer["hint"])))
    except (ValueError, KeyError, TypeError, InputError):
        end, hint = f"ended without an answer, with status {status}", "os._exit ends a process before it has answered"
        if status < 0:
            end, hint = f"was ended by {Signals(-status).name}", "it may take 60 seconds of processor and 4 GiB of memory"
        raise CaptureError(f"{quoted(name)} {end}", hint=hint) from None
    raise failed

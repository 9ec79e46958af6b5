"""The process in which a user's file is run: a job comes in, and what was recorded goes back as data.

What the file prints goes to standard error, so that it cannot be taken for the answer.
"""

from __future__ import annotations

import atexit
import inspect
import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from graphstep.engine.archive import write_run
from graphstep.engine.archive.container import Cells, unpack
from graphstep.engine.capture import CaptureError, record
from graphstep.engine.capture.opening import opening_of
from graphstep.ground.collector import collector_paused
from graphstep.ground.errors import GraphstepError, InputError, did_you_mean, quoted
from graphstep.ground.late import np
from graphstep.ground.modules import is_library, module_of_file
from graphstep.ground.processes import limit_process
from graphstep.language.setup import Setup

MEMORY = 4 << 30
"""Bytes of address space that the file may take, where the system can hold it to that."""

SECONDS = 60
"""Seconds of processor that it may take; as many of a clock are the parent's."""

_FRAMES = 4
"""Lines of the user's that an error is told with."""


def main() -> None:
    """Do the job on standard input."""
    job, arrays = unpack(sys.stdin.buffer.read(), "the job", frozenset({"values"}))
    # The answer has a descriptor of its own. What the file writes to 1, from C as well, goes to standard error;
    # and it can neither read the job nor wait for a person.
    reply = os.dup(1)
    os.dup2(2, 1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    limit_process(MEMORY, SECONDS)
    answer = _answer(job, Cells(arrays.get("values")))
    with os.fdopen(reply, "wb") as out:
        out.write(answer if isinstance(answer, bytes) else json.dumps(answer).encode())
    sys.stdout.flush()


def _answer(job: Mapping[str, Any], cells: Cells) -> bytes | dict[str, Any]:
    fixed, arguments = job["fixed"], {}
    for name, each in job["arguments"].items():
        value = cells.take(each)
        # What is handed on as it is may be a count, or labels.
        arguments[name] = _whole(value) if name in fixed else value
    try:
        function = _function(job["path"], job["function"])
        # One pause for all of it: between two of them the collector would look at everything that the first one left.
        with collector_paused():
            several, named = _arguments(function, job, arguments)
            recording = record(function, several, named, fixed)
            setup = Setup(job["function"], dict.fromkeys(recording.inputs), captured=True)
            return write_run(opening_of(recording, setup), 0)
    except GraphstepError as error:
        return {"error": error.message, "hint": error.hint, "typed": isinstance(error, InputError)}
    except BaseException as error:  # exit() too, an interrupt, and what a library derives from their base
        return {"error": _report(error, job["path"]), "hint": "\n".join(getattr(error, "__notes__", ())), "typed": False}


def _arguments(
    function: Callable[..., Any], job: Mapping[str, Any], typed: dict[str, Any]
) -> tuple[Sequence[Any], dict[str, Any]]:
    """The arguments by place and by name: those that were typed, and for the others what a function of the user's makes."""
    module, name = job["maker"]
    if not module:
        return _any_number(function, typed), typed
    made = _member(_maker_module(module), name, module)()
    match made:
        case (tuple() as several, dict() as named):
            pass
        case tuple():
            several, named = made, {}
        case dict():
            several, named = (), made
        case _:
            several, named = (made,), {}
    try:
        bound = inspect.signature(function).bind_partial(*several, **named)
    except TypeError as error:
        hint = "it returns a tuple, a dict by name, or a tuple of both: (args, kwargs)"
        raise InputError(f"what {module}:{name} returns are no arguments of {job['function']}: {error}", hint=hint) from None
    # What was typed counts where both say an argument.
    bound.arguments.update({key: value for key, value in typed.items() if key in bound.signature.parameters})
    return bound.args, {**bound.kwargs, **{key: value for key, value in typed.items() if key not in bound.arguments}}


def _maker_module(module: str) -> ModuleType:
    """The module of what makes the arguments: a file, or one that can be imported from here; the captured file runs once."""
    if not module.endswith(".py"):
        sys.path.insert(1, str(Path.cwd()))
        try:
            return import_module(module)
        except ModuleNotFoundError as error:
            if error.name != module.partition(".")[0]:
                raise
            raise InputError(f"there is no module {quoted(module)}", hint="--args FILE.py:make names a file") from None
    return _module(str(Path(module).resolve()))


def _any_number(function: Callable[..., Any], arguments: dict[str, Any]) -> list[Any]:
    """What stands for any number of arguments, ``*xs``, and those before it, taken out of what is given by name."""
    names = [*inspect.signature(function).parameters.values()]
    place = next((k for k, each in enumerate(names) if each.kind is each.VAR_POSITIONAL and each.name in arguments), -1)
    if place < 0:
        return []
    if missing := [each.name for each in names[:place] if each.name not in arguments]:
        raise InputError(f"{missing[0]} is given no value, and stands in front of *{names[place].name}")
    first = [arguments.pop(each.name) for each in names[:place]]
    several = np.atleast_1d(arguments.pop(names[place].name))
    return [*first, *(several.tolist() if several.ndim == 1 else several)]


def _whole(value: Any) -> Any:
    """A number or an array, as whole numbers where all of it is whole."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    return value.astype(int) if (value == value.round()).all() else value


def _function(path: str, name: str) -> Any:
    return _member(_module(str(Path(path).resolve())), name, Path(path).name)


def _member(module: ModuleType, name: str, where: str) -> Any:
    if not callable(function := getattr(module, name, None)):
        there = [
            key for key, what in vars(module).items() if callable(what) and getattr(what, "__module__", "") == module.__name__
        ]
        hint = did_you_mean(name, there) or (f"it has {', '.join(there[:8])}" if there else "")
        raise InputError(f"{quoted(where)} has no function {quoted(name)}", hint=hint)
    return function


@cache
def _module(path: str) -> ModuleType:
    module = module_of_file(path)
    # The loader goes by the ending of the name.
    if module is None:
        raise CaptureError(f"{quoted(Path(path).name)} is no Python file", hint="graphstep capture FILE.py:FUNCTION")
    return module


def _report(error: BaseException, path: str) -> str:
    """An error of the user's file: what it is, and the last of the user's lines that led to it."""
    lines = [each for each in traceback.extract_tb(error.__traceback__) if not is_library(each.filename)]
    told = traceback.TracebackException.from_exception(error)
    told.__notes__ = None  # what capture has noted is the hint
    text = f"failed: {[*told.format_exception_only()][-1].strip()}"
    if isinstance(error, SystemExit):
        text = f"ended the program: exit({error.code!r})"
    elif isinstance(error, SyntaxError):
        text = f"{text} ({Path(error.filename or path).name}:{error.lineno})"
    where = [f"  {Path(each.filename).name}:{each.lineno}, in {each.name}: {each.line}" for each in lines[-_FRAMES:]]
    return "\n".join([f"{Path(path).name} {text}", *where])


if __name__ == "__main__":
    main()
    # Python would wait for threads that the file has started, and they may never end. What it has registered for its end is done.
    atexit._run_exitfuncs()
    sys.stderr.flush()
    os._exit(0)

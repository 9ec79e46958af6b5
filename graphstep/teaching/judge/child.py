"""The process in which somebody's engine runs: programs come in as lines of JSON, and their numbers go back so, nothing else.

What the engine prints goes nowhere, so that it cannot be taken for a number.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
from pathlib import Path
from types import ModuleType
from typing import Any

from graphstep.ground.modules import is_library, module_of_file
from graphstep.ground.processes import limit_process
from graphstep.teaching.judge.bench import Bench, UnreadableError

MEMORY = 1 << 30
"""Bytes of address space that the engine may take, where the system can hold it to that."""

SECONDS = 10
"""Seconds of processor that it may take."""


def main() -> int:
    """Answer line by line, until there are no more."""
    # The pipe moves to numbers that nobody knows, and 0 to 2 lead nowhere: what an engine prints is no answer, and a question no
    # input of its own.
    questions = os.fdopen(os.dup(0), encoding="utf-8")
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(nowhere, number)
    limit_process(MEMORY, SECONDS)

    def reply(what: Any) -> None:
        replies.write(json.dumps(what) + "\n")
        replies.flush()

    job = json.loads(questions.readline())
    bench = _bench(job, reply)
    if bench is None:
        return 0
    try:
        reply(bench.introduce())
    except Exception as error:
        failed = UnreadableError(f"no value of {job['name']} can be looked at: {type(error).__name__}: {error}{_place(error)}")
        reply({"error": str(failed), "hint": failed.hint})
        return 0
    for line in questions:
        question = json.loads(line)
        match question["do"]:
            case "starts":
                reply(bench.starts())
            case "wirings":
                for wiring in bench.wirings():
                    reply(wiring)
            case "run":
                for trial in question["trials"]:
                    reply(bench.run(trial))
            case "again":
                try:
                    reply(bench.again(question["trial"]))
                except Exception:
                    reply([])
    return 0


def _bench(job: dict[str, Any], reply: Any) -> Bench | None:
    """The bench of the engine; None after it was said why there is none."""
    try:
        return Bench(_module(job), job["class"])
    except UnreadableError as error:
        reply({"error": str(error), "hint": error.hint})
    return None


def _module(job: dict[str, Any]) -> ModuleType:
    try:
        return _imported(job)
    except UnreadableError:
        raise
    except BaseException as error:
        where = _place(error)
        if not isinstance(error, ModuleNotFoundError) or error.name is None:
            message = traceback.format_exception_only(error)[-1].strip()
            raise UnreadableError(f"{job['name']} cannot be imported: {message}{where}") from None
        # What was asked for is imported by no line.
        raise UnreadableError(
            f"there is no module {error.name!r}{where}",
            "install it beside graphstep, or judge a copy without that import" if where else "",
        ) from None


def _place(error: BaseException) -> str:
    """The last of the user's lines that an error comes from."""
    lines = [(each.filename, each.lineno) for each in traceback.extract_tb(error.__traceback__) if not is_library(each.filename)]
    if isinstance(error, SyntaxError) and error.filename:
        lines.append((error.filename, error.lineno))
    return f" ({Path(lines[-1][0]).name}:{lines[-1][1]})" if lines else ""


def _imported(job: dict[str, Any]) -> ModuleType:
    if not job["path"]:
        # What lies in the folder at hand counts first, as for `python -m`.
        top, folder = job["name"].partition(".")[0], Path(job["folder"])
        sys.path.insert(0 if (folder / top).is_dir() or (folder / f"{top}.py").is_file() else len(sys.path), str(folder))
        return importlib.import_module(job["name"])
    module = module_of_file(job["path"], job["folder"])
    if module is None:
        raise UnreadableError(f"{job['name']} is no Python file")
    return module


if __name__ == "__main__":
    sys.exit(main())

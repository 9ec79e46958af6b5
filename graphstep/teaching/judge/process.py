"""An engine in a process of its own, in a folder of its own, with a pipe for numbers. It is no sandbox."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

from graphstep.ground.clock import SystemClock
from graphstep.ground.errors import InputError, quoted, quoted_path
from graphstep.ground.numerals import ENGLISH
from graphstep.ground.processes import end_process, environment_of, words_of
from graphstep.ground.unprintable import printable
from graphstep.teaching.judge.array_programs import alone
from graphstep.teaching.judge.engine import StoppedError
from graphstep.teaching.judge.operations import OPERATIONS, ROWS
from graphstep.teaching.judge.trials import Trial
from graphstep.telling.words.catalogue import message

SECONDS = 20.0
"""Seconds of a clock until an engine that does not end is ended."""


class ProcessEngine:
    """An engine in another process."""

    def __init__(self, name: str, child: subprocess.Popen[bytes], first: dict[str, Any]) -> None:
        self.name = name
        """What the user calls it."""
        self._child, self._first = child, first
        self.late = False
        """Whether it was ended by the clock."""
        self._clock = SystemClock()
        self._began = self._since = self._clock.seconds()

    def introduce(self) -> dict[str, Any]:
        """Its class, and what comes back of 1/3."""
        return self._first

    def starts(self) -> bool:
        """Whether a backward pass can start at an array."""
        self._ask({"do": "starts"})
        return bool(self._answer(None))

    def wirings(self) -> dict[str, dict[str, Any]]:
        """What its operations are built from."""
        self._ask({"do": "wirings"})
        # An operation that never comes back is known by what was asked when the process ended.
        rows = ROWS if self._first["arrays"] else OPERATIONS
        return {name: self._answer(alone(row, arrays=not self._first["numbers"])) for name, row in rows.items()}

    def run(self, trials: Sequence[Trial]) -> list[dict[str, Any]]:
        """Run programs on the engine; their answers."""
        self._ask({"do": "run", "trials": [trial.data for trial in trials]})
        return [self._answer(trial) for trial in trials]

    def again(self, trial: Trial) -> list[list[float]]:
        """The gradients after one backward pass and after two."""
        self._ask({"do": "again", "trial": trial.data})
        return list(self._answer(trial))

    def _ask(self, question: dict[str, Any]) -> None:
        assert self._child.stdin is not None, "it was opened with a pipe"
        try:
            self._child.stdin.write(json.dumps(question).encode() + b"\n")
            self._child.stdin.flush()
        except BrokenPipeError:
            self._stop(None)

    def _answer(self, trial: Trial | None) -> Any:
        assert self._child.stdout is not None, "it was opened with a pipe"
        line = self._child.stdout.readline()
        try:
            answer = json.loads(line)
        except ValueError:
            self._stop(trial)
        self._since = self._clock.seconds()
        return answer

    def _stop(self, trial: Trial | None) -> NoReturn:
        # Nothing came, so the pipe is closed and the process is at its end: this does not wait for long.
        status = self._child.wait()
        busy = sys.platform != "win32" and status == -signal.SIGXCPU
        now = self._clock.seconds()
        if (self.late or busy) and now - self._since < (now - self._began) / 2:
            # The program that it was at took the smaller part of its time: all of them are slow.
            raise StoppedError("judge-slow", trial)
        raise StoppedError("judge-clock" if self.late else "judge-processor" if busy else "judge-ended", trial)


@contextmanager
def engine(target: str, kind: str = "", *, seconds: float = SECONDS) -> Iterator[ProcessEngine]:
    """An engine by its file, or by the name of its module. InputError where there is none that can be judged."""
    job = _job(target, kind)
    words, environment = words_of("graphstep.teaching.judge.child"), environment_of(PYTHONDONTWRITEBYTECODE="1")
    with TemporaryDirectory() as folder, _started(words, folder, environment) as child:
        running = ProcessEngine(target, child, {})

        def end() -> None:
            running.late = True
            end_process(child)

        # A reading of the pipe cannot be given up after a time everywhere; a process that was ended closes it.
        clock = threading.Timer(seconds, end)
        clock.daemon = True
        clock.start()
        try:
            running._ask(job)
            first = running._answer(None)
            if "error" in first:
                raise InputError(printable(first["error"]), hint=printable(first["hint"]))
            running._first = first
            yield running
        except StoppedError as stopped:
            if running._first:
                raise
            raise InputError(f"{quoted(target)} did not get through its import", hint=message(ENGLISH, stopped.reason)) from None
        finally:
            clock.cancel()
            end_process(child)


def _started(words: list[str], folder: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603  # our own interpreter and module; the engine is the one that the user named
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder, env=environment, start_new_session=True
    )


def _job(target: str, kind: str) -> dict[str, str]:
    is_file = target.endswith(".py") or "/" in target or os.sep in target or Path(target).is_file()
    if is_file and not Path(target).is_file():
        raise InputError(f"there is no file {quoted_path(target)}")
    if not is_file and not all(part.isidentifier() for part in target.split(".")):
        raise InputError(f"{quoted(target)} is no file and no module", hint="graphstep judge ENGINE.py, or package.module")
    path = str(Path(target).resolve()) if is_file else ""
    return {"path": path, "name": Path(target).name if is_file else target, "folder": os.getcwd(), "class": kind}

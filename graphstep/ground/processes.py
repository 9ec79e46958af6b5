"""Processes of our own beside this one: how one of our modules is started there, what it may take, and how it is ended."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from subprocess import Popen


def words_of(module: str) -> list[str]:
    """The words that run a module of ours. ``-P``: nothing that lies in the folder at hand stands in for a module of Python's."""
    return [sys.executable, "-P", "-m", module]


def environment_of(**more: str) -> dict[str, str]:
    """The environment of such a process: this one's, from which the same graphstep is imported, and one thread of BLAS."""
    root = str(Path(__file__).parents[2])
    paths = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
    # BLAS would start a thread for every core in each of the processes, and they would take the cores from each other.
    return {"OPENBLAS_NUM_THREADS": "1", **os.environ, "PYTHONPATH": paths, **more}


def end_process(child: Popen[bytes]) -> None:
    """End a process that leads a session of its own, and what it started."""
    if sys.platform == "win32":
        child.kill()
        return
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def limit_process(memory: int, seconds: int) -> None:
    """Let this process have at most so many bytes of memory and seconds of processor time, where the system has such limits."""
    try:
        import resource
    except ImportError:
        # Windows has none; there the clock of whoever waits is the limit.
        return
    for kind, most in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CPU, seconds)):
        hard = resource.getrlimit(kind)[1]
        try:
            resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
        except (ValueError, OSError):
            # macOS knows the limit of memory by name only.
            continue

"""Compiles the core, where there is a C compiler and Python's header. A build has no other packages than Python's own.

CFLAGS and LDFLAGS are passed on, and behind them what keeps the bits: no product and sum are contracted, nothing is reordered.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

from graphstep.engine.core import SOURCE, checksum

LIBRARY = "_core.abi3.so"
"""The file that it is compiled into, for every CPython from 3.11 on."""
# GCC fuses x*y + z on processors that can unless it is told not to, and the sum would be rounded once in place of twice.
_EXACT = ("-O3", "-fno-fast-math", "-ffp-contract=off", "-std=c11", "-fPIC")
_SHARED = ("-bundle", "-undefined", "dynamic_lookup") if sys.platform == "darwin" else ("-shared",)
_LINES = 12
"""How many of a compiler's last lines are told."""


class CompileError(Exception):
    """The core cannot be compiled here; the message says why."""


def compiled(folder: Path) -> Path:
    """Compile the core into a folder; CompileError where that is not possible."""
    compiler, include = _compiler(), _include()
    try:
        with tempfile.TemporaryDirectory(dir=folder) as place:
            # Beside the old one, which may be in use, and then in its place.
            new = Path(place, LIBRARY)
            _run(
                [
                    *compiler,
                    *_words("CFLAGS"),
                    *_EXACT,
                    f"-I{include}",
                    f"-DCHECKSUM={checksum()}",
                    str(SOURCE),
                    *_SHARED,
                    *_words("LDFLAGS"),
                    "-o",
                    str(new),
                    "-lm",
                ]
            )
            return new.replace(folder / LIBRARY)
    except OSError as error:
        raise CompileError(f"nothing was written into {folder}: {error.strerror}") from None


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)  # noqa: S603  # the compiler
    except OSError as error:
        raise CompileError(f"{command[0]} does not start: {error.strerror}") from None
    if done.returncode:
        lines = (done.stdout + done.stderr).splitlines()[-_LINES:]
        raise CompileError("\n".join([f"{command[0]} ends with {done.returncode}", *lines]))


def _words(variable: str) -> list[str]:
    return shlex.split(os.environ.get(variable, ""))


def _compiler() -> list[str]:
    """The words that call the compiler: CC, the one that made Python, or one of the usual names."""
    if os.name != "posix":
        raise CompileError("on this system it is not known how to compile it")
    for words in (os.environ.get("CC"), sysconfig.get_config_var("CC"), "cc", "gcc", "clang"):
        if (command := shlex.split(words or "")) and shutil.which(command[0]):
            return command
    raise CompileError("there is no C compiler (CC, cc, gcc, clang)")


def _include() -> str:
    """The folder of Python's header."""
    if sys.implementation.name != "cpython" or sysconfig.get_config_var("Py_GIL_DISABLED"):
        raise CompileError("it is for CPython with its lock")
    include = sysconfig.get_path("include")
    if not Path(include, "Python.h").is_file():
        raise CompileError(f"Python.h is not in {include}; packages such as python3-dev have it")
    return include

"""The examples of the documentation, run: a ``console`` block holds commands behind ``$`` and what they print.

``make docs`` writes what they print into the pages; a test says where a page and the program differ.
"""

from __future__ import annotations

import io
import os
import re
import shlex
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from graphstep.cli import main

ROOT = Path(__file__).parent.parent
CONSOLE = re.compile(r"^```console\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
"""A block of commands and their output."""


def pages() -> list[Path]:
    """Every page that people read: the README and its like, and docs/."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def refreshed(text: str) -> str:
    """A page with the output of its commands as it is now. The commands of one page share a folder, which is then thrown away."""
    with TemporaryDirectory() as folder, chdir(folder), patch.dict(os.environ, {"XDG_DATA_HOME": folder}):
        return CONSOLE.sub(lambda block: f"```console\n{_answered(block['body'])}```", text)


def _answered(body: str) -> str:
    commands = [line for line in body.splitlines() if line.startswith("$ ")]
    return "".join(f"{line}\n{_output(line[2:])}" for line in commands)


def _output(line: str) -> str:
    """What one command prints, standard error among it, as on a terminal. It may end in ``| head -N`` or ``| tail -N``."""
    line, _, tail = line.partition(" | tail -")
    line, _, head = line.partition(" | head -")
    program, *words = shlex.split(line)
    printed = io.StringIO()
    with redirect_stdout(printed), redirect_stderr(printed):
        if program == "cat":
            print(Path(words[0]).read_text(encoding="utf-8"), end="")
        elif program == "graphstep":
            main(words)
        else:
            raise ValueError(f"an example runs graphstep or cat, not {program}")
    lines = printed.getvalue().splitlines(keepends=True)
    return "".join(lines[-int(tail) :] if tail else lines[: int(head)] if head else lines)

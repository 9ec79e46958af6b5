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

from graphstep.faces.cli import main

ROOT = Path(__file__).parent.parent
CONSOLE = re.compile(r"^```console\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
"""A block of commands and their output."""

FILE = re.compile(r"^```(?:python|toml)\n# (?P<name>[\w-]+\.(?:py|toml))\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
"""A block of Python or TOML that names its file in its first line: the commands below it find the file in their folder."""

_GOES_ON = "\\\n> "
COMMAND = re.compile(r"^\$ (?:.*\\\n> )*.*\n", re.MULTILINE)
"""A command, which goes on in the next line behind a backslash."""


def pages() -> list[Path]:
    """Every page that people read: the README and its like, and docs/."""
    return [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]


def refreshed(text: str) -> str:
    """A page with the output of its commands as it is now. The commands of one page share a folder, which is then thrown away."""
    # In how many processes a command works is in nothing that it prints.
    alone = patch("graphstep.faces.work.engines.processors", lambda: 1)
    with TemporaryDirectory() as folder, chdir(folder), patch.dict(os.environ, _own(folder)), alone:
        for block in FILE.finditer(text):
            Path(block["name"]).write_text(block["body"], encoding="utf-8")
        return CONSOLE.sub(lambda block: f"```console\n{_answered(block['body'])}```", text)


def _own(folder: str) -> dict[str, str]:
    """An environment in which nothing of whoever makes the page counts: neither preferences nor lessons begun."""
    return {"XDG_DATA_HOME": folder, "GRAPHSTEP_DATA": folder, "GRAPHSTEP_CONFIG": f"{folder}/config.toml"}


def _answered(body: str) -> str:
    return "".join(f"{typed}{_output(typed[2:].replace(_GOES_ON, ' '))}" for typed in COMMAND.findall(body))


def _output(line: str) -> str:
    """What one command prints, standard error among it, as on a terminal.

    It is ``graphstep``, to which ``printf TEXT |`` may send a text, ``cat FILE`` or ``printf TEXT > FILE``. ``| head -N``,
    ``| tail -N`` and ``| grep TEXT`` may follow.
    """
    command, *filters = line.split(" | ")
    program, *words = shlex.split(command)
    printed, typed = io.StringIO(), io.StringIO()
    if program == "printf" and len(words) == 1:
        typed = io.StringIO(words[0].replace("\\n", "\n"))
        program, *words = shlex.split(filters.pop(0))
    with redirect_stdout(printed), redirect_stderr(printed), patch("sys.stdin", typed):
        if program == "cat":
            print(Path(words[0]).read_text(encoding="utf-8"), end="")
        elif program == "printf" and words[1:2] == [">"]:
            Path(words[2]).write_text(words[0].replace("\\n", "\n"), encoding="utf-8")
        elif program == "graphstep":
            main(words)
        else:
            raise ValueError(f"an example runs graphstep, cat or printf, not {program}")
    if "graphstep itself failed" in printed.getvalue():
        raise ValueError(f"a fault is no example: {line}\n{printed.getvalue()}")
    lines = printed.getvalue().splitlines(keepends=True)
    for words in map(shlex.split, filters):
        lines = _filtered(lines, *words)
    return "".join(lines)


def _filtered(lines: list[str], program: str, word: str) -> list[str]:
    if program == "grep":
        return [line for line in lines if word in line]
    return lines[: int(word[1:])] if program == "head" else lines[-int(word[1:]) :]

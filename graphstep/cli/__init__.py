"""The command line: words in, a view out, an exit status.

A command is one module here with ``USAGE``, ``SUMMARY``, ``EXAMPLES``, ``arguments(parser)`` and ``run(options)``;
:data:`COMMANDS` names them. The first word chooses the command; any other first word is a program to step through.

Exit status: 0 done; 1 failed while running (or a check that disagrees); 2 something was typed wrong; 130 interrupted by Ctrl-C;
141 the reader closed the pipe.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from graphstep.errors import GraphstepError

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = ("step", "check", "train", "jacobian", "diagnose", "lesson", "serve", "completion")
"""The commands, in the order of the help. ``step`` is what happens when none is named."""

INTERRUPTED, CLOSED_PIPE = 130, 141
"""Exit statuses that shells give to a program ended by SIGINT and SIGPIPE."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status; ``argv`` is that of the process unless given."""
    words = list(sys.argv[1:] if argv is None else argv)
    _speak_utf8()
    try:
        status = _dispatch(words)
        sys.stdout.flush()
    except GraphstepError as error:
        print(error.report(), file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # What is still buffered would fail again, noisily, when Python closes stdout at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return CLOSED_PIPE
    return status


def _dispatch(words: list[str]) -> int:
    from graphstep.cli.words import parse

    if words and words[0] in COMMANDS:
        name, rest = words[0], words[1:]
    else:
        name, rest = "step", words
    command = import_module(f"{__name__}.{name}")
    status: int = command.run(parse(name, command, rest))
    return status


def _speak_utf8() -> None:
    # ∂ and × must not fail on a terminal or pipe whose locale has no such letters.
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure") and (stream.encoding or "").lower().replace("-", "") != "utf8":
            stream.reconfigure(encoding="utf-8", errors="replace")

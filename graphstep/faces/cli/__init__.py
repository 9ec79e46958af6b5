"""The command line: words in, a view out, an exit status.

A command is one module here with ``USAGE``, ``SUMMARY``, ``EXAMPLES``, ``arguments(parser)`` and ``run(options)``;
:data:`COMMANDS` names them. The first word chooses the command; any other first word is a program to step through.

Exit status: 0 done; 1 failed while running (or a check that disagrees); 2 something was typed wrong; 130 interrupted by Ctrl-C,
143 by SIGTERM, 129 by a terminal that was closed; 141 the reader closed the pipe.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module

from graphstep.faces.cli import accessible
from graphstep.faces.cli.commands import COMMANDS, PARTS, module_of
from graphstep.ground.collector import be_patient
from graphstep.ground.errors import GraphstepError, InputError, did_you_mean, quoted_path

CLOSED_PIPE = 141
"""The exit status that shells give to a program ended by SIGPIPE."""

DEBUG = "GRAPHSTEP_DEBUG"
"""The environment variable that shows the traceback of a fault of graphstep's own."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit status; ``argv`` is that of the process unless given."""
    from graphstep.faces.cli.streams import standard_streams
    from graphstep.ground.signals import end, handled

    be_patient()
    words = list(sys.argv[1:] if argv is None else argv)
    with standard_streams(), handled(end):
        return _status(words)


def _status(words: list[str]) -> int:
    from graphstep.ground.signals import EndedError, status_of

    try:
        try:
            return _dispatch(words)
        finally:
            # Here, where a full disk and a closed pipe are still told; at its end Python would print a traceback of its own.
            sys.stdout.flush()
    except GraphstepError as error:
        print(error.report(), file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        return status_of(signal.SIGINT)
    except EndedError as ended:
        return status_of(ended.number)
    except BrokenPipeError:
        return CLOSED_PIPE
    except OSError as error:
        # A disk that fails in the middle of a file, or a name that is too long: the system's refusal, and no fault of ours.
        where = f" {quoted_path(error.filename)}:" if isinstance(error.filename, str) else ""
        print(GraphstepError(f"the system refuses it:{where} {error.strerror or error}").report(), file=sys.stderr)
        return 1
    except Exception as error:
        # The last place before Python's own traceback, which tells a user nothing: a fault of ours, and said to be one.
        if os.environ.get(DEBUG):
            raise
        what = " ".join(f"{type(error).__name__}: {error}".split())
        print(GraphstepError(f"graphstep itself failed: {what[:200]}", hint=f"{DEBUG}=1 shows where").report(), file=sys.stderr)
        return 1


def _at_terminal() -> bool:
    """Whether a person is there who can be shown a screen."""
    if os.environ.get("TERM") == "dumb" or accessible.asked_for():
        return False
    return sys.stdin.isatty() and sys.stdout.isatty()


def _start(language: str) -> int:
    """Ask whoever names nothing, until what is chosen opens: a file may be gone, or an input without a value."""
    from graphstep.faces.cli.program import language_of
    from graphstep.faces.tui.app import run_screen
    from graphstep.faces.tui.start import StartScreen

    problem = ""
    # What is chosen speaks as the start screen does, also where a word asked for that and not the environment.
    spoken = () if language == language_of(None) else ("--language", language)
    while True:
        screen = StartScreen(language, problem)
        status = run_screen(screen)
        # Left without a choice; else what was chosen is dispatched as if it had been typed.
        if screen.words is None:
            return status
        try:
            return _dispatch([*screen.words, *spoken])
        except GraphstepError as error:
            problem = error.report()


def _meant(words: Sequence[str]) -> str:
    """The command that was likely meant where a program was read in its place, about which something else is wrong."""
    later = next((word for word in words[1:] if word in COMMANDS), None)
    return did_you_mean(words[0], COMMANDS) or ("" if later is None else f"a command comes first: graphstep {later} …")


def _dispatch(words: list[str]) -> int:
    from graphstep.faces.cli.program import language_of
    from graphstep.faces.cli.words import parse

    # Without words, but for a language, the start screen; in a pipe `step` without words prints the help (words.parse).
    only = " ".join(words).replace("=", " ").split(" ")
    if (not words or (len(only) == 2 and only[0] == "--language")) and _at_terminal():
        return _start(language_of(only[-1]))
    # As of git and cargo; with a value it is an input of that name.
    if words[:1] == ["help"] and (len(words) == 1 or words[1] in COMMANDS):
        words = [*words[1:], "--help"]
    if words and words[0] in COMMANDS:
        name, rest = words[0], words[1:]
    else:
        name, rest = "step", words
    # A word behind the command is its second one before anything else: a kind called `mark` is named with --kind.
    if rest and rest[0] in PARTS.get(name, ()):
        name, rest = f"{name} {rest[0]}", rest[1:]
    command = import_module(module_of(name))
    if (part := getattr(command, "part", None)) is not None:
        command, name, rest = part(rest)
    try:
        status: int = command.run(parse(name, command, rest))
    except InputError as error:
        # No command was named: its name may have been misspelt, and was read as a program.
        if rest is words:
            error.hint = "; ".join(filter(None, (error.hint, _meant(words))))
        raise
    return status

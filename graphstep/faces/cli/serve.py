"""``graphstep serve EXPR NAME=VALUE …``, ``serve lesson …``, ``serve train …``: the debugger in a browser."""

from __future__ import annotations

import argparse
import asyncio
import errno
import shlex
import sys
from collections.abc import Sequence
from types import FrameType

from graphstep.faces.cli.program import (
    language_argument,
    language_of,
    opening_of,
    program_arguments,
    refuse_python,
    writing_arguments,
)
from graphstep.faces.cli.words import Command
from graphstep.ground.errors import GraphstepError, InputError, quoted
from graphstep.ground.signals import handled, status_of
from graphstep.ground.unprintable import UNPRINTABLE

USAGE = "[lesson|train] EXPR [NAME=VALUE ...] [options]"
SUMMARY = "Show the debugger in a browser on this machine; lessons and trainings too."
EXAMPLES = """\
examples:
  graphstep serve "(x+y)*z" x=-2 y=5 z=-4        then open the address that it prints
  graphstep serve "x*x" x=3 --port 9000
  graphstep serve lesson 2                       a lesson, and behind it the next
  graphstep serve train "(w*x - y)^2" x=1 y=2 w=0 --params w --steps 50

It listens on 127.0.0.1, so that only this machine can reach it, and answers only who has the address with its
token; at most 8 sessions at a time. An export is a download. Everybody begins a lesson at its start, and no place
in it is kept. It needs the extra 'serve'. Ctrl-C ends it. graphstep serve step lesson serves the program 'lesson'.
"""


def part(words: Sequence[str]) -> tuple[Command, str, list[str]]:
    """What is served, which the first word says: its command, the name of that, and the words behind it."""
    from graphstep.faces.cli import serve

    kinds: dict[str, tuple[Command, str]] = {
        "step": (serve, "serve"),
        "lesson": (Lessons(), "serve lesson"),
        "train": (Trainings(), "serve train"),
    }
    if words and words[0] in kinds:
        return *kinds[words[0]], list(words[1:])
    return serve, "serve", list(words)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    program_arguments(parser)
    writing_arguments(parser)
    _address_arguments(parser)


def _address_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", default="8000", help="the port to listen on (default: 8000)")


def run(options: argparse.Namespace) -> int:
    """Serve the stepping of a program until interrupted."""
    from graphstep.engine.inputs import check_inputs

    _check(options)
    refuse_python(options)
    opening = opening_of(options)
    # Opened for its errors alone, which belong here and not on the page: every session opens it anew, in a process of its own.
    check_inputs(opening.program, opening.inputs)
    return _serve(options, opening.setup.words())


class Lessons:
    """``graphstep serve lesson …``."""

    USAGE = "[NAME|FILE] [options]"
    SUMMARY = "Show a lesson in a browser: the first one, unless another is named."
    EXAMPLES = EXAMPLES

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add its arguments."""
        parser.add_argument("which", metavar="NAME|FILE", nargs="*", help="a number, a part of a name, a file")
        language_argument(parser)
        _address_arguments(parser)

    def run(self, options: argparse.Namespace) -> int:
        """Serve it until interrupted."""
        from graphstep.teaching.lesson import command, open_lesson

        _check(options)
        which, language = options.which or ["1"], language_of(options.language)
        # Likewise for its errors alone.
        open_lesson(command.path_of(which), language)
        return _serve(options, ["lesson", f"--language={language}", "--", *which])


class Trainings:
    """``graphstep serve train …``."""

    USAGE = "EXPR [NAME=VALUE ...] --params NAMES [options]"
    SUMMARY = "Show a training in a browser."
    EXAMPLES = EXAMPLES

    def arguments(self, parser: argparse.ArgumentParser) -> None:
        """Add its arguments."""
        from graphstep.faces.cli import train

        train.arguments(parser)
        _address_arguments(parser)

    def run(self, options: argparse.Namespace) -> int:
        """Serve it until interrupted."""
        from graphstep.faces.cli import train

        _check(options)
        for name in ("save", "to", "format", "at_round", "plain", "screen_reader"):
            if getattr(options, name) not in (None, False):
                hint = "in the browser s saves and x exports, as a download"
                raise InputError(f"serve train takes no --{name.replace('_', '-')}", hint=hint)
        # Likewise; and the words are handed on as they were typed, without those that are the server's.
        train.prepared(options)
        return _serve(options, ["train", *_without(options.words, ("--host", "--port"))])


def _without(words: Sequence[str], options: Sequence[str]) -> list[str]:
    """The words of a command line without some of its options, each of which takes a value."""
    # Behind -- everything is a program or a value, whatever it looks like.
    end = list(words).index("--") if "--" in words else len(words)
    kept: list[str] = []
    skips = False
    for word in words[:end]:
        if not skips and word.partition("=")[0] not in options:
            kept.append(word)
        # --port 9000 takes the next word away too, --port=9000 itself alone.
        skips = not skips and word in options
    return [*kept, *words[end:]]


def _check(options: argparse.Namespace) -> None:
    if not options.port.isdecimal() or len(options.port) > 5 or not 0 < int(options.port) < 65_536:
        raise InputError(f"{quoted(options.port)} is no port", hint="a port is a number from 1 to 65535")
    if not options.host.strip() or UNPRINTABLE.search(options.host):
        # An empty name means every address of the machine to the system, and a null character ends a name.
        hint = "127.0.0.1 is this machine alone, 0.0.0.0 is whoever can reach it"
        raise InputError(f"{quoted(options.host)} is no address", hint=hint)
    if getattr(options, "expression", None) == "-":
        raise InputError("serve cannot read the program from standard input", hint="put it in a file: @FILE")


def _serve(options: argparse.Namespace, words: Sequence[str]) -> int:
    """Serve what the words of a command line open, until interrupted."""
    try:
        from graphstep.faces.cli.server import Pages, is_open, serve
    except ModuleNotFoundError:
        raise GraphstepError(
            "serving needs the package textual-serve", hint="install it with: pip install 'graphstep[serve]'"
        ) from None
    # -P: what lies in the folder at hand is no module.
    command = shlex.join([sys.executable, "-P", "-m", "graphstep", *words])
    pages, ended = Pages(command, options.host), asyncio.Event()
    arrived: list[int] = []

    def ready(port: int) -> None:
        name = f"[{options.host}]" if ":" in options.host else options.host
        print(f"graphstep is at http://{name}:{port}{pages.path()}", "Ctrl-C ends it.", sep="\n")
        if is_open(options.host):
            print(f"warning: other machines can reach {options.host}, and whoever has the address can use it", file=sys.stderr)
        sys.stdout.flush()

    async def until_told() -> None:
        loop = asyncio.get_running_loop()

        def note(number: int, _: FrameType | None) -> None:
            arrived.append(number)
            # A signal may interrupt the loop in the middle of a callback; set() alone would not wake one that sleeps.
            loop.call_soon_threadsafe(ended.set)

        with handled(note):
            await serve(pages, int(options.port), ready, ended)

    try:
        asyncio.run(until_told())
    except (OSError, UnicodeError) as error:
        where = quoted(f"{options.host}:{options.port}", 80)
        busy = getattr(error, "errno", None) == errno.EADDRINUSE
        reason = "something listens there already" if busy else getattr(error, "strerror", None) or str(error)
        raise GraphstepError(f"{where} cannot be listened on: {reason}", hint="choose another --port, or --host") from error
    return status_of(arrived[0]) if arrived else 0

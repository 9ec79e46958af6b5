"""``graphstep serve EXPR NAME=VALUE …``: the debugger in a browser, through textual-serve."""

from __future__ import annotations

import asyncio
import errno
import shlex
import sys
from typing import TYPE_CHECKING

from graphstep.faces.cli.program import opening_of, program_arguments, writing_arguments
from graphstep.ground.errors import GraphstepError, InputError, quoted
from graphstep.ground.signals import handled, status_of

if TYPE_CHECKING:
    import argparse
    from types import FrameType

USAGE = "EXPR [NAME=VALUE ...] [options]"
SUMMARY = "Show the debugger in a browser on this machine."
EXAMPLES = """\
examples:
  graphstep serve "(x+y)*z" x=-2 y=5 z=-4        then open the address that it prints
  graphstep serve "x*x" x=3 --port 9000

It listens on 127.0.0.1, so that only this machine can reach it, and answers only who has the address with its
token; at most 8 sessions at a time. An export is a download. It needs the extra 'serve'. Ctrl-C ends it.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    program_arguments(parser)
    writing_arguments(parser)
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", default="8000", help="the port to listen on (default: 8000)")


def run(options: argparse.Namespace) -> int:
    """Serve until interrupted."""
    from graphstep.engine.inputs import check_inputs

    if not options.port.isdecimal() or len(options.port) > 5 or not 0 < int(options.port) < 65_536:
        raise InputError(f"{quoted(options.port)} is no port", hint="a port is a number from 1 to 65535")
    if options.expression == "-":
        raise InputError("serve cannot read the program from standard input", hint="put it in a file: @FILE")
    opening = opening_of(options)
    check_inputs(opening.program, opening.inputs)
    try:
        from graphstep.faces.cli.server import Pages, is_open, serve
    except ModuleNotFoundError:
        raise GraphstepError(
            "serving needs the package textual-serve", hint="install it with: pip install 'graphstep[serve]'"
        ) from None
    # -P: what lies in the folder at hand is no module.
    command = shlex.join([sys.executable, "-P", "-m", "graphstep", *opening.setup.words()])
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

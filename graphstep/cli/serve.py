"""``graphstep serve EXPR NAME=VALUE …``: the debugger in a browser, through textual-serve."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

from graphstep.cli.program import program_arguments, read_options
from graphstep.errors import GraphstepError, InputError, quoted

if TYPE_CHECKING:
    import argparse

USAGE = "EXPR [NAME=VALUE ...] [options]"
SUMMARY = "Show the debugger in a browser on this machine."
EXAMPLES = """\
examples:
  graphstep serve "(x+y)*z" x=-2 y=5 z=-4        then open the address that it prints
  graphstep serve "x*x" x=3 --port 9000

It listens on 127.0.0.1, so that only this machine can reach it. It needs the extra 'serve'.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    program_arguments(parser)
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", default="8000", help="the port to listen on (default: 8000)")


def run(options: argparse.Namespace) -> int:
    """Serve until interrupted."""
    from graphstep.trace import check_inputs

    if not options.port.isdecimal() or not 0 < int(options.port) < 65_536:
        raise InputError(f"{quoted(options.port)} is no port", hint="a port is a number from 1 to 65535")
    if options.expression == "-":
        raise InputError("serve cannot read the program from standard input", hint="put it in a file: @FILE")
    program, inputs, _ = read_options(options)
    if not inputs.keys() >= set(program.inputs):
        check_inputs(program, inputs)
    try:
        from textual_serve.server import Server
    except ModuleNotFoundError:
        raise GraphstepError(
            "serving needs the package textual-serve", hint="install it with: pip install 'graphstep[serve]'"
        ) from None
    flags = [f"--{name}" for name in ("share", "expand", "fold") if getattr(options, name)]
    words = [
        f"--seed={options.seed}",
        f"--ties={options.ties}",
        f"--data={options.data}",
        *flags,
        "--",
        options.expression,
        *options.values,
    ]
    command = shlex.join([sys.executable, "-m", "graphstep", "step", *words])
    Server(command, host=options.host, port=int(options.port), title="graphstep").serve()
    return 0

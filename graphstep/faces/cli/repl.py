"""``graphstep repl EXPR NAME=VALUE …``: the debugger on a line prompt."""

from __future__ import annotations

import argparse

from graphstep.faces.cli import step
from graphstep.faces.cli.program import program_arguments

USAGE = "EXPR [NAME=VALUE ...] [options]"
SUMMARY = "Step through a program on a line prompt: no drawing, and scripts can be piped in."
EXAMPLES = """\
examples:
  graphstep repl "(x+y)*z" x=-2 y=5 z=-4         type n, n, n, then print grad x; help lists the commands
  printf 'end\\nprint grad x\\n' | graphstep repl "(x+y)*z" x=-2 y=5 z=-4       read the commands from a pipe
  graphstep repl "max(x, y)*z" x=2 y=1 z=5 --break "grad == 0"               c stops where a gradient is 0
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    program_arguments(parser)
    step.place_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Read commands until the end of input, and print what comes of each."""
    return step.converse(options)

"""``graphstep lesson``: the tutorial."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from graphstep.teaching.lesson.walk import LessonRun

USAGE = "[NAME|FILE] [--plain]"
SUMMARY = "Tutorial lessons: prose beside the graph, and a question before every answer."
EXAMPLES = """\
examples:
  graphstep lesson                     list the lessons and how far you are
  graphstep lesson 1                   open the first
  graphstep lesson branches            open one by a part of its name
  graphstep lesson my-lesson.md        open a file of your own
  graphstep lesson check my-lesson.md  see that a lesson holds what it promises
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    parser.add_argument("which", metavar="NAME|FILE", nargs="*", help="a number, a part of a name, a file; or check FILE …")
    parser.add_argument("--plain", action="store_true", help="ask on the lines instead of the debugger's screen")


def run(options: argparse.Namespace) -> int:
    """List, open or check lessons."""
    from graphstep.teaching.lesson import command

    return command.run(options.which, plain=options.plain, stdin=sys.stdin, stdout=sys.stdout, screen=_show)


def _show(start: LessonRun) -> int:
    from graphstep.faces.tui.lesson import show

    return show(start)

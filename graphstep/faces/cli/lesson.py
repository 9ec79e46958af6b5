"""``graphstep lesson``: the tutorial."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from graphstep.faces.cli import accessible
from graphstep.ground.errors import InputError

if TYPE_CHECKING:
    import argparse

    from graphstep.teaching.lesson.walk import LessonRun

USAGE = "[NAME|FILE] [--plain] [--to FILE] [--key FILE]"
SUMMARY = "Tutorial lessons: prose beside the graph, and a question before every answer."
EXAMPLES = """\
examples:
  graphstep lesson                     list the lessons and how far you are
  graphstep lesson 1                   open the first
  graphstep lesson branches            open one by a part of its name
  graphstep lesson my-lesson.md        open a file of your own
  graphstep lesson check my-lesson.md  see that a lesson holds what it promises
  graphstep lesson 4 --to sheet.md --key key.md    its questions to be printed, and the answers
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    parser.add_argument("which", metavar="NAME|FILE", nargs="*", help="a number, a part of a name, a file; or check FILE …")
    parser.add_argument("--plain", action="store_true", help="ask on the lines instead of the debugger's screen")
    parser.add_argument("--format", choices=["text"], help="print it as a page, with the answers at its end")
    parser.add_argument("--to", metavar="FILE", help="write a sheet with its questions; the format comes from the suffix")
    parser.add_argument("--key", metavar="FILE", help="write the answers to the sheet, each with its reason")


def run(options: argparse.Namespace) -> int:
    """List, open, check or write lessons."""
    from graphstep.teaching.lesson import command

    if options.to or options.key:
        return _write(options)
    page = options.format == "text"
    plain = options.plain or accessible.asked_for()
    return command.run(options.which, plain=plain, page=page, stdin=sys.stdin, stdout=sys.stdout, screen=_show)


def _write(options: argparse.Namespace) -> int:
    """Write a lesson's questions to a file, and their answers to another."""
    from graphstep.faces.export import write_document
    from graphstep.teaching.lesson import command, open_lesson, sheet

    if not options.which or options.which[0] == "check":
        raise InputError("a sheet is made of one lesson", hint="graphstep lesson 4 --to sheet.md --key key.md")
    path = command.path_of(options.which)
    rehearsal = open_lesson(path)
    for option, file, pages in (("--to", options.to, sheet.sheet), ("--key", options.key, sheet.key)):
        if file:
            document = pages(rehearsal, command.command_of(path, option, file))
            print(f"wrote {write_document(document, file)}", file=sys.stderr)
    return 0


def _show(start: LessonRun) -> int:
    from graphstep.faces.tui.lesson import show

    return show(start)

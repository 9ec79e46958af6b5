"""``graphstep lesson``: the tutorial."""

from __future__ import annotations

import os
import sys
from functools import partial
from typing import TYPE_CHECKING

from graphstep.faces.cli import accessible
from graphstep.faces.cli.documents import math_argument, math_words, refuse_passed_over
from graphstep.faces.cli.program import language_argument, language_of
from graphstep.faces.cli.streams import direct
from graphstep.ground.browser import in_browser
from graphstep.ground.errors import InputError, did_you_mean, quoted

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from graphstep.teaching.lesson.walk import LessonRun

USAGE = "[NAME|FILE] [--plain | --screen-reader] [--format F] [--to FILE] [--key FILE]"
SUMMARY = "Tutorial lessons: prose beside the graph, and a question before every answer."
_TASKS = ("check", "code", "new", "progress")
EXAMPLES = """\
examples:
  graphstep lesson                     list the lessons and how far you are
  graphstep lesson 1                   open the first
  graphstep lesson 2 --screen-reader   ask and answer on a line prompt, also from a pipe
  graphstep lesson branches            open one by a part of its name
  graphstep lesson my-lesson.md        open a file of your own
  graphstep lesson check my-lesson.md  see that a lesson holds what it promises
  graphstep lesson new my-lesson.md    write the beginning of one, which passes the check
  graphstep lesson progress mine.json  write how far you are in all of them, with your answers
  graphstep lesson code 7              write the file that lesson 7 gives you to complete
  graphstep lesson 4 --to sheet.md --key key.md    its questions to be printed, and the answers
  graphstep lesson 4 --to quiz.xml     its questions for Moodle; quiz.gift for GIFT
  graphstep lesson 4 --format qti21 --to quiz.zip  a package for QTI 2.1; --format canvas for Canvas
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    from graphstep.faces.export.platforms import platforms

    parser.add_argument(
        "which",
        metavar="NAME|FILE",
        nargs="*",
        help="a number, a part of a name, a file; or check FILE …, code NUMBER, new FILE, progress",
    )
    parser.add_argument("--plain", action="store_true", help="the line prompt in place of the screen")
    parser.add_argument("--screen-reader", action="store_true", help="the same; ACCESSIBLE=1 asks for it too")
    parser.add_argument(
        "--format",
        metavar="F",
        help=f"text: print it as a page, with the answers at its end; {', '.join(platforms())}: its questions for a platform",
    )
    parser.add_argument("--to", metavar="FILE", help="write a sheet with its questions; the format comes from the suffix")
    language_argument(parser)
    parser.add_argument("--key", metavar="FILE", help="write the answers to the sheet, each with its reason")
    math_argument(parser)


def run(options: argparse.Namespace) -> int:
    """List, open, check or write lessons."""
    from graphstep.faces.cli.platforms import asked_for
    from graphstep.faces.export.platforms import platforms
    from graphstep.teaching.lesson import command

    if asked_for(options.format, None) is None and options.format not in (None, "text"):
        hint = did_you_mean(options.format, ("text", *platforms())) or f"formats: text, {', '.join(platforms())}"
        raise InputError(f"there is no format {quoted(options.format)} of a lesson", hint=hint)
    refuse_passed_over(options)
    prompt = "--plain" if options.plain else "--screen-reader" if options.screen_reader else ""
    opens = bool(options.which) and options.which[0] not in _TASKS
    if prompt and (options.to or options.key or options.format or not opens):
        raise InputError(f"{prompt} opens a lesson on a line prompt", hint=f"graphstep lesson 2 {prompt}")
    if options.format == "text" and not opens:
        raise InputError("--format text prints a lesson as a page", hint="graphstep lesson 2 --format text")
    if options.to or options.key or options.format not in (None, "text"):
        return _write(options, asked_for(options.format, options.to))
    if options.which and options.which[0] not in _TASKS:
        # The prose sets the direction of the terminal, and not --language: a lesson may be in another than its answers.
        from graphstep.ground.directions import is_rtl
        from graphstep.teaching.lesson.parse import lang_of

        direct(is_rtl(lang_of(command.path_of(options.which))))
    return command.run(options.which, sys.stdout, _player(options), language_of(options.language))


def _player(options: argparse.Namespace) -> Callable[[LessonRun], int] | None:
    """What goes through the lesson: the screen, the line prompt where that is asked for, or neither where nobody answers."""
    if options.format == "text":
        return None
    if in_browser():
        return _show
    # A dumb terminal cannot place a character (terminfo: dumb has no cup); it can show lines.
    lines = options.plain or options.screen_reader or accessible.asked_for() or os.environ.get("TERM") == "dumb"
    # Asked for, lines come also from a pipe; what the environment wishes holds only where somebody sits.
    talks = sys.stdin.isatty() and sys.stdout.isatty()
    return _talk if options.plain or options.screen_reader or (talks and lines) else _show if talks else None


def _write(options: argparse.Namespace, name: str | None) -> int:
    """Write a lesson's questions to a file, or for the platform of this name, and their answers to another."""
    from graphstep.faces.cli.platforms import deliver
    from graphstep.faces.export import _reports
    from graphstep.teaching.exercise import lessons
    from graphstep.teaching.lesson import command, open_lesson, sheet

    if not options.which or options.which[0] in _TASKS:
        raise InputError("a sheet is made of one lesson", hint="graphstep lesson 4 --to sheet.md --key key.md")
    path = command.path_of(options.which)
    _reports.check_files(filter(None, (None if name else options.to, options.key)))
    rehearsal = open_lesson(path, language_of(options.language))
    if name is not None:
        deliver(lessons.questions_of(rehearsal), rehearsal.lesson.title, name, options.to)
    for option, file, pages in (("--to", None if name else options.to, sheet.sheet), ("--key", options.key, sheet.key)):
        if file:
            again = command.command_of(path, rehearsal.language, option, file, *math_words(options, file))
            document = partial(pages, rehearsal, again)
            data = partial(lessons.data, rehearsal, answers=pages is sheet.key)
            print(f"wrote {_reports.write(file, None, _reports.of_document(document, data, options.math))}", file=sys.stderr)
    return 0


def _talk(start: LessonRun) -> int:
    from graphstep.debugger.commands.lesson import placed
    from graphstep.faces import repl

    return repl.converse(repl.Prompt(placed(None, start), sys.stdout.write))


def _show(start: LessonRun) -> int:
    from graphstep.faces.tui.lesson import show

    return show(start)

"""``graphstep practise``: exercises at home, of mixed kinds, which come back after days."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from graphstep.faces.cli.program import language_argument, language_of
from graphstep.faces.cli.words import whole
from graphstep.ground.browser import in_browser
from graphstep.ground.clock import SystemClock
from graphstep.ground.errors import InputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from graphstep.teaching.practice.session import Session
    from graphstep.teaching.practice.standing import Standing

USAGE = "[list] [KIND …] [--count N] [--language CODE]"
SUMMARY = "Practise at home: worked exercises fade, what is learned comes back after 1, 7 and 7 days."
EXAMPLES = """\
examples:
  graphstep practise               go on where you were; six exercises, of mixed kinds
  graphstep practise fork max      these kinds alone
  graphstep practise --count 2     two exercises
  graphstep practise list          how far you are with each kind

The first exercise of a kind is worked as a whole; then its last step is asked, then the last two, one more each time that
all are right. It runs on a line prompt, which a screen reader can read.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    parser.add_argument("kinds", metavar="KIND", nargs="*", help="what to practise (default: all); list shows how far you are")
    parser.add_argument("--count", metavar="N", help="exercises in this sitting (default: 6)")
    language_argument(parser)


def run(options: argparse.Namespace) -> int:
    """Practise, or show how far the learner is."""
    from graphstep.faces.repl import converse
    from graphstep.faces.repl.practice import PracticePrompt
    from graphstep.teaching.exercise.item_file import find, items
    from graphstep.teaching.practice import progress
    from graphstep.teaching.practice.session import Session

    if in_browser():
        raise InputError("practice is kept on the machine that it is done on", hint="start graphstep practise in a terminal")
    most = whole("--count", options.count or "6")
    if not 1 <= most <= 1_000:
        raise InputError("--count takes 1 to 1,000")
    lists = options.kinds[:1] == ["list"]
    if lists and options.count is not None:
        raise InputError("--count is of a sitting, and list asks nothing")
    wanted = tuple(map(find, dict.fromkeys(options.kinds[1:] if lists else options.kinds)))
    language, clock, entries = language_of(options.language), SystemClock(), progress.load()
    if entries.message:
        print(entries.message, file=sys.stderr)
    session = Session(wanted or items(), entries.by_key, clock.today())
    if lists:
        sys.stdout.writelines(f"{line}\n" for line in standing_lines(session, language))
        return 0
    return converse(PracticePrompt(session, sys.stdout.write, language, clock, most))


def standing_lines(session: Session, language: str) -> Iterator[str]:
    """How far the learner is with each kind: its levels down to the one that is being learned."""
    from graphstep.teaching.practice.session import levels_of
    from graphstep.telling.words.catalogue import message

    def due_text(standing: Standing) -> str:
        if standing.due is not None:
            return message(language, "practice-review", date=standing.due.isoformat())
        if standing.learned:
            return message(language, "practice-over")
        return message(language, "practice-open", count=standing.asked) if standing.asked else message(language, "practice-new")

    width = max(len(item.name) for item in session.items) + 2
    for item in session.items:
        for task in levels_of(item, session.standings):
            yield f"{f'{item.name} {task.level}':{width}}  {due_text(task.standing)}"
            if not task.standing.learned:
                break

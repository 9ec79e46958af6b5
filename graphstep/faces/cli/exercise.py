"""``graphstep exercise``: an exercise with nice numbers, printed, or worked at a terminal."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, Any

from graphstep.faces.cli.documents import math_argument, math_words, refuse_passed_over
from graphstep.faces.cli.platforms import asked_for, deliver
from graphstep.faces.cli.program import language_argument, language_of
from graphstep.faces.cli.words import whole
from graphstep.ground.errors import InputError, did_you_mean, quoted
from graphstep.language.setup import Setup

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from graphstep.teaching.exercise.exercise import Exercise

USAGE = "[KIND | list | check-items … | sheet … | mark … | stats …] [--level N] [--seed N] [--key [FILE]] [--to FILE] [options]"
SUMMARY = "Exercises with nice numbers: worked and marked here, printed with a key, or as sheets for a class."
EXAMPLES = """\
examples:
  graphstep exercise                                the kinds, and how many levels each has
  graphstep exercise fork --level 2                 work one (or --kind fork); where nobody answers it is printed
  graphstep exercise --kind fork --seed 7 --plain   print it; another seed makes another variant
  graphstep exercise --kind fork --seed 7 --key     print the answers, each with the way to it
  graphstep exercise --kind loss --to sheet.md --key key.md
  graphstep exercise --kind fork --seed 1..20 --to fork.xml        twenty variants for Moodle
  graphstep exercise --kind my-item.toml            from a file of your own: docs/add-an-item.md
  graphstep exercise check-items my-item.toml       prove it on 10,000 seeds
  graphstep exercise sheet course.toml --students roster.csv --to sheets/    a sheet for each student
  graphstep exercise mark answers/ --key key.json --to marks.csv             the marks of a class
  graphstep exercise stats marks.csv --key key.json                          what they say about the exercises

The same kind, level and seed make the same exercise on every machine.
"""

VARIANTS = 1000
"""Variants that a file for a platform holds at most."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    from graphstep.faces.export.platforms import platforms

    parser.add_argument("what", metavar="KIND", nargs="?", help="what it is about, as --kind; or list")
    drawn_arguments(parser)
    parser.add_argument(
        "--seed", metavar="N", default="1", help="which variant, a whole number (default: 1); for a platform also 1..20"
    )
    # Three cases: None is not asked for, an empty word is --key alone (printed), all else a file.
    parser.add_argument("--key", metavar="FILE", nargs="?", const="", help="print the answers, or write them to a file")
    parser.add_argument("--to", metavar="FILE", help="write it to a file; the format comes from the suffix")
    parser.add_argument(
        "--format", metavar="F", help=f"print it as text, json, md, tex, html or svg; or for a platform: {', '.join(platforms())}"
    )
    math_argument(parser)
    parser.add_argument("--plain", action="store_true", help="print it, also at a terminal")
    language_argument(parser)


def drawn_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say what is drawn."""
    parser.add_argument("--kind", metavar="KIND", help="what it is about, or a file of your own: my-item.toml")
    parser.add_argument("--level", metavar="N", default="1", help="how hard it is, from 1 on (default: 1)")


def run(options: argparse.Namespace) -> int:
    """List the kinds, or draw an exercise and have it worked, printed or written."""
    from graphstep.faces import export
    from graphstep.faces.export import _reports
    from graphstep.faces.export.platforms import platforms

    if options.kind is None and options.what != "list":
        options.kind = options.what
    elif options.what not in (None, "list"):
        raise InputError(f"{quoted(options.what)} and --kind both name a kind", hint="leave one of them out")
    if options.kind is None:
        drawn = options.level != "1" or options.seed != "1" or options.format or options.plain or options.math
        if options.to or options.key is not None or drawn:
            raise InputError("which exercise is meant?", hint="--kind fork; graphstep exercise lists the kinds")
        sys.stdout.writelines(f"{line}\n" for line in _kinds(language_of(options.language)))
        return 0
    if (name := asked_for(options.format, options.to)) is not None:
        refuse_passed_over(options)
        return _deliver_for(options, name)
    if options.format and options.format not in (known := _reports.formats()):
        export.refuse_pdf(options.format)
        known = (*known, *platforms())
        hint = did_you_mean(options.format, known) or f"formats: {', '.join(known)}"
        raise InputError(f"an exercise has no format {quoted(options.format)}", hint=hint)
    refuse_passed_over(options)
    exercise = _drawn(options)
    if options.to or options.key is not None or options.format or options.plain or not _is_answered():
        return _deliver(options, exercise)
    from graphstep.faces.repl import converse
    from graphstep.faces.repl.exercises import WorkPrompt

    return converse(WorkPrompt(exercise, sys.stdout.write))


def _drawn(options: argparse.Namespace) -> Exercise:
    from graphstep.teaching.exercise.draw import draw
    from graphstep.teaching.exercise.item_file import find

    level, seed = whole("--level", options.level), whole("--seed", options.seed)
    return draw(find(options.kind), level, seed, language_of(options.language))


def _deliver_for(options: argparse.Namespace, name: str) -> int:
    """Write one variant, or several, for a platform."""
    from graphstep.teaching.exercise.draw import draw
    from graphstep.teaching.exercise.item_file import find

    if options.key is not None:
        raise InputError("the file of a platform holds the answers", hint="leave --key out")
    first, dots, last = options.seed.partition("..")
    seeds = range(whole("--seed", first), whole("--seed", last if dots else first) + 1)
    if not 0 < len(seeds) <= VARIANTS:
        raise InputError(
            f"--seed {quoted(options.seed)} names {len(seeds):,} variants", hint=f"1..20 are twenty; {VARIANTS} at most"
        )
    item, level, language = find(options.kind), whole("--level", options.level), language_of(options.language)
    deliver((draw(item, level, seed, language) for seed in seeds), f"{item.title} {level}", name, options.to)
    return 0


def _is_answered() -> bool:
    """Whether somebody sits there who can type an answer."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _kinds(language: str) -> Iterator[str]:
    from graphstep.teaching.exercise.item_file import items
    from graphstep.telling.words.catalogue import message

    rows = [(item.name, message(language, "exercise-levels", count=len(item.levels)), item.title) for item in items()]
    names, levels = (max(len(row[column]) for row in rows) for column in (0, 1))
    yield from (f"{name:{names}}  {level:{levels}}  {title}" for name, level, title in rows)
    yield message(language, "exercise-list-hint")


def _deliver(options: argparse.Namespace, exercise: Exercise) -> int:
    """Print the exercise or its key, or write one or both to files."""
    from graphstep.faces.export import _reports

    _reports.check_files(filter(None, (options.to, options.key)), options.format)
    for option, file, answers in (("--to", options.to, False), ("--key", options.key, True)):
        if file:
            command = _command(options, option, file)
            text = _pieces_of(exercise, options.math, answers=answers, command=command)
            print(f"wrote {_reports.write(file, options.format, text)}", file=sys.stderr)
    if options.to is None and not options.key:
        answers = options.key is not None
        more = ["--key"] if answers else ["--plain"]
        pieces = _pieces_of(exercise, options.math, answers=answers, command=_command(options, *more))
        sys.stdout.writelines(pieces(options.format or "text"))
    return 0


def _pieces_of(exercise: Exercise, math: str | None, *, answers: bool, command: str) -> Any:
    """What makes the text of the exercise, or of its key, in a format."""
    from graphstep.faces.export import _reports
    from graphstep.teaching.exercise import page

    document = page.key if answers else page.sheet
    return _reports.of_document(lambda: document(exercise, command), lambda: page.data(exercise, answers=answers), math)


def _command(options: argparse.Namespace, *more: str) -> str:
    """The line that makes a document again."""
    words = ["graphstep", "exercise", "--kind", options.kind, "--level", options.level, "--seed", options.seed]
    words += Setup("", language=language_of(options.language)).options()
    form = ["--format", options.format] if options.format else []
    return shlex.join([*words, *form, *more, *math_words(options, more[-1])])

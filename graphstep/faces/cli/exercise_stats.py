"""``graphstep exercise stats marks.csv``: what the marks of a class say about its exercises."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from graphstep.faces.cli.program import language_argument, language_of
from graphstep.faces.cli.reports import deliver, report_arguments
from graphstep.ground.errors import InputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from graphstep.telling.document import Block, Document, Manner

USAGE = "marks.csv [--key key.json] [options]"
SUMMARY = "Show how hard each blank was, what it tells apart, common misconceptions, and whether variants are fair."
EXAMPLES = """\
examples:
  graphstep exercise stats marks.csv
  graphstep exercise stats marks.csv --key key.json              variants are compared by their programs
  graphstep exercise stats marks.csv --key key.json --to class.html
  graphstep exercise stats marks.csv --format json

Facility is the share of its marks that a blank earned: 100% is too easy to tell anything. Discrimination is how far those who
earn it earn the rest too, from -1 to 1. A form of an exercise is called harder or easier where its mean differs from that of its
other forms by three standard errors or more. Answers that a person has still to mark are left out.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    parser.add_argument("marks", metavar="marks.csv", help="the table that graphstep exercise mark wrote")
    parser.add_argument("--key", metavar="FILE", default="", help="the key, by which variants are compared by their programs")
    report_arguments(parser)
    language_argument(parser)


def run(options: argparse.Namespace) -> int:
    """Count and print."""
    from graphstep.teaching.exercise import report
    from graphstep.teaching.exercise.key import read_key
    from graphstep.teaching.exercise.statistics import statistics
    from graphstep.teaching.exercise.table import Table

    language = language_of(options.language)
    of = statistics(Table(options.marks), read_key(options.key) if options.key else None)
    if not of.students:
        raise InputError("there are no marks in this table", hint="graphstep exercise mark writes it")
    words = ["graphstep", "exercise", "stats", options.marks, *([f"--key={options.key}"] if options.key else [])]

    def body(_: Manner) -> Iterator[Block]:
        return report.body(of, language)

    def document(_: Manner, more: Sequence[str]) -> Document:
        return report.document(of, language, shlex.join([*words, *more]))

    deliver(options, body, lambda: report.data(of), document)
    return 0

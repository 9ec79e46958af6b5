"""``graphstep exercise``: exercises, sheets and marks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.faces.cli.commands import PARTS
from graphstep.ground.errors import InputError

if TYPE_CHECKING:
    import argparse

USAGE = "sheet|mark …"
SUMMARY = "Exercises for a class: sheets for all, and marks for what is handed in."
EXAMPLES = """\
examples:
  graphstep exercise sheet course.toml --students roster.csv --to sheets/    a sheet for each student
  graphstep exercise mark answers/ --key key.json --to marks.csv    the marks of a class
  graphstep exercise mark --help                                    all about that
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    parser.add_argument("what", metavar="WHAT", nargs="*", help=", ".join(PARTS["exercise"]))


def run(options: argparse.Namespace) -> int:
    """Say what there is."""
    del options
    raise InputError("say what to do with exercises", hint=f"graphstep exercise {'|'.join(PARTS['exercise'])} --help")

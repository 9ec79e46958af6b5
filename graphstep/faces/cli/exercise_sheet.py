"""``graphstep exercise sheet course.toml --students roster.csv --to sheets/``: a sheet for each student."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from graphstep import __version__
from graphstep.faces.cli.classes import engine, engine_arguments, progress
from graphstep.ground.errors import InputError, did_you_mean, quoted

USAGE = "course.toml [--students roster.csv] --to sheets/ [--format md|html|tex|pdf|ipynb]"
SUMMARY = "Make a sheet for each student, with numbers of its own, and the keys."
EXAMPLES = """\
examples:
  graphstep exercise sheet course.toml --students roster.csv --to sheets/
  graphstep exercise sheet course.toml --students roster.csv --to sheets/ --format ipynb
  graphstep exercise sheet course.toml --to sheets/              one sheet for everybody

course.toml says what stands on every sheet:

  title = "Backpropagation, week 1"
  language = "en"        or "zh": of sheets and keys; en where nothing is said

  [[items]]
  item = "chain"         an item that comes with graphstep, or a file of your own: mine.toml
  level = 2              1 where nothing is said
  marks = 5              what it earns in all; what the item says where nothing is said

roster.csv has a column student (or id), and name where you like. In sheets/ there is then a sheet for each student, keys/ with
the answers to each, and key.json, with which graphstep exercise mark marks them. A sheet has the code of its variant in the
footer; who has which variant hangs on the title of the course and the student alone. Run again, for students who came later, it
makes the same sheets and theirs.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    parser.add_argument("course", metavar="course.toml", help="the file that says what stands on every sheet")
    parser.add_argument("--students", metavar="FILE", help="the roster, a table of CSV; one sheet for everybody without it")
    parser.add_argument("--to", metavar="FOLDER", required=True, help="the folder for sheets and keys")
    parser.add_argument(
        "--format",
        metavar="F",
        default="md",
        help="md (default), html, tex, pdf (with TeX), or ipynb for notebooks",
    )
    engine_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Make the sheets."""
    from graphstep.faces.classroom import jobs, sheets
    from graphstep.faces.export._pdf import required_engine
    from graphstep.faces.work.store import Store
    from graphstep.teaching.exercise.course import Student, read_course, read_roster

    forms = (*jobs.FORMATS, "ipynb")
    if options.format not in forms:
        hint = did_you_mean(options.format, forms) or f"formats: {', '.join(forms)}"
        raise InputError(f"a sheet has no format {quoted(options.format)}", hint=hint)
    # Not of who works on a cluster: the engine has to be there.
    if options.format == "pdf" and options.on is None:
        required_engine()
    folder = Path(options.to)
    before = sheets.key_before(folder)
    course = read_course(options.course)
    students = read_roster(options.students) if options.students else (Student("", ""),)
    store, done = Store(folder / ".parts", __version__), progress(len(students), jobs.SHEETS, "sheets")
    results = store.results(jobs.setting(course, students, options.format), engine(options), done)
    sheets.write_sheets(folder, course.title, options.format, results, before)
    store.remove()
    what = "the sheet, its key" if len(students) == 1 else f"{len(students):,} sheets, their keys"
    print(f"wrote {what} and {sheets.KEY} to {folder}", file=sys.stderr)
    return 0

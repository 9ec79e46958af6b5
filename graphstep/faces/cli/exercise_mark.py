"""``graphstep exercise mark ANSWERS --key key.json``: the marks of a class."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from graphstep import __version__
from graphstep.faces.cli.classes import engine, engine_arguments, progress
from graphstep.faces.cli.program import language_argument, language_of
from graphstep.ground.errors import InputError, quoted_path

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from graphstep.faces.classroom.marks import Change, Collected
    from graphstep.faces.export.results import Results
    from graphstep.teaching.exercise.table import Row

USAGE = "ANSWERS --key key.json --to marks.csv [--feedback FOLDER] [--again]"
SUMMARY = "Mark what a class handed in, blank by blank, with errors carried forward."
EXAMPLES = """\
examples:
  graphstep exercise mark answers/ --key key.json --to marks.csv
  graphstep exercise mark answers/ --key key.json --to marks.csv --feedback feedback/    and a file for each student
  graphstep exercise mark answers/ --key key.json --to marks.csv --again    after a change: whose marks change
  graphstep exercise mark submission/ --key key.json --to results.json --format gradescope    in an autograder
  graphstep exercise mark forms.csv --key key.json --to marks.csv --jobs 8

ANSWERS is a folder with a file a student, or one file: filled sheets in Markdown, notebooks (read, never run), CSV with the
columns student, blank, answer or with a column for each blank, JSON. Whose a file is says the code of its sheet, or its name.

A row of the table is a blank: student, name, sheet, item, blank, typed, read as, verdict, code, sentence, earned, of. Where
only a person can tell, the verdict is unsure and earned is empty; what you write there stays when you mark again.

Marks that are there are never replaced unseen: --again shows each that changes, and writes when you say so (or --yes).
It ends with status 1 where something that was handed in could not be used.
"""

_SHOWN = 20
"""Remarks, and students without answers, that are named."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    from graphstep.faces.export.results import results

    parser.add_argument("answers", metavar="ANSWERS", help="a folder with what was handed in, or one file")
    parser.add_argument("--key", metavar="FILE", required=True, help="the key that the sheets were made with")
    parser.add_argument("--to", metavar="FILE", required=True, help="the table of marks to be written: marks.csv")
    parser.add_argument(
        "--format", metavar="F", help=f"write the results of one student for an autograder instead: {', '.join(results())}"
    )
    parser.add_argument("--feedback", metavar="FOLDER", help="write a file for each student, with what is not right and why")
    parser.add_argument("--again", action="store_true", help="show whose marks change before they are written")
    parser.add_argument("--yes", action="store_true", help="with --again: write them without asking")
    engine_arguments(parser)
    language_argument(parser)


def run(options: argparse.Namespace) -> int:
    """Mark, compare, write."""
    from graphstep.faces.classroom import jobs, marks
    from graphstep.faces.work.store import Store, folder_of, keep
    from graphstep.teaching.exercise.key import read_key
    from graphstep.teaching.exercise.submission import submissions
    from graphstep.teaching.exercise.table import HEAD, Table, lines

    target = Path(options.to)
    writer = _results_of(options)
    if writer is None and target.suffix.lower() not in ("", ".csv"):
        raise InputError(f"{quoted_path(target)} would be no table of CSV by its name", hint="--to marks.csv")
    before = Table(options.to) if target.exists() else None
    if before is not None and not options.again:
        hint = "--again shows whose marks change, and writes when you say so"
        raise InputError(f"{quoted_path(target)} is there already: marks are not replaced unseen", hint=hint)
    key = read_key(options.key)
    handed = marks.collected(key, submissions(options.answers))
    if writer is not None and len(handed.filled) != 1:
        hint = "an autograder is given what one student did"
        raise InputError(f"results are those of one student, and {len(handed.filled)} handed something in", hint=hint)
    # What follows goes through the results several times; they lie on the disk, and one sheet at a time is read of them.
    store, done = Store(folder_of(target), __version__), progress(len(handed.filled), jobs.SHEETS, "marking")
    work = jobs.marking(key, handed.sheets(), language_of(options.language))
    results = store.results(work, engine(options), done)
    if writer is not None:
        every = [row.mark for row in marks.rows(results)]
        keep(target, writer.writes(every, language_of(options.language)).decode())
        store.remove()
        print(f"wrote {target}", file=sys.stderr)
        _tell_unused(handed)
        return 1 if handed.remarks else 0
    texts: Iterable[str] = marks.texts(results)
    if before is not None:
        if not _agreed((marks.changes(old, new) for old, new in marks.again(results, before)), options):
            store.remove()
            return 1
        texts = (lines(new) for _, new in marks.again(results, before))
    if options.feedback:
        marks.write_feedback(Path(options.feedback), results)
    # Feedback first and the table last: when the table is there, everything is.
    keep(target, _headed(HEAD, texts))
    # Before the results are removed, of which the sums are made.
    sums = marks.sums(results)
    store.remove()
    print(f"wrote {target}", file=sys.stderr)
    _tell(handed, sums, _words(options))
    return 1 if handed.remarks else 0


def _results_of(options: argparse.Namespace) -> Results | None:
    """What writes the results of one student; None where a table of marks is wanted."""
    from graphstep.faces.export.results import results_of

    if options.format is None:
        return None
    if options.again or options.feedback:
        raise InputError("--again and --feedback go with a table of marks", hint="results.json holds the feedback")
    if Path(options.to).exists():
        raise InputError(f"{quoted_path(options.to)} is there already: results are not replaced unseen", hint="remove it first")
    return results_of(options.format)


def _headed(head: str, texts: Iterable[str]) -> Iterator[str]:
    yield head
    yield from texts


def _words(options: argparse.Namespace) -> Callable[..., str]:
    """What makes a message in the language that is asked for."""
    from graphstep.telling.words.catalogue import message

    return partial(message, language_of(options.language))


def _tell(handed: Collected, sums: Mapping[str, float], say: Callable[..., str]) -> None:
    """Print how many sheets were marked, and which were not."""
    sheets, answers = say("marked-sheets", count=len(handed.filled)), say("marked-answers", count=handed.answers)
    print(say("marked", sheets=sheets, answers=answers, earned=_marks(sums["earned"]), all=_marks(sums["of"])))
    if unsure := int(sums["unsure"]):
        print(say("marked-unsure", count=unsure))
    if handed.missing:
        names = f"{', '.join(handed.missing[:_SHOWN])}{' …' if len(handed.missing) > _SHOWN else ''}"
        print(say("marked-missing", students=len(handed.missing), names=names))
    _tell_unused(handed)


def _tell_unused(handed: Collected) -> None:
    """Print the submissions that could not be used, with the reason."""
    for remark in handed.remarks[:_SHOWN]:
        print(f"not used: {remark.message}", file=sys.stderr)
    if len(handed.remarks) > _SHOWN:
        print(f"not used: {len(handed.remarks) - _SHOWN:,} more", file=sys.stderr)


def _marks(marks: float) -> str:
    return f"{marks:,.2f}".removesuffix(".00")


def _agreed(by_student: Iterable[Sequence[Change]], options: argparse.Namespace) -> bool:
    """Show whose marks change, and ask whether they are to be written."""
    say, marks, students = _words(options), 0, 0
    for own in filter(None, by_student):
        marks, students = marks + len(own), students + 1
        before, after = _sum(change.before for change in own), _sum(change.after for change in own)
        print(say("marks-of", student=own[0].student, before=before, after=after))
        for change in own:
            print(f"  {_summary(change.before)} → {_summary(change.after)}")
    if not marks:
        print(say("marks-stay"))
        return True
    print(say("marks-change", count=marks, students=say("marks-students", count=students)))
    if options.yes:
        return True
    # In a script nobody answers, and the end of its input must not pass for a no that was said.
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        print("nothing was written: --yes writes them", file=sys.stderr)
        return False
    try:
        return input(f"{say('marks-write')} [y/N] ").strip().casefold() in ("y", "yes")
    except EOFError:
        # Ctrl-D is an answer too, and ends the line that it was asked on.
        print()
        return False


def _sum(rows: Iterable[Row | None]) -> str:
    return f"{sum(row.mark.earned or 0 for row in rows if row is not None):.12g}"


def _summary(row: Row | None) -> str:
    if row is None:
        return "no mark"
    mark = row.mark
    earned = "?" if mark.earned is None else f"{mark.earned:.12g}"
    return f"{mark.blank} {mark.typed or 'empty'}: {mark.verdict}, {earned} of {mark.of:.12g}"

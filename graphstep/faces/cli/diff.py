"""``graphstep diff A B NAME=VALUE …``: two runs side by side, and the first node at which they part."""

from __future__ import annotations

import argparse
import re
import shlex
from typing import TYPE_CHECKING, Any

from graphstep.faces.cli.program import (
    opening_of,
    program_arguments,
    refuse_python,
    setup_of,
    typed_program,
    writing_arguments,
)
from graphstep.faces.cli.reports import deliver, report_arguments
from graphstep.ground.errors import InputError, listed, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphstep.analysis.compare import Comparison, Snapshot
    from graphstep.telling.document import Document, Manner

USAGE = "A [B] [NAME=VALUE ...] [options]"
SUMMARY = "Compare two runs node by node: two programs, one program with two sets of inputs, or runs that were written to files."
EXAMPLES = """\
examples:
  graphstep diff "(x+y)*z" "x*z + y*z" x=-2 y=5 z=-4            two ways to write one function
  graphstep diff "(x+y)*z" x=-2 y=5 z=-4 --b x=3                the same program with another x
  graphstep diff "q = x*y; sin(q)" "q = x*y; cos(q)" x=1 y=2    the first node that differs, forward and backward
  graphstep diff before.json after.json                         runs that --to before.json and --to after.json wrote

Nodes are matched by name, else by text. The status is 1 where outputs or nodes of both differ by more than --within,
relative to the larger one.
"""

_VALUE = re.compile(r"\s*\w+\s*=[^=;]*")
"""A word that gives a value; a program with a ``;`` in it is none."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    program_arguments(parser)
    parser.add_argument("--a", metavar="NAME=VALUE", action="append", default=[], help="a value for the first run alone")
    parser.add_argument("--b", metavar="NAME=VALUE", action="append", default=[], help="a value for the second run alone")
    parser.add_argument("--within", metavar="R", default="1e-9", help="relative difference that counts as equal (default: 1e-9)")
    writing_arguments(parser)
    report_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Print or write the comparison; the status says whether there is a difference."""
    from graphstep.language.values import read_number
    from graphstep.telling.reports import comparison as reports

    refuse_python(options)
    within = read_number(options.within)
    if not 0 <= within < 1:
        raise InputError(f"--within takes a number from 0 to less than 1, not {quoted(options.within)}")
    words = list(options.values)
    options.expression = typed_program(options.expression)
    # The second program may be left out: the first word behind A is one if it is no value.
    second = typed_program(words.pop(0)) if words and not _VALUE.fullmatch(words[0]) else options.expression
    programs = (options.expression, second)
    sides = [_side(options, text, words, own) for text, own in zip(programs, (options.a, options.b), strict=True)]
    read = {name for side in sides for name in side.names}
    for word in words:
        if read and _name(word) not in read:
            # q = x*y may have been meant as the second program; what is typed with one = is a value.
            program = f"; as a program it is typed {quoted(f'{word};')}" if word is words[0] and second == programs[0] else ""
            hint = f"they read {listed(sorted(read))}{program}"
            raise InputError(f"{quoted(_name(word))} stands in neither program", hint=hint)
    comparison = _compared(sides, within)
    setup = setup_of(sides[0])
    language, digits = setup.language, setup.digits

    def document(_: Manner, asked: Sequence[str]) -> Document:
        titles = tuple(side.expression for side in sides)
        command = _command(options, second, words, [*setup.options(), *asked])
        return reports.document(comparison, (titles[0], titles[1]), command, language, digits)

    def data() -> dict[str, Any]:
        return {"schema": 1, "programs": [side.expression for side in sides], **reports.data(comparison)}

    deliver(options, lambda _: reports.body(comparison, language, digits), data, document)
    return 0 if comparison.equal else 1


def _compared(sides: Sequence[argparse.Namespace], within: float) -> Comparison:
    """The comparison of two runs; of two recorded ones by the calls and turns in which their gates stand."""
    from graphstep.analysis.compare import aligned, compare, snapshot_of
    from graphstep.faces.cli.program import is_archive

    if all(is_archive(side.expression) for side in sides):
        one, other = (opening_of(side).run() for side in sides)
        return compare(snapshot_of(one), snapshot_of(other), within, places=aligned(one.program, other.program))
    return compare(_snapshot(sides[0]), _snapshot(sides[1]), within)


def _side(options: argparse.Namespace, expression: str, shared: list[str], own: list[str]) -> argparse.Namespace:
    """The options of one of the two runs: of the shared values those that its program reads, and its own in place of them.

    ``names`` is what the program reads; nothing for a file.
    """
    from graphstep.engine.opening import program_text
    from graphstep.faces.cli.program import is_archive

    if is_archive(expression):
        from graphstep.engine.archive import read_file

        names: Sequence[str] = [*read_file(expression).inputs]
    else:
        names = () if expression.endswith(".json") else _names(options, program_text(expression), shared)
    # Two programs need not read the same inputs; a value that neither reads is refused by the caller.
    values = {_name(word): word for word in shared if _name(word) in names}
    # Behind the shared ones: what --a and --b say of a name stands in place of those.
    values |= {_name(word): word for word in own}
    return argparse.Namespace(**{**vars(options), "expression": expression, "values": list(values.values()), "names": names})


def _names(options: argparse.Namespace, typed: str, shared: Sequence[str]) -> Sequence[str]:
    """The names of which a typed program takes values, in its own language."""
    from graphstep.language.read import read
    from graphstep.language.read.dialects import translated, unread
    from graphstep.language.values import read_texts, split_inputs

    if options.dialect is None:
        return read(typed).inputs
    values = read_texts(split_inputs(shared))
    program = translated(typed, options.dialect, values).text
    # What only its length is asked of is no input of the program any more, and its value is needed all the same.
    return [*read(program).inputs, *unread(typed, program, values)]


def _name(word: str) -> str:
    return word.partition("=")[0].strip()


def _snapshot(options: argparse.Namespace) -> Snapshot:
    from graphstep.analysis.compare import snapshot_of

    if options.expression.endswith(".json"):
        from graphstep.faces.snapshots import read_snapshot

        return read_snapshot(options.expression)
    return snapshot_of(opening_of(options).run())


def _command(options: argparse.Namespace, second: str, values: list[str], asked: Sequence[str]) -> str:
    words = ["graphstep", "diff", options.expression, *([] if second == options.expression else [second]), *values]
    for flag, words_of_run in (("--a", options.a), ("--b", options.b)):
        words += [f"{flag}={word}" for word in words_of_run]
    words += [f"--{name}={word}" for name, word in (("from", options.dialect), ("rewrite", options.rewrite)) if word]
    words += [] if options.within == "1e-9" else [f"--within={options.within}"]
    return shlex.join([*words, *asked])

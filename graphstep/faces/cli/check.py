"""``graphstep check EXPR NAME=VALUE …``: three witnesses for every gradient."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.faces.cli.program import opening_of, program_arguments, writing_arguments
from graphstep.faces.cli.reports import deliver, lines, report_arguments

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from graphstep.telling.document import Document, Manner

USAGE = "EXPR [NAME=VALUE ...] [options]"
SUMMARY = "Compare backprop, SymPy's derivative and a central difference for every input."
EXAMPLES = """\
examples:
  graphstep check "sigmoid(w*x+b)" w=2 x=-1 b=1
  graphstep check "max(0, x)" x=0                a kink: who says what, and why
  graphstep check "sum((W@x)^2)" W="[[0.1,0.5],[-0.3,0.8]]" x="[0.2,0.4]"
  graphstep check "x^3" x=2 --format json

A small array has a row for each cell. Of a large one a sample of cells is checked, and a random direction in
which all of them move; the row is that of the cell with the largest relative error.

A gradient is "not settled" where SymPy has no derivative, the program is too large for a run without rounding, and
the difference may itself be off by more than 1e-6 of it.

It ends with status 1 when the witnesses disagree and no kink explains it.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    program_arguments(parser)
    writing_arguments(parser)
    report_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Check and print."""
    from graphstep.analysis.witnesses import check
    from graphstep.telling.reports import check as reports

    trace = opening_of(options).run()
    report = check(trace)
    setup = trace.setup.filled(trace.inputs)

    def text(manner: Manner) -> Iterator[str]:
        return lines(reports.body(report, trace.writing.digits, manner))

    def document(manner: Manner, words: Sequence[str]) -> Document:
        return reports.document(trace, report, manner, setup.command(*words, command="check"), setup.without_text)

    deliver(options, text, report.to_dict, document, shortens=True)
    return 0 if report.agrees else 1

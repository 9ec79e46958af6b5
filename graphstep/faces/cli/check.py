"""``graphstep check EXPR NAME=VALUE …``: three witnesses for every gradient."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.faces.cli.program import opening_of, program_arguments, writing_arguments
from graphstep.faces.cli.reports import deliver, report_arguments
from graphstep.ground.errors import InputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from graphstep.engine.trace import Trace
    from graphstep.telling.document import Document, Manner

USAGE = "EXPR [NAME=VALUE ...] [options]"
SUMMARY = "Compare backprop, SymPy's derivative and a central difference for every input."
EXAMPLES = """\
examples:
  graphstep check "sigmoid(w*x+b)" w=2 x=-1 b=1
  graphstep check "max(0, x)" x=0                a kink: who says what, and why
  graphstep check "sum((W@x)^2)" W="[[0.1,0.5],[-0.3,0.8]]" x="[0.2,0.4]"
  graphstep check "x^3" x=2 --format json
  graphstep check "sin(x)*y" x=1 y=2 --against-h x     the error of differences over their step, drawn
  graphstep check "(x+y)*z" x=-2 y=5 z=-4 --claim x+y=3 --claim dx=4     numbers of your own, marked

A small array has a row for each cell. Of a large one a sample of cells is checked, and a random direction in
which all of them move; the row is that of the cell with the largest relative error.

A gradient is "not settled" where SymPy has no derivative, the program is too large for a run without rounding, and
the difference may itself be off by more than 1e-6 of it.

A claim names a value by its node (q=3, x+y=3), a gradient as dx, df/dx or d(x+y), a cell as dW[0,1]; a file holds an
array (dW=@dW.npy). A number may be rounded. One that follows from a wrong one before it is said to follow.

It ends with status 1 when the witnesses disagree and no kink explains it, and when a claim does not hold.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    program_arguments(parser)
    step = "in place of that, how far difference quotients are off for every step h of one input: x, or W[0,1]"
    parser.add_argument("--against-h", metavar="INPUT", help=step)
    writing_arguments(parser)
    claimed = "a number of the run that somebody claims: dx=-4, x+y=3, dW1=@dW1.npy; several may be given, and are marked"
    parser.add_argument("--claim", dest="claims", action="append", default=[], metavar="WHAT=VALUE", help=claimed)
    report_arguments(parser, shortens=True)


def run(options: argparse.Namespace) -> int:
    """Check and print."""
    from graphstep.analysis.witnesses import check
    from graphstep.telling.reports import check as reports

    trace = opening_of(options).run()
    if options.against_h:
        if options.claims:
            raise InputError("--claim and --against-h are two reports", hint="ask for them one after the other")
        _quotients(options, trace)
        return 0
    if options.claims:
        return _claims(options, trace)
    # Asked once, here: text, data and document are made of one report, and so is the exit status.
    report = check(trace)
    setup = trace.setup.filled(trace.inputs)

    def document(manner: Manner, words: Sequence[str]) -> Document:
        return reports.document(report, manner, setup.command(*words, command="check"), setup.without_text)

    deliver(options, lambda manner: reports.body(report, manner=manner), lambda: reports.data(report), document, shortens=True)
    return 0 if report.agrees else 1


def _claims(options: argparse.Namespace, trace: Trace) -> int:
    """Print or write the verdicts on claims; status 1 where one does not hold."""
    from graphstep.teaching.marking import report as reports
    from graphstep.teaching.marking.claims import mark_claims, read_claims

    claims, setup = read_claims(trace, options.claims), trace.setup.filled(trace.inputs)
    verdicts = mark_claims(claims)
    asked = [f"--claim={word}" for word in options.claims]

    def document(manner: Manner, words: Sequence[str]) -> Document:
        return reports.document(claims, verdicts, manner, setup.command(*asked, *words, command="check"))

    deliver(
        options,
        lambda manner: reports.body(claims, verdicts, trace.writing.digits, manner),
        lambda: reports.data(claims, verdicts),
        document,
        shortens=True,
    )
    return 0 if all(verdict.right for verdict in verdicts) else 1


def _quotients(options: argparse.Namespace, trace: Trace) -> None:
    """Print or write the errors of difference quotients."""
    from graphstep.analysis.witnesses.quotients import quotients
    from graphstep.telling.reports import quotients as reports

    asked, setup = options.against_h, trace.setup.filled(trace.inputs)
    of = quotients(trace, *_cell(trace, asked))

    def document(_: Manner, words: Sequence[str]) -> Document:
        return reports.document(of, setup.command(f"--against-h={asked}", *words, command="check"), setup.without_text)

    deliver(options, lambda _: reports.body(of), lambda: reports.data(of), document)


def _cell(trace: Trace, text: str) -> tuple[int, tuple[int, ...]]:
    """The node that a text names, and its cell: the first of an array of which none is named. InputError for another text."""
    from graphstep.telling.cells import find_cell
    from graphstep.telling.names import names_of

    node = names_of(trace.program).find(text.strip())
    # An unknown name goes on as it is: find_cell says what there is in its place.
    shape = () if node is None else trace.node(node).shape
    return find_cell(trace, f"{text}[{', '.join('0' * len(shape))}]" if shape else text)

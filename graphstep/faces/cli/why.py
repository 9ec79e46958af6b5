"""``graphstep why "grad x" EXPR NAME=VALUE …``: the chain of causes of a number, to the place that made it so."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from graphstep.faces.cli.program import opening_of, program_arguments, writing_arguments
from graphstep.faces.cli.reports import deliver, report_arguments

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from graphstep.telling.document import Document, Manner

USAGE = "QUANTITY EXPR [NAME=VALUE ...] [options]"
SUMMARY = "Follow a gradient or a value that is zero, tiny, huge, inf or nan back to the place that made it so."
EXAMPLES = """\
examples:
  graphstep why "grad x" "tanh(50*x)*w" x=3 w=2                 a saturated gate
  graphstep why "grad w" "max(0, w*x)^2" w=-1 x=2               a gate that passes nothing on
  graphstep why "value f" "log(a - b) + c" a=1 b=2 c=3          the gate that makes the first nan
  graphstep why "grad x" @model.txt x=@x.npy --to why.md        or .html .tex .pdf .txt .json

QUANTITY is a node with what is asked of it: grad x, value q; a name alone is its gradient.
Of an array nan and inf count in any cell, 0 in every cell, else the size of its largest cell.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    parser.add_argument("quantity", metavar="QUANTITY", help="the number to ask about: grad x, value q")
    program_arguments(parser)
    writing_arguments(parser)
    report_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Print or write the chain."""
    from graphstep.faces.reports import WhyReport
    from graphstep.telling.reports import chain as reports

    trace = opening_of(options).run()
    why = WhyReport(trace, options.quantity)
    setup = trace.setup.filled(trace.inputs)

    def document(_: Manner, asked: Sequence[str]) -> Document:
        word, *words = setup.words(*asked, command="why")
        return reports.document(why.chain, shlex.join(["graphstep", word, options.quantity, *words]), setup.without_text)

    deliver(options, lambda _: reports.section(why.chain), why.to_dict, document)
    return 0

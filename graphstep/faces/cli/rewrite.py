"""``graphstep rewrite EXPR NAME=VALUE …``: what SymPy makes of a program, and that the gradients stay the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphstep.faces.cli.program import opening_of, program_arguments, refuse_python, writing_arguments
from graphstep.faces.cli.reports import deliver, report_arguments

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from graphstep.telling.document import Document, Manner

USAGE = "EXPR [NAME=VALUE ...] [options]"
SUMMARY = "Let SymPy expand, factor, simplify or nest a program, and compare gates and gradients."
EXAMPLES = """\
examples:
  graphstep rewrite "(x+y)*z" x=-2 y=5 z=-4              all rewritings with their gates
  graphstep rewrite "3x^3 + 2x^2 + x" x=2 --to forms.md  Horner's form against powers; or .html .tex .pdf .txt .json
  graphstep "3x^3 + 2x^2 + x" x=2 --rewrite horner       step through one of them; E compares it with the typed program
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    program_arguments(parser)
    writing_arguments(parser)
    report_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Print or write the comparison."""
    from graphstep.analysis.rewriting import gates, rewritten_runs
    from graphstep.telling.reports import rewriting as reports

    refuse_python(options)
    typed = opening_of(options).run()
    rows = rewritten_runs(typed)
    setup = typed.setup.filled(typed.inputs)

    def document(_: Manner, asked: Sequence[str]) -> Document:
        return reports.document(typed, rows, setup.command(*asked, command="rewrite"), setup.without_text)

    def data() -> dict[str, Any]:
        forms = [
            {"kind": row.kind, "refusal": row.refusal.message if row.refusal else ""}
            if row.run is None
            else {"kind": row.kind, "program": row.run.program.text, "gates": gates(row.run.program), "agrees": row.agrees}
            for row in rows
        ]
        return {"schema": 1, "program": typed.program.text, "gates": gates(typed.program), "rewritings": forms}

    deliver(options, lambda _: reports.body(typed, rows), data, document)
    return 0

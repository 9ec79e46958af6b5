"""What SymPy makes of a program, as a document: a row for each rewriting, with its gates and how its gradients compare."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphstep.analysis.rewriting import Rewritten, gates
from graphstep.engine.trace import Trace
from graphstep.ground.numerals import numeral
from graphstep.telling.document import Block, Code, Column, Content, Document, Table
from graphstep.telling.reports.inputs import report
from graphstep.telling.reports.parts import column, heading, sentence
from graphstep.telling.words.wording import Wording


def document(typed: Trace, rows: Sequence[Rewritten], command: str = "", missing: Sequence[str] = ()) -> Document:
    """The whole comparison under its title."""
    return report(typed, heading(typed, "rewritings"), body(typed, rows), command, missing)


def body(typed: Trace, rows: Sequence[Rewritten]) -> Iterator[Block]:
    """The table, and what it shows."""
    columns = (
        column(typed, "rewriting"),
        Column((heading(typed, "gates"),), True),
        column(typed, "verdict"),
        column(typed, "program-text"),
    )
    typed_row: tuple[Content, ...] = ((heading(typed, "as-typed"),), (str(gates(typed.program)),), (), (Code(_line(typed)),))
    yield Table(columns, (typed_row, *(_row(typed, row) for row in rows)))
    words = Wording(typed)
    runs = [row for row in rows if row.run is not None]
    key = "rewritings-agree" if all(row.agrees for row in runs) else "rewritings-differ"
    if runs:
        yield sentence(words.message(key, count=len(runs)))
    for row in rows:
        if row.refusal is not None:
            yield sentence(f"{row.kind}: {row.refusal.message}.")


def _row(typed: Trace, row: Rewritten) -> tuple[Content, ...]:
    if row.run is None:
        return (row.kind,), (), (heading(typed, "no-program"),), ()
    return (row.kind,), (str(gates(row.run.program)),), (verdict(typed, row),), (Code(_line(row.run)),)


def verdict(typed: Trace, row: Rewritten) -> str:
    """Whether the gradients are those of the typed program."""
    words = Wording(typed)
    if row.agrees:
        return words.message("rewriting-same")
    return words.message("rewriting-apart", apart=_apart(row))


def summary(typed: Trace, row: Rewritten) -> str:
    """One line: how many gates a rewriting has in place of how many, and how its gradients compare."""
    words = Wording(typed)
    assert row.run is not None, "a rewriting without a program is no run"
    counts = {
        name: words.message("count-gates", count=gates(program))
        for name, program in (("gates", row.run.program), ("typed", typed.program))
    }
    if row.agrees:
        return words.message("rewritten-agrees", kind=row.kind, **counts)
    return words.message("rewritten-differs", kind=row.kind, apart=_apart(row), **counts)


def _apart(row: Rewritten) -> str:
    return "∞" if row.apart == float("inf") else numeral(row.apart, 2)


def _line(run: Trace) -> str:
    return " ".join(run.program.text.split())

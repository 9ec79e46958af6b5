"""``graphstep jacobian EXPR NAME=VALUE …``: the Jacobian of every edge, one of them in full, or one cell."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from graphstep.faces.cli.program import opening_of, program_arguments, writing_arguments
from graphstep.faces.cli.reports import deliver, report_arguments
from graphstep.ground.errors import InputError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Sequence

    from graphstep.engine.trace import Trace
    from graphstep.engine.wires import Wire
    from graphstep.telling.document import Block, Document, Manner

_CHOICES = ("of", "towards", "cell", "path")
"""The options that say what is shown."""

USAGE = "EXPR [NAME=VALUE ...] [options]"
SUMMARY = "Show the Jacobians that backpropagation never forms, and single cells as the sums that they are."
EXAMPLES = """\
examples:
  graphstep jacobian "sum(max(0, W@x))" W="[[1,2],[3,4]]" x="[5,6]"              a row an edge, and the costs
  graphstep jacobian "sum(max(0, W@x))" W="[[1,2],[3,4]]" x="[5,6]" --of W@x     those of W@x in full
  graphstep jacobian "sum(max(0, W@x))" W="[[1,2],[3,4]]" x="[5,6]" --cell W[0,1]  one cell, spelled out
  graphstep jacobian "q = X@w; sum(q^2)" X="randn(64,9)" w="ones(9)" --cell X[20:]  the cells from row 20 on
  graphstep jacobian "sum(max(0, W@x))" W="[[1,2],[3,4]]" x="[5,6]" --of W@x --to jacobian.pdf     or .md .html .tex .txt

Cells are counted from 0, as in programs; formulas count from 1, as mathematics does: W[0, 1] is W₁₂.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    program_arguments(parser)
    writing_arguments(parser)
    parser.add_argument("--of", metavar="NODE", help="show the Jacobians of this gate in full")
    parser.add_argument("--towards", metavar="NODE", help="show the Jacobians towards this input of a gate in full")
    parser.add_argument("--cell", metavar="CELL", help="explain one cell, W[0,1]; or show the cells of W, or from W[20:,8:] on")
    parser.add_argument("--path", metavar="NODE", help="count multiplications along the path from this node")
    report_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Print or write what was asked for."""
    from graphstep.telling.reports import jacobian as reports
    from graphstep.telling.words.catalogue import message

    chosen = [name for name in _CHOICES if getattr(options, name) is not None]
    if len(chosen) > 1 and chosen != ["of", "towards"]:
        raise InputError(f"{' and '.join(f'--{name}' for name in chosen)} are several reports", hint="ask for one at a time")
    trace = opening_of(options).run()
    setup = trace.setup.filled(trace.inputs)
    body, data = _asked(trace, options)

    def document(_: Manner, words: Sequence[str]) -> Document:
        choice = [f"--{name}={getattr(options, name)}" for name in chosen]
        return reports.document(trace, body, setup.command(*choice, *words, command="jacobian"), setup.without_text)

    # Where nothing was chosen it is said what could be; in text alone, which is what somebody reads who is still asking.
    more = "" if chosen else f"\n{message(setup.language, 'jacobian-more')}\n"
    deliver(options, lambda _: body, lambda: {"schema": 1, "program": trace.program.text, **data()}, document, more=more)
    return 0


def _asked(trace: Trace, options: argparse.Namespace) -> tuple[Iterable[Block], Callable[[], dict[str, Any]]]:
    """The document of the Jacobians that were asked for, and the same as data."""
    from graphstep.analysis.jacobian import orders
    from graphstep.telling.reports import jacobian as reports

    if options.cell is not None:
        # A range, or an array alone, is a page of its cells; one place is explained.
        from graphstep.telling.cells import find_cell, find_window

        if (window := find_window(trace, options.cell)) is not None:
            return reports.window(trace, window), lambda: {"array": reports.array_data(trace, window.node)}
        node, index = find_cell(trace, options.cell)
        return reports.one_cell(trace, node, index), lambda: {"cell": reports.cell_data(trace, node, index)}
    if options.path is not None:
        counted = orders(trace, _node(trace, options.path))
        return reports.path(trace, counted), lambda: {"path": reports.path_data(counted)}
    wires = _wires(trace, options)
    if options.of is None and options.towards is None:
        body = chain(reports.overview(trace, wires), reports.path(trace, orders(trace)))
        return body, lambda: {"jacobians": reports.jacobians_data(wires)}
    return reports.each(trace, wires), lambda: {"jacobians": reports.jacobians_data(wires)}


def _wires(trace: Trace, options: argparse.Namespace) -> list[Wire]:
    """The edges that were asked for; InputError where there is none."""
    of, towards = (None if word is None else _node(trace, word) for word in (options.of, options.towards))
    wires = [wire for wire in trace.wires if of in (None, wire.sender) and towards in (None, wire.receiver)]
    if not wires:
        chosen = " ".join(f"--{name} {word}" for name, word in (("of", options.of), ("towards", options.towards)) if word)
        hint = "a gate sends to its own inputs, and nothing to constants and data"
        if not chosen:
            raise InputError("no gradient is sent at all", hint=hint)
        hint += "; without options all edges are listed"
        raise InputError(f"no gradient is sent along an edge with {chosen}", hint=hint)
    return wires


def _node(trace: Trace, word: str) -> int:
    from graphstep.telling.cells import no_node
    from graphstep.telling.names import names_of

    node = names_of(trace.program).find(word)
    if node is None:
        raise no_node(trace.program, word)
    return node

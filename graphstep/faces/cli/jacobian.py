"""``graphstep jacobian EXPR NAME=VALUE …``: the Jacobian of every edge, one of them in full, or one cell."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from graphstep.faces.cli.program import opening_of, program_arguments, writing_arguments
from graphstep.ground.arrays import kind_text
from graphstep.ground.errors import InputError, did_you_mean, quoted

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator

    from graphstep.engine.trace import Trace
    from graphstep.telling.cells import Window

IN_FULL = 4
"""Jacobians up to which each is shown in full; of more each gets a line."""

USAGE = "EXPR [NAME=VALUE ...] [options]"
SUMMARY = "Show the Jacobians that backpropagation never forms, and single cells as the sums that they are."
EXAMPLES = """\
examples:
  graphstep jacobian "sum(max(0, W@x))" W="[[1,2],[3,4]]" x="[5,6]"              a line an edge, and the costs
  graphstep jacobian "sum(max(0, W@x))" W="[[1,2],[3,4]]" x="[5,6]" --of W@x     those of W@x in full
  graphstep jacobian "sum(max(0, W@x))" W="[[1,2],[3,4]]" x="[5,6]" --cell W[0,1]  one cell, spelled out
  graphstep jacobian "q = X@w; sum(q^2)" X="randn(64,9)" w="ones(9)" --cell X[20:]  the cells from row 20 on

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


def run(options: argparse.Namespace) -> int:
    """Print what was asked for."""
    made = opening_of(options).run()
    if options.cell is not None:
        found: Iterable[str] = _cell(made, options.cell)
    elif options.path is not None:
        found = _orders(made, _node(made, options.path))
    else:
        found = _edges(made, options)
    sys.stdout.writelines(f"{line}\n" for line in found)
    return 0


def _edges(made: Trace, options: argparse.Namespace) -> Iterator[str]:
    from graphstep.analysis.jacobian import jacobian, line, lines

    of, towards = (None if word is None else _node(made, word) for word in (options.of, options.towards))
    wires = [wire for wire in made.wires if of in (None, wire.sender) and towards in (None, wire.receiver)]
    if not wires:
        chosen = " ".join(f"--{name} {word}" for name, word in (("of", options.of), ("towards", options.towards)) if word)
        hint = "a gate sends to its own inputs, and nothing to constants and data; without options all edges are listed"
        raise InputError(
            f"no gradient is sent along an edge with {chosen}" if chosen else "no gradient is sent at all", hint=hint
        )
    if of is None and towards is None:
        yield from (line(jacobian(wire)) for wire in wires)
        yield ""
        yield from _orders(made, None)
        yield ""
        yield "--of and --towards show some in full, --cell explains one cell of a value or gradient"
        return
    for place, wire in enumerate(wires):
        if len(wires) > IN_FULL:
            yield line(jacobian(wire))
            continue
        yield from [""] * bool(place)
        yield from lines(jacobian(wire))


def _orders(made: Trace, start: int | None) -> list[str]:
    from graphstep.analysis.jacobian import orders, orders_lines

    return orders_lines(made, orders(made, start))


def _cell(made: Trace, text: str) -> Iterator[str]:
    from graphstep.telling.cells import cell, find_cell, find_window

    window = find_window(made, text)
    if window is not None:
        yield from _page(made, window)
        return
    node, index = find_cell(made, text)
    yield from cell(made, node, index, "value").lines()
    if made.program.depends[node]:
        yield ""
        yield from cell(made, node, index).lines()


def _page(made: Trace, window: Window) -> Iterator[str]:
    import numpy as np

    from graphstep.ground.pages import page
    from graphstep.telling.names import name_of

    name = name_of(made.program, window.node)
    parts = [("value", made.value_of(window.node))]
    if made.program.depends[window.node]:
        parts.append(("gradient", made.gradient_of(window.node)))
    for what, array in parts:
        one = page(np.asarray(array), window.row, window.column, fixed=window.fixed)
        yield f"the {what} of {name}, {kind_text(np.shape(array))}: {one.where}"
        yield from (f"  {row}" for row in one.lines)


def _node(made: Trace, word: str) -> int:
    from graphstep.telling.cells import find_node

    found = find_node(made.program, word)
    if found is None:
        hint = did_you_mean(word, made.program.names) or "name a node by its name, its text or its id, such as v3"
        raise InputError(f"no node is called {quoted(word)}", hint=hint)
    return found

"""Jacobians as a document: all of a run in a table or a few in full, the multiplications along a path, and single cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from typing import Any

from graphstep.analysis.facts import Kind, Named
from graphstep.analysis.jacobian import Jacobian, Layer, Orders, jacobian
from graphstep.engine.trace import Trace
from graphstep.engine.wires import Wire
from graphstep.gates.notation import TERMS
from graphstep.gates.rule import Cell
from graphstep.ground.arrays import json_data, number_text, shape_text
from graphstep.ground.late import np
from graphstep.ground.numerals import ENGLISH, as_json, numeral
from graphstep.ground.pages import page
from graphstep.language.program import node_id
from graphstep.telling.cells import Window, named, page_text, sides
from graphstep.telling.derivatives import local_term
from graphstep.telling.document import Block, Column, Content, Document, Figure, Heading, Listing, Math, Prose, Table, Typed
from graphstep.telling.explanation import Rung
from graphstep.telling.reports.inputs import report_of
from graphstep.telling.reports.parts import column, heading, phrase, sentence
from graphstep.telling.words.catalogue import message
from graphstep.telling.words.wording import Wording

IN_FULL = 4
"""Jacobians up to which each is shown in full; of more each gets a row of a table."""

ROWS, COLUMNS, WIDTH = 16, 16, 110
"""Rows, columns and characters up to which a Jacobian is written out with its numbers."""

PATTERN_COLUMNS = 100
"""Columns up to which a larger one is drawn as a pattern, a mark for each entry that is not 0."""

EQUAL = 1e-12
"""Relative difference up to which two numbers are equal: the rest is rounding, and differs from CPU to CPU."""

_LAYERS = 24
"""Layers of a path that are listed; of a longer one the first and the last."""


def document(trace: Trace, body: Iterable[Block], command: str = "", missing: Sequence[str] = ()) -> Document:
    """The document of the Jacobians that were asked for, under the program."""
    return report_of(trace, "jacobians-of", body, command, missing)


# -- edges ---------------------------------------------------------------------------------------------------------------------


def overview(trace: Trace, wires: Sequence[Wire]) -> Iterator[Block]:
    """All Jacobians in a table."""
    titles = (("jacobian", False), ("shape", True), ("structure", False), ("entries", True), ("not-zero", True))
    yield Table(tuple(column(trace, *title) for title in titles), tuple(_row(jacobian(wire)) for wire in wires))


def _row(jacobian: Jacobian) -> tuple[Content, ...]:
    counts = ((Figure(count, 0, "count"),) for count in (jacobian.entries, jacobian.nonzero))
    return (Math(local_term(jacobian.wire)),), (_size(jacobian.rows, jacobian.columns),), (_structure(jacobian),), *counts


def _structure(jacobian: Jacobian) -> str:
    return Wording(jacobian.trace).message(f"structure-name-{jacobian.structure}")


def each(trace: Trace, wires: Sequence[Wire]) -> Iterator[Block]:
    """Each in full, or all in a table where they are many."""
    if len(wires) > IN_FULL:
        yield from overview(trace, wires)
    else:
        for place, wire in enumerate(wires, 1):
            yield from in_full(jacobian(wire), f"jacobian-{place}")


def in_full(jacobian: Jacobian, anchor: str = "jacobian") -> Iterator[Block]:
    """Shapes, structure, size, why no run forms it; where it is small its entries, and the pullback beside the product."""
    trace, words = jacobian.trace, Wording(jacobian.trace)
    digits, out, source = trace.writing.digits, Named(jacobian.wire.sender), Named(jacobian.wire.receiver)
    kinds = {"outs": words.figure(Kind(jacobian.output_shape)), "sources": words.figure(Kind(jacobian.input_shape))}
    names = {"out": words.figure(out), "source": words.figure(source)}
    yield Heading(
        3, phrase(trace.writing.language, "jacobian-of", what=Math(local_term(jacobian.wire)), **names, **kinds), anchor
    )
    size = words.message("jacobian-rows", size=_size(jacobian.rows, jacobian.columns), **names)
    structure = words.message(
        "jacobian-structure",
        structure=_structure(jacobian),
        entries=_counted(jacobian),
        size=_bytes(jacobian),
    )
    yield Listing(((size,), (structure,), (why(jacobian),)))
    upstream, pullback = words.message("upstream"), heading(trace, "pullback")
    if not jacobian.is_formed:
        yield Table((Column(()), Column(())), (((pullback,), (number_text(jacobian.pulled, digits),)),))
        return
    if jacobian.entries:
        yield from matrix(jacobian)
    rows: list[tuple[Content, ...]] = [((upstream,), (number_text(jacobian.upstream, digits),), ())]
    for name, sent, count in (
        (pullback, jacobian.pulled, jacobian.multiplications),
        (heading(trace, "product-with-whole"), jacobian.product, jacobian.entries),
    ):
        text = number_text(jacobian.without_noise(sent), digits)
        rows.append(((name,), (text,), (words.message("multiplications", count=count),)))
    yield Table((Column(()),) * 3, tuple(rows))
    apart = jacobian.difference
    yield sentence(
        heading(trace, "equal-to-rounding")
        if apart <= EQUAL
        else heading(trace, "largest-difference", difference=numeral(apart, 2))
    )


def matrix(jacobian: Jacobian) -> Iterator[Block]:
    """The entries with the names of their rows and columns; of more than fit a pattern of which are 0; nothing where even that
    is too wide. LimitError where it is not formed.
    """
    trace, digits = jacobian.trace, jacobian.trace.writing.digits
    if jacobian.rows <= ROWS and jacobian.columns <= COLUMNS:
        tops = _labels(trace, jacobian.wire.receiver, jacobian.input_shape)
        sides = _labels(trace, jacobian.wire.sender, jacobian.output_shape)
        rows = [[numeral(entry, digits) for entry in row] for row in jacobian.matrix.tolist()]
        # A name takes a few characters, whatever its ink is.
        # What decides is the widest entry of each column, as in a table of plain text, the narrowest of the formats.
        if sum(2 + max(4, *map(len, entries)) for entries in zip(*rows, strict=True)) <= WIDTH:
            columns = (Column(()), *(Column((top,), numbers=True) for top in tops))
            numbers = (
                [(Math(None, (Rung(TERMS.number(entry), "value", digits),)),) for entry in row]
                for row in jacobian.matrix.tolist()
            )
            yield Table(columns, tuple(((side,), *row) for side, row in zip(sides, numbers, strict=True)))
            return
    if jacobian.columns <= PATTERN_COLUMNS:
        yield Typed(
            "\n".join("".join("■" if entry else "·" for entry in row) for row in np.asarray(jacobian.matrix != 0).tolist())
        )


def why(jacobian: Jacobian) -> str:
    """One or two sentences: why it is not formed for a step of the backward pass."""
    words = Wording(jacobian.trace)
    # From what needs the fewest words to what needs the most; the first that holds is told.
    if jacobian.entries == 0:
        return words.message("jacobian-empty")
    if jacobian.rows == jacobian.columns == 1:
        return words.message("jacobian-number")
    if jacobian.rows == 1 and jacobian.nonzero == jacobian.entries:
        return words.message("jacobian-one-row")
    times = words.message("multiplications" if jacobian.multiplications else "no-multiplication", count=jacobian.multiplications)
    saving = words.message("jacobian-saves", times=times, entries=jacobian.entries)
    if jacobian.nonzero == 0:
        return words.message("jacobian-all-zero", entries=jacobian.entries)
    if jacobian.nonzero < jacobian.entries:
        where = words.message(f"structure-where-{jacobian.structure}") if jacobian.structure != "dense" else ""
        sparse = words.message("jacobian-sparse", entries=jacobian.entries, nonzero=jacobian.nonzero, where=where)
        mostly = (
            words.message("jacobian-mostly-zeros", size=_bytes(jacobian)) if jacobian.nonzero * 10 <= jacobian.entries else ""
        )
        return words.joined((sparse, mostly, saving))
    if jacobian.multiplications < jacobian.entries:
        return words.joined((words.message("jacobian-not-each"), saving))
    return words.message("jacobian-every-cell")


# -- paths ---------------------------------------------------------------------------------------------------------------------


def path(trace: Trace, orders: Orders) -> Iterator[Block]:
    """The path from one node to the output and the multiplications of each layer, from either side, with the totals."""
    words, start = Wording(trace), Named(orders.start)
    kind = Kind(trace.node(orders.start).shape)
    title = words.message("multiplications-along", start=start, kind=kind, out=Named(trace.program.output))
    yield Heading(3, (title,), "path")
    titles = (("layer", False), ("jacobian", True), ("pullback", True), ("from-output", True), ("from-input", True))
    rows = [_layer(layer) for layer in orders.layers]
    if len(rows) > _LAYERS:
        rows = [*rows[: _LAYERS // 2], (("…",), (), (), (), ()), *rows[-_LAYERS // 2 :]]
    total = ((Figure(count, 0, "count"),) for count in (orders.pullback, orders.from_output, orders.from_input))
    yield Table(tuple(column(trace, *title) for title in titles), (*rows, ((heading(trace, "in-all"),), (), *total)))
    side = words.message("one-column" if orders.cells == 1 else "columns-of", cells=orders.cells, start=start)
    lines = [words.message("order-output"), words.message("order-input", side=side)]
    if orders.cells > 1 and orders.pullback:
        counts = {"passes": orders.cells, "forward": orders.pushforward, "backward": orders.pullback}
        lines.append(words.message("order-modes", **counts))
    yield Listing(tuple((line,) for line in lines))


def _layer(layer: Layer) -> tuple[Content, ...]:
    counts = ((Figure(count, 0, "count"),) for count in (layer.pullback, layer.from_output, layer.from_input))
    return (Math(local_term(layer.wire)),), (shape_text((layer.rows, layer.columns)),), *counts


# -- cells ---------------------------------------------------------------------------------------------------------------------


def one_cell(trace: Trace, node: int, index: Cell) -> Iterator[Block]:
    """One cell of a node as value, and as gradient where it has one."""
    for explanation in sides(trace, node, index):
        yield Heading(3, (explanation.head,), explanation.of)
        yield explanation.ladder
        yield Prose((explanation.why,))


def window(trace: Trace, place: Window) -> Iterator[Block]:
    """The cells of an array from some place on, as values, and as gradients where it has them."""
    words = Wording(trace)
    parts = [("value", trace.value_of(place.node))]
    if trace.program.depends[place.node]:
        parts.append(("gradient", trace.gradient_of(place.node)))
    for title, array in parts:
        shown = page(np.asarray(array), place.row, place.column, fixed=place.fixed)
        shape = np.shape(array)
        where = page_text(words.language, shown, shape)
        text = words.message(f"cells-of-{title}", name=Named(place.node), kind=Kind(shape), where=where)
        yield Heading(3, (text,), title)
        columns = (Column((), True), *(Column((text,), True) for text in shown.across))
        rows = (((side,), *((text,) for text in row)) for side, row in zip(shown.down, shown.cells, strict=True))
        # The last row of a vector may be shorter.
        yield Table(columns, tuple((*row, *[()] * (len(columns) - len(row))) for row in rows))


# -- data ----------------------------------------------------------------------------------------------------------------------


def jacobians_data(wires: Sequence[Wire]) -> list[dict[str, Any]]:
    """The Jacobians of some edges for other programs; those of few entries with them."""
    return [_jacobian_data(jacobian(wire)) for wire in wires]


def _jacobian_data(jacobian: Jacobian) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "of": node_id(jacobian.wire.sender),
        "towards": node_id(jacobian.wire.receiver),
        "slot": jacobian.wire.slot,
        "structure": jacobian.structure,
        "shape": [jacobian.rows, jacobian.columns],
        "nonzero": jacobian.nonzero,
        "multiplications": jacobian.multiplications,
    }
    return entry | {"matrix": json_data(jacobian.matrix)} if jacobian.is_formed else entry


def path_data(of: Orders) -> dict[str, Any]:
    """The multiplications along a path, in all and by layer."""
    layers = [
        {"of": node_id(layer.wire.sender), "towards": node_id(layer.wire.receiver), "shape": [layer.rows, layer.columns]}
        | {"pullback": layer.pullback, "from_output": layer.from_output, "from_input": layer.from_input}
        for layer in of.layers
    ]
    totals = {"pullback": of.pullback, "from_output": of.from_output, "from_input": of.from_input}
    return {"start": node_id(of.start), "layers": layers, **totals}


def cell_data(trace: Trace, node: int, index: Cell) -> dict[str, Any]:
    """One cell of a node: its value, and its gradient where it has one, each with the terms that it is the sum of."""
    entry: dict[str, Any] = {"node": node_id(node), "cell": list(index)}
    for each in sides(trace, node, index):
        entry[each.of] = {"value": as_json(each.value), "terms": [*map(as_json, each.terms)]}
    return entry


def array_data(trace: Trace, node: int) -> dict[str, Any]:
    """All cells of a node."""
    gradient = trace.gradient(node)
    sent = None if gradient is None else json_data(gradient.value)
    return {"node": node_id(node), "value": json_data(trace.value_of(node)), "gradient": sent}


# -- figures -------------------------------------------------------------------------------------------------------------------


def size_text(size: int, language: str = ENGLISH) -> str:
    """A number of bytes in words: ``32 bytes``, ``8.2 kB``, ``134 MB``.

    >>> size_text(32), size_text(8192), size_text(134_217_728)
    ('32 bytes', '8.2 kB', '134 MB')
    """
    if size < 1000:
        return message(language, "size-bytes", size=str(size))
    amount, units = size / 1000, iter(("kB", "MB", "GB", "TB", "PB", "EB"))
    unit = next(units)
    # From here on it would be rounded to 1000 of its unit, and from 9.95 on to 10.0, which are three digits.
    while amount >= 999.5:
        amount, unit = amount / 1000, next(units)
    return f"{amount:.1f} {unit}" if amount < 9.95 else f"{amount:.0f} {unit}"


def _bytes(jacobian: Jacobian) -> str:
    return size_text(jacobian.bytes, jacobian.trace.writing.language)


def _size(rows: int, columns: int) -> str:
    return f"{rows:,}×{columns:,}"


def _counted(jacobian: Jacobian) -> str:
    words = Wording(jacobian.trace)
    entries = words.message("entries", count=jacobian.entries)
    return (
        entries
        if jacobian.nonzero == jacobian.entries
        else words.message("entries-not-zero", entries=entries, nonzero=jacobian.nonzero)
    )


def _labels(trace: Trace, node: int, shape: Sequence[int]) -> list[Math]:
    return [Math(named(trace.program, node, index)) for index in product(*map(range, shape))]

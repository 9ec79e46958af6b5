"""One cell of a gradient: the sum of what arrives from every cell that it moves."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from functools import partial
from operator import itemgetter

from graphstep.engine.trace import Trace
from graphstep.engine.wires import Wire
from graphstep.gates.columns import cell_terms, column
from graphstep.gates.notation import TERMS, Term, plain_text
from graphstep.gates.numbers import applies
from graphstep.gates.rule import Cell, Rule
from graphstep.ground.arrays import cell_of
from graphstep.ground.late import np
from graphstep.ground.operands import Operand
from graphstep.ground.records import dataclass
from graphstep.telling.cells.names import cell_name, named
from graphstep.telling.cells.sums import SPELLED_OUT, joint, left_out, share, shown, written
from graphstep.telling.derivatives import change, objective
from graphstep.telling.equations import equation, result
from graphstep.telling.explanation import Rung
from graphstep.telling.ladders import without_repeats
from graphstep.telling.names import name_of
from graphstep.telling.words.catalogue import joined, message


@dataclass(frozen=True, slots=True)
class Product:
    """One term of a cell of a gradient: ``upstream × local``."""

    wire: Wire
    """The wire along which it arrives."""
    cell: Cell
    """The cell of the gate's value that the explained cell moves."""
    upstream: float
    """The gradient of that cell."""
    local: float
    """How much it is moved: an entry of the gate's Jacobian."""
    factor: tuple[Operand, Cell] | None = None
    """Of a gate that multiplies, whose cell the local gradient is; None elsewhere."""

    @property
    def contribution(self) -> float:
        """Upstream × local; 0 where the local gradient is 0, whatever arrives."""
        return self.upstream * self.local if self.local else 0.0


@dataclass(frozen=True, slots=True)
class Products:
    """All terms of a cell, which may be a million, and those that are written."""

    contributions: tuple[float, ...]
    """Every term, in the order of arrival."""
    shown: tuple[Product, ...]
    """The terms that are written."""


def products_of(trace: Trace, node: int, index: Cell) -> Products:
    """The terms of one cell of a node's gradient; none for the output, whose gradient is the seed."""
    contributions: list[float] = []
    # A cell may have a million terms: their numbers are kept, and only the few that are written become objects.
    makers: list[tuple[int, Callable[[int], Product]]] = []
    for wire in () if node == trace.program.output else trace.arrivals(node):
        factors, product = _arriving(wire, index)
        makers.append((len(contributions), product))
        contributions += factors

    def at(place: int) -> Product:
        # By where the terms of each wire begin, the wire that a term came along.
        start, product = makers[bisect_right(makers, place, key=itemgetter(0)) - 1]
        return product(place - start)

    return Products(tuple(contributions), tuple(map(at, shown(range(len(contributions))))))


def cell_gradient(trace: Trace, node: int, index: Cell) -> Term:
    """The gradient of one cell: ``dL/dW₁₂``."""
    return TERMS.derivative(objective(trace), named(trace.program, node, index), change(trace))


def cell_gradient_name(trace: Trace, node: int, index: Cell) -> str:
    """The gradient of one cell as plain text."""
    return plain_text(cell_gradient(trace, node, index))


def gradient_rungs(trace: Trace, index: Cell, products: Products, value: float) -> list[Rung]:
    """The sum in names, in numbers, and its value."""
    count = len(products.contributions)
    if not count:
        return [result(value, trace.writing)]
    names, numbers = [], []
    for product in products.shown:
        upstream = cell_gradient(trace, product.wire.sender, product.cell)
        local = _local(product, index)
        names.append(upstream if local is None else upstream * local)
        arriving = TERMS.number(product.upstream)
        numbers.append(arriving if local is None else arriving * TERMS.number(product.local))
    symbols = Rung(written(names, count), "symbols")
    if count > SPELLED_OUT:
        # A sum with dots is no equation.
        return [symbols, result(value, trace.writing)]
    return without_repeats([symbols, *equation([written(numbers, count)], value, trace.writing)])


def why_gradient(trace: Trace, node: int, index: Cell, products: Products) -> str:
    """One or two sentences: where the terms come from."""
    program, arrivals, count = trace.program, trace.arrivals(node), len(products.contributions)
    name, out = cell_name(program, node, index), name_of(program, program.output)
    say = partial(message, trace.writing.language)
    if node == program.output:
        return say("cell-seed", out=out)
    if not arrivals:
        return say("independent", out=out, name=name)
    readers = list(dict.fromkeys(name_of(program, wire.sender) for wire in arrivals))
    where = joint(say, readers) if len(readers) < 3 else say("cell-gates", gates=len(readers))
    if not count:
        return say("cell-moves-none", name=name, where=where)
    if count == 1:
        (only,) = products.shown
        moved = cell_name(program, only.wire.sender, only.cell)
        return say("cell-moves-one", name=name, moved=moved)
    text = say("cell-moves-ways" if len(arrivals) > 1 else "cell-moves-cells", name=name, where=where, ways=count)
    return joined(trace.writing.language, (text, left_out(trace.writing.language, count)))


def _arriving(wire: Wire, index: Cell) -> tuple[list[float], Callable[[int], Product]]:
    """The terms of one contribution to a cell, and what makes one of them by its place."""
    trace, sender, slot, gate = wire.trace, wire.sender, wire.slot, wire.gate
    upstream = np.asarray(wire.upstream)
    if wire.local is not None:
        only = Product(wire, index, float(upstream[index]), float(np.asarray(wire.local)[index]))
        return [only.contribution], [only].__getitem__
    operands, call = trace.node(sender).operands, trace.call(sender)
    if gate.factors is not None:
        products = [
            Product(wire, term.cell, float(upstream[term.cell]), term.local, (operands[term.factor[0]], term.factor[1]))
            for term in cell_terms(np, gate, call, slot, index)
            if term.factor is not None
        ]
        return [product.contribution for product in products], products.__getitem__
    # Where a value is not finite its slopes are not either, and the explanation shows them as they are.
    with np.errstate(all="ignore"):
        # One column of the Jacobian, by a push of one cell: the matrix is never formed.
        moved = column(np, gate, call, slot, index)
        places = np.flatnonzero(moved)
        arriving, slopes = upstream.ravel()[places], moved.ravel()[places]
        contributions = (arriving * slopes).tolist()

    def product(place: int) -> Product:
        there = tuple(map(int, np.unravel_index(int(places[place]), moved.shape)))
        return Product(wire, there, float(arriving[place]), float(slopes[place]))

    return contributions, product


def _local(product: Product, index: Cell) -> Term | None:
    """The local gradient in symbols; None where it is 1 whatever the values are, so that nobody writes it."""
    wire, trace = product.wire, product.wire.trace
    if product.factor is not None:
        return named(trace.program, *product.factor)
    sender, slot, gate, node = wire.sender, wire.slot, wire.gate, trace.node(wire.sender)
    if gate.cellwise:
        if not (gate.chooses or _by_convention(trace, gate, sender, slot, index)):
            names = [_in_slot(trace, sender, k, index) for k in range(len(node.operands))]
            partial = TERMS.term(gate.partials[slot](TERMS, *names, named(trace.program, sender, index)))
            return None if plain_text(partial) == "1" else partial
    elif _only_moves(trace, gate, sender, slot):
        if product.local == 1:
            return None
        # 1/n where cells are averaged. Any other factor, such as the 2 of dropout, is written as the derivative that it is.
        if count := share(product.local):
            return TERMS.exactly(1) / TERMS.exactly(count)
    by = named(trace.program, wire.receiver, index, wire.use)
    return TERMS.derivative(named(trace.program, sender, product.cell), by, "∂")


def _in_slot(trace: Trace, gate: int, slot: int, index: Cell) -> Term:
    """A cell of what a gate reads, with the number of its use where the gate reads one node in several slots."""
    operands = trace.node(gate).operands
    several = operands.count(operands[slot]) > 1
    return named(trace.program, operands[slot], index, trace.program.use(gate, slot) if several else 0)


def _only_moves(trace: Trace, gate: Rule, sender: int, slot: int) -> bool:
    """Whether a gate copies, moves or adds up cells, so that its Jacobian holds no values."""
    call = trace.call(sender)
    return gate.structure(slot, [value.shape for value in call.inputs], call.options) not in ("dense", "block")


def _by_convention(trace: Trace, gate: Rule, sender: int, slot: int, index: Cell) -> bool:
    """Whether a convention chooses the local gradient of this cell, so that the formula does not give it."""
    cells = [np.float64(cell_of(x, index)) for x in trace.operand_values(sender)]
    with np.errstate(all="ignore"):
        return any(bool(applies(convention, cells)) for convention in gate.conventions if convention.overrules(slot))

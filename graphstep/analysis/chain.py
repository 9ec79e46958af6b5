"""The chain of causes of a number: from a gradient or a value back to the place that made it so.

A gradient that is nan, infinite, 0, huge or tiny has become so at one gate, and everything between that gate and the node where
it is met only passes it on. The chain names every place on that way and ends at the first one: the seed, a gate whose slope is 0,
infinite or extreme, contributions that cancel; or it goes on through values, where a slope is made of one, and ends at the gate
that computes it, a constant or an input.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field
from math import inf, isfinite, isinf, log10
from typing import TYPE_CHECKING, Literal, overload

from graphstep.engine.trace import Trace
from graphstep.engine.wires import Wire
from graphstep.gates.numbers import applies
from graphstep.ground.arrays import Number
from graphstep.ground.late import np
from graphstep.ground.records import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

Symptom = Literal["nan", "infinite", "zero", "huge", "tiny", "ordinary"]
"""What is odd about a number; of an array: a nan or an infinity in any cell, 0 in every cell, the size of its largest cell."""

Ending = Literal["seed", "blocked", "made", "sum", "factor", "gradual", "apart", "given", "constant", "computed"]
"""Where a chain ends: at the seed; at a gate that sends 0 of a gradient that is not 0; at a gate that makes what is not finite;
at contributions of which the sum makes it so; at the gate on the way with the most extreme slope, or at many that share it, or
at the ordinary number with which many gates began; at a node on which the output does not depend; at an input, a constant, or a
gate that computes it from ordinary numbers."""

HUGE = 1e6
"""How many times the seed a gradient is, or 1 a value, that is called huge; its inverse is tiny."""

SHARE = 0.5
"""Of the powers of ten by which a number is extreme, the part that one factor must bring to be named as the cause."""

_ODD: dict[Symptom, Callable[[NDArray[np.float64]], NDArray[np.bool_]]]
_ODD = {"nan": np.isnan, "infinite": np.isinf, "zero": lambda sizes: sizes == 0}

SMALLEST = 5e-324
"""The smallest double."""


@dataclass(frozen=True, slots=True)
class Link:
    """One number on the way: of a node, with the wire that brought it."""

    of: Literal["gradient", "value"]
    """What of the node it is."""
    node: int
    """The node."""
    wire: Wire | None
    """The wire along which the gradient came; None for a value, a sum, the seed, and a gradient that nothing brings."""
    number: Number = field(compare=False)
    """The gradient or the value."""
    step: int | None
    """The step that made it: that computed the value, sent along the wire, added up or seeded; None for an input and for a
    gradient that no step brings."""

    @property
    def at(self) -> int:
        """The node whose gate is the cause: the sender of the wire, else the node itself."""
        return self.node if self.wire is None else self.wire.sender


class Chain(Sequence[Link]):
    """The numbers from the one that was asked for to the one that began it; a link is made when it is looked at."""

    __slots__ = ("_edges", "_start", "_values", "cause", "ending", "symptom", "trace")

    def __init__(
        self,
        trace: Trace,
        symptom: Symptom,
        ending: Ending,
        *,
        start: int | None,
        edges: Sequence[int] = (),
        values: Sequence[int] = (),
        weight: int | None = None,
    ) -> None:
        self.trace = trace
        """The run."""
        self.symptom = symptom
        """What is odd about the number that was asked for."""
        self.ending = ending
        """What the last link is."""
        self._start, self._edges, self._values = start, edges, values
        self.cause = len(self) - 1 if weight is None else weight
        """The place of the link that made it so: the last, or the one with the most extreme factor."""

    def __len__(self) -> int:
        return self._gradients + len(self._values)

    @property
    def _gradients(self) -> int:
        """Links that are gradients: one for each wire, and one more where the last gradient came along none."""
        if self._start is None:
            return 0
        return len(self._edges) + (self.ending in ("seed", "sum", "apart") and not self._values)

    @overload
    def __getitem__(self, index: int) -> Link: ...
    @overload
    def __getitem__(self, index: slice) -> list[Link]: ...
    def __getitem__(self, index: int | slice) -> Link | list[Link]:
        if isinstance(index, slice):
            return [self[n] for n in range(*index.indices(len(self)))]
        n, trace = range(len(self))[index], self.trace
        if n >= self._gradients:
            node = self._values[n - self._gradients]
            return Link("value", node, None, trace.value_of(node), trace.step_of_value(node) or None)
        if n < len(self._edges):
            wire = trace.wire(self._edges[n])
            return Link("gradient", wire.receiver, wire, wire.contribution, wire.step)
        assert self._start is not None, "a chain of gradients starts at a node"
        node = trace.wire(self._edges[-1]).sender if self._edges else self._start
        return Link("gradient", node, None, trace.gradient_of(node), trace.step_of_gradient(node))

    @property
    def beside(self) -> int:
        """Contributions that arrive at the nodes of the way, beside those that it follows."""
        receivers = self.trace.wires.receivers
        return int(np.isin(receivers, receivers[list(self._edges)]).sum()) - len(self._edges)

    @property
    def root(self) -> Link:
        """The place that made it so: what the whole chain is for."""
        return self[self.cause]


@dataclass(frozen=True, slots=True)
class Stretch:
    """The part of a chain of causes that lies within one run: of the program, or of the parts of an opened gate."""

    chain: Chain
    """The links in that run."""
    around: str = ""
    """What stands before a step of it in a position: ``12/p/`` inside p; empty in the program itself."""
    frame: str = ""
    """The name of the opened gate into which, or out of which, the chain comes here."""
    way: Literal["", "out", "in", "otherwise"] = ""
    """How it comes here from the stretch before; ``otherwise`` where the parts of a gate make another number than it does."""


def symptom_of(number: Number, scale: float = 1.0) -> Symptom:
    """What is odd about a number or an array; ``scale`` is the size of an ordinary one."""
    sizes = np.abs(np.asarray(number, np.float64))
    # NumPy's max is nan where any cell is.
    return _symptom(float(sizes.max(initial=0.0)), scale)


def _symptom(size: float, scale: float = 1.0) -> Symptom:
    """The symptom of a largest absolute value, nan where there is one."""
    if size != size:
        return "nan"
    if size == inf:
        return "infinite"
    if size == 0:
        return "zero"
    return "huge" if size > HUGE * scale else "tiny" if size < scale / HUGE else "ordinary"


def why_gradient(trace: Trace, node: int) -> Chain:
    """The chain of causes of a node's gradient, found in time linear in the size of the run."""
    program = trace.program
    if not (program.depends[node] and program.reaches[node]):
        return Chain(trace, "zero", "apart", start=node)
    # A gradient is huge or tiny beside the seed: a backward pass from 1e9 makes 1e9 an ordinary gradient.
    seed = float(np.max(np.abs(trace.seed), initial=0.0))
    symptom = symptom_of(trace.gradient_of(node), seed if isfinite(seed) and seed else 1.0)
    if symptom in ("huge", "tiny", "ordinary"):
        return _largest(trace, node, symptom)
    edges, ending = _followed(trace, node, symptom)
    last = trace.wire(edges[-1]).sender if edges else node
    if symptom == "nan" and _made_of_infinity(trace, last, ending):
        # The infinity of which the nan was made has a beginning of its own.
        more, ending = _followed(trace, last, "infinite")
        edges += more
    # Where neither factor is 0 no gate blocks the way: the gradient shrank along it, and the smallest factor is the cause.
    if ending == "blocked" and _underflows(trace.wire(edges[-1])):
        return _largest(trace, node, "zero", edges)
    if ending not in ("blocked", "made"):
        return Chain(trace, symptom, ending, start=node, edges=edges)
    values, ending = _slope(trace, edges[-1], ending)
    return Chain(trace, symptom, ending, start=node, edges=edges, values=values)


def why_value(trace: Trace, node: int) -> Chain:
    """The chain of causes of a node's value, found in time linear in the size of the run."""
    values, ending = _values(trace, node)
    return Chain(trace, symptom_of(trace.value_of(node)), ending, start=None, values=values)


def cause_of(trace: Trace, n: int) -> int | None:
    """The step before step ``n`` that is the cause of what this one made; None where it begins here, and at the start.

    Of a contribution it is what brought the sender its gradient, of a gradient its largest contribution, of the seed the output,
    of a value the odd operand that it was made of.
    """
    step = trace.step(n)
    if step.event == "start":
        return None
    if step.event == "update":
        return trace.step_of_gradient(step.node)
    if step.event == "seed":
        return trace.step_of_value(step.node) or None
    chain = why_value(trace, step.node) if step.event == "value" else why_gradient(trace, step.node)
    if step.event != "sum" and chain[0].step == n:
        return chain[1].step if len(chain) > 1 else None
    # A contribution beside the one that counts most has a way of its own.
    return chain[0].step if step.sender is None else why_gradient(trace, step.sender)[0].step


# Gradients


def _followed(trace: Trace, start: int, symptom: Symptom) -> tuple[list[int], Ending]:
    """The wires along which 0, an infinity or nan came to a node, and how that began."""
    odd, sizes, receivers = _ODD[symptom], trace.contribution_sizes, trace.wires.receivers
    # By columns, in a few NumPy calls: the chain of one node looks at every wire of the run, and at none as an object.
    carried = odd(trace.gradient_sizes)
    first = _first(odd(sizes), receivers, len(carried))
    begin = first[start]
    # The walk ends where the gradient is not odd yet; and where not all is 0 that arrives, so that contributions cancel.
    first[~carried] = -1
    if symptom == "zero":
        first[receivers[sizes != 0]] = -1
    elif not carried[start]:
        # A nan, of whose contributions one is infinite.
        first[start] = begin
    edges, node = _walk(first.tolist(), trace.wires.senders.tolist(), start)
    if edges and not carried[node]:
        return edges, "blocked" if symptom == "zero" else "made"
    return edges, "seed" if node == trace.program.output else "sum"


def _made_of_infinity(trace: Trace, node: int, ending: Ending) -> bool:
    """Whether the nan that begins at a node is made of an infinite gradient: that of the node, or one that is added up there."""
    if ending == "sum":
        return bool(np.any([np.isinf(wire.contribution).any() for wire in trace.arrivals(node)]))
    return ending == "made" and bool(np.isinf(trace.gradient_of(node)).any())


def _underflows(wire: Wire) -> bool:
    """Whether the 0 that is sent is a product of two numbers that are not 0, too small for a double."""
    local = wire.local
    return local is not None and bool(np.any((np.asarray(wire.upstream) != 0) & (np.asarray(local) != 0)))


def _largest(trace: Trace, start: int, symptom: Symptom, edges: Sequence[int] = ()) -> Chain:
    """The chain along the largest contributions, behind those wires that are given.

    On that way a gradient changes at wires, by a factor, and at nodes, where it is the sum of more than what came along the way.
    The cause is what changes it most, in powers of ten, in the direction that is odd.
    """
    sizes, receivers, senders = trace.contribution_sizes, trace.wires.receivers, trace.wires.senders.tolist()
    gradients = trace.gradient_sizes
    best = np.zeros(len(gradients))
    np.fmax.at(best, receivers, sizes)
    first = _first((sizes == best[receivers]) & (sizes > 0), receivers, len(best))
    way, node = _walk(first.tolist(), senders, senders[edges[-1]] if edges else start)
    edges = [*edges, *way]
    if node != trace.program.output:
        return Chain(trace, symptom, "sum", start=start, edges=edges)
    if symptom == "ordinary" or not edges:
        return Chain(trace, symptom, "seed", start=start, edges=edges)
    sign = 1.0 if symptom == "huge" else -1.0
    # A way of 100,000 wires becomes an array once, not in each of these.
    wires = np.array(edges)
    ends = receivers[wires]
    factors = sign * _powers(sizes[wires], gradients[trace.wires.senders[wires]])
    sums = sign * _powers(gradients[ends], best[ends])
    weight, place = int(np.argmax(factors)), int(np.argmax(sums))
    if sums[place] > factors[weight]:
        return Chain(trace, symptom, "sum", start=start, edges=edges[:place])
    if factors[weight] < SHARE * (factors.sum() + sums.sum()):
        return Chain(trace, symptom, "gradual", start=start, edges=edges, weight=weight)
    values, ending = _slope(trace, edges[weight], "factor")
    if values:
        return Chain(trace, symptom, ending, start=start, edges=edges[: weight + 1], values=values)
    return Chain(trace, symptom, "factor", start=start, edges=edges, weight=weight)


def _powers(sizes: NDArray[np.float64], before: NDArray[np.float64]) -> NDArray[np.float64]:
    """By how many powers of ten sizes differ from those before them; where there was nothing, by none.

    A product that is too small for a double is at most as large as the smallest one.
    """
    there = before > 0
    return np.log10(np.where(there, np.maximum(sizes, SMALLEST), 1.0)) - np.log10(np.where(there, before, 1.0))


def _slope(trace: Trace, edge: int, ending: Ending) -> tuple[list[int], Ending]:
    """The values of which a gate's slope is made what it is, from the gate on; none where the slope is the gate's own doing."""
    wire = trace.wire(edge)
    gate, operands, sizes = wire.gate, trace.node(wire.sender).operands, trace.value_sizes
    nodes = [x for x in operands if isinstance(x, int)]
    sent = _symptom(float(trace.contribution_sizes[edge]) if ending != "factor" else _factor(trace, edge))
    if sent in ("nan", "infinite"):
        odd = [x for x in nodes if not isfinite(sizes[x])]
    elif any(np.any(applies(rule, trace.operand_values(wire.sender))) for rule in gate.conventions):
        # At a kink the slope is a choice, whatever the value is: there the chain ends.
        odd = []
    elif sent == "zero" and len(nodes) == 1 and isinf(sizes[nodes[0]]):
        # The slope of 1/x is 0 where x is infinite.
        odd = nodes
    elif gate.factors is not None or gate.pattern[0] == "switcher":
        # A product: the slope is made of the other factors, or of the same one where it stands there twice.
        others = [x for slot, x in enumerate(operands) if slot != wire.slot and isinstance(x, int)]
        odd = [x for x in (others if len(operands) > 1 else nodes) if _symptom(float(sizes[x])) == sent]
    else:
        odd = [x for x in nodes if len(nodes) == 1 and _symptom(float(sizes[x])) == sent]
    return _values(trace, odd[0]) if odd else ([], ending)


def _factor(trace: Trace, edge: int) -> float:
    """How many times the gradient of its sender a contribution is."""
    return float(trace.contribution_sizes[edge] / trace.gradient_sizes[trace.wire(edge).sender])


# Values


def _values(trace: Trace, node: int) -> tuple[list[int], Ending]:
    """The nodes through which a value became what it is, from the node itself on, and how that began."""
    sizes, nodes = trace.value_sizes, trace.program.nodes
    symptom = _symptom(float(sizes[node]))
    way = _through_wires(trace, node, symptom) if symptom in _ODD else [node]
    if symptom in ("nan", "zero") and any(isinstance(x, int) and isinf(sizes[x]) for x in nodes[way[-1]].operands):
        # inf/inf is nan, and 1/inf is 0.
        way = _through_wires(trace, way[-1], "infinite", way[:-1])
    # What no gradient flows through has no wires: a value of constants, or off the way to the output.
    while (operand := _odd_operand(sizes, way[-1], symptom, trace)) is not None:
        way.append(operand)
    last = nodes[way[-1]]
    if symptom in ("huge", "tiny") and _symptom(float(sizes[way[-1]])) == "ordinary":
        return way, "gradual"
    if last.rule is None:
        return way, "given"
    symptom = _symptom(float(sizes[way[-1]]))
    if symptom in ("nan", "infinite"):
        return way, "made"
    constants = [_symptom(abs(x.value)) for x in last.operands if not isinstance(x, int)]
    return way, "constant" if symptom in constants and symptom != "ordinary" else "computed"


def _through_wires(trace: Trace, start: int, symptom: Symptom, way: Sequence[int] = ()) -> list[int]:
    """The nodes from one to where its 0, infinity or nan began, as far as wires lead, behind those that are given."""
    senders, receivers = trace.wires.senders, trace.wires.receivers
    odd = _ODD[symptom](trace.value_sizes)
    ends: list[int] = receivers.tolist()
    edges, _ = _walk(_first(odd[receivers], senders, len(odd)).tolist(), ends, start)
    return [*way, start, *(ends[edge] for edge in edges)]


def _odd_operand(sizes: NDArray[np.float64], node: int, first: Symptom, trace: Trace) -> int | None:
    """The operand from which a gate has it that its value is odd; None where the gate makes it so itself.

    ``first`` is the symptom of the value that was asked for: of one that is huge or tiny the way goes on through ordinary
    numbers, to the place where it began to grow or to shrink.
    """
    read = [x for x in trace.node(node).operands if isinstance(x, int)]
    symptom = _symptom(float(sizes[node]))
    if symptom in _ODD:
        return next((x for x in read if _ODD[symptom](sizes[x])), None)
    if symptom == "ordinary" and first not in ("huge", "tiny"):
        return None
    # By powers of ten, in either direction: 1/x is tiny where x is huge.
    finite = [x for x in read if 0 < sizes[x] < inf]
    most = max(finite, key=lambda x: abs(log10(sizes[x])), default=None)
    return None if most is None or abs(log10(sizes[most])) < max(1.0, SHARE * abs(log10(sizes[node]))) else most


# Wires


def _first(chosen: NDArray[np.bool_], ends: NDArray[np.int32], nodes: int) -> NDArray[np.int64]:
    """By node the first of the chosen wires that have it as their end, in the order of sending; -1 where there is none."""
    first = np.full(nodes, -1, np.int64)
    wires = np.flatnonzero(chosen)[::-1]
    # Of several writes to one place the last one stays.
    first[ends[wires]] = wires
    return first


def _walk(first: list[int], ends: list[int], node: int) -> tuple[list[int], int]:
    """The wires from a node on, each to its end, and the node where none leads on."""
    # A program may be one row of 100,000 gates: no more is done here for each than must be.
    wires: list[int] = []
    while (wire := first[node]) >= 0:
        wires.append(wire)
        node = ends[wire]
    return wires, node

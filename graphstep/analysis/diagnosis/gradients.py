"""The gradient of every parameter, judged: nan, 0, tiny or huge, with the gate that made it so and what would help.

And the size of the gradient on its way back: from product to product, whether or not there are activations between them.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from math import inf, isfinite
from typing import TYPE_CHECKING

from graphstep.analysis.diagnosis.finding import EXPLODING, VANISHING, Finding
from graphstep.analysis.facts import Continued, Named, Output, Quoted, Reason, reason
from graphstep.analysis.infinities import why_not_finite
from graphstep.analysis.zeros import why_nothing_is_sent
from graphstep.engine.causes import Cause, gradient_causes, value_causes, zero_causes_of
from graphstep.engine.node_columns import has_gate, is_array, reads_constant
from graphstep.engine.trace import Trace
from graphstep.engine.wires import Wire
from graphstep.gates.rule import Rule
from graphstep.ground.arrays import Number, length
from graphstep.ground.late import np
from graphstep.ground.numerals import numeral
from graphstep.language.program import Program

if TYPE_CHECKING:
    from numpy.typing import NDArray

TINY = 1e-10
"""Length of a gradient below which a step along it moves nothing, whatever the learning rate is in practice."""

HUGE = 1e8
"""How many times longer than its parameter (or than 1) a gradient is that is called huge: every step would throw it away."""

CHAIN = {"matmul": 2, "dot": 2, "mul": 5}
"""Products by the number of them from which the gradient is followed: one small factor is a number, five are a chain."""

LOOKED_INTO = 12
"""Parameters with a gradient of 0 of which the reason is looked for: nobody reads more of them."""


def parameters(trace: Trace) -> tuple[int, ...]:
    """The inputs that are meant to get a gradient: not the classes, indices and conditions."""
    program = trace.program
    moves = trace.gradient_sizes[: program.first_gate].tolist()
    inputs = (index for index in range(program.first_gate) if program.depends[index])
    if not any(kind.rule is not None and "data" in kind.rule.pattern for kind in program.columns.of_kinds):
        return tuple(inputs)
    return tuple(index for index in inputs if moves[index] or not _is_data(program, index))


def _is_data(program: Program, index: int) -> bool:
    """Whether a node, and every copy of it, is read only where no gradient is meant to arrive."""
    readers = program.consumers[index]
    return bool(readers) and all(
        _is_data(program, gate) if program.nodes[gate].is_copy else _pattern(program, gate, slot) == "data"
        for gate, slot in readers
    )


def _pattern(program: Program, gate: int, slot: int) -> str:
    rule = program.nodes[gate].rule
    return "" if rule is None else rule.pattern_of(slot)


def judged(trace: Trace, named: frozenset[int]) -> Iterator[Finding]:
    """What is wrong with the gradient of each parameter; ``named`` are the nodes that were told to be not finite already."""
    program, origin, sizes = trace.program, trace.program.origin, trace.gradient_sizes.tolist()
    missing = {} if origin is None else {each.name: each for each in origin.missing}
    usual, ways = _usual(trace), {down: Ways(trace, down) for down in (True, False)}
    unusual = [index for index in parameters(trace) if not usual[index] and 0 not in program.columns.shape(index)]
    zeros = [index for index in unusual if sizes[index] == 0 and program.inputs[index] not in missing][:LOOKED_INTO]
    causes = dict(zip(zeros, zero_causes_of(trace, zeros) if zeros else (), strict=True))
    for index in unusual:
        # The gravest first, and one finding for each parameter.
        if not isfinite(sizes[index]):
            if not _is_known(trace, index, named):
                yield Finding("not finite", index, _bad(trace, index))
        elif sizes[index]:
            yield from _size(trace, index, ways)
        elif (absent := missing.get(program.inputs[index])) is not None:
            key = f"finding-missing-{absent.why.replace('_', '-')}"
            yield Finding("zero", index, (reason(key, name=Named(index), place=absent.place, out=Output()),))
        else:
            # Two are enough to be told: a gradient that ends at many gates mostly does so for one reason.
            yield _zero(trace, index, [*islice(causes.get(index, ()), 2)])


def _usual(trace: Trace) -> list[bool]:
    """By input whether it is a number whose gradient is neither 0 nor tiny nor huge: of thousands most are."""
    inputs = slice(trace.program.first_gate)
    gradients, values, scale = trace.gradient_sizes[inputs], trace.value_sizes[inputs], length(trace.seed)
    small, large = TINY * min(1.0, scale), HUGE * max(1.0, scale)
    with np.errstate(all="ignore"):
        fits = (gradients > 0) & (gradients >= small) & (gradients <= large * np.fmax(values, 1.0)) & np.isfinite(gradients)
    usual: list[bool] = (fits & ~is_array(trace)[inputs]).tolist()
    return usual


def _is_known(trace: Trace, index: int, named: frozenset[int]) -> bool:
    """Whether what is not finite in a gradient comes from a node that was named."""
    for cause in gradient_causes(trace, index):
        before = [x for x in trace.node(cause.node).operands if isinstance(x, int)]
        origins = {cause.node, *(origin for x in before for origin in value_causes(trace, x))}
        if origins & named or (cause.wire is not None and cause.wire.receiver in named):
            return True
    return False


def _bad(trace: Trace, index: int) -> tuple[Reason, ...]:
    why = why_not_finite(trace, index)
    head = reason("finding-gradient-not-finite", name=Named(index))
    return (head,) if why is None else (head, why)


# Zero


def _zero(trace: Trace, index: int, causes: Sequence[Cause]) -> Finding:
    """The finding of a gradient that is 0: the gates where it ends, and what would help."""
    program = trace.program
    head = reason("finding-zero-cells" if program.columns.shape(index) else "finding-zero", name=Named(index))
    if not program.reaches[index]:
        return Finding("zero", index, (reason("finding-independent", head=head, out=Output()),))
    ends = []
    for cause in causes:
        if cause.wire is None and cause.node == program.output:
            return Finding("zero", index, (reason("finding-zero-seed", head=head),))
        if cause.wire is None:
            ends.append(reason("contributions-cancel", name=Named(cause.node)))
        else:
            ends.append(reason("finding-ends", name=Quoted(cause.node), why=Continued(why_nothing_is_sent(cause.wire))))
    cures = dict.fromkeys(filter(None, (_cure(cause.wire) for cause in causes if cause.wire is not None)))
    return Finding("zero", index, (reason("finding-zero-alone", head=head), *ends, *map(reason, cures)))


def _cure(wire: Wire) -> str:
    """The message that says what would let a gradient through that ends at a gate; empty where nothing simple would."""
    gate = wire.gate
    if gate.stops:
        return ""
    if not gate.cellwise:
        return "cure-other-values" if gate.pattern[0] == "switcher" else ""
    if gate.pattern_of(wire.slot) == "dead":
        return "cure-slope"
    if gate.pattern[0] == "switcher":
        return "cure-factor"
    if gate.pattern[0] == "router" and not gate.chooses:
        if wire.slot:
            return "cure-unused"
        return "cure-bounds" if gate.name == "clip" else "cure-router" if gate.activation else ""
    return "cure-saturated" if gate.saturates else ""


# Size


def _size(trace: Trace, index: int, ways: Mapping[bool, Ways]) -> Iterator[Finding]:
    """Whether a gradient that is finite and not 0 is tiny or huge, and where on its way it became so."""
    size, scale = length(trace.gradient_of(index)), length(trace.seed)

    if size < TINY * min(1.0, scale):
        steepest, gate = _steepest(index, ways[True])
        cures = ("cure-tiny",) if gate is None or gate.pattern[0] == "switcher" else ("cure-saturated",) if gate.saturates else ()
        head = reason("finding-tiny", name=Named(index), size=numeral(size, 2))
        yield Finding("vanishing", index, (head, steepest, *map(reason, cures)))
    elif size > HUGE * max(1.0, length(trace.value_of(index))) * max(1.0, scale):
        steepest, gate = _steepest(index, ways[False])
        cure = "cure-huge" if gate is None or gate.pattern[0] == "switcher" else "cure-steep"
        head = reason("finding-huge", name=Named(index), size=numeral(size, 2))
        yield Finding("exploding", index, (head, steepest, reason(cure)))


def _steepest(index: int, ways: Ways) -> tuple[Reason, Rule | None]:
    """At which gate on the way of the largest contributions the gradient changes most; None where it is many gates' doing."""
    worst, total, receiver = ways.from_node(index)
    # The steepest gate is to blame only where it brings half of the powers of ten at least.
    if receiver < 0 or worst * worst < total:
        return reason("steepest-shrinks-gradually" if ways.down else "steepest-grows-gradually"), None
    gate = ways.sender(receiver)
    assert gate is not None, "something has changed on the way to it"
    key = "steepest-shrinks" if ways.down else "steepest-grows"
    came, left = (numeral(ways.size(node), 2) for node in (gate, receiver))
    return reason(key, name=Quoted(gate), came=came, left=left), ways.trace.gate(gate)


class Ways:
    """From every node the way to the output along the largest contributions, on which the size of its gradient is made.

    Ways that have met go on together, so that all of them take as long as one through the whole program.
    """

    def __init__(self, trace: Trace, down: bool) -> None:
        self.trace = trace
        """The run."""
        self.down = down
        """Whether gradients that shrink on the way back are looked for; else those that grow."""
        # By node, from there to the output: the largest change, the receiver at which it is (-1 without one that is larger than
        # 1), and the product of all of them. It is 0 where nobody has been, for a change is never 0.
        self._worst, self._at, self._total = array("d"), array("i"), array("d")

    def from_node(self, index: int) -> tuple[float, float, int]:
        """The largest change on the way from a node, the product of all of them, and the receiver where the largest is."""
        if not self._total:
            count = len(self.trace.program.nodes)
            self._worst, self._at, self._total = array("d", [1.0]) * count, array("i", [-1]) * count, array("d", [0.0]) * count
        way, node = list[int](), index
        while not self._total[node] and (sender := self.sender(node)) is not None:
            way.append(node)
            node = sender
        self._total[node] = self._total[node] or 1.0
        for receiver in reversed(way):
            left, came = self.size(receiver), self.size(node)
            change = (came / left if self.down else left / came) if left and came else 1.0
            # Of two that are equal the one nearer to the receiver.
            if change > 1 and change >= self._worst[node]:
                self._worst[receiver], self._at[receiver] = change, receiver
            else:
                self._worst[receiver], self._at[receiver] = self._worst[node], self._at[node]
            self._total[receiver] = change * self._total[node]
            node = receiver
        return self._worst[index], self._total[index], self._at[index]

    def sender(self, node: int) -> int | None:
        """The gate that sends the largest contribution to a node; None where none arrives, and of the output."""
        arrivals = self.trace.arrivals(node)
        if not arrivals or node == self.trace.program.output:
            return None
        if len(arrivals) == 1:
            return arrivals[0].sender
        # Of numbers the columns say it: of one there are thousands, or thousands stand in a row.
        if self.trace.program.columns.shape(node):
            return arrivals[int(np.argmax([length(wire.contribution) for wire in arrivals]))].sender
        return arrivals[int(np.argmax(self.trace.contribution_sizes[[*arrivals.edges]]))].sender

    def size(self, node: int) -> float:
        """The length of the gradient of a node."""
        if self.trace.program.columns.shape(node):
            return length(self.trace.gradient_of(node))
        return self.trace.gradient_sizes.item(node)


# The way back


def way_back(trace: Trace, faults: Sequence[Finding]) -> Iterator[Finding]:
    """What becomes of the gradient from the last product of a chain to those before it; nothing where layers say it already."""
    if any(finding.kind in ("vanishing", "exploding") for finding in faults):
        return
    program = trace.program
    reached = np.array(program.depends) & np.array(program.reaches)
    reached[: program.first_gate] = False
    for kind, fewest in CHAIN.items():
        # A constant factor only scales.
        chain = np.flatnonzero(has_gate(trace, (kind,)) & reached & ~reads_constant(trace))[::-1]
        if len(chain) < fewest:
            continue
        sizes = [(i, size) for i, size in zip(chain.tolist(), mean_sizes(trace, chain).tolist(), strict=True) if 0 < size < inf]
        if len(sizes) < fewest:
            continue
        start, first = sizes[0]
        # The last product is where the gradient starts: what it has there is 1.
        if (farthest := extreme([size / first for _, size in sizes])) is None:
            continue
        node, size = sizes[farthest]
        text = reason(
            "finding-vanishing-products" if size < first else "finding-exploding-products", out=Output(),
            first=numeral(first, 2), start=Named(start), last=numeral(size, 2), end=Named(node), products=str(len(sizes)),
        )  # fmt: skip
        yield Finding("vanishing" if size < first else "exploding", node, (text,))
        return


def extreme(shares: Sequence[float]) -> int | None:
    """Where of a gradient on its way back least is left, or most; None where it neither vanishes nor explodes.

    ``shares`` are what is left of the first, place by place. Which of the two is looked for is what happens first.
    """
    left = next((share for share in shares if not VANISHING <= share <= EXPLODING), None)
    if left is None:
        return None
    return shares.index(min(shares) if left < VANISHING else max(shares))


def mean_size(gradient: Number) -> float:
    """The root mean square of a gradient."""
    count = np.size(gradient)
    return length(gradient) / float(np.sqrt(count)) if count else float("nan")


def mean_sizes(trace: Trace, nodes: NDArray[np.intp]) -> NDArray[np.float64]:
    """The root mean squares of the gradients of some nodes."""
    sizes = trace.gradient_sizes[nodes]
    for place in np.flatnonzero(is_array(trace)[nodes]).tolist():
        sizes[place] = mean_size(trace.gradient_of(int(nodes[place])))
    return sizes

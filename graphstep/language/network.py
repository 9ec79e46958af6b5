"""A networkx graph becomes a program again: its nodes and edges, read as strictly as a text, and the text that says them.

Everything on a graph is a stranger's: from a file, or from somebody's hands. A gate is looked up by its name, an option is a
number, a flag or a list of these, and the program itself is made by the reader of texts, with all its limits. Where the graph
carries the text that it was made from, and that text says exactly these gates, it is the text; else one is written
(:func:`graphstep.language.source.source_of`), and read, and compared.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Any

from graphstep.gates import GATES
from graphstep.ground import limits
from graphstep.ground.errors import GraphstepError, InputError, LimitError, ReadError, did_you_mean, quoted
from graphstep.ground.late import np
from graphstep.ground.operands import Constant, Operand
from graphstep.ground.records import dataclass
from graphstep.language.attributes import NUMBERS, is_whole, json_of, option_of, shape_of, shown, value_of
from graphstep.language.nodes import Node
from graphstep.language.program import Program
from graphstep.language.read import GRADIENT, read
from graphstep.language.read.characters import normalise
from graphstep.language.read.token import NAME
from graphstep.language.rewrite import read_program
from graphstep.language.setup import REWRITINGS
from graphstep.language.shapes import BROADCAST, infer_shapes
from graphstep.language.source import source_of

if TYPE_CHECKING:
    import networkx

_SHOWN = 4
"""Nodes that an error names."""


@dataclass(frozen=True, slots=True)
class Source:
    """What a graph says, as it would be typed."""

    text: str
    """The text of its program."""
    values: Mapping[str, Any]
    """The values of inputs that it carries."""
    data: tuple[str, ...]
    """The names of inputs that are data."""
    rewriting: Mapping[str, bool]
    """How that text is rewritten, by the name of the option."""


def source(graph: networkx.DiGraph) -> Source:
    """The program of a graph such as :func:`graphstep.language.graph.build` makes, or networkx reads in a file of one.

    A node needs a ``gate``, or is an input; an edge needs its ``slot`` where a gate reads several nodes. Numbers that were
    computed are not looked at, but for the values of inputs. InputError where it is no such graph, with the node and what would
    do.
    """
    return _Reading(graph).source()


class _Reading:
    def __init__(self, graph: networkx.DiGraph) -> None:
        if not hasattr(graph, "in_edges"):
            raise InputError(
                "a program is a text, or a directed networkx graph", hint="an edge goes from what is read to its reader"
            )
        self._graph = graph
        self._rows: dict[Hashable, Mapping[str, Any]] = dict(graph.nodes(data=True))
        gates = sum(_gate_of(row) is not None for row in self._rows.values())
        if gates > limits.GATES:
            raise LimitError(f"a program has at most {limits.GATES:,} gates, and this graph has {gates:,}")
        if not self._rows:
            raise InputError(
                "the graph has no nodes", hint='add one for each input and each gate: graph.add_node("q", gate="mul")'
            )
        self._order = self._ordered()
        self._places = {key: index for index, key in enumerate(self._order)}

    def source(self) -> Source:
        nodes, output = _contracted([self._node(key) for key in self._order], self._output())
        inputs = [node.name or "" for node in nodes if node.rule is None]
        carried = json_of(self._graph.graph.get("data"), [], "the graph", "data")
        data = tuple(name for name in inputs if isinstance(carried, list) and name in carried)
        rows = (self._rows[key] for key in self._order if _gate_of(self._rows[key]) is None)
        values = {
            name: value_of(row["value"], shape_of(row.get("shape")), name)
            for name, row in zip(inputs, rows, strict=True)
            if row.get("value") is not None
        }
        rewriting = {name: True for name in REWRITINGS if self._graph.graph.get(name) is True}
        text = self._graph.graph.get("program")
        # A text that somebody changed beside the nodes says something else, and the nodes count.
        if isinstance(text, str) and self._says(text, rewriting, nodes, output):
            return Source(text, values, data, rewriting)
        return Source(self._written(nodes, output, inputs), values, data, {})

    # -- the order ---------------------------------------------------------------------------------------------------------------

    def _ordered(self) -> list[Hashable]:
        """The nodes behind what they read, inputs first, else in the order of the graph."""
        # Kahn's order with a heap: of the nodes that are ready the first of the graph, so that the same graph is the same text.
        ranks = {key: (_gate_of(row) is not None, place) for place, (key, row) in enumerate(self._rows.items())}
        waiting = {key: self._graph.in_degree(key) for key in self._rows}
        ready = [(ranks[key], key) for key, count in waiting.items() if not count]
        # Ranks are different, so that no two keys are compared.
        heapify(ready)
        order: list[Hashable] = []
        while ready:
            _, key = heappop(ready)
            order.append(key)
            for _, reader in self._graph.out_edges(key):
                waiting[reader] -= 1
                if not waiting[reader]:
                    heappush(ready, (ranks[reader], reader))
        if len(order) < len(self._rows):
            circle = self._circle({key for key, count in waiting.items() if count})
            raise InputError(
                f"the graph goes in a circle: {' → '.join([*map(shown, circle[:_SHOWN]), *['…'] * (len(circle) > _SHOWN)])}",
                hint="a gate reads what is computed before it: take one of these edges out",
            )
        return order

    def _circle(self, rest: set[Hashable]) -> list[Hashable]:
        """One circle, from a node back to it: each of these nodes reads another one of them."""
        key = next(key for key in self._rows if key in rest)
        path: dict[Hashable, int] = {}
        while key not in path:
            path[key] = len(path)
            key = next(operand for operand, _ in self._graph.in_edges(key) if operand in rest)
        return [*list(path)[path[key] :][::-1], list(path)[-1]]

    def _output(self) -> int:
        output = self._graph.graph.get("output")
        if output is not None:
            if not isinstance(output, Hashable) or output not in self._places:
                hint = "it is the key of a node: graph.graph['output'] = …"
                raise InputError(f"the output of the graph is {shown(output)}, and there is no such node", hint=hint)
            return self._places[output]
        ends = [key for key in self._order if not self._graph.out_degree(key)]
        if len(ends) > 1:
            several = ", ".join([*map(shown, ends[:_SHOWN]), *["…"] * (len(ends) > _SHOWN)])
            message = f"nothing reads {len(ends):,} of the nodes, {several}, and a program has one output"
            raise InputError(message, hint=f"say which it is: graph.graph['output'] = {ends[-1]!r:.40}")
        return self._places[ends[0]]

    # -- nodes -------------------------------------------------------------------------------------------------------------------

    def _node(self, key: Hashable) -> Node:
        row, gate = self._rows[key], _gate_of(self._rows[key])
        name, shape = row.get("name"), shape_of(row.get("shape"))
        if gate is None:
            if self._graph.in_degree(key):
                message = f"the node {shown(key)} has no gate, and reads {shown(next(x for x, _ in self._graph.in_edges(key)))}"
                raise InputError(message, hint='say what it computes: gate="add"')
            return Node(None, (), str(key) if name is None else str(name), shape=shape)
        rule = GRADIENT if gate == GRADIENT.name else GATES[gate] if isinstance(gate, str) and gate in GATES else None
        if rule is None:
            hint = did_you_mean(str(gate), GATES) or "gates are called as in docs/reference/gates.md: add, mul, tanh …"
            raise InputError(f"the node {shown(key)} has the gate {shown(gate)}, which is none of ours", hint=hint)
        operands = self._operands(key, row)
        fewest, most = rule.arity
        if len(operands) < fewest or (most is not None and len(operands) > most):
            takes = str(fewest) if fewest == most else f"at least {fewest}" if most is None else f"{fewest} to {most}"
            message = f"the node {shown(key)} reads {len(operands)}, and {gate} takes {takes}"
            raise InputError(message, hint="a slot is an edge from a node, or a number in its constants: {0: 2.0}")
        named = json_of(row.get("options"), {}, f"the node {shown(key)}", "options")
        if not isinstance(named, Mapping):
            raise InputError(f"the options of the node {shown(key)} are no names with values", hint='write {"axis": 0}')
        allowed = {"index"} if gate in ("index", "gather") else {*rule.keywords}
        if strange := [option for option in named if option not in allowed]:
            takes = f"it has {', '.join(sorted(allowed))}" if allowed else f"{gate} has none"
            raise InputError(f"the node {shown(key)} has an option {shown(strange[0])}", hint=takes)
        asked = {option: option_of(value, option, key) for option, value in named.items()}
        # A shape of one axis may be that number.
        sizes = {x: (value,) for x, value in asked.items() if rule.keywords.get(x) == "shape" and is_whole(value)}
        options = tuple(sorted({**asked, **sizes}.items()))
        return Node(rule, operands, None if name is None else str(name), options=options, shape=shape)

    def _operands(self, key: Hashable, row: Mapping[str, Any]) -> tuple[Operand, ...]:
        slots: dict[int, Operand] = {}
        several = self._graph.is_multigraph()
        # The key of an edge is its slot, in a graph of ours; in one of somebody else's an attribute may say it.
        for edge in self._graph.in_edges(key, keys=True, data=True) if several else self._graph.in_edges(key, data=True):
            operand, of = edge[0], edge[-1]
            slot = of.get("slot", edge[2] if several else 0)
            place = self._places[operand]
            self._fill(slots, slot, place, key)
        constants = json_of(row.get("constants"), {}, f"the node {shown(key)}", "constants")
        if not isinstance(constants, Mapping):
            raise InputError(f"the constants of the node {shown(key)} are no slots with numbers", hint="write {1: 2.0}")
        for slot, value in constants.items():
            number = NUMBERS.get(value, value) if isinstance(value, str) else value
            if not isinstance(number, int | float) or isinstance(number, bool):
                raise InputError(f"the constant {shown(value)} of the node {shown(key)} is no number")
            # JSON has texts for keys: {"1": 2.0} is slot 1.
            whole = int(slot) if isinstance(slot, str) and slot.isascii() and slot.isdecimal() and len(slot) < 9 else slot
            self._fill(slots, whole, Constant(float(number), repr(float(number))), key)
        for slot in range(len(slots)):
            if slot not in slots:
                message = f"the node {shown(key)} reads nothing in slot {slot}, and something in slot {max(slots)}"
                raise InputError(message, hint="the slots of a gate are 0, 1, 2, … without a gap, each an edge or a constant")
        return tuple(slots[slot] for slot in range(len(slots)))

    def _fill(self, slots: dict[int, Operand], slot: Any, operand: Operand, key: Hashable) -> None:
        if not is_whole(slot) or slot < 0:
            raise InputError(f"the node {shown(key)} reads in slot {shown(slot)}", hint="a slot is a whole number from 0")
        if slot in slots:
            both = " and ".join(
                f"{x.value:g}" if isinstance(x, Constant) else shown(self._order[x]) for x in (slots[slot], operand)
            )
            message = f"the node {shown(key)} reads {both} in slot {slot}"
            raise InputError(message, hint="one slot reads one node: give each edge its own, graph.add_edge(a, b, slot=1)")
        slots[slot] = operand

    # -- the text ----------------------------------------------------------------------------------------------------------------

    def _says(self, text: str, rewriting: Mapping[str, bool], nodes: Sequence[Node], output: int) -> bool:
        """Whether a text says exactly these nodes, as it stands or once it knows the shapes of the inputs."""
        shapes = {node.name or "": node.shape for node in nodes if node.rule is None}
        # What is counted by an input needs its shape: nothing looks at its cells.
        values = {name: np.broadcast_to(0.0, shape) for name, shape in shapes.items()}
        try:
            program = read_program(text, values, None, **rewriting)
            if _alike(program, nodes, output):
                return True
            return _alike(infer_shapes(program, shapes).program, nodes, output)
        except GraphstepError:
            # It is another program, or none.
            return False

    def _written(self, nodes: Sequence[Node], output: int, inputs: Sequence[str]) -> str:
        """The text that is written for these nodes, once it is read as these nodes."""
        used = {x for node in nodes for x in node.operands if isinstance(x, int)} | {output}
        names: dict[str, int] = {}
        for index, node in enumerate(nodes):
            if node.rule is None and index not in used:
                raise InputError(f"nothing reads the input {quoted(node.name or '')}", hint="take the node out")
            if node.name is not None and names.setdefault(node.name, index) != index:
                raise InputError(f"two nodes are called {quoted(node.name)}", hint="give each a name of its own, or a gate none")
        plain = [node if node.rule is None or _is_name(node.name) else replace(node, name=None) for node in nodes]
        for name in inputs:
            if not _is_name(name):
                hint = "a name is a letter, then letters, digits and _; give the node a name: name='x1'"
                raise InputError(f"an input is called {quoted(name)}, which is no name", hint=hint)
        text = source_of(plain, output)
        try:
            program = read(text, inputs)
        except LimitError:
            raise
        except ReadError as error:
            # The place is one in a text that nobody typed.
            raise InputError(f"no text says what the graph computes: {error.message}", hint=error.hint) from None
        if (odd := _first_difference(program, plain, output)) is not None:
            message = f"no text says what {_called(plain[odd])} computes"
            raise InputError(message, hint="a gate of numbers alone is a number: put it into the constants of what reads it")
        return text


def _called(node: Node) -> str:
    return f"the node {quoted(node.name)}" if node.name else f"a node of the gate {node.gate}"


def _gate_of(row: Mapping[str, Any]) -> Any:
    return row.get("gate")


_NAME = re.compile(NAME)


def _is_name(name: str | None) -> bool:
    return name is not None and len(name) <= limits.NAME and bool(_NAME.fullmatch(name)) and normalise(name) == name


# -- comparing ------------------------------------------------------------------------------------------------------------------


def _contracted(nodes: Sequence[Node], output: int) -> tuple[list[Node], int]:
    """The nodes without the copies that are made where arrays meet: no text says them, and they come back with the shapes.

    Copies that no such meeting asks for are filled arrays. A number that is a gate of its own, as in the gradient of a sum, is
    typed where it is read.
    """
    meeting = [True] * len(nodes)
    read_by = [False] * len(nodes)
    for node in nodes:
        for x in node.operands:
            if isinstance(x, int):
                read_by[x] = True
                # By all that read it: a copy which one of them reads as it is must be said in the text.
                meeting[x] = meeting[x] and node.rule is not None and node.rule.meets is not None
    where: list[Operand] = []
    kept: list[Node] = []
    for index, node in enumerate(nodes):
        operands = tuple(where[x] if isinstance(x, int) else x for x in node.operands)
        source = operands[0] if operands else None
        if node.gate == "constant" and isinstance(source, Constant) and node.name is None and index != output:
            where.append(source)
            continue
        if node.gate == BROADCAST and isinstance(source, int) and read_by[index] and meeting[index] and index != output:
            where.append(source)
            continue
        rule = GATES["fill"] if node.gate == BROADCAST else node.rule
        where.append(len(kept))
        kept.append(replace(node, operands=operands, rule=rule))
    last = where[output]
    assert isinstance(last, int), "the output is a node"
    return kept, last


def _alike(program: Program, nodes: Sequence[Node], output: int) -> bool:
    """Whether a program has these nodes, with their names, in this order."""
    theirs, their_output = _contracted(program.nodes, program.output)
    names = [node.name for node in theirs] == [node.name for node in nodes]
    return names and their_output == output and _first_difference(program, nodes, output) is None


def _first_difference(program: Program, nodes: Sequence[Node], output: int) -> int | None:
    """The first gate of the nodes that a program has not in its place; None where all are there. Names may be others, but for
    inputs, which may be in another order.
    """
    theirs, their_output = _contracted(program.nodes, program.output)
    places = {node.name: index for index, node in enumerate(nodes) if node.rule is None}
    ours: list[int] = []
    gates: Iterator[int] = (index for index, node in enumerate(nodes) if node.rule is not None)
    for node in theirs:
        index = places.get(node.name) if node.rule is None else next(gates, None)
        if index is None:
            return len(nodes) - 1
        ours.append(index)
        if node.rule is not None and _signature(node, ours) != _signature(nodes[index], None):
            return index
    rest = next(gates, None)
    if rest is None and ours[their_output] != output:
        return output
    return rest


def _signature(node: Node, places: Sequence[int] | None) -> tuple[Any, ...]:
    """What a gate is: over the cells of one array max is amax, whatever the text called it."""
    assert node.rule is not None, "an input is no gate"
    name = node.rule.over_cells if node.rule.over_cells and len(node.operands) == 1 else node.rule.name
    operands = tuple((x if places is None else places[x]) if isinstance(x, int) else x.value.hex() for x in node.operands)
    return name, operands, tuple(sorted(node.options))

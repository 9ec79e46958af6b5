"""Programs into programs of the same value: sharing what is equal, taking composite gates apart, and putting them together.

Each rewriting says where every node went, so that a view can follow the learner's place from one program into the other.
All three pass over the nodes in their order, so a program of any depth is rewritten in linear time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache, lru_cache

from graphstep.gates import ELEMENTWISE, Rule
from graphstep.ground import limits
from graphstep.ground.errors import InputError, LimitError
from graphstep.ground.operands import Constant, Operand
from graphstep.ground.records import dataclass
from graphstep.language.backward import substituted
from graphstep.language.nodes import Node
from graphstep.language.program import Program, Rewritten, moved_frames
from graphstep.language.read import Watch, read

SLOTS = ("x", "y", "z")
"""What an expansion calls the inputs of its gate, by slot."""
_PART_WIDTH = 40
"""Characters of an input's expression inside the expression of a part."""


def share(program: Program) -> Rewritten:
    """Equal subexpressions become one node: the same gate with the same inputs in the same order.

    Of several names for one node the first is shown; all of them denote it.
    """
    places: dict[tuple[object, ...], int] = {}
    nodes: list[Node] = []
    where: list[int] = []
    for index, node in enumerate(program.nodes):
        operands = _moved(node.operands, where)
        # The bits of a constant, so that 0 and −0 stay apart and nan is equal to itself.
        key = (node.rule, node.options, *(x if isinstance(x, int) else x.value.hex() for x in operands))
        place = places.setdefault(key if node.rule is not None else (index,), len(nodes))
        if place == len(nodes):
            nodes.append(replace(node, operands=operands))
        elif nodes[place].name is None and node.name is not None:
            nodes[place] = replace(nodes[place], name=node.name)
        where.append(place)
    return _rewritten(program, nodes, where)


def expand(program: Program) -> Rewritten:
    """Composite gates become their parts, until none is left.

    The last part keeps the name and the label of the composite gate. The other parts have no place in the text: they stand where
    the composite gate stands, and carry their expression with them. Raises :class:`~graphstep.ground.errors.LimitError`.
    """
    nodes: list[Node] = []
    where: list[int] = []
    for node in program.nodes:
        operands = _moved(node.operands, where)
        if expansion := expansion_of(node):
            spelled = tuple(_spelled(program, x) for x in node.operands)
            nodes.extend(_parts(node, _deep(expansion), operands, spelled, len(nodes)))
        else:
            nodes.append(replace(node, operands=operands))
        where.append(len(nodes) - 1)
        if len(nodes) - len(program.inputs) > limits.GATES:
            message = f"expanded, this program has more than {limits.GATES:,} gates"
            raise LimitError(message, text=program.text, span=node.span, hint="open single gates instead: the key i")
    return _rewritten(program, nodes, where)


def fold(program: Program) -> Rewritten:
    """Typed expansions become composite gates: ``1/(1 + exp(-u))`` becomes σ.

    Sums and products match in either order. An inner node must have no other use and no name, or it would vanish from under
    someone's eyes.
    """
    result = Rewritten(program, tuple(range(len(program.nodes))))
    while True:
        # A folded gate may be part of a larger one (σ of silu): again, until nothing changes; the table's nesting bounds that.
        folded = _fold_once(result.program)
        if folded is None:
            return result
        result = Rewritten(folded.program, tuple(None if x is None else folded.where[x] for x in result.where))


def _moved(operands: Sequence[Operand], where: Sequence[int]) -> tuple[Operand, ...]:
    return tuple(where[x] if isinstance(x, int) else x for x in operands)


def _rewritten(program: Program, nodes: Sequence[Node], where: Sequence[int]) -> Rewritten:
    names = {name: where[index] for name, index in program.names.items()}
    new = replace(program, nodes=tuple(nodes), output=where[program.output], names=names, frames=moved_frames(program, where))
    return Rewritten(new, tuple(where))


# Expanding


def expansion_of(node: Node) -> str:
    """The expansion of a node's gate, for the node's options; empty where there is none."""
    return "" if node.rule is None or node.rule.expansion is None else node.rule.expansion(node.settings)


@lru_cache(maxsize=256)
def template_of(expansion: str) -> Program:
    """The expansion of a gate as a program of x, y, z, opened by one level."""
    return read(expansion)


@lru_cache(maxsize=256)
def _deep(expansion: str) -> Program:
    """The expansion of a gate down to gates that are not composite."""
    return expand(template_of(expansion)).program


def _parts(node: Node, template: Program, operands: Sequence[Operand], spelled: Sequence[str], first: int) -> Iterator[Node]:
    inputs = len(template.inputs)
    slots = [SLOTS.index(name) for name in template.inputs]
    texts = dict(zip(SLOTS, spelled, strict=False))
    for index in range(inputs, len(template.nodes)):
        part = template.nodes[index]
        read_from: list[Operand] = []
        for x in part.operands:
            if isinstance(x, Constant):
                read_from.append(_settled(x))
            else:
                read_from.append(operands[slots[x]] if x < inputs else first + x - inputs)
        if index == template.output:
            yield replace(node, rule=part.rule, operands=tuple(read_from), options=part.options)
        else:
            text = substituted(template.source_text(index), texts)
            if part.name is not None:
                # A name of the expansion means nothing outside: later parts spell out what it stands for.
                texts[part.name] = text
            yield Node(part.rule, tuple(read_from), None, node.span, text, part.options, frame=node.frame)


def _settled(constant: Constant) -> Constant:
    """A constant of an expansion: it stands nowhere in the text."""
    return Constant(constant.value, constant.text)


def _spelled(program: Program, operand: Operand) -> str:
    if isinstance(operand, Constant):
        return operand.text
    return program.nodes[operand].name or program.label(operand, _PART_WIDTH)


# Folding


@dataclass(frozen=True, slots=True)
class _Pattern:
    gate: Rule
    shape: Program


@cache
def _patterns() -> Mapping[Rule | None, tuple[_Pattern, ...]]:
    """The spellings that fold, by the gate that they end in, the largest first."""
    pairs = [
        _Pattern(gate, read(text))
        for gate in ELEMENTWISE.values()
        if gate.folds and gate.expansion is not None
        for text in (gate.expansion({}), *gate.also)
    ]
    # silu is x·σ(x): the larger pattern takes the smaller one with it, which must not have gone first.
    pairs.sort(key=lambda pattern: -len(pattern.shape.nodes))
    by_last: dict[Rule | None, list[_Pattern]] = {}
    for pattern in pairs:
        by_last.setdefault(pattern.shape.nodes[pattern.shape.output].rule, []).append(pattern)
    return {gate: tuple(patterns) for gate, patterns in by_last.items()}


def _fold_once(program: Program) -> Rewritten | None:
    patterns = _patterns()
    folded: dict[int, Node] = {}
    inside: set[int] = set()
    for index in range(len(program.nodes) - 1, program.first_gate - 1, -1):
        # From the output back, so that the outermost spelling is met before its parts.
        if index in inside:
            continue
        node = program.nodes[index]
        for pattern in patterns.get(node.rule, ()):
            match = _match(program, index, pattern)
            if match is not None:
                operand, inner = match
                folded[index] = replace(node, rule=pattern.gate, operands=(operand,))
                inside |= inner
                break
    if not folded:
        return None
    nodes: list[Node] = []
    # What is inside a folded gate is looked up by nobody: its place here is never used.
    where: list[int] = []
    for index, node in enumerate(program.nodes):
        where.append(len(nodes))
        if index not in inside:
            kept = folded.get(index, node)
            nodes.append(replace(kept, operands=_moved(kept.operands, where)))
    result = _rewritten(program, nodes, where)
    return replace(result, where=tuple(None if i in inside else place for i, place in enumerate(where)))


def _match(program: Program, root: int, pattern: _Pattern) -> tuple[Operand, frozenset[int]] | None:
    """What the pattern's x is at this node, and the nodes between; None where the pattern does not fit."""
    shape = pattern.shape
    for bound in _ways(program, shape, shape.output, root, {}):
        inner = frozenset(x for place, x in bound.items() if place and place != shape.output and isinstance(x, int))
        if all(_is_private(program, x, root, inner) for x in inner):
            return bound[0], inner
    return None


def _is_private(program: Program, index: int, root: int, inner: frozenset[int]) -> bool:
    if program.nodes[index].name is not None or index == program.output:
        return False
    return all(reader == root or reader in inner for reader in program.consumers.gates(index))


def _ways(
    program: Program, shape: Program, wanted: Operand, have: Operand, bound: Mapping[int, Operand]
) -> list[dict[int, Operand]]:
    """Every way in which ``have`` fits ``wanted`` of the pattern: pattern node to node, on top of what was found already.

    It recurses into the pattern, which is a handful of nodes from our own table.
    """
    if isinstance(wanted, Constant):
        return [dict(bound)] if isinstance(have, Constant) and have.value == wanted.value else []
    if wanted in bound:
        return [dict(bound)] if _same(bound[wanted], have) else []
    part = shape.nodes[wanted]
    if part.rule is None:
        return [{**bound, wanted: have}]
    if isinstance(have, Constant):
        return []
    node = program.nodes[have]
    if node.rule is not part.rule or len(node.operands) != len(part.operands):
        return []
    # Both orders of every sum and product: a pattern has a handful, so that the ways stay few.
    orders = [node.operands]
    if part.rule.commutes and len(node.operands) == 2:
        orders.append(node.operands[::-1])
    result = []
    for order in orders:
        ways = [{**bound, wanted: have}]
        for inner_wanted, inner_have in zip(part.operands, order, strict=True):
            ways = [more for way in ways for more in _ways(program, shape, inner_wanted, inner_have, way)]
        result.extend(ways)
    return result


def _same(one: Operand, other: Operand) -> bool:
    if isinstance(one, int) or isinstance(other, int):
        return one == other
    return one.value == other.value


# In :func:`read_program` these names are its keyword arguments, which hide the functions.
_REWRITES = (fold, expand, share)


def read_program(
    text: str,
    given: Collection[str] = (),
    watch: Watch | None = None,
    *,
    share: bool = False,
    expand: bool = False,
    fold: bool = False,
) -> Program:
    """Read a program and rewrite it as asked; ``watch`` is told how much of the text has been read.

    ``given`` are the names that have values (``e`` and ``pi`` are numbers unless they stand there). ``fold`` makes one gate of
    a typed ``1/(1+exp(-u))``, ``expand`` makes many of one ``sigmoid(u)``, ``share`` merges equal subexpressions. ReadError
    where the text cannot be read.
    """
    if expand and fold:
        raise InputError("expanding and folding exclude each other", hint="choose one of expand and fold")
    program = read(text, given, watch)
    for wanted, rewrite in zip((fold, expand, share), _REWRITES, strict=True):
        if wanted:
            program = rewrite(program).program
    return program

"""Cutting a wire in the text of a program: what flows along it is put into ``stop(…)``.

``f = q*z`` becomes ``f = stop(q)*z``: the same values, and on the way back nothing comes from f to q. The text is what anybody
could have typed, so that everything which is made of the program says by itself what was cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from graphstep.ground.errors import Span
from graphstep.ground.operands import Constant, Operand
from graphstep.language.nodes import Node
from graphstep.language.program import Program
from graphstep.language.rewrite import template_of

STOP = "stop"
"""The function whose gate sends nothing back."""

# A number before a name multiplies it, as in 2x.
_TOKENS = re.compile(r"(?P<name>[^\W\d]\w*)|[0-9]+(?:\.[0-9]+)?|#[^\n]*|.", re.DOTALL)


def cut_texts(program: Program, gate: int, slot: int) -> Iterator[str]:
    """The texts in which what a gate reads in a slot may be stopped, the most likely first: a name may stand there twice.

    None where the text does not hold the gate, as for a part of one that was taken apart. :func:`cut_wire` says which is it.
    """
    operand = program.nodes[gate].operands[slot]
    while program.nodes[gate].is_copy and program.nodes[gate].shape:
        # What is broadcast stands where the copies are read.
        ((gate, slot),) = program.consumers[gate]
    node = program.nodes[gate]
    if node.span is None or node.text is not None or not isinstance(operand, int):
        return
    for start, end in _places(program, node, operand, slot):
        text, before, behind = program.text, program.text[:start].rstrip(), program.text[end:].lstrip()
        alone = before.endswith("(") and behind.startswith(")") and not re.search(r"\w\s*\($", before)
        # (x+y)*z has parentheses already.
        yield f"{before[:-1]}{STOP}({text[start:]}" if alone else f"{text[:start]}{STOP}({text[start:end]}){text[end:]}"


def _places(program: Program, node: Node, operand: int, slot: int) -> Iterator[Span]:
    """Where an operand may stand in the text of the gate that reads it."""
    assert node.span is not None, "the gate stands in the text"
    first, last = node.span
    read = program.nodes[operand]
    names = {name for name, index in program.names.items() if index == operand}
    if not names:
        if read.span is not None and read.text is None and first <= read.span[0] < read.span[1] <= last:
            yield read.span
        return
    # Names that stand in the gates which are read here are theirs.
    inner = [
        program.nodes[x].span
        for x in node.operands
        if isinstance(x, int) and program.nodes[x].name is None and program.nodes[x].text is None
    ]
    spans = [
        match.span()
        for match in _TOKENS.finditer(program.text, first, last)
        if match["name"] in names and not any(span and span[0] <= match.start() < span[1] for span in inner)
    ]
    # x*x reads x twice: which of the two stands in this slot is a guess from left to right, and tried first.
    mine = sum(x == operand for x in node.operands[:slot])
    yield from [*spans[mine : mine + 1], *spans[:mine], *spans[mine + 1 :]]


def alignment(old: Program, new: Program) -> tuple[int, ...] | None:
    """By node of a program the one in another that is the same but for stop gates in it; None where there is more to it."""
    where: list[int] = []
    source = list(range(len(new.nodes)))
    place = 0
    for node in old.nodes:
        while place < len(new.nodes) and not _alike(node, new.nodes[place], where, source):
            stop = new.nodes[place]
            if stop.rule is None or not stop.rule.stops or not isinstance(stop.operands[0], int):
                return None
            source[place] = source[stop.operands[0]]
            place += 1
        if place == len(new.nodes):
            return None
        where.append(place)
        place += 1
    return tuple(where) if place == len(new.nodes) and where[old.output] == new.output else None


def _alike(one: Node, other: Node, where: list[int], source: list[int]) -> bool:
    """Whether two nodes are the same, but for stop gates in front of what they read; these give way to their sources."""
    if (one.rule, one.options, one.name, one.shape) != (other.rule, other.options, other.name, other.shape):
        return False
    pairs = zip(one.operands, other.operands, strict=False)
    return len(one.operands) == len(other.operands) and all(_same(x, y, where, source) for x, y in pairs)


def _same(x: Operand, y: Operand, where: list[int], source: list[int]) -> bool:
    if isinstance(x, Constant) or isinstance(y, Constant):
        return isinstance(x, Constant) and isinstance(y, Constant) and x.value.hex() == y.value.hex()
    return where[x] == source[y]


def cut_wire(old: Program, new: Program) -> tuple[int, int] | None:
    """The gate and slot of an old program where a new one has a stop gate more; None where that is not the only difference."""
    where = alignment(old, new)
    if where is None:
        return None
    extra = set(range(len(new.nodes))) - set(where)
    if len(extra) != 1:
        return None
    readers = new.consumers[extra.pop()]
    return (where.index(readers[0][0]), readers[0][1]) if len(readers) == 1 else None


def without_stop(program: Program, stop: int) -> Program:
    """The program with × 1 in place of a stop gate: node by node the same, and the wire is whole."""
    once = template_of("x*1").nodes[-1]
    nodes = list(program.nodes)
    nodes[stop] = replace(nodes[stop], rule=once.rule, operands=(nodes[stop].operands[0], *once.operands[1:]))
    return replace(program, nodes=tuple(nodes))

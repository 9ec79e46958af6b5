"""The inside of a composite gate as a program of its own: its parts, and what it reads as inputs.

Nothing of the program around it moves. Its parts have nodes, steps and a text of their own, and names under that of the gate.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from graphstep.ground.operands import Constant, Operand
from graphstep.ground.records import dataclass
from graphstep.language.nodes import Node
from graphstep.language.program import Program, Scope
from graphstep.language.rewrite import SLOTS, expansion_of, template_of

# An input x, y, z of an expansion, or what it calls q.
_LETTER = re.compile(r"\b[xyzq]\b")


@dataclass(frozen=True, slots=True)
class Argument:
    """An operand of an opened gate, as its parts know it."""

    name: str = ""
    """What its input is called inside; empty where the gate's own letter has to do: ``p.x``."""
    text: str = ""
    """What that stands for outside; empty where the name is the same."""
    constant: Constant | None = None
    """The number that stands there instead of a node."""
    is_data: bool = False
    """Whether nothing that it depends on gets a gradient."""


def is_composite(node: Node) -> bool:
    """Whether a node can be opened: its gate is made of others."""
    return bool(expansion_of(node))


def inside(node: Node, scope: Scope, arguments: Sequence[Argument]) -> Program:
    """The parts of a composite gate, opened by one level, as a program of what the gate reads, by slot.

    Shapes are not inferred. ValueError for a gate that has no parts.
    """
    expansion = expansion_of(node)
    if not expansion:
        raise ValueError("this gate has no parts")
    template = template_of(expansion)
    entries = {letter: argument for letter, argument in zip(SLOTS, arguments, strict=False) if letter in template.inputs}
    names = _input_names(entries, scope)
    # Inputs first, less those that are constants.
    where: list[Operand] = []
    nodes: list[Node] = []
    for letter in template.inputs:
        entry = entries[letter]
        if entry.constant is not None:
            where.append(Constant(entry.constant.value, entry.constant.text))
            continue
        where.append(len(nodes))
        nodes.append(Node(None, name=names[letter], text=entry.text or None))
    text, moved = _spelled(template, scope, names, entries)
    for place, part in enumerate(template.nodes[len(template.inputs) :], len(template.inputs)):
        operands = tuple(where[x] if isinstance(x, int) else x for x in part.operands)
        where.append(len(nodes))
        span = None if part.span is None else (moved[part.span[0]], moved[part.span[1]])
        nodes.append(replace(part, operands=operands, name=_part_name(template, place, scope), span=span))
    data = frozenset(names[letter] for letter, entry in entries.items() if entry.is_data and entry.constant is None)
    output = where[template.output]
    assert isinstance(output, int), "the last part is a gate"
    slots = tuple(SLOTS.index(letter) for letter in template.inputs if entries[letter].constant is None)
    by_name = {node.name or "": i for i, node in enumerate(nodes)}
    return Program(text, tuple(nodes), output, by_name, data, replace(scope, slots=slots))


def _part_name(template: Program, place: int, scope: Scope) -> str:
    return scope.name if place == template.output else f"{scope.name}.{place - len(template.inputs) + 1}"


def _input_names(entries: Mapping[str, Argument], scope: Scope) -> dict[str, str]:
    names: dict[str, str] = {}
    for letter, entry in entries.items():
        names[letter] = entry.name if entry.name and entry.name not in names.values() else f"{scope.name}.{letter}"
    return names


def _spelled(
    template: Program, scope: Scope, names: Mapping[str, str], entries: Mapping[str, Argument]
) -> tuple[str, Sequence[int]]:
    """The expansion with names in place of its letters; and by place in the one text that in the other."""
    own = {name: _part_name(template, place, scope) for name, place in template.names.items() if place >= len(template.inputs)}
    # Every place of the expansion has one in the new text: spans of parts are looked up, and nothing is read again.
    pieces, moved = list[str](), list[int]()
    text, place, length = template.text, 0, 0
    for letter in _LETTER.finditer(text):
        name = letter[0]
        entry = entries.get(name)
        if entry is None or entry.constant is None:
            shown = own.get(name) or names[name]
        else:
            number = entry.constant.text
            shown = number if number.replace(".", "").isalnum() else f"({number})"
        moved += range(length, length + letter.start() - place)
        pieces += [text[place : letter.start()], shown]
        length += letter.start() - place
        moved += [length] * len(name)
        length += len(shown)
        place = letter.end()
    moved += range(length, length + len(text) - place + 1)
    return "".join([*pieces, text[place:]]), moved

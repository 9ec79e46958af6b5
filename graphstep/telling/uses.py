"""The uses of nodes: a node that is read more than once pushes on the output along several wires, and each has a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphstep.language.program import Program


def numbered_uses(program: Program) -> dict[tuple[int, int], int]:
    """The numbers of the uses of every node that brings a gradient along several wires, by reader and slot.

    Uses are counted from left to right in the typed text: a statement after the other, in each an operand after the other.
    """
    nodes = program.nodes
    readers: dict[int, list[tuple[int, int]]] = {}
    visited: set[int] = set()
    for root in (i for i, node in enumerate(nodes) if node.gate is not None and (node.name or i == program.output)):
        if root in visited:
            continue
        visited.add(root)
        stack = [(root, enumerate(nodes[root].operands))]
        while stack:
            reader, rest = stack[-1]
            for slot, x in rest:
                if not isinstance(x, int):
                    continue
                if program.reaches[reader] and program.depends[x]:
                    readers.setdefault(x, []).append((reader, slot))
                if x not in visited and nodes[x].gate is not None and nodes[x].name is None:
                    visited.add(x)
                    stack.append((x, enumerate(nodes[x].operands)))
                    break
            else:
                stack.pop()
    return {use: k for wires in readers.values() if len(wires) > 1 for k, use in enumerate(wires, 1)}

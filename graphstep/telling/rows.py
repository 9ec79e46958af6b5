"""Which vectors are rows: LaTeX sets a vector the way it is used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphstep.ground.operands import Operand
from graphstep.language.program import Program


def rows_of(program: Program) -> Sequence[bool]:
    """By node whether it is a vector that is used as a row: copied into the rows of a matrix, or to the left of one."""
    nodes, consumers = program.nodes, program.consumers
    if not any(len(node.shape) == 1 for node in nodes):
        return _NoRows()
    rows = [False] * len(nodes)
    for index in range(len(nodes) - 1, -1, -1):
        if len(nodes[index].shape) != 1:
            continue
        uses = [use for reader, slot in consumers[index] if (use := _as_row(program, rows, reader, slot)) is not None]
        from_row = nodes[index].gate == "matmul" and _is_vector(program, nodes[index].operands[0])
        rows[index] = all(uses) if uses else from_row
    return rows


def _as_row(program: Program, rows: Sequence[bool], reader: int, slot: int) -> bool | None:
    """Whether a gate reads a vector as a row; None where it does not care."""
    node = program.nodes[reader]
    if node.gate == "broadcast":
        return len(node.shape) > 1
    if node.gate == "matmul":
        return slot == 0
    return rows[reader] if len(node.shape) == 1 and node.rule is not None and node.rule.cellwise else None


def _is_vector(program: Program, operand: Operand) -> bool:
    return isinstance(operand, int) and len(program.nodes[operand].shape) == 1


class _NoRows(Sequence[bool]):
    """The rows of a program without vectors, however many nodes it has."""

    def __len__(self) -> int:
        return 0

    def __getitem__(self, index: Any) -> Any:
        return False

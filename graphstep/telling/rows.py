"""Which vectors are rows: LaTeX sets a vector the way it is used."""

from __future__ import annotations

from graphstep.language.program import Program


def rows_of(program: Program) -> frozenset[int]:
    """The vectors that are used as rows: copied into the rows of a matrix, or to the left of one."""
    if not any(len(kind.shape) == 1 for kind in program.columns.of_kinds):
        return frozenset()
    rows = set[int]()
    nodes, consumers = program.nodes, program.consumers
    # From the output back: what reads a vector cell by cell is a row where it is itself read as one.
    for index in range(len(nodes) - 1, -1, -1):
        if len(nodes[index].shape) != 1:
            continue
        uses = [use for reader, slot in consumers[index] if (use := _as_row(program, rows, reader, slot)) is not None]
        if all(uses) if uses else _from_row(program, index):
            rows.add(index)
    return frozenset(rows)


def _as_row(program: Program, rows: set[int], reader: int, slot: int) -> bool | None:
    """Whether a gate reads a vector as a row; None where it does not care."""
    node, rule = program.nodes[reader], program.nodes[reader].rule
    if rule is not None and rule.rows is not None:
        return rule.rows(slot, node.shape)
    return reader in rows if len(node.shape) == 1 and rule is not None and rule.cellwise else None


def _from_row(program: Program, index: int) -> bool:
    """Whether a vector is made of one that is read as a row."""
    node, rule = program.nodes[index], program.nodes[index].rule
    if rule is None or rule.rows is None:
        return False
    return any(len(program.nodes[source].shape) == 1 and rule.rows(slot, node.shape) for slot, source in node.sources)

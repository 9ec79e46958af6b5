"""What a node is called in a list: its name, or its gate and text."""

from __future__ import annotations

from graphstep.ground.widths import fit, without_controls
from graphstep.language.program import Program
from graphstep.telling.names import names_of


def row_name(program: Program, index: int, width: int) -> str:
    """A node in ``width`` cells: ``x``, ``q = x+y``, ``f = (x+y)*z``; the end is cut where it is long."""
    node = program.nodes[index]
    names = names_of(program)
    # Called as in the graph and the steps; what has a name stands with its text beside it.
    text = program.label(index) if index == program.output or node.name is not None else names.texts[index]
    numbered = names.texts[index] if index in names.definitions else None
    name = names.output if index == program.output else (node.name and names.texts[index]) or numbered
    if numbered is not None:
        text = names.definitions[index]
    if node.rule is not None and name is not None and name != text:
        text = f"{name} = {text}"
    return fit(without_controls(text), width)

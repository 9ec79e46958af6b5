"""Nodes and steps that fit a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.ground.records import dataclass
from graphstep.language.program import node_id
from graphstep.telling.names import names_of

if TYPE_CHECKING:
    from graphstep.engine.trace import Trace

MOST = 50
"""Candidates that are looked for."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A node or a step that fits."""

    node: int
    """The node, or the one that the step is about."""
    step: int | None = None
    """The step; None for the node itself."""
    makes: str = ""
    """``value`` or ``gradient`` where the step stands for what it makes of the node; empty otherwise."""


def search(trace: Trace, wanted: str, most: int = MOST) -> list[Candidate]:
    """The nodes whose name, id, gate or text holds ``wanted``, names first; and the step, where it is a number."""
    word = "".join(wanted.split()).casefold()
    if not word:
        return []
    program, candidates = trace.program, []
    if word.isdecimal() and len(word) < 10 and int(word) <= len(trace):
        step = trace.step(int(word))
        candidates.append(Candidate(step.node, step.n))
    exact = names_of(program).find(wanted.strip())
    if exact is not None:
        candidates.append(Candidate(exact))
    for index, node in enumerate(program.nodes):
        if len(candidates) >= most:
            break
        if index == exact:
            continue
        text = f"{node.name or ''} {node_id(index)} {node.gate or ''} {''.join(program.label(index).split())}".casefold()
        if word in text:
            candidates.append(Candidate(index))
    # What can be done at the first node: go to where its value and its gradient are made.
    if candidates and candidates[0].step is None:
        first = candidates[0].node
        steps = [(trace.step_of_value(first), "value"), (trace.step_of_gradient(first), "gradient")]
        candidates[1:1] = [Candidate(first, n, makes) for n, makes in steps if n]
    return candidates[:most]

"""Nodes and steps that fit a text."""

from __future__ import annotations

import re
from heapq import merge
from itertools import islice
from typing import TYPE_CHECKING

from graphstep.ground.records import dataclass
from graphstep.language.occurrences import folded
from graphstep.language.program import FEW_NODES, Program, node_id
from graphstep.telling.names import names_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
    word = _flat(wanted)
    if not word:
        return []
    program, candidates = trace.program, []
    if word.isdecimal() and len(word) < 10 and int(word) <= len(trace):
        step = trace.step(int(word))
        candidates.append(Candidate(step.node, step.n))
    exact = names_of(program).find(wanted.strip())
    if exact is not None:
        candidates.append(Candidate(exact))
    # Each field is lazy, and asked for no more than can be shown: where many fit, most of the program is never looked at.
    fitting = {index for field in (_names, _ids, _gates, _texts) for index in islice(field(program, word), most)}
    candidates += [Candidate(index) for index in sorted(fitting - {exact})]
    # What can be done at the first node: go to where its value and its gradient are made.
    if candidates and candidates[0].step is None:
        first = candidates[0].node
        steps = [(trace.step_of_value(first), "value"), (trace.step_of_gradient(first), "gradient")]
        candidates[1:1] = [Candidate(first, n, makes) for n, makes in steps if n]
    return candidates[:most]


# Each field of all nodes by itself, in columns: 100,000 nodes are looked through between two letters.


def _names(program: Program, word: str) -> Iterator[int]:
    return (index for index, name in enumerate(program.columns.names) if name and word in folded(name))


def _ids(program: Program, word: str) -> Iterator[int]:
    if re.fullmatch(r"v?[0-9]*", word):
        yield from (index for index in range(len(program.nodes)) if word in node_id(index))


def _gates(program: Program, word: str) -> Iterator[int]:
    columns = program.columns
    kinds = {k for k, kind in enumerate(columns.of_kinds) if kind.rule is not None and word in folded(kind.rule.name)}
    if kinds:
        yield from (index for index, kind in enumerate(columns.kinds) if kind in kinds)


def _texts(program: Program, word: str) -> Iterator[int]:
    # What holds the word need not show it: a label is cut in its middle.
    return (index for index in _candidates(program, word) if word in _flat(program.label(index)))


def _candidates(program: Program, word: str) -> Iterable[int]:
    if len(program.nodes) <= FEW_NODES:
        return range(len(program.nodes))
    occurrences = program.occurrences
    return merge(sorted(program.columns.texts), occurrences.longer() if "…" in word else occurrences.holding(word))


def _flat(text: str) -> str:
    return folded("".join(text.split()))

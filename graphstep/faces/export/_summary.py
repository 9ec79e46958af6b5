"""The middle of a solution that is too long to be worked step by step: what it consists of, and where to look."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from graphstep.faces.export._arrays import mathematics, short
from graphstep.faces.export._markdown import code, inline, plain, table
from graphstep.gates import GATES
from graphstep.telling.explain import explain
from graphstep.telling.kinks import convention
from graphstep.telling.names import names_of, output_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphstep.engine.trace import Trace

_LARGEST = 10
"""Contributions that are listed, the largest first."""

_FIRST = 5
"""Of everything else that is worth a look, how many are listed."""

_LABEL = 40


def summary(trace: Trace, last: int) -> Iterator[str]:
    """What can be said of a large run after step ``last``, in a page."""
    yield from _gates(trace, last)
    sent = int(np.searchsorted(trace.plan.edge_step, last, side="right"))
    problems = [*_not_finite(trace, last, sent), *_conventions(trace, last)]
    if problems:
        yield "\n## Where to look first\n\n"
        yield from (f"- {line}\n" for line in problems)
    if last < trace.plan.seed_step:
        return
    yield "\n## Backward\n\n"
    yield f"{_count(sent, 'contribution')} flowed back.\n"
    yield from _stops(trace, sent)
    yield from _largest(trace, sent)
    yield "\nThe steps themselves are left out: `--format text` tells every one in a line, `--format json` holds them as data.\n"


def _gates(trace: Trace, last: int) -> Iterator[str]:
    program = trace.program
    done = min(last, len(program.nodes) - program.first_gate)
    counts = Counter(node.gate for node in program.nodes[program.first_gate : program.first_gate + done])
    yield "\n## Forward\n\n"
    if not done:
        yield "No gate has computed yet.\n"
        return
    kinds = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0] or ""))
    yield f"{_count(done, 'gate')} computed.\n\n"
    yield from table(("gate", "name", "how many:"), ((plain(GATES[n or ""].symbol), code(n or ""), f"{c:,}") for n, c in kinds))
    if last >= trace.plan.seed_step - 1:
        out = names_of(program).latex(output_name(program))
        yield f"\nThe output is {inline(f'{out} = {mathematics(trace.output)}')}.\n"


def _not_finite(trace: Trace, last: int, sent: int) -> Iterator[str]:
    """The inputs that were given inf or nan, and the first gate, the first nan and the first contribution that made one."""
    nodes, edge = (trace.first_not_finite, trace.first_nan), trace.first_edge_not_finite
    names = names_of(trace.program)
    for given in trace.given_not_finite:
        yield f"The input {inline(names.latex(names.texts[given]))} was given inf or nan, which its users inherit."
    for node in dict.fromkeys(node for node in nodes if node is not None and trace.step_of_value(node) <= last):
        yield from _told(trace, trace.step_of_value(node))
    if edge is not None and edge < sent:
        yield from _told(trace, int(trace.plan.edge_step[edge]))


def _told(trace: Trace, n: int) -> Iterator[str]:
    told = explain(trace, n)
    words = " ".join(note.text for note in told.notes if note.kind != "arrived")
    yield f"Step {n:,}, {plain(told.title)}{_typed(trace, n)}: {plain(words)}"


def _typed(trace: Trace, n: int) -> str:
    """The text of the gate at work, where it has a numbered name."""
    gate = trace.gate_at(n)
    if gate is None or gate not in names_of(trace.program).definitions:
        return ""
    return f" ({code(trace.program.label(gate, _LABEL))})"


def _conventions(trace: Trace, last: int) -> Iterator[str]:
    """The first gates at a kink or a tie."""
    first = trace.program.first_gate
    gates = range(first, min(first + last, len(trace.program.nodes)))
    noted = ((i, note) for i in gates if (note := convention(trace, i)) is not None and note.kind == "convention")
    found = list(islice(noted, _FIRST + 1))
    for index, note in found[:_FIRST]:
        n = trace.step_of_value(index)
        yield f"Step {n:,}, {plain(explain(trace, n).title)}{_typed(trace, n)}: {plain(note.text)}"
    if len(found) > _FIRST:
        yield "More gates stand at a kink or a tie."


def _stops(trace: Trace, sent: int) -> Iterator[str]:
    """Where a gradient arrives and nothing of it goes on."""
    arrived = trace.gradient_sizes[trace.plan.sender[:sent]] != 0
    stops = np.flatnonzero(arrived & (trace.contribution_sizes[:sent] == 0))
    if not stops.size:
        return
    yield f"\n{_count(int(stops.size), 'contribution')} are 0 although a gradient arrived at the gate. The first:\n\n"
    for edge in stops[:_FIRST]:
        n = int(trace.plan.edge_step[edge])
        told = explain(trace, n)
        words = " ".join(note.text for note in told.notes if note.kind == "zero")
        yield f"- Step {n:,}, {plain(told.title)}{_typed(trace, n)}: {plain(words)}\n"


def _largest(trace: Trace, sent: int) -> Iterator[str]:
    sizes = trace.contribution_sizes[:sent]
    if not sizes.size:
        return
    # A stable sort: of equals the one that was sent first. nan counts as the largest.
    order = np.argsort(-np.nan_to_num(sizes, nan=np.inf), kind="stable")[:_LARGEST]
    yield "\nThe largest contributions:\n\n"
    yield from table(
        ("step:", "what happens", "pattern", "upstream · local", "contribution:"), (_sent(trace, int(e)) for e in order)
    )


def _sent(trace: Trace, edge: int) -> tuple[str, ...]:
    n = int(trace.plan.edge_step[edge])
    told = explain(trace, n)
    contribution = trace.contribution_of(edge)
    if told.ladder is None or not isinstance(contribution, int | float):
        # The numbers of arrays would burst the table.
        return f"{n:,}", plain(told.title) + _typed(trace, n), told.pattern, "", short(contribution)
    numbers = next((rung.latex for rung in told.ladder.rungs if rung.kind == "numbers"), "")
    result = inline(told.ladder.latex_result)
    return f"{n:,}", plain(told.title) + _typed(trace, n), told.pattern, inline(numbers) if numbers else "", result


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"

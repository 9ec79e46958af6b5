"""The middle of a solution that is too long to be worked step by step: what it consists of, and where to look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice

from graphstep.analysis.kinks import convention
from graphstep.engine.trace import Trace
from graphstep.engine.wires import Wire, Wires
from graphstep.ground.late import np
from graphstep.telling.document import FULL, Block, Code, Content, Figure, Heading, Listing, Math, Prose, Table
from graphstep.telling.explain import explain
from graphstep.telling.names import names_of
from graphstep.telling.reports.parts import column, equal, heading, output_term, phrase, section, sentence
from graphstep.telling.words.wording import Wording

_LARGEST = 10
"""Contributions that are listed, the largest first."""

_FIRST = 5
"""Of everything else that is worth a look, how many are listed."""

# Characters of a gate's expression beside its name.
_LABEL = 40


def summary(trace: Trace, last: int) -> Iterator[Block]:
    """What can be said of a large run after step ``last``, in a page."""
    yield from _gates(trace, last)
    sent = trace.sent(last)
    problems = (*_not_finite(trace, last, sent), *_conventions(trace, last))
    if problems:
        yield Heading(2, (heading(trace, "where-to-look"),), "where-to-look-first")
        yield Listing(problems)
    if last < trace.seed_step:
        return
    yield section(trace, "backward")
    yield sentence(heading(trace, "flowed-back", count=len(sent)))
    yield from _stops(trace, sent)
    yield from _largest(trace, sent)
    text, json = Code("--format text"), Code("--format json")
    yield Prose(phrase(trace.writing.language, "steps-left-out", text=text, json=json))


def _gates(trace: Trace, last: int) -> Iterator[Block]:
    program = trace.program
    done = min(last, len(program.nodes) - program.first_gate)
    counts = Counter(node.gate or "" for node in program.nodes[program.first_gate : program.first_gate + done])
    yield section(trace, "forward")
    if not done:
        yield sentence(heading(trace, "nothing-computed"))
        return
    # By name where counts are equal: the table does not depend on which gate the program has first.
    kinds = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    yield sentence(heading(trace, "gates-computed", count=done))
    columns = (column(trace, "gate"), column(trace, "name"), column(trace, "how-many", True))
    yield Table(columns, tuple(((program.rules[n].symbol,), (Code(n),), (Figure(count, 0, "count"),)) for n, count in kinds))
    if last >= trace.seed_step - 1:
        equation = equal(output_term(program), trace.output, trace, FULL)
        yield Prose(phrase(trace.writing.language, "output-is", equation=equation))


def _not_finite(trace: Trace, last: int, sent: Wires) -> Iterator[Content]:
    """The inputs that were given inf or nan, and the first gate, the first nan and the first contribution that made one."""
    nodes, edge = (trace.first_not_finite, trace.first_nan), trace.first_edge_not_finite
    names = names_of(trace.program)
    for index in trace.given_not_finite:
        yield phrase(trace.writing.language, "given-not-finite", name=Math(names.operand(index)))
    for node in dict.fromkeys(node for node in nodes if node is not None and trace.step_of_value(node) <= last):
        yield _remarked(trace, trace.step_of_value(node))
    # Edges are numbered in the order in which they send, so that a number says whether it is among those that have.
    if edge is not None and edge < len(sent):
        yield _remarked(trace, sent[edge].step)


def _remarked(trace: Trace, n: int) -> Content:
    """A step with what its notes say."""
    return _line(trace, n, " ".join(note.text for note in explain(trace, n).notes if note.kind != "arrived"))


def _line(trace: Trace, n: int, words: str) -> Content:
    title: Content = (explain(trace, n).title, *_typed(trace, n))
    return phrase(trace.writing.language, "step-remark", step=n, title=title, remark=words)


def _typed(trace: Trace, n: int) -> Content:
    """The text of the gate at work, where it has a numbered name."""
    gate = trace.gate_at(n)
    if gate is None or gate not in names_of(trace.program).definitions:
        return ()
    return " (", Code(trace.program.label(gate, _LABEL)), ")"


def _conventions(trace: Trace, last: int) -> Iterator[Content]:
    """The first gates at a kink or a tie."""
    first = trace.program.first_gate
    gates = range(first, min(first + last, len(trace.program.nodes)))
    noted = ((i, note) for i in gates if (note := convention(trace, i)) is not None and note.kind == "convention")
    # One more than is told, so as to know whether there are more. To look at every gate of a large run would take long.
    shown = list(islice(noted, _FIRST + 1))
    for index, note in shown[:_FIRST]:
        yield _line(trace, trace.step_of_value(index), Wording(trace).note(note).text)
    if len(shown) > _FIRST:
        yield (heading(trace, "more-kinks"),)


def _stops(trace: Trace, sent: Wires) -> Iterator[Block]:
    """Where a gradient arrives and nothing of it goes on."""
    arrived = trace.gradient_sizes[sent.senders] != 0
    stops = np.flatnonzero(arrived & (trace.contribution_sizes[: len(sent)] == 0))
    if not stops.size:
        return
    yield sentence(heading(trace, "stopped-contributions", count=int(stops.size)))
    lines = []
    for edge in stops[:_FIRST].tolist():
        n = sent[edge].step
        lines.append(_line(trace, n, " ".join(note.text for note in explain(trace, n).notes if note.kind == "zero")))
    yield Listing(tuple(lines))


def _largest(trace: Trace, sent: Wires) -> Iterator[Block]:
    sizes = trace.contribution_sizes[: len(sent)]
    if not sizes.size:
        return
    # The sizes are columns of the trace: no wire is made for those that are not listed.
    # A stable sort: of equals the one that was sent first. nan counts as the largest.
    order = np.argsort(-np.nan_to_num(sizes, nan=np.inf), kind="stable")[:_LARGEST]
    yield sentence(heading(trace, "largest-contributions"))
    words = (column(trace, key) for key in ("what-happens", "pattern", "upstream-local"))
    columns = (column(trace, "step", True), *words, column(trace, "contribution", True))
    yield Table(columns, tuple(_sent(sent[edge]) for edge in order.tolist()))


def _sent(wire: Wire) -> tuple[Content, ...]:
    trace, n, contribution = wire.trace, wire.step, wire.contribution
    explanation = explain(trace, n)
    start: tuple[Content, ...] = ((f"{n:,}",), (explanation.title, *_typed(trace, n)), (explanation.pattern,))
    if explanation.ladder is None or not isinstance(contribution, int | float):
        # The numbers of arrays would burst the table.
        return *start, (), (Figure(contribution, trace.writing.digits, "contribution"),)
    numbers = tuple(Math(None, (rung,)) for rung in explanation.ladder.rungs if rung.kind == "numbers")[:1]
    return *start, numbers, (Math(None, explanation.ladder.rungs[-1:]),)

"""A worked backward pass with one wrong line: which is it, and what is right there?

The wrong number is what a misconception comes to, and the lines behind it go on with it, as in anybody's homework. The lines are
the options of a question, so that whoever prints or marks an exercise needs to know nothing of this.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphstep.engine.overrides import Override, OverrideKind, overridden
from graphstep.engine.reruns import every_number
from graphstep.engine.trace import Trace
from graphstep.ground.arrays import number_text
from graphstep.ground.records import dataclass
from graphstep.teaching.exercise.chance import Chance
from graphstep.teaching.exercise.exercise import Blank
from graphstep.teaching.exercise.item import Level
from graphstep.teaching.exercise.niceness import all_nice
from graphstep.teaching.marking.carried import again
from graphstep.teaching.marking.misconceptions import slips
from graphstep.teaching.marking.quantities import Quantity, on_wire, quantity
from graphstep.teaching.marking.question import Question
from graphstep.teaching.marking.solution import Solution
from graphstep.telling.explain import explain
from graphstep.telling.names import name_of
from graphstep.telling.words.catalogue import message
from graphstep.telling.words.wording import Wording


@dataclass(frozen=True, slots=True, eq=False)
class _Fault:
    """One line that could be wrong, and how."""

    line: int
    """Which of the lines, from 0."""
    run: Trace
    """The run that goes on with the wrong number."""
    code: str
    """The misconception, by the id of its message."""
    slip: str
    """What is to be said to whoever has it."""


def lines_of(trace: Trace) -> list[Quantity]:
    """What a backward pass works out, line by line: what is sent along each wire, and the sum at each fork."""
    lines = []
    for n in range(trace.seed_step + 1, trace.last_backward_step + 1):
        step = trace.step(n)
        if step.edge is not None:
            lines.append(on_wire(trace.wire(step.edge), local=False))
        else:
            lines.append(quantity(trace, f"sum {name_of(trace.program, step.node)}"))
    return lines


def faulty(trace: Trace, level: Level, chance: Chance) -> tuple[Blank, ...] | None:
    """The two questions about a backward pass with a mistake that is drawn; None where none of the mistakes can be made well."""
    lines = lines_of(trace)
    faults = list(_faults(trace, lines, level))
    if not faults:
        return None
    # The mistake first and then its place, so that a mistake that can be made in many places is not made more often.
    fault = chance.one(chance.one(_by_mistake(faults)))
    language = trace.writing.language
    # All with the numbers of the wrong run, in which the lines before the mistake are right.
    options = tuple(_written(trace, line, again(line, fault.run)) for line in lines)
    # Two lines that read alike cannot be told apart by whoever chooses one.
    if len(set(options)) < len(options):
        return None
    wrong = lines[fault.line]
    values = ", ".join(f"{name_of(trace.program, n)} = {number_text(trace.value_of(n))}" for n in _gates(trace))
    which, right = message(language, "bug-which", values=values), message(language, "bug-right")
    this, because = message(language, "bug-this"), message(language, "bug-because", slip=fault.slip)
    return (
        Blank("1", _solution(wrong, which, options, fault.line, options[fault.line], this)),
        Blank("2", _solution(wrong, right, (), None, f"{wrong.name} = {number_text(wrong.asked)}", because)),
    )


def _gates(trace: Trace) -> range:
    return range(trace.program.first_gate, len(trace.program.nodes))


def _solution(asked: Quantity, text: str, options: tuple[str, ...], right: int | None, answer: str, because: str) -> Solution:
    ask = "bug-line" if options else "bug-number"
    question = Question(ask, (), because, text, options, ask, 0)
    return Solution(question, asked.trace, text, answer, asked.step, asked.shown_at, None if options else asked, right)


def _written(trace: Trace, line: Quantity, shown: Quantity) -> str:
    """A line in symbols, with the number that somebody came to."""
    ladder = explain(trace, line.step).ladder
    assert ladder is not None, "what is sent and added up has a ladder"
    symbols = [rung.text for rung in ladder.rungs[:-1] if rung.kind == "symbols"]
    return " = ".join([ladder.left_text, *symbols, number_text(shown.asked)])


def _faults(trace: Trace, lines: Sequence[Quantity], level: Level) -> Iterator[_Fault]:
    """Every mistake of the level that leaves nice numbers behind, and one line in which it was made."""
    for place, line in enumerate(lines):
        before = {line.asked}
        for value, why in slips(line):
            code = why.message.removeprefix("slip-")
            if code not in level.mistakes or value in before or not isinstance(value, float):
                continue
            before.add(value)
            kind: OverrideKind = "gradient" if line.kind == "sum" else "contribution"
            # A sum takes the place of a node's gradient, anything else that of what is sent along an edge.
            edge = line.node if line.wire is None else line.wire.edge
            run = overridden(trace, [Override(kind, edge, value)])
            if all_nice(every_number(run)[:, None], level.fineness, level.largest)[0]:
                yield _Fault(place, run, code, Wording(trace).say(why))


def _by_mistake(faults: Sequence[_Fault]) -> list[list[_Fault]]:
    kinds: dict[str, list[_Fault]] = {}
    for fault in faults:
        kinds.setdefault(fault.code, []).append(fault)
    return list(kinds.values())

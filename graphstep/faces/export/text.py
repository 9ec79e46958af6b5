"""The plain narrated trace: the sentences of the debugger, one step a line, for pipes, logs and screen readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.ground.arrays import number_text
from graphstep.telling.derivatives import gradient_name
from graphstep.telling.explain import explain
from graphstep.telling.explanation import Rules
from graphstep.telling.ladders import objective_ladder
from graphstep.telling.names import output_name
from graphstep.telling.reasons import why_gradient

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphstep.engine.trace import Trace

SUFFIX = ".txt"
SUMMARY = "the narrated trace, one step a line"


def export(trace: Trace, at: int | None = None) -> Iterator[str]:
    """The start, every step up to ``at``, and at the end the gradients of the inputs."""
    last, digits = len(trace) if at is None else at, trace.writing.digits
    program = trace.program
    out = output_name(program)
    yield "".join(f"{line}\n" for line in program.text.strip().splitlines())
    yield f"\nstart\n  0  {explain(trace, 0).narrative}\n"
    width = len(str(last))
    phase, rules = "", Rules()
    for n in range(1, last + 1):
        told = rules.brief(explain(trace, n))
        if told.phase != phase:
            phase = told.phase
            yield f"\n{phase}\n"
        yield f"  {n:>{width}}  {told.narrative}\n"
    if last < len(trace):
        yield f"\nstopped at step {last} of {len(trace)}\n"
        return
    yield f"\nresult\n  {out} = {number_text(trace.output, digits)}\n"
    if (objective := objective_ladder(trace)) is not None:
        yield f"  {objective.line}\n"
    if not program.inputs:
        yield "  no input: nothing to differentiate\n"
    for index in range(len(program.inputs)):
        reason = why_gradient(trace, index)
        if not program.depends[index]:
            yield f"  {reason}\n"
            continue
        gradient = number_text(trace.gradient_of(index), digits)
        yield f"  {gradient_name(trace, index)} = {gradient}{f'   {reason}' if reason else ''}\n"

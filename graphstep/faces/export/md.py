"""Markdown: a worked solution to hand out, for Git hosts, notebooks and printers.

The problem, the graph, a table of the forward pass, the backward pass by the chain rule in mathematics and in numbers, and the
gradients with a numeric check beside them. A program too large to be read step by step gets a summary
(:mod:`graphstep.faces.export._summary`).
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from graphstep.faces.drawing.diagram import MORE, WHOLE
from graphstep.faces.export import _arrays as arrays
from graphstep.faces.export._command import made_by
from graphstep.faces.export._graph import goal, graph
from graphstep.faces.export._ladders import ladder_block
from graphstep.faces.export._markdown import code, fence, inline, plain, table
from graphstep.gates.notation import LATEX, latex_style
from graphstep.ground.arrays import shape_text
from graphstep.telling.derivatives import gradient_term
from graphstep.telling.derivatives import objective as objective_term
from graphstep.telling.explain import explain
from graphstep.telling.explanation import Rules
from graphstep.telling.ladders import objective_ladder, value_ladder
from graphstep.telling.names import name_of, names_of, output_name
from graphstep.telling.reasons import why_gradient

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphstep.analysis.witnesses import Row
    from graphstep.engine.trace import Trace
    from graphstep.telling.explanation import Explanation

SUFFIX = ".md"
SUMMARY = "a worked solution to hand out, for Git hosts and notebooks"

BLOCKS = 20
"""Gates up to which every contribution has a block of mathematics to itself; of more they stand in a table."""

LISTED = 60
"""Inputs up to which all of them are listed; of more the largest gradients."""

_SPELLED = 6
_TITLE = 60
_DEFINED = 60
_NOTES = {"convention": "Convention", "warning": "Warning", "zero": "Why zero"}


def export(trace: Trace, at: int | None = None) -> Iterator[str]:
    """The solution as far as step ``at``."""
    last, rules = len(trace) if at is None else at, Rules()
    gates = len(trace.program.nodes) - trace.program.first_gate
    yield from _problem(trace)
    yield from graph(trace, last)
    if gates > WHOLE:
        from graphstep.faces.export._summary import summary

        yield from summary(trace, last)
    else:
        yield from _forward(trace, last, rules, blocks=gates <= BLOCKS)
        yield from _backward(trace, last, rules, blocks=gates <= BLOCKS)
    yield from _gradients(trace, last)
    yield from _updates(trace, last, rules)
    yield from arrays.large(trace, last)
    if last < len(trace):
        yield f"\n*Stopped after step {last:,} of {len(trace):,}.*\n"
    yield from made_by(trace, at)


# -- the problem -------------------------------------------------------------------------------------------------------------


def _problem(trace: Trace) -> Iterator[str]:
    program = trace.program
    text = program.text.strip()
    short = text if len(text) <= _TITLE and "\n" not in text else program.label(program.output, _TITLE)
    yield f"# Backpropagation through {code(short)}\n\n## Problem\n\n"
    if len(text) <= 4_000:
        yield fence(text)
    else:
        yield f"A program of {len(text):,} characters, which begins\n\n{fence(text[:400] + ' …')}"
    names = names_of(program)
    out = inline(names.latex(names.output))
    yield from _definitions(trace)
    inputs = trace.inputs
    if not inputs:
        yield f"\nThere are no inputs: {out} is a constant, and its value is all there is to find.\n"
        return
    free = [name for name in inputs if name not in program.data]
    wanted = "its derivatives with respect to all inputs"
    if len(free) <= _SPELLED:
        wanted = ", ".join(inline(gradient_term(trace, program.names[name]).read(LATEX).text) for name in free)
    if arrays.has_arrays(program):
        yield from arrays.given(trace)
        yield f"\nFind the value of {out}{', and ' if wanted else ''}{wanted}.\n"
    else:
        given = [arrays.given_number(trace, name) for name in islice(inputs, arrays.GIVEN)]
        more = f" and {len(inputs) - arrays.GIVEN:,} more" if len(inputs) > arrays.GIVEN else ""
        yield f"\nGiven {', '.join(given)}{more}, find the value of {out}{', and ' if wanted else ''}{wanted}.\n"
    if (objective := objective_ladder(trace)) is not None:
        array = f"{out} is an array. " if program.nodes[program.output].shape else ""
        yield f"\n{array}What is differentiated is one number, {inline(objective.latex)}.\n"
    if trace.ties == "split":
        yield "\nWhere several inputs of a max tie, they share its gradient equally.\n"


def _definitions(trace: Trace) -> Iterator[str]:
    """The numbered expressions of a program of a few steps, each with what it stands for."""
    names = names_of(trace.program)
    if names.definitions and len(names.definitions) <= _DEFINED:
        listed = ", ".join(f"{code(names.texts[index])} for {code(meant)}" for index, meant in names.definitions.items())
        yield f"\nLong expressions, and those that stand twice, have names here: {listed}.\n"


# -- forward ---------------------------------------------------------------------------------------------------------------------


def _forward(trace: Trace, last: int, rules: Rules, *, blocks: bool) -> Iterator[str]:
    program = trace.program
    steps = range(1, min(last, trace.plan.seed_step - 1) + 1)
    yield "\n## Forward\n\n"
    if not steps:
        yield "No gate has computed yet.\n" if last < len(trace) else "There is no gate: the output is an input.\n"
        return
    yield "Every gate computes its value from its inputs, in the order of the text.\n"
    yield "" if blocks and arrays.has_arrays(program) else "\n"
    if not arrays.has_arrays(program):
        yield from table(("step:", "gate", "formula and numbers", "value:"), (_value_row(trace, n) for n in steps))
        yield from _remarks([rules.brief(explain(trace, n)) for n in steps])
    elif blocks:
        for n in steps:
            yield from _block(trace, n, rules)
    else:
        yield from table(("step:", "gate", "formula", "shape", "value:"), (_shaped_row(trace, n) for n in steps))
        yield from _remarks([rules.brief(explain(trace, n)) for n in steps])
    if last >= trace.plan.seed_step - 1:
        out = names_of(program).latex(output_name(program))
        yield f"\nSo {inline(f'{out} = {latex_style(trace.writing.digits).number(trace.output).text}')}.\n"


def _shaped_row(trace: Trace, n: int) -> tuple[str, ...]:
    """A row of a program of arrays, whose numbers would burst a table."""
    index = trace.step(n).node
    ladder = value_ladder(trace, index)
    # An unnamed short expression is called by its own formula: its ladder begins with numbers.
    formula = ladder.latex_to(1 if ladder.latex_shown[0].kind == "symbols" else 0)
    shape = shape_text(trace.node(index).shape) or "number"
    return str(n), plain(_box(trace, index)), inline(formula), shape, arrays.short(trace.value_of(index))


def _value_row(trace: Trace, n: int) -> tuple[str, str, str, str]:
    index = trace.step(n).node
    ladder = value_ladder(trace, index)
    return str(n), plain(_box(trace, index)), inline(ladder.latex_to(len(ladder.latex_shown) - 1)), inline(ladder.latex_result)


def _box(trace: Trace, index: int) -> str:
    gate = trace.gate(index)
    return "" if gate is None else gate.box(trace.node(index).operands, trace.node(index).options)


# -- backward --------------------------------------------------------------------------------------------------------------------


def _backward(trace: Trace, last: int, rules: Rules, *, blocks: bool) -> Iterator[str]:
    seed = trace.plan.seed_step
    if last < seed:
        return
    told = explain(trace, seed)
    yield "\n## Backward\n\n"
    yield "From the output back to the inputs, every gate takes the gradient of its output (the upstream gradient), "
    yield "multiplies it by its local gradient, and sends the product, its contribution, to its input.\n\n"
    ladder = told.ladder.latex if told.ladder is not None else ""
    yield f"**Step {seed}.** {plain(told.title)}: {inline(ladder)}. {plain(told.why)}\n"
    steps_back = range(seed + 1, min(last, len(trace.plan.events)) + 1)
    if blocks:
        for n in steps_back:
            yield from _block(trace, n, rules)
    elif steps_back:
        steps = [rules.brief(explain(trace, n)) for n in steps_back]
        yield "\n"
        if arrays.has_arrays(trace.program):
            header: tuple[str, ...] = ("step:", "what happens", "pattern", "chain rule", "shape", "result:")
            yield from table(header, (_shaped_send(trace, told) for told in steps))
        else:
            yield from table(("step:", "what happens", "pattern", "chain rule", "numbers", "result:"), map(_row, steps))
        yield from _remarks(steps)


def _block(trace: Trace, n: int, rules: Rules) -> Iterator[str]:
    told = rules.brief(explain(trace, n))
    step = trace.step(n)
    sender = step.sender
    if sender is not None and (trace.gate_at(n - 1) != sender or trace.step(n - 1).event == "seed"):
        yield f"\n### {plain(f'{_box(trace, sender)} at {name_of(trace.program, sender)}')}\n"
    named = f" (*{told.pattern}*)" if told.pattern else ""
    yield f"\n**Step {n}.** {plain(told.title)}{named}.\n\n"
    for ladder in told.before:
        yield f"{ladder_block(ladder)}\n"
    if told.ladder is not None:
        yield ladder_block(told.ladder)
    said = " ".join(plain(text) for text in (told.shapes, told.why, told.jacobian) if text)
    if told.local is not None and sender is not None and trace.node(sender).shape and len(told.local.rungs) > 1:
        yield f"\nLocal gradient, cell by cell:\n\n{ladder_block(told.local)}\n" + (f"{said}\n" if said else "")
    else:
        local = f"Local gradient: {inline(told.local.latex)}." if told.local is not None else ""
        yield "".join(f"\n{text}\n" for text in (" ".join(part for part in (local, said) if part),) if text)
    for note in told.notes:
        text = plain(note.text)
        yield f"\n> **{_NOTES[note.kind]}.** {text}\n" if note.kind in _NOTES else f"\n{text}\n"


def _shaped_send(trace: Trace, told: Explanation) -> tuple[str, ...]:
    """A row of a program of arrays, whose numbers would burst a table."""
    step = trace.step(told.n)
    made = step.contribution if step.edge is not None else step.gradient
    result = "–" if made is None else arrays.short(made)
    shape = shape_text(trace.node(step.node).shape) or "number"
    return str(told.n), plain(told.title), told.pattern, _chain(told), shape, result


def _row(told: Explanation) -> tuple[str, ...]:
    ladder = told.ladder
    assert ladder is not None, "a backward step makes something"
    numbers = next((rung.latex for rung in ladder.rungs if rung.kind == "numbers"), "")
    numbers = inline(numbers) if numbers else ""
    return str(told.n), plain(told.title), told.pattern, _chain(told), numbers, inline(ladder.latex_result)


def _chain(told: Explanation) -> str:
    """The chain rule of a step in symbols, for a cell of a table."""
    if told.ladder is None:
        return ""
    return inline(told.ladder.latex_to(1 if told.ladder.rungs[0].kind in ("symbols", "words") else 0))


def _remarks(steps: list[Explanation]) -> Iterator[str]:
    """What there is to say of the steps of a table besides the table."""
    found = [(told, note) for told in steps for note in told.notes if note.kind in _NOTES]
    if found:
        yield "\n"
    for told, note in found:
        yield f"- **{_NOTES[note.kind]}**, step {told.n}, {plain(told.title)}: {plain(note.text)}\n"


# -- gradients -------------------------------------------------------------------------------------------------------------------


def _gradients(trace: Trace, last: int) -> Iterator[str]:
    program = trace.program
    chosen = _chosen(trace)
    if not chosen or last < trace.plan.seed_step:
        return
    few = len(chosen) < len(program.inputs) - len(program.data)
    yield "\n## Gradients\n\n"
    if few:
        yield f"The {len(chosen)} largest of {len(program.inputs) - len(program.data):,}; `--format json` holds all of them.\n\n"
    shaped = arrays.has_arrays(program)
    shape = ("shape",) if shaped else ()
    if last < len(trace.plan.events):
        yield f"What is known after step {last:,}; {MORE} stands where contributions are still to come.\n\n"
        yield from table(("input", *shape, "value:", "gradient:"), (_partial_row(trace, i, last, shaped) for i in chosen))
        return
    from graphstep.analysis.witnesses import numeric_rows

    witnesses = numeric_rows(trace, chosen)
    differentiated = inline(objective_term(trace).read(LATEX).text)
    header = ("input", *shape, "value:", f"gradient of {differentiated}:", "numeric check:", "relative error:")
    remarks: list[str] = []
    rows = zip(chosen, witnesses, strict=True)
    yield from table(header, (_gradient_row(trace, i, row, remarks, shaped) for i, row in rows))
    if remarks:
        yield "\n"
        yield from remarks
    yield from arrays.gradients(trace, chosen)
    yield f"\nThe numeric check is a central difference: the slope of {goal(trace)} between two runs, with the input a little "
    yield "smaller and a little larger. It uses no local gradient, so it would notice a wrong one.\n"


def _chosen(trace: Trace) -> list[int]:
    """The inputs to list: all of a few; of many those with the largest gradients (nan first), in the order of the program."""
    every = [i for i, name in enumerate(trace.program.inputs) if name not in trace.program.data]
    if len(every) <= LISTED:
        return every
    sizes = trace.gradient_sizes[: len(trace.program.inputs)].tolist()
    return sorted(sorted(every, key=lambda i: (sizes[i] == sizes[i], -sizes[i], i))[:LISTED])


def _partial_row(trace: Trace, index: int, last: int, shaped: bool) -> tuple[str, ...]:
    known = trace.gradient(index, last)
    gradient = "–" if known is None else arrays.short(known.value, "" if known.complete else MORE)
    return *_input(trace, index, shaped), arrays.short(trace.value_of(index)), gradient


def _gradient_row(trace: Trace, index: int, row: Row, remarks: list[str], shaped: bool) -> tuple[str, ...]:
    """A row of the table; what there is to say of it goes to ``remarks``."""
    numeric, error = arrays.checked(row)
    if said := row.explanation or why_gradient(trace, index):
        remarks.append(f"- {inline(names_of(trace.program).latex(trace.program.inputs[index]))}: {plain(said)}\n")
    value, gradient = arrays.short(trace.value_of(index)), arrays.short(trace.gradient_of(index))
    return *_input(trace, index, shaped), value, gradient, numeric, error


def _input(trace: Trace, index: int, shaped: bool) -> tuple[str, ...]:
    name = inline(names_of(trace.program).latex(trace.program.inputs[index]))
    return (name, shape_text(trace.node(index).shape) or "number") if shaped else (name,)


# -- updates ---------------------------------------------------------------------------------------------------------------------


def _updates(trace: Trace, last: int, rules: Rules) -> Iterator[str]:
    """Of a round of training, how the parameters move."""
    steps = range(len(trace.plan.events) + 1, last + 1)
    if not steps:
        return
    yield "\n## Update\n"
    for n in steps:
        yield from _block(trace, n, rules)

"""Markdown: a worked solution to hand out, for Git hosts, notebooks and printers.

The problem, the graph, a table of the forward pass, the backward pass by the chain rule in mathematics and in numbers, and the
gradients with a numeric check beside them. A program too large to be read step by step gets a summary
(:mod:`graphstep.export._summary`).
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from graphstep.arrays import shape_text
from graphstep.diagram import MORE, WHOLE, settled, shown
from graphstep.drawing import draw, text_of
from graphstep.explain import explain, latex_name, name_of, output_name, value_ladder, why_zero
from graphstep.explain.names import LATEX, derivative
from graphstep.export import _arrays as arrays
from graphstep.export._markdown import MERMAID_EDGES, aligned, code, fence, inline, mermaid_label, plain, table
from graphstep.expression import node_id

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphstep.arrays import Number
    from graphstep.diagram import Diagram
    from graphstep.drawing import Marks
    from graphstep.explain import Explanation
    from graphstep.trace import Trace
    from graphstep.witnesses import Row

SUFFIX = ".md"
SUMMARY = "a worked solution to hand out, for Git hosts and notebooks"

BLOCKS = 20
"""Gates up to which every contribution has a block of mathematics to itself; of more they stand in a table."""

LISTED = 60
"""Inputs up to which all of them are listed; of more the largest gradients."""

_SPELLED = 6
_TITLE = 60
_MERMAID_TEXT = 40_000
_NOTES = {"convention": "Convention", "warning": "Warning", "zero": "Why zero"}


def export(trace: Trace, at: int | None = None) -> Iterator[str]:
    """The solution as far as step ``at``."""
    last = len(trace) if at is None else at
    gates = len(trace.program.nodes) - trace.program.first_gate
    yield from _problem(trace)
    yield from _graph(trace, last)
    if gates > WHOLE:
        from graphstep.export._summary import summary

        yield from summary(trace, last)
    else:
        yield from _forward(trace, last, blocks=gates <= BLOCKS)
        yield from _backward(trace, last, blocks=gates <= BLOCKS)
    yield from _gradients(trace, last)
    yield from arrays.large(trace, last)
    if last < len(trace):
        yield f"\n*Stopped after step {last:,} of {len(trace):,}.*\n"


# -- the problem and the graph ---------------------------------------------------------------------------------------------------


def _problem(trace: Trace) -> Iterator[str]:
    program = trace.program
    text = program.text.strip()
    short = text if len(text) <= _TITLE and "\n" not in text else program.label(program.output, _TITLE)
    yield f"# Backpropagation through {code(short)}\n\n## Problem\n\n"
    if len(text) <= 4_000:
        yield fence(text)
    else:
        yield f"A program of {len(text):,} characters, which begins\n\n{fence(text[:400] + ' …')}"
    out = inline(latex_name(output_name(program)))
    inputs = trace.inputs
    if not inputs:
        yield f"\nThere are no inputs: {out} is a constant, and its value is all there is to find.\n"
        return
    free = [name for name in inputs if name not in program.data]
    wanted = "its derivatives with respect to all inputs"
    if len(free) <= _SPELLED:
        output = LATEX.name(latex_name(output_name(program)))
        wanted = ", ".join(inline(derivative(LATEX, output, LATEX.name(latex_name(name)))) for name in free)
    if arrays.has_arrays(program):
        yield from arrays.given(trace)
        yield f"\nFind the value of {out}{', and ' if wanted else ''}{wanted}.\n"
    else:
        given = [inline(f"{latex_name(name)} = {_number(value)}") for name, value in islice(inputs.items(), arrays.GIVEN)]
        more = f" and {len(inputs) - arrays.GIVEN:,} more" if len(inputs) > arrays.GIVEN else ""
        yield f"\nGiven {', '.join(given)}{more}, find the value of {out}{', and ' if wanted else ''}{wanted}.\n"
    if not isinstance(trace.seed, int | float):
        yield f"\nThe gradient of {out} itself is set to {inline(_number(trace.seed))}, cell by cell.\n"
    elif trace.seed != 1:
        yield f"\nThe gradient of {out} itself is set to {inline(_number(trace.seed))}; every gradient is scaled by it.\n"
    elif program.nodes[program.output].shape:
        yield f"\n{out} is an array. What is differentiated is the sum of its cells: the gradient of each of them is 1.\n"
    if trace.ties == "split":
        yield "\nWhere several inputs of a max tie, they share its gradient equally.\n"


def _graph(trace: Trace, last: int) -> Iterator[str]:
    """The graph as Mermaid, and as text for viewers that do not draw it."""
    program, drawn = trace.program, shown(trace, last)
    yield "\n## Graph\n\n"
    if not drawn.whole:
        yield f"The program has {len(program.nodes) - program.first_gate:,} gates. Drawn are the {len(drawn.nodes)} nodes "
        yield "around the gate of this step" if last < len(trace) else "around the output"
        yield "; open wires lead to the others.\n\n"
    else:
        yield "Every gate shows its value and, under it, its gradient"
        yield f" after step {last:,}.\n\n" if last < len(trace) else ": the derivative of the output with respect to it.\n\n"
    written = settled(trace, drawn, last)
    text = text_of(draw(drawn.arrange("compact" if len(drawn.nodes) > BLOCKS else "roomy"), written))
    picture = "".join(_mermaid(drawn, written))
    if len(drawn.edges) < MERMAID_EDGES and len(picture) < _MERMAID_TEXT:
        yield fence(picture, "mermaid")
        yield "\n<details>\n<summary>The same as text: values above the wires, gradients below</summary>\n\n"
        yield fence(text)
        yield "\n</details>\n"
    else:
        yield f"Values stand above the wires, gradients below.\n\n{fence(text)}"
    if any(box.on_wire for box in drawn.boxes):
        yield "\nThe shape of an array stands on its wire; its gradient has the same one. "
        yield "An array too long for its wire is given as the range of its cells, least…greatest.\n"


def _mermaid(drawn: Diagram, written: Marks) -> Iterator[str]:
    yield "flowchart LR\n"
    for box, index in enumerate(drawn.nodes):
        look = drawn.boxes[box]
        head = f"{look.label}   {look.name}" if look.name not in ("", look.label) else look.label
        lines = [head]
        if look.on_wire and box == drawn.output:
            lines.append(f"shape {look.on_wire}")
        if box in written.values:
            lines.append(f"value {_minus(written.values[box])}")
        if box in written.gradients:
            lines.append(f"gradient {_minus(written.gradients[box])}")
        shape = ("([", "])") if index < drawn.program.first_gate else ("[", "]")
        yield f"  {node_id(index)}{shape[0]}{mermaid_label(lines)}{shape[1]}\n"
    for edge in drawn.edges:
        on_wire = drawn.boxes[edge.source].on_wire
        arrow = f"-->|{mermaid_label([on_wire])}|" if on_wire else "-->"
        yield f"  {node_id(drawn.nodes[edge.source])} {arrow} {node_id(drawn.nodes[edge.target])}\n"
    if written.active is not None:
        yield f"  style {node_id(drawn.nodes[written.active])} stroke-width:4px\n"


def _minus(number: str) -> str:
    # Mermaid takes a label that begins with a hyphen and a blank for a list, and a real minus sign reads better anyway.
    return number.replace("-", "−")


# -- forward ---------------------------------------------------------------------------------------------------------------------


def _forward(trace: Trace, last: int, *, blocks: bool) -> Iterator[str]:
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
        yield from _remarks([explain(trace, n) for n in steps])
    elif blocks:
        for n in steps:
            yield from _block(trace, n)
    else:
        yield from table(("step:", "gate", "formula", "shape", "value:"), (_shaped_row(trace, n) for n in steps))
        yield from _remarks([explain(trace, n) for n in steps])
    if last >= trace.plan.seed_step - 1:
        out = latex_name(output_name(program))
        yield f"\nSo {inline(f'{out} = {_number(trace.output)}')}.\n"


def _shaped_row(trace: Trace, n: int) -> tuple[str, ...]:
    """A row of a program of arrays, whose numbers would burst a table."""
    index = trace.step(n).node
    left, rungs = value_ladder(trace, index).in_latex()
    # An unnamed short expression is called by its own formula: its ladder begins with numbers.
    formula = f"{left} = {rungs[0]}" if len(rungs) > 2 else left
    shape = shape_text(trace.node(index).shape)
    return str(n), plain(_box(trace, index)), inline(formula), shape, arrays.short(trace.value_of(index))


def _value_row(trace: Trace, n: int) -> tuple[str, str, str, str]:
    index = trace.step(n).node
    left, rungs = value_ladder(trace, index).in_latex()
    return str(n), plain(_box(trace, index)), inline(" = ".join((left, *rungs[:-1]))), inline(rungs[-1])


def _box(trace: Trace, index: int) -> str:
    gate = trace.gate(index)
    return "" if gate is None else gate.box(trace.node(index).operands, trace.node(index).options)


# -- backward --------------------------------------------------------------------------------------------------------------------


def _backward(trace: Trace, last: int, *, blocks: bool) -> Iterator[str]:
    seed = trace.plan.seed_step
    if last < seed:
        return
    told = explain(trace, seed)
    yield "\n## Backward\n\n"
    yield "From the output back to the inputs, every gate takes the gradient of its output (the upstream gradient), "
    yield "multiplies it by its local gradient, and sends the product, its contribution, to its input.\n\n"
    ladder = told.ladder.latex if told.ladder is not None else ""
    yield f"**Step {seed}.** {plain(told.title)}: {inline(ladder)}. {plain(told.why)}\n"
    if blocks:
        for n in range(seed + 1, last + 1):
            yield from _block(trace, n)
    elif last > seed:
        steps = [explain(trace, n) for n in range(seed + 1, last + 1)]
        yield "\n"
        if arrays.has_arrays(trace.program):
            header: tuple[str, ...] = ("step:", "what happens", "pattern", "chain rule", "shape", "result:")
            yield from table(header, (_shaped_send(trace, told) for told in steps))
        else:
            yield from table(("step:", "what happens", "pattern", "chain rule", "numbers", "result:"), map(_row, steps))
        yield from _remarks(steps)


def _block(trace: Trace, n: int) -> Iterator[str]:
    told = explain(trace, n)
    step = trace.step(n)
    sender = step.sender
    if sender is not None and (trace.gate_at(n - 1) != sender or trace.step(n - 1).event == "seed"):
        yield f"\n### {plain(f'{_box(trace, sender)} at {name_of(trace.program, sender)}')}\n"
    named = f" (*{told.pattern}*)" if told.pattern else ""
    yield f"\n**Step {n}.** {plain(told.title)}{named}.\n\n"
    if told.ladder is not None:
        yield aligned(*told.ladder.in_latex())
    said = " ".join(plain(text) for text in (told.shapes, told.why, told.jacobian) if text)
    if told.local is not None and r"\begin{bmatrix}" in told.local.latex:
        yield f"\nLocal gradient, cell by cell:\n\n{aligned(*told.local.in_latex())}\n{said}\n"
    else:
        local = f"Local gradient: {inline(told.local.latex)}. " if told.local is not None else ""
        yield f"\n{local}{said}\n"
    for note in told.notes:
        text = plain(note.text)
        yield f"\n> **{_NOTES[note.kind]}.** {text}\n" if note.kind in _NOTES else f"\n{text}\n"


def _shaped_send(trace: Trace, told: Explanation) -> tuple[str, ...]:
    """A row of a program of arrays, whose numbers would burst a table."""
    step = trace.step(told.n)
    left, rungs = told.ladder.in_latex() if told.ladder is not None else ("", ("",))
    chain = f"{left} = {rungs[0]}" if len(rungs) > 2 else left
    made = step.contribution if step.edge is not None else step.gradient
    result = "–" if made is None else arrays.short(made)
    return str(told.n), plain(told.title), told.pattern, inline(chain), shape_text(trace.node(step.node).shape), result


def _row(told: Explanation) -> tuple[str, ...]:
    left, rungs = told.ladder.in_latex() if told.ladder is not None else ("", ("",))
    chain = " = ".join((left, *rungs[:1])) if len(rungs) > 2 else left
    numbers = rungs[-2] if len(rungs) > 1 else ""
    return str(told.n), plain(told.title), told.pattern, inline(chain), inline(numbers) if numbers else "", inline(rungs[-1])


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
    if last < len(trace):
        yield f"What is known after step {last:,}; {MORE} stands where contributions are still to come.\n\n"
        yield from table(("input", *shape, "value:", "gradient:"), (_partial_row(trace, i, last, shaped) for i in chosen))
        return
    from graphstep.witnesses import numeric_rows

    witnesses = numeric_rows(trace, chosen)
    out = latex_name(output_name(program))
    header = ("input", *shape, "value:", f"gradient of {inline(out)}:", "numeric check:", "relative error:")
    remarks: list[str] = []
    rows = zip(chosen, witnesses, strict=True)
    yield from table(header, (_gradient_row(trace, i, row, remarks, shaped) for i, row in rows))
    if remarks:
        yield "\n"
        yield from remarks
    yield from arrays.gradients(trace, chosen)
    yield "\nThe numeric check is a central difference: the slope of the output between two runs, with the input a little "
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
    if said := row.explanation or why_zero(trace, index):
        remarks.append(f"- {inline(latex_name(trace.program.inputs[index]))}: {plain(said)}\n")
    value, gradient = arrays.short(trace.value_of(index)), arrays.short(trace.gradient_of(index))
    return *_input(trace, index, shaped), value, gradient, numeric, error


def _input(trace: Trace, index: int, shaped: bool) -> tuple[str, ...]:
    name = inline(latex_name(trace.program.inputs[index]))
    return (name, shape_text(trace.node(index).shape)) if shaped else (name,)


def _number(value: Number) -> str:
    return arrays.mathematics(value)

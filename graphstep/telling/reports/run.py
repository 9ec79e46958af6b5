"""A run as a document: the narration of its steps, and the worked solution to hand out.

The solution is the problem, the graph, the forward pass, the backward pass by the chain rule in symbols and in numbers, and the
gradients with a numeric check beside them. A program too large to be read step by step gets a summary
(:mod:`graphstep.telling.reports.summary`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from graphstep.engine.trace import Trace
from graphstep.telling import document as blocks
from graphstep.telling.derivatives import gradient_term
from graphstep.telling.explain import explain, fact_of
from graphstep.telling.explanation import Explanation, Ladder, Note, Rules
from graphstep.telling.ladders import objective_ladder
from graphstep.telling.names import name_of
from graphstep.telling.reasons import why_gradient
from graphstep.telling.reports import gradients, inputs
from graphstep.telling.reports.large import large
from graphstep.telling.reports.parts import (
    PLACE,
    column,
    equal,
    figure,
    has_arrays,
    heading,
    made_by,
    output_term,
    phrase,
    section,
    sentence,
    shape_words,
    shown,
    strong,
    titled,
)
from graphstep.telling.reports.summary import summary
from graphstep.telling.words.catalogue import joined, joint, message
from graphstep.telling.words.steps import unanswered

APART = 20
"""Gates up to which every contribution has a block of its own; of more they stand in a table."""

# -- the narration -----------------------------------------------------------------------------------------------------------


def narration(trace: Trace, at: int | None = None, *, command: str = "", missing: Sequence[str] = ()) -> blocks.Document:
    """The start, every step up to ``at`` in a paragraph, and at the end the gradients of the inputs.

    ``command`` makes the document again; it does not hold the values of ``missing``.
    """
    last = len(trace) if at is None else at
    body = chain(_narrated(trace, last), made_by(trace.writing.language, command, missing))
    return blocks.Document(inputs.title_of(trace), body, trace.writing.language)


def _narrated(trace: Trace, last: int) -> Iterator[blocks.Block]:
    yield blocks.Typed(trace.program.text.strip())
    language = trace.writing.language
    phase, rules = "", Rules()
    for n in range(last + 1):
        explanation = explain(trace, n) if n == 0 else rules.brief(explain(trace, n))
        if explanation.phase != phase:
            phase = explanation.phase
            yield blocks.Heading(2, (message(language, f"phase-{phase}"),), phase)
        yield blocks.Step(n, last if n else 0, f"step-{n}", explanation.title, explanation.pattern, (_paragraph(explanation),))
    if last < len(trace):
        yield sentence(message(language, "stopped", step=str(last), steps=str(len(trace))))
        return
    yield section(trace, "result")
    yield blocks.Listing(tuple(_results(trace)))


def _paragraph(explanation: Explanation) -> blocks.Prose:
    """Everything that is said of a step, in a row."""
    content: list[blocks.Inline] = []
    local = explanation.local if explanation.local is not None and len(explanation.local.rungs) > 1 else None
    behind, blank = "", joint(explanation.language)
    for key, ladder in (*(("ladder", each) for each in (*explanation.before, explanation.ladder)), ("local-ladder", local)):
        if ladder is not None:
            # A ladder is no text. The language says what stands on either side of it.
            before, _, behind = message(explanation.language, key, ladder=PLACE).partition(PLACE)
            content += [*filter(None, [before]), blocks.Math.of(ladder), f"{behind}{blank}"]
    notes = (note.text for note in explanation.notes)
    sentences = (explanation.shapes, explanation.why, explanation.jacobian, *notes, *explanation.meanings)
    if text := joined(explanation.language, sentences):
        content += [text]
    elif content:
        # A step of which the formula says all ends with it: its full stop without the blank for what would follow.
        content[-1] = behind
    return blocks.Prose(tuple(content))


def _results(trace: Trace) -> Iterator[blocks.Content]:
    program = trace.program
    yield (equal(output_term(program), trace.output, trace, blocks.FULL),)
    if (objective := objective_ladder(trace)) is not None:
        yield (blocks.Math.of(objective),)
    if not program.inputs:
        yield (message(trace.writing.language, "nothing-to-differentiate"),)
    for index in range(len(program.inputs)):
        reason = why_gradient(trace, index)
        if not program.depends[index]:
            yield (reason,)
            continue
        equality = equal(gradient_term(trace, index), trace.gradient_of(index), trace, blocks.FULL)
        yield (equality, "   ", reason) if reason else (equality,)


# -- the solution --------------------------------------------------------------------------------------------------------------


def solution(
    trace: Trace, at: int | None = None, manner: blocks.Manner = blocks.FULL, *, command: str = "", missing: Sequence[str] = ()
) -> blocks.Document:
    """The solution as far as step ``at``. ``command`` makes the document again; it does not hold the values of ``missing``."""
    language, title = trace.writing.language, inputs.title_of(trace)
    head = phrase(language, "backpropagation-through", what=blocks.Code(title))
    return titled(title, _solved(trace, len(trace) if at is None else at, manner), language, command, missing, head)


def _solved(trace: Trace, last: int, manner: blocks.Manner) -> Iterator[blocks.Block]:
    # One memory for the whole document: forward, backward and updates explain each rule once between them.
    rules = Rules()
    gates = len(trace.program.nodes) - trace.program.first_gate
    apart = gates <= APART and not manner.brief
    yield from inputs.problem(trace)
    if manner.drawn:
        yield section(trace, "graph")
        yield blocks.Graph(trace, last, written=not manner.hidden)
    if gates <= blocks.WHOLE:
        yield from _forward(trace, last, rules, manner, apart=apart)
        yield from _backward(trace, last, rules, manner, apart=apart)
    elif not manner.hidden:
        yield from summary(trace, last)
    yield from gradients.gradients(trace, last, manner)
    yield from _updates(trace, last, rules, manner)
    if not manner.hidden:
        yield from large(trace, last)
    if last < len(trace):
        stopped = message(trace.writing.language, "stopped-after", step=f"{last:,}", steps=f"{len(trace):,}")
        yield sentence(blocks.Emphasis(stopped))


# -- forward ---------------------------------------------------------------------------------------------------------------------


def _forward(trace: Trace, last: int, rules: Rules, manner: blocks.Manner, *, apart: bool) -> Iterator[blocks.Block]:
    program, arrays = trace.program, has_arrays(trace.program)
    steps = range(1, min(last, trace.seed_step - 1) + 1)
    yield section(trace, "forward")
    if not steps:
        yield sentence(heading(trace, "nothing-computed" if last < len(trace) else "output-is-input"))
        return
    if not manner.brief:
        yield sentence(heading(trace, "forward-pass"))
    if arrays and apart:
        for n in steps:
            yield step(trace, n, last, rules, manner)
    else:
        formula = ("formula", "shape") if arrays else ("formula" if _short(manner) else "formula-and-numbers",)
        titles = ("step", "gate", *formula, "value")
        columns = tuple(column(trace, key, key in ("step", "value")) for key in titles)
        row = _shaped_row if arrays else _value_row
        explanations = [rules.brief(_explained(trace, n, manner)) for n in steps]
        yield blocks.Table(columns, tuple(row(trace, each, manner) for each in explanations))
        yield from _remarks(explanations, manner)
    if last >= trace.seed_step - 1:
        yield sentence(*phrase(trace.writing.language, "so", what=equal(output_term(program), trace.output, trace, manner)))


def _short(manner: blocks.Manner) -> bool:
    return manner.brief or manner.hidden


def _shaped_row(trace: Trace, explanation: Explanation, manner: blocks.Manner) -> tuple[blocks.Content, ...]:
    """A row of a program of arrays, whose numbers would burst a table."""
    index, ladder = trace.step(explanation.n).node, explanation.ladder
    assert ladder is not None, "a gate computes something"
    # An unnamed short expression is called by its own formula: its ladder begins with numbers.
    formula = blocks.Math(ladder.left, ladder.rungs[: ladder.rungs[0].kind == "symbols"])
    head = (str(explanation.n),), (_box(trace, index),)
    return *head, (formula,), (shape_words(trace, index),), (figure(trace, trace.value_of(index), "value", manner),)


def _value_row(trace: Trace, explanation: Explanation, manner: blocks.Manner) -> tuple[blocks.Content, ...]:
    assert explanation.ladder is not None, "a gate computes something"
    ladder, box = shown(explanation.ladder, manner), _box(trace, trace.step(explanation.n).node)
    return (str(explanation.n),), (box,), (blocks.Math(ladder.left, ladder.rungs[:-1]),), (_result(ladder),)


def _result(ladder: Ladder) -> blocks.Math:
    """The value at the end of a ladder."""
    return blocks.Math(None, ladder.rungs[-1:])


def _box(trace: Trace, index: int) -> str:
    gate = trace.gate(index)
    return "" if gate is None else gate.box(trace.node(index).operands, trace.node(index).options)


# -- backward --------------------------------------------------------------------------------------------------------------------


def _backward(trace: Trace, last: int, rules: Rules, manner: blocks.Manner, *, apart: bool) -> Iterator[blocks.Block]:
    seed = trace.seed_step
    if last < seed:
        return
    yield section(trace, "backward")
    if not manner.brief:
        yield sentence(heading(trace, "backward-pass"))
    explanation = _explained(trace, seed, manner)
    assert explanation.ladder is not None, "the seed has a value"
    ladder, language = blocks.Math.of(shown(explanation.ladder, manner)), trace.writing.language
    if manner.brief:
        start = sentence(*phrase(language, "stated", what=ladder))
    else:
        start = sentence(*phrase(language, "stated-because", what=ladder, why=explanation.why))
    yield blocks.Step(seed, last, f"step-{seed}", explanation.title, "", (start,))
    steps = range(seed + 1, min(last, trace.last_backward_step) + 1)
    if apart:
        for n in steps:
            if (sender := _first_of_gate(trace, n)) is not None:
                title = heading(trace, "gate-at", box=_box(trace, sender), name=name_of(trace.program, sender))
                yield blocks.Heading(3, (title,), f"gate-{sender}")
            yield step(trace, n, last, rules, manner)
    elif steps:
        explanations = [rules.brief(_explained(trace, n, manner)) for n in steps]
        yield _sent_table(trace, explanations, manner)
        yield from _remarks(explanations, manner)


def _first_of_gate(trace: Trace, n: int) -> int | None:
    """The gate that sends in a step for the first time."""
    sender = trace.step(n).sender
    # In the seed step the output gate is at work already, and has not sent yet.
    return None if sender is None or (n - 1 != trace.seed_step and trace.gate_at(n - 1) == sender) else sender


def _sent_table(trace: Trace, explanations: Sequence[Explanation], manner: blocks.Manner) -> blocks.Table:
    arrays = has_arrays(trace.program)
    middle = ["chain-rule", *(["shape"] if arrays else [] if _short(manner) else ["numbers"])]
    titles = ["what-happens", *([] if manner.brief else ["pattern"]), *middle]
    columns = (column(trace, "step", True), *(column(trace, key) for key in titles), column(trace, "result", True))
    rows = []
    for explanation in explanations:
        head: list[blocks.Content] = [(str(explanation.n),), (explanation.title,)]
        if not manner.brief:
            head.append((explanation.pattern,))
        rows.append((*head, *(_shaped_send(trace, explanation, manner) if arrays else _sent(explanation, manner))))
    return blocks.Table(columns, tuple(rows))


def _shaped_send(trace: Trace, explanation: Explanation, manner: blocks.Manner) -> tuple[blocks.Content, ...]:
    """The end of a row of a program of arrays, whose numbers would burst a table."""
    step = trace.step(explanation.n)
    number = step.contribution if step.edge is not None else step.gradient
    result: blocks.Inline = "–" if number is None else figure(trace, number, "contribution", manner)
    return (_chain(explanation),), (shape_words(trace, step.node),), (result,)


def _sent(explanation: Explanation, manner: blocks.Manner) -> tuple[blocks.Content, ...]:
    ladder = explanation.ladder
    assert ladder is not None, "a backward step makes something"
    numbers = next((rung for rung in ladder.rungs if rung.kind == "numbers"), None)
    written: blocks.Content = () if numbers is None else (blocks.Math(None, (numbers,)),)
    middle = () if _short(manner) else (written,)
    return (_chain(explanation),), *middle, (_result(shown(ladder, manner)),)


def _chain(explanation: Explanation) -> blocks.Inline:
    """The chain rule of a step in symbols, for a cell of a table."""
    if explanation.ladder is None:
        return ""
    return blocks.Math(
        explanation.ladder.left, explanation.ladder.rungs[: explanation.ladder.rungs[0].kind in ("symbols", "words")]
    )


# -- steps -----------------------------------------------------------------------------------------------------------------------


def step(trace: Trace, n: int, last: int, rules: Rules, manner: blocks.Manner, *, alone: bool = False) -> blocks.Step:
    """A step as a block."""
    return step_of(trace, rules.brief(_explained(trace, n, manner)), last, manner, alone=alone)


def _explained(trace: Trace, n: int, manner: blocks.Manner) -> Explanation:
    """The blocks that explain a step; where answers are hidden, without them."""
    return unanswered(fact_of(trace.step(n))) if manner.hidden else explain(trace, n)


def step_of(trace: Trace, explanation: Explanation, last: int, manner: blocks.Manner, *, alone: bool = False) -> blocks.Step:
    """What is said of a step as a block: its ladders, its local gradient, what else is said, and its notes.

    ``alone`` says what the numbered names in it stand for: nothing else of the document is in sight.
    """
    n = explanation.n
    parts: list[blocks.Block] = [
        shown(ladder, manner) for ladder in (*explanation.before, explanation.ladder) if ladder is not None
    ]
    sender, local = trace.step(n).sender, explanation.local
    prose = joined(explanation.language, (explanation.shapes, explanation.why, explanation.jacobian))
    if manner.brief:
        prose = ""
    if local is not None and not manner.brief:
        local = shown(local, manner)
        # Of arrays the local gradient is a formula with matrices in it, which would burst a line of prose.
        if sender is not None and trace.node(sender).shape and len(local.rungs) > 1:
            parts += [sentence(heading(trace, "local-by-cell")), local, *([sentence(prose)] if prose else [])]
        else:
            *before, end = phrase(explanation.language, "local-gradient", what=blocks.Math.of(local))
            parts.append(sentence(*before, joined(explanation.language, (f"{end}", prose))))
    elif prose:
        parts.append(sentence(prose))
    if not manner.brief:
        parts += explanation.notes
    if alone and explanation.definitions:
        parts.append(sentence(joined(explanation.language, explanation.meanings)))
    return blocks.Step(n, last, f"step-{n}", explanation.title, explanation.pattern, tuple(parts))


def _remarks(steps: Sequence[Explanation], manner: blocks.Manner) -> Iterator[blocks.Listing]:
    """What there is to say of the steps of a table besides the table."""
    notes = [(explanation, note) for explanation in steps for note in explanation.notes if note.kind in blocks.LABELS]
    if notes and not manner.brief:
        yield blocks.Listing(tuple(_remark(explanation, note) for explanation, note in notes))


def _remark(explanation: Explanation, note: Note) -> blocks.Content:
    label = message(explanation.language, f"label-{note.kind}")
    title = message(explanation.language, "title", title=explanation.title)
    at = message(explanation.language, "at-step", step=str(explanation.n))
    return strong(label, at, joined(explanation.language, (title, note.text)))


def _updates(trace: Trace, last: int, rules: Rules, manner: blocks.Manner) -> Iterator[blocks.Block]:
    """Of a round of training, how the parameters move."""
    steps = range(trace.last_backward_step + 1, last + 1)
    if steps:
        yield section(trace, "update")
    for n in steps:
        yield step(trace, n, last, rules, manner)

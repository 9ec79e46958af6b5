"""What is known of a selected node at some step, in lines for the panel."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from graphstep.analysis.diagnosis import Finding
from graphstep.engine.trace import Trace
from graphstep.faces.explanations import Line
from graphstep.ground.arrays import Number, is_small, number_text, summary
from graphstep.ground.widths import cell_width, padded
from graphstep.language.frames import is_composite
from graphstep.telling.ladders import value_ladder
from graphstep.telling.names import name_of
from graphstep.telling.reasons import why_gradient
from graphstep.telling.reports.diagnosis import finding_text
from graphstep.telling.sizes import same_shape
from graphstep.telling.words.catalogue import kind, message, phrases_of
from graphstep.telling.words.wording import Wording


def inspect(trace: Trace, at: int, index: int, findings: Sequence[Finding] = ()) -> tuple[str, list[Line]]:
    """A title, and lines: what the node is, its value, its gradient, what is wrong there, and what can be done with it."""
    program, node = trace.program, trace.node(index)
    name = name_of(program, index)
    lines: list[Line] = []
    say = partial(message, trace.writing.language)
    value, gradient = trace.value(index, at), trace.gradient(index, at)
    title = say("node-input", name=name) if node.rule is None else say("node-gate", box=node.box, name=program.label(index, 40))
    if node.shape:
        title = say("input-of-kind", name=title, kind=kind(trace.writing.language, node.shape))
    if value is None:
        lines.append([(_label(trace, "value"), "quiet"), (say("node-value-later", step=str(trace.step_of_value(index))), "why")])
    elif node.rule is None or not is_small(value):
        lines += _written("value", trace, value)
    else:
        lines.append([(_label(trace, "value"), "quiet"), (value_ladder(trace, index).line, "value")])
    lines += _gradient(trace, at, index)
    if gradient is not None and gradient.complete:
        reason = why_gradient(trace, index)
        if reason:
            lines.append([(reason, "note")])
        if shape := same_shape(trace, index):
            lines.append([(Wording(trace).say(shape), "why")])
    lines += [[(f"▲ {finding_text(trace, finding)}", "warning")] for finding in findings]
    # By the count that is kept with the program: a weight may have 100,000 readers.
    uses = program.consumers.number(index)
    if uses > 1:
        lines.append([(say("node-uses", uses=uses), "why")])
    lines.append([(say("semicolon").join([*_can(trace, index), say("node-step")]), "quiet")])
    return title, lines


def _can(trace: Trace, index: int) -> list[str]:
    """The actions that apply to the node."""
    node = trace.node(index)
    can = ["node-verify"] if trace.program.depends[index] else []
    if node.rule is None:
        # What only such a node has stands before what every node has.
        can.insert(0, "node-nudge-cell" if node.shape else "node-nudge")
    elif is_composite(node):
        can.insert(0, "node-open")
    if node.shape:
        can.insert(0, "node-cells")
    return [message(trace.writing.language, key) for key in can]


def _gradient(trace: Trace, at: int, index: int) -> list[Line]:
    gradient, label = trace.gradient(index, at), _label(trace, "gradient")
    say = partial(message, trace.writing.language)
    if not trace.program.depends[index]:
        none = "node-data" if trace.node(index).name in trace.program.data else "node-constant"
        return [[(label, "quiet"), (say(none), "why")]]
    if gradient is None:
        when = trace.step_of_gradient(index)
        text = say("node-not-yet") if when is None else say("node-gradient-later", step=str(when))
        return [[(label, "quiet"), (text, "why")]]
    if gradient.complete:
        return _written("gradient", trace, gradient.value)
    so_far = say("node-so-far", value=number_text(gradient.value), received=gradient.received, expected=gradient.expected)
    return [[(label, "quiet"), (so_far, "gradient")]]


def _written(name: str, trace: Trace, value: Number) -> list[Line]:
    """A value or gradient: its cells, or of a larger array what it is like, with its histogram."""
    if isinstance(value, int | float) or is_small(value):
        return [[(_label(trace, name), "quiet"), (number_text(value), name)]]
    # The title says the shape.
    texts = [*_joined(summary(value).lines(phrases=phrases_of(trace.writing.language))[1:])] or [number_text(value)]
    label = _label(trace, name)
    return [[(" " * cell_width(label) if place else label, "quiet"), (text, name)] for place, text in enumerate(texts)]


def _label(trace: Trace, name: str) -> str:
    """The label before a value or a gradient."""
    return padded(message(trace.writing.language, f"node-{name}"), 10)


def _joined(lines: Sequence[str]) -> list[str]:
    """The statistics in one line, which a narrow window breaks, and the histogram in another."""
    bars = [line for line in lines if any(bar in line for bar in "▁▂▃▄▅▆▇█")]
    words = ", ".join(line for line in lines if line not in bars)
    return [*([words] if words else []), *bars]

"""A recording becomes a program of our gates, whose text is the user's own source."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from graphstep.engine.capture.recording import COMPARED, CaptureError, Operation, Recording
from graphstep.gates import GATES
from graphstep.ground import limits
from graphstep.ground.exact import exact_text
from graphstep.ground.operands import Constant, Operand
from graphstep.language.program import Frame, Node, Origin, Program, node_id, shown_name

if TYPE_CHECKING:
    from collections.abc import Sequence

_PART_WIDTH = 24
"""Characters of a part up to which it is spelled inside another one."""

_NUMERAL = re.compile(r"(?<![\w.])(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?")
_SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "**", "power": "**", "mod": "%", **COMPARED}


def program_of(recording: Recording) -> Program:
    """The program that a recording spells. Raises CaptureError for one that spells none."""
    first = len(recording.inputs)
    if any(x.gate not in GATES for x in recording.operations):
        raise CaptureError("the recording of the function has operations that are no gates")
    text, starts = _text(recording)
    names = _names(recording)
    spans = [None if x.source < 0 else (starts[x.source] + x.span[0], starts[x.source] + x.span[1]) for x in recording.operations]
    times = Counter(spans)
    nodes = [Node(None, (), name) for name in recording.inputs]
    reads: dict[tuple[int, int], int] = {}
    for k, (operation, span) in enumerate(zip(recording.operations, spans, strict=True)):
        operands: list[Operand] = []
        for x in operation.operands:
            if isinstance(x, int) and not 0 <= x < first + k:
                raise CaptureError("the recording of the function reads what is not computed yet")
            operands.append(x if isinstance(x, int) else _constant(x))
        own = span is not None and times[span] == 1 and _spells(text[slice(*span)], operands)
        spelled = None if own else _spelled(operation, operands, nodes)
        node = Node(GATES[operation.gate], tuple(operands), names[k] or None, span, spelled)
        if own and span is not None:
            reads |= _reads(text, span, node, nodes)
        nodes.append(node)
    output = recording.output
    if isinstance(output, float):
        nodes.append(Node(GATES["constant"], (_constant(output),), text=exact_text(output)))
        output = len(nodes) - 1
    by_name = {name: node for node, name in enumerate(recording.inputs)}
    last = {name.split(".")[0]: first + k for k, name in enumerate(names) if name}
    by_name |= {name: first + k for k, name in enumerate(names) if name}
    by_name = {**last, **by_name}
    frames = (Frame("program", reads=tuple((start, stop, node) for (start, stop), node in sorted(reads.items()))),)
    origin = Origin(recording.function, tuple(recording.branches))
    return Program(text, tuple(nodes), output, by_name, frames=frames, origin=origin)


def _text(recording: Recording) -> tuple[str, list[int]]:
    """The text of the program, and where in it each source begins."""
    starts, pieces, at = [], [], 0
    for source in recording.sources:
        starts.append(at)
        pieces.append(source.text)
        at += len(source.text) + 2
    text = "\n\n".join(pieces) or f"{recording.function}({', '.join(recording.inputs)})"
    if len(text) > limits.TEXT:
        raise CaptureError(f"the functions that were at work have more than {limits.TEXT:,} characters")
    return text, starts


def _names(recording: Recording) -> list[str]:
    """By operation the name of its value: its variable, with the number of its turn where that was assigned several times."""
    assigned = [x.variable if len(x.variable) <= limits.NAME and x.variable.strip("_") else "" for x in recording.operations]
    counts = Counter(assigned)
    turns: Counter[str] = Counter()
    names = []
    for variable in assigned:
        turns[variable] += 1
        several = counts[variable] > 1 or variable in recording.inputs
        names.append(f"{variable}.{turns[variable]}" if variable and several else variable)
    return names


def _constant(value: float) -> Constant:
    return Constant(value, exact_text(value) or repr(value))


def _spells(text: str, operands: Sequence[Operand]) -> bool:
    """Whether a source shows the numbers that an operation read, and is no assignment: then it says what was computed."""
    numerals = {abs(float(x.replace("_", ""))) for x in _NUMERAL.findall(text)}
    return not re.search(r"(?<![<>=!])=(?!=)", text) and all(isinstance(x, int) or abs(x.value) in numerals for x in operands)


def _spelled(operation: Operation, operands: Sequence[Operand], nodes: Sequence[Node]) -> str:
    """What an operation computes, where its source is at work several times or does not show its numbers."""
    texts = []
    for x in operands:
        if isinstance(x, Constant):
            texts.append(f"({x.text})" if x.text.startswith("-") else x.text)
            continue
        node = nodes[x]
        part = shown_name(node.name) if node.name else node.text or node_id(x)
        texts.append(part if node.name else f"({part})" if len(part) <= _PART_WIDTH and node.text else node_id(x))
    if operation.gate in _SIGNS:
        return _SIGNS[operation.gate].join(texts)
    if operation.gate in ("neg", "reciprocal"):
        return f"{'-' if operation.gate == 'neg' else '1/'}{texts[0]}"
    return f"{operation.gate}({', '.join(texts)})"


def _reads(text: str, span: tuple[int, int], node: Node, nodes: Sequence[Node]) -> dict[tuple[int, int], int]:
    """Where the source of an operation reads its operands by a variable, outside of the parts that are operations themselves."""
    inner = [nodes[x].span for _, x in node.sources]
    reads = {}
    for _, x in node.sources:
        name = (nodes[x].name or "").split(".")[0]
        if not name:
            continue
        for word in re.finditer(rf"(?<![\w.]){re.escape(name)}(?!\w|\s*[(=.])", text[slice(*span)]):
            place = span[0] + word.start(), span[0] + word.end()
            if not any(part and part != span and part[0] <= place[0] and place[1] <= part[1] for part in inner):
                reads[place] = x
    return reads

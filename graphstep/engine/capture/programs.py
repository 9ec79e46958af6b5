"""A recording becomes a program of our gates, whose text is the user's own source."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from graphstep.engine.capture.recording import COMPARED, CaptureError, Operation, Recording, Scope
from graphstep.gates import GATES
from graphstep.gates.opaque import Numbers, opaque
from graphstep.gates.rule import Rule
from graphstep.ground import limits
from graphstep.ground.arrays import shape_of
from graphstep.ground.collector import collector_paused
from graphstep.ground.errors import Span
from graphstep.ground.exact import exact_text
from graphstep.ground.operands import Constant, Operand
from graphstep.language.nodes import Node, Nodes
from graphstep.language.program import Frame, Origin, Program, node_id, shown_name
from graphstep.language.shapes import infer_shapes
from graphstep.language.source import gate_text

_PART_WIDTH = 24
"""Characters of a part up to which it is spelled inside another one."""

_NUMERAL = re.compile(r"(?<![\w.])(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?")
_SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "**", "power": "**", "mod": "%", "matmul": "@", **COMPARED}


@collector_paused()
def program_of(recording: Recording) -> Program:
    """The program that a recording spells. Raises CaptureError for one that spells none."""
    inputs, first = len(recording.inputs), len(recording.inputs) + len(recording.constants)
    rules = [_rule(x, recording) for x in recording.operations]
    text, starts = _text(recording)
    names = _names(recording)
    spans = [None if x.source < 0 else (starts[x.source] + x.span[0], starts[x.source] + x.span[1]) for x in recording.operations]
    times = Counter(spans)
    nodes = Nodes()
    for name in (*recording.inputs, *recording.constants):
        nodes.put(nodes.kind(None), (), -1, -1, name=name)
    places = _fitted_places(recording, first, rules)
    # How each node is spelled in the text of what reads it. There are none yet of what is not computed yet.
    parts = [shown_name(name or "") for name in nodes.names]
    reads: dict[int, dict[Span, int]] = {}
    for operation, rule, name, span in zip(recording.operations, rules, names, spans, strict=True):
        operands = [_constant(x) if isinstance(x, float) else _place(x, inputs, first) for x in operation.operands]
        try:
            read = [_numeral(x.text) if isinstance(x, Constant) else parts[x] for x in operands]
        except IndexError:
            raise CaptureError("the recording of the function reads what is not computed yet") from None
        # A line that works a thousand times cannot say what each of them computes.
        own = span is not None and times[span] == 1 and _spells(text[slice(*span)], operands)
        spelled = None if own else _spelled(operation, operands, read)
        slots = [nodes.fix(x) if isinstance(x, Constant) else x for x in operands]
        start, stop = span or (-1, -1)
        nodes.put(nodes.kind(rule, operation.options), slots, start, stop, spelled, operation.scope, name or None)
        if own and span is not None:
            reads.setdefault(operation.scope, {}).update(_reads(text, span, operands, nodes))
        if name:
            parts.append(shown_name(name))
        elif spelled and len(spelled) <= _PART_WIDTH:
            parts.append(f"({spelled})")
        else:
            place = places[len(parts)]
            parts.append(node_id(len(parts) if place is None else place))
    output = recording.output
    if isinstance(output, float):
        nodes.put(nodes.kind(GATES["constant"]), [nodes.fix(_constant(output))], -1, -1, exact_text(output))
        output = len(nodes) - 1
    else:
        output = _place(output, inputs, first)
    by_name = {name: place for place, name in enumerate(nodes.names[:first]) if name}
    last = {name.split(".")[0]: first + k for k, name in enumerate(names) if name}
    by_name |= {name: first + k for k, name in enumerate(names) if name}
    # A name without its turn is the last one; an input or a turn that is called so goes before it.
    by_name = {**last, **by_name}
    scopes = recording.scopes or [Scope("program")]
    alike = Counter((each.around, each.label) for each in scopes)
    frames = tuple(
        Frame(
            each.kind,
            # One that is alone of its name needs no number; a turn has its own, also where there is one.
            f"{each.label}.{each.number}" if each.kind == "turn" or alike[each.around, each.label] > 1 else each.label,
            each.around,
            reads=tuple([(*place, node) for place, node in sorted(reads[k].items())]) if k in reads else (),
        )
        for k, each in enumerate(scopes)
    )
    origin = Origin(recording.function, tuple(recording.branches), tuple(recording.missing))
    return Program(text, nodes, output, by_name, frozenset(recording.constants), frames=frames, origin=origin)


def _rule(operation: Operation, recording: Recording) -> Rule:
    """The gate of an operation: one of ours, or what was recorded of it."""
    if not operation.factors and not operation.sent:
        if operation.gate not in GATES:
            raise CaptureError(f"the recording of the function has an operation {operation.gate}, which is no gate")
        return GATES[operation.gate]
    inputs = len(recording.inputs)
    values, constants = [*recording.inputs.values()], [*recording.constants.values()]
    read = [
        x
        if isinstance(x, float)
        else constants[-1 - x]
        if x < 0
        else values[x]
        if x < inputs
        else recording.operations[x - inputs].value
        for x in operation.operands
    ]
    return opaque(operation.gate, Numbers(tuple(read), operation.value, operation.factors, operation.sent))


def _place(node: int, inputs: int, first: int) -> int:
    """The place in the program of a node of a recording: inputs, constants, operations."""
    return node if 0 <= node < inputs else inputs - 1 - node if node < 0 else node + first - inputs


def _text(recording: Recording) -> tuple[str, list[int]]:
    """The text of the program, and where in it each source begins."""
    starts, pieces, at = [], [], 0
    for source in recording.sources:
        starts.append(at)
        pieces.append(source.text)
        at += len(source.text) + 2
    text = "\n\n".join(pieces) or f"{recording.function}({', '.join(recording.inputs)})"
    if len(text) > limits.WRITTEN:
        raise CaptureError(f"the functions that were at work have more than {limits.WRITTEN:,} characters")
    return text, starts


def _names(recording: Recording) -> list[str]:
    """By operation the name of its value: its variable, with the number of its turn where that was assigned several times."""
    assigned = [x.variable if len(x.variable) <= limits.NAME and x.variable.strip("_") else "" for x in recording.operations]
    counts = Counter(assigned)
    turns: Counter[str] = Counter()
    names = []
    for variable in assigned:
        turns[variable] += 1
        several = counts[variable] > 1 or variable in recording.inputs or variable in recording.constants
        names.append(f"{variable}.{turns[variable]}" if variable and several else variable)
    return names


def _constant(value: float) -> Constant:
    return Constant(value, exact_text(value) or repr(value))


def _spells(text: str, operands: Sequence[Operand]) -> bool:
    """Whether a source shows the numbers that an operation read, and is no assignment: then it says what was computed."""
    numerals = {abs(float(x.replace("_", ""))) for x in _NUMERAL.findall(text)}
    return not re.search(r"(?<![<>=!])=(?!=)", text) and all(isinstance(x, int) or abs(x.value) in numerals for x in operands)


def _fitted_places(recording: Recording, first: int, rules: Sequence[Rule]) -> Sequence[int | None]:
    """By node its place once gates that copy are put in, which is what it is called by where it has no name."""
    inputs, constants = recording.inputs, recording.constants
    shapes = {name: shape_of(value) for name, value in {**inputs, **constants}.items()}
    # Among numbers nothing is copied, so places stay what they are.
    if not any(shapes.values()):
        return range(first + len(recording.operations))
    nodes = [Node(None, (), name) for name in shapes]
    for each, rule in zip(recording.operations, rules, strict=True):
        operands = (_place(x, len(inputs), first) if isinstance(x, int) else Constant(x, "") for x in each.operands)
        nodes.append(Node(rule, tuple(operands), options=each.options))
    return infer_shapes(Program("", tuple(nodes), len(nodes) - 1, origin=Origin("")), shapes).where


def _numeral(text: str) -> str:
    """A number as it stands beside a sign."""
    return f"({text})" if text.startswith("-") else text


def _spelled(operation: Operation, operands: Sequence[Operand], texts: Sequence[str]) -> str:
    """What an operation computes, from the texts of what it reads; where its source is at work several times or does not show
    its numbers.
    """
    if operation.gate in _SIGNS:
        return _SIGNS[operation.gate].join(texts)
    if operation.gate in ("neg", "reciprocal"):
        return f"{'-' if operation.gate == 'neg' else '1/'}{texts[0]}"
    if operation.gate == "transpose" and not operation.options:
        return f"{texts[0]}.T"
    if operation.gate not in GATES:
        return f"{operation.gate}({', '.join(texts)})"
    return gate_text(Node(GATES[operation.gate], tuple(operands), options=operation.options), texts)


def _reads(text: str, span: Span, operands: Sequence[Operand], nodes: Nodes) -> dict[Span, int]:
    """Where the source of an operation reads its operands by a variable, outside of the parts that are operations themselves."""
    read = [x for x in operands if isinstance(x, int)]
    inner = [(nodes.spans[2 * x], nodes.spans[2 * x + 1]) for x in read]
    reads = {}
    for x in read:
        name = (nodes.names[x] or "").split(".")[0]
        if not name:
            continue
        for word in re.finditer(rf"(?<![\w.]){re.escape(name)}(?!\w|\s*[(=.])", text[slice(*span)]):
            place = span[0] + word.start(), span[0] + word.end()
            if not any(part != span and 0 <= part[0] <= place[0] and place[1] <= part[1] for part in inner):
                reads[place] = x
    return reads

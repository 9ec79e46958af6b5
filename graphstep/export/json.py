"""JSON, schema 1: the whole run for other programs (described by ``graphstep/export/schema-1.json``)."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from graphstep.explain import pattern
from graphstep.expression import node_id
from graphstep.gates import GATES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphstep.trace import Step, Trace

SUFFIX = ".json"
SUMMARY = "everything, for other programs (schema 1)"


def export(trace: Trace, at: int | None = None) -> Iterator[str]:
    """One JSON document, an entry a line in its long lists."""
    document = to_dict(trace, at)
    yield "{"
    for place, (key, entry) in enumerate(document.items()):
        yield f"{',' if place else ''}\n  {_text(key)}: "
        if isinstance(entry, list) and entry:
            yield "[\n    " + ",\n    ".join(map(_text, entry)) + "\n  ]"
        else:
            yield _text(entry)
    yield "\n}\n"


def to_dict(trace: Trace, at: int | None = None) -> dict[str, Any]:
    """The document as Python data: numbers are floats, and the strings ``inf``, ``-inf``, ``nan`` where JSON has no number.

    With ``at`` it holds what is known after that step: later values and gradients are None, later steps are left out.
    """
    program, last = trace.program, len(trace) if at is None else at
    return {
        "schema": 1,
        "program": program.text,
        "inputs": {name: number(value) for name, value in trace.inputs.items()},
        "output": number(trace.value(program.output, last)),
        "gradients": {name: _gradient(trace, i, last) for i, name in enumerate(program.inputs)},
        "nodes": [_node(trace, i, last) for i in range(len(program.nodes))],
        "steps": [_step(trace.step(n)) for n in range(1, last + 1)],
    }


def number(value: float | None) -> float | str | None:
    """A float as JSON holds it."""
    if value is None or math.isfinite(value):
        return value
    return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"


def _gradient(trace: Trace, index: int, at: int) -> float | str | None:
    known = trace.gradient(index, at)
    return None if known is None else number(known.value)


def _node(trace: Trace, index: int, at: int) -> dict[str, Any]:
    program = trace.program
    node = program.nodes[index]
    entry: dict[str, Any] = {
        "id": node_id(index),
        "name": node.name,
        "label": program.label(index),
        "gate": node.gate,
        "operands": [node_id(x) for x in node.operands if isinstance(x, int)],
        "shape": [],
        "span": list(node.span) if node.span else None,
        "value": number(trace.value(index, at)),
        "gradient": _gradient(trace, index, at),
    }
    if node.gate is not None:
        entry["symbol"] = GATES[node.gate].box(node.operands)
        entry["slots"] = [slot for slot, _ in node.sources]
        if constants := node.constants:
            entry["constants"] = {str(slot): number(x.value) for slot, x in constants.items()}
    return entry


def _step(step: Step) -> dict[str, Any]:
    entry: dict[str, Any] = {"n": step.n, "phase": step.phase}
    if step.event == "value":
        return {**entry, "node": node_id(step.node), "value": number(step.value)}
    entry["event"] = step.event
    if step.event == "send":
        return {
            **entry,
            "from": node_id(step.sender or 0),
            "to": node_id(step.node),
            "slot": step.slot,
            "upstream": number(step.upstream),
            "local": number(step.local),
            "contribution": number(step.contribution),
            "pattern": pattern(step) or None,
        }
    if step.event == "sum":
        entry["contributions"] = [number(part) for part in step.contributions]
        entry |= {"node": node_id(step.node), "gradient": number(step.gradient)}
        return entry
    return {**entry, "node": node_id(step.node), "gradient": number(step.gradient)}


def _text(entry: Any) -> str:
    return json.dumps(entry, ensure_ascii=False, allow_nan=False)

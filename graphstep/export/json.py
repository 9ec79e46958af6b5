"""JSON, schema 1: the whole run for other programs (described by ``graphstep/export/schema-1.json``)."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from graphstep.explain import pattern
from graphstep.expression import node_id
from graphstep.gates import GATES

if TYPE_CHECKING:
    from graphstep.trace import Step, Trace

SUFFIX = ".json"
SUMMARY = "everything, for other programs (schema 1)"

_CHUNK = 500
"""Entries that are written at once."""


_ENCODE = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def export(trace: Trace, at: int | None = None) -> Iterator[str]:
    """One JSON document, an entry a line in its long lists; they are made while they are written."""
    for place, (key, entry) in enumerate(_document(trace, at)):
        yield f"{',' if place else '{'}\n  {_text(key)}: "
        if isinstance(entry, Iterator):
            yield from _lines(entry)
        else:
            yield _text(entry)
    yield "\n}\n"


def to_dict(trace: Trace, at: int | None = None) -> dict[str, Any]:
    """The document as Python data: numbers are floats, and the strings ``inf``, ``-inf``, ``nan`` where JSON has no number.

    With ``at`` it holds what is known after that step: later values and gradients are None, later steps are left out.
    """
    return {key: list(entry) if isinstance(entry, Iterator) else entry for key, entry in _document(trace, at)}


def _document(trace: Trace, at: int | None) -> Iterator[tuple[str, Any]]:
    """The keys of the document with what stands under them; an iterator stands for a list."""
    program, last = trace.program, len(trace) if at is None else at
    yield "schema", 1
    yield "program", program.text
    yield "inputs", {name: number(value) for name, value in trace.inputs.items()}
    yield "seed", number(trace.seed)
    yield "ties", trace.ties
    yield "output", number(trace.value(program.output, last))
    yield "gradients", {name: _gradient(trace, i, last) for i, name in enumerate(program.inputs)}
    yield "nodes", (_node(trace, i, last) for i in range(len(program.nodes)))
    yield "steps", (_step(trace.step(n)) for n in range(1, last + 1))


def _lines(entries: Iterator[Any]) -> Iterator[str]:
    opened = False
    while chunk := list(islice(entries, _CHUNK)):
        yield (",\n    " if opened else "[\n    ") + ",\n    ".join(map(_text, chunk))
        opened = True
    yield "\n  ]" if opened else "[]"


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
        entry["symbol"] = GATES[node.gate].box(node.operands, node.options)
        entry["slots"] = [slot for slot, _ in node.sources]
        if constants := node.constants:
            entry["constants"] = {str(slot): number(x.value) for slot, x in constants.items()}
    return entry


def _step(step: Step) -> dict[str, Any]:
    if step.event == "value":
        return {"n": step.n, "phase": step.phase, "node": node_id(step.node), "value": number(step.value)}
    entry: dict[str, Any] = {"n": step.n, "phase": step.phase, "event": step.event}
    if step.sender is not None:
        return entry | {
            "from": node_id(step.sender),
            "to": node_id(step.node),
            "slot": step.slot,
            "upstream": number(step.upstream),
            "local": number(step.local),
            "contribution": number(step.contribution),
            "pattern": pattern(step) or None,
        }
    entry["node"] = node_id(step.node)
    if step.event == "sum":
        entry["contributions"] = [number(part) for part in step.contributions]
    return entry | {"gradient": number(step.gradient)}


def _text(entry: Any) -> str:
    return _ENCODE(entry)

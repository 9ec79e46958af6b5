"""JSON, schema 1: the whole run for other programs (described by ``graphstep/faces/export/schema-1.json``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import prod
from typing import Any

from graphstep.engine.step import Step
from graphstep.engine.trace import Trace
from graphstep.faces.export._cells import Cells, pieces
from graphstep.faces.export._options import PLAIN, Options
from graphstep.ground.arrays import Number, json_data
from graphstep.ground.numerals import as_json
from graphstep.ground.precision import FLOAT64
from graphstep.language.graph import option_data
from graphstep.language.program import node_id
from graphstep.telling.reasons import pattern

SUFFIX = ".json"
SUMMARY = "everything, for other programs (schema 1)"

_CHUNK = 1 << 16
"""Characters that are written at once, unless one entry is longer."""


def export(trace: Trace, at: int | None = None, options: Options = PLAIN) -> Iterator[str]:
    """One JSON document, an entry a line in its long lists; they are made while they are written."""
    del options
    yield from written(document(trace, at))


def written(entries: Iterable[tuple[str, Any]]) -> Iterator[str]:
    """The text of a document from its keys and what stands under them; an iterator stands for a list."""
    for place, (key, entry) in enumerate(entries):
        yield f"{',' if place else '{'}\n  {''.join(pieces(key))}: "
        if isinstance(entry, Iterator):
            yield from _lines(entry)
        else:
            yield from pieces(entry)
    yield "\n}\n"


def to_dict(trace: Trace, at: int | None = None) -> dict[str, Any]:
    """The document as Python data: numbers are floats, arrays nested lists, and where JSON has no number there are the strings
    ``inf``, ``-inf``, ``nan``.

    With ``at`` it holds what is known after that step: later values and gradients are None, later steps are left out.
    """
    return as_data(document(trace, at))


def as_data(entries: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """A document as Python data from its keys and what stands under them."""
    return {key: _plain(list(entry) if isinstance(entry, Iterator) else entry) for key, entry in entries}


def document(trace: Trace, at: int | None) -> Iterator[tuple[str, Any]]:
    """The keys of the document with what stands under them; an iterator stands for a list."""
    program, last = trace.program, len(trace) if at is None else at
    yield "schema", 1
    yield "program", program.text
    if program.scope:
        yield "scope", trace.setup.at
    yield "inputs", {name: number(value) for name, value in trace.inputs.items()}
    if data := [name for name in program.inputs if name in program.data]:
        yield "data", data
    yield "seed", number(trace.seed)
    yield "ties", trace.ties
    if trace.dtype != FLOAT64:
        yield "dtype", trace.dtype
    yield "output", number(trace.value(program.output, last))
    # Where the output is such an input, the backward pass starts at it all the same.
    asked = [None if name in program.data else _gradient(trace, i, last) for i, name in enumerate(program.inputs)]
    yield "gradients", dict(zip(program.inputs, asked, strict=True))
    yield "nodes", (_node(trace, i, last) for i in range(len(program.nodes)))
    yield "steps", (_step(trace.step(n)) for n in range(1, last + 1))


def _lines(entries: Iterator[Any]) -> Iterator[str]:
    texts: list[str] = []
    size = 0
    opening = "[\n    "
    for entry in entries:
        texts.append(opening)
        opening = ",\n    "
        # Written in pieces of some size: a file of a million entries is otherwise a million calls of write.
        for piece in pieces(entry):
            texts.append(piece)
            size += len(piece)
            if size > _CHUNK:
                yield "".join(texts)
                texts, size = [], 0
    texts.append("[]" if opening[0] == "[" else "\n  ]")
    yield "".join(texts)


def number(value: Number | None) -> float | str | Cells | None:
    """A float as JSON holds it; an array as cells, which become nested lists."""
    # Cells stay an array until they are written: as lists of Python's floats they would take several times the memory.
    return as_json(value) if value is None or isinstance(value, int | float) else Cells(value)


def _plain(entry: Any) -> Any:
    """Cells as lists, wherever they stand."""
    if isinstance(entry, Cells):
        return json_data(entry.array)
    if isinstance(entry, dict):
        return {key: _plain(value) for key, value in entry.items()}
    return [_plain(value) for value in entry] if isinstance(entry, list) else entry


def _gradient(trace: Trace, index: int, at: int) -> float | str | Cells | None:
    gradient = trace.gradient(index, at)
    return None if gradient is None else number(gradient.value)


def _node(trace: Trace, index: int, at: int) -> dict[str, Any]:
    program = trace.program
    node = program.nodes[index]
    entry: dict[str, Any] = {
        "id": node_id(index),
        "name": node.name,
        "label": program.label(index),
        "gate": node.gate,
        "operands": [node_id(x) for x in node.operands if isinstance(x, int)],
        "shape": list(node.shape),
        "span": list(node.span) if node.span else None,
        "value": number(trace.value(index, at)),
        "gradient": _gradient(trace, index, at),
    }
    if node.rule is not None:
        entry["symbol"] = node.box
        entry["slots"] = [slot for slot, _ in node.sources]
        if constants := node.constants:
            entry["constants"] = {str(slot): number(x.value) for slot, x in constants.items()}
        if node.frame:
            entry["scope"] = program.path(node.frame)
        if node.options:
            entry["options"] = {name: option_data(option) for name, option in node.options}
    return entry


def _jacobian(step: Step) -> dict[str, Any]:
    """What the Jacobian of a send looks like, where arrays or a structural gate have one; it is never formed."""
    trace, sender, slot = step.trace, step.sender, step.slot
    if sender is None or slot is None:
        return {}
    node, gate = trace.node(sender), trace.node(sender).rule
    if gate is None or (gate.cellwise and not node.shape):
        return {}
    structure = gate.structure(slot, trace.program.operand_shapes(node), gate.settings(node.options))
    return {"jacobian": {"structure": structure, "shape": [prod(node.shape), prod(trace.node(step.node).shape)]}}


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
            **_jacobian(step),
        }
    entry["node"] = node_id(step.node)
    if (update := step.update) is not None:
        assigned = {name: number(value) for name, value in update.assigned.items() if name != "w"}
        return entry | {
            "optimizer": update.optimizer.name,
            "round": update.round,
            "rate": number(update.rate),
            "before": number(update.before),
            "gradient": number(update.gradient),
            "made": assigned,
            "value": number(update.after),
        }
    if step.event == "sum":
        entry["contributions"] = [number(part) for part in step.contributions]
    return entry | {"gradient": number(step.gradient)}

"""JSON, schema 1: the whole run for other programs (described by ``graphstep/faces/export/schema-1.json``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import prod
from typing import TYPE_CHECKING, Any

from graphstep.analysis.chain import Chain, Link, Stretch
from graphstep.analysis.compare import Comparison, Flip, Pair
from graphstep.analysis.jacobian import Jacobian, Orders, jacobian
from graphstep.analysis.witnesses.quotients import Quotients
from graphstep.engine.step import Step
from graphstep.engine.trace import Trace
from graphstep.engine.wires import Wire
from graphstep.faces.export._cells import Cells, pieces
from graphstep.faces.export._options import PLAIN, Options
from graphstep.gates.rule import Cell
from graphstep.ground.arrays import Number, json_data
from graphstep.ground.numerals import as_json
from graphstep.ground.precision import FLOAT64
from graphstep.language.graph import option_data
from graphstep.language.program import node_id
from graphstep.telling.reasons import pattern

if TYPE_CHECKING:
    from graphstep.teaching.marking.claims import Claim
    from graphstep.teaching.marking.verdict import Verdict

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
    yield "gradients", {name: _gradient(trace, i, last) for i, name in enumerate(program.inputs)}
    yield "nodes", (_node(trace, i, last) for i in range(len(program.nodes)))
    yield "steps", (_step(trace.step(n)) for n in range(1, last + 1))


def jacobians(wires: Sequence[Wire]) -> list[dict[str, Any]]:
    """The Jacobians of some edges; those of few entries with them."""
    return [_whole_jacobian(jacobian(wire)) for wire in wires]


def _whole_jacobian(jacobian: Jacobian) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "of": node_id(jacobian.wire.sender),
        "towards": node_id(jacobian.wire.receiver),
        "slot": jacobian.wire.slot,
        "structure": jacobian.structure,
        "shape": [jacobian.rows, jacobian.columns],
        "nonzero": jacobian.nonzero,
        "multiplications": jacobian.multiplications,
    }
    return entry | {"matrix": json_data(jacobian.matrix)} if jacobian.is_formed else entry


def multiplications(of: Orders) -> dict[str, Any]:
    """The multiplications along a path, in all and by layer."""
    layers = [
        {"of": node_id(layer.wire.sender), "towards": node_id(layer.wire.receiver), "shape": [layer.rows, layer.columns]}
        | {"pullback": layer.pullback, "from_output": layer.from_output, "from_input": layer.from_input}
        for layer in of.layers
    ]
    totals = {"pullback": of.pullback, "from_output": of.from_output, "from_input": of.from_input}
    return {"start": node_id(of.start), "layers": layers, **totals}


def chain(why: Sequence[Stretch]) -> dict[str, Any]:
    """A chain of causes: what is odd, its links from the number that was asked for on, where it ends, and the link that is it;
    then the same of every stretch of it inside an opened gate, with the position of that gate.
    """
    first, *others = why
    inside = [{"at": stretch.around.rstrip("/"), **_stretch(stretch.chain)} for stretch in others]
    return {**_stretch(first.chain), **({"inside": inside} if inside else {})}


def _stretch(why: Chain) -> dict[str, Any]:
    links = [_link(link) for link in why]
    return {"symptom": why.symptom, "ending": why.ending, "links": links, "root": _link(why.root)}


def _link(link: Link) -> dict[str, Any]:
    entry: dict[str, Any] = {"of": link.of, "node": node_id(link.node), "step": link.step, "number": _plain(number(link.number))}
    return entry if link.wire is None else {**entry, "from": node_id(link.wire.sender), "slot": link.wire.slot}


def comparison(of: Comparison) -> dict[str, Any]:
    """Two runs compared: the numbers that differ, the first of them either way, and the nodes that one run alone has."""
    first = {"forward": of.first_value, "backward": of.first_gradient}
    return {
        "equal": of.equal,
        "output": number(of.output),
        **{way: None if pair is None else pair.one.title for way, pair in first.items()},
        "differing": [_differing(pair) for pair in of.differing],
        "routes": [_flip(flip) for flip in of.flips],
        "only_first": [record.title for record in of.only_one],
        "only_second": [record.title for record in of.only_other],
    }


def _flip(flip: Flip) -> dict[str, Any]:
    node = None if flip.node is None else flip.node.title
    return {"gate": flip.router, "node": node, "opened": flip.opened, "closed": flip.closed, "turned": flip.turned}


def _differing(pair: Pair) -> dict[str, Any]:
    runs = pair.one, pair.other
    numbers = {of: [_plain(number(getattr(run, of))) for run in runs] for of in ("value", "gradient")}
    return {"node": pair.one.title, **numbers, "apart": [number(pair.value), number(pair.gradient)]}


def quotients(of: Quotients) -> dict[str, Any]:
    """How far difference quotients are off, for every step."""
    errors = {kind: [number(error) for error in getattr(of, kind)] for kind in ("central", "forward")}
    return {"node": node_id(of.node), "cell": list(of.cell), "slope": number(of.slope), "h": list(of.steps), **errors}


def claims(of: Sequence[Claim], verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """Claims about a run with their verdicts; ``code`` is the misconception that comes to a wrong number."""
    rows = [
        {
            "claim": claim.text,
            "quantity": claim.asked.name,
            "claimed": number(claim.answer.value),
            "value": number(claim.asked.asked),
            "verdict": "wrong" if verdict.outcome == "unreadable" else verdict.outcome,
            "share": verdict.share,
            "code": verdict.misconceptions[0].code if verdict.misconceptions else None,
            "sentence": verdict.sentence,
        }
        for claim, verdict in zip(of, verdicts, strict=True)
    ]
    return {"verdict": "right" if all(verdict.right for verdict in verdicts) else "wrong", "claims": rows}


def cell(trace: Trace, node: int, index: Cell) -> dict[str, Any]:
    """One cell of a node: its value, and its gradient where it has one, each with the terms that it is the sum of."""
    from graphstep.telling.cells import sides

    entry: dict[str, Any] = {"node": node_id(node), "cell": list(index)}
    for each in sides(trace, node, index):
        entry[each.of] = {"value": number(each.value), "terms": [*map(number, each.terms)]}
    return entry


def array(trace: Trace, node: int) -> dict[str, Any]:
    """All cells of a node."""
    sides = {"value": number(trace.value_of(node)), "gradient": _gradient(trace, node, len(trace))}
    return {"node": node_id(node)} | {of: _plain(cells) for of, cells in sides.items()}


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

"""A program as plain data, and back: nodes with their places, names and frames, whatever made them."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from itertools import chain, repeat
from operator import ge, sub
from typing import Any, get_args

from graphstep.engine.archive.container import Cells
from graphstep.gates import GATES
from graphstep.gates.opaque import Numbers, opaque
from graphstep.gates.rule import Rule
from graphstep.ground.operands import Chosen, Constant, Slice, Slot
from graphstep.language.nodes import Nodes, Options
from graphstep.language.program import Branch, Frame, Missing, Origin, Program, Why

# What :class:`~graphstep.language.program.Frame` may be: a file is checked, for anybody may have written it.
_KINDS = ("program", "call", "loop", "turn")

_LAST = 2**31 - 1
"""The largest number of a column."""


def plain_program(program: Program, cells: Cells) -> dict[str, Any]:
    """A program as plain data. The numbers of gates that are in no table go to ``cells``."""
    nodes = program.columns
    rules: dict[int, int] = {}
    gates: list[dict[str, Any]] = []
    kinds: list[list[Any]] = []
    for kind in nodes.of_kinds:
        # Rules are equal only as objects, and two may have one name.
        if kind.rule is not None and id(kind.rule) not in rules:
            rules[id(kind.rule)] = len(gates)
            gates.append(_plain_rule(kind.rule, cells))
        options = [[name, plain_option(value)] for name, value in kind.options]
        kinds.append([-1 if kind.rule is None else rules[id(kind.rule)], options])
    return {
        "text": program.text,
        "output": program.output,
        "names": dict(program.names),
        "data": sorted(program.data),
        "frames": [*zip(*program.frames, strict=True)],
        "lengths": {name: [*shape] for name, shape in program.lengths.items()},
        "origin": None if program.origin is None else _plain_origin(program.origin),
        "gates": gates,
        "kinds": kinds,
        "nodes": {
            "kinds": nodes.kinds.tolist(),
            "starts": nodes.starts.tolist(),
            "read": nodes.read.tolist(),
            "constants": [[number_text(x.value), x.text, x.span] for x in nodes.constants],
            "names": nodes.names,
            "spans": nodes.spans.tolist(),
            "texts": [*map(nodes.texts.get, range(len(nodes)))],
            "frames": nodes.frames.tolist(),
        },
    }


def _plain_origin(origin: Origin) -> dict[str, Any]:
    return {
        "function": origin.function,
        "branches": [[*asdict(each).values()] for each in origin.branches],
        "missing": [[*asdict(each).values()] for each in origin.missing],
    }


def _plain_rule(rule: Rule, cells: Cells) -> dict[str, Any]:
    if rule.recorded is None:
        return {"gate": rule.name}
    numbers: Numbers = rule.recorded
    fields = ("inputs", "factors", "sent")
    shapes = {field: [cells.put(x) for x in getattr(numbers, field)] for field in fields}
    return {"gate": rule.name, **shapes, "value": cells.put(numbers.value)}


def number_text(value: float) -> float | str:
    """A number as JSON has it: what is not finite is a text."""
    # JSON has neither (RFC 8259); Python would write words that no other reader takes.
    return value if math.isfinite(value) else "nan" if value != value else "inf" if value > 0 else "-inf"


def plain_option(value: Any) -> Any:
    """The value of an option as JSON has it."""
    if value is Ellipsis:
        return {"kind": "..."}
    for kind in (Slice, Chosen, Slot):
        if isinstance(value, kind):
            return {"kind": kind.__name__, "of": [[*x] if isinstance(x, tuple) else x for x in value]}
    return [plain_option(x) for x in value] if isinstance(value, tuple) else value


def read_option(value: Any) -> Any:
    """The value of an option from JSON (:func:`plain_option`). ValueError for anything else."""
    if isinstance(value, dict):
        kinds: dict[str, Callable[..., Any]] = {"Slice": Slice, "Slot": Slot, "Chosen": lambda x: Chosen(tuple(map(int, x)))}
        return Ellipsis if value["kind"] == "..." else kinds[value["kind"]](*value["of"])
    return tuple(map(read_option, value)) if isinstance(value, list) else value


def read_program(document: Mapping[str, Any], cells: Cells) -> Program:
    """The program that :func:`plain_program` has written. ValueError, KeyError or TypeError for anything else."""
    rules = [_read_rule(each, cells) for each in document["gates"]]
    kinds = [(_read_kind(gate, rules), _read_options(options)) for gate, options in document["kinds"]]
    frames = document["frames"]
    nodes = _read_nodes(document["nodes"], kinds, len(frames[0]) if frames else 1)
    origin = document["origin"]
    return Program(
        str(document["text"]),
        nodes,
        _within(document["output"], nodes),
        {str(name): _within(node, nodes) for name, node in document["names"].items()},
        frozenset(map(str, document["data"])),
        None,
        _read_frames(frames, nodes) if frames else (),
        {str(name): tuple(map(int, shape)) for name, shape in document["lengths"].items()},
        None if origin is None else _read_origin(origin),
    )


def _read_kind(gate: Any, rules: Sequence[Rule]) -> Rule | None:
    return None if gate == -1 else rules[_within(gate, rules)]


def _read_options(options: Any) -> Options:
    return tuple([(str(name), read_option(value)) for name, value in options])


def _read_nodes(columns: Mapping[str, Any], kinds: Sequence[tuple[Rule | None, Options]], frames: int) -> Nodes:
    """The nodes in columns.

    A file may come from anywhere, and passes ask nothing of a program: what they rely on is checked here, a column at a time.
    """
    nodes, names, texts = Nodes(), columns["names"], columns["texts"]
    numbers = [nodes.kind(*kind) for kind in kinds]
    nodes.kinds.extend([numbers[kind] for kind in _whole(columns["kinds"], 0, len(kinds) - 1)])
    nodes.constants = [Constant(float(value), str(text), _span(span)) for value, text, span in columns["constants"]]
    nodes.read = _whole(columns["read"], -len(nodes.constants), len(nodes) - 1)
    nodes.starts = _whole(columns["starts"], 0, len(nodes.read))
    nodes.spans = _whole(columns["spans"], -1, _LAST)
    nodes.frames = _whole(columns["frames"], 0, frames - 1)
    if not ({*map(type, names)} | {*map(type, texts)} <= {str, type(None)}):
        raise ValueError("names are texts")
    lengths = {len(nodes.starts) - 1, len(names), len(texts), len(nodes.spans) / 2, len(nodes.frames)}
    if lengths != {len(nodes)}:
        raise ValueError("each node is in every column")
    nodes.names, nodes.texts = names, {index: text for index, text in enumerate(texts) if text is not None}
    _check_order(nodes)
    return nodes


def _check_order(nodes: Nodes) -> None:
    """Raise ValueError for nodes that cannot be computed one behind the other: inputs, then gates behind what they read."""
    # The row of nodes is the order of work of both passes, and nothing behind this asks for it again.
    is_gate = [kind.rule is not None for kind in nodes.of_kinds]
    gates = [*nodes.by_kind(is_gate)]
    first = gates.index(True) if True in gates else len(gates)
    if not gates or not all(gates[first:]) or None in nodes.names[:first]:
        raise ValueError("inputs have names, and stand in front of gates")
    # Passes go through these numbers without asking.
    starts, read = nodes.starts, nodes.read
    counts = [*map(sub, starts[1:], starts)]
    if starts[0] != 0 or starts[-1] != len(read) or min(counts) < 0 or starts[first] != 0:
        raise ValueError("each slot belongs to a gate")
    # By iterators alone, as a run may have a million nodes, and without NumPy, which one of numbers is opened without.
    if any(map(ge, read, chain.from_iterable(map(repeat, range(len(nodes)), counts)))):
        raise ValueError("a node reads what is not computed yet")
    # The cells of constants are numbered in the order of their slots.
    if [~x for x in nodes.read if x < 0] != [*range(len(nodes.constants))]:
        raise ValueError("each constant stands in a slot")
    for kind, count in {*zip(nodes.kinds[first:], counts[first:], strict=True)}:
        rule = nodes.of_kinds[kind].rule
        least, most = (0, 0) if rule is None else rule.arity
        if not least <= count <= (most or count):
            raise ValueError("a gate reads another number of nodes")


def _whole(column: Any, least: int, most: int) -> array[int]:
    """A column of whole numbers. ValueError for anything else, and for one that is out of bounds."""
    # By type, as True is a whole number too.
    if not {*map(type, column)} <= {int} or not least <= min(column, default=least) <= max(column, default=least) <= most:
        raise ValueError("a column is of whole numbers")
    return array("i", column)


def _within(index: Any, of: Sequence[Any]) -> int:
    if type(index) is not int or not 0 <= index < len(of):
        raise ValueError("a number of a node is none")
    return index


def _span(span: Any) -> tuple[int, int] | None:
    return None if span is None else (int(span[0]), int(span[1]))


def _read_origin(origin: Mapping[str, Any]) -> Origin:
    branches = tuple(_read_branch(*each) for each in origin["branches"])
    # A file of an earlier time has no list of what is missing.
    return Origin(str(origin["function"]), branches, tuple(_read_missing(*each) for each in origin.get("missing", ())))


def _read_missing(name: Any, why: Any, place: Any) -> Missing:
    if why not in get_args(Why):
        raise ValueError("a gradient is missing for a reason")
    return Missing(str(name), why, str(place))


def _read_branch(place: Any, asked: Any, holds: Any) -> Branch:
    return Branch(str(place), str(asked), bool(holds))


def _read_rule(each: Mapping[str, Any], cells: Cells) -> Rule:
    if "value" not in each:
        return GATES[each["gate"]]
    arrays = {field: tuple(cells.take(shape) for shape in each[field]) for field in ("inputs", "factors", "sent")}
    return opaque(str(each["gate"]), Numbers(arrays["inputs"], cells.take(each["value"]), arrays["factors"], arrays["sent"]))


def _read_frames(columns: Sequence[Any], nodes: Nodes) -> tuple[Frame, ...]:
    kinds, labels, arounds, spans, reads, results = columns
    if not {*kinds} <= {*_KINDS} or any(around >= max(1, k) for k, around in enumerate(_whole(arounds, 0, len(kinds)))):
        raise ValueError("a frame is none")
    places = (tuple([(int(start), int(stop), _within(node, nodes)) for start, stop, node in each]) for each in reads)
    values = (tuple([_within(node, nodes) for node in each]) for each in results)
    return tuple(map(Frame._make, zip(kinds, map(str, labels), arounds, map(_span, spans), places, values, strict=True)))

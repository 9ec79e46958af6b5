"""A program as plain data, and back: nodes with their places, names and frames, whatever made them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from itertools import pairwise, repeat, starmap
from typing import Any, get_args

from graphstep.engine.archive.packing import Cells
from graphstep.gates import GATES
from graphstep.gates.opaque import Numbers, opaque
from graphstep.gates.rule import Rule
from graphstep.ground.operands import Chosen, Constant, Operand, Slice, Slot
from graphstep.language.nodes import Node
from graphstep.language.program import Branch, Frame, Missing, Origin, Program, Why

# What :class:`~graphstep.language.program.Frame` may be: a file is checked, for anybody may have written it.
_KINDS = ("program", "call", "loop", "turn")


def plain_program(program: Program, cells: Cells) -> dict[str, Any]:
    """A program as plain data. The numbers of gates that are in no table go to ``cells``."""
    nodes, count = program.columns, len(program.nodes)
    rules: dict[int, int] = {}
    gates: list[dict[str, Any]] = []
    kinds: list[int] = []
    for kind in nodes.of_kinds:
        # Rules are equal only as objects, and two may have one name.
        if kind.rule is not None and id(kind.rule) not in rules:
            rules[id(kind.rule)] = len(gates)
            gates.append(_plain_rule(kind.rule, cells))
        kinds.append(-1 if kind.rule is None else rules[id(kind.rule)])
    constants = [[number_text(x.value), x.text, x.span] for x in nodes.constants]
    read = [x if x >= 0 else constants[~x] for x in nodes.read]
    spans = zip(nodes.spans[::2], nodes.spans[1::2], strict=True)
    options = [[[name, plain_option(value)] for name, value in kind.options] for kind in nodes.of_kinds]
    return {
        "text": program.text,
        "output": program.output,
        "names": dict(program.names),
        "data": sorted(program.data),
        "frames": [[x.kind, x.label, x.around, x.span, [*x.reads], [*x.results]] for x in program.frames],
        "lengths": {name: [*shape] for name, shape in program.lengths.items()},
        "origin": None if program.origin is None else _plain_origin(program.origin),
        "gates": gates,
        "nodes": {
            "gate": [*nodes.by_kind(kinds)],
            "operands": [read[start:stop] for start, stop in pairwise(nodes.starts)],
            "name": nodes.names,
            "span": [(start, stop) if start >= 0 else None for start, stop in spans],
            "text": [*map(nodes.texts.get, range(count))],
            "options": [*nodes.by_kind(options)],
            "frame": nodes.frames.tolist(),
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
    nodes = _read_nodes(document["nodes"], rules, document["frames"] or (0,))
    origin = document["origin"]
    return Program(
        str(document["text"]),
        nodes,
        _within(document["output"], nodes),
        {str(name): _within(node, nodes) for name, node in document["names"].items()},
        frozenset(map(str, document["data"])),
        None,
        tuple([_read_frame(k, each, nodes) for k, each in enumerate(document["frames"])]),
        {str(name): tuple(map(int, shape)) for name, shape in document["lengths"].items()},
        None if origin is None else _read_origin(origin),
    )


def _read_nodes(columns: Mapping[str, Any], rules: Sequence[Rule], frames: Sequence[Any]) -> tuple[Node, ...]:
    """The nodes in columns.

    A file may come from anywhere, and passes ask nothing of a program: what they rely on is checked here, a column at a time.
    """
    kinds, names, texts = columns["gate"], columns["name"], columns["text"]
    if not ({*map(type, names)} | {*map(type, texts)} <= {str, type(None)}):
        raise ValueError("names are texts")
    operands = [tuple(map(_read_operand, each)) for each in columns["operands"]]
    first = _check_gates(kinds, rules, operands)
    if not kinds or None in names[:first]:
        raise ValueError("an input has a name")
    settings = [tuple([(str(key), read_option(value)) for key, value in each]) if each else () for each in columns["options"]]
    places = columns["frame"]
    if not {*map(type, places)} <= {int} or not 0 <= min(places) <= max(places) < len(frames):
        raise ValueError("a node belongs to a frame")
    gates = [None if kind < 0 else rules[kind] for kind in kinds]
    rows = zip(gates, operands, names, map(_span, columns["span"]), texts, settings, repeat((), len(kinds)), places, strict=True)
    return tuple(starmap(Node, rows))


def _read_operand(operand: Any) -> Operand:
    return operand if type(operand) is int else Constant(float(operand[0]), str(operand[1]), _span(operand[2]))


def _check_gates(kinds: Sequence[Any], rules: Sequence[Rule], operands: Sequence[tuple[Operand, ...]]) -> int:
    """The number of inputs, which stand in front of gates. ValueError for nodes that cannot be computed one behind the other."""
    if not {*map(type, kinds)} <= {int} or not all(-1 <= kind < len(rules) for kind in {*kinds}):
        raise ValueError("a gate is one of the gates")
    first = next((k for k, kind in enumerate(kinds) if kind >= 0), len(kinds))
    if -1 in kinds[first:] or any(operands[:first]):
        raise ValueError("inputs stand in front of gates, and read nothing")
    for kind, count in {*zip(kinds[first:], map(len, operands[first:]), strict=True)}:
        least, most = rules[kind].arity
        if not least <= count <= (most or count):
            raise ValueError("a gate reads another number of nodes")
    for k, read in enumerate(operands):
        for x in read:
            if type(x) is int and not 0 <= x < k:
                raise ValueError("a node reads what is not computed yet")
    return first


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


def _read_frame(k: int, each: Sequence[Any], nodes: Sequence[Node]) -> Frame:
    kind, label, around, span, reads, results = each
    if kind not in _KINDS or type(around) is not int or not 0 <= around < max(1, k):
        raise ValueError("a frame is none")
    places = tuple([(int(start), int(stop), _within(node, nodes)) for start, stop, node in reads]) if reads else ()
    return Frame(
        kind, str(label), around, _span(span), places, tuple([_within(node, nodes) for node in results]) if results else ()
    )

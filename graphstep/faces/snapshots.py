"""Runs that were written to a file with ``--to run.json``, read again: the nodes with their numbers, and the ways of routers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from graphstep.analysis.compare import NodeSnapshot, Route, Snapshot, is_router, snapshot_of
from graphstep.engine.trace import Trace
from graphstep.gates import GATES
from graphstep.ground import limits
from graphstep.ground.errors import GraphstepError, InputError, quoted, quoted_path
from graphstep.language.values.stored import UnwantedError, check_file, evened

Part = TypeVar("Part")
"""A part of a file."""


def read_snapshot(path: str) -> Snapshot:
    """The run in a file of schema 1.

    Raises InputError for a file that holds none, LimitError for one that is too large, and GraphstepError for one that cannot be
    read at all.
    """
    shown = quoted_path(path)
    try:
        check_file(path, limits.FILE)
        with Path(path).open(encoding="utf-8-sig") as file:
            # All numbers are floats: of an integer of 5,000 digits int() would raise a ValueError that is none of JSON's.
            content = json.load(file, parse_int=float)
    except OSError as error:
        raise GraphstepError(f"{shown} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{shown} is no text") from error
    except json.JSONDecodeError as error:
        raise InputError(f"{shown} is not JSON in line {error.lineno}: {error.msg}") from error
    except RecursionError as error:
        raise InputError(f"{shown} holds lists inside each other too deep") from error
    hint = "graphstep EXPR NAME=VALUE … --to run.json writes one"
    if not isinstance(content, dict) or content.get("schema") != 1 or not isinstance(content.get("nodes"), list):
        raise InputError(f"{shown} holds no run", hint=hint)

    def read(where: str, part: Callable[[], Part]) -> Part:
        try:
            return part()
        except UnwantedError as error:
            raise InputError(f"{shown}, {where}: {error}", hint=hint) from None

    nodes = tuple(read(f"node {place}", partial(_node, node)) for place, node in enumerate(content["nodes"], 1))
    output = read("output", partial(evened, content.get("output")))
    routes = read("steps", lambda: sorted(_routes(content), key=lambda route: route[1:3]))
    return Snapshot(nodes, output, tuple(routes))


def _node(node: Any) -> NodeSnapshot:
    if not isinstance(node, dict) or not isinstance(node.get("label"), str) or not isinstance(node.get("name"), str | None):
        raise UnwantedError("has no label")
    value, gradient = evened(node.get("value")), node.get("gradient")
    return NodeSnapshot(node.get("name"), node["label"], value, None if gradient is None else evened(gradient))


def _routes(content: dict[str, Any]) -> Iterator[Route]:
    """The ways through the routers, as far as the steps tell them; what another program wrote may have none."""
    nodes, steps = content["nodes"], content.get("steps")
    # Steps name nodes by id, and any program may have written the file: what leads nowhere is left out.
    places = {node["id"]: place for place, node in enumerate(nodes) if isinstance(node.get("id"), str)}
    for step in steps if isinstance(steps, list) else ():
        ends = [step.get(end) for end in ("from", "to")] if isinstance(step, dict) else []
        # What is no text is no id, and a list among them could not even be looked for.
        if not ends or not all(isinstance(end, str) and end in places for end in ends):
            continue
        gate, node = map(places.__getitem__, ends)
        name, slot, slope = nodes[gate].get("gate"), step.get("slot"), step.get("local")
        has_slot = isinstance(slot, float) and slot.is_integer()
        if isinstance(name, str) and name in GATES and is_router(GATES[name]) and has_slot and slope is not None:
            yield Route(name, gate, int(slot), node, evened(slope))


def snapshot_against(text: str, trace: Trace) -> Snapshot:
    """What a run is compared with: the run in a file ``….json``, or that of another program with the same inputs.

    Raises as :func:`read_snapshot` does, and whatever reading and running a program raises.
    """
    if text.endswith(".json"):
        return read_snapshot(text)
    from graphstep.engine.opening import program_text
    from graphstep.engine.trace import trace as run
    from graphstep.language.read import read

    program = read(program_text(text), trace.inputs)
    missing = [name for name in program.inputs if name not in trace.inputs]
    if missing:
        raise InputError(f"{quoted(text)} also reads {', '.join(missing)}", hint="it is run with the inputs of this run")
    inputs = {name: trace.inputs[name] for name in program.inputs}
    return snapshot_of(run(program, inputs, seed=trace.seed, ties=trace.ties))

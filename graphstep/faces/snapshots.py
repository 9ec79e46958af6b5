"""Runs that were written to a file with ``--to run.json``, read again: the nodes with their numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from graphstep.analysis.compare import NodeSnapshot, Snapshot
from graphstep.ground import limits
from graphstep.ground.errors import GraphstepError, InputError, quoted_path
from graphstep.language.values.stored import check_file
from graphstep.language.values.tables import evened
from graphstep.language.values.unwanted import UnwantedError


def read_snapshot(path: str) -> Snapshot:
    """The run in a file of schema 1.

    Raises InputError for a file that holds none, LimitError for one that is too large, and GraphstepError for one that cannot be
    read at all.
    """
    shown = quoted_path(path)
    try:
        check_file(path, limits.FILE)
        with Path(path).open(encoding="utf-8-sig") as file:
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
    nodes = []
    for place, node in enumerate(content["nodes"], 1):
        try:
            nodes.append(_node(node))
        except UnwantedError as error:
            raise InputError(f"{shown}, node {place}: {error}", hint=hint) from None
    try:
        return Snapshot(tuple(nodes), evened(content.get("output")))
    except UnwantedError as error:
        raise InputError(f"{shown}, output: {error}", hint=hint) from None


def _node(node: Any) -> NodeSnapshot:
    if not isinstance(node, dict) or not isinstance(node.get("label"), str) or not isinstance(node.get("name"), str | None):
        raise UnwantedError("has no label")
    value, gradient = evened(node.get("value")), node.get("gradient")
    return NodeSnapshot(node.get("name"), node["label"], value, None if gradient is None else evened(gradient))

"""A state as JSON, from which an equal state is made: a session that is saved, sent, or written down in a transcript."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any

from graphstep.analysis.compare import NodeSnapshot, Route, Snapshot
from graphstep.debugger.conditions import read_conditions
from graphstep.debugger.frames import opened
from graphstep.debugger.parts import Edit, Inputs, Mark, Place, Quantity, Saved, Shelf
from graphstep.debugger.score import Score, Slipped
from graphstep.debugger.session import Command, perform
from graphstep.debugger.state import State
from graphstep.engine.opening import read_setup
from graphstep.ground.errors import InputError
from graphstep.ground.late import np
from graphstep.ground.numerals import as_json
from graphstep.language.setup import Setup
from graphstep.teaching.lesson.rehearsal import Rehearsal
from graphstep.teaching.lesson.walk import Answered, LessonRun
from graphstep.teaching.marking.carried import Earlier

FORMAT = 3
"""The number of the format; the one before had the fields of each part written out."""

_RECORDS = {
    kind.__name__: kind
    for kind in (
        Answered, Earlier, Edit, Inputs, Mark, NodeSnapshot, Place, Quantity, Route, Saved, Score, Setup, Shelf, Slipped,
        Snapshot,
    )
}  # fmt: skip
"""What a state is made of besides numbers, texts and tuples; a text makes nothing else."""


def to_json(state: State) -> str:
    """A state as JSON. InputError for a round of a training, which only its training can open again."""
    trace = state.root
    if trace.updates:
        raise InputError("a round of a training is no session of its own", hint="the training opens it again: --at-round")
    if trace.program.origin is not None or trace.setup.program.endswith(".gsz"):
        command = trace.setup.command()
        raise InputError(
            "a captured or recorded run is no session that a file opens again", hint=command and f"this opens it: {command}"
        )
    lesson = state.lesson
    parts = {
        "text": trace.program.text,
        "setup": trace.setup,
        "inputs": trace.inputs,
        "seed": trace.seed,
        "folded": state.folding is not None,
        "frames": tuple((caller.node, caller.place) for caller in state.frames),
        "place": state.place,
        "shelves": state.shelves,
        "marks": state.marks,
        "conditions": tuple(condition.text for condition in state.conditions),
        "watches": state.watches,
        "score": state.score,
        "saved": state.saved,
        "past": state.past,
        "lesson": None if lesson is None else (str(lesson.rehearsal.lesson.path), lesson.place, lesson.answers),
        # Whether the run on show is another one than the lesson's.
        "edited": lesson is not None and trace is not lesson.scene.trace,
    }
    return json.dumps({"format": FORMAT, "state": _plain(parts)}, ensure_ascii=False)


def from_json(text: str, lessons: Callable[[str], Rehearsal] | None = None) -> State:
    """The state that :func:`to_json` has written. It reads no file: the values of all inputs stand in the text.

    ``lessons`` gives the lesson at a path, where the state is within one. InputError for a text that holds no state, and whatever
    reading and running the program raises.
    """
    try:
        document = json.loads(text)
        version = document["format"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise InputError("this is no saved session") from error
    if version != FORMAT:
        raise InputError(f"this session has the format {version!r}, and {FORMAT} is what can be read")
    try:
        return _state(_read(document["state"]), lessons)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError) as error:
        # A part is not there, or no node or step has its number: the text was cut or changed by hand.
        raise InputError("this saved session is damaged", hint="its program and inputs can be typed again") from error


def _state(parts: Mapping[str, Any], lessons: Callable[[str], Rehearsal] | None) -> State:
    setup: Setup = parts["setup"]
    # A program that was typed as @FILE stands here as the file's text.
    opening = read_setup(replace(setup, program=parts["text"]), parts["inputs"], seed=parts["seed"])
    lesson = None
    if parts["lesson"] is not None:
        if lessons is None:
            raise InputError("this session is within a lesson, which only its file can open again")
        path, place, answers = parts["lesson"]
        lesson = LessonRun(lessons(path), place, answers)
    # The lesson is not run again: its scene has the trace, and that the state has the same one says that nothing was edited.
    # What holds the learner is the lesson's own run.
    edited = lesson is None or parts["edited"]
    state = State(replace(opening, setup=setup).run() if lesson is None or edited else lesson.scene.trace, lesson=lesson)
    if parts["folded"]:
        state, _ = perform(state, Command("fold"))
    # From the outside in: each gate is opened at the place that was kept for the run around it.
    for node, around in parts["frames"]:
        state = opened(state.at_place(around), node)
    return replace(
        state.at_place(parts["place"]),
        # A semicolon parts conditions and stands in none. Their nodes were looked for when they were set, maybe in another run
        # than the one on show: here any name is taken.
        conditions=read_conditions("; ".join(parts["conditions"])),
        **{name: parts[name] for name in ("shelves", "marks", "watches", "score", "saved", "past")},
    )


def _plain(value: Any) -> Any:
    """A part of a state in what JSON has; of all that it has no form for, an object says the kind."""
    if is_dataclass(value):
        return {"kind": type(value).__name__, "fields": {each.name: _plain(getattr(value, each.name)) for each in fields(value)}}
    if hasattr(value, "_asdict"):
        return {"kind": type(value).__name__, "fields": {name: _plain(each) for name, each in value._asdict().items()}}
    if isinstance(value, np.ndarray):
        return {"kind": "array", "shape": list(value.shape), "cells": [as_json(cell) for cell in value.ravel().tolist()]}
    if isinstance(value, float):
        return value if math.isfinite(value) else {"kind": "number", "text": as_json(value)}
    if isinstance(value, Mapping):
        # A name may be any text: as a pair it is none of ours.
        return {"kind": "mapping", "pairs": [[_plain(key), _plain(each)] for key, each in value.items()]}
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def _read(plain: Any) -> Any:
    """What :func:`_plain` was given."""
    if isinstance(plain, list):
        return tuple(map(_read, plain))
    if not isinstance(plain, dict):
        return plain
    match plain["kind"]:
        case "array":
            return np.array([float(cell) for cell in plain["cells"]]).reshape(plain["shape"])
        case "number":
            return float(plain["text"])
        case "mapping":
            return {_read(key): _read(each) for key, each in plain["pairs"]}
    return _RECORDS[plain["kind"]](**{name: _read(each) for name, each in plain["fields"].items()})

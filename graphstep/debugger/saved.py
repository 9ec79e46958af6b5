"""A state as JSON, from which an equal state is made: a session that is saved, sent, or written down in a transcript."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from graphstep.analysis.compare import NodeSnapshot, Route, Snapshot
from graphstep.debugger.conditions import read_conditions
from graphstep.debugger.frames import opened
from graphstep.debugger.parts import Edit, Inputs, Mark, Place, Quantity, Saved, Shelf
from graphstep.debugger.score import read_score
from graphstep.debugger.session import Command, perform
from graphstep.debugger.state import State
from graphstep.engine.opening import read_setup
from graphstep.ground.arrays import Number
from graphstep.ground.errors import InputError
from graphstep.ground.late import np
from graphstep.ground.numerals import as_json
from graphstep.language.setup import Setup
from graphstep.teaching.lesson.rehearsal import Rehearsal
from graphstep.teaching.lesson.walk import Answered, LessonRun

FORMAT = 2
"""The number of the format; the one before had other numbers for the steps of an opened gate."""


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
    setup = {**asdict(trace.setup), "inputs": dict(trace.setup.inputs)}
    document = {
        "format": FORMAT,
        "text": trace.program.text,
        "setup": setup,
        "inputs": _written(trace.inputs),
        "seed": _plain(trace.seed),
        "folded": state.folding is not None,
        "frames": [{"node": caller.node, "place": asdict(caller.place)} for caller in state.frames],
        "place": asdict(state.place),
        "shelves": [asdict(shelf) for shelf in state.shelves],
        "marks": [asdict(mark) for mark in state.marks],
        "conditions": [condition.text for condition in state.conditions],
        "watches": [asdict(quantity) for quantity in state.watches],
        "score": None if state.score is None else asdict(state.score),
        "saved": None if state.saved is None else _saved(state.saved),
        "lesson": None if state.lesson is None else _place(state, state.lesson),
        "past": [
            {
                "values": _written(edit.inputs.values),
                "texts": dict(edit.inputs.texts),
                "place": asdict(edit.place),
                "end": asdict(edit.end),
                "program": edit.program,
                "order": edit.order,
                "marks": [[asdict(mark) for mark in pair] for pair in edit.marks],
            }
            for edit in state.past
        ],
    }
    return json.dumps(document, ensure_ascii=False)


def from_json(text: str, lessons: Callable[[str], Rehearsal] | None = None) -> State:
    """The state that :func:`to_json` has written. It reads no file: the values of all inputs stand in the text.

    ``lessons`` gives the lesson at a path, where the state is within one. InputError for a text that holds no state, and whatever
    reading and running the program raises.
    """
    try:
        document = json.loads(text)
        version = document["format"]
    except (ValueError, TypeError, KeyError) as error:
        raise InputError("this is no saved session") from error
    if version != FORMAT:
        raise InputError(f"this session has the format {version!r}, and {FORMAT} is what can be read")
    fields = document["setup"]
    setup = Setup(**{**fields, **{name: tuple(fields[name]) for name in ("data", "breaks", "order", "fixed")}})
    # A program that was typed as @FILE stands here as the file's text.
    opening = read_setup(replace(setup, program=document["text"]), _read(document["inputs"]), seed=_number(document["seed"]))
    lesson, edited = _lesson(document["lesson"], lessons)
    # The lesson is not run again: its scene has the trace, and that the state has the same one says that nothing was edited.
    # What holds the learner is the lesson's own run.
    state = State(replace(opening, setup=setup).run() if lesson is None or edited else lesson.scene.trace, lesson=lesson)
    if document["folded"]:
        state, _ = perform(state, Command("fold"))
    # From the outside in: each gate is opened at the place that was kept for the run around it.
    for frame in document["frames"]:
        state = opened(state.at_place(_read_place(frame["place"])), frame["node"])
    score = document["score"]
    return replace(
        state.at_place(_read_place(document["place"])),
        shelves=tuple(Shelf(tuple(x["path"]), tuple(x["nodes"]), _cells(x["cells"])) for x in document["shelves"]),
        marks=tuple(_mark(mark) for mark in document["marks"]),
        # A semicolon parts conditions and stands in none. Their nodes were looked for when they were set, maybe in another run
        # than the one on show: here any name is taken.
        conditions=read_conditions("; ".join(document["conditions"])),
        watches=tuple(Quantity(**watch) for watch in document["watches"]),
        score=None if score is None else read_score(score),
        saved=None if document["saved"] is None else _read_saved(document["saved"]),
        past=tuple(
            Edit(
                _read_place(edit["place"]),
                _read_place(edit["end"]),
                tuple((_mark(old), _mark(new)) for old, new in edit["marks"]),
                Inputs(_read(edit["values"]), edit["texts"]),
                (edit["program"][0], edit["program"][1]) if edit["program"] else None,
                None if edit["order"] is None else tuple(edit["order"]),
            )
            for edit in document["past"]
        ),
    )


def _place(state: State, lesson: LessonRun) -> dict[str, Any]:
    """A place in a lesson, and whether the run on show is another one than the lesson's."""
    return {
        "path": str(lesson.rehearsal.lesson.path),
        "place": lesson.place,
        "answers": {key: asdict(answered) for key, answered in lesson.answers.items()},
        "edited": state.root is not lesson.scene.trace,
    }


def _lesson(kept: dict[str, Any] | None, lessons: Callable[[str], Rehearsal] | None) -> tuple[LessonRun | None, bool]:
    if kept is None:
        return None, False
    if lessons is None:
        raise InputError("this session is within a lesson, which only its file can open again")
    answers = {key: Answered(**answered) for key, answered in kept["answers"].items()}
    return LessonRun(lessons(kept["path"]), kept["place"], answers), kept["edited"]


def _saved(saved: Saved) -> dict[str, Any]:
    run = saved.snapshot
    nodes = [[*node[:2], _plain(node.value), None if node.gradient is None else _plain(node.gradient)] for node in run.nodes]
    routes = [[*route[:-1], _plain(route.slope)] for route in run.routes]
    return {"name": saved.name, "nodes": nodes, "output": _plain(run.output), "routes": routes}


def _read_saved(document: Mapping[str, Any]) -> Saved:
    nodes = tuple(
        NodeSnapshot(name, label, _number(value), None if gradient is None else _number(gradient))
        for name, label, value, gradient in document["nodes"]
    )
    routes = tuple(Route(router, gate, slot, node, _number(slope)) for router, gate, slot, node, slope in document["routes"])
    return Saved(document["name"], Snapshot(nodes, _number(document["output"]), routes))


def _read_place(document: Mapping[str, Any]) -> Place:
    """A place, with tuples where JSON has lists."""
    return Place(document["at"], document["selected"], tuple(document["nodes"]), _cells(document["cells"]), document["within"])


def _mark(document: Mapping[str, Any]) -> Mark:
    return Mark(document["name"], document["at"], tuple((gate, step) for gate, step in document["inside"]))


def _cells(cells: Sequence[Any]) -> tuple[tuple[int, tuple[int, ...]], ...]:
    return tuple((node, tuple(cell)) for node, cell in cells)


def _written(values: Mapping[str, Number]) -> dict[str, Any]:
    return {name: _plain(value) for name, value in values.items()}


def _read(values: Mapping[str, Any]) -> dict[str, Number]:
    return {name: _number(value) for name, value in values.items()}


def _plain(value: Any) -> Any:
    """A number, or the nested lists of an array with its shape; what JSON has no number for is a text."""
    if isinstance(value, int | float):
        return as_json(value)
    return {"shape": list(np.shape(value)), "cells": [_plain(cell) for cell in np.ravel(value).tolist()]}


def _number(value: Any) -> Number:
    if isinstance(value, dict):
        return np.array([float(cell) for cell in value["cells"]]).reshape(value["shape"])
    return float(value)

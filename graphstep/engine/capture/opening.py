"""A recording becomes an opening: a run of it is a run like any other."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from graphstep.engine.capture.building import program_of
from graphstep.engine.capture.process import read_target, record_file
from graphstep.engine.capture.recording import CaptureError
from graphstep.engine.opening import Opening
from graphstep.ground.errors import InputError, quoted

if TYPE_CHECKING:
    from graphstep.engine.capture.recording import Recording
    from graphstep.engine.trace import Trace
    from graphstep.ground.arrays import Number
    from graphstep.language.setup import Setup

SAME = 1e-9
"""The relative difference up to which a gate computes what the function computed."""


def opening_of_file(setup: Setup) -> Opening:
    """Run the file that the program of a setup names, ``FILE.py:FUNCTION``.

    InputError for what is typed wrong, CaptureError for what cannot be captured.
    """
    from graphstep.language.values import read_texts, read_value

    path, name = read_target(setup.program)
    if unknown := [each for each in setup.fixed if each not in setup.inputs]:
        raise InputError(f"--fixed names {quoted(unknown[0])}, which is given no value")
    values = read_texts({name: text for name, text in setup.inputs.items() if text is not None}, files=False)
    arguments: dict[str, float] = {}
    for each, value in values.items():
        if not isinstance(value, float | int):
            raise InputError(f"{quoted(each)} is an array; only numbers are captured yet", hint=f"for example {each}=0.5")
        # What is handed on as it is may be a count.
        arguments[each] = int(value) if each in setup.fixed and float(value).is_integer() else float(value)
    recording = record_file(path, name, arguments, setup.fixed)
    if unknown := [each for each in setup.data if each not in recording.inputs]:
        raise InputError(f"--data names {quoted(unknown[0])}, which is no traced argument of the function")
    seed = read_value(setup.seed or "1", files=False)
    return opening_of(recording, setup, seed)


def opening_of(recording: Recording, setup: Setup, seed: Number = 1.0) -> Opening:
    """The opening of a recording."""
    from dataclasses import replace

    program = program_of(recording)
    program = replace(program, data=frozenset(setup.data)) if setup.data else program
    opening = Opening(setup, program, dict(recording.inputs), seed)
    _check(opening.run(), recording)
    return opening


def _check(trace: Trace, recording: Recording) -> None:
    """Raise CaptureError where a gate computes another number than the function did: the run would be of another function."""
    first = len(recording.inputs)
    for index, operation in enumerate(recording.operations, first):
        value = float(np.asarray(trace.value_of(index)))
        same = value == operation.value or (math.isnan(value) and math.isnan(operation.value))
        if not same and not abs(value - operation.value) <= SAME * max(abs(value), abs(operation.value)):
            where = f"{operation.file}:{operation.line}"
            raise CaptureError(f"the function has {operation.value!r} at {where}, and the gate {operation.gate} {value!r}")

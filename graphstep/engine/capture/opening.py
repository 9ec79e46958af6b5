"""A recording becomes an opening: a run of it is a run like any other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.engine.capture.building import program_of
from graphstep.engine.capture.process import read_target, record_file
from graphstep.engine.capture.recording import CaptureError
from graphstep.engine.opening import Opening
from graphstep.engine.recorded import Recorded, disagreement
from graphstep.ground.arrays import number_text
from graphstep.ground.errors import InputError, quoted

if TYPE_CHECKING:
    from graphstep.engine.capture.recording import Recording
    from graphstep.engine.trace import Trace
    from graphstep.ground.arrays import Number
    from graphstep.language.setup import Setup


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
    program = replace(program, data=program.data | frozenset(setup.data)) if setup.data else program
    inputs = {**recording.inputs, **recording.constants}
    # An output that no operation computes is a gate of its own.
    rest = len(program.nodes) - len(inputs) - len(recording.operations)
    values = (*inputs.values(), *(each.value for each in recording.operations), *[None] * rest)
    dtypes = (*["float64"] * len(inputs), *(each.dtype for each in recording.operations), *["float64"] * rest)
    opening = Opening(setup, program, inputs, seed, Recorded(values, dtypes))
    _check(opening.run(), recording)
    return opening


def _check(trace: Trace, recording: Recording) -> None:
    """Raise CaptureError where a gate computes another number than the function did: the run would be of another function."""
    assert trace.recorded is not None, "a capture is recorded"
    differing = disagreement(trace.plan, trace.buffers, trace.recorded)
    if differing is None:
        return
    node, ours = differing
    theirs, gate = trace.value_of(node), trace.node(node).gate
    operation = next((each for each in recording.operations if each.value is trace.recorded.values[node]), None)
    where = f" at {operation.file}:{operation.line}" if operation is not None and operation.file else ""
    raise CaptureError(f"the function has {_shown(theirs)}{where}, and the gate {gate} {_shown(ours)}")


def _shown(value: Number) -> str:
    return repr(value) if isinstance(value, float) else number_text(value)

"""A recording becomes an opening: a run of it is a run like any other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from graphstep.engine.capture.programs import program_of
from graphstep.engine.capture.recording import Recording
from graphstep.engine.opening import Opening
from graphstep.engine.recorded import Recorded
from graphstep.ground.errors import InputError, quoted
from graphstep.language.setup import Setup

if TYPE_CHECKING:
    from graphstep.language.read import Watch


def opening_of_file(setup: Setup, watch: Watch | None = None) -> Opening:
    """Run the file that the program of a setup names, ``FILE.py:FUNCTION``; ``watch`` is told that it runs.

    InputError for what is typed wrong, CaptureError for what cannot be captured.
    """
    # The process that the file runs in imports this module too, and starts none.
    from graphstep.engine.capture.process import read_target, record_file
    from graphstep.language.values import read_texts, read_value

    path, name = read_target(setup.program)
    if unknown := [each for each in setup.fixed if each not in setup.inputs]:
        raise InputError(f"--fixed names {quoted(unknown[0])}, which is given no value")
    values = read_texts({name: text for name, text in setup.inputs.items() if text is not None}, files=True)
    opening = record_file(path, name, values, setup.fixed, setup.arguments, watch=watch)
    if unknown := [each for each in setup.data if each not in opening.inputs]:
        raise InputError(f"--data names {quoted(unknown[0])}, which is no traced argument of the function")
    seed = read_value(setup.seed or "1", files=True)
    program = replace(opening.program, data=opening.program.data | frozenset(setup.data))
    return replace(opening, setup=setup, program=program, seed=seed)


def opening_of(recording: Recording, setup: Setup | None = None) -> Opening:
    """The opening of a recording, under the name of its function without a setup. CaptureError where PyTorch computed other
    numbers than its gates come to.
    """
    setup = setup or Setup(recording.function, dict.fromkeys(recording.inputs), captured=True)
    program = program_of(recording)
    inputs = {**recording.inputs, **recording.constants}
    # An output that no operation computes is a gate of its own.
    rest = len(program.nodes) - len(inputs) - len(recording.operations)
    operations = recording.operations
    lines = (f"{each.file}:{each.line}" if each.file else "" for each in operations)
    own = (*(recording.gradients.get(name) for name in inputs), *(each.gradient for each in operations), *[None] * rest)
    gradients = own if any(each is not None for each in own) else ()
    recorded = Recorded(
        (*inputs.values(), *(each.value for each in operations), *[None] * rest),
        (*(recording.dtypes.get(name, "float64") for name in inputs), *(each.dtype for each in operations), *["float64"] * rest),
        gradients,
        (*[""] * len(inputs), *(each.device for each in operations), *[""] * rest),
        (*[""] * len(inputs), *lines, *[""] * rest),
    )
    opening = Opening(setup, program, inputs, 1.0, recorded)
    if recording.is_of_pytorch:
        from graphstep.engine.capture.pytorch import checked

        # The run that is looked at is the one that the opening keeps: with all its arrays it is made once.
        checked(opening)
    return opening

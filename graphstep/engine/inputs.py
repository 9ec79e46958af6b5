"""Whether the values that were given are those that a program reads."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from graphstep.ground.arrays import Number, shape_of, shape_text
from graphstep.ground.errors import InputError, did_you_mean, listed
from graphstep.language.program import Program


def check_inputs(program: Program, inputs: Mapping[str, Number]) -> None:
    """Raise InputError unless there is exactly one value for each input of the program."""
    # The usual case without a look at each: there may be thousands, and every edit asks.
    if inputs.keys() == program.input_places.keys():
        return
    missing = [name for name in program.inputs if name not in inputs]
    if missing:
        example = listed([f"{name}=…" for name in missing]).replace("=…, ", "=… ")
        hint = "; ".join(filter(None, [f"give {example}", mistyped(program, inputs)]))
        raise InputError(f"no value for {listed(missing)}", hint=hint)
    for name in inputs:
        if name in program.input_places:
            continue
        if name in program.names:
            raise InputError(
                f"'{name}' is assigned in the program, so it cannot be given a value",
                hint=f"leave {name}= out, or the statement that assigns it",
            )
        listing = f"its inputs are {listed(program.inputs)}" if program.inputs else "it has no inputs"
        raise InputError(f"'{name}' does not stand in the program", hint=did_you_mean(name, program.inputs) or listing)


def reshapes(program: Program, inputs: Mapping[str, Number]) -> bool:
    """Whether any of these values has another shape than the input of its name in a fitted program."""
    # Likewise.
    if program.of_numbers and {*map(type, inputs.values())} <= {float}:
        return False
    nodes, places = program.columns, program.input_places
    return any(shape_of(value) != nodes.shape(places[name]) for name, value in inputs.items() if name in places)


def check_seed(program: Program, seed: Number) -> None:
    """Raise InputError unless a seed has the shape of the program's output, or is a single number."""
    shape = program.columns.shape(program.output)
    if shape_of(seed) not in ((), shape):
        message = (
            f"the seed has the shape {shape_text(shape_of(seed))}, and the output {shape_text(shape) or 'is a single number'}"
        )
        raise InputError(message, hint="the seed has the shape of the output, or is a single number for all its cells")


def mistyped(program: Program, inputs: Collection[str]) -> str:
    """What an input without a value may have been meant to be, where another name is likely; empty where none is."""
    from graphstep.language.read.foreign.names import name_hint

    missing = (name for name in program.inputs if name not in inputs)
    return next(filter(None, (name_hint(name, program.text, inputs) for name in missing)), "")

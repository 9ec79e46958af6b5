"""A run in a file, ``run.gsz``: its program, its numbers to the bit, and what it was opened with.

It opens without what recorded it.

``container`` is the zip and its limits, ``programs`` a program as plain data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from graphstep.engine.archive.container import Cells, pack, unpack
from graphstep.engine.archive.programs import plain_program, read_program
from graphstep.engine.opening import Opening
from graphstep.engine.recorded import Recorded
from graphstep.engine.trace import Trace
from graphstep.ground import limits
from graphstep.ground.arrays import shape_of
from graphstep.ground.collector import collector_paused
from graphstep.ground.errors import InputError, quoted_path
from graphstep.ground.files import open_file
from graphstep.language.setup import Setup
from graphstep.language.shapes import infer_shapes

SUFFIX = ".gsz"
"""The ending of such a file's name."""

FORMAT = 2
"""The number of the format."""

_ARRAYS = frozenset({"values", "gradients", "opaque", "seed"})


def opening_of_trace(trace: Trace) -> Opening:
    """A run as an opening: its program, and all of its numbers as recorded ones. InputError for a round of a training."""
    if trace.updates:
        raise InputError("a round of a training is no run of its own", hint="the training opens it again: --at-round")
    program = trace.program
    nodes = range(len(program.nodes))
    # A copy of a smaller value is made anew where a file is opened, and has nothing of its own to be recorded.
    copies = [
        *program.columns.by_kind([kind.rule is not None and kind.rule.pattern[0] == "adder" for kind in program.columns.of_kinds])
    ]
    values = tuple(None if copies[i] else trace.value_of(i) for i in nodes)
    gradients = tuple(trace.gradient_of(i) if not copies[i] and program.depends[i] else None for i in nodes)
    before = trace.recorded
    plain = ("",) * len(program.nodes)
    recorded = Recorded(
        values,
        tuple("float64" if copy else trace.dtype for copy in copies) if before is None else before.dtypes,
        gradients,
        plain if before is None or not before.devices else before.devices,
        plain if before is None or not before.places else before.places,
    )
    return Opening(trace.setup, program, trace.inputs, trace.seed, recorded)


@collector_paused()
def write_run(opening: Opening, level: int = 2) -> bytes:
    """An opening whose numbers were recorded, as the bytes of a file; ``level`` is that of :func:`~.container.pack`."""
    recorded = opening.recorded
    assert recorded is not None, "what is written was recorded"
    values, gradients, numbers, seed = Cells(), Cells(), Cells(), Cells()
    document = {
        "format": FORMAT,
        "setup": {**asdict(opening.setup), "inputs": dict(opening.setup.inputs)},
        "program": plain_program(opening.program, numbers),
        "shapes": [values.put(each) for each in recorded.values],
        "gradients": [gradients.put(each) for each in recorded.gradients],
        "dtypes": _columned(recorded.dtypes),
        "devices": _columned(recorded.devices),
        "places": _columned(recorded.places),
        "seed": seed.put(opening.seed),
    }
    arrays = {"values": values, "gradients": gradients, "opaque": numbers, "seed": seed}
    return pack(document, {name: cells.array() for name, cells in arrays.items()}, level)


def _columned(column: tuple[str, ...]) -> Any:
    """A column of texts that are mostly alike: each of them once, and by node which one it is."""
    kinds = list(dict.fromkeys(column))
    numbers = {each: k for k, each in enumerate(kinds)}
    return [kinds, [numbers[each] for each in column] if len(kinds) > 1 else len(column)]


def _read_column(column: Any, count: int) -> tuple[str, ...]:
    """A column of as many texts, or of none; ValueError for one of another length, whatever it says."""
    kinds, numbers = [str(kind) for kind in column[0]], column[1]
    if isinstance(numbers, int):
        if numbers not in (0, count):
            raise ValueError("each node has its type")
        return (kinds[0],) * count if numbers else ()
    texts = tuple(map(kinds.__getitem__, numbers))
    if len(texts) not in (0, count):
        raise ValueError("each node has its type")
    return texts


def read_file(path: str) -> Opening:
    """The opening in a file. InputError for a file that is none, GraphstepError where it cannot be read."""
    with open_file(path, limits.UNPACKED) as file:
        return read_run(file.read(), quoted_path(path))


@collector_paused()
def read_run(content: bytes, called: str = "this") -> Opening:
    """The opening that :func:`write_run` has written; InputError, with what the file is called, for anything else."""
    document, arrays = unpack(content, called, _ARRAYS)
    if document.get("format") != FORMAT:
        raise InputError(f"{called} is of format {document.get('format')!r}, and this graphstep reads {FORMAT}")
    cells = {name: Cells(arrays.get(name)) for name in _ARRAYS}
    try:
        return _opening(document, cells)
    # Any of them is a file that says one thing here and another there; OverflowError a number that no column holds.
    except (KeyError, ValueError, TypeError, IndexError, AttributeError, OverflowError) as error:
        raise InputError(f"{called} is no recorded run, or it is damaged") from error


def _opening(document: Mapping[str, Any], cells: Mapping[str, Cells]) -> Opening:
    program = read_program(document["program"], cells["opaque"])
    values = cells["values"].take_all(document["shapes"])
    gradients = cells["gradients"].take_all(document["gradients"])
    if len(values) != len(program.nodes) or len(gradients) not in (0, len(values)):
        raise ValueError("each node has its numbers")
    if len(program.nodes) - program.first_gate > limits.GATES or len(program.text) > limits.TEXT:
        raise InputError(f"a program has at most {limits.GATES:,} gates and {limits.TEXT:,} characters")
    inputs = dict(zip(program.inputs, values[: program.first_gate], strict=True))
    if any(each is None for each in inputs.values()):
        raise ValueError("an input has a value")
    # Options that a gate does not have end here, and not in the midst of a run.
    infer_shapes(program, {name: shape_of(value) for name, value in inputs.items() if value is not None})
    seed = cells["seed"].take(document["seed"])
    if seed is None:
        raise ValueError("the seed has a value")
    dtypes, devices, places = (_read_column(document[name], len(values)) for name in ("dtypes", "devices", "places"))
    if not dtypes:
        raise ValueError("each node has its type")
    recorded = Recorded(values, dtypes, gradients, devices, places)
    return Opening(_setup(document["setup"]), program, inputs, seed, recorded)


def _setup(fields: Mapping[str, Any]) -> Setup:
    """What a run was opened with. ValueError for fields of other types than a setup has."""
    usual = {**asdict(Setup("", {})), "seed": "1", "at": ""}
    setup = dict(fields)
    for name in ("data", "breaks", "order", "fixed"):
        setup[name] = tuple(setup[name])
        if not all(isinstance(text, str) for text in setup[name]):
            raise ValueError("a setup has texts")
    for name, value in setup.items():
        if type(value) is not type(usual[name]) and not (value is None and name in ("seed", "at")):
            raise ValueError("a setup has fields of its own types")
    if not all(text is None or isinstance(text, str) for text in setup["inputs"].values()):
        raise ValueError("a setup has texts")
    return Setup(**setup)

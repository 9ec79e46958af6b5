"""``graphstep diagnose … --sweep NAME=FROM:TO``: a diagnosis at many points, in this process, in several or on a cluster."""

from __future__ import annotations

import shlex
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from graphstep import __version__
from graphstep.faces.cli.classes import engine, progress
from graphstep.faces.cli.program import PYTHON, is_archive, language_of, setup_of
from graphstep.faces.cli.reports import deliver
from graphstep.ground import limits
from graphstep.ground.errors import InputError, LimitError, ReadError, Span, did_you_mean, listed

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from graphstep.analysis.diagnosis import Experiment, Sweep
    from graphstep.engine.opening import Opening
    from graphstep.ground.arrays import Number
    from graphstep.language.setup import Setup
    from graphstep.language.values import Choices, Range
    from graphstep.telling.document import Document, Manner

CELLS = 1_000_000
"""Cells of the files of a sweep: every piece of work carries them."""

_OF_TRAINING = ("lr", "rate", "learning-rate", "steps", "rounds", "optimizer", "batch", "momentum")
"""Settings that are looked for here, and are those of a training."""


def run_sweep(options: argparse.Namespace, wanted: frozenset[str], network: Experiment | None, words: Sequence[str]) -> int:
    """Diagnose at every point and print; ``network`` is the experiment, made by ``words``, or None for a program."""
    from graphstep.analysis.diagnosis import Sweep, grid, steady_settings
    from graphstep.analysis.diagnosis.sweep import SETTINGS
    from graphstep.faces.sweep import diagnosing, points
    from graphstep.faces.work.store import Store, folder_of
    from graphstep.telling.reports import sweep as reports

    language = language_of(options.language)
    where, swept = engine(options), [f"--sweep={text}" for text in options.sweep]
    if network is not None:
        ranges = _ranges(options.sweep, SETTINGS)
        setup, steady, program = None, steady_settings(network, ranges), ""
        # Where a network of one of the points cannot be made, none is.
        pieces: Iterable[str] = [*diagnosing(ranges, network, {})]
    else:
        setup, ranges, opening = _program(options)
        pieces, steady, program = _pieces(setup, ranges, opening), {}, opening.program.text
    store = Store(folder_of(Path(options.to)), __version__) if options.to else None
    show = progress(len(grid(ranges)), 1, "diagnosing")

    # Run once, whichever of text, data and document asks first, and again for the exit status.
    @cache
    def sweep() -> Sweep:
        results = store.results(pieces, where, show) if store else _shown(where(pieces), show)
        return Sweep(ranges, tuple(points(results)), steady, program)

    def document(manner: Manner, more: Sequence[str]) -> Document:
        if setup is None:
            command = shlex.join(["graphstep", "diagnose", *words, *swept, *more])
        else:
            command = setup.command(*swept, *more, command="diagnose")
        return reports.document(sweep(), manner, command, setup.without_text if setup else (), language)

    deliver(
        options, lambda manner: reports.body(sweep(), manner, language), lambda: reports.data(sweep()), document, shortens=True
    )
    # Not before the report is written: what fails or is stopped until then goes on from these parts.
    if store:
        store.remove()
    return 1 if sweep().kinds & wanted else 0


def _shown(results: Iterable[str], show: Callable[[int], None]) -> Iterator[str]:
    for done, result in enumerate(results, 1):
        show(done)
        yield result


def _ranges(texts: Sequence[str], settings: Mapping[str, Choices]) -> tuple[Range, ...]:
    """What is tried, of one setting or two; ReadError for what is none."""
    from graphstep.language.values import read_range

    if len(texts) > 2:
        raise InputError(f"at most two settings are tried at once, not {len(texts)}", hint="leave out the others")
    ranges = tuple(read_range(text, settings, partial(_instead, settings)) for text in texts)
    if len({each.name for each in ranges}) < len(ranges):
        hint = "write its values into one: --sweep NAME=a,b,c"
        raise ReadError(f"{ranges[0].name} is tried twice", text=texts[1], span=_name_in(texts[1]), hint=hint)
    return ranges


def _instead(names: Collection[str], name: str) -> str:
    """What there is in place of a setting that there is none of."""
    if name in _OF_TRAINING:
        return f"diagnose makes no step; graphstep train has {name}"
    return did_you_mean(name, names) or f"there are {listed(names)}"


def _name_in(text: str) -> Span:
    return 0, len(text.partition("=")[0])


def _program(options: argparse.Namespace) -> tuple[Setup, tuple[Range, ...], Opening]:
    """A program as it was typed, what is tried of its inputs, and what is known of the others."""
    from graphstep.engine.inputs import check_inputs
    from graphstep.engine.opening import read_setup
    from graphstep.language.values import Choices

    if options.expression is None:
        raise InputError("there is nothing to diagnose", hint="give a program with its values, or --network 10x500")
    if options.dialect == PYTHON:
        hint = "type the program: graphstep diagnose EXPR --sweep NAME=FROM:TO"
        raise InputError("a sweep tries a typed program, and this is a function in Python", hint=hint)
    if is_archive(options.expression):
        hint = "diagnose its program: graphstep diagnose EXPR NAME=VALUE … --sweep NAME=FROM:TO"
        raise InputError("a sweep tries a typed program, and this is a recorded run", hint=hint)
    typed = setup_of(options)
    opening = read_setup(typed, files=True)
    ranges = _ranges(options.sweep, {name: Choices() for name in opening.program.inputs})
    for text, each in zip(options.sweep, ranges, strict=True):
        if each.name in opening.inputs:
            raise _given(each.name, opening.inputs[each.name], text)
    check_inputs(opening.program, {**opening.inputs, **{each.name: 0.0 for each in ranges}})
    return typed, ranges, opening


def _given(name: str, value: Number, text: str) -> ReadError:
    """The error of an input that has a value, and is to be tried."""
    from graphstep.ground.arrays import kind_text, shape_of

    if not (shape := shape_of(value)):
        return ReadError(f"{name} has a value already", text=text, span=_name_in(text), hint=f"leave out {name}=…")
    hint = f"try a factor of it: write s*{name} in the program, and --sweep s=0.01:10"
    return ReadError(f"{name} is {kind_text(shape)}, and a sweep tries numbers", text=text, span=_name_in(text), hint=hint)


def _pieces(typed: Setup, ranges: Sequence[Range], opening: Opening) -> Iterator[str]:
    """The pieces of work that diagnose a program at every point; what stands in files goes with them."""
    from graphstep.engine.opening import program_text
    from graphstep.faces.sweep import diagnosing
    from graphstep.ground.arrays import shape_of
    from graphstep.ground.exact import exact_text

    # Where the work is done there may be no such file: its cells are sent along.
    values = {name: opening.inputs[name] for name, text in typed.inputs.items() if text and text.lstrip().startswith("@")}
    cells = sum(limits.cells_of(shape_of(value)) for value in values.values())
    if cells > CELLS:
        raise LimitError(f"the files of a sweep have at most {CELLS:,} cells together, not {cells:,}")
    seed = exact_text(opening.seed, CELLS) if (typed.seed or "").lstrip().startswith("@") else typed.seed
    setup = replace(typed.edited(dict.fromkeys(values)), program=program_text(typed.program), seed=seed)
    return diagnosing(ranges, setup, values)

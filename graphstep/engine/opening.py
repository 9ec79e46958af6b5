"""A setup becomes a run: the one place where a program as typed, the values of its inputs and its seed are read."""

from __future__ import annotations

import io
from dataclasses import field, replace
from typing import TYPE_CHECKING

from graphstep.ground import limits
from graphstep.ground.errors import InputError, did_you_mean, listed, quoted, quoted_path
from graphstep.ground.files import open_file
from graphstep.ground.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphstep.engine.recorded import Recorded
    from graphstep.engine.trace import Trace
    from graphstep.ground.arrays import Number
    from graphstep.language.program import Program
    from graphstep.language.read import Watch
    from graphstep.language.setup import Setup


@dataclass(frozen=True, slots=True)
class Opening:
    """What a setup says, read and ready to be run; inputs may still be without a value."""

    setup: Setup
    """The setup."""
    program: Program
    """Its program, rewritten as asked, with its data."""
    inputs: Mapping[str, Number]
    """The values that are known, by name."""
    seed: Number
    """The gradient of the output."""
    recorded: Recorded | None = None
    """The values of its nodes, where somebody else computed them."""
    _kept: list[Trace] = field(default_factory=list, init=False, repr=False, compare=False)
    """The run of what somebody else computed, once it was made."""

    @property
    def missing(self) -> tuple[str, ...]:
        """The inputs without a value, in the order of the program."""
        return tuple(name for name in self.program.inputs if name not in self.inputs)

    def run(self) -> Trace:
        """Run it; raises as :func:`graphstep.engine.trace.trace` does."""
        if self.recorded is not None:
            from graphstep.engine.replay import replay

            if not self._kept:
                # What somebody else computed does not change, and whoever opens it looks at it first.
                self._kept.append(replay(self.program, self.inputs, self.recorded, seed=self.seed, setup=self.setup))
            return self._kept[0]
        from graphstep.engine.trace import trace

        return trace(self.program, self.inputs, seed=self.seed, ties=self.setup.ties, setup=self.setup)


def read_setup(
    setup: Setup,
    values: Mapping[str, Number] | None = None,
    *,
    seed: Number | None = None,
    files: bool = False,
    watch: Watch | None = None,
) -> Opening:
    """Read what a setup says. ``values`` and ``seed`` are those that have no text, or were read from it before.

    ``watch`` is told how much of the program has been read.

    ``files`` says whether a program ``@FILE`` and values ``@FILE`` are read: only who typed them may choose files. Raises
    ReadError for what cannot be read, and InputError for data that is no input of the program.
    """
    from graphstep.language.rewrite import read_program
    from graphstep.language.values import read_texts, read_value

    values = values or {}
    # A value that is there is not read from its text again: the file that it names may have changed since.
    texts = {name: text for name, text in setup.inputs.items() if text is not None and name not in values}
    numbers = {**values, **read_texts(texts, files=files)}
    inputs = {name: numbers[name] for name in {**setup.inputs, **values} if name in numbers}
    text = program_text(setup.program) if files else setup.program
    program = read_program(text, inputs, watch, share=setup.share, expand=setup.expand, fold=setup.fold)
    if unknown := sorted({*setup.data} - {*program.inputs}):
        hint = did_you_mean(unknown[0], program.inputs) or f"its inputs are {listed(program.inputs)}"
        raise InputError(f"data names {quoted(unknown[0])}, which is no input of the program", hint=hint)
    program = replace(program, data=frozenset(setup.data)) if setup.data else program
    if seed is None:
        if setup.seed is None:
            raise InputError("the seed has no text", hint="give its value")
        seed = read_value(setup.seed, files=files)
    return Opening(setup, program, inputs, seed)


def open_setup(setup: Setup, values: Mapping[str, Number] | None = None) -> Trace:
    """Run a setup; takes and raises what :func:`read_setup` does, and raises as :func:`graphstep.engine.trace.trace` does."""
    return read_setup(setup, values).run()


def program_text(typed: str) -> str:
    """The text of a program as typed on a command line: itself, or what stands in the file that ``@FILE`` names."""
    if not typed.startswith("@"):
        return typed
    try:
        # Four bytes are the most that a character takes, and a mark of byte order may stand before them.
        with io.TextIOWrapper(open_file(typed[1:], 4 * limits.TEXT + 4), encoding="utf-8-sig") as file:
            return file.read(limits.TEXT + 1)
    except UnicodeDecodeError as error:
        raise InputError(f"{quoted_path(typed[1:])} is not a text file in UTF-8") from error

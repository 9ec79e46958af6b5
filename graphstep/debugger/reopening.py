"""The command that opens this very step again."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from graphstep.ground.exact import exact_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from graphstep.engine.trace import Trace
    from graphstep.ground.arrays import Number

COMMAND_CELLS = 400
"""Cells up to which an array is written into a command."""

TRIED = 5_000
"""Nodes up to which it is tried out how a program was rewritten."""


def reopening(
    trace: Trace,
    at: int | None,
    command: Sequence[str],
    *,
    fold: bool = False,
    spelled: Mapping[str, str] | None = None,
    breaks: Sequence[str] = (),
) -> str:
    """The shell command for step ``at`` of a run, or for the run without a step.

    ``command`` are the words that opened the program, if a command did.

    The inputs are those of the run, whatever was typed at first: they may have been edited since. ``spelled`` are texts that
    were typed for them. An array for which there is no text is left out: :func:`without_text` names it. ``breaks`` are the
    conditions to stop at.
    """
    words = list(command) or ["graphstep", "step", trace.program.text]
    # What stands behind the program are values and options; the program itself may be x, --x or y=x and look like either.
    place = 2 if words[1] == "step" else 1
    behind = words[place + 1 :]
    # Standard input was read to its end, and is not there a second time.
    program = trace.program.text if words[place] == "-" else words[place]
    options = [word for word in behind if word.startswith("--") and not word.startswith("--break=")]
    if not command:
        options += _options_of(trace)
    if fold and "--fold" not in options:
        options.append("--fold")
    options += [f"--break={text}" for text in breaks]
    texts = texts_of(trace.inputs, command, spelled or {})
    values = [f"{name}={text}" for name, text in texts.items() if text is not None]
    step = [] if at is None else ["--at", str(at)]
    # A word such as train would be a command.
    front = ["graphstep", "step"] if program.isalpha() or program.startswith("-") else ["graphstep"]
    if program.startswith("--"):
        return shlex.join([*front, *options, *step, "--", program, *values])
    return shlex.join([*front, program, *values, *options, *step])


def _options_of(trace: Trace) -> list[str]:
    """The options that make this run of its program's text, where no command is known that did."""
    options = [f"--{name}" for name in _rewriting(trace)]
    if trace.program.data:
        options.append(f"--data={','.join(name for name in trace.program.inputs if name in trace.program.data)}")
    seed = exact_text(trace.seed)
    if seed not in ("1", None):
        options.append(f"--seed={seed}")
    return [*options, f"--ties={trace.ties}"] if trace.ties != "first" else options


def _rewriting(trace: Trace) -> tuple[str, ...]:
    """How the text was rewritten: ``("expand",)``. A program does not say it, so it is tried; nothing where nothing fits."""
    from graphstep.ground.arrays import shape_of
    from graphstep.ground.errors import GraphstepError
    from graphstep.language.rewrite import read_program
    from graphstep.language.shapes import fit

    program, shapes = trace.program, {name: shape_of(value) for name, value in trace.inputs.items()}
    if len(program.nodes) > TRIED:
        return ()
    for names in ((), ("expand",), ("fold",), ("share",), ("share", "expand"), ("share", "fold")):
        try:
            found = read_program(program.text, trace.inputs, **dict.fromkeys(names, True))
            if fit(found, shapes).program.nodes == program.nodes:
                return names
        except GraphstepError:
            # A program from elsewhere, as from SymPy, has a text that reads differently or not at all.
            continue
    return ()


def without_text(trace: Trace, command: Sequence[str], spelled: Mapping[str, str] | None = None) -> list[str]:
    """The inputs that are too large to be written into a command, and were not typed as they are now."""
    return [name for name, text in texts_of(trace.inputs, command, spelled or {}).items() if text is None]


def texts_of(
    inputs: Mapping[str, Number], command: Sequence[str], spelled: Mapping[str, str], cells: int = COMMAND_CELLS
) -> dict[str, str | None]:
    """By input a text that makes its value: a numeral, what was typed for an array where that is still its value, or its cells.

    None for an array of more than ``cells`` cells that was not typed so.
    """
    typed = dict(word.partition("=")[::2] for word in command if "=" in word and not word.startswith("-")) | dict(spelled)
    texts: dict[str, str | None] = {}
    for name, value in inputs.items():
        known = typed.get(name)
        texts[name] = known if known is not None and _makes(known, value) else exact_text(value, cells)
    return texts


def _makes(text: str, value: Number) -> bool:
    import numpy as np

    from graphstep.ground.errors import GraphstepError
    from graphstep.language.values import read_value

    try:
        return bool(np.array_equal(np.asarray(read_value(text)), np.asarray(value), equal_nan=True))
    except GraphstepError:
        # The expression of a program may hold an = as well.
        return False

"""The command that opens this very step again."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from graphstep.tui.exact import exact_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from graphstep.arrays import Number
    from graphstep.trace import Trace

COMMAND_CELLS = 400
"""Cells up to which an array is written into a command."""


def reopening(
    trace: Trace,
    at: int,
    command: Sequence[str],
    *,
    fold: bool = False,
    spelled: Mapping[str, str] | None = None,
    breaks: Sequence[str] = (),
) -> str:
    """The shell command for step ``at`` of a run; ``command`` are the words that opened the program, if a command did.

    The inputs are those of the run, whatever was typed at first: they may have been edited since. ``spelled`` are texts that
    were typed for them. An array for which there is no text is left out: :func:`without_text` names it. ``breaks`` are the
    conditions to stop at.
    """
    words = list(command) or ["graphstep", "step", trace.program.text]
    inputs = trace.inputs
    texts = texts_of(inputs, command, spelled or {})
    kept = [word for word in words if word.partition("=")[0] not in inputs or word.startswith("-")]
    options = [word for word in kept if word.startswith("--") and len(word) > 2]
    rest = [word for word in kept if word not in options]
    options = [word for word in options if not word.startswith("--break=")]
    rest += [f"{name}={text}" for name, text in texts.items() if text is not None]
    if not command and exact_text(trace.seed) not in ("1", None):
        options.append(f"--seed={exact_text(trace.seed)}")
    if not command and trace.ties != "first":
        options.append(f"--ties={trace.ties}")
    if fold and "--fold" not in options:
        options.append("--fold")
    options += [f"--break={text}" for text in breaks]
    return shlex.join([*rest, *options, "--at", str(at)])


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
        if isinstance(value, int | float):
            texts[name] = exact_text(value)
            continue
        known = typed.get(name)
        texts[name] = known if known is not None and _makes(known, value) else exact_text(value, cells)
    return texts


def _makes(text: str, value: Number) -> bool:
    import numpy as np

    from graphstep.errors import GraphstepError
    from graphstep.values import read_value

    try:
        return bool(np.array_equal(np.asarray(read_value(text)), np.asarray(value), equal_nan=True))
    except GraphstepError:
        # The expression of a program may hold an = as well.
        return False

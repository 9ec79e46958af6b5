"""The command that opens this very step again."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from graphstep.trace import Trace


def reopening(trace: Trace, at: int, command: Sequence[str], *, fold: bool = False) -> str:
    """The shell command for step ``at`` of a run; ``command`` are the words that opened the program, if a command did.

    The inputs are those of the run, whatever was typed at first: they may have been edited since.
    """
    words = list(command) or ["graphstep", "step", trace.program.text]
    inputs = trace.inputs
    kept = [word for word in words if word.partition("=")[0] not in inputs or word.startswith("-")]
    options = [word for word in kept if word.startswith("--") and len(word) > 2]
    rest = [word for word in kept if word not in options]
    rest += [f"{name}={_exact(value)}" for name, value in inputs.items()]
    if not command and trace.seed != 1:
        options.append(f"--seed={_exact(trace.seed)}")
    if not command and trace.ties != "first":
        options.append(f"--ties={trace.ties}")
    if fold and "--fold" not in options:
        options.append("--fold")
    return shlex.join([*rest, *options, "--at", str(at)])


def _exact(value: float) -> str:
    return repr(value).removesuffix(".0")

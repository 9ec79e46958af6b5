"""Options and numbers as they are typed, for the expansions of composite gates."""

from __future__ import annotations

from graphstep.gates.rule import Options


def written(options: Options) -> str:
    """The options as they are typed behind an input: ``, axis=0, keepdims=true``."""
    axis = "" if options["axis"] is None else f", axis={options['axis']}"
    return axis + (", keepdims=true" if options.get("keepdims") else "")


def typed(value: float) -> str:
    """A number as it can be typed, to the last bit."""
    # repr is the shortest text that is read back to the last bit.
    return repr(float(value)).removesuffix(".0").replace("e-0", "e-").replace("e+", "e")

"""``graphstep gradient EXPR NAME=VALUE …``: the backward pass as a program, or as code in NumPy or PyTorch."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from typing import Any

from graphstep.engine.inputs import check_inputs
from graphstep.faces.cli.program import opening_of, program_arguments
from graphstep.ground.arrays import shape_of
from graphstep.ground.errors import InputError, did_you_mean, quoted
from graphstep.ground.precision import FLOAT64

USAGE = "EXPR [NAME=VALUE ...] [options]"
SUMMARY = "Print the backward pass as a program that can be stepped, or as NumPy or PyTorch code."
EXAMPLES = """\
examples:
  graphstep gradient "(x+y)*z"                                     a statement a gate, forward and backward
  graphstep gradient "sum((sigmoid(x@w) - y)^2)" x="randn(4,3)" w="randn(3,2)" y="randn(4,2)" --to backward.py
  graphstep gradient "sigmoid(w*x + b)" w=2 x=-1 b=3 --format torch    the same in PyTorch
  graphstep gradient "x^3 + sin(x)" --to slope.txt                 then: graphstep @slope.txt x=2

Inputs without a value are single numbers.
"""

FORMATS = ("text", "numpy", "torch")
"""What it can be written as."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    program_arguments(parser)
    parser.add_argument("--format", metavar="F", help="print it as text (a program, the default), numpy or torch")
    parser.add_argument("--to", metavar="FILE", help="write it to a file: .txt a program, .py NumPy code unless --format torch")


def run(options: argparse.Namespace) -> int:
    """Print or write the backward pass."""
    name = options.format or ("numpy" if options.to and options.to.endswith(".py") else "text")
    if name not in FORMATS:
        hint = did_you_mean(name, FORMATS) or "text, numpy or torch"
        raise InputError(f"a gradient has no format {quoted(name)}", hint=hint)
    # Options of every program that the code does not hold: refused, since it would compute something else without a word.
    for option, usual in (("seed", "1"), ("dtype", FLOAT64)):
        if (word := getattr(options, option)) != usual:
            raise InputError(f"the backward pass is written for --{option} {usual}, not {quoted(word)}")
    opening = opening_of(options)
    # What has no value is a number; what has one has to stand in the program.
    check_inputs(opening.program, {**dict.fromkeys(opening.program.inputs, 0.0), **opening.inputs})
    pieces = _pieces(opening, name, ["--format", name])
    if options.to:
        from graphstep.ground.files import write_file

        print(f"wrote {write_file(options.to, pieces)}", file=sys.stderr)
    else:
        sys.stdout.writelines(pieces)
    return 0


def _pieces(opening: Any, name: str, asked: list[str]) -> Iterator[str]:
    from graphstep.language.listing import listing, text_of

    shapes = {each: shape_of(value) for each, value in opening.inputs.items()}
    of = listing(opening.program, shapes, opening.setup.ties)
    if name == "text":
        yield text_of(of)
        return
    from graphstep.faces.export._staged import staged

    yield from staged(of, opening.inputs, name, opening.setup.command(*asked, command="gradient"))

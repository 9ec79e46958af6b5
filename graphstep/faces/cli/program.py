"""What commands that take a program have in common: the expression, its values, and how it is read."""

from __future__ import annotations

import io
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from graphstep.ground import limits
from graphstep.ground.errors import InputError, did_you_mean, quoted, quoted_path
from graphstep.ground.files import open_file

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from graphstep.ground.arrays import Number
    from graphstep.language.program import Program


def program_arguments(parser: argparse.ArgumentParser, *, needed: bool = True) -> None:
    """Add EXPR (which may be left out unless ``needed``), NAME=VALUE and the options that say how a program is read and run."""
    count = None if needed else "?"
    program = "the program; @FILE reads it from a file, - from standard input"
    values = 'a value for each input: x=-2 y=1/3 W="[[1,2],[3,4]]" X=@data.csv'
    parser.add_argument("expression", metavar="EXPR", nargs=count, help=program)
    parser.add_argument("values", metavar="NAME=VALUE", nargs="*", help=values)
    parser.add_argument("--seed", default="1", metavar="V", help="gradient of the output (default: 1, in every cell)")
    parser.add_argument(
        "--ties",
        choices=["first", "split"],
        default="first",
        help="who gets the gradient of max at a tie: the first that attains it, or all in equal shares (default: first)",
    )
    parser.add_argument("--data", metavar="NAMES", default="", help="inputs that are given, so that they get no gradient: X,y")
    parser.add_argument("--share", action="store_true", help="merge equal subexpressions into one node")
    parser.add_argument("--expand", action="store_true", help="take composite gates such as sigmoid apart")
    parser.add_argument("--fold", action="store_true", help="make one gate of a typed 1/(1+exp(-u)) and its like")


def read_options(options: argparse.Namespace) -> tuple[Program, dict[str, Number], Number]:
    """The program, the values of its inputs and the seed; an InputError says what cannot be read."""
    from graphstep.language.rewrite import read_program
    from graphstep.language.values import read_inputs, read_value

    inputs = read_inputs(options.values)
    text = source(options.expression)
    program = read_program(text, inputs, share=options.share, expand=options.expand, fold=options.fold)
    data = frozenset(name.strip() for name in options.data.split(",") if name.strip())
    if unknown := sorted(data - {*program.inputs}):
        hint = did_you_mean(unknown[0], program.inputs) or f"its inputs are {', '.join(program.inputs)}"
        raise InputError(f"--data names {quoted(unknown[0])}, which is no input of the program", hint=hint)
    return replace(program, data=data) if data else program, inputs, read_value(options.seed)


def typed_texts(words: Sequence[str]) -> dict[str, str]:
    """What was typed for the inputs, by name: ``x=1/3``."""
    return {name.strip(): text.strip() for name, equals, text in (word.partition("=") for word in words) if equals}


def source(word: str) -> str:
    """The text of a program: the word itself, or what stands in the file or on standard input that it names."""
    if word == "-":
        return sys.stdin.read(limits.TEXT + 1).removeprefix("\ufeff")
    if not word.startswith("@"):
        return word
    try:
        # Four bytes are the most that a character takes, and a mark of byte order may stand before them.
        with io.TextIOWrapper(open_file(word[1:], 4 * limits.TEXT + 4), encoding="utf-8-sig") as file:
            return file.read(limits.TEXT + 1)
    except UnicodeDecodeError as error:
        raise InputError(f"{quoted_path(word[1:])} is not a text file in UTF-8") from error

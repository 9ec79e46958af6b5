"""``graphstep judge ENGINE.py``: which gate of somebody's own autograd engine is wrong, and how."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from graphstep.faces.cli.program import language_argument, language_of
from graphstep.faces.cli.reports import deliver, report_arguments
from graphstep.ground.errors import InputError, did_you_mean, quoted
from graphstep.language.setup import Setup

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from graphstep.telling.document import Document, Manner

USAGE = "FILE.py|package.module [--class C] [--require NAMES] [options]"
SUMMARY = "Run your own autograd engine beside this one, and name the gate that is wrong."
EXAMPLES = """\
examples:
  graphstep judge engine.py                      an engine with one class that has a method backward
  graphstep judge micrograd.engine               one that is installed
  graphstep judge engine.py --class Tensor       which of several classes; one that holds arrays is tried on matrices too
  graphstep judge engine.py --require exp,tanh   these have to be there: + and × always have to
  graphstep judge engine.py --format json

A value is made by C(0.7); numbers are read from data or value, and from grad or gradient. Every gate is tried alone, under
an upstream gradient, at a fork and in longer programs; the fault that comes to the same numbers is the one that is named.

The engine runs in a process of its own, in an empty folder, with 1 GiB, 10 seconds of processor and 20 of a clock. That
is no sandbox: judge only what you would run yourself.

It ends with status 1 when something is wrong, fails or is required and absent, and with 2 when there is nothing to judge.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    parser.add_argument("engine", metavar="FILE.py|package.module", help="the engine: a file, or a module that is installed")
    parser.add_argument("--class", dest="kind", metavar="C", default="", help="the class of its values, where there are several")
    parser.add_argument("--require", metavar="NAMES", default="", help="operations that have to be there: exp,tanh")
    report_arguments(parser)
    language_argument(parser)


def run(options: argparse.Namespace) -> int:
    """Judge and print."""
    from graphstep.teaching.judge import report
    from graphstep.teaching.judge.judgement import judge
    from graphstep.teaching.judge.process import engine

    required, language = _required(options.require), language_of(options.language)
    # The process of the engine ends with the judgement: what is printed below asks nothing of it any more.
    with engine(options.engine, options.kind) as one:
        judgement = judge(one, required)
    asked = [f"--class={options.kind}"] * bool(options.kind) + [f"--require={options.require}"] * bool(options.require)
    asked += Setup("", language=language).options()

    def document(_: Manner, words: Sequence[str]) -> Document:
        return report.document(judgement, language, shlex.join(["graphstep", "judge", options.engine, *asked, *words]))

    deliver(options, lambda _: report.body(judgement, language), lambda: report.data(judgement, language), document)
    return 0 if judgement.is_right else 1


def _required(text: str) -> list[str]:
    from graphstep.teaching.judge.operations import ROWS

    names = [name for name in text.replace(" ", "").split(",") if name]
    for name in names:
        if name not in ROWS:
            hint = did_you_mean(name, ROWS) or f"there are {', '.join(ROWS)}"
            raise InputError(f"no operation is called {quoted(name)}", hint=hint)
    return names

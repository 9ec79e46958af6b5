"""``graphstep capture FILE.py:FUNCTION NAME=VALUE …``: step through a function in Python."""

from __future__ import annotations

import argparse

from graphstep.faces.cli import step
from graphstep.faces.cli.program import PYTHON
from graphstep.ground.errors import InputError

USAGE = "FILE.py:FUNCTION [NAME=VALUE ...] [options]"
SUMMARY = "Run a Python function on numbers and arrays, and step through what it computed."
EXAMPLES = """\
examples:
  graphstep capture neuron.py:loss w=0.5 x=2             open the debugger on a call of loss
  graphstep capture neuron.py:loss w=0.5 x=2 --plain     tell every step, one a line
  graphstep capture neuron.py:loss w=0.5 x=2 --to solution.md
  graphstep capture rnn.py:loss w=0.5 n=3 --fixed n      n is handed on as it is: for k in range(n)
  graphstep capture net.py:loss W=@W.npy x=[1,2] --to run.gsz     keep it; graphstep step run.gsz opens it again
  graphstep capture net.py:loss --args net.py:batch      batch() returns the arguments: a tuple, a dict, or (args, kwargs)
  graphstep capture train.py:loss --to run.gsz           a loss of PyTorch's or JAX's, with its own numbers
  graphstep capture engine.py:loss                       a function that returns a value of an autograd engine of your own
  graphstep check neuron.py:loss w=0.5 x=2 --from python     the same for check, why, jacobian, diagnose and repl

The file is run, in a process of its own with 60 seconds and 4 GiB: name only files that you would run yourself.
Operators and the functions of math and NumPy are followed; float(x), int(x) and formats of a traced number are
refused, with the line. Of an if the branch that was taken is what is shown.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    step.arguments(parser)
    # The options of step, and as its dialect what --from python would say: one way from here on.
    parser.set_defaults(dialect=PYTHON)


def run(options: argparse.Namespace) -> int:
    """Capture, then step, print or write."""
    if options.dialect != PYTHON:
        hint = f"graphstep EXPR … --from {options.dialect} reads a text"
        raise InputError(f"capture runs a function of a Python file, and reads no {options.dialect}", hint=hint)
    return step.run(options)

"""The Python front door: read, rewrite, run, and look at the result.

>>> import graphstep as gs
>>> run = gs.run("(x+y)*z", x=-2, y=5, z=-4)
>>> run.output, run.gradients["x"]
(-12.0, -4.0)
>>> run["x+y"].value, run["x+y"].gradient
(3.0, -4.0)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphstep.errors import InputError, quoted
from graphstep.result import Run, numbers
from graphstep.rewrite import read_program
from graphstep.trace import trace

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import networkx

    from graphstep.gates import Ties
    from graphstep.witnesses import Report


def run(
    text: str,
    /,
    *,
    inputs: Mapping[str, Any] | None = None,
    seed: Any = 1.0,
    ties: Ties = "first",
    share: bool = False,
    expand: bool = False,
    fold: bool = False,
    **values: Any,
) -> Run:
    """Read a program, build its graph and run it forward and backward.

    Inputs are numbers, lists of numbers or NumPy arrays. They are given by keyword, or in ``inputs`` where their names clash with
    a parameter. ``seed`` is the gradient of the output, ``ties`` says who gets the gradient of max at a tie: the ``first`` (a constant before all) or all (``split``).

    Raises ReadError (the text cannot be read), LimitError (it is too large), InputError (a value is missing or
    superfluous), ShapeError (arrays do not go together).
    """
    if ties not in ("first", "split"):
        raise InputError(f"ties must be 'first' or 'split', not {quoted(str(ties))}")
    given = numbers({**(inputs or {}), **values})
    program = read_program(text, given, share=share, expand=expand, fold=fold)
    return Run(trace(program, given, seed=numbers({"seed": seed})["seed"], ties=ties))


def build(
    text: str, /, *, given: Collection[str] = (), share: bool = False, expand: bool = False, fold: bool = False
) -> networkx.MultiDiGraph:
    """The computational graph of a program, without running it (see :func:`graphstep.graph.build`)."""
    from graphstep import graph

    return graph.build(read_program(text, given, share=share, expand=expand, fold=fold))


def from_sympy(expr: Any, /, *, inputs: Mapping[str, Any] | None = None, **values: Any) -> Run:
    """Run a SymPy expression. Its symbols are the inputs; the order of its terms is the one in which SymPy keeps them.

    InputError when it holds something that graphstep has no gate for.
    """
    from graphstep import symbolic

    return run(symbolic.from_sympy(expr), inputs={**(inputs or {}), **values})


def check(text: str, /, **options: Any) -> Report:
    """Compare backprop, SymPy's derivative and central differences for every input; takes what :func:`run` takes."""
    return run(text, **options).check()

"""graphstep: a stepping debugger for backpropagation.

    >>> import graphstep as gs
    >>> run = gs.run("(x+y)*z", x=-2, y=5, z=-4)
    >>> run.gradients
    {'x': -4.0, 'y': -4.0, 'z': 3.0}

Importing it is cheap: NumPy, networkx, SymPy and Textual are imported when something needs them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from graphstep.faces.api import build, capture, check, from_latex, from_numpy, from_sympy, load, record, run, train
    from graphstep.faces.result import Run
    from graphstep.faces.training import Training
    from graphstep.ground.errors import GraphstepError, InputError, LimitError, ReadError

__version__ = "0.1.0"

__all__ = [
    "GraphstepError",
    "InputError",
    "LimitError",
    "ReadError",
    "Run",
    "Training",
    "build",
    "capture",
    "check",
    "from_latex",
    "from_numpy",
    "from_sympy",
    "load",
    "record",
    "run",
    "train",
]

_HOMES = {
    **dict.fromkeys(("GraphstepError", "InputError", "LimitError", "ReadError"), "ground.errors"),
    **dict.fromkeys(
        ("build", "capture", "check", "from_latex", "from_numpy", "from_sympy", "load", "record", "run", "train"), "faces.api"
    ),
    "Run": "faces.result",
    "Training": "faces.training",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'graphstep' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"graphstep.{_HOMES[name]}"), name)

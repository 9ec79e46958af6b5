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
    from graphstep.engine.capture.recording import CaptureError
    from graphstep.faces.api import build, capture, check, from_latex, from_numpy, from_sympy, load, record, run
    from graphstep.faces.result import Run
    from graphstep.faces.training import Training, train
    from graphstep.ground.errors import GraphstepError, InputError, LimitError, ReadError, ShapeError

__version__ = "0.1.0"

__all__ = [
    "CaptureError",
    "GraphstepError",
    "InputError",
    "LimitError",
    "ReadError",
    "Run",
    "ShapeError",
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

if not TYPE_CHECKING:
    # A type checker sees the names above, and calls any other one what it is: a slip.
    _HOMES = {
        **dict.fromkeys(("GraphstepError", "InputError", "LimitError", "ReadError", "ShapeError"), "ground.errors"),
        "CaptureError": "engine.capture.recording",
        "Run": "faces.result",
        **dict.fromkeys(("Training", "train"), "faces.training"),
    }

    def __getattr__(name: str) -> Any:
        if name not in __all__:
            raise AttributeError(f"module 'graphstep' has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(f"graphstep.{_HOMES.get(name, 'faces.api')}"), name)

    def __dir__() -> list[str]:
        # What completes names and what help() lists: nothing of it is imported before somebody asks for it.
        return sorted({*globals(), *__all__})

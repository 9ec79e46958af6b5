"""The backward pass of somebody's engine: what it is called, what it is given, and where the gradients are then.

Most engines have a method ``backward``. Others call it otherwise, want the gradient of the output, have a function of the module,
or hand back the gradients by value: ``get_gradients(loss)[x]``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from types import FunctionType, ModuleType
from typing import Any, NamedTuple

from graphstep.ground.late import np
from graphstep.teaching.judge.values import GRADIENTS, attribute, contents

PASSES = (
    "backward", "backwards", "backprop", "back_prop", "backpropagate", "backpropagation", "backward_pass", "run_backward",
    "compute_gradients", "calculate_gradients", "compute_grads", "calc_gradients", "get_gradients", "gradients", "grad",
)  # fmt: skip
"""What it is called, the likeliest first."""


class Pass(NamedTuple):
    """How a backward pass is begun."""

    text: str
    """What is written to begin it at a loss."""
    begin: Callable[[Any], Callable[[Any], Any]]
    """It is called with the output of a graph, and hands back what tells the gradient of a value."""


def pass_of(kind: type, module: ModuleType) -> Pass | None:
    """The backward pass of a class of values: a method, or a function of the module. None where there is none."""
    # Layers and optimizers have methods of such names too; without arithmetic there is no graph to go back through.
    does_arithmetic = any(hasattr(kind, name) for name in ("__add__", "__mul__"))
    for name in PASSES if does_arithmetic else PASSES[:1]:
        if callable(function := getattr(kind, name, None)):
            return _pass(function, f"loss.{name}({{}})", "{}")
        function = getattr(module, name, None) if does_arithmetic else None
        if isinstance(function, FunctionType) and function.__module__ == module.__name__:
            return _pass(function, f"{name}(loss{{}})", ", {}")
    return None


def _pass(function: Callable[..., Any], text: str, seed: str) -> Pass:
    try:
        parameters = [*inspect.signature(function).parameters.values()][1:]
    except (TypeError, ValueError):
        parameters = []
    seeds = [each for each in parameters if each.default is each.empty and each.kind is each.POSITIONAL_OR_KEYWORD]

    def begin(output: Any) -> Callable[[Any], Any]:
        came = function(output, *(_one(output) for _ in seeds))
        if isinstance(came, Mapping):
            return lambda value: came.get(value, 0.0)
        return lambda value: attribute(value, GRADIENTS)

    return Pass(text.format(seed.format(", ".join("1" for _ in seeds)) if seeds else ""), begin)


def _one(output: Any) -> Any:
    """The gradient of an output with respect to itself, for an engine that wants to be given it."""
    cells = contents(output)
    return np.ones(np.shape(cells)) if isinstance(cells, list) else 1.0

"""Tensors of somebody's own engine that computes with NumPy: where arrays in them are traced, the engine is followed.

Its backward pass computes with traced arrays as well. What that comes to are the engine's own gradients, and no gates.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from typing import Any

from graphstep.engine.capture.objects import GRADIENTS, VALUES, asked
from graphstep.engine.capture.recorder import Recorder
from graphstep.engine.capture.recording import CaptureError
from graphstep.engine.capture.traced import Fillable, Traced, plain
from graphstep.ground.arrays import Number
from graphstep.ground.arrays import plain as widened
from graphstep.ground.late import np


def held_by(value: Any) -> Traced | None:
    """The traced number or array that an object of an engine holds."""
    return next((held for name in VALUES if isinstance(held := asked(value, name), Traced)), None)


def end_at(recorder: Recorder, output: Traced, root: Any, tensors: Iterable[Any]) -> None:
    """End a recording at the output of an engine, with the gradients that it has come to, if it has."""
    recording, first = recorder.recording, len(recorder.recording.inputs)
    recording.output = output.node
    # An array of the engine's own may have to be put together of what was added to it.
    recorder.ended = False
    # Where there has been no backward pass from here all of them are 0; some engines drop that of the output behind it.
    asked_for = (own := _gradient(root)) is None or np.any(own)
    gradients = _gradients(tensors) if asked_for else {}
    gradients = gradients if any(map(np.any, gradients.values())) else {}
    recorder.ended = True
    # What the output is made of was computed before it.
    last = max(output.node - first + 1, 0)
    del recording.operations[last:], recorder.places[last:]
    recording.branches = [each for each, before in zip(recording.branches, recorder.asked, strict=True) if before <= last]
    read = [x for each in recording.operations for x in each.operands if isinstance(x, int)]
    for name in [*recording.constants][-min((0, *read)) :]:
        del recording.constants[name]
    names = [*recording.inputs]
    for node, gradient in gradients.items():
        if node < first:
            recording.gradients[names[node]] = gradient
        elif node <= output.node:
            recording.operations[node - first].gradient = gradient


def _gradients(tensors: Iterable[Any]) -> dict[int, Number]:
    """By node the gradient of the tensor that holds it."""
    pairs = [(held, tensor) for tensor in tensors if (held := held_by(tensor)) is not None]
    holders, gradients = Counter(held.node for held, _ in pairs), dict[int, Number]()
    for held, tensor in pairs:
        gradient = _gradient(tensor)
        # Of an array in two tensors each has a part of its gradient.
        if holders[held.node] == 1 and gradient is not None and np.shape(gradient) == np.shape(held.value):
            gradients[held.node] = widened(gradient)
    return gradients


def _gradient(tensor: Any) -> Any:
    """The gradient in a tensor, whatever it is wrapped in; None for none."""
    inside = next((held for name in GRADIENTS if (held := asked(tensor, name)) is not None), None)
    if not isinstance(inside, np.ndarray | np.generic | float | int | Traced):
        inside = next((held for name in VALUES if (held := asked(inside, name)) is not None), None)
    try:
        inside = inside.now(sys._getframe()) if isinstance(inside, Fillable) else inside
        return np.asarray(plain(inside), np.float64) if inside is not None else None
    except (TypeError, ValueError, CaptureError):
        # It holds no numbers, or was written to in a way that is not followed.
        return None

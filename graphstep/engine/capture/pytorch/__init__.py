"""PyTorch: a function whose loss is a tensor becomes a recording, with PyTorch's own values and gradients.

A mode of PyTorch's (``torch.overrides.TorchFunctionMode``) sees each call of the user's source with what it returned, so that
gates are at the level of what was written: ``F.cross_entropy`` is one. What no gate of ours computes is a gate that is known by
PyTorch's numbers only (:mod:`graphstep.gates.opaque`), and so is one whose slopes PyTorch chooses otherwise, at a tie of ``max``.

``tape`` records, ``table`` says which gates a function of PyTorch's is, ``gradients`` asks PyTorch for its own; the other modules
enter functions into the table.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from graphstep.engine.capture.pytorch import cells, layers, losses, movement, reductions
from graphstep.engine.capture.pytorch.gradients import fill_gradients, missing
from graphstep.engine.capture.pytorch.tape import Tape
from graphstep.engine.capture.pytorch.tensors import flat, is_tensor
from graphstep.engine.capture.recording import CaptureError
from graphstep.engine.replay import differing_node
from graphstep.ground.errors import GraphstepError
from graphstep.ground.late import np

if TYPE_CHECKING:
    from graphstep.engine.capture.recording import Recording
    from graphstep.engine.opening import Opening

_ALL, _MANY, _FEW = 1e-6, 1e-3, 0.5
"""The part of its largest cell by which rounding may take a gradient from PyTorch's, in float64, float32 and types of 16 bits."""


_UNSEEN = "a hook that changes gradients, and a write to .data or to an array that shares the memory, are not seen"


def checked(opening: Opening) -> None:
    """Run what was captured; CaptureError where a number is plainly another one than PyTorch's: then something was not seen."""
    try:
        trace = opening.run()
    except GraphstepError as error:
        raise CaptureError(error.message, hint=error.hint or _UNSEEN) from error
    recorded = trace.recorded
    assert recorded is not None, "a capture is recorded"
    within = _FEW if any("16" in dtype for dtype in recorded.dtypes) else _MANY if "float32" in recorded.dtypes else _ALL
    known = [float(np.max(np.abs(each), initial=0.0, where=np.isfinite(each))) for each in recorded.gradients if each is not None]
    # What adds up to nothing is as far from it as the rounding of what was added.
    floor = (1e-14 if within == _ALL else 1e-5 if within == _MANY else 0.1) * max(known, default=0.0)
    for name, node in ((name, trace.program.names[name]) for name in trace.program.inputs):
        theirs = recorded.gradients[node] if recorded.gradients else None
        if theirs is None:
            continue
        ours = np.asarray(trace.gradient_of(node))
        scale = float(np.max(np.abs(theirs), initial=0.0, where=np.isfinite(theirs)))
        if not np.allclose(ours, theirs, rtol=within, atol=max(floor, within * scale), equal_nan=True):
            first = node if (differing := differing_node(trace)) is None else differing
            near = (first, *trace.program.consumers.gates(first))
            place = next((recorded.places[k] for k in near if recorded.places[k]), "")
            where = f": on the way back they part at {place}" if place else ""
            message = f"the gradient of {name} that PyTorch computes is not what the recorded gates come to{where}"
            raise CaptureError(message, hint=_UNSEEN)


@contextmanager
def mode_of(tape: Tape) -> Iterator[None]:
    """What PyTorch tells of its calls while it is entered. What torch.compile has compiled is called as it was written."""
    import torch
    from torch.overrides import TorchFunctionMode

    class Mode(TorchFunctionMode):
        def __torch_function__(self, function: Any, _: Any, arguments: Any = (), options: Any = None) -> Any:
            return tape.call(function, arguments, options or {}, sys._getframe(1))

    with ExitStack() as stack:
        if "torch._dynamo" in sys.modules:
            stack.enter_context(torch.compiler.set_stance("force_eager"))
        stack.enter_context(Mode())
        yield


def ended(tape: Tape, result: Any) -> Recording:
    """The recording of a call that returned its loss; CaptureError for what is none."""
    result = loss_in(result, tape.recording.function)
    loss = tape.node_of(result)
    if loss is None or not result.requires_grad:
        why = tape.cut or "nothing that it computed was a parameter, or followed from one"
        is_unseen = not tape.leaves and is_tensor(result) and result.grad_fn is not None
        hint = "what torch.jit has compiled is not seen: capture the function as it was written" if is_unseen else ""
        raise CaptureError(f"what {tape.recording.function} returned has no gradient: {why}", hint=hint)
    fill_gradients(tape, result)
    tape.recording.missing = [*missing(tape)]
    return tape.finished(loss)


def loss_in(result: Any, function: str) -> Any:
    """The loss in what a function returned: that tensor, its ``loss``, or the one number among several results."""
    loss = result.get("loss") if isinstance(result, Mapping) else getattr(result, "loss", None)
    if is_tensor(result):
        loss = result
    elif loss is None and isinstance(result, list | tuple):
        numbers = [x for x in flat(result) if is_tensor(x) and x.numel() == 1 and x.is_floating_point()]
        loss = numbers[0] if len(numbers) == 1 else None
    if loss is not None and is_tensor(loss) and loss.numel() == 1:
        return loss
    hint = "what is differentiated is one number, alone, among other results or as their loss: return the loss"
    if is_tensor(result):
        hint = "what is differentiated is one number: return loss.mean() or loss.sum()"
        raise CaptureError(f"{function} returned a tensor of {'×'.join(map(str, result.shape))}, and no number", hint=hint)
    raise CaptureError(f"{function} returned {type(result).__name__}, and no tensor of one number", hint=hint)

"""The steps of a training loop: their losses and gradients, every so often figures of all tensors, and the step that goes wrong.

A loss is called as it was, and what it returns is handed on. Behind ``loss.backward()``, before anything is done with the
gradients, their length is looked at; where that or the loss is not finite, the function is called once more, from the same
random state and with the same parameters, and captured as :func:`graphstep.engine.capture.record` does it.
"""

from __future__ import annotations

import functools
import logging
import math
import sys
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from statistics import median
from typing import TYPE_CHECKING, Any

from graphstep.engine.capture import called, record_tensors
from graphstep.engine.capture.frameworks import seen_by
from graphstep.engine.capture.opening import opening_of
from graphstep.engine.capture.pytorch import loss_in
from graphstep.engine.capture.pytorch.figures import Figures, Pending, copied, figures_of_calls, pending
from graphstep.engine.capture.pytorch.modules import Modules, parameters_of
from graphstep.engine.capture.pytorch.surroundings import Surroundings
from graphstep.ground.errors import GraphstepError, InputError, did_you_mean, quoted
from graphstep.ground.late import np
from graphstep.ground.records import dataclass

if TYPE_CHECKING:
    from pathlib import Path

    from graphstep.engine.opening import Opening
    from graphstep.engine.trace import Trace
    from graphstep.ground.arrays import Number

WHEN = ("nan", "exploding", "never")
"""When a step is captured: where a number is not finite; also where a gradient is a hundred times as large as it was; never."""

EXPLODING = 100.0
"""How many times the median of the steps before a gradient is that explodes."""

_BEFORE = 8
"""Steps behind which there is a median to speak of."""

_LOG = logging.getLogger("graphstep")


@dataclass(frozen=True, slots=True)
class LoopStep:
    """One step of a training loop in figures."""

    number: int
    """Which step, from 1: one for each call that returned a loss with a gradient."""
    loss: float
    """The loss."""
    norm: float = math.nan
    """The length of all gradients of parameters together behind ``backward()``; nan before it."""
    seed: float = math.nan
    """What was sent back at the loss: 1, the scale of a loss that is scaled, or nan before ``backward()``."""
    tensors: tuple[Figures, ...] = ()
    """What every call of the source computed, its gradient, and the parameters; empty for a step without figures."""

    def __str__(self) -> str:
        """The step in a line, and one for each tensor."""
        head = f"step {self.number}: loss {self.loss:.6g}, gradient {self.norm:.4g}"
        return "\n".join([head, *(f"  {each}" for each in self.tensors)])


Trigger = Callable[[LoopStep], bool]


@dataclass(frozen=True, slots=True)
class Caught:
    """The step that was captured."""

    step: LoopStep
    """Its figures."""
    reason: str
    """Why it was captured."""
    opening: Opening | None
    """The captured step; None where it could not be captured, and :attr:`reason` says why."""
    path: Path | None
    """The file that it was written to; None where it was not."""

    def __str__(self) -> str:
        return self.reason


@dataclass(slots=True)
class _Call:
    """A call whose ``backward()`` is still to come, and what it takes to make it again."""

    arguments: tuple[Any, ...]
    named: Mapping[str, Any]
    around: Surroundings
    step: LoopStep
    figures: list[Pending] | None


class Loop:
    """A function that returns a loss, in a training loop; called as the function is."""

    def __init__(self, function: Callable[..., Any], when: str | Trigger, every: int, keep: int) -> None:
        if "torch" not in sys.modules:
            raise InputError(
                "there is no PyTorch here whose loop could be watched", hint="import torch first, and hand over its loss"
            )
        if isinstance(when, str) and when not in WHEN:
            hint = did_you_mean(when, WHEN) or f"there are {', '.join(WHEN)}, and any function of a step that answers yes or no"
            raise InputError(f"when={quoted(when)} is no reason to capture a step", hint=hint)
        for name, number in (("every", every), ("keep", keep)):
            if not isinstance(number, int) or number < 1:
                hint = "it says for how many steps; when='never' keeps figures alone" if name == "keep" else ""
                raise InputError(f"{name} must be a whole number from 1, not {quoted(repr(number))}", hint=hint)
        self.function = function
        """The function itself."""
        self.caught: Caught | None = None
        """The step that was captured; None as long as nothing went wrong."""
        self._when, self._every = when, every
        self._steps: deque[LoopStep] = deque(maxlen=keep)
        self._modules = Modules()
        self._parameters: list[tuple[str, Any]] = []
        self._count = 0

    def __getattr__(self, name: str) -> Any:
        """What the function has besides: a module of PyTorch's stays one to its optimizer."""
        if name.startswith("__") or name == "function":
            raise AttributeError(name)
        return getattr(self.function, name)

    def __repr__(self) -> str:
        last = f", loss {self._steps[-1].loss:.6g}" if self._steps else ""
        state = f", caught: {self.caught}" if self.caught else ""
        return f"<graphstep loop of {called(self.function)}: {self._count} steps{last}{state}>"

    @property
    def steps(self) -> tuple[LoopStep, ...]:
        """The last steps, the newest at the end."""
        return tuple(self._steps)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call the function, and look at what it returns."""
        torch = sys.modules["torch"]
        if self.caught is not None or not torch.is_grad_enabled():
            return self.function(*arguments, **named)
        around = Surroundings.now()
        figures: list[Pending] | None = [] if self._count % self._every == 0 else None
        with ExitStack() as stack:
            if figures is not None:
                stack.enter_context(figures_of_calls(figures, self._modules))
            result = self.function(*arguments, **named)
        loss = loss_in(result, called(self.function))
        if not loss.requires_grad:
            return result
        self._count += 1
        step = LoopStep(self._count, float(loss.detach()))
        call = _Call(arguments, named, around, step, figures)
        if figures is not None or not self._parameters:
            self._parameters = parameters_of(loss, self._arguments(arguments, named))
        self._steps.append(step)
        if not math.isfinite(step.loss) and self._when in WHEN[:2]:
            self._catch(call, f"the loss of step {step.number} is {step.loss:g}")
        loss.register_hook(functools.partial(self._sent, call))
        return result

    def _arguments(self, arguments: tuple[Any, ...], named: Mapping[str, Any]) -> list[tuple[str, Any]]:
        return [*seen_by(self.function), *((f"p{k}", x) for k, x in enumerate(arguments, 1)), *named.items()]

    def _sent(self, call: _Call, gradient: Any) -> None:
        """The backward pass begins; PyTorch tells when it is over."""
        call.step = replace(call.step, seed=float(gradient))
        sys.modules["torch"].autograd.Variable._execution_engine.queue_callback(functools.partial(self._arrived, call))

    def _arrived(self, call: _Call) -> None:
        """The gradients of the parameters are complete, and nothing was done with them yet."""
        torch = sys.modules["torch"]
        gradients = [(name, each.grad) for name, each in self._parameters if each.grad is not None]
        step = call.step = replace(call.step, norm=_norm(torch, [x for _, x in gradients]))
        if call.figures is not None:
            values = [pending(each, name, "value") for name, each in self._parameters]
            arrived = [pending(each, name, "gradient") for name, each in gradients]
            step = call.step = replace(step, tensors=copied([*call.figures, *values, *arrived]))
            call.figures = None
        for place, each in enumerate(self._steps):
            if each.number == step.number:
                self._steps[place] = step
        if self.caught is not None:
            # Its loss was not finite, and its gradients are known now.
            self.caught = replace(self.caught, step=step)
        elif why := self._why(step):
            self._catch(call, why)

    def _why(self, step: LoopStep) -> str:
        """Why a step is to be captured; empty where it is not."""
        if callable(self._when):
            return f"step {step.number} is what was waited for" if self._when(step) else ""
        if self._when == "never":
            return ""
        # A loss that is scaled up for the sake of 16 bits is meant to overflow now and then; its scaler skips the step.
        if not math.isfinite(step.norm) and not step.seed > 1:
            return f"a gradient of step {step.number} is not finite"
        before = [each.norm for each in self._steps if each.number < step.number and math.isfinite(each.norm)]
        if self._when == "exploding" and len(before) >= _BEFORE and step.norm > EXPLODING * median(before) > 0:
            return f"the gradient of step {step.number} has the length {step.norm:.3g}, and had {median(before):.3g}"
        return ""

    # -- the step that went wrong ------------------------------------------------------------------------------------------------

    def _catch(self, call: _Call, why: str) -> None:
        """Call the function again as it was called, captured, and write that."""
        opening, path = None, None
        try:
            with call.around.again():
                opening = opening_of(record_tensors(self.function, call.arguments, call.named))
            trace = opening.run()
            why = f"{why}: {first_bad(trace) or 'every number that the captured call computes is finite'}"
            if not _same(trace.output, call.step.loss):
                why += f"; called again, the function returned another loss, {trace.output!r}, and that call was captured"
            path = self.write(trace)
            why += f"; wrote {path}" if path else ""
        except GraphstepError as error:
            hint = f" ({error.hint})" if error.hint else ""
            why = f"{why}; it was not captured: {error.message}{hint}{self._by_figures(call)}"
        self.caught = Caught(call.step, why, opening, path)
        _LOG.warning("graphstep: %s", why)

    def write(self, _: Trace) -> Path | None:
        """Write the step that went wrong to a file, and say which; nobody does here."""
        return None

    def _by_figures(self, call: _Call) -> str:
        """What computes the first tensor that is not finite, where the step cannot be captured."""
        figures: list[Pending] = []
        with call.around.again(), figures_of_calls(figures, self._modules):
            self.function(*call.arguments, **call.named)
        odd = next((each for each in copied(figures) if not each.is_finite), None)
        return "" if odd is None else f"; {odd.name} at {odd.place} is the first result that is not finite"


def first_bad(trace: Trace) -> str:
    """Where a captured run first makes what is not finite: forward, else backward; empty where it does not."""
    recorded, program = trace.recorded, trace.program
    assert recorded is not None, "a capture is recorded"

    def at(node: int) -> str:
        place = recorded.places[node] if recorded.places else ""
        return f"{program.nodes[node].gate} at {place}" if place else str(program.nodes[node].gate)

    if (node := trace.first_not_finite) is not None:
        name = program.nodes[node].name
        text = program.label(node) if name is None else f"{name} = {program.label(node)}"
        return f"{at(node)} makes the first {_kind(trace.value_of(node))}: {text}"
    if trace.given_not_finite:
        names = ", ".join(program.label(node) for node in trace.given_not_finite[:4])
        return f"not finite when the step began: {names}"
    if (edge := trace.first_edge_not_finite) is not None:
        wire = trace.wire(edge)
        return f"going back, {at(wire.sender)} sends the first {_kind(wire.contribution)}, to {program.label(wire.receiver)}"
    return ""


def _kind(value: Number) -> str:
    return "nan" if np.isnan(value).any() else "inf" if np.isposinf(value).any() else "-inf"


def _same(one: Number, other: float) -> bool:
    return bool(one == other or (np.isnan(one) and math.isnan(other)))


def _norm(torch: Any, gradients: list[Any]) -> float:
    """The length of all gradients together; nan or inf where one of their cells is, and nan where there are none."""
    dense = [x.coalesce().values() if x.is_sparse else x for x in gradients]
    if not dense:
        return math.nan
    norm = float(torch.nn.utils.get_total_norm(dense))
    if math.isfinite(norm) or not all(bool(torch.isfinite(x).all()) for x in dense):
        return norm
    # The squares were too large for their type.
    return math.hypot(*(float(torch.linalg.vector_norm(x, dtype=torch.float64)) for x in dense))

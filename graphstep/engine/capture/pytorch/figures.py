"""Figures of tensors, computed where the tensors live, and copied from there all at once."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable
from functools import partial
from math import nan
from typing import Any, Literal, NamedTuple

from graphstep.engine.capture.places import at_work
from graphstep.engine.capture.pytorch.modules import Modules
from graphstep.engine.capture.pytorch.tensors import SILENT, flat, is_tensor, name_of
from graphstep.ground.records import dataclass


@dataclass(frozen=True, slots=True)
class Figures:
    """A tensor in a few figures. Those of size are of its finite cells, and nan where it has none."""

    name: str
    """What computed it, ``linear in h.3.attn``; of a parameter its place in the model."""
    of: Literal["value", "gradient"]
    """What of it: itself, or its gradient."""
    place: str
    """The user's line that computed it, ``train.py:31``; empty for a parameter."""
    shape: tuple[int, ...]
    """Its shape."""
    dtype: str
    """The type of its cells."""
    minimum: float
    """The smallest cell."""
    maximum: float
    """The largest cell."""
    mean: float
    """The mean of the cells."""
    rms: float
    """The root of the mean of their squares."""
    zeros: int
    """How many cells are 0."""
    nans: int
    """How many are nan."""
    infinities: int
    """How many are infinite."""

    def __str__(self) -> str:
        """All of it in one line."""
        shape = "×".join(map(str, self.shape)) or "a number"
        sizes = f"min {self.minimum:.4g}, max {self.maximum:.4g}, mean {self.mean:.4g}, rms {self.rms:.4g}"
        counts = f"{self.zeros} zeros, {self.nans} nan, {self.infinities} inf"
        what = f"gradient of {self.name}" if self.of == "gradient" else self.name
        return f"{what}{f' at {self.place}' if self.place else ''}: {shape}, {self.dtype}, {sizes}, {counts}"

    @property
    def is_finite(self) -> bool:
        """Whether every cell is finite."""
        return not (self.nans or self.infinities)


class Pending(NamedTuple):
    """Figures that are still where their tensor lives."""

    make: Callable[..., Figures]
    """What makes them of the seven numbers."""
    size: int
    """How many cells the tensor has."""
    numbers: Any
    """The smallest and largest cell, mean, rms, how many are 0, nan and finite, as a tensor; None for a tensor without cells."""


def pending(tensor: Any, name: str, of: Literal["value", "gradient"], place: str = "") -> Pending:
    """The figures of a tensor, asked for and not waited for."""
    torch = sys.modules["torch"]
    make = partial(Figures, name, of, place, tuple(tensor.shape), str(tensor.dtype).removeprefix("torch."))
    if not tensor.numel():
        return Pending(make, 0, None)
    cells = tensor.detach()
    # The gradient of a sparse embedding, and types of 8 bits, have few functions; a loop is not to end because it is watched.
    cells = cells if cells.layout is torch.strided else cells.to_dense()
    cells = cells.float() if cells.element_size() == 1 else cells
    if cells.device.type == "cpu":
        # To look whether all are finite waits for nothing here, and spares half of the work.
        low, high = torch.aminmax(cells)
        if math.isfinite(low) and math.isfinite(high):
            mean = cells.sum(dtype=torch.float64) / tensor.numel()
            rms = torch.linalg.vector_norm(cells, dtype=torch.float64) / math.sqrt(tensor.numel())
            return Pending(make, tensor.numel(), _row(torch, low, high, mean, rms, _zeros(torch, cells), 0, tensor.numel()))
    finite = torch.isfinite(cells)
    count, nans = finite.sum(), torch.isnan(cells).sum()
    # Apple's devices have no doubles.
    real = torch.where(finite, cells, 0).to(torch.float32 if cells.device.type == "mps" else torch.float64)
    # What is not finite is put out of the way of both.
    low, high = torch.where(finite, cells, float("inf")).amin(), torch.where(finite, cells, float("-inf")).amax()
    mean, rms = real.sum() / count, (real * real).sum().div(count).sqrt()
    return Pending(make, tensor.numel(), _row(torch, low, high, mean, rms, _zeros(torch, cells), nans, count))


def _zeros(torch: Any, cells: Any) -> Any:
    return cells.numel() - torch.count_nonzero(cells)


def _row(torch: Any, low: Any, high: Any, mean: Any, *others: Any) -> Any:
    """The numbers as one tensor, of the type of the mean."""
    return torch.stack([torch.as_tensor(each, dtype=mean.dtype, device=mean.device) for each in (low, high, mean, *others)])


def copied(figures: Iterable[Pending]) -> tuple[Figures, ...]:
    """Figures on this machine's processor; one copy for each device that they lie on."""
    waiting = [*figures]
    devices: dict[Any, list[int]] = {}
    for k, each in enumerate(waiting):
        if each.numbers is not None:
            devices.setdefault(each.numbers.device, []).append(k)
    rows: dict[int, list[float]] = {}
    for places in devices.values():
        rows |= dict(zip(places, sys.modules["torch"].stack([waiting[k].numbers for k in places]).tolist(), strict=True))
    return tuple(_figures(each, rows.get(k)) for k, each in enumerate(waiting))


def _figures(each: Pending, row: list[float] | None) -> Figures:
    if row is None:
        return each.make(nan, nan, nan, nan, 0, 0, 0)
    low, high, mean, rms, zeros, nans, finite = row
    low, high = (low, high) if finite else (nan, nan)
    return each.make(low, high, mean, rms, int(zeros), int(nans), each.size - int(finite) - int(nans))


def figures_of_calls(figures: list[Pending], modules: Modules) -> Any:
    """What PyTorch tells of its calls while it is entered: figures of what they return, and of the gradients of that."""
    from torch.overrides import TorchFunctionMode

    class Mode(TorchFunctionMode):  # type: ignore[misc]  # where there is no PyTorch its classes are unknown
        def __torch_function__(self, function: Any, _: Any, arguments: Any = (), options: Any = None) -> Any:
            result = function(*arguments, **(options or {}))
            base = name_of(function).strip("_").removesuffix("__get")
            if base in SILENT:
                return result
            parts = [x for x in flat((result,)) if is_tensor(x) and x.is_floating_point() and x.requires_grad]
            if parts:
                frame = sys._getframe(1)
                scope, place = modules.path(frame), str(at_work(frame))
                name = f"{base} in {scope}" if scope else base
            for part in parts:
                figures.append(pending(part, name, "value", place))
                # With the names as they are now: the hook is called when others are at work.
                part.register_hook(lambda x, name=name, place=place: figures.append(pending(x, name, "gradient", place)))
            return result

    return Mode()

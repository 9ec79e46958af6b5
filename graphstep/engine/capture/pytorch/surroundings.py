"""What a call saw besides its arguments, so that it can be made again and moves nothing on."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from graphstep.engine.capture.pytorch.tensors import version_of
from graphstep.ground.records import dataclass


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The random states before a call, and whether PyTorch casts in it."""

    chance: tuple[Any, Any]
    """The states that random numbers are drawn from: the processor's, and those of the GPUs, where there are any."""
    casts: tuple[tuple[str, bool, Any], ...]
    """By kind of device whether ``autocast`` is entered, and to which type it casts."""

    @classmethod
    def now(cls) -> Surroundings:
        """Those of this moment."""
        torch = sys.modules["torch"]
        kinds = ("cpu", "cuda") if torch.cuda.is_initialized() else ("cpu",)
        casts = ((kind, torch.is_autocast_enabled(kind), torch.get_autocast_dtype(kind)) for kind in kinds)
        return cls(random_states(), tuple(casts))

    @contextmanager
    def again(self) -> Iterator[None]:
        """Let the same be seen once more. Behind it random states and the buffers of modules are what they were before it."""
        torch = sys.modules["torch"]
        held: dict[int, tuple[Any, Any, int]] = {}

        def keep(module: Any, _: Any) -> None:
            for each in module.buffers(recurse=False):
                held.setdefault(id(each), (each, each.detach().clone(), version_of(each)))

        now = random_states()
        handle = torch.nn.modules.module.register_module_forward_pre_hook(keep)
        set_random_states(self.chance)
        try:
            with ExitStack() as stack:
                stack.enter_context(torch.enable_grad())
                for kind, enabled, dtype in self.casts:
                    stack.enter_context(torch.autocast(kind, dtype=dtype, enabled=enabled))
                yield
        finally:
            handle.remove()
            set_random_states(now)
            for buffer, before, version in held.values():
                if version_of(buffer) != version:
                    # Through its data: what is still to be sent back may have saved the buffer.
                    buffer.data.copy_(before)


def random_states() -> tuple[Any, Any]:
    """The states that random numbers are drawn from: the processor's, and those of the GPUs, where there are any."""
    torch = sys.modules["torch"]
    return torch.get_rng_state(), torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else None


def set_random_states(states: tuple[Any, Any]) -> None:
    """Draw from these from here on."""
    torch = sys.modules["torch"]
    torch.set_rng_state(states[0])
    if states[1] is not None:
        torch.cuda.set_rng_state_all(states[1])

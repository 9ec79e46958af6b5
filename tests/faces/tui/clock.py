"""A clock for the screens in tests: it jumps to the next timer where nothing is left to do, so that no test waits."""

from __future__ import annotations

import asyncio
import selectors
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot

_TICK = 1 / 50
"""For so long Textual's pilot lets the screens go on after a key, in seconds."""
_MOMENT = 1e-6
"""No timer of Textual's is as short, in seconds."""
PATIENCE = 1.0
"""For so long it waits for a thread that computes, by the machine's clock; a test whose thread waits for the test has less."""


class _Selector(selectors.DefaultSelector):
    """Asked to wait, it lets the loop's clock jump to the next timer, unless a thread may still have something to say."""

    loop: Loop

    def select(self, timeout: float | None = None) -> list[Any]:
        events = super().select(0 if timeout else timeout)
        if events or not timeout:
            return events
        if not self.loop.threads:
            self.loop.now += timeout
            return events
        since = self.loop.machine_time()
        events = super().select(timeout)
        self.loop.now += self.loop.machine_time() - since
        return events


class Loop(asyncio.SelectorEventLoop):
    """An event loop with such a clock. What runs takes no time."""

    def __init__(self) -> None:
        selector = _Selector()
        selector.loop = self
        self.now, self.threads = 0.0, 0
        super().__init__(selector)

    def time(self) -> float:
        """What the clock shows, in seconds since the loop was made."""
        return self.now

    def machine_time(self) -> float:
        """What the machine's clock shows."""
        return super().time()

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *arguments: Any) -> asyncio.Future[Any]:
        """Run something in a thread, and let the clock go like any other until it is done."""
        self.threads += 1
        future = super().run_in_executor(executor, func, *arguments)
        future.add_done_callback(self._done)
        return future

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:
        """End the threads, however long they take: a clock that jumps is past every time that Python 3.12 sets for it."""
        await super().shutdown_default_executor()

    def _done(self, _: asyncio.Future[Any]) -> None:
        self.threads -= 1


def time() -> float:
    """The time of the loop that runs; outside of one it stands still."""
    try:
        return asyncio.get_running_loop().time()
    except RuntimeError:
        return 0.0


async def idle(min_sleep: float = _TICK) -> None:
    """Let everything go on until nothing is left to do but to wait; what a thread computes is waited for, but not for long."""
    loop = asyncio.get_running_loop()
    end = loop.time() + PATIENCE
    await asyncio.sleep(min_sleep or _TICK)
    while loop.threads and loop.time() < end:
        await asyncio.sleep(_TICK)


async def settle(pilot: Pilot[Any], timeout: float = 0.0) -> bool:
    """Let the screens do all that is asked of them: the clock goes on where nothing is left to do. Textual's pilot sends every
    widget a message to know it, at every key."""
    await asyncio.sleep(_MOMENT)
    return True

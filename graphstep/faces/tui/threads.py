"""What a screen lets be computed beside it. Whoever leaves the application does not wait for the end of it."""

from __future__ import annotations

from asyncio import get_running_loop
from collections.abc import Callable
from concurrent.futures import Executor, Future
from threading import Thread
from typing import Any, TypeVar

Result = TypeVar("Result")


class _Threads(Executor):
    """A thread for each piece of work. Python waits at its end for those of a pool, also of Textual's, and not for these."""

    def submit(self, function: Callable[..., Any], /, *words: Any, **named: Any) -> Future[Any]:
        """Begin a piece of work."""
        future = Future[Any]()

        def run() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = function(*words, **named)
            except BaseException as error:  # it is raised again where the result is awaited
                future.set_exception(error)
            else:
                future.set_result(result)

        # A daemon ends with the interpreter, in the middle of its work: what writes files is not for it.
        Thread(target=run, daemon=True).start()
        return future


_THREADS = _Threads()


async def result_of(work: Callable[[], Result]) -> Result:
    """What some work comes to on another thread. Who is cancelled while waiting gets nothing, and the thread goes on."""
    return await get_running_loop().run_in_executor(_THREADS, work)

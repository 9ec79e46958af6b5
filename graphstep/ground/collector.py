"""Python's garbage collector, and when very many objects are made that all stay."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

_STEADY = 50_000, 100, 1_000
"""A key leaves a thousand objects and a dialog ten thousand, next to nothing of which reference counts do not free: the collector
looks through them while no key is pressed. To look through all takes it 20 ms, and with a second large run 200."""
_NEW = 5_000
"""So many new objects make it worth while to look at them: a millisecond."""
_DUE = 3
"""So many looks at what is new make it worth while to look at what has lasted: 10 ms, and 200 for a hundred looks."""
_PATIENT = 200_000, 10, 100
"""More objects than a start makes: modules, classes and styles, which all stay."""


def be_patient() -> None:
    """Let the collector wait for the end of a start: before it, it would look through everything again and again."""
    gc.set_threshold(*_PATIENT)


def settle() -> None:
    """Let the collector never look again at what there is, and seldom at what lasts."""
    gc.freeze()
    gc.set_threshold(*_STEADY)


def much_is_new() -> bool:
    """Whether there is so much new that it is time to look at it, before a key has to wait for that; at a start all is new."""
    return gc.get_count()[0] >= _NEW and gc.get_threshold() == _STEADY


def much_has_lasted() -> bool:
    """Whether there were looks enough at what is new: what is left of it may be dialogs that were closed since."""
    return gc.get_count()[1] >= _DUE and gc.get_threshold() == _STEADY


def collect_new() -> None:
    """Look at what is new."""
    # And no further: what an import of SymPy leaves takes 40 ms.
    gc.collect(0)


def collect_lasting() -> None:
    """Look at what is new, and where much has lasted since the last time, at that: dialogs that were closed, above all."""
    if not much_has_lasted():
        collect_new()
        return
    gc.collect()
    # Once: what is left would take longer every time. Reference counts free it still.
    gc.freeze()


@contextmanager
def collector_paused() -> Iterator[None]:
    """No garbage collection inside.

    The collector looks at all objects again whenever a quarter more have come to be. While a program of 100,000 gates is built
    it finds nothing to free, and takes up to 40 % of the time. Memory is freed by reference counts all the same.
    """
    # Pauses may stand inside each other: only the outermost one starts the collector again.
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            if gc.get_threshold() == _STEADY and gc.get_count()[0] >= _STEADY[0]:
                # A screen would wait for the look at them: 170 ms for a million derivatives, and as long again once they have
                # lasted. They stay with their program.
                gc.freeze()
            gc.enable()


@contextmanager
def lasting() -> Iterator[None]:
    """What comes to be inside stays, where it is much: modules, and tables of a run. No key waits until that was looked at."""
    looks = gc.get_count()[1]
    yield
    # With every 50,000 objects comes a look at those.
    if gc.get_threshold() == _STEADY and gc.get_count()[1] > looks:
        gc.freeze()

"""What holds for all tests."""

from __future__ import annotations

import compileall
import contextlib
import gc
import importlib
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

# Before NumPy is imported: arrays in tests are small, and threads that share two cores with other tests slow all of them down.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# And PyTorch's: its threads spin while they wait for work.
os.environ.setdefault("OMP_NUM_THREADS", "1")
# What a test opens is no program of whoever runs the tests.
os.environ["GRAPHSTEP_DATA"] = tempfile.mkdtemp(prefix="graphstep-tests-")
os.environ["GRAPHSTEP_CONFIG"] = os.path.join(os.environ["GRAPHSTEP_DATA"], "no-config.toml")

from hypothesis import settings

from tests import held, source

# Where the environment forbids to keep what was compiled, every worker, and every command that a test starts, would compile
# all modules for itself.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Until all tests are collected next to nothing becomes garbage, and the collector would look at all modules again and again.
gc.disable()

# No test outlives a power cut, and to wait for a disk is most of what it takes to write a small file.
os.fsync = lambda _: None

# The suite finds today what it found yesterday: property tests take the same examples in every run, and a slow machine fails
# none of them. Fresh examples are what `make fuzz` is for, or HYPOTHESIS_PROFILE=default.
settings.register_profile("steady", derandomize=True, deadline=None, database=None, max_examples=50)
settings.load_profile(PROFILE := os.environ.get("HYPOTHESIS_PROFILE", "steady"))
if PROFILE == "steady":
    # It would also draw from the constants in all modules of ours that are loaded: examples would be others after other tests,
    # and after every change of a text; and every worker would read all modules for it.
    with contextlib.suppress(ImportError):
        from hypothesis.internal.conjecture import providers

        providers._get_local_constants = lambda: providers._local_constants
    # Nor does it keep and seed the generators of random numbers that all share, Python's and NumPy's, for every example: no test
    # draws from them, and a third of what an example costs is that.
    with contextlib.suppress(ImportError):
        from hypothesis import core

        core.deterministic_PRNG = contextlib.nullcontext


def pytest_collection_finish() -> None:
    """The collected tests stay for good: the garbage collector would look through them again and again. And it looks less often,
    and at what is old next to never, since what the tests keep (style sheets, caches) is much, and little of it is in circles.

    A look after every million objects, in place of five, saved 400 of 1,800 megabytes, and took 14 of 239 seconds.
    """
    gc.freeze()
    gc.set_threshold(5_000_000, 20, 100)
    # A command and a screen would set it for a process of their own.
    gc.set_threshold = lambda *_: None  # type: ignore[assignment]
    gc.enable()


def pytest_sessionstart(session: pytest.Session) -> None:
    """In a fresh checkout nothing is compiled yet, and workers that import the same modules in the same order would each compile
    all of them. They begin at different places, and find compiled what another one was at before."""
    worker = getattr(session.config, "workerinput", None)
    if worker is None:
        return
    share = int(worker["workerid"].removeprefix("gw")) / worker["workercount"]
    for path in _from(share, sorted((session.config.rootpath / "graphstep").rglob("*.py"))):
        compileall.compile_file(path, quiet=2)
    if session.config.option.file_or_dir:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for path in _from(share, sorted((session.config.rootpath / "tests").rglob("test_*.py"))):
            # What is skipped or wrong as a whole is said when it is collected.
            with contextlib.suppress(Exception, pytest.skip.Exception):
                importlib.import_module(".".join(path.relative_to(session.config.rootpath).with_suffix("").parts))


def _from(share: float, paths: Sequence[Path]) -> Sequence[Path]:
    """All paths, in a circle, from a place in them."""
    first = int(share * len(paths))
    return [*paths[first:], *paths[:first]]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """A worker keeps to its third of the modules, so that what a module computes once is not computed by every worker, and takes
    over from the others when it is done."""
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log) if config.getoption("dist") == "load" else None


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Holds a text against the one that was read through (``tests/held.py``)."""
    return held.hold


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """``make golden`` runs nothing but the tests that hold a text. Otherwise those that look through all of the code come first:
    one worker has them all then, and reads the code once; at the end the other would take some of them over."""
    if held.WRITES:
        items[:] = [item for item in items if "golden" in getattr(item, "fixturenames", ())]
    items.sort(key=lambda item: getattr(getattr(item, "module", None), "modules", None) is not source.modules)

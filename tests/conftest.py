"""What holds for all tests."""

from __future__ import annotations

import gc
import os

# Before NumPy is imported: arrays in tests are small, and threads that share two cores with other tests slow all of them down.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from hypothesis import settings

# The suite finds today what it found yesterday: property tests take the same examples in every run, and a slow machine fails
# none of them. Fresh examples are what `make fuzz` is for, or HYPOTHESIS_PROFILE=default.
settings.register_profile("steady", derandomize=True, deadline=None, database=None, max_examples=50)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


def pytest_collection_finish() -> None:
    """The collected tests stay for good: the garbage collector would look through them again and again."""
    gc.collect()
    gc.freeze()

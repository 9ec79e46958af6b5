"""Speed, measured against a peer in the same run: ``python -m tests.benchmarks``."""

import os

# Both sides compile their modules once, and not in every process that is measured.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

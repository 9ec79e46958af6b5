"""Speed, measured against a peer in the same run: ``python -m tests.benchmarks``."""

import os

# Both sides compile their modules once, and not in every process that is measured.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# Two threads of BLAS would be compared with the one of what does not multiply; it reads this when NumPy is imported.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

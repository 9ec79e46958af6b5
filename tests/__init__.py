"""The tests, in folders as the code; ``tests.fuzz``, ``tests.mutants`` and ``tests.benchmarks`` are programs of their own."""

from pathlib import Path

FOLDER = Path(__file__).parent
"""Where the cases and the golden documents stand that several rooms share."""

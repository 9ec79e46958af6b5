"""The whole process of a plain run against the imports that it avoids: ``python -m tests.benchmarks.bench_start``."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from tests.benchmarks.measure import against, in_turn, report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.benchmarks.measure import Result

PLAIN = (sys.executable, "-m", "graphstep", "(x+y)*z", "x=-2", "y=5", "z=-4", "--plain")
IMPORTS = (sys.executable, "-c", "import numpy, networkx, sympy, textual.app")


def results() -> Iterator[Result]:
    """Process against process."""

    def run(command: tuple[str, ...]) -> None:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    run(PLAIN), run(IMPORTS)
    ours, theirs = in_turn(15, lambda: run(PLAIN), lambda: run(IMPORTS))
    yield against("`graphstep … --plain`, the whole process", ours, "importing NumPy, networkx, SymPy and Textual", theirs, 0.25)


if __name__ == "__main__":
    sys.exit(report(results()))

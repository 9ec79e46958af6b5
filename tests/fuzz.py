"""Random programs for as long as there is time: ``python -m tests.fuzz --seconds 60``.

Every program is compared with central differences and every tenth with SymPy. The first that fails is printed and ends the
run with status 1; ``--first`` starts at another seed.
"""

from __future__ import annotations

import argparse
import sys
import time

from graphstep.errors import GraphstepError
from tests.programs import Tally, against_differences, against_sympy, seeded

SYMPY_EVERY = 10


def main() -> int:
    """Run and print how many."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Random programs against two other witnesses.")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long (default: 60)")
    parser.add_argument("--first", type=int, default=100_000, help="first seed (default: 100000, behind those of the tests)")
    options = parser.parse_args()
    numeric, symbolic = Tally(), Tally()
    seed, asked, ends = options.first, 0, time.monotonic() + options.seconds
    while time.monotonic() < ends:
        try:
            against_differences(seeded(seed), numeric)
            if seed % SYMPY_EVERY == 0:
                asked += 1
                against_sympy(seeded(seed), symbolic)
        except (AssertionError, GraphstepError) as error:
            print(f"seed {seed}: {seeded(seed)}\n{error}", file=sys.stderr)
            return 1
        seed += 1
    print(f"{seed - options.first:,} programs agree with central differences ({_said(numeric)}),")
    print(f"{asked - symbolic.refused:,} of them with SymPy's derivative ({_said(symbolic)}).")
    print(f"SymPy could not write {symbolic.refused:,}.")
    return 0


def _said(tally: Tally) -> str:
    return f"{tally.compared:,} gradients to six digits or more, {tally.rough:,} to fewer, {tally.kinks:,} at a kink"


if __name__ == "__main__":
    sys.exit(main())

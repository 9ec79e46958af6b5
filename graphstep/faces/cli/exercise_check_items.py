"""``graphstep exercise check-items``: an item is drawn with 10,000 seeds, and every exercise is looked at."""

from __future__ import annotations

import argparse
import sys

from graphstep.faces.cli.streams import replace_line
from graphstep.ground.errors import InputError
from graphstep.teaching.exercise.item import Item
from graphstep.teaching.exercise.item_file import find, items
from graphstep.teaching.exercise.proof import SEEDS, trials, uneven

USAGE = "[KIND | FILE.toml …] [--seeds N]"
SUMMARY = "Prove items of exercises: draw every level with many seeds, and look at each exercise."
EXAMPLES = f"""\
examples:
  graphstep exercise check-items my-item.toml    every level, {SEEDS:,} seeds each
  graphstep exercise check-items fork --seeds 500
  graphstep exercise check-items                 all that come with graphstep

It ends with status 1 and the seeds for which no nice numbers are found, or whose right answer is not marked right; and where
the programs of a level are not alike: students would have other gates, or other steps, by chance.
"""

_SHOWN = 10
"""Seeds of a level that are listed."""

_EVERY = 100
"""Exercises between two signs of progress."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    parser.add_argument("items", metavar="KIND|FILE.toml", nargs="*", help="a kind or a file (default: all kinds)")
    parser.add_argument("--seeds", metavar="N", default=str(SEEDS), help=f"how many seeds (default: {SEEDS})")


def run(options: argparse.Namespace) -> int:
    """Prove them one after the other."""
    from graphstep.faces.cli.words import whole

    seeds = whole("--seeds", options.seeds)
    if not 1 <= seeds <= SEEDS * 10:
        raise InputError(f"--seeds takes 1 to {SEEDS * 10:,}")
    # A wrong name is told before a proof of minutes begins.
    wanted = [find(word) for word in options.items] or items()
    # All are proved, whatever comes of the first.
    return max([_prove(item, seeds) for item in wanted])


def _prove(item: Item, seeds: int) -> int:
    """Draw every level, print a line for each, and return the exit status."""
    status, shows = 0, sys.stderr.isatty()
    faults: dict[int, list[str]] = {level: [] for level in range(1, len(item.levels) + 1)}
    variants: dict[int, set[str]] = {level: set() for level in faults}
    for count, trial in enumerate(trials(item, seeds), 1):
        if trial.fault:
            faults[trial.level].append(f"  seed {trial.seed}: {trial.fault}")
        variants[trial.level].add(trial.variant)
        if shows and count % _EVERY == 0:
            replace_line(f"{item.name} {trial.level}: {trial.seed + 1:,} of {seeds:,}")
        if trial.seed == seeds - 1:
            if shows:
                replace_line("")
            wrong = faults[trial.level]
            unfair = uneven(item, trial.level)
            status = status or bool(wrong or unfair)
            result = f"{len(wrong):,} fail" if wrong else "fine" if not unfair else "every seed is fine"
            print(f"{item.name} {trial.level}: {seeds:,} seeds, {len(variants[trial.level]):,} variants: {result}")
            if unfair:
                print(f"  {unfair}")
            for line in wrong[:_SHOWN]:
                print(line)
            if len(wrong) > _SHOWN:
                print(f"  and {len(wrong) - _SHOWN:,} more")
            # Level by level, also into a pipe: a proof takes minutes.
            sys.stdout.flush()
    return int(status)

"""Kill -9 in the middle of sheets and of marks: ``python -m tests.killed`` does it 100 times and compares every byte.

What is in the folder after a kill must be whole, file for file; and the command, begun again, must come to the same bytes as one
that nobody disturbed.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from graphstep.faces.cli import main as graphstep
from graphstep.ground.processes import environment_of, words_of
from graphstep.teaching.exercise.key import read_key
from tests.simulated_class import course, fill

KILLS = 100


class Class:
    """A small class, whose sheets and marks were once made in peace."""

    def __init__(self, folder: Path, students: int, items: Sequence[tuple[str, int]]) -> None:
        self.folder = folder
        self.file, self.roster = course(folder, students, items)
        self.sheets, self.answers, self.marks = folder / "peace", folder / "answers", folder / "peace.csv"
        in_peace([*self.sheet_words(self.sheets), "--jobs", "1"])
        fill(self.sheets, self.answers, read_key(str(self.sheets / "key.json")))
        in_peace([*self.mark_words(self.marks), "--jobs", "1"])

    def sheet_words(self, sheets: Path) -> list[str]:
        return ["exercise", "sheet", str(self.file), "--students", str(self.roster), "--to", str(sheets), "--jobs", "2"]

    def mark_words(self, marks: Path) -> list[str]:
        key = str(self.sheets / "key.json")
        return [
            "exercise",
            "mark",
            str(self.answers),
            "--key",
            key,
            "--to",
            str(marks),
            "--jobs",
            "2",
            "--feedback",
            f"{marks}.told",
        ]

    def kill(self, words: Sequence[str], killed: Callable[[], bool]) -> None:
        """Run a command, and kill it and all that it started when ``killed`` says so, unless it has ended."""
        streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        child, pause = subprocess.Popen([*words_of("graphstep"), *words], env=environment_of(), **streams), threading.Event()
        while child.poll() is None:
            if killed():
                child.send_signal(signal.SIGKILL)
                break
            # So short that nothing of what may be torn is over; without a pause the look would take a core from the command.
            pause.wait(0.002)
        child.wait()

    def torn(self, rng: random.Random, what: str) -> str:
        """Kill a command once, see that nothing is torn, and let it come to its end; returns what is wrong, or nothing."""
        target = self.folder / ("torn" if what == "sheet" else "torn.csv")
        parts = target / ".parts" if what == "sheet" else self.folder / ".torn.csv.parts"
        words = self.sheet_words(target) if what == "sheet" else self.mark_words(target)
        whole = self.sheets if what == "sheet" else Path(f"{self.marks}.told")
        made = target if what == "sheet" else Path(f"{target}.told")
        count, early = rng.randint(1, sum(path.is_file() for path in whole.rglob("*"))), rng.random() < 0.5

        def killed() -> bool:
            folder = parts if early else made
            return folder.is_dir() and sum(len(files) for _, _, files in os.walk(folder)) >= (
                rng.randint(1, 3) if early else count
            )

        self.kill(words, killed)
        wrong = _differ(made, whole, some=True)
        if what == "mark" and target.exists() and target.read_bytes() != self.marks.read_bytes():
            wrong = wrong or "the table of marks is torn"
        if not (what == "mark" and target.exists()):
            # In this process, as how many work on it changes no byte.
            in_peace([*words, "--jobs", "1"])
        wrong = wrong or _differ(made, whole, some=False)
        if what == "mark" and target.read_bytes() != self.marks.read_bytes():
            wrong = wrong or "the table of marks is another one"
        for path in (target, made, parts):
            shutil.rmtree(path, ignore_errors=True)
            if path.is_file():
                path.unlink()
        return wrong


def in_peace(words: list[str]) -> None:
    """Run a command to its end in this process alone."""
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        status = graphstep(words)
    assert status == 0, words


def _differ(made: Path, whole: Path, *, some: bool) -> str:
    """What is wrong with files that were made, beside those that were made in peace; ``some`` may be missing yet."""
    expected = {path.relative_to(whole): path.read_bytes() for path in whole.rglob("*") if path.is_file()}
    there = {path.relative_to(made): path.read_bytes() for path in made.rglob("*") if path.is_file()} if made.is_dir() else {}
    # While it is being made there are results beside it, and a file that is being written, which have names of their own.
    there = {path: content for path, content in there.items() if not some or not any(part.startswith(".") for part in path.parts)}
    torn = [str(path) for path, content in there.items() if expected.get(path) != content]
    if torn:
        return f"torn: {', '.join(torn[:3])}"
    return "" if some or len(there) == len(expected) else f"{len(expected) - len(there)} files are missing"


def main() -> None:
    """Kill again and again, and say what is wrong."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=KILLS)
    kills, rng = parser.parse_args().kills, random.Random(1)
    with tempfile.TemporaryDirectory() as name:
        small = Class(Path(name), 24, (("chain", 1), ("fork", 1)))
        faults = []
        for n in range(kills):
            if wrong := small.torn(rng, ("sheet", "mark")[n % 2]):
                faults.append(wrong)
            if sys.stderr.isatty():
                print(f"\r{n + 1} of {kills}", end="", file=sys.stderr, flush=True)
    print(f"killed {kills} times, {len(faults)} times something was wrong")
    for fault in faults:
        print(f"  {fault}")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()

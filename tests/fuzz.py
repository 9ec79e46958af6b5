"""Random programs and broken files for as long as there is time: ``python -m tests.fuzz --seconds 60``.

Every program is compared with central differences and every tenth with SymPy. In between the command itself is given what it
was never meant for: random programs on numbers that are infinite or none, lines of the prompt and names of files with control
characters in them, arrays without cells, lessons and saved states with bytes that were changed, cut out or doubled. It must
answer with status 0, 1 or 2, without a fault of its own, and write nothing that a terminal would obey. The first that fails is
printed and ends the run with status 1;
``--first`` starts at another seed.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import random
import sys
import tempfile
import time
import unicodedata
import warnings
from pathlib import Path

from graphstep.faces.cli import main as graphstep
from graphstep.ground.errors import GraphstepError
from tests.extremes import command
from tests.programs import Tally, against_differences, against_sympy, seeded

SYMPY_EVERY = 10
HOSTILE_EVERY = 5
STRANGE = ["\x00", "\x07", "\x1b]0;P\x07", "\x1b[2J", "\x7f", "\x85", "\x9b31m", "\u202e", "\u2066", "\u200b", "\ud800", "\ufeff"]
EMPTY = ["zeros(0)", "zeros(0,3)", "zeros(3,0)", "zeros(2,0,4)", "[]", "[[]]", "randn(0)", "zeros(10^19,0)"]
NAMED = [c for c in STRANGE if c not in ("\x00", "\ud800")]
"""What may stand in the name of a file."""
WRITTEN = ("md", "html", "tex", "txt", "svg", "json")
"""Formats of documents."""
LINES = ["print {}", "break grad x == {}", "watch {}", "why grad {}", "set x={}", "jump {}", "{}", "find {}", "n", "c", "b"]
"""Lines of the prompt."""
TEXTS = [
    "x*y",
    "sum(x@y)",
    "max(x, y)",
    "mean(x)",
    "softmax(x)",
    "norm(x)*y",
    "x[0]",
    "cross_entropy(x, y)",
    "concat(x, y)",
    "x.T@y",
]
TRAINING = ["train", "(w*x - y)^2", "x=1", "y=2", "w=0", "--params=w", "--steps=3"]
LESSON = Path(__file__).parent.parent / "lessons" / "01-the-computational-graph.md"


def broken(content: bytes, choose: random.Random) -> bytes:
    """A file of which some bytes are other ones, are missing, or stand there twice."""
    found = bytearray(content)
    for _ in range(choose.choice([1, 1, 2, 5, 40])):
        at = choose.randrange(len(found) + 1)
        match choose.randrange(5):
            case 0:
                found[at : at + 1] = bytes([choose.randrange(256)])
            case 1:
                del found[at : at + choose.choice([1, 8, 200])]
            case 2:
                found[at:at] = found[at : at + choose.choice([1, 40])]
            case 3:
                found[at:at] = choose.choice(STRANGE).encode("utf-8", "surrogatepass")
            case _:
                del found[at:]
    return bytes(found)


def hostile(choose: random.Random, folder: Path, state: bytes) -> list[str]:
    """Words for the command line that nobody should type."""
    match choose.randrange(6):
        case 0:
            path = folder / "state.npz"
            path.write_bytes(broken(state, choose))
            return [*TRAINING, f"--resume={path}"]
        case 1:
            path = folder / "lesson.md"
            path.write_bytes(broken(LESSON.read_bytes(), choose))
            return ["lesson", "check", str(path)]
        case 2:
            text = choose.choice(TEXTS)
            values = [f"{name}={choose.choice([*EMPTY, '2', '[1, 2]'])}" for name in ("x", "y") if name in text]
            return [
                *choose.choice([[], ["check"], ["diagnose"]]),
                text,
                *values,
                *choose.choice([["--plain"], ["--format=json"]]),
            ]
        case 3:
            # What a file is called stands in the document, among the givens and in the command at its end.
            path = folder / f"{choose.choice(NAMED)}.csv"
            path.write_text("1,2\n3,4\n", encoding="utf-8")
            to = choose.choice([f"--to={folder}/out.{suffix}" for suffix in WRITTEN] + [f"--record={folder}/out.cast"])
            command = choose.choice([[], ["check"], ["jacobian"], ["diagnose"], ["why", "grad x"]]) if "record" not in to else []
            return [
                *command,
                "sum(x)*y",
                f"x=@{path}",
                "y=2",
                to if command == [] or to[-3:] in (".md", "tex") else "--format=md",
            ]
        case 4:
            return ["repl", "x*y", "x=2", "y=3"]
    text = choose.choice(TEXTS)
    at = choose.randrange(len(text) + 1)
    words = [
        text[:at] + choose.choice(STRANGE) + text[at:],
        "x=2",
        f"y=3{choose.choice(['', choose.choice(STRANGE)])}",
        "--plain",
    ]
    return [*words, *choose.choice([[], [f"--break={choose.choice(STRANGE)}"], [f"--to={folder}/{choose.choice(STRANGE)}.md"]])]


def answered(words: list[str], lines: str = "") -> str:
    """What is wrong with the answer of the command to these words, and lines to read; the empty string where nothing is."""
    out, err, stdin = io.StringIO(), io.StringIO(), sys.stdin
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        sys.stdin = io.StringIO(lines)
        try:
            status = graphstep(words)
        except SystemExit as ended:
            status = ended.code
        except (Exception, RecursionError) as error:
            return f"{type(error).__name__}: {error}"
        finally:
            sys.stdin = stdin
    said = out.getvalue() + err.getvalue()
    to = next((word.partition("=")[2] for word in words if word.startswith("--to=")), "")
    if to.rpartition(".")[2] in WRITTEN and Path(to).is_file():
        said += Path(to).read_text(encoding="utf-8")
    if status not in (0, 1, 2, None):
        return f"status {status!r}"
    if "graphstep itself failed" in said:
        return said
    bare = {c for c in said if c != "\n" and (unicodedata.category(c) in ("Cc", "Cs") or unicodedata.bidirectional(c) in BIDI)}
    return f"it wrote {sorted(map(ascii, bare))}" if bare else ""


BIDI = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def saved(folder: Path) -> bytes:
    """A state as a training saves it."""
    path = folder / "whole.npz"
    fault = answered([*TRAINING, f"--save={path}"])
    assert not fault, fault
    return path.read_bytes()


def main() -> int:
    """Run and print how many."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Random programs against two other witnesses.")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long (default: 60)")
    parser.add_argument("--first", type=int, default=100_000, help="first seed (default: 100000, behind those of the tests)")
    options = parser.parse_args()
    # NumPy warns nobody: what is not finite is told in words.
    warnings.simplefilter("error")
    numeric, symbolic = Tally(), Tally()
    seed, asked, refused, ends = options.first, 0, 0, time.monotonic() + options.seconds
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        state = saved(folder)
        while time.monotonic() < ends:
            try:
                against_differences(seeded(seed), numeric)
                if seed % SYMPY_EVERY == 0:
                    asked += 1
                    against_sympy(seeded(seed), symbolic)
            except (AssertionError, GraphstepError) as error:
                print(f"seed {seed}: {seeded(seed)}\n{error}", file=sys.stderr)
                return 1
            if seed % HOSTILE_EVERY == 0:
                refused += 1
                if seed % (2 * HOSTILE_EVERY):
                    words, lines = command(random.Random(seed))
                else:
                    words = hostile(random.Random(seed), folder, state)
                    lines = "\n".join(line.format(random.Random(seed).choice(STRANGE)) for line in LINES)
                if fault := answered(words, lines):
                    print(f"seed {seed}: graphstep {' '.join(map(ascii, words))}\n{fault!a}", file=sys.stderr)
                    return 1
            seed += 1
    print(f"{seed - options.first:,} programs agree with central differences ({_said(numeric)}),")
    print(f"{asked - symbolic.refused:,} of them with SymPy's derivative ({_said(symbolic)}).")
    print(f"SymPy could not write {symbolic.refused:,}. {refused:,} hostile commands were answered.")
    return 0


def _said(tally: Tally) -> str:
    return f"{tally.compared:,} gradients to six digits or more, {tally.rough:,} to fewer, {tally.kinks:,} at a kink"


if __name__ == "__main__":
    sys.exit(main())

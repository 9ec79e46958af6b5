"""HIPS autograd's own test-suite, said in our language: ``python -m tests.benchmarks.autograd_suite autograd-1.9.1``.

The folder is that of its sdist, ``pip download --no-deps --no-binary :all: autograd``. Its tests are run in this process with
``check_grads`` replaced: every function that they check is traced by autograd itself, with the inputs that they check it at. The
primitives that it called are written as NumPy, read with ``--from numpy``, and run; value and gradients are compared with
autograd's, for an output of several cells with a seed that chance has drawn. ``--refused`` lists what could not be said.
"""

from __future__ import annotations

import argparse
import re
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import graphstep as gs
from graphstep.ground.errors import GraphstepError
from graphstep.language.read.dialects import translated

if TYPE_CHECKING:
    from graphstep.gates.rule import Ties

TOLERANCE = 1e-9
"""How far value and gradients may be apart, of the largest number among them."""


GROUPS = {
    "complex numbers": r"complex|np\.(angle|imag)",
    "convolutions over axes that are told": r"convolve",
    "sums over named indices": r"einsum",
    "Bessel, gamma and beta functions, and inverses of erf": (
        r"np\.(ive?|jv|yn|[jyi][01]|psi|gamma\w*|rgamma|erfc?inv|beta\w*)\b|gammaln|polygamma"
    ),
    "distributions other than the normal one": r"scipy\.stats|entropy",
    "decompositions, and what needs one": r"pinv|svd|cholesky|eig|determinant|slogdet|norm|not square|sylvester|banded",
    "lists, tuples and dictionaries that are values themselves": r"an input of the type",
    "an output that does not depend on the input, or an error that is tested": r"does not depend|autograd raises",
}
"""Why a case cannot be said, by what the reason speaks of."""


class UnsayableError(Exception):
    """A case that is no program of real numbers, and why."""


@dataclass
class Case:
    """One call of ``check_grads``."""

    test: str
    """The test that made it."""
    function: Callable[..., Any]
    """What is differentiated."""
    arguments: tuple[Any, ...]
    """What it is called with."""
    keywords: dict[str, Any]
    """What it is called with by name."""
    places: tuple[int, ...]
    """The arguments that gradients are taken of."""


@dataclass
class Recorder:
    """A plugin of pytest that keeps the calls of ``check_grads``."""

    cases: list[Case] = field(default_factory=list)
    """The calls so far."""
    test: str = ""
    """The test that is running."""

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """Note which test is running."""
        self.test = item.nodeid

    def check_grads(self, function: Callable[..., Any], argnum: Any = 0, *_: Any, **__: Any) -> Callable[..., None]:
        """What stands in the place of autograd's own."""
        places = (argnum,) if isinstance(argnum, int) else tuple(argnum)

        def recorded(*arguments: Any, **keywords: Any) -> None:
            self.cases.append(Case(self.test, function, arguments, keywords, places))

        return recorded


# Traces


class Tape:
    """The primitives that a function called, as lines of NumPy."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        """Statements so far."""
        self.values: dict[str, Any] = {}
        """Inputs: what gradients are taken of, and arrays that stand in the calls."""
        self.failed: str = ""
        """The first primitive that has no spelling."""

    def name(self, letter: str, value: Any) -> str:
        """A new input."""
        name = f"{letter}{sum(each[0] == letter for each in self.values) + 1}"
        self.values[name] = real(value)
        return name

    def spelled(self, value: Any) -> str:
        """A value as it stands in a call; of an array a new input."""
        if isinstance(value, Named):
            return value.name
        if isinstance(value, slice):
            return ":".join(
                "" if each is None else str(int(each)) for each in (value.start, value.stop, value.step)
            ).removesuffix(":")
        if value is None or value is Ellipsis or isinstance(value, bool | np.bool_):
            return "..." if value is Ellipsis else str(value)
        if isinstance(value, str):
            return repr(value)
        if isinstance(value, complex | np.complexfloating):
            raise UnsayableError("complex numbers")
        if isinstance(value, float | np.floating):
            number = float(value)
            return repr(number) if np.isfinite(number) else self.name("c", number)
        if isinstance(value, int | np.integer):
            return str(int(value))
        if isinstance(value, tuple | list):
            inside = ", ".join(self.spelled(each) for each in value)
            return f"[{inside}]" if isinstance(value, list) else f"({inside}{',' if len(value) == 1 else ''})"
        if isinstance(value, np.ndarray):
            return self.name("c", value) if value.ndim else self.spelled(value.item())
        if value in (float, np.float64):
            return "float"
        raise UnsayableError(f"an input of the type {type(value).__name__}")

    def index(self, value: Any) -> str:
        """What stands in brackets; a mask as the places that it picks."""
        entries = list(value) if isinstance(value, tuple) else [value]
        written = []
        for each in entries:
            if isinstance(each, list):
                each = np.array(each)
            if isinstance(each, np.ndarray) and each.dtype == bool:
                written += [self.spelled(places.astype(float)) for places in np.nonzero(each)]
            elif isinstance(each, np.ndarray):
                written.append(self.name("c", each.astype(float)) if each.ndim else str(int(each)))
            else:
                written.append(self.spelled(each))
        return ", ".join(written)

    def call(self, function: Any, arguments: Sequence[Any], keywords: dict[str, Any]) -> str:
        """One primitive as an expression of NumPy."""
        name = getattr(function, "__name__", "?")
        if name in ("__getitem__", "getitem"):
            return f"{self.spelled(arguments[0])}[{self.index(arguments[1])}]"
        if name == "concatenate_args":
            return f"np.concatenate({self.spelled(list(arguments[1:]))}, axis={self.spelled(arguments[0])})"
        if name == "array_from_args":
            return f"np.array({self.spelled(list(arguments[2:]))})"
        if name == "_array_from_scalar_or_array":
            return f"np.array({self.spelled(arguments[2])}{self.options(arguments[1])})"
        if name == "container_take":
            return f"{self.spelled(arguments[0])}[{self.spelled(arguments[1])}]"
        if name == "_astype":
            return self.spelled(arguments[0])
        module = getattr(function.fun, "__module__", "") or ""
        owner = getattr(function.fun, "__self__", None)
        path = f"scipy.stats.{owner.name}" if hasattr(owner, "name") else "scipy" if module.startswith("scipy") else "np"
        inside = ", ".join(self.spelled(each) for each in arguments)
        return f"{path}.{name}({inside}{self.options(keywords)})"

    def options(self, keywords: dict[str, Any]) -> str:
        """What is handed over by name."""
        return "".join(f", {key}={self.spelled(value)}" for key, value in keywords.items() if key != "dtype")


class Named:
    """A value of the trace by the name that it has in the text."""

    def __init__(self, name: str) -> None:
        self.name = name
        """The name."""


def real(value: Any) -> Any:
    """A value as doubles."""
    array = np.asarray(value)
    if array.dtype.kind == "c":
        raise UnsayableError("complex numbers")
    if array.dtype.kind not in "fiub":
        raise UnsayableError(f"an input of the type {array.dtype}")
    return array.astype(float) if array.ndim else float(array)


def leaves(value: Any) -> Iterator[Any]:
    """The arrays and numbers of tuples, lists and dictionaries."""
    if isinstance(value, dict):
        for key in sorted(value, key=str):
            yield from leaves(value[key])
    elif isinstance(value, tuple | list):
        for each in value:
            yield from leaves(each)
    else:
        yield value


def rebuilt(value: Any, ahead: Iterator[Any]) -> Any:
    """The same tuples, lists and dictionaries around other leaves."""
    if isinstance(value, dict):
        parts = {key: rebuilt(value[key], ahead) for key in sorted(value, key=str)}
        return {key: parts[key] for key in value}
    if isinstance(value, tuple | list):
        return type(value)(rebuilt(each, ahead) for each in value)
    return next(ahead)


def traced(case: Case) -> tuple[Tape, list[str], list[Any], Any]:
    """The tape of a case, the names of its inputs, their values, and its output, with names in it."""
    from autograd.tracer import Node, new_box, trace_stack

    tape = Tape()

    class Record(Node):
        __slots__ = ["name"]

        def __init__(self, value: Any, function: Any, arguments: Any, keywords: Any, places: Any, parents: Any) -> None:
            self.name = f"v{len(tape.lines) + 1}"
            handed = list(arguments)
            for place, parent in zip(places, parents, strict=True):
                handed[place] = Named(parent.name)
            try:
                line = tape.call(function, handed, keywords)
            except UnsayableError as error:
                line = ""
                tape.failed = tape.failed or str(error)
            tape.lines.append(f"{self.name} = {line}")

        def initialize_root(self, name: str) -> None:
            self.name = name

    chosen = [case.arguments[place] for place in case.places]
    starts = list(leaves(chosen))
    names = [tape.name("x", each) for each in starts]
    with trace_stack.new_trace() as number:
        boxes = iter([new_box(start, number, Record.new_root(name)) for start, name in zip(starts, names, strict=True)])
        handed = list(case.arguments)
        for place, value in zip(case.places, rebuilt(chosen, boxes), strict=True):
            handed[place] = value
        end = unpacked(case.function(*handed, **case.keywords))
        output = rebuilt(end, iter([_named(each, number) for each in leaves(end)]))
    if tape.failed:
        raise UnsayableError(tape.failed)
    return tape, names, starts, output


def unpacked(value: Any) -> Any:
    """The entries of a list that is traced as one."""
    from autograd.builtins import SequenceBox

    return [value[place] for place in range(len(value))] if isinstance(value, SequenceBox) else value


def _named(value: Any, number: int) -> Any:
    from autograd.tracer import isbox

    if isbox(value) and value._trace == number:
        return Named(value._node.name)
    return value


# Comparison


def compared(case: Case, rng: np.random.Generator, ties: Ties) -> str:
    """``agree``, or by how much value or gradients differ. Raises UnsayableError and GraphstepError for what cannot be said."""
    from autograd.core import make_vjp

    try:
        tape, names, starts, output = traced(case)
    except (TypeError, ValueError, AssertionError) as error:
        # It tests that, too.
        raise UnsayableError(f"autograd raises {type(error).__name__}") from error
    ends = [each for each in leaves(output) if isinstance(each, Named)]
    if not ends:
        raise UnsayableError("the output does not depend on the input")

    def outputs(*inputs: Any) -> list[Any]:
        handed = list(case.arguments)
        ahead = iter(inputs)
        for place in case.places:
            handed[place] = rebuilt(case.arguments[place], ahead)
        value = unpacked(case.function(*handed, **case.keywords))
        return [each for each, name in zip(leaves(value), leaves(output), strict=True) if isinstance(name, Named)]

    values = [np.asarray(each) for each in outputs(*starts)]
    if any(value.dtype.kind == "c" for value in values):
        raise UnsayableError("complex numbers")
    seeds = [rng.standard_normal(value.shape) for value in values]
    theirs = {
        name: make_vjp(lambda x, place=place: weighed(outputs(*starts[:place], x, *starts[place + 1 :]), seeds), start)[0](1.0)
        for place, (name, start) in enumerate(zip(names, starts, strict=True))
    }
    weights = {f"w{place}": seed for place, seed in enumerate(seeds)}
    total = " + ".join(f"np.sum({end.name}*w{place})" for place, end in enumerate(ends))
    text = "\n".join([*tape.lines, total])
    program = translated(text, "numpy", {**tape.values, **weights}).text
    from graphstep.language.read import read

    known = read(program, [*tape.values, *weights]).inputs
    given = {name: value for name, value in {**tape.values, **weights}.items() if name in known}
    run = gs.run(program, inputs=given, ties=ties)
    expected = float(sum(np.sum(value * seed) for value, seed in zip(values, seeds, strict=True)))
    worst = apart(run.output, expected)
    for name in names:
        ours = run.gradients[name] if name in known else np.zeros_like(theirs[name])
        worst = max(worst, apart(ours, theirs[name]))
    return "agree" if worst <= TOLERANCE else f"differ by {worst:.1e}"


def weighed(values: Sequence[Any], seeds: Sequence[Any]) -> Any:
    """The sum of all cells, each times its seed."""
    import autograd.numpy as anp

    total = 0.0
    for value, seed in zip(values, seeds, strict=True):
        total = total + anp.sum(value * seed)
    return total


def apart(one: Any, other: Any) -> float:
    """How far two arrays are apart, of the largest number in them."""
    x, y = np.asarray(one, dtype=float), np.asarray(other, dtype=float)
    if x.shape != y.shape:
        return float("inf")
    same = (x == y) | (np.isnan(x) & np.isnan(y))
    if same.all():
        return 0.0
    with np.errstate(all="ignore"):
        return float(np.max(np.where(same, 0, np.abs(x - y))) / max(1.0, float(np.nanmax(np.abs(y)))))


def recorded(folder: Path) -> list[Case]:
    """Run autograd's tests, and give the cases that they check."""
    sys.path[:0] = [str(folder), str(folder / "tests")]
    import autograd.test_util

    recorder = Recorder()
    autograd.test_util.check_grads = recorder.check_grads
    # What its tests find out about speed, and about other libraries, checks no gradients.
    left_out = [f"--ignore={folder / 'tests' / name}" for name in ("test_performance.py", "profiling.py")]
    pytest.main(
        [str(folder / "tests"), "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-c", "/dev/null", *left_out], [recorder]
    )
    return recorder.cases


def main() -> int:
    """Print the counts, and what differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    ties = "who gets the gradient at a tie; autograd gives equal shares (default: split)"
    parser.add_argument("--ties", choices=["first", "split"], default="split", help=ties)
    parser.add_argument("--refused", action="store_true", help="list the cases that cannot be said")
    options = parser.parse_args()
    cases = recorded(options.folder.resolve())
    counts: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    rng = np.random.default_rng(0)
    for number, case in enumerate(cases):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            outcome, reason = _outcome(case, rng, options.ties)
        counts[outcome.split(" by ")[0]] += 1
        if reason:
            reasons[next((group for group, words in GROUPS.items() if re.search(words, reason)), "other functions")] += 1
        if outcome.startswith("differ") or (options.refused and reason):
            print(f"{number} {case.test.rpartition('/')[2]}: {outcome} {reason}")
    print(f"\n{len(cases)} cases")
    for outcome, count in counts.most_common():
        print(f"{count:6} {outcome}")
    print("\nnot said")
    for reason, count in reasons.most_common():
        print(f"{count:6} {reason}")
    return 1 if counts["differ"] else 0


def _outcome(case: Case, rng: np.random.Generator, ties: Ties) -> tuple[str, str]:
    try:
        return compared(case, rng, ties), ""
    except UnsayableError as error:
        return "not said", str(error)
    except GraphstepError as error:
        return "not said", error.message


if __name__ == "__main__":
    sys.exit(main())

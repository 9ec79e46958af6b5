"""Do the tests bite? ``python -m tests.mutants`` breaks one place of a function at a time, and counts the tests that notice.

Of each package a sample of mutants is taken, the same in every run. The tests of the package run once as they are, which shows
the functions that each of them calls. For every mutant a process is forked, the code of the function is exchanged in it, and the
tests that call the function run until one fails, the quickest first. So a mutant costs as much as the test that kills it.
"""

from __future__ import annotations

import argparse
import ast
import functools
import gc
import os
import random
import resource
import sys
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from _pytest.runner import runtestprotocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType

ROOT = Path(__file__).parent.parent
SEED = 7
SAMPLE = 200
PATIENCE = 20
"""Seconds of processor time beyond those that the tests take: a mutant that loops for ever is noticed too."""
KILLED, SURVIVED, UNUSABLE, UNTESTED = range(4)


class Package(NamedTuple):
    """What is mutated together, and the tests that have to notice."""

    sources: tuple[str, ...]
    """Files and folders below ``graphstep``."""
    tests: tuple[str, ...]
    """Files below ``tests``."""


PACKAGES = {
    "gates": Package(
        (
            "gates/rows",
            *(f"gates/{name}.py" for name in ("columns", "elementwise", "mathematics", "numbers", "products", "rule")),
        ),
        (
            "gates/test_gates.py",
            "gates/rows/test_rows.py",
            "gates/test_products.py",
            "gates/test_mathematics.py",
            "gates/notation/test_notation.py",
            "test_new_rows.py",
            "language/test_backward.py",
        ),
    ),
    "trace": Package(
        tuple(
            f"engine/{name}.py"
            for name in (
                "agreement",
                "causes",
                "gradient",
                "inputs",
                "levels",
                "passes",
                "plan",
                "step",
                "trace",
                "update",
                "wires",
            )
        ),
        (
            "engine/test_trace.py",
            "gates/test_products.py",
            "faces/test_api.py",
            "gates/test_optimizers.py",
            "engine/training/test_training.py",
            "debugger/test_breakpoints.py",
            "engine/test_wires.py",
            "engine/test_tape.py",
        ),
    ),
    "breakpoints": Package(
        ("debugger/breakpoints.py", "debugger/conditions.py", "debugger/stops.py"),
        ("debugger/test_breakpoints.py", "debugger/test_frames.py", "debugger/commands/test_commands.py"),
    ),
    "paths": Package(("analysis/paths.py", "telling/reports/paths.py"), ("analysis/test_paths.py",)),
    "marking": Package(
        ("teaching/marking",),
        (
            "teaching/lesson/test_lesson.py",
            "teaching/lesson/test_rehearsal.py",
            "teaching/lesson/test_check.py",
            "teaching/marking/test_marking.py",
            "teaching/marking/test_verdict.py",
            "teaching/marking/test_carried.py",
            "teaching/marking/test_ordering.py",
            "teaching/exercise/test_mark.py",
        ),
    ),
    "witnesses": Package(
        ("analysis/witnesses",),
        (
            "analysis/witnesses/test_witnesses.py",
            "analysis/witnesses/test_cells.py",
            "telling/reports/test_check.py",
            "analysis/witnesses/test_rounding.py",
            "analysis/witnesses/test_quotients.py",
            "engine/test_passes.py",
        ),
    ),
}

COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}


def changed(node: ast.AST) -> ast.AST | None:
    """The node with another meaning; None for one that is left alone."""
    match node:
        case ast.Compare(ops=[first, *rest]) if type(first) in COMPARED:
            return ast.Compare(node.left, [COMPARED[type(first)](), *rest], node.comparators)
        case ast.BinOp(op=op) if type(op) in COMPUTED:
            return ast.BinOp(node.left, COMPUTED[type(op)](), node.right)
        case ast.AugAssign(op=op) if type(op) in COMPUTED:
            return ast.AugAssign(node.target, COMPUTED[type(op)](), node.value)
        case ast.BoolOp():
            return ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            return node.operand
        case ast.Constant(value=bool()):
            return ast.Constant(not node.value)
        case ast.Constant(value=int() | float()):
            return ast.Constant(node.value + 1)
        case ast.Constant(value=str()) if node.value:
            return ast.Constant(node.value[:-1] + "§")
        case ast.IfExp():
            return ast.IfExp(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
        case ast.If():
            return ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
        case ast.Continue():
            return ast.Break()
        case ast.Break():
            return ast.Continue()
        case ast.Return(value=value) if value is not None and not isinstance(value, ast.Constant):
            return ast.Return(ast.Constant(None))
    return None


@dataclass
class Mutant:
    """One place that means something else."""

    path: Path
    """The file."""
    number: int
    """The place, as a number in the order in which a walk meets the nodes of the file."""
    line: int
    """The line."""
    before: str
    """What stands there."""
    after: str = ""
    """What stands there in its place."""
    tests: list[int] = field(default_factory=list)
    """The tests that call the function, the quickest first."""

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line}: {self.before} → {self.after}"


def inside(tree: ast.Module) -> set[int]:
    """The nodes that run when a function is called, by number: not docstrings, annotations, defaults or decorators."""
    numbers = {id(node): number for number, node in enumerate(ast.walk(tree))}
    found: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Lambda):
            found |= {numbers[id(x)] for x in ast.walk(node.body)}
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            for statement in body:
                left_out = {id(y) for x in ast.walk(statement) if isinstance(x, ast.AnnAssign) for y in ast.walk(x.annotation)}
                # A message for a programmer, not for a user.
                left_out |= {id(y) for x in ast.walk(statement) if isinstance(x, ast.Assert) for y in ast.walk(x)}
                found |= {numbers[id(x)] for x in ast.walk(statement) if id(x) not in left_out}
    return found


def mutants(package: Package, count: int) -> list[Mutant]:
    """A sample of what can be broken in a package."""
    every = []
    for source in package.sources:
        place = ROOT / "graphstep" / source
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            within = inside(tree)
            for number, node in enumerate(ast.walk(tree)):
                if number in within and (other := changed(node)) is not None:
                    before, after = (ast.unparse(ast.fix_missing_locations(x)).partition("\n")[0] for x in (node, other))
                    every.append(Mutant(path, number, node.lineno, before, after))
    return random.Random(SEED).sample(every, min(count, len(every)))


def codes(tree: ast.Module, path: Path) -> Iterator[CodeType]:
    """All code of a module, outer before inner."""
    waiting = [compile(tree, str(path), "exec", dont_inherit=True)]
    while waiting:
        code = waiting.pop(0)
        yield code
        waiting += [constant for constant in code.co_consts if isinstance(constant, CodeType)]


def exchanged(mutant: Mutant) -> list[tuple[CodeType, CodeType]]:
    """The code of the functions that the mutant is in, as it was and as it is then."""
    source = mutant.path.read_text(encoding="utf-8")
    before, after = ast.parse(source), ast.parse(source)
    node = list(ast.walk(after))[mutant.number]
    other = ast.copy_location(changed(node), node)
    for parent in ast.walk(after):
        for name, value in ast.iter_fields(parent):
            if value is node:
                setattr(parent, name, other)
            elif isinstance(value, list) and any(x is node for x in value):
                setattr(parent, name, [other if x is node else x for x in value])
    ast.fix_missing_locations(after)
    ones, twos = list(codes(before, mutant.path)), list(codes(after, mutant.path))
    if len(ones) != len(twos):
        # A function inside is gone with the place that was changed. The others are told by name and line; two on one line have
        # the same, and each is paired with its like.
        pairs = []
        for one in ones:
            alike = [two for two in twos if (two.co_qualname, two.co_firstlineno) == (one.co_qualname, one.co_firstlineno)]
            pairs.append((one, next((two for two in alike if two == one), alike[0] if alike else one)))
    else:
        pairs = list(zip(ones, twos, strict=True))
    return [(one, two) for one, two in pairs if one != two and one.co_name != "<module>"]


class Mutating:
    """A plugin of pytest that runs the tests once, and then those of each mutant in a process of its own."""

    def __init__(self, sample: list[Mutant], jobs: int) -> None:
        self.sample, self.jobs = sample, jobs
        self.outcome: dict[int, int] = {}
        self.broken: list[str] = []
        self._functions: dict[CodeType, list[FunctionType]] = {}

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Everything: pytest has collected the tests."""
        callers, seconds = self._rehearsal(session.items)
        gc.unfreeze()  # what is frozen is not among the objects
        for function in gc.get_objects():
            if isinstance(function, FunctionType):
                self._functions.setdefault(function.__code__, []).append(function)
        gc.freeze()
        running: dict[int, int] = {}
        for number, mutant in enumerate(self.sample):
            pairs = exchanged(mutant)
            mutant.tests = sorted(callers.get(pairs[-1][0], ()) if pairs else (), key=seconds.__getitem__)
            if not pairs:
                self.outcome[number] = UNUSABLE
            elif not mutant.tests:
                self.outcome[number] = UNTESTED
            else:
                running[self._fork(session.items, mutant, pairs, sum(seconds[test] for test in mutant.tests))] = number
            while len(running) >= self.jobs or (running and number == len(self.sample) - 1):
                pid, status = os.wait()
                code = os.waitstatus_to_exitcode(status)
                self.outcome[running.pop(pid)] = code if code in (SURVIVED, UNUSABLE) else KILLED
        return True

    def _rehearsal(self, items: Sequence[pytest.Item]) -> tuple[dict[CodeType, set[int]], list[float]]:
        callers: dict[CodeType, set[int]] = {}
        seconds = []
        files = {str(mutant.path) for mutant in self.sample}
        for number, item in enumerate(items):

            def called(frame: FrameType, event: str, argument: object, number: int = number) -> None:
                if event == "call" and frame.f_code.co_filename in files:
                    callers.setdefault(frame.f_code, set()).add(number)

            began = os.times().user
            sys.setprofile(called)
            try:
                reports = runtestprotocol(item, nextitem=None, log=False)
            finally:
                sys.setprofile(None)
            seconds.append(os.times().user - began)
            if any(report.failed for report in reports):
                self.broken.append(item.nodeid)
                for tests in callers.values():
                    tests.discard(number)
        return callers, seconds

    def _fork(self, items: Sequence[pytest.Item], mutant: Mutant, pairs: list[Any], seconds: float) -> int:
        sys.stdout.flush()
        pid = os.fork()
        if pid:
            return pid
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        limit = int(PATIENCE + 4 * seconds)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
        resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
        status = KILLED
        try:
            status = self._verdict(items, mutant, pairs)
        finally:
            os._exit(status)

    def _verdict(self, items: Sequence[pytest.Item], mutant: Mutant, pairs: list[Any]) -> int:
        for before, after in pairs:
            for function in self._functions.get(before, ()):
                try:
                    function.__code__ = after
                except ValueError:
                    return UNUSABLE
        for cache in self._caches():
            cache.cache_clear()
        for number in mutant.tests:
            item = items[number]
            item._initrequest()
            if any(report.failed for report in runtestprotocol(item, nextitem=None, log=False)):
                return KILLED
        return SURVIVED

    @staticmethod
    def _caches() -> list[Any]:
        return [
            thing
            for name, module in list(sys.modules.items())
            if name.startswith("graphstep")
            for thing in vars(module).values()
            if isinstance(thing, functools._lru_cache_wrapper)
        ]


def run(name: str, count: int, jobs: int) -> bool:
    """Mutate one package and say what survived; whether nine of ten were killed."""
    package = PACKAGES[name]
    plugin = Mutating(mutants(package, count), jobs)
    files = [str(ROOT / "tests" / test) for test in package.tests]
    pytest.main(["-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--no-header", "--no-summary", *files], plugins=[plugin])
    judged = {number: status for number, status in plugin.outcome.items() if status != UNUSABLE}
    alive = [number for number, status in judged.items() if status != KILLED]
    for test in plugin.broken:
        print(f"left out, since it fails without a mutant: {test}")
    for number in sorted(alive, key=lambda n: (str(plugin.sample[n].path), plugin.sample[n].line)):
        print(f"{plugin.sample[number]}{'  (no test calls it)' if plugin.outcome[number] == UNTESTED else ''}")
    share = 1 - len(alive) / len(judged)
    print(f"{name}: {len(judged) - len(alive)} of {len(judged)} mutants killed, {share:.1%}")
    return share >= 0.9


def main() -> int:
    """Mutate the packages that are asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description="Break the code, and see whether tests notice.")
    parser.add_argument("packages", nargs="*", default=list(PACKAGES), metavar="PACKAGE", help=", ".join(PACKAGES))
    parser.add_argument("--sample", type=int, default=SAMPLE, help=f"mutants of a package (default: {SAMPLE})")
    parser.add_argument("--jobs", type=int, default=2, help="processes (default: 2)")
    options = parser.parse_args()
    if unknown := [name for name in options.packages if name not in PACKAGES]:
        parser.error(f"no package {unknown[0]}; there are {', '.join(PACKAGES)}")
    held = True
    for name in options.packages:
        # Each in a process of its own: pytest collects afresh, and no package runs on what another has left.
        sys.stdout.flush()
        pid = os.fork()
        if not pid:
            status = 1
            try:
                status = 0 if run(name, options.sample, options.jobs) else 1
                sys.stdout.flush()
            except Exception:
                traceback.print_exc()
            finally:
                os._exit(status)
        held = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0 and held
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())

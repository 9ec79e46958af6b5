"""Is the broken gate found? ``python -m tests.engine_mutants`` breaks one place at a time of an engine, and has it judged.

An operator is exchanged, or its two sides are, a sign turned, ``+=`` made ``=``, a factor left out, the order or the seed of the
backward pass spoiled. ``--arrays`` breaks an engine of arrays; there also a transposition is left out, an axis exchanged, a sum
made a mean, and the copies of broadcasting are not summed.
A mutant that comes to the numbers of the engine on 10,000 random programs is equivalent, and not counted.
"""

from __future__ import annotations

import argparse
import ast
import copy
import random
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from graphstep.teaching.judge.array_programs import Plan
from graphstep.teaching.judge.findings import Judgement, agree, cells
from graphstep.teaching.judge.judgement import judge
from graphstep.teaching.judge.operations import ROWS
from graphstep.teaching.judge.programs import at_random
from graphstep.teaching.judge.trials import Trial
from tests.local_engine import LocalEngine

ENGINE = Path(__file__).parent / "teaching" / "judge" / "engine.py"
ARRAY_ENGINE = ENGINE.with_name("array_engine.py")
PROGRAMS = 10_000

OPERATORS: dict[type, tuple[type, ...]] = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add, ast.Mult),
    ast.Mult: (ast.Add, ast.Div, ast.Sub),
    ast.Div: (ast.Mult, ast.Sub),
    ast.Pow: (ast.Mult, ast.Add),
    ast.MatMult: (ast.Mult,),
}


class Mutant(NamedTuple):
    """An engine with one place broken."""

    operation: str
    """The operation in which it is, or backward."""
    what: str
    """What was done."""
    tree: ast.Module
    """Its code."""


def mutants(engine: Path = ENGINE) -> list[Mutant]:
    """All mutants, each of other code than the rest."""
    tree = ast.parse(engine.read_text(encoding="utf-8"))
    made: list[Mutant] = []
    helpers = [x for x in tree.body if isinstance(x, ast.FunctionDef)]
    methods = [x for x in tree.body[-1].body if isinstance(x, ast.FunctionDef) and x.name not in ("__init__", "shape")]
    for method in [*helpers, *methods]:
        seen = {ast.dump(method)}
        for number in range(sum(1 for _ in ast.walk(method))):
            for what, changed in _changes(method, number):
                if (code := ast.dump(changed)) not in seen:
                    seen.add(code)
                    made.append(Mutant(_operation(method.name), what, _with(tree, method, changed)))
    return made


def _with(tree: ast.Module, method: ast.FunctionDef, changed: ast.FunctionDef) -> ast.Module:
    """The engine with another function in place of one of its own; they share all the rest."""
    if method in tree.body:
        return ast.Module([changed if x is method else x for x in tree.body], tree.type_ignores)
    machine = copy.copy(tree.body[-1])
    machine.body = [changed if x is method else x for x in machine.body]
    return ast.Module([*tree.body[:-1], machine], tree.type_ignores)


def _operation(name: str) -> str:
    if name in ("backward", "gathered"):
        return {"gathered": "broadcast"}.get(name, name)
    return next(row.name for row in ROWS.values() if name in row.methods)


def is_located(mutant: Mutant, judgement: Judgement) -> bool:
    """Whether the first finding is of the operation that was broken; a sum along an axis is the method that a sum is.

    What gathers the copies of broadcasting serves four operations, and may be wrong for one of them as for all.
    """
    if not judgement.findings:
        return False
    first = judgement.findings[0]
    if mutant.operation == "broadcast":
        return first.operation == "broadcast" or first.trial.is_broadcast
    if {first.operation, mutant.operation} <= ROWS.keys():
        return ROWS[first.operation].methods == ROWS[mutant.operation].methods
    return first.operation == mutant.operation


def _changes(method: ast.FunctionDef, number: int) -> Iterator[tuple[str, ast.FunctionDef]]:
    """The changes of one place, a copy of the method for each."""

    def copied() -> tuple[ast.FunctionDef, ast.AST]:
        whole = copy.deepcopy(method)
        return whole, [*ast.walk(whole)][number]

    here = [*ast.walk(method)][number]
    if isinstance(here, ast.BinOp):
        for operator in OPERATORS.get(type(here.op), ()):
            whole, place = copied()
            place.op = operator()
            yield f"{ast.unparse(here)} → {ast.unparse(place)}", whole
        for side in ("left", "right") if isinstance(here.op, ast.Mult | ast.Div | ast.MatMult) else ():
            whole, place = copied()
            kept = getattr(place, side)
            _put(whole, place, kept)
            yield f"{ast.unparse(here)} → {ast.unparse(kept)}", whole
        if isinstance(here.op, ast.Sub | ast.Div | ast.Pow | ast.MatMult):
            whole, place = copied()
            place.left, place.right = place.right, place.left
            yield f"{ast.unparse(here)} → {ast.unparse(place)}", whole
    if isinstance(here, ast.UnaryOp) and isinstance(here.op, ast.USub) and not isinstance(here.operand, ast.Constant):
        whole, place = copied()
        _put(whole, place, place.operand)
        yield f"{ast.unparse(here)} → {ast.unparse(here.operand)}", whole
    if isinstance(here, ast.AugAssign):
        whole, place = copied()
        place.op = ast.Sub() if isinstance(here.op, ast.Add) else ast.Add()
        yield f"{ast.unparse(here)} → {ast.unparse(place)}", whole
        whole, place = copied()
        _put(whole, place, ast.copy_location(ast.Assign([place.target], place.value), place))
        yield f"{ast.unparse(here)} → =", whole
    yield from _of_arrays(here, copied)
    if method.name == "backward":
        yield from _of_the_pass(here, copied)


INSTEAD = {"sum": ("mean", "max"), "mean": ("sum",), "ones_like": ("zeros_like",), "max": ("min",)}


def _of_arrays(here: ast.AST, copied) -> Iterator[tuple[str, ast.FunctionDef]]:
    if isinstance(here, ast.Attribute) and here.attr == "T":
        whole, place = copied()
        _put(whole, place, place.value)
        yield f"{ast.unparse(here)} → {ast.unparse(here.value)}", whole
    if isinstance(here, ast.Call) and isinstance(here.func, ast.Attribute):
        for name in INSTEAD.get(here.func.attr, ()):
            whole, place = copied()
            place.func.attr = name
            yield f"{ast.unparse(here)} → {name}", whole
    if isinstance(here, ast.Call) and ast.unparse(here.func) in ("gathered", "np.expand_dims"):
        whole, place = copied()
        _put(whole, place, place.args[0])
        yield f"{ast.unparse(here)} → {ast.unparse(here.args[0])}", whole
    if isinstance(here, ast.keyword) and here.arg == "axis" and isinstance(here.value, ast.Name):
        whole, place = copied()
        place.value = ast.Constant(0)
        yield "axis → 0", whole


def _of_the_pass(here: ast.AST, copied) -> Iterator[tuple[str, ast.FunctionDef]]:
    if isinstance(here, ast.Constant) and here.value == 1.0:
        for seed in (0.0, 2.0, -1.0):
            whole, place = copied()
            place.value = seed
            yield f"seed {seed}", whole
    if isinstance(here, ast.Call) and getattr(here.func, "id", "") == "reversed":
        whole, place = copied()
        _put(whole, place, place.args[0])
        yield "not reversed", whole
    if isinstance(here, ast.If):
        whole, place = copied()
        place.test = ast.copy_location(ast.Constant(True), place.test)
        yield "every visit", whole
        whole, place = copied()
        place.body = [place.body[0], place.body[2], place.body[1]]
        yield "a node before what it reads", whole
    if isinstance(here, ast.For) and isinstance(here.iter, ast.Attribute):
        whole, place = copied()
        place.iter = ast.parse("node.parents[:1]", mode="eval").body
        yield "only the first parent", whole


def _put(whole: ast.FunctionDef, place: ast.AST, instead: ast.AST) -> None:
    """Put something in the place of a node."""
    for parent in ast.walk(whole):
        for field, value in ast.iter_fields(parent):
            if value is place:
                setattr(parent, field, instead)
            elif isinstance(value, list) and any(x is place for x in value):
                value[[x is place for x in value].index(True)] = instead


def module_of(tree: ast.Module, name: str = "mutant") -> ModuleType:
    """The code as a module."""
    module = ModuleType(name)
    exec(compile(ast.fix_missing_locations(tree), str(ENGINE), "exec"), vars(module))
    return module


def is_equivalent(module: ModuleType, original: ModuleType, programs: list[Trial]) -> bool:
    """Whether a mutant comes to the numbers of the engine on every program."""
    one, other = (LocalEngine(each)._bench for each in (module, original))
    return all(_alike(one.run(trial.data), other.run(trial.data)) for trial in programs)


def _alike(one: dict, other: dict) -> bool:
    if "copies" not in one or "copies" not in other:
        return one == other
    return agree(cells(one["copies"][0]), cells(other["copies"][0]), 1e-9, 1e-3)


def programs(engine: Path = ENGINE, count: int = PROGRAMS) -> list[Trial]:
    """Random programs of all that the engine can do."""
    present = judge(LocalEngine(module_of(ast.parse(engine.read_text(encoding="utf-8"))))).right
    if engine == ARRAY_ENGINE:
        plan = Plan(closed=False)
        # As many as come to the same pairs of numbers: each of these has some twenty cells.
        return [trial for seed in range(count // 200) for trial in plan.at_random(present, 20, seed)]
    return [trial for seed in range(-(-count // 50)) for trial in at_random(present, 50, seed)]


def main() -> None:
    """Judge a sample, and print what was not located."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sample", type=int, default=200)
    parser.add_argument("--arrays", action="store_true")
    asked = parser.parse_args()
    engine = ARRAY_ENGINE if asked.arrays else ENGINE
    every = mutants(engine)
    sample = random.Random(11).sample(every, min(asked.sample, len(every)))
    original, tried = module_of(ast.parse(engine.read_text(encoding="utf-8")), "engine"), programs(engine)
    equivalent, located, named = 0, 0, 0
    for mutant in sample:
        judgement = judge(LocalEngine(module_of(mutant.tree)))
        if judgement.is_right and is_equivalent(module_of(mutant.tree), original, tried):
            equivalent += 1
        elif is_located(mutant, judgement):
            located += 1
            named += bool(judgement.findings[0].key)
            if not judgement.findings[0].key:
                print("unnamed", mutant.operation, mutant.what, judgement.findings[0].slot)
        else:
            said = [(each.operation, each.slot, each.key, each.trial.text) for each in judgement.findings]
            print(f"{mutant.operation}: {mutant.what}: {said or 'right'}")
    counted = len(sample) - equivalent
    print(f"{len(every)} mutants, {len(sample)} of them judged: {equivalent} equivalent on {len(tried):,} programs")
    print(
        f"located at the mutated operation: {located} of {counted} ({located / counted:.1%}), {named} of them with what is wrong"
    )


if __name__ == "__main__":
    main()

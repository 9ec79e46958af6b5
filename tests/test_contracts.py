"""What may import what, looked at in fresh interpreters: starting up is cheap, and the core does without the terminal UI."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from pkgutil import walk_packages

import graphstep

HEAVY = ("numpy", "networkx", "sympy", "scipy", "textual", "rich", "lark")
ROOT = Path(__file__).parent.parent


def core_modules() -> list[str]:
    """Every module outside the terminal UI and its server; not what is run when it is imported, nor what a build imports."""
    names = [module.name for module in walk_packages(graphstep.__path__, "graphstep.")]
    return [
        name
        for name in names
        if not re.match(r"graphstep\.(faces\.tui\b|__main__$|faces\.cli\.server$|engine\.core\.hook$)", name)
    ]


def command(*words: str) -> str:
    """The code that does what ``graphstep WORDS`` does, and goes on."""
    return f"from graphstep.faces.cli import main\ntry: main({list(words)!r})\nexcept SystemExit: pass"


MAIN = ("(x+y)*z", "x=-2", "y=5", "z=-4")
OF_NUMBERS = (
    ["a=x*y; b=a/x-2*x; a*b+b", "x=0.1", "y=3"],
    ["relu(x)*sqrt(y) + abs(z)", "x=2", "y=4", "z=-3"],
    ["max(x, 2)*y + max(z, 0)*abs(z)", "x=3", "y=1", "z=-1"],
    ["max(x, y)*z", "x=2", "y=2", "z=0"],
)
WATCHED = """
import dataclasses
compiled, creator = [], getattr(dataclasses, "_create_fn", None)

def counted(name, *rest, **named):
    compiled.append(name)
    return creator(name, *rest, **named)

if creator: dataclasses._create_fn = counted
import graphstep
"""
CAPTURED = """
from graphstep.engine.archive import read_run, write_run
from graphstep.engine.capture import record
from graphstep.engine.capture.opening import opening_of
opening = opening_of(record(lambda x, y: x * y + x, (2.0, 3.0)))
assert read_run(write_run(opening)) == opening
"""
WITNESSES = """
import numpy as np
from graphstep.language.read import read
from graphstep.engine.trace import trace
from graphstep.analysis.witnesses import numeric_rows
(row,) = numeric_rows(trace(read("x^2"), {"x": 3.0}), [0])
assert row.verdict == "agree" and abs(row.numeric - 6) < 1e-9
(row,) = numeric_rows(trace(read("sum(softmax(x)^2)"), {"x": np.ones(3)}), [0])
assert row.verdict == "agree" and row.sample.size == 3
"""
EXPORTS = """
from graphstep.faces import export
from tests.faces.export.examples import NEURON, run
for name in export.formats(): export.render(run(*NEURON), name)
"""
STEPS = {
    "import": WATCHED,
    # Every class of the house is made in one way, which compiles nothing.
    "plain": f"{command(*MAIN, '--plain')}\nassert compiled == [], compiled",
    "help": command("--help"),
    "version": command("--version"),
    "numbers": "\n".join(command(*words, "--plain") for words in OF_NUMBERS),
    "actions": "import graphstep.debugger.actions",
    "lessons": command("lesson"),
    "capture": CAPTURED,
    "exp": command("exp(x)", "x=1", "--plain"),
    "told": "import graphstep as gs; gs.run('x*y', x=1, y=2).steps[3].explain()",
    "core": "\n".join(f"import {name}" for name in core_modules()),
    "witnesses": WITNESSES,
    "solution": "gs.run('sum(tanh(x) + sigmoid(x) + elu(x) + softplus(x))', x=[0.5, 1]).to_markdown()",
    "gelu": "gs.run('sum(gelu(x))', x=[0.5, 1])",
    "exports": EXPORTS,
}
"""What one interpreter does, one behind the other: what a step has not loaded was loaded by none before it."""


@cache
def modules_after() -> dict[str, list[str]]:
    """The modules that a fresh interpreter holds after each step."""
    return dict(zip(STEPS, modules_of(*STEPS.values()), strict=True))


def modules_of(*codes: str) -> list[list[str]]:
    """The modules that a fresh interpreter holds after it ran each of the pieces of code, one behind the other."""
    said = "import json, sys\nprint('\\n' + json.dumps([*sys.modules]))\n"
    script = "".join(f"{code}\n{said}" for code in codes)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith('["')]


def packages_after(step: str) -> set[str]:
    """The top-level packages among them."""
    return {name.partition(".")[0] for name in modules_after()[step]}


def test_an_import_help_and_version_load_nothing_heavy_and_a_run_neither_textual_nor_sympy_nor_networkx_nor_scipy() -> None:
    assert not packages_after("version") & set(HEAVY)
    assert not packages_after("exp") & {"textual", "rich", "sympy", "networkx", "scipy", "lark"}


def test_a_program_of_numbers_is_stepped_and_printed_and_a_function_of_numbers_captured_without_numpy() -> None:
    assert not packages_after("numbers") & set(HEAVY)
    # Nor with what comes along with the library of packages.
    assert not packages_after("capture") & {*HEAVY, "email"}
    assert "numpy" in packages_after("exp")


def test_the_tables_of_actions_and_of_lessons_are_there_without_numpy_and_the_screen() -> None:
    assert not packages_after("lessons") & set(HEAVY)


def test_a_plain_run_of_numbers_imports_what_it_needs() -> None:
    """A module more is a third of a millisecond more before the first line: who adds one on the way says here that it must be."""
    ours = [name for name in modules_after()["plain"] if name.startswith("graphstep")]
    assert len(ours) <= 180
    rooms = ("teaching", "debugger", "faces.tui", "faces.repl", "engine.training", "engine.capture", "engine.archive")
    questions = ("analysis.diagnosis", "analysis.symbolic", "analysis.witnesses", "analysis.jacobian")
    assert not [name for name in ours if name.startswith(tuple(f"graphstep.{room}" for room in (*rooms, *questions)))]


def test_a_run_in_english_loads_no_library_of_languages() -> None:
    assert "babel" not in packages_after("told")


def test_numpy_comes_from_one_place_and_late() -> None:
    """A module that imported it when it is imported itself would make every command wait for it."""
    at_once = {"engine/training/rehearsal.py"}  # one of its classes is one of NumPy's
    package = ROOT / "graphstep"
    found = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if re.match(r"(import|from) numpy\b", line)
    }
    assert found == at_once


def test_the_core_is_reachable_without_textual_or_rich() -> None:
    assert {"graphstep.engine.trace", "graphstep.telling.explain", "graphstep.faces.export.md", "graphstep.faces.cli"} <= set(
        core_modules()
    )
    assert not packages_after("core") & {"textual", "rich", "sympy", "networkx", "scipy"}


def test_numeric_rows_do_without_sympy() -> None:
    assert "sympy" not in packages_after("witnesses")


def test_scipy_waits_for_a_gate_that_computes_a_special_function() -> None:
    assert ["scipy" in packages_after(step) for step in ("solution", "gelu")] == [False, True]


def test_no_export_asks_sympy() -> None:
    assert "sympy" not in packages_after("exports")


FIRST_FRAME = """
import asyncio, sys
from graphstep.faces.tui.app import GraphstepApp
from graphstep.faces.tui.screen import SteppingScreen
from graphstep.faces.cli import step
from graphstep.engine.opening import read_setup
from graphstep.language.setup import Setup

opening = read_setup(Setup("(x+y)*z", {"x": "-2", "y": "5", "z": "-4"}), files=True)

class Watched(GraphstepApp):
    seen = None
    def post_display_hook(self):
        if self.screen_stack and Watched.seen is None:
            Watched.seen = set(sys.modules)
        super().post_display_hook()

async def scene():
    async with Watched(SteppingScreen(opening.program, opening.inputs)).run_test(size=(80, 24)) as pilot:
        await pilot.pause()

asyncio.run(scene())
for name in set(sys.modules) - Watched.seen:
    del sys.modules[name]
"""


def test_the_first_frame_is_painted_before_numpy_is_there() -> None:
    """What a program of numbers needs NumPy for can wait until the panes stand on the screen."""
    (loaded,) = modules_of(FIRST_FRAME)
    assert not {*loaded} & {"numpy", "networkx", "sympy", "scipy"}

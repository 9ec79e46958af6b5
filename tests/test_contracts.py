"""What may import what, looked at in fresh interpreters: starting up is cheap, and the core does without the terminal UI."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from pkgutil import walk_packages

import graphstep

HEAVY = ("numpy", "networkx", "sympy", "scipy", "textual", "rich", "lark")
ROOT = Path(__file__).parent.parent


def loaded_by(*codes: str) -> list[set[str]]:
    """The top-level packages that a fresh interpreter holds after it ran each of the pieces of code, one behind the other."""
    said = "import json, sys\nprint('\\n' + json.dumps([name.partition('.')[0] for name in sys.modules]))\n"
    script = "".join(f"{code}\n{said}" for code in codes)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    return [set(json.loads(line)) for line in done.stdout.splitlines() if line.startswith('["')]


def command(*words: str) -> str:
    """The code that does what ``graphstep WORDS`` does, and goes on."""
    return f"from graphstep.faces.cli import main\ntry: main({list(words)!r})\nexcept SystemExit: pass"


def core_modules() -> list[str]:
    """Every module outside the terminal UI and its server; not what is run when it is imported, nor what a build imports."""
    names = [module.name for module in walk_packages(graphstep.__path__, "graphstep.")]
    return [
        name
        for name in names
        if not re.match(r"graphstep\.(faces\.tui\b|__main__$|faces\.cli\.server$|engine\.core\.hook$)", name)
    ]


def test_an_import_help_and_version_load_nothing_heavy_and_a_plain_run_neither_textual_nor_sympy_nor_networkx() -> None:
    run = ("(x+y)*z", "x=-2", "y=5", "z=-4", "--plain")
    *light, loaded = loaded_by("import graphstep", command("--help"), command("--version"), command(*run))
    assert len(light) == 3
    assert not any(packages & set(HEAVY) for packages in light)
    assert not loaded & {"textual", "rich", "sympy", "networkx", "scipy", "lark"}


def test_a_program_of_numbers_is_stepped_and_printed_without_numpy() -> None:
    programs = (
        ["(x+y)*z", "x=-2", "y=5", "z=-4"],
        ["a=x*y; b=a/x-2*x; a*b+b", "x=0.1", "y=3"],
        ["relu(x)*sqrt(y) + abs(z)", "x=2", "y=4", "z=-3"],
        ["max(x, 2)*y + max(z, 0)*abs(z)", "x=3", "y=1", "z=-1"],
        ["max(x, y)*z", "x=2", "y=2", "z=0"],
        ["exp(x)", "x=1"],
    )
    *light, heavy = loaded_by(*(command(*words, "--plain") for words in programs))
    assert not any(packages & set(HEAVY) for packages in light)
    assert "numpy" in heavy


def test_a_plain_run_of_numbers_imports_what_it_needs() -> None:
    """A module more is a third of a millisecond more before the first line: who adds one on the way says here that it must be."""
    code = f"{command('(x+y)*z', 'x=-2', 'y=5', 'z=-4', '--plain')}\nprint('\\n' + ' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", f"import sys\n{code}"], capture_output=True, text=True, check=True, cwd=ROOT)
    ours = [name for name in done.stdout.splitlines()[-1].split() if name.startswith("graphstep")]
    assert len(ours) <= 180
    rooms = ("teaching", "debugger", "faces.tui", "faces.repl", "engine.training", "engine.capture", "engine.archive")
    questions = ("analysis.diagnosis", "analysis.symbolic", "analysis.witnesses", "analysis.jacobian")
    assert not [name for name in ours if name.startswith(tuple(f"graphstep.{room}" for room in (*rooms, *questions)))]


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


def test_scipy_waits_for_a_gate_that_computes_a_special_function() -> None:
    run = "import graphstep as gs\ngs.run({!r}, x=[0.5, 1]){}"
    others = run.format("sum(tanh(x) + sigmoid(x) + elu(x) + softplus(x))", ".to_markdown()")
    assert ["scipy" in packages for packages in loaded_by(others, run.format("sum(gelu(x))", ""))] == [False, True]


def test_the_core_is_reachable_without_textual_or_rich() -> None:
    modules = core_modules()
    assert {"graphstep.engine.trace", "graphstep.telling.explain", "graphstep.faces.export.md", "graphstep.faces.cli"} <= set(
        modules
    )
    (loaded,) = loaded_by("\n".join(f"import {name}" for name in modules))
    assert not loaded & {"textual", "rich", "sympy", "networkx", "scipy"}


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
    (loaded,) = loaded_by(FIRST_FRAME)
    assert not loaded & {"numpy", "networkx", "sympy", "scipy"}

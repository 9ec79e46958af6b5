"""The terminal UI: the screen of a debugger, for a calculation. The only place that knows Textual.

:func:`open_program` asks for the inputs that have no value, and makes the run behind the first frame, unless that is there.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from graphstep.debugger.conditions import Condition
    from graphstep.debugger.parts import Saved
    from graphstep.engine.trace import Trace
    from graphstep.gates import Ties
    from graphstep.ground.arrays import Number
    from graphstep.language.program import Program
    from graphstep.language.read import Watch
    from graphstep.language.setup import Setup


_MODULES = (
    "graphstep.faces.tui.screen",
    "numpy",
    "graphstep.language.values.stored",
    "graphstep.engine.replay",
    "graphstep.engine.core._core",
    "graphstep.faces.tui.app",
    "textual.drivers.linux_driver",
    "graphstep.debugger.prominence",
    "graphstep.faces.drawing.excerpt",
    "graphstep.faces.drawing.folded",
    "graphstep.faces.drawing.typed",
    "graphstep.faces.drawing.names",
    "graphstep.faces.explanations",
    "graphstep.telling.words.steps",
    "graphstep.faces.tui.ahead",
)
"""What the first frame of a recorded run is made with, in the order of its making."""


def import_all() -> None:
    """Import what a recorded run is opened with, while another process is waited for; what is missing is left to who needs it."""
    from contextlib import suppress
    from importlib import import_module

    for module in _MODULES:
        with suppress(ImportError):
            import_module(module)


def open_program(
    program: Program,
    inputs: Mapping[str, Number],
    *,
    at: int = 0,
    seed: Number = 1.0,
    ties: Ties = "first",
    conditions: Sequence[Condition] = (),
    setup: Setup | None = None,
    saved: Saved | None = None,
    recorded: Trace | None = None,
) -> int:
    """Step through a program in the terminal; the exit status. Inputs without a value are asked for in a form.

    ``conditions`` are what ``c`` stops at from the start, ``setup`` is what was typed, ``saved`` a run to compare with, and
    ``recorded`` the run itself where its numbers are somebody else's.

    Raises InputError for a value that no input takes, and ShapeError where shapes do not go together, before the screen opens.
    """
    if recorded is None:
        _refuse(program, inputs)
    if _cannot_draw():
        from graphstep.engine.trace import trace

        _tell(recorded or trace(program, inputs, seed=seed, ties=ties, setup=setup), at or None, conditions)
        return 0
    from graphstep.faces.tui.app import run_screen
    from graphstep.faces.tui.screen import SteppingScreen

    where: dict[str, Any] = {"at": at, "seed": seed, "ties": ties, "conditions": conditions, "setup": setup, "saved": saved}
    return run_screen(SteppingScreen(program, inputs, trace=recorded, **where))


def open_later(prepare: Callable[[Watch], tuple[Program, Mapping[str, Number], Mapping[str, Any]]], language: str) -> int:
    """Open a program, or a run, that takes a while to be read, behind a screen that says how far it is; the exit status.

    ``prepare`` reads it, and gives what :func:`open_program` takes; it gets a function to be told now and then which share of
    a text has been read. Raises what it raises, and what :func:`open_program` does, once the screen is closed.
    """
    if _cannot_draw():
        program, inputs, where = prepare(lambda _: None)
        return open_program(program, inputs, **where)
    from graphstep.faces.tui.app import run_screen
    from graphstep.faces.tui.opening import OpeningScreen, fill_tables
    from graphstep.faces.tui.screen import SteppingScreen

    def ready(watch: Watch) -> Callable[[], SteppingScreen]:
        program, inputs, options = prepare(watch)
        where = dict(options)
        if (recorded := where.pop("recorded")) is not None:
            fill_tables(recorded.program)
        else:
            _refuse(program, inputs)
        return lambda: SteppingScreen(program, inputs, trace=recorded, **where)

    screen = OpeningScreen(language, ready)
    status = run_screen(screen)
    if screen.error is not None:
        raise screen.error
    return status


def _cannot_draw() -> bool:
    # A dumb terminal cannot place a character (terminfo: dumb has no cup); it can show lines.
    return os.environ.get("TERM") == "dumb"


def _tell(trace: Trace, at: int | None, conditions: Sequence[Condition] = ()) -> None:
    from graphstep.faces.export.text import narrate

    # A step beyond the end is the last one here: the screen says so, lines show it.
    at, reason = None if at is None else min(at, len(trace)), ""
    if conditions:
        from graphstep.debugger.stops import first_stop

        stop, reason = first_stop(trace, conditions, at)
        at = at if stop is None else stop
    sys.stdout.writelines(narrate(trace, at))
    sys.stdout.write(reason and f"\n{reason}\n")


def _refuse(program: Program, inputs: Mapping[str, Number]) -> None:
    """Raise for a value that no input takes, and for shapes that do not go together."""
    if any(name not in program.input_places for name in inputs):
        from graphstep.engine.inputs import check_inputs

        check_inputs(program, dict.fromkeys(program.inputs, 0.0) | dict(inputs))
    if all(name in inputs for name in program.inputs):
        from graphstep.ground.arrays import shape_of
        from graphstep.language.shapes import infer_shapes

        infer_shapes(program, {name: shape_of(value) for name, value in inputs.items()})

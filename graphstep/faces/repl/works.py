"""What a prompt does for a command: files, witnesses, lists, help. Long work is given up with Ctrl-C."""

from __future__ import annotations

from collections.abc import Iterator

from graphstep.debugger import effects
from graphstep.debugger.effects import Effect
from graphstep.debugger.frames import run_on_show
from graphstep.debugger.state import State
from graphstep.faces.repl import answers
from graphstep.faces.replies.panels import copy_remarks, plain, quotient_lines, verdict_lines
from graphstep.faces.replies.predictions import write_summary
from graphstep.telling.names import name_of
from graphstep.telling.words.catalogue import message


def perform(state: State, effect: Effect) -> Iterator[str]:
    """Perform an effect, and say what came of it. Raises GraphstepError where that fails."""
    if isinstance(effect, effects.Ask):
        yield answers.asked(state.language, effect.action)
    elif isinstance(effect, effects.Own):
        yield from answers.own(state, effect)
    elif isinstance(effect, effects.Copy):
        # There is no clipboard behind a pipe: who reads the line can copy it.
        yield effect.command
        yield from map(plain, copy_remarks(effect))
    elif isinstance(effect, effects.Write):
        yield from _written(state, effect)
    elif isinstance(effect, effects.WriteSummary):
        yield message(state.language, "prompt-wrote", file=write_summary(state, effect))
    elif isinstance(effect, effects.Witnesses):
        yield from _witnessed(state, effect.node)
    elif isinstance(effect, effects.Quotients):
        yield from quotient_lines(state.trace, effect.node, effect.cell)
    elif isinstance(effect, effects.Rewrite):
        yield from _rewritten(state, effect.kind)
    elif isinstance(effect, effects.Diagnose):
        from graphstep.analysis.diagnosis import diagnose
        from graphstep.faces.export import text
        from graphstep.telling.reports import diagnosis

        yield from text.lines(diagnosis.body(diagnose(state.root)))


def path_lines(state: State, node: int) -> Iterator[str]:
    """The paths from a node to the output, each as a product, and their sum."""
    from graphstep.analysis.paths import paths
    from graphstep.ground.errors import InputError
    from graphstep.telling.reports.paths import paths_lines

    try:
        yield from paths_lines(paths(state.trace, node))
    except InputError as error:
        yield error.report()


def _written(state: State, effect: effects.Write) -> Iterator[str]:
    from graphstep.faces import export

    yield message(state.language, "prompt-wrote", file=str(export.write(run_on_show(state), effect.path, at=state.at)))


def _rewritten(state: State, kind: str) -> Iterator[str]:
    """What SymPy makes of the program, beside it; and what steps through it."""
    from graphstep.analysis.rewriting import rewritten_runs
    from graphstep.faces.export import text
    from graphstep.language.setup import FORMS
    from graphstep.telling.reports import rewriting

    typed = state.root
    rows = rewritten_runs(typed, FORMS if kind == effects.EVERY else (kind,))
    yield from text.lines(rewriting.body(typed, rows))
    # The program of a prompt stays what it is: the command opens the other one, compared with this.
    if kind != effects.EVERY and rows[0].run is not None:
        run = rows[0].run
        yield run.setup.filled(run.inputs).command(f"--against={' '.join(typed.program.text.split())}")


def _witnessed(state: State, node: int) -> Iterator[str]:
    from graphstep.analysis.witnesses import check_node

    yield message(state.language, "witnesses-for", name=name_of(state.trace.program, node))
    yield from map(plain, verdict_lines(state.trace, node, check_node(state.trace, node)))

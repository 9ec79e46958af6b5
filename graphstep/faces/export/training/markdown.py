"""A training as Markdown: what was trained and how, its curve, a table of rounds, the parameters, and one round's updates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.faces.drawing.curve import sparkline
from graphstep.faces.export._ladders import ladder_block
from graphstep.faces.export._markdown import code, equations, fence, inline, plain, table
from graphstep.faces.export.training.command import command_of
from graphstep.faces.export.training.report import settings_text, shown
from graphstep.gates.notation import LATEX
from graphstep.ground.arrays import SMALL, is_small, kind_text, number_text, shape_of, shape_text, summary
from graphstep.ground.exact import exact_text
from graphstep.ground.numerals import numeral
from graphstep.telling.explain import explain
from graphstep.telling.explanation import Rules
from graphstep.telling.names import names_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphstep.engine.trace import Trace
    from graphstep.engine.training.training import Training
    from graphstep.ground.arrays import Number

_TEXT = 4_000
"""Letters of a program that is written out."""
_NORMS = 6
"""Parameters whose norms have a column."""
_TOLD = 8
"""Parameters whose updates are explained."""


def export(training: Training) -> Iterator[str]:
    """The document in pieces of text; there must be a round."""
    text, settings = training.program.text.strip(), training.settings
    yield f"# Training {code(text if len(text) <= 60 else training.program.label(training.program.output, 60))}\n\n"
    yield fence(text if len(text) <= _TEXT else f"{text[:400]} …")
    way = "rise" if settings.climbs else "fall"
    names = ", ".join(inline(names_of(training.program).latex(name)) for name in settings.params)
    yield f"\nThe output is to {way}. Trained: {names}, by {plain(settings_text(settings))}.\n"
    if settings.held_out:
        held = ", ".join(code(name) for name in settings.held_out.names)
        yield f"Held out: {numeral(settings.held_out.share)} of the examples of {held}.\n"
    yield from _given(training)
    yield "\n## Curve\n\n"
    yield fence(_curves(training))
    yield "\n## Rounds\n\n"
    yield from _rounds(training)
    yield f"\nThe loss of a round is the one before its update. {_sentence(training.stopped)}\n"
    yield "\n## Parameters\n"
    yield from _parameters(training)
    yield from _updates(training)
    command, missing = command_of(training)
    yield f"\nMade by\n\n{fence(f'{command} --format md', 'sh')}"
    if missing:
        yield f"\nThe command needs the values of {', '.join(missing)} besides, which are too large for a line.\n"


def _given(training: Training) -> Iterator[str]:
    """The inputs as they were at the start."""
    yield "\nGiven:\n\n"
    names = names_of(training.program)
    for name, value in training.inputs.items():
        typed = training.setup.inputs.get(name) or exact_text(value, SMALL)
        shape = f", {kind_text(shape_of(value))}" if shape_of(value) else ""
        yield f"- {inline(names.latex(name))}: {code(typed) if typed else plain(number_text(value))}{shape if typed else ''}\n"


def _curves(training: Training) -> str:
    """Blocks, one line a series, with the numbers at both ends."""
    history = training.history
    series = [("loss", history.losses)]
    if history.held_out:
        series.append(("held-out loss", [loss for _, loss in history.held_out]))
    series += [(f"‖∇{name}‖", norms) for name, norms in list(history.norms.items())[:_NORMS]]
    wide = max(len(name) for name, _ in series)
    return "\n".join(f"{name:<{wide}}  {sparkline(n)}  {numeral(n[0])} … {numeral(n[-1])}" for name, n in series)


def _rounds(training: Training) -> Iterator[str]:
    history = training.history
    held_out = dict(history.held_out)
    names = list(history.norms)[:_NORMS]
    norms = [inline(rf"\lVert \nabla {names_of(training.program).latex(name)} \rVert") + ":" for name in names]
    header = ("round:", "loss:", *(["held-out:"] * bool(held_out)), "rate:", *norms)
    rows = []
    for k in shown(training):
        held = [numeral(held_out[k], 6) if k in held_out else ""] * bool(held_out)
        lengths = [numeral(history.norms[name][k]) for name in names]
        rows.append((f"{k:,}", numeral(history.losses[k], 6), *held, numeral(history.rates[k]), *lengths))
    yield from table(header, rows)


def _parameters(training: Training) -> Iterator[str]:
    params = training.params
    small = {name: value for name, value in params.items() if _is_small(value)}
    yield f"\nAfter {training.rounds:,} update{'' if training.rounds == 1 else 's'}:\n\n"
    if small:
        yield equations((names_of(training.program).latex(name), LATEX.number(value).text) for name, value in small.items())
    large = [(name, value) for name, value in params.items() if name not in small and not isinstance(value, int | float)]
    if large:
        names = names_of(training.program)
        rows = ((inline(names.latex(n)), shape_text(shape_of(value)), plain(summary(value).line())) for n, value in large)
        yield "\n"
        yield from table(("parameter", "shape", "what it is like"), rows)
    held_out = training.held_out_loss
    more = "" if held_out is None else f", and that of the held-out examples {inline(LATEX.number(held_out).text)}"
    yield f"\nWith them the loss is {inline(LATEX.number(training.loss).text)}{more}.\n"


def _is_small(value: Number) -> bool:
    return isinstance(value, int | float) or is_small(value)


def _updates(training: Training) -> Iterator[str]:
    k = training.first
    if k >= len(training.history):
        return
    run = training.round(k)
    if not run.updates:
        return
    yield f"\n## The updates of round {k:,}\n"
    first = len(run) - len(run.updates) + 1
    rules = Rules()
    for n in range(first, min(len(run), first + _TOLD - 1) + 1):
        yield from _update(run, n, rules)
    if len(run.updates) > _TOLD:
        yield f"\n{len(run.updates) - _TOLD:,} more parameters are updated likewise.\n"


def _update(run: Trace, n: int, rules: Rules) -> Iterator[str]:
    told = rules.brief(explain(run, n))
    yield f"\n**{plain(told.title)}.**\n\n"
    for ladder in (*told.before, told.ladder):
        if ladder is not None:
            yield f"{ladder_block(ladder)}\n"
    yield f"{plain(told.why)}\n"
    for note in told.notes:
        yield f"\n> {plain(note.text)}\n"


def _sentence(text: str) -> str:
    return f"{plain(text[:1].upper() + text[1:])}."

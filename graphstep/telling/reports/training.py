"""A training as a document: what was trained and how, its curve, a table of rounds, the parameters, and one round's updates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial, reduce
from itertools import chain

from graphstep.engine.training.settings import Settings
from graphstep.engine.training.training import Training
from graphstep.gates.notation import LATEX, TERMS, Term, plain_text
from graphstep.gates.optimizers import SYMBOLS
from graphstep.ground.arrays import SMALL, Number, is_small, number_text, shape_of, shape_text, summary
from graphstep.ground.exact import exact_text
from graphstep.ground.numerals import DIGITS, numeral
from graphstep.telling import document as blocks
from graphstep.telling.explanation import Rules, Rung
from graphstep.telling.names import name_of
from graphstep.telling.reports.inputs import TEXT, program_title
from graphstep.telling.reports.parts import column, heading, listed, made_by, name_term, phrase, section, sentence, titled
from graphstep.telling.reports.run import step
from graphstep.telling.symbols import WordSymbol
from graphstep.telling.words.catalogue import kind, message

ROWS = 20
"""Rounds that the table shows at most."""

_NORMS = 6
"""Parameters whose norms have a column."""

_UPDATES = 8
"""Parameters whose updates are explained."""

_LOSS = 6
"""Significant digits of a loss."""


def report(
    training: Training, manner: blocks.Manner = blocks.FULL, command: str = "", missing: Sequence[str] = ()
) -> blocks.Document:
    """The document; there must be a round."""
    language, title = training.setup.language, program_title(training.program)
    head = phrase(language, "training-of", what=blocks.Code(title))
    return titled(title, _report(training, manner), language, command, missing, head)


def rounds_alone(training: Training, command: str = "", missing: Sequence[str] = ()) -> blocks.Document:
    """The short one: the program, the table of rounds, the parameters and the loss at the end, and why it stopped."""
    language = training.setup.language
    body = chain(_rounds_alone(training), made_by(language, command, missing))
    return blocks.Document(program_title(training.program), body, language)


def _rounds_alone(training: Training) -> Iterator[blocks.Block]:
    yield blocks.Typed(training.program.text.strip())
    yield rounds(training)
    language, count = training.setup.language, training.rounds
    after = message(language, "after-update" if count == 1 else "after-updates", count=f"{count:,}")
    if training.kept is not None:
        after = message(language, "after-best", best=f"{training.kept:,}", count=f"{count:,}")
    yield blocks.Heading(2, (after,), "parameters")
    losses = [(message(language, "heading-loss"), training.loss)]
    if training.settings.held_out:
        losses.append((message(language, "heading-held-out-loss"), training.held_out_loss or 0.0))
    yield blocks.Listing(
        (
            *((f"{name} = {number_text(value, _LOSS)}",) for name, value in training.params.items()),
            *((f"{name} = {numeral(loss, _LOSS)}",) for name, loss in losses),
        )
    )
    label = message(language, "title", title=message(language, "label-stopped"))
    yield blocks.Verdict("fault" if training.diverged else "fine", label, (stop_text(training, language),))


def _report(training: Training, manner: blocks.Manner) -> Iterator[blocks.Block]:
    text, settings = training.program.text.strip(), training.settings
    language, say = training.setup.language, partial(heading, training.setup)
    yield blocks.Typed(text if len(text) <= TEXT else f"{text[:400]} …")
    names = listed(language, (blocks.Math(name_term(training.program, name)) for name in settings.params))
    held: list[blocks.Inline] = []
    if settings.held_out:
        share, held = numeral(settings.held_out.share), listed(language, map(blocks.Code, settings.held_out.names))
        held = [" ", *phrase(language, "held-out-share", share=share, names=held)]
    way = "training-rises" if settings.climbs else "training-falls"
    yield sentence(*phrase(language, way, names=names, settings=settings_text(settings, language)), *held)
    if not manner.brief:
        yield sentence(say("given"))
        yield blocks.Listing(tuple(_given(training, name, value) for name, value in training.inputs.items()))
    yield section(training.setup, "curve")
    yield _curve(training)
    yield section(training.setup, "rounds")
    yield rounds(training)
    stopped = stop_text(training, language)
    yield sentence(say("loss-before-update", stopped=f"{stopped[:1].upper()}{stopped[1:]}"))
    yield section(training.setup, "parameters")
    yield from _parameters(training)
    if not manner.brief:
        yield from _updates(training)


def _given(training: Training, name: str, value: Number) -> blocks.Content:
    """An input as it was at the start."""
    typed = training.setup.inputs.get(name) or exact_text(value, SMALL)
    language, left = training.setup.language, blocks.Math(name_term(training.program, name))
    if not typed:
        return phrase(language, "labelled", label=left, text=number_text(value))
    if shape := shape_of(value):
        return phrase(language, "labelled-kind", label=left, text=blocks.Code(typed), kind=kind(language, shape))
    return phrase(language, "labelled", label=left, text=blocks.Code(typed))


def _curve(training: Training) -> blocks.Curve:
    """The losses and the norms of the gradients."""
    history = training.history
    series = [(heading(training.setup, "loss"), tuple(history.losses))]
    if history.held_out:
        series.append((heading(training.setup, "held-out-loss"), tuple(loss for _, loss in history.held_out)))
    series += [(f"‖∇{name}‖", tuple(norms)) for name, norms in list(history.norms.items())[:_NORMS]]
    return blocks.Curve(tuple(series))


def rounds(training: Training) -> blocks.Table:
    """At most :data:`ROWS` rounds, the first and the last among them."""
    history = training.history
    held_out = dict(history.held_out)
    names = list(history.norms)[:_NORMS]
    say = partial(heading, training.setup)
    # No column where no loss is held out.
    held: list[blocks.Content] = [(say("held-out"),)] * (training.settings.held_out is not None)
    norms = [(blocks.Math(TERMS.length(_gradient(training, name))),) for name in names]
    heads: list[blocks.Content] = [(say("round"),), (say("loss"),), *held, (say("rate"),), *norms]
    rows = []
    for k in shown(training):
        looked: list[blocks.Content] = [(blocks.Figure(held_out[k], _LOSS, "loss"),) if k in held_out else ()] * len(held)
        lengths = [(blocks.Figure(history.norms[name][k], DIGITS, "loss"),) for name in names]
        loss, rate = blocks.Figure(history.losses[k], _LOSS, "loss"), blocks.Figure(history.rates[k], DIGITS, "loss")
        rows.append(((blocks.Figure(k, 0, "count"),), (loss,), *looked, (rate,), *lengths))
    return blocks.Table(tuple(blocks.Column(head, True) for head in heads), tuple(rows))


def _gradient(training: Training, name: str) -> Term:
    """``∇w`` as a term."""
    left = name_term(training.program, name)
    return TERMS.symbol(WordSymbol(f"∇{plain_text(left)}", rf"\nabla {left.read(LATEX).text}"))


def shown(training: Training) -> list[int]:
    """At most :data:`ROWS` rounds, evenly; where a loss is held out, rounds at which it was looked at."""
    looked = [k for k, _ in training.history.held_out] or list(range(len(training.history)))
    last = len(training.history) - 1
    if len(looked) > ROWS:
        # At i = 0 the first of them, at i = ROWS − 1 the last.
        looked = [looked[round(i * (len(looked) - 1) / (ROWS - 1))] for i in range(ROWS)]
    # The last round has a row, whether or not its held-out loss was looked at.
    return looked if not looked or looked[-1] == last else [*looked[: ROWS - 1], last]


def stop_text(training: Training, language: str) -> str:
    """Why a training runs no further round, in a few words."""
    stop, say = training.stop, partial(message, language)
    match stop.why:
        case "done":
            return say("stop-done", count=stop.round)
        case "below" | "above" | "no-better":
            loss = say("stop-of-held-out" if stop.held_out else "stop-of-all")
            return say(f"stop-{stop.why}", loss=loss, bound=number_text(stop.number), round=stop.round)
        case "not-finite":
            parts, run = [say("stop-not-finite", loss=number_text(stop.number), round=stop.round)], stop.run
            if run is not None and (first := run.first_not_finite) is not None:
                # Where it is the output, the loss has been named already.
                if first != run.program.output:
                    parts.append(say("stop-first", name=name_of(run.program, first), value=number_text(run.value_of(first))))
                if stop.advised:
                    parts.append(say("stop-advice"))
            return reduce(lambda one, following: say("stop-and", one=one, next=following), parts)
        case _:
            return say(f"stop-{stop.why}", number=number_text(stop.number), round=stop.round)


def settings_text(settings: Settings, language: str) -> str:
    """How it is trained: ``momentum, μ 0.9, α 0.1, batches of 32``."""
    parts = [settings.optimizer.name, *(f"{SYMBOLS.get(name, name)} {numeral(value)}" for name, value in settings.hyper.items())]
    parts.append(f"{SYMBOLS.get('lr', 'lr')} {settings.rate}")
    if settings.clip is not None:
        parts.append(message(language, "heading-clipped-at", clip=numeral(settings.clip)))
    if settings.max_norm is not None:
        parts.append(message(language, "heading-bounded-by", bound=numeral(settings.max_norm)))
    if settings.batch:
        parts.append(message(language, "heading-batches-of", size=str(settings.batch.size)))
    if settings.climbs:
        parts.append(message(language, "heading-maximize"))
    return message(language, "comma").join(parts)


def _parameters(training: Training) -> Iterator[blocks.Block]:
    params, program = training.params, training.program
    say = partial(heading, training.setup)
    after = say("after-updates", count=training.rounds)
    if training.kept is not None:
        after = say("after-best", best=f"{training.kept:,}", count=f"{training.rounds:,}")
    yield sentence(after)
    if small := [name for name, value in params.items() if is_small(value)]:
        yield blocks.Equations(
            tuple(blocks.Math(name_term(program, n), (Rung(TERMS.number(params[n]), "value"),)) for n in small)
        )
    rows = [
        ((blocks.Math(name_term(program, name)),), (shape_text(shape_of(value)),), (summary(value).line(),))
        for name, value in params.items()
        if not isinstance(value, int | float) and name not in small
    ]
    if rows:
        yield blocks.Table(tuple(column(training.setup, key) for key in ("parameter", "shape", "what-it-is-like")), tuple(rows))
    held_out = training.held_out_loss
    losses: dict[str, blocks.Inline] = {"loss": blocks.Figure(training.loss, DIGITS, "value")}
    if held_out is not None:
        losses["held"] = blocks.Figure(held_out, DIGITS, "value")
    yield sentence(*phrase(training.setup.language, "loss-then" if held_out is None else "losses-then", **losses))


def _updates(training: Training) -> Iterator[blocks.Block]:
    """The updates of the first round that is there."""
    k = training.first
    if k >= len(training.history):
        return
    run = training.round(k)
    if not run.updates:
        return
    yield blocks.Heading(2, (heading(training.setup, "updates-of-round", round=k),), "updates")
    # Updates are the last steps of a round.
    first, rules = len(run) - len(run.updates) + 1, Rules()
    last = min(len(run), first + _UPDATES - 1)
    for n in range(first, last + 1):
        yield step(run, n, last, rules, blocks.FULL)
    if len(run.updates) > _UPDATES:
        yield sentence(heading(training.setup, "more-updates", count=len(run.updates) - _UPDATES))

"""``graphstep train EXPR NAME=VALUE … --params w,b``: gradient descent, round by round."""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from graphstep.faces.cli import accessible
from graphstep.faces.cli.documents import document_arguments, document_options, refuse_beside_prompt
from graphstep.faces.cli.program import program_arguments, setup_of, writing_arguments
from graphstep.faces.cli.streams import replace_line
from graphstep.faces.cli.words import whole
from graphstep.ground.browser import in_browser
from graphstep.ground.errors import InputError
from graphstep.ground.files import check_folder
from graphstep.ground.precision import FLOAT64
from graphstep.ground.signals import end, handled, status_of

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Mapping
    from types import FrameType

    from graphstep.engine.training import Settings, Training
    from graphstep.faces.export import Options
    from graphstep.ground.arrays import Number

USAGE = "EXPR [NAME=VALUE ...] --params NAMES [options]"
SUMMARY = "Train parameters: forward, backward, update, round by round."
EXAMPLES = """\
examples:
  graphstep train "(w*x - y)^2" x=1 y=2 w=0 --params w --lr 0.1 --steps 10
  graphstep train "(w*x - y)^2" x=1 y=2 w=0 --params w --at-round 3        tell round 3 step by step
  graphstep train "(w*x - y)^2" x=1 y=2 w=0 --params w --to curve.svg       draw the curve, or write .csv, .md, .json
  graphstep train "x^2" x=10 --params x --screen-reader      train round by round on a line prompt, also from a pipe
  graphstep train "x^2" x=10 --params x --optimizer momentum --momentum 0.5
  graphstep train "x^2" x=10 --params x --lr "0.1*0.95^t"       a learning rate that falls
  graphstep train "mean((X@w - y)^2)" X=@X.csv y=@y.csv w="zeros(3)" --params w \\
      --batch X,y:32 --held-out X,y:0.2 --until 0.01 --save state.npz

Rounds are counted from 0, and the loss of a round is the one before its update. Ctrl-C (or SIGTERM) stops after the
round at work, keeps what was trained, and ends with status 130 (143).
"""

FORMATS = ("text", "svg", "csv", "md", "tex", "html", "json")
"""What is printed or written; :mod:`graphstep.faces.export.training.formats` does it, which loads NumPy."""

_AGAIN = 0.1
"""Seconds from one line of progress to the next."""

SIGHUP = getattr(signal, "SIGHUP", None)
"""A terminal that was closed; Windows has none."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    from graphstep.engine.training.settings import option_of
    from graphstep.gates.optimizers import OPTIMIZERS, SETTINGS

    program_arguments(parser)
    writing_arguments(parser)
    add = parser.add_argument
    add("--params", metavar="NAMES", default="", help="the inputs to train, with commas: w,b")
    add("--lr", metavar="RATE", default="0.1", help="learning rate: a number, or an expression in the round t and their number T")
    add("--steps", metavar="N", default="100", help="rounds in all (default: 100)")
    add("--optimizer", choices=list(OPTIMIZERS), default="sgd", help="how parameters are updated (default: sgd)")
    for name, meaning in SETTINGS.items():
        add(option_of(name), metavar="V", help=meaning)
    add("--clip-norm", metavar="V", help="shorten the gradients of all parameters together to this length, where they are longer")
    add("--max-norm", metavar="V", help="shorten the weights of each unit to this length after an update, where they are longer")
    add("--maximize", action="store_true", help="let the output rise instead of fall")
    add("--batch", metavar="NAMES:N", help="minibatches: inputs that are cut along axis 0, and examples in a batch: X,y:32")
    add("--batch-seed", metavar="N", help="seed of the order of examples (default: 0)")
    add("--held-out", metavar="NAMES:SHARE", help="examples never trained on, from the end: X,y:0.2")
    add("--held-out-every", metavar="N", help="look at the held-out loss every N rounds (default: 10)")
    add("--until", metavar="LOSS", help="stop when the loss is below (the held-out loss, where there is one)")
    add("--patience", metavar="N", help="stop when that loss has not improved for N rounds, and keep the best parameters")
    add("--save", metavar="FILE", help="write the state to an npz file at the end")
    add("--resume", metavar="FILE", help="go on from such a file; parameters need no values then")
    add("--at-round", metavar="K", help="tell round K step by step, its updates included")
    add("--plain", action="store_true", help="the table of rounds as text; chosen by itself when output is no terminal")
    add("--screen-reader", action="store_true", help="a line prompt in place of the screen; ACCESSIBLE=1 asks for it too")
    add(
        "--format",
        choices=FORMATS,
        help="print it as text, svg (the curve), csv (the history), md, tex or html (a report), or json",
    )
    add("--to", metavar="FILE", help="write it to a file; the format comes from the suffix, also .pdf")
    document_arguments(parser)


def run(options: argparse.Namespace) -> int:
    """Train, then print or write."""
    from graphstep.faces import export
    from graphstep.faces.export._pdf import required_engine
    from graphstep.faces.export._reports import write
    from graphstep.faces.export.training import formats

    for name, of in (("batch_seed", "batch"), ("held_out_every", "held_out")):
        if getattr(options, name) is not None and not getattr(options, of):
            word, whole_word = (each.replace("_", "-") for each in (name, of))
            raise InputError(f"--{word} goes with --{whole_word}", hint=f"--{whole_word} X,y:{32 if of == 'batch' else 0.2}")
    refuse_beside_prompt(options, "at_round")
    asked = document_options(options)
    chosen = options.format
    if options.to and export.is_pdf(options.to) and not chosen:
        # What is missing is said before anything is computed.
        required_engine()
    elif options.to and not chosen:
        chosen = formats.format_of(options.to)
    told = None if options.at_round is None else _round(options, chosen)
    # What is refused is refused before hours of training.
    if told is None:
        formats.check_options(chosen, asked)
    else:
        export.check_options(chosen or "text", asked)
    for path in filter(None, (options.save, options.to)):
        check_folder(path)
    training = prepared(options)
    if (talk := _face(options)) is not None:
        try:
            status = talk(training, options.save)
        finally:
            # However the screen ended, hours of training may be in it.
            _save(training, options.save)
        return status or (1 if training.diverged else 0)
    # A round is never cut in two: the signal is looked at between rounds, so that what is saved is a state of the training.
    with _stopped() as signals:
        training.run(_progress(training, lambda: bool(signals)))
    if sys.stderr.isatty():
        replace_line("")

    def output(name: str | None) -> Iterator[str]:
        return formats.pieces(training, name, asked) if told is None else _narrated(training, told, name, asked)

    try:
        _save(training, options.save)
    finally:
        # Where the state cannot be kept, what was trained is told at least.
        if options.to:
            print(f"wrote {write(options.to, chosen, output)}", file=sys.stderr)
        elif SIGHUP not in signals:
            # After a hang-up there is no terminal left to print on.
            sys.stdout.writelines(output(chosen))
    return status_of(signals[0]) if signals else 1 if training.diverged else 0


def _save(training: Training, path: str | None) -> None:
    if path:
        from graphstep.engine.training.saved import save

        print(f"wrote {save(training, path)}", file=sys.stderr)


def _face(options: argparse.Namespace) -> Callable[[Training, str | None], int] | None:
    """What goes through the training with a user: the screen, or the line prompt; None where it is run and written."""
    if options.plain or options.format or options.to or options.at_round is not None:
        return None
    if in_browser():
        return _show
    talks = sys.stdin.isatty() and sys.stdout.isatty()
    if options.screen_reader or (talks and accessible.asked_for()):
        return _talk
    # A dumb terminal cannot place a character (terminfo: dumb has no cup); it can show lines.
    return _show if talks and os.environ.get("TERM") != "dumb" else None


def _talk(training: Training, _: str | None) -> int:
    from graphstep.faces import repl
    from graphstep.faces.repl.trainings import TrainingPrompt

    return repl.converse(TrainingPrompt(training, sys.stdout.write))


def _show(training: Training, save: str | None) -> int:
    from graphstep.faces.tui.training import show

    return show(training, save=save)


def prepared(options: argparse.Namespace) -> Training:
    """The training that the options ask for, not begun yet (or where a resumed one stopped)."""
    from graphstep.engine.opening import read_setup
    from graphstep.engine.training import Training

    # Options that every program has are refused where they would change nothing: silence would pass for obedience.
    if options.seed != "1":
        raise InputError("a training has no --seed: the gradient of a loss is 1", hint="--batch-seed N orders the examples")
    if options.dtype != FLOAT64:
        raise InputError("a training computes in float64", hint=f"--dtype {options.dtype} is for a run: graphstep EXPR …")
    if options.data:
        raise InputError("a training has no --data: what --params does not name is data")
    saved: Mapping[str, Number] = {}
    if options.resume:
        from graphstep.engine.training.saved import resume, saved_params

        # Only the parameters, before the program is read: with them its inputs have values. The rest follows when there is a
        # training.
        saved = saved_params(options.resume)
    opening = read_setup(setup_of(options), saved, files=True)
    training = Training(opening.program, opening.inputs, _settings(options), opening.setup)
    return resume(training, options.resume) if options.resume else training


def _settings(options: argparse.Namespace) -> Settings:
    from graphstep.engine import training
    from graphstep.engine.training.settings import option_of
    from graphstep.gates.optimizers import SETTINGS, optimizer, settings_of
    from graphstep.language.setup import read_names
    from graphstep.language.values import read_number

    row = optimizer(options.optimizer)
    # Under the name that argparse makes of an option: --weight-decay is weight_decay.
    typed = {name: getattr(options, option_of(name)[2:].replace("-", "_")) for name in SETTINGS}
    hyper = settings_of(row, {name: None if word is None else read_number(word) for name, word in typed.items()})
    seed, every = whole("--batch-seed", options.batch_seed or "0"), whole("--held-out-every", options.held_out_every or "10", 1)
    return training.Settings(
        read_names(options.params),
        row,
        hyper,
        options.lr,
        whole("--steps", options.steps),
        climbs=options.maximize,
        clip=None if options.clip_norm is None else read_number(options.clip_norm),
        max_norm=None if options.max_norm is None else read_number(options.max_norm),
        batch=training.read_batch(options.batch, seed) if options.batch else None,
        held_out=training.read_held_out(options.held_out, every) if options.held_out else None,
        until=None if options.until is None else read_number(options.until),
        patience=None if options.patience is None else whole("--patience", options.patience, 1),
        ties=options.ties,
    )


def _round(options: argparse.Namespace, chosen: str | None) -> int:
    """The round that is to be told; InputError, before anything is trained, for one that cannot be."""
    k, rounds = whole("--at-round", options.at_round), whole("--steps", options.steps)
    if k >= rounds:
        hint = f"--at-round takes 0 to {rounds - 1}" if rounds else "train one round at least: --steps 1"
        raise InputError(f"of {rounds:,} rounds there is no round {k:,} to tell", hint=hint)
    if chosen == "csv":
        raise InputError("a round has no table of rounds", hint="--at-round goes with text, md, tex, html, json or svg")
    return k


def _narrated(training: Training, k: int, chosen: str | None, asked: Options) -> Iterator[str]:
    from graphstep.faces.export.training.formats import round_pieces
    from graphstep.ground.numerals import numeral
    from graphstep.telling.words.catalogue import message

    # It may have stopped before.
    # Of a resumed training the rounds before are not there to be run again.
    last = len(training.history) - 1
    if not training.first <= k <= last:
        raise InputError(f"there is no round {k} to tell", hint=f"--at-round takes {training.first} to {last}")
    if chosen in (None, "text"):
        loss = numeral(training.history.losses[k], 6)
        yield f"{message(training.setup.language, 'training-round', round=k, rounds=training.rounds, loss=loss)}\n\n"
    yield from round_pieces(training, k, chosen, asked)


def _progress(training: Training, stops: Callable[[], bool]) -> Callable[[int, float], bool]:
    """A line on a terminal, ten times a second; silence elsewhere."""
    shows = sys.stderr.isatty()
    total = training.settings.rounds
    due = time.monotonic() + _AGAIN

    def on_progress(k: int, loss: float) -> bool:
        nonlocal due
        if shows and time.monotonic() >= due:
            due = time.monotonic() + _AGAIN
            replace_line(f"round {k:,} of {total:,}  loss {loss:.6g}  (Ctrl-C stops and keeps it)")
        return not stops()

    return on_progress


@contextmanager
def _stopped() -> Iterator[list[int]]:
    """The signals that have come to end the program: the round at work is finished, so that nothing is half done, and what was
    trained is kept. A second one ends it at once.
    """
    signals: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        if signals:
            end(number, frame)
        signals.append(number)

    with handled(note):
        yield signals

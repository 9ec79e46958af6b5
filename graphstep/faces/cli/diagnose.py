"""``graphstep diagnose EXPR NAME=VALUE …``: where a gradient dies, and the experiment on initialisation."""

from __future__ import annotations

import itertools
import re
import shlex
from argparse import ArgumentParser
from typing import TYPE_CHECKING

from graphstep.faces.cli.classes import engine_arguments
from graphstep.faces.cli.program import PYTHON, language_argument, language_of, opening_of, program_arguments
from graphstep.faces.cli.reports import deliver, report_arguments
from graphstep.faces.cli.words import whole
from graphstep.ground.errors import InputError, did_you_mean, quoted
from graphstep.language.setup import Setup

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from graphstep.analysis.diagnosis import Experiment
    from graphstep.engine.trace import Trace
    from graphstep.telling.document import Document, Manner

USAGE = "EXPR [NAME=VALUE ...] | --network LAYERSxUNITS [options]"
SUMMARY = "Look for saturated and dead layers, and for gradients that vanish or explode."
EXAMPLES = """\
examples:
  graphstep diagnose "sum(relu(X@W)^2)" X="randn(64,10)" W="randn(10,20,seed=1)"
  graphstep diagnose --network 10x500 --init 0.01        ten layers of 500 tanh units, small weights
  graphstep diagnose --network 10x500 --init xavier      weights of standard deviation 1/√n
  graphstep diagnose --network 10x500 --activation relu --init he --format json
  graphstep diagnose --torch train.py:loss --fail-on nan,zero,vanishing,exploding     a loss of PyTorch's, in CI
  graphstep diagnose --network 10x500 --sweep init=0.001:10     where in between the gradient dies: 9 values, or :20
  graphstep diagnose --network 10x100 --sweep init=0.01:1:log:15 --sweep layers=2:20 --to map.html     two at once
  graphstep diagnose @model.txt X=@X.csv W="randn(9,1)" --data X --fail-on zero,nan     a test for CI

Every parameter is judged: a gradient that is 0, next to nothing, huge or nan is named with the gate that made it so.
--fail-on zero,vanishing,exploding,nan ends with status 1 where one of these is found, as a test in CI wants it; so do
saturated, dead, shrinking and alike, which are about layers, and any.

--sweep NAME=FROM:TO:log:COUNT tries equal factors, :lin equal steps, NAME=a,b,c single values. With --to FILE it goes on
where it was when it is begun again. Nothing is known between the values that are tried.

A layer ends in an activation (sigmoid, tanh, relu, …). The experiment draws its weights and 1,000 examples from normal
distributions and sends a normal gradient back from the last layer.
"""

_SETTINGS = {"activation": "tanh", "init": "xavier", "examples": "1000", "random_seed": "1"}
"""The options of the experiment, with what they are by themselves; the seed is an example."""

_SIZE = re.compile(r"([0-9]{1,6})[xX×]([0-9]{1,6})")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add its arguments."""
    program_arguments(parser, needed=False)
    parser.add_argument("--network", metavar="LxU", help="instead of a program: L layers of U units each, fully connected")
    parser.add_argument("--activation", metavar="NAME", help="of that network (default: tanh)")
    parser.add_argument("--init", metavar="S", help="standard deviation of its weights, or xavier (default) or he")
    parser.add_argument("--examples", metavar="N", help="how many examples run through it (default: 1000)")
    parser.add_argument("--random-seed", metavar="N", help="another draw of weights and examples")
    kinds = "end with status 1 where one of these is found: zero, vanishing, exploding, nan, …"
    parser.add_argument("--fail-on", metavar="KINDS", help=kinds)
    loss = "instead of a program: a function of a Python file that returns a loss of PyTorch's; it is run, as by capture"
    parser.add_argument("--torch", metavar="FILE.py:FUNCTION", help=loss)
    names = "init, units, layers, activation, examples, random-seed, or inputs of the program"
    sweep = f"diagnose at many values of a setting, or given twice at those of two: {names}"
    parser.add_argument("--sweep", metavar="NAME=FROM:TO[:log|lin][:COUNT]", action="append", default=[], help=sweep)
    engine_arguments(parser)
    language_argument(parser)
    report_arguments(parser, shortens=True)


def run(options: argparse.Namespace) -> int:
    """Diagnose and print."""
    from graphstep.analysis.diagnosis import diagnose
    from graphstep.telling.reports import diagnosis as reports

    wanted = _kinds(options.fail_on)
    swept = {text.partition("=")[0].strip() for text in options.sweep}
    for name, usual in _SETTINGS.items():
        if name.replace("_", "-") in swept and getattr(options, name) is not None:
            raise InputError(
                f"--{name.replace('_', '-')} has a value, and is what --sweep tries", hint="leave one of the two out"
            )
        if options.network is None and getattr(options, name) is not None:
            option = name.replace("_", "-")
            raise InputError(f"--{option} is of the network of the experiment", hint=f"--network 10x500 --{option} {usual}")
        if getattr(options, name) is None and name != "random_seed":
            setattr(options, name, usual)
    if options.torch is not None:
        if options.expression is not None and "=" not in options.expression:
            raise InputError("--torch stands instead of a program", hint=f"leave out {quoted(options.expression)}")
        # There is no EXPR: argparse has taken the first NAME=VALUE for it.
        options.values = [*([] if options.expression is None else [options.expression]), *options.values]
        options.expression, options.dialect = options.torch, PYTHON
    if options.sweep:
        from graphstep.faces.cli.sweep import run_sweep

        network = None if options.network is None else _experiment(options)
        return run_sweep(options, wanted, network, [] if network is None else _network_words(options))
    if options.jobs is not None or options.on is not None:
        raise InputError("--jobs and --on go with --sweep", hint="one diagnosis is one piece of work")
    diagnosis = diagnose(_trace(options))

    def document(manner: Manner, words: Sequence[str]) -> Document:
        if options.network is not None:
            # Its values are drawn by the command, and are no inputs of a program.
            command = shlex.join(["graphstep", "diagnose", *_network_words(options), *words])
            return reports.document(diagnosis, manner, command)
        setup = diagnosis.trace.setup.filled(diagnosis.trace.inputs)
        return reports.document(diagnosis, manner, setup.command(*words, command="diagnose"), setup.without_text)

    deliver(options, lambda manner: reports.body(diagnosis, manner), lambda: reports.data(diagnosis), document, shortens=True)
    # Behind the report: a build that fails has it in its log.
    return 1 if diagnosis.kinds & wanted else 0


def _network_words(options: argparse.Namespace) -> list[str]:
    """The words that make the network of the experiment again."""
    # What is swept over is said by the sweep.
    settings = {name: getattr(options, name.replace("-", "_")) for name in ("activation", "init", "examples", "random-seed")}
    swept = {sweep.partition("=")[0].strip() for sweep in options.sweep or ()}
    given = [(f"--{name}", value) for name, value in settings.items() if value is not None and name not in swept]
    language = Setup("", language=language_of(options.language)).options()
    return ["--network", options.network, *itertools.chain.from_iterable(given), *language]


def _kinds(text: str | None) -> frozenset[str]:
    """The kinds of findings that --fail-on names; InputError for what is none."""
    from graphstep.analysis.diagnosis.finding import FINDING_KINDS

    if text is None:
        return frozenset()
    words = [word.strip() for word in text.split(",") if word.strip()]
    kinds = ["nan" if kind == "not finite" else kind for kind in FINDING_KINDS]
    if not words:
        raise InputError("--fail-on takes kinds of findings", hint=f"there are {', '.join(kinds)}, and any for all of them")
    for word in words:
        if word not in (*kinds, "any"):
            hint = did_you_mean(word, kinds) or f"there are {', '.join(kinds)}, and any for all of them"
            raise InputError(f"--fail-on knows no {quoted(word)}", hint=hint)
    if "any" in words:
        return frozenset(FINDING_KINDS)
    return frozenset("not finite" if word == "nan" else word for word in words)


def _experiment(options: argparse.Namespace) -> Experiment:
    """The network that was asked for; InputError for what is none."""
    from graphstep.analysis.diagnosis import SEED, Experiment

    size = _SIZE.fullmatch(options.network)
    if size is None:
        raise InputError(f"--network takes LAYERSxUNITS, not {quoted(options.network)}", hint="as in --network 10x500")
    if options.expression is not None:
        raise InputError("--network stands instead of a program", hint=f"leave out {quoted(options.expression)}")
    parser = ArgumentParser()
    program_arguments(parser, needed=False)
    for action in parser._actions:
        if action.option_strings and getattr(options, action.dest, action.default) != action.default:
            raise InputError(f"{action.option_strings[0]} is of a program, and --network stands instead of one")
    layers, units = map(int, size.groups())
    if not (layers and units):
        raise InputError(f"a network of {layers} layers of {units} units has none", hint="as in --network 10x500")
    examples = whole("--examples", options.examples, 1)
    seed = SEED if options.random_seed is None else whole("--random-seed", options.random_seed)
    return Experiment(layers, units, options.activation, options.init, examples, seed)


def _trace(options: argparse.Namespace) -> Trace:
    if options.network is not None:
        return _experiment(options).run(language_of(options.language))
    if options.expression is None:
        raise InputError("there is nothing to diagnose", hint="give a program with its values, or --network 10x500")
    return opening_of(options).run()

"""The Python front door: read, rewrite, run, and look at the result.

>>> import graphstep as gs
>>> run = gs.run("(x+y)*z", x=-2, y=5, z=-4)
>>> run.output, run.gradients["x"]
(-12.0, -4.0)
>>> run["x+y"].value, run["x+y"].gradient
(3.0, -4.0)
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, overload

from graphstep.faces.arguments import checked_language, checked_text, given_values, opening_of
from graphstep.faces.result import Run
from graphstep.ground.arrays import Number
from graphstep.ground.collector import collector_paused
from graphstep.ground.errors import InputError
from graphstep.ground.numerals import DIGITS, ENGLISH, Notation
from graphstep.ground.precision import FLOAT64, Dtype
from graphstep.ground.values import numbers
from graphstep.language.rewrite import read_program

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from pathlib import Path
    from types import FrameType

    import networkx

    from graphstep.engine.capture.pytorch.loop import Trigger
    from graphstep.faces.loop import RecordedLoop
    from graphstep.faces.reports import CheckReport
    from graphstep.gates import Ties


def run(
    text: str | networkx.DiGraph,
    /,
    *,
    inputs: Mapping[str, Any] | None = None,
    seed: Any = 1.0,
    ties: Ties = "first",
    data: str | Sequence[str] = (),
    share: bool = False,
    expand: bool = False,
    fold: bool = False,
    notation: Notation = "d",
    digits: int = DIGITS,
    language: str = ENGLISH,
    dtype: Dtype = FLOAT64,
    **values: Any,
) -> Run:
    """Read a program, build its graph and run it forward and backward.

    Inputs are numbers, lists of numbers, NumPy arrays, or texts as on the command line (``"1/3"``, ``"randn(2, 3)"``; no file is
    read). They are given by keyword, or in ``inputs`` where their names clash with a parameter. ``seed`` is the gradient of the
    output; ``ties`` says who gets the gradient of max at a tie: the ``first`` (a constant before all) or all (``split``).
    ``data`` names the inputs that get no gradient. ``notation`` says how a whole effect is written, ``df/dx`` or, with
    ``lecture``, ∂f/∂x; ``digits`` are the significant digits of what is printed; ``language`` is the code of the language in
    which steps are explained, such as ``zh``; ``dtype`` is the type that values, local gradients, products and sums are rounded
    to, ``float32`` or ``bfloat16`` for less than the usual ``float64``.

    In place of a text it takes a networkx graph such as :attr:`Run.graph` and :func:`build` make, or networkx reads in a file of
    one (docs/reference/graphs.md): its gates, names and constants are the program, and inputs that are not given have the values
    that they have there.

    Raises ReadError (the text cannot be read), LimitError (it is too large), InputError (a value is missing or superfluous), and
    ShapeError (arrays do not go together).
    """
    options: dict[str, Any] = {
        "ties": ties,
        "data": data,
        "share": share,
        "expand": expand,
        "fold": fold,
        "digits": digits,
        "notation": notation,
        "language": checked_language(language),
        "dtype": dtype,
    }
    given = given_values(inputs, values)
    if not isinstance(text, str):
        from graphstep.language import network

        source = network.source(text)
        # What is given stands in place of what the graph was kept with.
        text, given = source.text, {**source.values, **given}
        options |= source.rewriting
        # Inputs that are data in the graph stay so, unless the caller names others.
        options["data"] = data or source.data
    return Run(opening_of(text, given, seed, options, _PARAMETERS).run())


def capture(function: Callable[..., Any], /, *arguments: Any, fixed: Collection[str] = (), **named: Any) -> Run:
    """Call a function once, and run what it computed from the arguments that are numbers or arrays, gate by gate.

    Its operators, ``math`` and NumPy are followed, and its text is that of the function. Lists and dictionaries of numbers and
    arrays are inputs too. ``fixed`` names arguments that are handed on as they are, such as a count or labels; so is what is no
    number. Branches are those that were taken:
    ``run.program.origin.branches`` says why.

    >>> import math
    >>> def loss(w, x):
    ...     return (math.tanh(w * x) - 1) ** 2
    >>> capture(loss, 0.0, x=2.0).gradients
    {'w': -4.0, 'x': -0.0}

    Raises InputError for arguments that do not fit, and CaptureError, with the line, where a gradient would be lost:
    ``float(x)``, ``int(x)``, a format. What the function raises passes through.
    """
    # The frame of the caller is taken here, one call away: names of its variables become those of a captured value's parts.
    with collector_paused():
        return _captured(function, arguments, fixed, named, sys._getframe(1))


def _captured(
    function: Callable[..., Any], arguments: Sequence[Any], fixed: Collection[str], named: Mapping[str, Any], caller: FrameType
) -> Run:
    from graphstep.engine.capture import engine_of, record, record_value
    from graphstep.engine.capture.opening import opening_of
    from graphstep.engine.capture.process import target_of
    from graphstep.language.setup import Setup

    # A value of somebody's engine is no function: its names are those that the caller has for its parts.
    if (engine := engine_of(function)) is not None:
        if arguments or named or fixed:
            raise InputError("a value has no arguments", hint="gs.capture(loss), or gs.capture(function, …)")
        recording = record_value(engine, function, "loss", [caller.f_locals, caller.f_globals])
        return Run(opening_of(recording).run())
    recording = record(function, arguments, named, fixed)
    # What was handed on as it is has no text, and a command could not say it.
    target = "" if len(recording.inputs) < len(arguments) + len(named) else target_of(function)
    setup = Setup(target or recording.function, dict.fromkeys(recording.inputs), captured=True)
    return Run(opening_of(recording, setup).run())


@overload
def record(
    function: Callable[..., Any],
    /,
    *,
    when: str | Trigger = "nan",
    every: int = 100,
    keep: int = 32,
    to: str | Path | None = "run.gsz",
) -> RecordedLoop: ...
@overload
def record(
    *, when: str | Trigger = "nan", every: int = 100, keep: int = 32, to: str | Path | None = "run.gsz"
) -> Callable[[Callable[..., Any]], RecordedLoop]: ...
def record(
    function: Callable[..., Any] | None = None,
    /,
    *,
    when: str | Trigger = "nan",
    every: int = 100,
    keep: int = 32,
    to: str | Path | None = "run.gsz",
) -> RecordedLoop | Callable[[Callable[..., Any]], RecordedLoop]:
    """Watch a training loop of PyTorch's: the function, or the module, that computes its loss, called as before.

    ``loss_of = gs.record(loss_of)``, or ``@gs.record(every=10)`` above it. At every step the loss and the length of the
    gradients are kept, at the first step and each ``every``-th behind it figures of all that was computed; ``steps`` has the last
    ``keep`` of them. The first step that goes wrong is captured whole, with PyTorch's own numbers, and written to ``to`` (None
    for no file), which opens without PyTorch; ``caught`` says why, and ``run`` is that step. ``when`` says what goes wrong: a
    loss or gradient that is not finite (``nan``), a gradient that is a hundred times as large as before (``exploding``, which
    includes it), nothing (``never``), or a function of a step that answers yes or no.

    Raises InputError for options that are none, CaptureError for a function that returns no loss. The loop is never ended.
    """
    from graphstep.faces.loop import RecordedLoop

    # Two forms of one decorator: with options it is called first, and answers what takes the function.
    if function is None:
        return lambda function: RecordedLoop(function, when, every, keep, to)
    return RecordedLoop(function, when, every, keep, to)


def load(path: str | Path, /) -> Run:
    """The run in a file that :meth:`Run.save` or ``--to run.gsz`` wrote: its program, and its numbers to the bit.

    InputError for a file that is none, or damaged.
    """
    from graphstep.engine.archive import read_file

    return Run(read_file(str(path)).run())


def build(
    text: str, /, *, given: Collection[str] = (), share: bool = False, expand: bool = False, fold: bool = False
) -> networkx.MultiDiGraph:
    """The computational graph of a program, without running it (see :func:`graphstep.language.graph.build`)."""
    from graphstep.language import graph

    return graph.build(read_program(checked_text(text), given, share=share, expand=expand, fold=fold))


def from_sympy(expr: Any, /, *, inputs: Mapping[str, Any] | None = None, **values: Any) -> Run:
    """Run a SymPy expression. Its symbols are the inputs; the order of its terms is the one in which SymPy keeps them.

    Options are those of :func:`run`. InputError when it holds something that graphstep has no gate for.
    """
    from graphstep.analysis import symbolic

    return run(symbolic.from_sympy(expr), inputs=inputs, **values)


def from_latex(text: str, /, *, inputs: Mapping[str, Any] | None = None, **values: Any) -> Run:
    r"""Run a formula in LaTeX, in the order and structure in which it is written.

    ``w_0`` may be given as ``w0`` or ``w_0``. Options are those of :func:`run`. ReadError for what cannot be read, or has two
    readings; else as :func:`run`.

    >>> from_latex(r"\frac{1}{1+e^{-w_0 x_0}}", w0=2, x0=0).output
    0.5
    """
    from graphstep.language.read.dialects import translated, unread

    options = _options(values)
    given = given_values(inputs, values)
    # The program is a text again: from here on it is run, shown and copied as if it had been typed.
    program = translated(checked_text(text), "latex", _with_values(given)).text
    lost = unread(text, program, given)
    return run(program, inputs={name: value for name, value in given.items() if name not in lost}, **options)


def from_numpy(text: str, /, *, inputs: Mapping[str, Any] | None = None, **values: Any) -> Run:
    """Run a text for NumPy, PyTorch or JAX as a program. Python's own reader takes it apart; none of it is executed.

    Options are those of :func:`run`. ReadError for what cannot be read; else as :func:`run`.

    >>> from_numpy("p = 1/(1 + np.exp(-x.dot(w)))", x=[1, 2], w=[2, -1]).output
    0.5
    """
    from graphstep.language.read.dialects import translated, unread

    options = _options(values)
    given = given_values(inputs, values)
    # With the values: of x.shape[0] only what it comes to is part of the program.
    program = translated(checked_text(text), "numpy", _with_values(given))
    lost = unread(text, program.text, given)
    kept = {**program.values, **{name: value for name, value in given.items() if name not in lost}}
    return run(program.text, inputs=kept, **options)


def _options(values: dict[str, Any]) -> dict[str, Any]:
    """What of the values by keyword is an option of a run; it is taken out of them."""
    return {name: values.pop(name) for name in [*values] if name in _PARAMETERS}


def _with_values(given: Mapping[str, Any]) -> dict[str, Number]:
    """What was given in Python, also as text, as numbers and arrays."""
    from graphstep.language.values import read_texts

    typed = {name: value for name, value in given.items() if isinstance(value, str)}
    return {**read_texts(typed, files=False), **numbers({name: value for name, value in given.items() if name not in typed})}


def check(text: str, /, **options: Any) -> CheckReport:
    """Compare backprop, SymPy's derivative and central differences for every input; takes what :func:`run` takes."""
    return run(text, **options).check()


_PARAMETERS: Collection[str] = run.__kwdefaults__ or ()
"""The names by which a run takes something besides values of inputs."""

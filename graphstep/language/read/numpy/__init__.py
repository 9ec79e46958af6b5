"""A text for NumPy, PyTorch or JAX, as in a notebook, becomes the text of a program; it is never run: :func:`from_numpy`.

The order in which the text passes the modules: ``syntax`` (Python's own reader, behind limits), ``loops`` (those over what is
typed), ``statements`` with ``names`` (Python assigns a name again, a program once), ``expressions``, ``calls`` (whose function it
is, by the table of other programs' spellings). ``sites`` has the table of the functions that say a call whose meaning hangs on
shapes and options; ``reductions``, ``arrays``, ``joins``, ``losses`` and their like fill it.
``pieces`` is the text that comes out, and where each part comes from.
"""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Mapping
from typing import Any

from graphstep.ground import limits
from graphstep.ground.arrays import shape_of
from graphstep.ground.errors import LimitError, ReadError
from graphstep.language.read.dialects import Translation
from graphstep.language.read.numpy.bodies import Reader
from graphstep.language.read.numpy.loops import written_out
from graphstep.language.read.numpy.pieces import Program, program_of
from graphstep.language.read.numpy.syntax import Source, too_long


def from_numpy(text: str, given: Collection[str] = ()) -> str:
    r"""The text of the program that a text in Python spells. ``given`` are the names that have values, with
    these values where shapes are to be known.

    >>> from_numpy("p = 1/(1 + np.exp(-x.dot(w)))\nloss = -np.log(p).mean()")
    'p = 1/(1 + exp(-(x @ w)))\nloss = -mean(log(p))'

    Raises ReadError with the place of what cannot be read, and LimitError for what is too large.
    """
    return translation(text, given).text


def translation(text: str, given: Collection[str] = ()) -> Translation:
    """What :func:`from_numpy` gives, with the values of the inputs that the text names as such."""
    plain = textwrap.dedent(text.replace("\r\n", "\n").replace("\r", "\n")) if len(text) < limits.WRITTEN else text
    source = Source(plain)
    try:
        source.tree = written_out(source.tree)
    except RecursionError:
        hint = "give a part of the longest line a name, in a line above: q = …"
        raise LimitError("a line of this loop is nested too deep to be written out", text=plain, span=(0, 1), hint=hint) from None
    reader = Reader(source, given)
    program = program_of(reader.program())
    if len(program.text) > limits.WRITTEN:
        raise too_long(plain)
    _check(program, plain, given)
    return Translation(program.text, reader.leaves)


def _check(program: Program, plain: str, given: Collection[str]) -> None:
    """Read the program, so that what is wrong with it is shown in the text that it was made of."""
    from graphstep.language.read import read
    from graphstep.language.shapes import infer_shapes

    try:
        built = read(program.text, given)
        values: Any = given
        if isinstance(given, Mapping) and all(name in given for name in built.inputs):
            infer_shapes(built, {name: shape_of(values[name]) for name in built.inputs})
    except ReadError as error:
        span = None if error.span is None else program.origin(error.span)
        raise type(error)(error.message, text=plain, span=span, hint=error.hint) from None

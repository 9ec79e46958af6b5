"""What functions of other programs and books are called here: NumPy, PyTorch, JAX, TensorFlow, MATLAB, Julia, SymPy, Mathematica.

The rows stand in table.txt, one a line: ``call -> what is written here # remark``. The inputs of a call are named, and what is
written here is a template in those names, which is filled with what the learner typed. Names between ``|`` share a row, in which
``{}`` is the name; one in front of the dot limits it to a library, ``.view(x)`` is a method, ``*.sum(x)`` both of them. They are
compared without regard to capitals and underscores. A row may say nothing but a remark, where nothing here does the same, and
begins with ``~`` where it is advice.

Inputs have meanings: ``k`` is an axis and takes whole numbers only, ``keep`` the flag that keeps an axis, ``lo`` and ``hi`` are
bounds, ``*s`` is all the rest. An input that is itself a numeral, a word in quotes, ``none``, ``true``, ``false`` or ``inf`` has
to be typed so; one with ``=`` may be left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from graphstep.language.read.foreign.pieces import split

METHOD, QUALIFIED = "", "*"
"""Libraries of a row: any array's, as in ``.view(x)``; whatever stands before a dot."""


class Row(NamedTuple):
    """One call as others write it."""

    call: str
    """How it is written there: ``hardtanh(x, lo=-1, hi=1)``."""
    library: str | None
    """The library that it belongs to; None for any spelling, ``*`` for a name behind a dot, the empty string for a method."""
    inputs: tuple[tuple[str, str | None], ...]
    """Names and defaults."""
    here: str
    """What is written here, in the names of its inputs; empty where nothing does the same."""
    remark: str
    """Where the meaning differs, or what to do instead."""
    is_advice: bool
    """Whether what it says holds for some inputs, of some shapes, in some libraries only. Where ``--from numpy`` reads such a
    name it looks closer."""


LIBRARIES = {
    name: library
    for library, names in {
        "numpy": "np numpy",
        "jax": "jnp jax lax optax",
        "torch": "torch F nn",
        "tf": "tf keras K tfp",
        "math": "math Math cmath",
        "scipy": "scipy special sp",
        "sympy": "sympy sym",
    }.items()
    for name in names.split()
}
"""What stands before the first dot of a function in other programs, and whose function it then is."""

KEYWORDS = {
    keyword: name
    for name, keywords in {
        "k": "dim axis axes",
        "keep": "keepdim keepdims keep_dims",
        "lo": "min a_min min_val min_value clip_value_min",
        "hi": "max a_max max_val max_value clip_value_max",
        "d": "delta beta lambd",
        "a": "alpha negative_slope",
        "s": "logits",
        "y": "labels target y_true",
        "p": "y_pred ord",
        "eps": "epsilon",
    }.items()
    for keyword in keywords.split()
}
"""What inputs that are given by name are called in the rows."""


def plain_name(name: str) -> str:
    """A name without capitals and underscores, by which names are compared."""
    return name.replace("_", "").lower()


@cache
def rows_by_name() -> dict[str, tuple[Row, ...]]:
    """All rows. Of several for one call the first that fits is meant."""
    rows: dict[str, list[Row]] = {}
    lines = Path(__file__).with_name("table.txt").read_text(encoding="utf-8").splitlines()
    for line in lines:
        for name, row in _rows(line) if line and not line.startswith("#") else ():
            rows.setdefault(plain_name(name), []).append(row)
    return {name: tuple(candidates) for name, candidates in rows.items()}


def _rows(line: str) -> Iterator[tuple[str, Row]]:
    """The rows of a line, by the names of their functions: one for each of those between ``|``."""
    call, _, remark = line.removeprefix("~").partition(" # ")
    call, _, here = call.partition(" -> ")
    paths, bracket, rest = call.partition("(")
    inputs: list[tuple[str, str | None]] = []
    for each in split(rest.removesuffix(")")):
        # A word in quotes has to be typed as it stands, signs and all: it has no default.
        key, equals, default = (each, "", "") if each.startswith("'") else each.partition("=")
        inputs.append((key, default if equals else None))
    for path in paths.split("|"):
        library, dot, name = path.rpartition(".")
        written, said = here.replace("{}", name), remark.replace("{}", name)
        yield name, Row(path + bracket + rest, library if dot else None, tuple(inputs), written, said, line.startswith("~"))


def rows_of(name: str, library: str | None) -> tuple[Row, ...]:
    """The rows for a name, the most special first."""
    kinds = {None: (None,), METHOD: (METHOD, QUALIFIED, None)}.get(library, (library, QUALIFIED, None))
    return tuple(row for kind in kinds for row in rows_by_name().get(plain_name(name), ()) if row.library == kind)


WITHOUT_GRADIENT = {
    "argmax": "max(x) is the largest cell, and hands its gradient to it",
    "argmin": "min(x) is the smallest cell, and hands its gradient to it",
    "argsort": "x[2] picks a cell, max(x) and min(x) the largest and the smallest",
    "trunc": "sign(x)*floor(abs(x)) cuts off what is behind the point, floor, ceil and round are here too",
}
"""Functions whose value jumps, so that no gradient passes them, and what there is instead."""

PARTS = {"t": ".T", "mT": ".T", "H": ".T", "mH": ".T", "transpose": ".T"}
"""What stands behind the dot of an array elsewhere without parentheses, and behind an operand here."""

NUMBERS = {"pi": "pi", "e": "e", "PI": "pi", "E": "e", "Pi": "pi", "inf": "inf"}
"""Members of modules that are numbers: ``np.pi``, ``Math.E``."""

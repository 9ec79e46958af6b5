"""How large a program may be. Each limit has its own error, which says the limit, so that no input hangs or eats memory."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod

TEXT = 20_000_000
"""Characters of one program: 20 for each of its gates, which a sum over names of six letters takes."""

TRANSLATED = 100_000
"""Characters of a formula in LaTeX, and of a text for NumPy, whose syntax tree takes a hundred times the memory."""

WRITTEN = 1_000_000
"""Characters of a value, and of a formula or program that is made of something else or into something else."""

GATES = 1_000_000
"""Gates of one program, after expansion as well."""

FOLLOWED = 200_000
"""Gates of one captured function: while it is followed, each is an object with its place in the source."""

WRITTEN_OUT = 200_000
"""Gates of a run that is written into a document, or into a file of its graph: of more that would be gigabytes."""

NESTING = 1_000
"""Parentheses, calls, signs or powers inside each other."""

FRAMES = 50
"""Calls of functions and repetitions inside each other."""

NUMERAL_DIGITS = 40
"""Digits of one numeral."""

NUMERAL_EXPONENT = 400
"""Size of a numeral's decimal exponent: 1e400 is read (as infinity), 1e401 is refused."""

NAME = 40
"""Characters of one name."""

SYMBOLIC_NODES = 2_000
"""Nodes of a program, written out as a tree, up to which SymPy is asked for a whole derivative."""

SYMBOLIC_DEPTH = 80
"""Depth of a program up to which SymPy is asked for a whole derivative: its printers and diff recurse."""

CELLS = 20_000_000
"""Cells of all arrays of one run together, and of one value: 160 MB as doubles. See :func:`cells_of`."""

CAPTURED = 400_000_000
"""Bytes of all arrays of one captured run together, as doubles; with gradients and contributions a run takes four to five times
as much. A block of a GPT-2 on 128 tokens has 162 MB."""

PRODUCTS = 10_000_000_000
"""Products of cells that one einsum may have, whatever order they are taken in."""

SUBSCRIPTS = 200
"""Characters of the subscripts of einsum."""

AXES = 32
"""Axes of one array."""

FILE = 200_000_000
"""Bytes of a file that holds an array."""

UNPACKED = 1_000_000_000
"""Bytes of a recorded run, unpacked."""

JSON = 20_000_000
"""Bytes of a JSON file that holds an array: read, it is many times as large."""


def cells_of(shape: Iterable[int]) -> int:
    """The cells that an array counts for. A size of 0 counts as 1: what has 30 million empty rows is work all the same.

    >>> cells_of((2, 3)), cells_of(()), cells_of((30_000_000, 0))
    (6, 1, 30000000)
    """
    return prod(max(1, size) for size in shape)


def cells_text(shape: Iterable[int]) -> str:
    """How large an array is, said so that it is true of one without cells: ``30,000,000 places, though no cells``."""
    sizes = tuple(shape)
    count = cells_of(sizes)
    number = f"{count:,}" if count < 10**15 else f"more than {10**15:,}"
    return f"{number} cells" if all(sizes) else f"{number} places, though no cells"


def counted(shapes: Iterable[Iterable[int]]) -> str:
    """What is added to a number of cells that holds more than there are, since some of the arrays have none."""
    return ", where a size of 0 counts as 1" if any(0 in tuple(shape) for shape in shapes) else ""

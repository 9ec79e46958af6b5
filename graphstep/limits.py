"""How large a program may be. Each limit has its own error, which says the limit, so that no input hangs or eats memory."""

from __future__ import annotations

TEXT = 1_000_000
"""Characters of one program."""

GATES = 200_000
"""Gates of one program, after expansion as well."""

NESTING = 1_000
"""Parentheses, calls, signs or powers inside each other."""

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
"""Cells of all arrays of one run together, and of one value: 160 MB as doubles."""

AXES = 32
"""Axes of one array."""

FILE = 200_000_000
"""Bytes of a file that holds an array."""

JSON = 20_000_000
"""Bytes of a JSON file that holds an array: read, it is many times as large."""

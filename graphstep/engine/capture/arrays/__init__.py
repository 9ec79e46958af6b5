"""Arrays of NumPy that record what is computed from them: ``array`` is what a function gets, ``table`` has NumPy's functions.

The other modules enter what follows NumPy's functions into that table: ``cells`` (cell by cell), ``axes``, ``products``,
``moves``, ``picks``, ``composed`` (several gates for one function), ``matrices``, and ``texts`` those that the reader
of texts knows; ``indices`` has what stands in brackets.
"""

from graphstep.engine.capture.arrays import axes, cells, composed, matrices, moves, picks, products, texts
from graphstep.engine.capture.arrays.array import TracedArray
from graphstep.engine.capture.arrays.cells import of_cells
from graphstep.engine.capture.arrays.composed import elementwise
from graphstep.engine.capture.arrays.moves import JOINING
from graphstep.engine.capture.arrays.own import own
from graphstep.engine.capture.arrays.table import apply, array_of, as_array, check_plain, name_of, unfollowed

"""Every gate by name. A new row is parsed, stepped, drawn, explained, exported, documented and tested.

The rows of structural gates are read when something is asked for that no elementwise row answers: a program of numbers, and the
first frame of its screen, need not wait for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from functools import cache

from graphstep.gates.rows.activations import ACTIVATIONS
from graphstep.gates.rows.arithmetic import ARITHMETIC
from graphstep.gates.rows.choices import CHOICES
from graphstep.gates.rows.comparisons import COMPARISONS
from graphstep.gates.rows.exponentials import EXPONENTIALS
from graphstep.gates.rows.hyperbolic import HYPERBOLIC
from graphstep.gates.rows.powers import POWERS
from graphstep.gates.rows.rounding import ROUNDING
from graphstep.gates.rows.trigonometry import TRIGONOMETRY
from graphstep.gates.rule import Rule


class Table(MutableMapping[str, "Rule"]):
    """Rows by name; what is not there at first is looked for among the structural gates."""

    def __init__(self, rows: Mapping[str, Rule]) -> None:
        self.rows = dict(rows)
        """The rows that have been read so far."""

    def __getitem__(self, name: str) -> Rule:
        if name not in self.rows:
            _enter_structural()
        return self.rows[name]

    def __setitem__(self, name: str, row: Rule) -> None:
        self.rows[name] = row

    def __delitem__(self, name: str) -> None:
        del self.rows[name]

    def __contains__(self, name: object) -> bool:
        # Inputs have no gate, and an elementwise name is answered by its own table.
        if name in self.rows or name is None or name in ELEMENTWISE:
            return name in self.rows
        _enter_structural()
        return name in self.rows

    def __iter__(self) -> Iterator[str]:
        _enter_structural()
        return iter(self.rows)

    def __len__(self) -> int:
        _enter_structural()
        return len(self.rows)


# In the order in which documents list them.
_FAMILIES = (ARITHMETIC, POWERS, EXPONENTIALS, TRIGONOMETRY, HYPERBOLIC, CHOICES, COMPARISONS, ROUNDING, ACTIVATIONS)

ELEMENTWISE: dict[str, Rule] = {gate.name: gate for family in _FAMILIES for gate in family}
"""Every elementwise gate by its name."""

STRUCTURAL: Table = Table({})
"""Every structural gate by its name."""

GATES: Table = Table(ELEMENTWISE)
"""Every gate by its name."""

FUNCTIONS: Table = Table({name: gate for gate in ELEMENTWISE.values() for name in gate.functions})
"""Every gate that a program can call, by each name it answers to. ``max``, ``min`` and ``norm`` are the elementwise gates; over
the cells of one array they become structural (:attr:`graphstep.gates.Rule.over_cells`)."""


@cache
def _enter_structural() -> None:
    from graphstep.gates.rows.concatenation import CONCATENATION
    from graphstep.gates.rows.convolutions import CONVOLUTIONS
    from graphstep.gates.rows.dropout import DROPOUT
    from graphstep.gates.rows.entropy import ENTROPY
    from graphstep.gates.rows.gather import GATHER
    from graphstep.gates.rows.indices import INDICES
    from graphstep.gates.rows.likelihoods import LIKELIHOODS
    from graphstep.gates.rows.linear_systems import LINEAR_SYSTEMS
    from graphstep.gates.rows.losses import LOSSES
    from graphstep.gates.rows.movement import MOVEMENT
    from graphstep.gates.rows.normalisation import NORMALISATION
    from graphstep.gates.rows.products import PRODUCTS
    from graphstep.gates.rows.reductions import REDUCTIONS
    from graphstep.gates.rows.scans import SCANS
    from graphstep.gates.rows.scatter import SCATTER
    from graphstep.gates.rows.softmaxes import SOFTMAXES
    from graphstep.gates.rows.variances import VARIANCES
    from graphstep.gates.rows.windows import WINDOWS

    movement = (*MOVEMENT, *SCATTER, *GATHER, *CONCATENATION, *WINDOWS, *DROPOUT)
    reductions = (*REDUCTIONS, *VARIANCES, *SCANS)
    losses = (*LOSSES, *ENTROPY, *LIKELIHOODS)
    algebra = (*PRODUCTS, *INDICES, *CONVOLUTIONS, *LINEAR_SYSTEMS)
    for gate in (*algebra, *reductions, *movement, *SOFTMAXES, *losses, *NORMALISATION):
        STRUCTURAL.rows[gate.name] = GATES.rows[gate.name] = gate
        # amax, amin and length answer to no name here: max(x) and norm(x) lead to them by over_cells.
        for name in gate.functions:
            FUNCTIONS.rows[name] = gate

"""Every gate by name. A new row is parsed, stepped, drawn, explained, exported, documented and tested."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.gates.rows.activations import ACTIVATIONS
from graphstep.gates.rows.arithmetic import ARITHMETIC
from graphstep.gates.rows.choices import CHOICES
from graphstep.gates.rows.collecting import COLLECTING
from graphstep.gates.rows.exponentials import EXPONENTIALS
from graphstep.gates.rows.joining import JOINING
from graphstep.gates.rows.losses import LOSSES
from graphstep.gates.rows.moving import MOVING
from graphstep.gates.rows.multiplying import MULTIPLYING
from graphstep.gates.rows.normalising import NORMALISING
from graphstep.gates.rows.powers import POWERS
from graphstep.gates.rows.squashing import SQUASHING
from graphstep.gates.rows.trigonometry import TRIGONOMETRY

if TYPE_CHECKING:
    from graphstep.gates.gate import Gate
    from graphstep.gates.structural import StructuralGate

ELEMENTWISE: dict[str, Gate] = {
    gate.name: gate for gate in (*ARITHMETIC, *POWERS, *EXPONENTIALS, *TRIGONOMETRY, *CHOICES, *ACTIVATIONS)
}
"""Every elementwise gate by its name."""

STRUCTURAL: dict[str, StructuralGate] = {
    gate.name: gate for gate in (*MULTIPLYING, *COLLECTING, *MOVING, *JOINING, *SQUASHING, *LOSSES, *NORMALISING)
}
"""Every structural gate by its name."""

GATES: dict[str, Gate | StructuralGate] = {**ELEMENTWISE, **STRUCTURAL}
"""Every gate by its name."""

FUNCTIONS: dict[str, Gate | StructuralGate] = {name: gate for gate in GATES.values() for name in gate.functions}
"""Every gate that a program can call, by each name it answers to. ``max``, ``min`` and ``norm`` are the elementwise gates; over
the cells of one array they become structural (:attr:`graphstep.gates.Gate.over_cells`)."""

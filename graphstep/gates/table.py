"""Every elementwise gate by name. A new row is parsed, stepped, drawn, explained, exported, documented and tested."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.gates.rows.activations import ACTIVATIONS
from graphstep.gates.rows.arithmetic import ARITHMETIC
from graphstep.gates.rows.choices import CHOICES
from graphstep.gates.rows.exponentials import EXPONENTIALS
from graphstep.gates.rows.powers import POWERS
from graphstep.gates.rows.trigonometry import TRIGONOMETRY

if TYPE_CHECKING:
    from graphstep.gates.gate import Gate

GATES: dict[str, Gate] = {
    gate.name: gate for gate in (*ARITHMETIC, *POWERS, *EXPONENTIALS, *TRIGONOMETRY, *CHOICES, *ACTIVATIONS)
}
"""Every gate by its name."""

FUNCTIONS: dict[str, Gate] = {name: gate for gate in GATES.values() for name in gate.functions}
"""Every gate that a program can call, by each name it answers to."""

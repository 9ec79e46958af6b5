"""What is to be drawn: boxes with operand ports, and the edges between them."""

from __future__ import annotations

from typing import Literal

from graphstep.ground.records import record

Density = Literal["roomy", "snug", "compact"]
"""How closely a drawing is set: boxes with room around them; boxes of three rows with short wires; gates in one row."""


@record(frozen=True, slots=True)
class Box:
    """One node to draw: an input or a gate."""

    label: str
    """The text inside the box: `x`, `+`, `×−1`, `max(0,·)`."""
    ports: int
    """Operand rows on its left side: 0 for an input, 2 for `x*x`."""
    value_width: int = 0
    """Cells to keep free at its outgoing wire for a value, so that stepping never moves the drawing."""
    name: str = ""
    """What the learner calls the node (`q` in `q = x + y`); shown in the lower edge of the box, and on stubs."""
    on_wire: str = ""
    """What is set into the wire where it leaves the box: the shape of an array, `2×3`."""
    gradient_width: int | None = None
    """Cells to keep free at its outgoing wire for a gradient; as many as for a value where that is None."""

    commutes: bool = False
    """Whether its operands may change places: `x+y` is drawn like `y+x` where fewer wires cross so."""

    text: str = ""
    """What a stub calls the node where it has no name: `x+y`; its label where that is empty, too."""

    @property
    def gradient_room(self) -> int:
        """Cells to keep free for a gradient."""
        return self.value_width if self.gradient_width is None else self.gradient_width

    @property
    def label_width(self) -> int:
        """Cells of the wider of both."""
        value, gradient = self.value_width, self.gradient_width
        return value if gradient is None or gradient < value else gradient


@record(frozen=True, slots=True)
class Edge:
    """One wire: the value of `source` goes into operand row `port` of `target`."""

    source: int
    """Index of the box that the wire leaves."""
    target: int
    """Index of the box that the wire enters."""
    port: int
    """Operand row of the target, from 0 at the top."""

"""The layout of a computational graph in terminal cells: from left to right, in layers.

Data passes through the modules in this order: `layers` (which column) → `plan` (what takes a row there) →
`order` (few crossings) → `sizes` → `rows` (straight wires) → `tracks` (where wires turn) → `geometry` (cells) →
`layout` and `window` (what others read).
Nothing here knows of traces, terminals or files; `drawing` makes text of a layout and `picture` an SVG.
"""

from graphstep.layout.arrange import arrange
from graphstep.layout.cells import cell_width
from graphstep.layout.layout import Anchor, Layout, Place
from graphstep.layout.model import Box, Density, Edge
from graphstep.layout.neighbourhood import neighbourhood
from graphstep.layout.window import Stub, Window

__all__ = ["Anchor", "Box", "Density", "Edge", "Layout", "Place", "Stub", "Window", "arrange", "cell_width", "neighbourhood"]

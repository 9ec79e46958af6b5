"""The layout of a computational graph in terminal cells: from left to right, in layers.

Data passes through the modules in this order: `layers` (which column) → `plan` (what takes a row there) →
`order` (few crossings) → `sizes` → `rows` (straight wires) → `tracks` (where wires turn) → `geometry` (cells) →
`layout` and `window` (what others read). `wrap` says where a drawing that is too wide goes on in a band below.
Nothing here knows of traces, terminals or files; `drawing` makes text of a layout and `picture` an SVG.
"""

from graphstep.faces.drawing.layout.arrange import arrange
from graphstep.faces.drawing.layout.layout import Anchor, Layout, Place
from graphstep.faces.drawing.layout.model import Box, Density, Edge
from graphstep.faces.drawing.layout.neighbourhood import neighbourhood
from graphstep.faces.drawing.layout.window import Window
from graphstep.faces.drawing.layout.wrap import wrap
from graphstep.ground.widths import cell_width

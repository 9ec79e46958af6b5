"""One cell of an array: its name, and its value or gradient as the scalar sum that it is, (∇W)₁₂ = δ₁ x₂."""

from __future__ import annotations

from graphstep.telling.cells.explanation import CellExplanation, cell, sides
from graphstep.telling.cells.gradient import cell_gradient_name
from graphstep.telling.cells.names import Window, cell_name, find_cell, find_window, named, no_node, page_text, spelled

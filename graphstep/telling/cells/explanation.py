"""The explanation of one cell, of a value or of a gradient."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from graphstep.engine.trace import Trace
from graphstep.gates.rule import Cell
from graphstep.ground.arrays import cell_of
from graphstep.ground.errors import InputError
from graphstep.ground.records import dataclass
from graphstep.telling.cells.gradient import cell_gradient, gradient_rungs, products_of, why_gradient
from graphstep.telling.cells.names import cell_name, checked, named, spelled
from graphstep.telling.cells.value import value_parts, value_rungs, why_value
from graphstep.telling.explanation import Ladder
from graphstep.telling.names import name_of
from graphstep.telling.words.wording import Wording


@dataclass(frozen=True, slots=True)
class CellExplanation:
    """One cell of a value or a gradient."""

    node: int
    """The node it belongs to."""
    index: Cell
    """Its place in the array, one index an axis, counted from 0; () for a number."""
    of: Literal["gradient", "value"]
    """What is explained."""
    head: str
    """What it is, in words."""
    name: str
    """What it is called in mathematics, counted from 1: ``W₁₂``."""
    spelled: str
    """What it is called in a program, counted from 0: ``W[0, 1]``."""
    value: float
    """The number that the run has there."""
    terms: tuple[float, ...]
    """The terms that add up to it, all of them. Empty where it is given, the seed, 0 for want of terms, or no sum of products."""
    ladder: Ladder
    """From symbols through numbers to the value; of many terms the first few and the last are written."""
    why: str
    """One or two sentences: how many terms there are, and why."""

    def lines(self) -> list[str]:
        """The explanation as text: what it is, the ladder with a rung a line, and the sentence."""
        return [self.head, *(f"  {line}" for line in self.ladder.lines), f"  {self.why}"]


def sides(trace: Trace, node: int, index: Sequence[int]) -> Iterator[CellExplanation]:
    """One cell of a node as value, and as gradient where it has one."""
    yield cell(trace, node, index, "value")
    if trace.program.depends[node]:
        yield cell(trace, node, index, "gradient")


def cell(trace: Trace, node: int, index: Sequence[int], of: Literal["gradient", "value"] = "gradient") -> CellExplanation:
    """The explanation of one cell of a node's gradient or value.

    Raises InputError when the index names no cell, and for the gradient of a constant or of data, which get none.
    """
    place = checked(trace, node, index)
    program = trace.program
    name, typed = cell_name(program, node, place), spelled(program, node, place)
    words = Wording(trace)
    head = words.message(f"cell-of-{of}", name=typed)
    if place:
        head = words.message("cell-in-mathematics", cell=head, name=name)
    if of == "value":
        number, parts = float(cell_of(trace.value_of(node), place)), value_parts(trace, node, place)
        ladder = Ladder(named(program, node, place), tuple(value_rungs(trace, node, place, parts)))
        terms, why = parts.values, why_value(trace, node, place, parts)
    elif program.depends[node]:
        number, products = float(cell_of(trace.gradient_of(node), place)), products_of(trace, node, place)
        ladder = Ladder(cell_gradient(trace, node, place), tuple(gradient_rungs(trace, place, products, number)))
        terms, why = products.contributions, why_gradient(trace, node, place, products)
    else:
        # Errors are in English in every language, as the command line is.
        message = f"{name_of(program, node)} gets no gradient: it depends on no input that may change"
        raise InputError(message, hint="its value can be explained")
    return CellExplanation(node, place, of, head, name, typed, number, terms, ladder.spoken(trace.writing.language), why)

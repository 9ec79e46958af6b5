"""Formulas of a document in LaTeX, as every format that holds LaTeX writes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from graphstep.faces.export._writer import bound, figure_number
from graphstep.gates.notation import latex_style
from graphstep.telling.document import Figure, Math
from graphstep.telling.explanation import SIGNS, Ladder, Rung, latex_forms


def line(formula: Math) -> str:
    """A formula in a line."""
    if formula.left is None:
        return " ".join(_alone(formula.rungs))
    head, forms = latex_forms(formula.left, formula.rungs)
    return " ".join((head, *forms))


def _alone(rungs: Sequence[Rung]) -> Iterator[str]:
    """Forms without a left side: the first has no = before it."""
    for place, rung in enumerate(rungs):
        sign = "" if place == 0 and rung.relation == "=" else f"{SIGNS[rung.relation]} "
        yield f"{sign}{rung.latex}"


def ladder(of: Ladder) -> str:
    """A ladder as lines under each other."""
    head, forms = latex_forms(of.left, of.rungs)
    # The left side stands once: the lines below it begin at their sign, under the first one.
    first, *others = (f"&{form}" for form in forms)
    return block([f"{head} {first}", *others])


def equations(lines: Sequence[Math]) -> str:
    """Formulas under each other, set at their first sign."""
    parts = [latex_forms(x.left, x.rungs) for x in lines if x.left is not None]
    return block([f"{head} &{' '.join(forms)}" for head, forms in parts])


def block(lines: Sequence[str]) -> str:
    """Lines of mathematics that are set at their ``&``."""
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


def number(figure: Figure) -> str:
    """A figure that is a number."""
    if (power := bound(figure)) is not None:
        return f"< 10^{{{power}}}"
    text: str = latex_style(figure.digits).number(figure_number(figure)).text
    # A gradient to which contributions are still to come is a sum that is not finished, and no number.
    return text if figure.complete else rf"{text} + \cdots"

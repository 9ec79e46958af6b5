"""Commands of LaTeX that no formula of a program can hold, and what would do."""

from __future__ import annotations

REFUSED = {
    "partial": "every run computes the derivatives: write the function alone",
    "nabla": "every run computes the gradients: write the function alone",
    "int": "no gate integrates: write the function under the sign",
    "lim": "no gate takes a limit",
    "infty": "give an input the value inf: x=inf",
    "pm": "write the two formulas, one with + and one with -",
    "mp": "write the two formulas, one with - and one with +",
    "cdots": "write all terms, or \\sum_{i=1}^{3}",
    "ldots": "write all terms, or \\sum_{i=1}^{3}",
    "dots": "write all terms, or \\sum_{i=1}^{3}",
    "mathbb": "an expectation is written as a mean: \\mathrm{mean}(\\mathbf{x})",
    "binom": "write the number",
    "det": "no gate takes a determinant",
    "approx": "a formula says =",
    "over": r"write \frac{x}{y}",
    "mid": "a condition has no gate: write the function alone",
    "in": "what a letter may be has no place in a formula: give its value behind it, x=2",
}
"""Commands that have no gate, and what would do."""

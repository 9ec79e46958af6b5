r"""The functions of LaTeX: ``\ln`` and its like, words such as ``\mathrm{ReLU}``, and the commands that are none."""

from __future__ import annotations

from collections.abc import Sequence

from graphstep.gates import FUNCTIONS
from graphstep.gates.rule import MisfitError
from graphstep.language.read.functions import function_names, is_function

_COMMANDS = {
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "lg": "log10",
    "sgn": "sign",
    "ReLU": "relu",
    "Pr": "",
    "det": "",
}
"""Commands and words with another name here; an empty one for a command that is no function here."""

LETTERS = frozenset({"sigma"})
"""Letters that are a function where parentheses follow."""


FRACTIONS = frozenset({"frac", "dfrac", "tfrac", "cfrac"})
"""Commands of two parts, one over the other."""


def function_of(word: str) -> str:
    r"""The function that a command or a word calls, ``\arcsin`` → ``asin``, ``ReLU`` → ``relu``; empty for none.

    >>> function_of("arctan"), function_of("Softmax"), function_of("loss")
    ('atan', 'softmax', '')
    """
    if word in _COMMANDS:
        name = _COMMANDS[word]
        return name if name and is_function(name) else ""
    if len(word) < 2:
        return ""
    lower = word.lower().replace("-", "_")
    names = [word, lower, next((x for x in function_names() if x.replace("_", "") == lower.replace("_", "")), "")]
    return next((name for name in names if name and is_function(name)), "")


def axes_of(function: str, axes: Sequence[int]) -> int | None:
    """How many axes the value of a function has, of inputs with so many axes, by the shape that its gate says; None for no value.

    >>> axes_of("norm", [2]), axes_of("sigmoid", [1]), axes_of("solve", [2, 1])
    (0, 1, 1)
    """
    rule = FUNCTIONS.get(function)
    if rule is None or len(axes) < rule.arity[0] or (rule.arity[1] is not None and len(axes) > rule.arity[1]):
        return None
    if rule.over_cells and len(axes) == 1:
        return 0
    # Without the indices of einsum, or what else a gate has to be told, no shape is known.
    if any(key not in rule.defaults for key in rule.keywords):
        return None
    try:
        return len(rule.shape([(3,) * count for count in axes], rule.settings(())))
    except MisfitError:
        return None


def is_cellwise(function: str, inputs: int) -> bool:
    """Whether a function of so many inputs treats every cell alike.

    >>> is_cellwise("exp", 1), is_cellwise("max", 2), is_cellwise("max", 1)
    (True, True, False)
    """
    rule = FUNCTIONS.get(function)
    return rule is not None and rule.cellwise and not (rule.over_cells and inputs == 1)


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
    "det": r"no gate takes a determinant; its logarithm is \mathrm{logdet}(A)",
    "leftarrow": "a formula gives a name with =; an update is a name of its own, w_{new} = …, and graphstep train does them all",
    "gets": "a formula gives a name with =; an update is a name of its own, w_{new} = …, and graphstep train does them all",
    "approx": "a formula says =",
    "over": r"write \frac{x}{y}",
    "mid": "a condition has no gate: write the function alone",
    "in": "what a letter may be has no place in a formula: give its value behind it, x=2",
}
"""Commands that have no gate, and what would do."""

"""What is said of answers to the questions of lessons."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphstep.telling.words.english import English

TEACHING: dict[str, English] = {
    "mark-empty": "Type an answer first.",
    "mark-long": "An answer has at most {most} characters.",
    "mark-comma": "A single number was asked for. Decimals stand behind a point: 0.44.",
    "mark-no-array": "That cannot be read as an array: {why}.",
    "mark-no-number": "That cannot be read as a number: {why}.",
    "mark-nan": "{typed} is not a number.",
    "mark-which-array": "Now put the numbers in: what array is {typed}?",
    "mark-which-number": "Now put the numbers in: what number is {typed}?",
    "mark-right": "Right.",
    "mark-rounded": "Right: {value}, rounded.",
    "mark-slip": "Not quite. {slip}",
    "mark-close": "Not quite: it is close, but the digits that you typed are not those of the result. Look again.",
    "mark-size": "Not quite: the sign is right, the size is not.",
    "mark-numbers": "Not quite: look at the numbers that meet here again.",
    "mark-sign-and-size": "Not quite: look at the sign and at the size again.",
    "mark-single": "That is a single number, and {name} is {kind}: type its cells with commas between.",
    "mark-not-single": "That is {kind}, and a single number was asked for.",
    "mark-rows": "{name} is {kind}: type it row by row, as in 1, 2; 3, 4 or [[1, 2], [3, 4]].",
    "mark-shape": "That is {typed}; {name} is {kind}.",
    "mark-shape-of-value": "That is {typed}; {name} is {kind}, as its value is.",
    "mark-no-cell": "Not quite: no cell is right yet.",
    "mark-cells-signs": (
        "Not quite: cell {cells} is right but for the sign.",
        "Not quite: cells {cells} are right but for the signs.",
    ),
    "mark-cells-other": (
        "Not quite: cell {cells} is not right yet; the other is.",
        "Not quite: cells {cells} are not right yet; the other is.",
    ),
    "mark-cells-others": (
        "Not quite: cell {cells} is not right yet; the others are.",
        "Not quite: cells {cells} are not right yet; the others are.",
    ),
    "mark-how-shape": "Type a shape: 2×3 (or 2x3) for a matrix, 4 for a vector, number for a single number.",
    "mark-one-axis": "A vector has a single axis here, and is neither a row nor a column: type its length alone.",
    "mark-shape-of-gradient": "A gradient has the shape of its value: one number for each cell that could be moved.",
    "mark-shapes": "Not quite: look at the shapes that go into the gate.",
    "mark-choose": "Choose one of 1 to {options}, or type the words of an option.",
    "mark-option": "Not {option}. Look again.",
    "mark-option-shapes": "Not {option}: its shapes do not go together. Look again.",
    # Wrong slopes of single gates.
    "slope-square-reciprocal": "The square is missing: 1/x falls with 1/x².",
    "slope-integral": "That is an integral: the slope of 1/x is no logarithm.",
    "slope-divided": "That is the reciprocal: the slope towards what is divided is 1 over the other input.",
    "slope-square-quotient": "The square is missing: a quotient falls with the square of what it is divided by.",
    "slope-dividend": "What is divided is missing: it stays as a factor.",
    "slope-other-divided": "That is the slope towards the other input, which is divided.",
    "slope-exponent": "The exponent is missing: it comes down as a factor.",
    "slope-exponent-falls": "The exponent comes down as a factor, and falls by one.",
    "slope-power-stays": "The exponent falls by one, and the power stays a power.",
    "slope-half": "The ½ is missing: a root is the power ½, which comes down as a factor.",
    "slope-root-below": "The exponent ½ falls by one as well: the root stands below.",
    "slope-exp": "That is the rule of a power; the slope of exp is exp itself.",
    "slope-log": "The slope of a logarithm is 1 over its input.",
    "slope-sigmoid-factor": "The factor σ is missing: the slope is a product of two factors.",
    "slope-sigmoid-output": "The slope is made of the output of σ, and not of its input.",
    "slope-tanh-square": "The square is missing: the slope of tanh is 1 minus the square of its output.",
    "slope-tanh-one": "It is 1 minus that square.",
    "slope-tanh-output": "The slope is made of the output of tanh, and not of its input.",
    # Wrong shapes.
    "shape-turned": "Turned round: the rows come first, then the columns.",
    "shape-count": "That is how many cells there are: how are they laid out?",
    "shape-of-input": "That is the shape of {name}; the Jacobian has a row for each cell that comes out.",
    "shape-of-sender": "That is the shape of {name}, where the gradient comes from.",
    "shape-of-operand": "That is the shape of {name}, which goes into the gate: what comes out of it?",
}
"""By id the messages of teaching."""

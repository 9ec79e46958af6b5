"""The headings and sentences of documents: runs, trainings, Jacobians."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphstep.telling.words.english import English

_REPORTS: dict[str, English] = {
    "heading-program": "Program {what}",
    "heading-answer": "Answer: {what}",
    "answers-to": "Answers: {lesson}",
    "heading-problem": "Problem",
    "heading-given-inputs": "Given are the inputs",
    "heading-backpropagation-through": "Backpropagation through {what}",
    "heading-graph": "Graph",
    "heading-forward": "Forward",
    "heading-forward-pass": "Every gate computes its value from its inputs, in the order of the text.",
    "heading-nothing-computed": "No gate has computed yet.",
    "heading-output-is-input": "There is no gate: the output is an input.",
    "heading-so": "So {what}.",
    "heading-backward": "Backward",
    "heading-backward-pass": (
        "From the output back to the inputs, every gate takes the gradient of its output (the upstream gradient), "
        "multiplies it by its local gradient, and sends the product, its contribution, to its input."
    ),
    "heading-gate-at": "{box} at {name}",
    "heading-local-gradient": "Local gradient: {what}.",
    "heading-local-by-cell": "Local gradient, cell by cell:",
    "heading-update": "Update",
    "heading-gradients": "Gradients",
    "heading-gradients-have-shapes": "Every gradient has the shape of its value:",
    "heading-the-output": "the output",
    "heading-numeric-check-is": (
        "The numeric check is a central difference: the slope of {what} between two runs, with the input a little smaller and a "
        "little larger. It uses no local gradient, so it would notice a wrong one."
    ),
    "heading-step": "step",
    "heading-gate": "gate",
    "heading-formula": "formula",
    "heading-formula-and-numbers": "formula and numbers",
    "heading-numbers": "numbers",
    "heading-shape": "shape",
    "heading-value": "value",
    "heading-result": "result",
    "heading-pattern": "pattern",
    "heading-chain-rule": "chain rule",
    "heading-what-happens": "what happens",
    "heading-input": "input",
    "heading-gradient": "gradient",
    "heading-gradient-of": "gradient of {what}",
    "heading-numeric-check": "numeric check",
    "heading-relative-error": "relative error",
    "label-convention": "Convention",
    "label-warning": "Warning",
    "label-zero": "Why zero",
    "at-step": ", step {step}, ",
    "stopped-after": "Stopped after step {step} of {steps}.",
    "phase-start": "start",
    "phase-forward": "forward",
    "phase-backward": "backward",
    "phase-update": "update",
    "result": "result",
    "upstream": "upstream",
    "local": "local",
    "definition-line": "{name} is {meaning}",
    "steps-on": "→ steps on, ← steps back, ? lists the keys.",
    "stopped": "stopped at step {step} of {steps}",
    "nothing-to-differentiate": "no input: nothing to differentiate",
}

_JACOBIANS: dict[str, English] = {
    "heading-jacobians-of": "Jacobians of {what}",
    "heading-jacobian-of": "{what}, the Jacobian of {out}, {outs}, towards {source}, {sources}",
    "heading-jacobian": "Jacobian",
    "heading-structure": "structure",
    "heading-entries": "entries",
    "heading-not-zero": "can be other than 0",
    "heading-upstream": "upstream",
    "heading-pullback": "pullback",
    "heading-layer": "layer",
    "heading-from-output": "from the output",
    "heading-from-input": "from the input",
    "heading-in-all": "in all",
    "heading-equal-to-rounding": "equal, to rounding",
    "heading-largest-difference": "largest relative difference {difference}",
    "jacobian-more": "--of and --towards show some in full, --cell explains one cell of a value or gradient",
    "jacobian-rows": "{size}: a row for each cell of {out}, a column for each cell of {source}",
    "jacobian-structure": "{structure}: {entries}; {size}",
    "entries": ("{count} entry", "{count} entries"),
    "entries-not-zero": "{entries}, {nonzero} can be other than 0",
    "multiplications": ("{count} multiplication", "{count} multiplications"),
    "no-multiplication": "no multiplication",
    "jacobian-empty": "One side is empty, so there are no entries.",
    "jacobian-number": "Between two numbers the Jacobian is the local gradient: one entry.",
    "jacobian-one-row": "The gate's value is one number, so the Jacobian is one row, which has the size of the input.",
    "jacobian-saves": "The pullback takes {times} where a product with the whole takes {entries}.",
    "jacobian-sparse": "Of its {entries} entries {nonzero} can be other than 0{where}.",
    "jacobian-mostly-zeros": "Formed, it would be {size}, nearly all zeros.",
    "jacobian-not-each": "Every cell moves every cell, but not each in its own way.",
    "jacobian-every-cell": (
        "Every cell moves every cell: the pullback takes as many multiplications as a product with the whole, "
        "but what it needs of the entries it reads from the values that are there."
    ),
    "structure-where-diagonal": ", on the diagonal",
    "structure-where-selection": ", at most one in a row",
    "structure-where-repetition": ", all of them the same number",
    "structure-where-permutation": ", one in each row and each column",
    "structure-where-block": ", in blocks of cells that belong together",
    "multiplications-along": "multiplications along the path from {start}, {kind}, to {out}",
    "order-output": "pullback: what the run did, without any Jacobian; from the output: a row times each Jacobian;",
    "order-input": "from the input: each Jacobian times a matrix {side}.",
    "one-column": "of one column, since {start} is one cell",
    "columns-of": "with a column for each of the {cells} cells of {start}",
    "order-modes": (
        "Without Jacobians, forward mode takes {passes} passes, {forward} multiplications, "
        "where the backward pass takes one, {backward}."
    ),
    "cell-of-value": "the value of {name}",
    "cell-of-gradient": "the gradient of {name}",
    "cell-in-mathematics": "{cell}, in mathematics {name}",
    "cells-of-value": "the value of {name}, {kind}: {where}",
    "cells-of-gradient": "the gradient of {name}, {kind}: {where}",
}

_CHAINS: dict[str, English] = {
    "heading-why": "Why {what}",
    "heading-number": "number",
    "why-more": ("{count} more that passes it on", "{count} more that pass it on"),
    "why-input": "given",
    "why-seed": "It comes from the seed: no gate on the way made it so.",
    "why-given": "{name} was given so.",
    "why-apart": "{out} does not depend on {name}: no way leads there.",
    "why-sum": (
        "It begins at {name}, where {count} contribution arrives.",
        "It begins at {name}, where {count} contributions add up to it.",
    ),
    "why-blocked": "It begins at {box}, {name}: a gradient arrives there, and 0 is sent on.",
    "why-made": "It begins at {box}, {name}.",
    "why-constant": "It begins at {box}, {name}: a constant in it makes it so.",
    "why-computed": "It begins at {box}, {name}, which computes it from ordinary numbers.",
    "why-factor-shrinks": "It shrinks most at {box}, {name}: from {came} to {sent}.",
    "why-factor-grows": "It grows most at {box}, {name}: from {came} to {sent}.",
    "why-gradual-shrinks": "It shrinks from gate to gate, and at none by most of it; at {box}, {name}, from {came} to {sent}.",
    "why-gradual-grows": "It grows from gate to gate, and at none by most of it; at {box}, {name}, from {came} to {sent}.",
}

_VERDICTS: dict[str, English] = {
    "verdict-agree": "agree",
    "verdict-rounding": "rounding",
    "verdict-kink": "kink",
    "verdict-not-finite": "not finite",
    "verdict-disagree": "disagree",
}

_DIFFERENCES: dict[str, English] = {
    "diff-title": "Two runs compared",
    "diff-number": "number",
    "diff-first": "first",
    "diff-second": "second",
    "diff-apart": "apart",
    "diff-equal": (
        "Equal: the outputs, and {count} node that both have, to {within}.",
        "Equal: the outputs, and {count} nodes that both have, to {within}.",
    ),
    "diff-forward": "Forward they part at {name}: {one} and {other}.",
    "diff-backward": "Backward they part at {name}: its gradient is {one} and {other}.",
    "diff-output": "The outputs differ by {apart}, relative to the larger; no node that both have differs in value.",
    "diff-values-equal": "Forward they are equal, to {within}.",
    "diff-more": ("and {count} more number that differs", "and {count} more numbers that differ"),
    "diff-only-first": ("Only the first has {count} node:", "Only the first has {count} nodes:"),
    "diff-only-second": ("Only the second has {count} node:", "Only the second has {count} nodes:"),
}

REPORTS: dict[str, English] = {
    **_DIFFERENCES,
    **_REPORTS,
    **_JACOBIANS,
    **_CHAINS,
    **_VERDICTS,
}
"""By id the messages of documents."""

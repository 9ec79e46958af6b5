"""The headings and sentences of documents: runs, trainings, Jacobians."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphstep.telling.words.english.forms import English

_REPORTS: dict[str, English] = {
    "heading-program": "Program {what}",
    "heading-answer": "Answer: {what}",
    "after-update": "after {count} update",
    "after-updates": "after {count} updates",
    "after-best": "after {best} of {count} updates, where the loss was best",
    "held-out-loss": "held-out loss",
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
    "structure-name-diagonal": "diagonal",
    "structure-name-dense": "dense",
    "structure-name-selection": "selection",
    "structure-name-repetition": "repetition",
    "structure-name-permutation": "permutation",
    "structure-name-block": "block",
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

_REWRITINGS: dict[str, English] = {
    "heading-rewritings": "What SymPy makes of it",
    "heading-rewriting": "rewriting",
    "heading-gates": "gates",
    "heading-verdict": "gradients",
    "heading-program-text": "program",
    "heading-as-typed": "as typed",
    "heading-no-program": "none",
    "rewriting-same": "the same",
    "rewriting-apart": "apart by {apart}",
    "rewritings-agree": ("It has the same value and gradients.", "All {count} have the same value and gradients."),
    "rewritings-differ": "Where gradients are apart, graphstep diff names the first node that differs.",
    "rewritten-agrees": "rewritten by SymPy ({kind}): {gates} in place of {typed}; value and gradients are the same",
    "rewritten-differs": "rewritten by SymPy ({kind}): {gates} in place of {typed}; value or gradients are apart by {apart}",
    "count-gates": ("{count} gate", "{count} gates"),
}

_CHAINS: dict[str, English] = {
    "heading-why": "Why {what}",
    "heading-number": "number",
    "why-more": ("{count} more that passes it on", "{count} more that pass it on"),
    "why-input": "given",
    "why-outside": "from outside",
    "why-came": "It came so from outside, with {name}: no part on the way made it so.",
    "why-goes-out": "The chain goes on outside of {frame}.",
    "why-goes-in": "The chain goes on among the parts of {frame}.",
    "why-goes-otherwise": "The gate does not compute it from its parts; they make {number} of it. Among the parts of {frame}:",
    "why-ordinary": "Nothing is odd about it: the way leads back to {name}, and no gate on it is to blame.",
    "why-seed": "It comes from the seed: no gate on the way made it so.",
    "why-given": "{name} was given so.",
    "why-apart": "{out} does not depend on {name}: no way leads there.",
    "why-sum": (
        "It begins at {name}, where {count} contribution arrives.",
        "It begins at {name}, where {count} contributions add up to it.",
    ),
    "why-blocked": "It begins at {box}, {name}: a gradient arrives there, and 0 is sent on.",
    "why-beside": (
        "The other contribution on this way is 0 as well.",
        "The other {count} contributions on this way are 0 as well.",
    ),
    "why-made": "It begins at {box}, {name}.",
    "why-constant": "It begins at {box}, {name}: a constant in it makes it so.",
    "why-computed": "It begins at {box}, {name}, which computes it from ordinary numbers.",
    "why-factor-shrinks": "It shrinks most at {box}, {name}: from {came} to {sent}.",
    "why-factor-grows": "It grows most at {box}, {name}: from {came} to {sent}.",
    "why-gradual-shrinks": "It shrinks from gate to gate, and at none by most of it; at {box}, {name}, from {came} to {sent}.",
    "why-gradual-grows": "It grows from gate to gate, and at none by most of it; at {box}, {name}, from {came} to {sent}.",
    "why-gradual-value": "It comes about from gate to gate, from {name} = {number} on, and at none by most of it.",
}

_CUTS: dict[str, English] = {
    "cut-title": "{text} sends nothing back",
    "cut-all": "All of {names} came through this wire.",
    "cut-part": "A part of {names} came through this wire, and the rest on other ways.",
    "cut-nothing": "Nothing of {names} came through this wire.",
    "cut-gradient": "gradient",
    "cut-before": "before",
    "cut-after": "cut",
}

_VERDICTS: dict[str, English] = {
    "verdict-agree": "agree",
    "verdict-unsettled": "not settled",
    "verdict-rounding": "rounding",
    "verdict-kink": "kink",
    "verdict-not-finite": "not finite",
    "verdict-disagree": "disagree",
}

_DIFFERENCES: dict[str, English] = {
    "quotients-of": "Difference quotients against {gradient}",
    "quotients-what": (
        "How far the difference quotients of steps h are from the gradient {gradient} = {value}, with {name} moved by h. "
        "Central is (f(x+h) - f(x-h)) / 2h, forward (f(x+h) - f(x)) / h, rounded to float64 after every gate."
    ),
    "quotients-central": "central",
    "quotients-forward": "forward",
    "quotients-best-central": "Central differences are best about h = {h}: off by {error}.",
    "quotients-best-forward": "Forward differences are best about h = {h}: off by {error}.",
    "quotients-why": (
        "Truncation falls with h (forward like h, central like h²), round-off rises like ε/h with ε = {epsilon}: for numbers "
        "near 1 they meet about √ε = {square} and ∛ε = {cube}."
    ),
    "quotients-straight": (
        "Along {name} there is no truncation to speak of: a large step costs nothing, and round-off rises like ε/h as h falls."
    ),
    "quotients-kink": (
        "A kink stands here: the quotients see both of its sides and the gradient one, so that no step brings them together."
    ),
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
    "diff-routes": "Routes that flip from the first to the second: {routes}.",
    "diff-only-first": ("Only the first has {count} node:", "Only the first has {count} nodes:"),
    "diff-only-second": ("Only the second has {count} node:", "Only the second has {count} nodes:"),
}

_DOCUMENTS: dict[str, English] = {
    "heading-no-inputs": "There are no inputs: {out} is a constant, and its value is all there is to find.",
    "heading-its-derivatives": "its derivatives with respect to all inputs",
    "heading-find-value": "the value of {out}",
    "heading-find-value-and": "the value of {out}, and {gradients}",
    "heading-find": "Find {what}.",
    "heading-given-numbers": "Given {inputs}.",
    "heading-given-numbers-more": "Given {inputs} and {more} more.",
    "heading-given-find": "Given {inputs}, find {what}.",
    "heading-given-find-more": "Given {inputs} and {more} more, find {what}.",
    "heading-one-number": "What is differentiated is one number, {objective}.",
    "heading-one-number-of-array": "{out} is an array. What is differentiated is one number, {objective}.",
    "heading-ties-split": "Where several inputs of a max tie, they share its gradient equally.",
    "heading-narrow": "Every value, local gradient, product and sum is rounded to {dtype}.",
    "heading-program-begins": "A program of {characters} characters, which begins",
    "heading-name-for": "{name} for {meaning}",
    "heading-definitions": "Long expressions, and those that stand twice, have names here: {names}.",
    "heading-given-data": "Data, for which no gradient is asked: {names}.",
    "heading-largest-gradients": "The {shown} largest of {gradients}; {json} holds all of them.",
    "heading-known-after": "What is known after step {step}; +… stands where contributions are still to come.",
    "heading-checked-all": "every cell",
    "heading-checked-some": "{checked} of {cells} cells",
    "heading-checked-all-and-direction": "every cell and a direction",
    "heading-checked-some-and-direction": "{checked} of {cells} cells and a direction",
    "heading-drawing-as-text": "The same as text: values above the wires, gradients below",
    "heading-drawing-as-text-bare": "The same as text",
    "heading-drawing-where": "Values stand above the wires, gradients below.",
    "heading-drawing-on-wires": "The shape of an array stands on its wire; its gradient has the same one.",
    "heading-drawing-ranges": "An array too long for its wire is given as the range of its cells, least…greatest.",
    "heading-drawing-calls": (
        "The program has {gates} gates. Calls and repetitions are drawn as one box each: {drawn} boxes in all."
    ),
    "heading-drawing-around-gate": (
        "The program has {gates} gates. Drawn are the {drawn} nodes around the gate of this step; open wires lead to the others."
    ),
    "heading-drawing-around-output": (
        "The program has {gates} gates. Drawn are the {drawn} nodes around the output; open wires lead to the others."
    ),
    "heading-drawing-bare": "Every gate takes its inputs from the left.",
    "heading-drawing-so-far": "Every gate shows its value and, under it, its gradient after step {step}.",
    "heading-drawing": "Every gate shows its value and, under it, its gradient: the derivative of {goal} with respect to it.",
    "heading-large-arrays": "Large arrays",
    "heading-large-arrays-rows": (
        "Each has a row for its value and one for its gradient (∇). The bars count the cells between the "
        "least and the greatest; every statistic is over finite cells."
    ),
    "heading-large-arrays-some": "The first {shown} that have a name, of {arrays}; {json} holds all of them.",
    "heading-array": "array",
    "heading-least": "least",
    "heading-mean": "mean",
    "heading-greatest": "greatest",
    "heading-zeros": "zeros",
    "heading-not-finite": "not finite",
    "heading-histogram": "histogram",
    "heading-all-equal": "all equal",
    "heading-where-to-look": "Where to look first",
    "heading-flowed-back": ("{count} contribution flowed back.", "{count} contributions flowed back."),
    "heading-steps-left-out": ("The steps themselves are left out: {text} tells every one in a line, {json} holds them as data."),
    "heading-gates-computed": ("{count} gate computed.", "{count} gates computed."),
    "heading-name": "name",
    "heading-how-many": "how many",
    "heading-output-is": "The output is {equation}.",
    "heading-given-not-finite": "The input {name} was given inf or nan, which its users inherit.",
    "heading-step-remark": "Step {step}, {title}: {remark}",
    "heading-more-kinks": "More gates stand at a kink or a tie.",
    "heading-stopped-contributions": (
        "{count} contribution is 0 although a gradient arrived at the gate. The first:",
        "{count} contributions are 0 although a gradient arrived at the gate. The first:",
    ),
    "heading-largest-contributions": "The largest contributions:",
    "heading-upstream-local": "upstream · local",
    "heading-contribution": "contribution",
    "heading-check-of": "Check of {what}",
    "heading-claims-of": "Claims about {what}",
    "heading-claims": "Claims",
    "captured-path": "This is one path through {function}; other inputs may take another one.",
    "captured-taken": "Taken at {place} because {asked}.",
    "captured-not-taken": "Not taken at {place} because {asked} is false.",
    "captured-more": "Questions asked besides on the way: {questions}.",
    "heading-made-by": "Made by",
    "heading-command-needs": "The command needs the values of {names} besides, which are too large for a line.",
    "heading-diagnosis-of": "Diagnosis of {what}",
    "heading-sweep-of": "Diagnosis over {names}",
    "heading-layers": "Layers",
    "heading-findings": "Findings",
    "label-step": "Step {n}",
    "heading-computational-graph": "Computational graph",
}

_TRAININGS: dict[str, English] = {
    "heading-training-of": "Training {what}",
    "heading-training-rises": "The output is to rise. Trained: {names}, by {settings}.",
    "heading-training-falls": "The output is to fall. Trained: {names}, by {settings}.",
    "heading-held-out-share": "Held out: {share} of the examples of {names}.",
    "heading-given": "Given:",
    "heading-curve": "Curve",
    "heading-rounds": "Rounds",
    "heading-parameters": "Parameters",
    "heading-loss-before-update": "The loss of a round is the one before its update. {stopped}.",
    "heading-loss": "loss",
    "heading-held-out-loss": "held-out loss",
    "heading-held-out": "held-out",
    "heading-round": "round",
    "heading-rate": "rate",
    "heading-clipped-at": "gradients no longer than {clip}",
    "heading-bounded-by": "weights no longer than {bound}",
    "heading-batches-of": "batches of {size}",
    "heading-maximize": "maximize",
    "heading-after-best": "After {best} of {count} updates, where the loss was best:",
    "heading-after-updates": ("After {count} update:", "After {count} updates:"),
    "heading-parameter": "parameter",
    "heading-what-it-is-like": "what it is like",
    "heading-loss-then": "With them the loss is {loss}.",
    "heading-losses-then": "With them the loss is {loss}, and that of the held-out examples {held}.",
    "heading-updates-of-round": "The updates of round {round}",
    "heading-more-updates": ("{count} more parameters are updated likewise.", "{count} more parameters are updated likewise."),
}

REPORTS: dict[str, English] = {
    **_DIFFERENCES,
    **_REPORTS,
    **_JACOBIANS,
    **_REWRITINGS,
    **_CHAINS,
    **_CUTS,
    **_VERDICTS,
    **_DOCUMENTS,
    **_TRAININGS,
}
"""By id the messages of documents."""

"""What is asked of a run: its diagnosis, the paths of a gradient, single cells."""

from __future__ import annotations

from graphstep.telling.words.english.forms import English

_FINDINGS: dict[str, English] = {
    "finding-first": "{name} is the first that is not finite: {count}.",
    "finding-first-nan": "{name} is the first nan.",
    "finding-first-nan-of-infinity": "{name} is the first nan, made of an infinity.",
    "finding-sent": "The gradient that is sent to {name} is inf or nan.",
    "not-finite-count": ("{count} of {cells} cells is inf or nan", "{count} of {cells} cells are inf or nan"),
    "not-finite-value": "its value is inf or nan",
    "finding-given": "Given so, and no gate's doing: {names}.",
    "finding-saturated": "{name} is saturated: it has a slope below 0.01, so little flows back through it.",
    "finding-saturated-cells": (
        "{name} is saturated: {share} of its cells have a slope below 0.01, so little flows back through it."
    ),
    "finding-dead-units": (
        "{dead} of the {units} units of {name} are dead: they pass nothing back for any of {examples} examples."
    ),
    "finding-dead": "{name} is dead: it blocks the gradient.",
    "finding-dead-cells": "{name} is dead: every cell of it blocks the gradient.",
    "finding-alike": "All {units} units of {name} are equal, and so are their gradients: a step of training moves them alike.",
    "finding-shrinking": (
        "The values shrink from layer to layer: in {first} they spread by {before} (standard deviation), in {name} by {after}."
    ),
    "finding-vanishing": (
        "The gradient of {out} vanishes on its way back: from {first} at {start} to {last} at {end} (root "
        "mean square), {left} of it is left."
    ),
    "finding-vanishing-whole": (
        "The gradient of {out} vanishes on its way back: from {first} at {start} to {last} at {end} (root "
        "mean square), nothing is left."
    ),
    "finding-exploding": (
        "The gradient of {out} explodes on its way back: from {first} at {start} to {last} at {end} (root "
        "mean square), {left} times as much."
    ),
    "finding-gradient-not-finite": "The gradient of {name} is inf or nan.",
    "finding-zero": "The gradient of {name} is 0",
    "finding-zero-cells": "The gradient of {name} is 0 in every cell",
    "finding-zero-alone": "{head}.",
    "finding-independent": "{head}: {out} does not depend on it. Use it in the formula, or leave it out.",
    "finding-zero-seed": "{head}: the seed is 0.",
    "finding-missing-detached": "{name} gets no gradient: what is computed from it is detached at {place}.",
    "finding-missing-no-grad": "{name} gets no gradient: what is computed from it stands under no_grad at {place}.",
    "finding-missing-unused": "{name} gets no gradient: what is computed from it does not reach {out}.",
    "finding-ends": "It ends at {name}: {why}",
    "cure-other-values": "Other values to start from would let it through.",
    "cure-slope": "A gate with a slope, such as tanh, would pass something on.",
    "cure-factor": "Another value of that factor to start from would let it through.",
    "cure-router": "A positive input of that gate, or a leaky gate, would let it through.",
    "cure-unused": "An input of that gate on the other side of its kink would use it.",
    "cure-bounds": "An input of that gate between its bounds would let it through.",
    "cure-saturated": "Smaller weights would bring it back to where it has a slope.",
    "cure-tiny": "Larger weights, another activation or a way around it would help.",
    "cure-steep": "Inputs of size 1 or a clipped gradient would help.",
    "cure-huge": "Smaller weights, inputs of size 1 or a clipped gradient would help.",
    "finding-tiny": "The gradient of {name} is next to nothing: its length is {size}.",
    "finding-huge": "The gradient of {name} is huge: its length is {size}.",
    "steepest-shrinks-gradually": "It shrinks from gate to gate.",
    "steepest-grows-gradually": "It grows from gate to gate.",
    "steepest-shrinks": "It shrinks most at {name}, from {came} to {left}.",
    "steepest-grows": "It grows most at {name}, from {came} to {left}.",
    "finding-vanishing-products": (
        "The gradient of {out} vanishes on its way back: from {first} at {start} to {last} at {end} (root "
        "mean square); {products} products were looked at."
    ),
    "finding-exploding-products": (
        "The gradient of {out} explodes on its way back: from {first} at {start} to {last} at {end} (root "
        "mean square); {products} products were looked at."
    ),
}

_DIAGNOSES: dict[str, English] = {
    "diagnosis-layer": "layer",
    "diagnosis-gate": "gate",
    "diagnosis-shape": "shape",
    "diagnosis-mean": "mean",
    "diagnosis-std": "std",
    "diagnosis-values": "values",
    "diagnosis-flat": "flat",
    "diagnosis-gradient": "gradient",
    "diagnosis-gradients": "its values",
    "diagnosis-legend-values": "std: standard deviation of the values · flat: share of cells with a slope below 0.01",
    "diagnosis-legend-gradient": "gradient: root mean square of the gradient that arrives there",
    "diagnosis-depth": "layer, from the output back",
    "diagnosis-size": "its size",
    "diagnosis-factor": "factor",
    "diagnosis-slope": "slope",
    "diagnosis-weights": "weights",
    "diagnosis-legend-depth": (
        "factor = slope · weights: by what the gradient is multiplied on its way to the layer before, by the slope of the "
        "activation and by what stands between them"
    ),
    "diagnosis-legend-around": "–: another way leads around that activation, as one beside a residual does",
    "diagnosis-missing-unread": ("No gradient, as nothing reads it: {names}.", "No gradient, as nothing reads them: {names}."),
    "diagnosis-missing-frozen": "No gradient, as requires_grad is False: {names}.",
    "diagnosis-few": "under 1%",
    "diagnosis-no-layers": "There are no layers: no gate is an activation such as sigmoid, tanh or relu.",
    "diagnosis-also": "The same holds for {names}.",
    "diagnosis-remark": "{kind}: {text}",
    "diagnosis-more": "{more} more",
    "diagnosis-no-parameter": "Nothing is wrong with the values, and there is no parameter: nothing gets a gradient.",
    "diagnosis-nothing": (
        "Nothing is wrong: the gradient of the parameter is finite, and neither 0 nor tiny nor huge.",
        "Nothing is wrong: the gradients of the {count} parameters are finite, and neither 0 nor tiny nor huge.",
    ),
    "diagnosis-layers-well": "No layer is saturated, dead or all alike.",
    "diagnosis-way-back": "The gradient on its way back: {late} at {last}, {early} at {first} (root mean square).",
    "diagnosis-not-finite": "not finite",
    "diagnosis-saturated": "saturated",
    "diagnosis-dead": "dead",
    "diagnosis-shrinking": "shrinking",
    "diagnosis-alike": "alike",
    "diagnosis-zero": "zero",
    "diagnosis-vanishing": "vanishing",
    "diagnosis-exploding": "exploding",
    "sweep-healthy": "healthy",
    "sweep-verdict": "verdict",
    "sweep-besides": "besides",
    "sweep-last": "at the last layer",
    "sweep-first": "at the first",
    "sweep-left": "left",
    "sweep-legend-verdict": "verdict: the gravest that is found, with what is found besides",
    "sweep-legend-left": (
        "at the last layer, at the first: root mean square of the gradient that arrives there · left: the first over the last"
    ),
    "sweep-tried": ("{name} is tried at {count} value.", "{name} is tried at {count} values."),
    "sweep-steady": "The same at every point: {settings}.",
    "sweep-run": "{verdict} {values}",
    # Commas stand within what this joins.
    "sweep-from-to": "{first} to {last}",
    "sweep-runs": "{name}: {runs}.",
    "sweep-share": "{points} {verdict}",
    "sweep-shares": ("{count} point: {shares}.", "{count} points: {shares}."),
    "sweep-unknown": "Nothing is known between the values that were tried.",
}

_PATHS: dict[str, English] = {
    "paths-lead": "{paths} paths lead from {name} to {out}.",
    # Two messages and no pair: a number of paths may have hundreds of digits, and is given as a text.
    "paths-lead-one": "{paths} path leads from {name} to {out}.",
    "paths-largest": ("The largest of them:", "The {count} largest of them:"),
    "paths-zero": "{paths} of them are 0: a local gradient on the way is.",
    "paths-zero-one": "One of them is 0: a local gradient on the way is.",
    "paths-part": "The products that are listed add up to {value}.",
    "paths-part-share": "The products that are listed add up to {value}, {share} of the gradient {gradient}.",
    "paths-not-listed": (
        "Backprop does not list them: {paths} paths, {count} edge.",
        "Backprop does not list them: {paths} paths, {count} edges.",
    ),
    "paths-not-listed-one": (
        "Backprop does not list it: {paths} path, {count} edge.",
        "Backprop does not list it: {paths} path, {count} edges.",
    ),
    "paths-once": "It sends once along each edge, and adds up where paths meet.",
    "paths-seed": "the seed",
    "paths-only-seed": "Its product, and the gradient, is the seed itself.",
    "paths-jacobian": (
        "The product is a Jacobian of {rows}×{columns}, which no run multiplies out; j shows the Jacobian of an edge."
    ),
    "paths-jacobian-each": (
        "Each product is a Jacobian of {rows}×{columns}, which no run multiplies out; j shows the Jacobian of an edge."
    ),
    "paths-seed-times": "The seed times it is the gradient, in the shape of {name}.",
    "paths-seed-times-each": "The seed times their sum is the gradient, in the shape of {name}.",
    "paths-all": "All the products add up to the gradient: {gradient} = {value}.",
    "paths-not-finite": (
        "{result}; the gradient {gradient} is {value}. With inf and nan a sum need not come out the same in another order."
    ),
    "paths-equal": "{result}, the gradient {gradient}.",
    "paths-rounds": "{result}; the gradient {gradient} is {value}. One of them rounds badly.",
    "paths-product": "The product is {value}",
    "paths-sum": "Their sum is {value}",
}

_CELLS: dict[str, English] = {
    "cell-seed": "The backward pass starts at {out}: its gradient is the seed.",
    "cell-gates": "{gates} gates",
    "cell-inputs": "{inputs} inputs",
    "cell-moves-none": "{name} moves no cell of {where}: other cells were chosen.",
    "cell-moves-one": "{name} moves {moved} and nothing else, so there is one term.",
    "cell-moves-ways": "{name} moves {where} in {ways} ways, and the contributions add up.",
    "cell-moves-cells": "{name} moves {ways} cells of {where}, and the contributions add up.",
    "cell-given": "{name} is given.",
    "cell-by-cell": "The {gate} gate works cell by cell: {name} is made of the same cell of {sources}.",
    "cell-of-gate": "{name} is what the {gate} gate makes of {sources}.",
    "cell-of-many": "{name} depends on many cells of {sources} at once.",
    "cell-one-product": "{name} is one product.",
    "cell-one-cell": "{name} is made of one cell of {sources}.",
    "cell-products": "{name} is made of {terms} products.",
    "cell-cells": "{name} is made of {terms} cells.",
    "cell-left-out": "Of {terms} terms {written} are written.",
}

_TANGENTS: dict[str, English] = {
    "heading-forward-mode": "Forward mode: {what} moves by itself",
    "heading-tangent": "how fast each node moves with it",
    "forward-mode-agrees": "{out} moves {value} times as far as {source}: what the backward pass sends to {source}.",
    "forward-mode-alike": "{out} moves as far as {source}: 1 is what the backward pass sends to {source}.",
    "forward-mode-itself": "{out} moves as far as itself: 1 is what the backward pass begins with.",
    "forward-mode-differs": "{out} moves {forward} times as far as {source}; the backward pass sends {backward} to {source}.",
    "forward-mode-passes": (
        "One pass forward tells of one number: {count} pass gives the whole gradient, as one pass backward does.",
        "One pass forward tells of one number: the whole gradient takes {count} passes, where one pass backward is enough.",
    ),
}

_CHECKS: dict[str, English] = {
    "claims-claim": "number",
    "claims-claimed": "claimed",
    "claims-here": "here",
    "claims-verdict": "verdict",
    "claims-right": "right",
    "claims-follows": "follows",
    "claims-open": "open",
    "claims-wrong": "wrong",
    "claims-hold": ("The claim holds.", "All {count} claims hold."),
    "claims-only": "The claim does not hold.",
    "claims-fail": (
        "{count} of {of} claims does not hold: {name}, of step {step}.",
        "{count} of {of} claims do not hold; the first on the way is {name}, of step {step}.",
    ),
    "check-input": "input",
    "check-backprop": "backprop",
    "check-symbolic": "SymPy",
    "check-difference": "difference",
    "check-error": "relative error",
    "check-verdict": "verdict",
    "check-value": "{name} (value)",
    "check-given": "Given with inf or nan, which is no gate's doing: {names}.",
    "check-cells-all": "all {cells} cells checked",
    "check-cells-some": "{checked} of {cells} cells checked",
    "check-cells-some-and-direction": "{checked} of {cells} cells and a random direction checked",
    "check-no-inputs": "The program has no inputs, so there is no gradient to check.",
    "check-only-data": "All inputs are data, so there is no gradient to check.",
    "check-no-derivative": "No derivative from SymPy: {note}.",
    "check-no-derivative-for": "No derivative from SymPy for {names}: {note}.",
    "check-remark": "{name}: {text}",
    "check-every": ("The gradient is confirmed by {witnesses}", "All {count} gradients are confirmed by {witnesses}"),
    "check-every-cell": "Every cell that was checked is confirmed by {witnesses}",
    "check-by-difference": "the central difference",
    "check-by-both": "SymPy and the central difference",
    "check-by-exact": "the central difference and a run without rounding",
    "check-by-exact-alone": "a run without rounding",
    "check-by-either": "SymPy, the central difference or both",
    "check-by-any": "SymPy, the central difference or a run without rounding",
    "check-as-far": "{witnesses} as far as that can tell",
    "check-confirmed": "{confirmed}.",
    "check-confirmed-error": "{confirmed}, relative error {error}.",
    "check-of-all": (
        "Of {count} gradient, {confirmed} confirmed, {others}.",
        "Of {count} gradients, {confirmed} confirmed, {others}.",
    ),
    "check-unsettled": "{count} not settled",
    "check-rounding": "{count} rounded away",
    "check-kink": "{count} at a kink",
    "check-not-finite": "{count} not finite",
    "check-disagree": "{count} in dispute",
    "check-row": "{name} ({shape}): {checked}; the row is that of {place}",
    "check-row-largest": "{name} ({shape}): {checked}; the row is that of {place}, where the relative error is largest",
    "check-blurred": (
        "{text}; {count} cell is too small for the difference to say more",
        "{text}; {count} cells are too small for the difference to say more",
    ),
    "check-direction": "Along the random direction the gradient gives {gradient}, the difference {difference}.",
}

_JUDGEMENTS: dict[str, English] = {
    "verdict-no-value": "its formula has no value at this point ({value})",
    "verdict-sympy-alone": "SymPy stands alone: its formula may be meant for complex numbers.",
    "verdict-blind": "The difference cannot tell: {why}. Without rounding the slope is {slope}.",
    "verdict-no-difference": "No difference can be taken here. Without rounding the slope is {slope}.",
    "verdict-blind-one-sided": "the function exists only on one side of this point, and bends there",
    "verdict-blind-bends": "the function bends, or its digits cancel, within the smallest step",
    "verdict-alone-backprop": "SymPy and the central difference agree with each other and not with backprop.",
    "verdict-alone-sympy": "Backprop and the central difference agree with each other and not with SymPy.",
    "verdict-two-sympy": "Backprop and SymPy differ, and there is no third witness.",
    "verdict-two-difference": "Backprop and the central difference differ, and there is no third witness.",
    "verdict-all-differ": "All three differ.",
    "verdict-off": "Backprop is off by {share}: without rounding the slope is {slope}.",
    "verdict-wrong-value": "A gate has a wrong value: {text}",
    "verdict-wrong-slope": "The local gradient of a gate on the way is wrong: check its gates one by one.",
    "verdict-no-gate": "No gate is wrong: digits are lost from gate to gate.",
    "verdict-exact": "Without rounding it is {value}.",
    "verdict-value-off": "It is off by {share}: without rounding it is {value}.",
    "verdict-narrow": "{dtype} rounds after every gate: in float64 it is {value}, {share} away.",
    "verdict-narrow-range": "{dtype} holds no number so large: in float64 it is {value}.",
    "verdict-digits-lost": "Digits are lost from gate to gate.",
    "verdict-right-only": "The function exists only to the right of this point, so the difference looks that way alone.",
    "verdict-left-only": "The function exists only to the left of this point, so the difference looks that way alone.",
    "verdict-rounding-hides": "The difference is right as far as it can tell: rounding hides the rest.",
    "verdict-good-to": "Not settled: the difference itself is only good to {error} here, and no other witness can be asked.",
    "verdict-good-to-nothing": "Not settled: the difference itself is good for nothing here, and no other witness can be asked.",
    "verdict-no-witness": "There is no other witness: backprop stands alone.",
    "verdict-takes": "Backprop takes {value}",
    "verdict-choices": "{others} and {last}.",
    "verdict-slope-both": "the slope is {slope} on both sides, but each gate decides for itself",
    "verdict-jumps": "the value jumps, so that no slope is right",
    "verdict-slopes": "the slope is {left} on the left and {right} on the right",
    "verdict-mean": "the central difference their mean, {slope}",
    "verdict-one-kink": "{where} has a kink here: {slopes}.",
    "verdict-kinks": (
        "{where} and {count} more gate have a kink here: {slopes}.",
        "{where} and {count} more gates have a kink here: {slopes}.",
    ),
    "verdict-kink-near": "The kink is nearer than the smallest step of the difference.",
    "verdict-stays": "{name} stands at a kink and stays there while the input moves.",
    "verdict-sent": "At {here}, what is sent to {receiver} is {value}.",
    "verdict-local": "At {here}, the local gradient is {value}.",
    "verdict-local-zero": "At {here}, the local gradient is {value}, and 0 · inf is nan.",
    "verdict-input": "The input {name} is {value}.",
    "verdict-node": "{name} is {value}.",
    "verdict-cells": "{value} in {count} of its {cells} cells",
    "verdict-fixed": "It cannot be moved a little: {why}.",
    "verdict-no-direction": "SymPy is not asked for a direction",
    "verdict-gate": "{gate} ({name})",
    "verdict-tie": "Its inputs tie in {ties} of its {cells} cells.",
    "verdict-in-cells": "In {taken} of its {cells} cells: {rule}",
    "rounding-sends": "{gate} sends {value} to {towards} where {right} is right.",
    "rounding-local": "The local gradient of {gate} towards {towards} is {local} where {slope} is right.",
    "rounding-local-here": (
        "The local gradient of {gate} towards {towards} is {local} where {slope} is right: its form loses digits here."
    ),
    "rounding-local-form": (
        "The local gradient of {gate} towards {towards} is {local} where {slope} is right: as it is computed, "
        "{form} loses its digits here."
    ),
    "rounding-value": "{gate} is {value} where {right} is right.",
    "rounding-cancels": "At {gate}, numbers as large as {read} cancel to {left}: the digits that are left are rounding.",
    "rounding-cancels-contributions": (
        "The contributions to {name}, as large as {read}, cancel to {left}: the digits that are left are rounding."
    ),
    "witness-not-asked": "SymPy was not asked",
    "verdict-direction-kink": "The random direction says that a cell which was not checked by itself is at a kink.",
    "verdict-direction-wrong": "The random direction says that a cell which was not checked by itself has a wrong gradient.",
}

ANALYSES: dict[str, English] = {
    **_JUDGEMENTS,
    **_CHECKS,
    **_TANGENTS,
    **_FINDINGS,
    **_DIAGNOSES,
    **_PATHS,
    **_CELLS,
}
"""By id the messages of analyses."""

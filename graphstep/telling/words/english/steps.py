"""What happens in a step."""

from __future__ import annotations

from graphstep.telling.words.english.forms import English

_STEPS: dict[str, English] = {
    # A message of its own, since Chinese writes no blank between two sentences.
    "joint": "{one} {next}",
    "sentence": "{text}.",
    "and": "{first} and {last}",
    # What happens.
    "start": "Start",
    "title-value": "{box} computes {name}",
    "title-seed": "The output {out} gets its gradient",
    "title-seed-frame": "The gradient of {out} arrives",
    "title-send": "{box} sends to {name}",
    "title-sum": "{name} adds up its gradient",
    "title-update": "{optimizer} updates {name}",
    # Calls and repetitions.
    "call-loop": ("repeat, {count} turn", "repeat, {count} turns"),
    "call-turn": "turn {number} of {count}",
    "title-call-value": "{call} computes {names}",
    "title-call-send": "{call} sends to {names}",
    "call-results": (
        "It is stepped over as one: {count} gate.  {values}.",
        "It is stepped over as one: {count} gates.  {values}.",
    ),
    "call-gates": (
        "It is stepped over as one: {count} gate, of which nothing is read.",
        "It is stepped over as one: {count} gates, of which nothing is read.",
    ),
    "call-gradients": "The gradient is through it: {values}.",
    "call-waiting": (
        "{names} is read elsewhere too: its gradient is not complete yet.",
        "{names} are read elsewhere too: their gradients are not complete yet.",
    ),
    "call-more": "{count} more",
    # The start.
    "given": "The inputs are given: {inputs}.",
    "given-some": "The inputs are given: {inputs} and {more} more.",
    "no-inputs": "There are no inputs.",
    "input-of-kind": "{name}, {kind}",
    "narrow": "Every value, local gradient, product and sum is rounded to {dtype}.",
    # A count may choose the form without standing in the sentence.
    "data": ("{names} is data: no gradient is asked for.", "{names} are data: no gradient is asked for."),
    "data-some": "{names} and more are data: no gradient is asked for.",
    "gates-follow": (
        "Step forward and {count} gate will compute the output from them; then the gradient flows back.",
        "Step forward and {count} gates will compute the output from them; then the gradient flows back.",
    ),
    "given-frame": "It reads {inputs}.",
    "parts-follow": (
        "Step forward and {count} part will compute {out}; the way back through it waits for the gradient of {out}.",
        "Step forward and {count} parts will compute {out}; the way back through them waits for the gradient of {out}.",
    ),
    "no-gates": "There is no gate: the output is {out} itself, and gets the gradient at once.",
    # A value.
    "chose-here": "Here that is {winner}.",
    "chooses-cells": "It chooses cell by cell: {shares} of {cells} cells.",
    "share-of-cells": "{name} in {taken}",
    # The seed.
    "seed": "The backward pass starts at the output: when {out} grows by a little, {out} grows by just as much.",
    "seed-frame": "It comes from outside, and is sent back through the parts of {out}.",
    "seed-without-inputs": "The backward pass starts at the output. No input: there is nothing to differentiate.",
    "seed-only-data": "The backward pass starts at the output. No input but data: there is nothing to differentiate.",
    "output-kind": "{out} is {kind}.",
    "objective": "What is differentiated is one number, {definition}, as if its cells were added up.",
    "objective-seed": "What is differentiated is one number, {definition}, by the seed that was asked for.",
    "objective-starts": "The backward pass starts at {out}: that is how fast {goal} grows with {out}.",
    "objective-starts-cells": "The backward pass starts at {out}: that is how fast {goal} grows with its cells.",
    # A send.
    "its-local": "its local gradient",
    # What may be left out begins with the blank that it needs where it stands.
    "along-axis": " along axis {axis}",
    "along-axes": " along the axes {axes}",
    "along-last-axis": " along the last axis",
    "router": "The {gate} gate is a router: {choice}",
    "router-chose": "The {gate} gate is a router: it chose {mine}, so its whole upstream gradient goes there.",
    "router-lost": "The {gate} gate is a router: its upstream gradient goes to {winner}, and 0 to {mine}.",
    "chose": "It chose {mine}, so its whole upstream gradient goes there.",
    "lost": "Its upstream gradient goes to {winner}, and 0 to {mine}.",
    "shared": "{mine} is one of those that {gate} chose, so it gets a share.",
    "routed-every-cell": "{mine} gets {what} in {taken} of {cells} cells.",
    "routed-cells": "{mine} gets {what} in {taken} of {cells} cells, and 0 in the others.",
    "all-upstream": "the upstream gradient",
    "share-of-upstream": "the upstream gradient or a share of it",
    "saturated-cells": (
        "{count} of {cells} cells has a slope below {slope}.",
        "{count} of {cells} cells have a slope below {slope}.",
    ),
    "blocked-cells": "It blocks {blocked} of {cells} cells.",
    # A sum.
    "sum": "{name} is used {uses} times, so it pushes on the output along {uses} ways: gradients add up at branches.",
    "sum-closed": (
        "{name} is used {uses} times, and {count} of these uses passes no gradient: gradients add up at branches.",
        "{name} is used {uses} times, and {count} of these uses pass no gradient: gradients add up at branches.",
    ),
    "sum-cancels": "Here the contributions to {name} cancel.",
    "sum-largest": "The largest of the {count} contributions: {terms}.",
    "sum-term": "{term} = {value}",
    "sum-term-share": "{term} = {value}, {share}",
    "sum-of-many": "the sum of {parts} contributions",
    # How many contributions have arrived.
    "arrived-all": "{name} is used {uses} times: {received} of {uses} arrived, the sum follows.",
    "arrived-some": "{name} is used {uses} times: {received} of {uses} arrived, the others follow.",
    "arrived-so-far": "{name} is used {uses} times: {received} of {uses} arrived, so far they add up to {value}.",
    # An update.
    "along": "along",
    "against": "against",
    "every-cell-moves": "Every cell moves so; one of them: {equation}.",
    "gradients-clipped": (
        "The gradients of all parameters together have the length {length}; they are shortened to {clip}, in the same direction."
    ),
    "gradients-within": "The gradients of all parameters together have the length {length}, and may have {clip}.",
    "weights-of-unit": "The weights of one unit stand in {name}.",
    "weights-of-units": (
        "The weights of each of {units} units stand along axis {axes} of {name}.",
        "The weights of each of {units} units stand along the axes {axes} of {name}.",
    ),
    "weights-of-cells": "Each cell of {name} is the only weight of its unit.",
    "weights-bounded": (
        "{which} {longer} of these lengths is above {bound}: there the weights are shortened to it, in the same direction.",
        "{which} {longer} of these lengths are above {bound}: there the weights are shortened to it, in the same direction.",
    ),
    "weights-within": "{which} No length is above {bound}.",
    "learning-rate": "The learning rate of this round is {rate}.",
    "parameter-not-finite": "{name} is not finite any more. A smaller learning rate may help.",
    "parameter-stays": "The gradient of {name} is 0. So it stays where it is.",
    "parameter-moves-still": "The gradient of {name} is 0. What it remembers moves it still.",
    # What stands around them.
    "entitled": "{title} ({pattern}):",
    "title": "{title}:",
    "entitled-alone": "{title} ({pattern}).",
    "title-alone": "{title}.",
    "comma": ", ",
    "semicolon": "; ",
    "ladder": "{ladder}.",
    "local-ladder": "Local gradient {ladder}.",
    "definition": "{name} is {meaning}.",
}

_PATTERNS: dict[str, English] = {
    # Rows and code know a pattern by these words in every language; a translation changes what is shown, and nothing else.
    f"pattern-{name}": name
    for name in (
        "adder", "copier", "data", "dead", "distributor", "negation", "reducer", "router", "saturated", "scaler", "switcher",
    )
}  # fmt: skip

_RESULTS: dict[str, English] = {
    "result-too-large": "too large",
    "result-too-small": "too small",
    "result-undefined": "undefined",
    "result-rounds-here": "{dtype} rounds here",
    "result-out-of-range": "as written it leaves the range of {dtype}",
    "result-minus-zero": "since a 0 here is −0",
    "result-limit": "the limit: as written it is undefined",
}

_SIZES: dict[str, English] = {
    "number": "a number",
    "vector": "a vector of {length}",
    "matrix": "a {shape} matrix",
    # Where the first size is spoken with a vowel: an 8×3 matrix, an 11×2 one.
    "matrix-an": "an {shape} matrix",
    "array": "a {shape} array",
    "array-an": "an {shape} array",
    "shape-number": "number",
    "shape-cells": "Cell by cell: {kind}.",
    "shape-rule": "Shapes: {given} → {shape}.",
    "same-shape": "Like {name}, the gradient is {kind}.",
    "the-copies": "the copies",
    "jacobian-zero": "Jacobian: {rows}×{columns}, all 0.",
    "jacobian-no-entry": "Jacobian: {rows}×{columns}, without an entry.",
    "jacobian-entry": "Jacobian: {rows}×{columns}, a single entry.",
    "jacobian-row": "Jacobian: {rows}×{columns}, {looks}; a single row.",
    "jacobian-diagonal": ("Jacobian: {rows}×{columns}, {looks}; the {rows} local gradients stand for its {entries} entries."),
    "jacobian-unformed": "Jacobian: {rows}×{columns}, {looks}; its {entries} entries are never formed.",
    "structure-diagonal": "diagonal",
    "structure-dense": "dense",
    "structure-selection": "a selection of cells",
    "structure-repetition": "the same number wherever it is not 0",
    "structure-repetition-whole": "one number again and again",
    "structure-permutation": "a permutation of cells",
    "structure-block": "in blocks",
    "copies": ("{name} has {count} copy.", "{name} has {count} copies."),
    "copies-along": ("{name} has {count} copy, along {axes}.", "{name} has {count} copies, along {axes}."),
    "axis": "axis {axis}",
    "axes": "the axes {axes}",
    "in-every-cell": "in every cell",
    "in-its-cell": "in its one cell",
    "in-cells": ("in {count} of {cells} cells, at [{place}]", "in {count} of {cells} cells, first at [{place}]"),
    "not-finite-cells": "{value} {where}",
}

_KINKS: dict[str, English] = {
    "tie": "{names} tie at {value}.",
    "tie-split": "With --ties split each gets an equal share, {share} (as PyTorch and JAX do for maximum).",
    "tie-each": "Each gets {share}.",
    "tie-constant": "A constant wins a tie, so nothing flows on, as in relu at 0.",
    "tie-first": "{gate} routes to exactly one input: the first of them.",
    "tie-others": "(PyTorch and JAX split the gradient equally: --ties split.)",
    "tie-cells": "{names} tie {where}.",
    "tie-split-cells": "With --ties split those that tie get equal shares (as PyTorch and JAX do for maximum).",
    "tie-constant-cells": "A constant wins a tie, so nothing flows on there.",
    "tie-constant-some": "Where a constant is among them it wins, so nothing flows on there; elsewhere the first gets all.",
    "tie-first-cells": "In each cell {gate} routes to exactly one input: the first of them.",
    "here-cells": "Here {where}.",
    "others": "({others}.)",
    "holds-here": "What was said of {gate} holds here.",
    "holds-here-cells": "What was said of {gate} holds here, {where}.",
}

_ZEROS: dict[str, English] = {
    "nothing-arrives": "Nothing arrives at {name}: its upstream gradient is 0, so it has nothing to send on.",
    "nothing-arrives-here": "Nothing arrives at {name}.",
    "product-too-small": "The contribution is too small for a number: {upstream} · {local}.",
    "slope-chosen": "The slope of {gate} at {at} is a choice: it is taken as 0.",
    "every-cell": "In every cell {reason}.",
    "of-cells": "Of {cells} cells, {reasons}.",
    "in-some-cells": "in {taken} {reason}",
    "cell-nothing-arrives": "nothing arrives",
    "cell-slope-chosen": "the slope of {gate} is a choice, taken as 0",
    "cell-slope-zero": "the slope of {gate} is 0",
    "cell-product-too-small": "the product is too small for a number",
    "everywhere": ", in every cell",
    "chose-another-everywhere": "{gate} chose another input in every cell.",
    "chose-same": "{gate} already chose the same input in another slot.",
    "chose-other": "{gate} chose the other input, {winner}.",
    "chose-another": "{gate} chose another input, {winner}.",
    "factor-zero": "The other factor is 0{where}.",
    "factor-zero-named": "The other factor is 0{where}: {factor}.",
    "factor-zero-cells": "The other factor is 0 in every cell: {factor}.",
    "slope-faded": "The slope of {gate} at {at} is too small for a number{where}.",
    "flat": "{gate} is flat at {at}{where}: it passes nothing.",
    "unused": "{gate} does not use {name} at {at}{where}, so nothing flows to it.",
    "slope-zero": "The slope of {gate} at {at} is 0{where}.",
    "passes-nothing-to": "The {gate} gate passes no gradient to {name}.",
    "overflowed": "{name} overflowed: it is too large for a number, so that what is divided by it comes out as 0.",
    "products-too-small": "The products that make up {what} are too small for numbers.",
    "products-cancel": "The products that make up {what} cancel.",
    "products-zero": "The products that make up {what} are 0.",
    "it": "it",
    "each-cell": "each cell",
    "independent": "{out} does not depend on {name}.",
    "seed-zero": "The seed is 0.",
    "contributions-cancel": "The contributions to {name} cancel.",
    "ends": "The gradient ends in step {step}, where {box} sends to {name}.",
    "is-constant": "{name} is a constant: it gets no gradient.",
    "is-data": "{name} is data: it gets no gradient.",
    "only-data": "{name} depends on no input but data: it gets no gradient.",
    "zero-cells": ("{count} of {cells} cells is 0.", "{count} of {cells} cells are 0."),
}

_NOT_FINITE: dict[str, English] = {
    "given-not-finite": "{name} was given as {value}: no gate made that. What is computed from it may be inf or nan too.",
    "first-gate-not-finite": (
        "This is the first gate that makes a value that is not finite: {value}. What is computed from it may be inf or nan too."
    ),
    "first-not-finite": "This is the first value that is not finite: {value}. What is computed from it may be inf or nan too.",
    "first-nan": "This is the first nan. What is computed from it may be nan too.",
    "first-nan-of-infinity": "This is the first nan: it is made of an infinity. What is computed from it may be nan too.",
    "first-contribution-not-finite": "This is the first contribution that is not finite: {value}.",
    "seed-not-finite": "The seed is {value}.",
    "sum-nan": "The contributions to {name} are infinite and add up to nan.",
    "sum-too-large": "The contributions to {name} are too large to add up.",
    "begins": "{value} begins in step {step}, where {box} sends to {name}",
    "since": ", since {name} is {value}",
    "breaks-trap": "{begins}: 0 · inf is nan.",
    "breaks-since": "{begins}{since}.",
    "breaks-too-large": "{begins}: what it sends is too large for a number.",
    "breaks-product": "{begins}: the product is too large for a number.",
    "breaks-product-numbers": "{begins}: the product is too large for a number, {upstream} · {local}.",
    "breaks-slope": "{begins}: its slope is {slope}{since}.",
    "breaks-slope-at": "{begins}: its slope at {at} is {slope}{since}.",
    "trap-products": (
        "Zeros and infinities meet in these products, and 0 · inf is nan: {value}. "
        "A large finite number in place of the infinity would keep it at 0."
    ),
    "trap-where": " {where}",
    "trap-steep": "Nothing arrives at {name}{where}, but the slope of {gate} is infinite there: 0 · inf is nan, not 0.",
    "trap-shut": "What arrives at {name} is infinite{where}, and the slope of {gate} is 0 there: inf · 0 is nan.",
    "trap-shut-router": (
        "What arrives at {name} is infinite{where}, and the slope of {gate} is 0 there: inf · 0 is nan, "
        "but a gate that passes nothing on passes 0 to {mine}, whatever arrives."
    ),
    "keep-away": "Keep the input of {gate} away from there, or, where its branch is not taken, give it a harmless input.",
    "guard": (
        "Guard the inside: {guard} in place of {input}, with a small eps such as 1e-12, "
        "or, where this branch is not taken, a harmless input."
    ),
}

_ROUNDING: dict[str, English] = {
    "loss-infinite": "{label} is {value}: {cause}",
    "loss-nan": "{label} is nan",
    "loss-nan-cell": "{label} is nan, made of an infinite cell",
    "loss-nan-of": "{label} is nan, made of {values}",
    "pole": "too large for a number",
    "loss-cells": "{label} loses digits: the other cells are lost beside {value}",
    "loss-cancels": "{label} loses digits: numbers of the size of {value} cancel to {rest}",
    "loss-hidden": "{label} loses digits: {small} is lost beside {value}",
    "loss-underflow": "{label} is 0: too small for a number",
}

STEPS: dict[str, English] = {
    **_STEPS, **_PATTERNS, **_RESULTS, **_SIZES, **_KINKS, **_ZEROS, **_NOT_FINITE, **_ROUNDING,
}  # fmt: skip
"""By id the messages of steps."""

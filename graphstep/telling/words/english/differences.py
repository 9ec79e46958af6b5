"""What is off: difference quotients against a gradient, and one run against another."""

from __future__ import annotations

from graphstep.telling.words.english.forms import English

DIFFERENCES: dict[str, English] = {
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
    "quotients-rounded": "The run's own gradient is off by {error}: its formula loses digits here.",
    "quotients-even": (
        "Along {name} central differences have no truncation to speak of: a large step costs them nothing. What forward "
        "differences are off falls like h; then round-off rises like ε/h."
    ),
    "quotients-straight": (
        "Along {name} there is no truncation to speak of: a large step costs nothing, and round-off rises like ε/h as h falls."
    ),
    "quotients-kink": (
        "A kink or a jump stands here, where the gradient is a choice: central differences see both of its sides, forward "
        "differences the one where {name} is larger."
    ),
    "diff-title": "Two runs compared",
    "diff-first": "first",
    "diff-second": "second",
    "diff-apart": "apart",
    "diff-equal": (
        "Equal: the outputs, and {count} node that both have, to {within}.",
        "Equal: the outputs, and {count} nodes that both have, to {within}.",
    ),
    "diff-cell": "{number} at [{cell}]",
    "diff-forward": "Forward they part at {name}: {one} and {other}.",
    "diff-backward": "Backward they part at {name}: its gradient is {one} and {other}.",
    "diff-output": "The outputs differ by {apart}, relative to the larger; no node that both have differs in value.",
    "diff-values-equal": "Forward they are equal, to {within}.",
    "diff-more": ("and {count} more number that differs", "and {count} more numbers that differ"),
    "diff-routes": "Routes that flip from the first to the second: {routes}.",
    "heading-only-first": ("Only the first has {count} node: {names}.", "Only the first has {count} nodes: {names}."),
    "heading-only-second": ("Only the second has {count} node: {names}.", "Only the second has {count} nodes: {names}."),
}
"""By id the messages of differences."""

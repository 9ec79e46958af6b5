"""What the debugger answers, on every face: ``{step}``, ``{break_at}`` and their like are the keys or words of those actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graphstep.telling.words.english import English

_REPLIES: dict[str, English] = {
    "reply-no-node": "No node is called {text}.",
    "reply-meant": "{reply}  Did you mean '{name}'?",
    "reply-no-step": "There is no step {text}: the steps are 0 to {steps}.",
    "reply-no-position": "There is no position {text}: a step, a gate and a step inside it are written 12/p/3.",
    "reply-at-end-frame": "This is the last step inside.  {step} leads out.",
    "reply-at-end": "This is the last step: every gradient is known.  {offers}",
    "offer-back": "back",
    "offer-first": "start",
    "offer-edit": "edit",
    "reply-at-start": "This is the start.  {step} steps on.",
    "reply-no-breakpoints": "There are no breakpoints.  {break_at} sets one at the selected node, {break_on} on a condition.",
    "reply-none-after": "No breakpoint after this step.  {break_at} and {break_on} set them.",
    "reply-none-before": "No breakpoint before this step.  {break_at} and {break_on} set them.",
    "reply-break-set": (
        "{continue} and {continue_back} stop where {name} gets its value, and a part of its gradient.  "
        "{break_at} takes that away."
    ),
    "reply-break-gone": "No breakpoint at {name} any more.",
    "reply-breaks-cleared": "No breakpoints any more.",
    "reply-no-conditions": "No conditions any more.",
    "reply-conditions": ("{count} step meets {condition}.", "{count} steps meet {condition}."),
    "reply-conditions-never": "Nothing in this run meets {condition}.",
    "reply-conditions-that": "that",
    "reply-conditions-go": "{reply}  {continue} goes on to the next, {continue_back} back.",
    "reply-unchanged": "No step before this one has changed {name}.",
    "reply-unchanged-given": "No step before this one has changed {name}: it was given at the start.",
    "reply-unchanged-outside": "No step inside has changed {name}: it comes from outside.",
    "reply-unchanged-before": "{change}  No step before this one has changed it.",
    "reply-unchanged-before-outside": "{change}  No step inside has changed it before; {name} itself comes from outside.",
    "reply-unchanged-before-given": "{change}  No step before this one has changed it; {name} itself was given at the start.",
    "reply-changed": "{change}  {last_change} goes further back.",
    "change-value": "Here {name} got its value.",
    "change-value-number": "Here {name} got its value, {value}.",
    "change-update": "Here {name} was updated.",
    "change-gradient": "{title}: here {gradient} changed.",
    "change-gradient-first": "{title}: here {gradient} became {after}.",
    "change-gradient-number": "{title}: here {gradient} went from {before} to {after}.",
    "reply-watched": "{text} stands below every step.",
    "reply-unwatched": "{text} is not watched any more.",
    "reply-no-watches": "Nothing is watched.  {watch} watches a quantity.",
    "reply-ready": "Ready behind step {step}: {gates}.  The first is next; {ready} with another lets that go on instead.",
    "reply-ready-one": "Only {gates} is ready behind step {step}.",
    "reply-none-ready": "No gate is ready here: that is asked on the way back, between its first step and its last.",
    "reply-not-ready": "{name} is not ready: not all of its contributions have arrived, or it has sent.  Ready are {gates}.",
    "reply-next-gate": "{name} goes on next, behind step {step}.",
    "reply-order-undone": "The order is that of before.",
    "reply-order-elsewhere": (
        "The order is chosen in a program of gates alone: not inside an opened gate, in a round, or where functions are called."
    ),
    "reply-same-gradients": (
        "{count} gradient comes out as in the usual order, to the last bit.",
        "All {count} gradients come out as in the usual order, to the last bit.",
    ),
    "reply-other-gradients": (
        "The gradient differs by {largest} (relative) from the usual order: contributions were added in another order, and "
        "float64 rounds every sum.",
        "{some} of {count} gradients differ by at most {largest} (relative) from the usual order: contributions were added in "
        "another order, and float64 rounds every sum.",
    ),
    "reply-other-gradients-infinite": (
        "The gradient is not that of the usual order: in one of the two a sum is too large for a number.",
        "{some} of {count} gradients are not those of the usual order: in one of the two a sum is too large for a number.",
    ),
    "reply-mark-set": "Mark {letter} is at {position}.  {to_mark}{letter} comes back here.",
    "reply-mark-gone": "No mark {letter} any more.",
    "reply-marks": "Marks: {marks}.",
    "reply-no-marks": "Nothing is marked.  {mark} and a letter mark this place.",
    "reply-no-mark": "There is no mark {text}; marks: {marks}.",
    "reply-no-letter": "A mark is one letter, such as a, and not {text}.",
    "reply-predicting": ("Predict: {step} asks what the next step makes.  Other keys step as ever.  {predict} ends it."),
    "reply-predicting-ends": "No more questions.",
    "reply-predicting-score": "No more questions.  Right at the first try: {right} of {asked}.",
    "reply-answered": "Right.  {answer}   (right at the first try: {right} of {asked})",
    "reply-answer-shown": "So it is:  {answer}   (right at the first try: {right} of {asked})",
    # Questions about how a gate sends, and what is said of a formula.
    "ask-formula": "What is {slope}, the local gradient of the {box} gate towards {name}, as a formula in the names of the run?",
    "ask-route": "What does the {box} gate let pass to {name} of the gradient that arrives?",
    "route-all": "all of it",
    "route-nothing": "nothing",
    "route-turned": "all of it, with its sign turned",
    "formula-example": "a formula: y, 2*x, exp(x), -1/x^2 …",
    "formula-right": "Right, with other inputs too.",
    "formula-here-only": "With these inputs it comes to {name}, and with others it does not: put names in place of numbers.",
    "formula-slip": "Not quite. {slip}",
    "formula-wrong": "Not quite: with these inputs it comes to another number than {name} is.",
    "formula-unreadable": "That cannot be read as a formula: {why}.",
    "answer-follows": "Follows from your {yours}: {name} = {value} with that. The run goes on with {true}, and {name} = {right}.",
    "reply-hint": "Hint {number} of {count}: {hint}",
    "reply-no-more-hints": "There is no further hint.",
    "reply-nothing-predicted": "Nothing was predicted yet.  {predict} asks before every step.",
    # What was predicted, summed up.
    "summary-title": "What you predicted",
    "summary-asked": ("You answered {count} question.", "You answered {count} questions."),
    "summary-right": "Right at the first try: {count}.",
    "summary-missed": ("{count} try went elsewhere first.", "{count} tries went elsewhere first."),
    "summary-hints": ("{count} hint helped.", "{count} hints helped."),
    "summary-carried": (
        "{count} answer was right for a number of yours before it, and counts.",
        "{count} answers were right for a number of yours before them, and count.",
    ),
    "summary-shown": ("{count} answer was shown.", "{count} answers were shown."),
    "summary-slips": "These came up on the way; each is met by everybody who learns this:",
    "summary-times": "times",
    "summary-where": "first met",
    "summary-what": "what it was",
    "summary-at": "{name}, step {step}",
    "summary-all": "Every one right at the first try, without a hint: well done.",
    "summary-again": "What came up more than once is worth another run of the same steps, with other inputs.",
    "summary-once": "None of them came up twice: you saw through each.",
    "summary-numbers": "No rule was mistaken, only numbers: a look at the ladder of those steps will do.",
    "summary-help": "What was shown or hinted at is a good place to begin the next time.",
    "reply-nothing-asked": "Nothing is asked here.  {predict} asks before every step.",
    "reply-no-inputs": "This program has no inputs.",
    "reply-select-input": "Select an input first: {select}.  Then {more} and {less} nudge it.",
    "reply-select-input-click": "Select an input first: {select_next} or a click.  Then {more} and {less} nudge it.",
    "reply-no-cells": "{name} has no cells to nudge.",
    "reply-cannot-nudge": "{cell} = {value} cannot be nudged.",
    "reply-undone": "Undone: {names}.",
    "reply-cut": "{wire} is cut: the values are the same, and nothing flows back along it.  {undo} undoes that.",
    "reply-cut-undone": "{wire} is whole again.",
    "reply-which-wire": "Which wire?  {cut} takes one of these: {wires}.",
    "reply-no-wire": "No gradient is sent along {text}: a wire is written q -> f, and the second use of q as q (2).",
    "reply-no-wire-here": "No gradient is sent along a wire here.",
    "reply-cannot-cut": "The text has no place to cut {wire} alone: it is inside what stands there as one, or in several places.",
    "reply-cut-elsewhere": "A wire is cut in the program itself: close what is open, unfold what is folded, and leave a round.",
    "reply-nothing-to-undo": "No edit is left to undo.  {edit} edits the inputs, {more} and {less} nudge one.",
    "reply-nothing-to-compare": (
        "There is no other run to compare with.  {edit} edits the inputs, {more} and {less} nudge one; "
        "--against run.json opens a run beside a saved one."
    ),
    "compare-before": "The first is the run before the last edit, the second the run now.",
    "compare-opened": "The first is the run as it was opened, the second the run now.",
    "compare-saved": "The first is {name}, the second the run now.",
    "reply-no-gradient-data": "{name} is data: it has no gradient to verify.",
    "reply-no-gradient-constant": "{name} is a constant: it has no gradient to verify.",
    "reply-no-edges": "No gradient is sent along an edge at {name}, so there is no Jacobian to show.",
    "reply-opened": (
        "{frame} is open: {count} part.  {out} closes it.",
        "{frame} is open: {count} parts.  {out} closes it.",
    ),
    "reply-opened-as": (
        "{name}, called {frame} here, is open: {count} part.  {out} closes it.",
        "{name}, called {frame} here, is open: {count} parts.  {out} closes it.",
    ),
    "reply-opened-differs": "{reply}  The gate itself and its parts differ by {gap} (relative): {why}.",
    "parts-round": "the parts round otherwise",
    "reply-closed": "{frame} is closed.",
    "reply-left": "Out of {frame}.  {into} leads in again.",
    "reply-call-opened": (
        "{call} is open: {count} gate.  {out} closes it.",
        "{call} is open: {count} gates.  {out} closes it.",
    ),
    "reply-call-closed": "{call} is closed, and stepped over as one.  {into} opens it.",
    "reply-pending": "The way back through the parts of {frame} waits for its gradient.  {step} leads out.",
    "reply-no-composite": "There is no composite gate here to open.",
    "reply-no-composite-select": "There is no composite gate here to open.  Select {gates} and then {into}.",
    "reply-no-composite-click": (
        "There is no composite gate here to open.  Select {gates} with {select_next} or a click, then {into}."
    ),
    "reply-nothing-open": "Nothing is open.  {into} opens a composite gate, such as σ.",
    "reply-folded": (
        "Folded: {count} fewer gate, the same value and gradients.  {fold} takes it apart again.",
        "Folded: {count} fewer gates, the same value and gradients.  {fold} takes it apart again.",
    ),
    "reply-unfolded": "Unfolded: the gates are as typed.  {fold} folds them.",
    "reply-nothing-to-fold": "There is nothing to fold: no 1/(1+exp(-u)) and its like is typed here.",
    "reply-no-cell": "{name} is {kind}: it has no cell [{text}].",
    "break-at": "breakpoint at {name}",
    "break-since": "{condition}, since {reason}",
    "break-after": "break after step {step}: {why}",
    "break-none": "no break: nothing in this run meets {conditions}",
    "break-none-so-far": "no break: nothing up to step {step} meets {conditions}",
    "break-or": "{one} or {next}",
    "break-not": "not ({condition})",
    "break-and": "{one} and {next}",
    "break-so-far": "{name} = {value} so far",
    "break-arrives": "{value} arrives at {name}",
    "break-contribution": "the contribution to {name} is {value}",
}

_QUANTITIES: dict[str, English] = {
    "quantity-unknown": "{text}: not known yet",
    "quantity-elsewhere": "{text}: not in this program",
    "value-not-yet": "{name}: step {step} computes it",
    "gradient-none-data": "{name} is data: it has no gradient",
    "gradient-none-constant": "{name} is a constant: it has no gradient",
    "gradient-not-yet": "{name}: not yet",
    "gradient-not-yet-step": "{name}: not yet, step {step} completes it",
    "gradient-so-far": "{name}: {value} so far, {received} of {expected} contributions",
}

_PANELS: dict[str, English] = {
    # A nudge.
    "nudge-predicted": "predicted",
    "nudge-true": "true",
    "nudge-data": "{name} is data: no gradient is asked for, so nothing was predicted.",
    "nudge-not-finite": "The output is not finite, so there is nothing to compare.",
    "nudge-agree": "They agree: {out} is a straight line in {name}.",
    "nudge-differ": "They differ by {gap}: {out} bends, and the gradient is its slope at the old point only.",
    # Routers that choose another way.
    "route": "{gate} at {name} {does}",
    "route-cells": "now {changes} of {cells} cells",
    "route-cells-passes": "passes {count} more",
    "route-cells-blocks": "blocks {count} more",
    "route-cells-turns": "turns the sign of {count} more",
    "route-passes": "now lets it pass",
    "route-turns": "now turns its sign",
    "route-blocks": "now blocks it",
    # What witnesses say of one gradient.
    "witness-backprop": "backprop",
    "witness-symbolic": "SymPy's derivative",
    "witness-numeric": "central difference",
    "witness-no-cells": "It has no cells, so there is nothing to check.",
    "witness-no-difference": "the output is not finite around this point",
    "witness-agree": "✓ They agree.",
    "witness-agree-error": "✓ They agree, relative error {error}.",
    "witness-unsettled": "? Not settled.",
    "witness-rounding": "≈ Digits are lost to rounding.",
    "witness-kink": "◆ There is a kink here.",
    "witness-not-finite": "▲ Not finite.",
    "witness-disagree": "✗ They disagree.",
    "witness-furthest": "{sample}, and this is where they are furthest apart",
    "witness-at-cell": "{gradient}   at {cell}",
    "witnesses-for": "three witnesses for {name}",
    "and-more": "and {more} more",
    # A command to copy.
    "copy-leaves-out": "It leaves out {names}: too large to be written here, and not as typed.  The form will ask.",
    "copy-unfolded": "It opens the program with its gates unfolded, at the step nearest to this one.",
}

_LESSON: dict[str, English] = {
    "reply-only-lesson": "{label}: only a lesson has that.",
    "reply-only-training": "{label}: only a training has that.",
    "reply-only-stepping": "{label}: step into a round first.",
    "lesson-held": "The lesson goes on with {on}.",
    "lesson-held-by-question": "Answer first: the next step shows it.",
    "lesson-answer-first": "Answer the question first; then that is free again.",
    "lesson-answer-waits": "A question is open: type an answer.  {hint} shows a hint, {reveal} the answer.",
    "lesson-first-section": "This is the first section.",
    "lesson-nothing-asked": "Nothing is asked here.",
    "lesson-no-more-hints": "There are no more hints.  {reveal} shows the answer.",
    "lesson-no-hints": "There is no hint to this question.  {reveal} shows the answer.",
    "lesson-help": "Type an answer, or: {hint}, {reveal} (the answer), {previous} (section), {quit}.",
    "lesson-help-on": "The Enter key alone goes on where nothing is asked.",
    "lesson-help-run": "All other commands look at the run; {help} lists them.",
    "lesson-place-kept": "Your place is kept: {command} goes on at '{section}'.",
    "lesson-wrong": "{verdict}  {hint} shows a hint.",
}

_TRAINING: dict[str, English] = {
    "training-no-round-yet": "No round was trained yet.  {round} trains one, {train} all of them.",
    "training-first-round": "This is the first round.",
    "training-no-round": "There is no round {text}: the rounds are 0 to {last}.",
    "training-round-before": (
        "Only rounds from {first} on can be stepped through: the others were run before the training was resumed."
    ),
    "training-not": "No round is being trained.",
    "training-help": "{round} trains a round, {train} all of them; {round_into} steps through a round; {help} lists all.",
    "training-back": "Round {round}.  {out} goes back to the training.",
    "training-round": "round {round} of {rounds}: loss {loss}",
    "training-held-out": "{line}, held-out loss {loss}",
    "training-parameter": "{name}: {value}; norm of its gradient {norm}",
    "training-copied": "copied: {command}",
}

_PROMPT: dict[str, English] = {
    "find-nothing": "Nothing fits.",
    "find-step": "step {step}",
    "find-step-value": "step {step}: makes the value of {name}",
    "find-step-gradient": "step {step}: makes the gradient of {name}",
    "prompt-question": "{question}  {example}; the word answer alone shows it.",
    "prompt-screen-only": "{label}: only a screen has that",
    "prompt-wrote": "wrote {file}",
    "prompt-given-up": "given up",
}

REPLIES: dict[str, English] = {**_REPLIES, **_QUANTITIES, **_PANELS, **_LESSON, **_TRAINING, **_PROMPT}
"""By id the messages of replies."""

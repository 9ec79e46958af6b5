"""What is said of answers to the questions of lessons."""

from __future__ import annotations

from graphstep.telling.words.english.forms import English

TEACHING: dict[str, English] = {
    "lesson-code": "wrote {path}",
    "lesson-code-kept": "{path} is there already, and stays as it is",
    "lesson-code-next": "complete it in an editor, then: {command}",
    "lesson-new-file": "wrote {path}: a lesson to begin with; {check}",
    "lesson-skeleton": """\
+++
title = "{title}"
program = "f = x*y"
inputs = {{ x = 3, y = -2 }}
minutes = 10
+++

# {title}

Two numbers go into one gate.

## forward: f

```predict
ask = "value f"
hint = ["It is a × gate.", "Mind the sign of y."]
because = "The × gate multiplies what comes in."
```

`f = x * y = -6`.

## backward: × → x

```predict
ask = "gradient x"
hint = "If x grows by one, how far does f move?"
because = "The × gate scales its upstream gradient by the other input."
```

`df/dx = y = -2`.
""",
    "mark-empty": "Type an answer first.",
    "mark-long": "An answer has at most {most} characters.",
    "mark-comma": "A single number was asked for. Decimals stand behind a point: 0.44.",
    "mark-no-array": "That cannot be read as an array: {why}.",
    "mark-no-number": "That cannot be read as a number: {why}.",
    "mark-nan": "{typed} is not a number.",
    "mark-infinite": "{typed} is infinite, or too large a number to compute with.",
    "mark-which-array": "Now put the numbers in: what array is {typed}?",
    "mark-which-number": "Now put the numbers in: what number is {typed}?",
    "mark-right": "Right.",
    "mark-rounded": "Right: {value}, rounded.",
    "mark-slip": "Not quite. {slip}",
    "mark-follows": "Follows from your {yours}: {name} = {value} with that.",
    "mark-unsure": "It may follow from your {yours}, but it is too easy to come by to tell. Look at that once more.",
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
    "slope-input-missing": "The input is missing: of a square the exponent comes down, and the input stays.",
    # Wrong values of single gates.
    "value-doubled": "That is twice the input: a square multiplies it by itself.",
    "value-times-e": "That is e times the input: exp raises e to its input.",
    "value-turned": "That is the input with its sign turned: a reciprocal is one over it.",
    # Wrong shapes.
    "shape-turned": "Turned round: the rows come first, then the columns.",
    "shape-count": "That is how many cells there are: how are they laid out?",
    "shape-of-input": "That is the shape of {name}; the Jacobian has a row for each cell that comes out.",
    "shape-of-sender": "That is the shape of {name}, where the gradient comes from.",
    "shape-of-operand": "That is the shape of {name}, which goes into the gate: what comes out of it?",
    # Wrong answers that have a reason.
    "slip-sign": "The size is right, the sign is turned.",
    "slip-diagonal": "That is the cell on the other side of the diagonal: rows come first, then columns, both from 0.",
    "slip-whole-gradient": "That is the whole gradient {gradient}; through this one wire comes only a part of it.",
    "slip-signs": "The sizes are right, every sign is turned.",
    "slip-transposed": "The numbers are right, but rows and columns have changed places.",
    "slip-seed": "That is the seed, which the output gets: it has a way to go from there.",
    "slip-term": "That is one of {terms} terms: this cell is their sum.",
    "slip-mean-of-terms": "That is the mean of {terms} terms: they add up.",
    "slip-cell-upstream": "That is the upstream gradient, that of {cell}: the local gradient is missing.",
    "slip-cell-local": "That is the local gradient of {cell} towards this cell: the upstream gradient is missing.",
    "slip-other-cell": "That is cell [{there}], and [{here}] was asked for: they are counted from 0.",
    "slip-other-cell-of-matrix": (
        "That is cell [{there}], and [{here}] was asked for: rows come first, then columns, both from 0."
    ),
    "slip-one-contribution": "That is one contribution; {name} is used {uses} times, and the contributions add up.",
    "slip-multiplied": "The contributions are not multiplied: at a branch they add up.",
    "slip-missing-contribution": "One contribution is missing: {name} is used {uses} times, and each use sends one.",
    "slip-mean-of-contributions": "That is their mean: at a branch the contributions add up.",
    "slip-subtracted": "At a branch the contributions are added, not subtracted.",
    "slip-sum-of-locals": "Those are the local gradients: each is multiplied by its upstream gradient before they add up.",
    "slip-smallest": "That is the smallest of the inputs; {gate} takes the other end.",
    "slip-largest": "That is the largest of the inputs; {gate} takes the other end.",
    "slip-operand": "That is {name}, which goes into the gate: what comes out of it?",
    "slip-sign-of-operand": "You get that when the sign of {name} is turned.",
    "slip-other-gate-add": "You get that when you add the inputs; this gate does something else.",
    "slip-other-gate-mul": "You get that when you multiply the inputs; this gate does something else.",
    "slip-other-gate-sub": "You get that when you subtract the inputs; this gate does something else.",
    "slip-degrees": "You get that with degrees: angles are in radians.",
    "slip-logarithm": "That is the logarithm to the base {base}; this is the natural one, to the base e.",
    "slip-reciprocal-value": "That is the reciprocal of it: what stands above and below has changed places.",
    "slip-sum-for-mean": "That is the sum: a mean is divided by how many there are.",
    "slip-columns-of-left": "That takes the columns of {name}: rows of the left side meet columns of the right.",
    "slip-rows-of-right": "That takes the rows of {name}: rows of the left side meet columns of the right.",
    "slip-upstream-of-product": "That is the upstream gradient of {sender}: what does the gate make of it on the way to {name}?",
    "slip-value-of-gate": "That is the gate's value; how much does it change when this input changes by a little?",
    "slip-contribution-for-local": "That is the contribution: the local gradient alone was asked for, without its upstream.",
    "slip-own-input": "That is {name} itself: the slope of a product towards one input is the other input.",
    "slip-upstream-for-local": "That is the upstream gradient {gradient}; the local gradient belongs to the gate alone.",
    "slip-reciprocal": "That is the reciprocal: numerator and denominator have changed places.",
    "slip-local": "That is the local gradient; multiply it by the upstream gradient, {upstream}.",
    "slip-scaled-by-own": "You scaled the upstream gradient by {name} itself: a × gate scales it by the other input.",
    "slip-upstream": "That is the upstream gradient of {sender}; multiply it by the local gradient towards {name}.",
    "slip-upstream-twice": "The upstream gradient is multiplied in once, not twice.",
    "slip-local-twice": "The local gradient is multiplied in once, not twice.",
    "slip-added": "Upstream and local gradient are multiplied, not added.",
    "slip-divided": "Multiply by the local gradient, do not divide by it.",
    "slip-scaled-by-value": "You scaled the upstream gradient by the value of {sender}: it is scaled by the local gradient.",
    "slip-shared-out": "It is not shared out: {name} is what {gate} chose, and gets all of it.",
    "slip-value-for-contribution": "That is the value of {name}; the contribution was asked for.",
    "slip-output-for-contribution": "That is the value of {name}, the output; the contribution was asked for.",
    "slip-value-for-local": "That is the value of {name}; the local gradient was asked for.",
    "slip-output-for-local": "That is the value of {name}, the output; the local gradient was asked for.",
    "slip-value-for-gradient": "That is the value of {name}; its gradient was asked for.",
    "slip-output-for-gradient": "That is the value of {name}, the output; a gradient was asked for.",
    "slip-open": "{gate} lets {name} through here: what arrives is handed on.",
    "slip-winner": "{gate} chose {name}: the losers get 0, the winner what arrives.",
    "slip-shut": "{gate} does not let {name} through here: nothing is handed on.",
    "slip-loser": "{gate} chose another input: {name} gets nothing.",
    "slip-local-of-other": "That is the local gradient of another input, {name}.",
    "slip-contribution-of-other": "That is the contribution of another input, {name}.",
    "slip-not-transposed": "That is the product with {name} as it is: on the way back it is transposed.",
    "slip-one-copy": "That is what one copy of {name} gets: every copy counts, so they are added up.",
    "slip-mean-of-copies": "That is the mean over the copies: they are added up.",
    "slip-mean-hands-on": "A mean hands on 1/n of what arrives to each of n.",
    "slip-guessed": "That is what was guessed: what is right has not been taken off yet.",
    "slip-softmax-exp": "That is exp of each: a softmax divides them by their sum.",
    "slip-softmax-linear": "The exp is missing: only then each is divided by the sum of all.",
    "slip-softmax-diagonal": "That is right where a share moves itself alone: it moves the others as well.",
    "slip-softmax-own": "What the sum of all takes off is missing: where one share grows, the others shrink.",
    "slip-hinge-margin": "You get that without the margin: each wrong class has to stay that far behind.",
    "slip-hinge-itself": "The right class is not compared with itself: that adds a margin.",
    "slip-hinge-below": "A class that is far enough behind counts as 0, it does not pay anything back.",
    "slip-constant": "a constant",
    # Questions.
    "question-of-kind": "{question}: {kind}?",
    "row-and-column": "row {row} and column {column}",
    "cell-at": "cell {place}",
    "question-in-cell": "{question}, in {where} (counted from 0)?",
    "question-value": "What is the value of {name}?",
    "question-sum": "What is {gradient}, the sum of the contributions to {name}?",
    "question-gradient": "What is {gradient}, the gradient of {name}?",
    "question-local": "What is {slope}, the local gradient of the {gate} gate towards {name}?",
    "question-sent": "What does the {gate} gate send to {name}?",
    "question-contribution": "What does the {gate} gate send to {name}: upstream gradient times local gradient?",
    "question-sent-of": "What does the {gate} gate that computes {computed} send to {name}?",
    "question-contribution-of": (
        "What does the {gate} gate that computes {computed} send to {name}: upstream gradient times local gradient?"
    ),
    "contribution-to": "contribution of {gate} to {name}",
    "example-choice": "your choice: 1 to {most}",
    "example-number": "your answer: 3, -1/2, 0.2 …",
    "example-shape": "a shape: 2×3, or 2x3; 4; number",
    "example-order": "all of them in order: their numbers, or their names",
    "example-row": "upstream, local, product: 2, -3, -6",
    "example-vector": "an array: 1, -1/2, 0.2",
    "example-matrix": "row by row: 1, 2; 3, 4",
    "platform-number": "Type a decimal number, such as 0.25; where it is rounded, with two digits or more.",
    "platform-cells": "Type a decimal number into each field; where it is rounded, with two digits or more.",
    "platform-cell": "Here only one of its numbers is asked for: {where}, counted from 0.",
    "result-typed": "Typed: {typed}",
    "result-person": (
        "{count} answer is for a person to mark, and earns nothing before that.",
        "{count} answers are for a person to mark, and earn nothing before that.",
    ),
    "platform-if": "{answer}: {said}",
    "platform-your-answer": "your answer to “{question}”",
    "platform-person": "This answer is marked by a person.",
    "question-pattern-sum": "Which pattern is it when {name} collects its gradient?",
    "question-pattern": "Which pattern is it when {sent} is sent?",
    "question-route": "Which input gets the gradient of the {gate} gate?",
    "question-sign": "Which sign does {name} have?",
    "question-steepest": "Which of these moves {out} the most when it is moved a little?",
    "shape-is": "{name} is {kind}",
    "question-shape": "What shape does {name} have?",
    "question-shape-of-gradient": "What shape does {gradient} have, the gradient of {name}?",
    "the-jacobian": "the Jacobian of the {gate} gate towards {name}",
    "question-jacobian": (
        "How many rows and columns does the Jacobian of the {gate} gate towards {name} have? "
        "(A row for each cell that comes out.)"
    ),
    "question-order": "In which order may the gates send on the way back?",
    "question-order-forward": "In which order may the gates compute?",
    "order-answer": ("{order}: there is no other order", "{order}: one of {count} possible orders"),
    "order-how": "Put these {count} into an order: their numbers or names, with commas between.",
    "order-twice": "{name} stands there twice: each works once.",
    "order-missing": "Still missing: {names}.",
    "order-right": ("Right: it is the only order.", "Right: it is one of {count} possible orders."),
    "order-early": "{gate} sends too early: nothing has arrived there yet, and it waits for what {missing} sends.",
    "order-early-some": (
        "{gate} sends too early: {count} of its {all} contributions has arrived, and that of {missing} is still missing.",
        "{gate} sends too early: {count} of its {all} contributions have arrived, and that of {missing} is still missing.",
    ),
    "order-early-forward": "{gate} computes too early: it reads {missing}, which is not there yet.",
    "tableau-row": "Row {number} of {count}. {question}",
    "tableau-send": "{sent}: upstream gradient, local gradient, and their product?",
    "tableau-how": "Type three numbers: upstream, local, product, as in 2, -3, -6.",
    "tableau-cell": "{name}: {said}",
    "tableau-upstream": "Upstream",
    "tableau-local": "Local",
    "tableau-product": "Product",
    "tableau-value": "Value",
    "sheet-your-answer": "your answer to question {number}",
    "tableau-fill": "Fill in the table.",
    "tableau-step": "Step",
    # Lessons.
    "lesson-ending": "That was lesson '{title}': {right} of {total} questions answered.",
    "lesson-ending-shown": "That was lesson '{title}': {right} of {total} questions answered, {shown} shown.",
    "lesson-question": "Question {number}. ",
    "lesson-answers": "Answers",
    "lesson-section": "{place} of {places}",
    "lesson-hint": "Hint {number} of {count}: {hint}",
    "lesson-run-done": "All {steps} steps are done. {numbers}.",
    "lesson-step": "Step {step}. {narrative}",
    "lesson-none": "There are no lessons here. graphstep lesson FILE.md opens one of your own.",
    "lesson-new": "new",
    "lesson-done": "done",
    "lesson-begun": "done {done}/{total}",
    "lesson-go-on": "Go on: {command}",
    "lesson-start": "Start: {command}",
    "lesson-following": "Next: {command}",
    "lesson-all-done": (
        "All done. graphstep lesson NUMBER opens one again; graphstep EXPRESSION NAME=VALUE … steps through your own."
    ),
}
"""By id the messages of teaching."""

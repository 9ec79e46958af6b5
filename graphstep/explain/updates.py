"""What is said of an update: the optimizer's rule in symbols, in numbers, and the parameter's new value."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np

from graphstep.arrays import is_small
from graphstep.explain.explanation import Explanation, Ladder, Note
from graphstep.explain.names import LATEX, TEXT, derivative, latex_name, name_of, output_name, term
from graphstep.gates.notation import POWER, Term
from graphstep.numerals import numeral
from graphstep.optimizers import LATEX_SYMBOLS, SYMBOLS

if TYPE_CHECKING:
    from graphstep.expression import Program
    from graphstep.gates.notation import Style
    from graphstep.trace import Step, Trace
    from graphstep.trace.update import Update


def updated(step: Step) -> Explanation:
    """The explanation of an update step; its ``before`` holds what the rule makes before the parameter, such as a velocity."""
    trace, update = step.trace, step.update
    assert update is not None, "an update step has an update"
    name = name_of(trace.program, update.node)
    *earlier, last = update_ladders(trace, update)
    way = "along" if update.climbs else "against"
    sentences = [update.optimizer.why.format(w=name, f=output_name(trace.program), way=way)]
    if (one := _one_cell(trace.program, update)) is not None:
        sentences.append(f"Every cell moves so; one of them: {one}.")
    sentences.append(f"The learning rate of this round is {numeral(update.rate)}.")
    notes = []
    if update is trace.updates[0] and update.optimizer.others:
        notes.append(Note("convention", update.optimizer.others))
    if not np.all(np.isfinite(update.after)):
        notes.append(Note("warning", f"{name} is not finite any more. A smaller learning rate may help."))
    elif not np.any(update.gradient):
        rest = " What it remembers moves it still." if np.any(update.after != update.before) else " So it stays where it is."
        notes.append(Note("zero", f"The gradient of {name} is 0.{rest}"))
    return Explanation(
        step.n, "update", "update", f"{update.optimizer.name} updates {name}", "", last, None, " ".join(sentences), tuple(notes),
        before=tuple(earlier),
    )  # fmt: skip


def update_ladders(trace: Trace, update: Update) -> list[Ladder]:
    """One ladder for each assignment of the rule, the parameter's last: ``w ← w - α · ∂f/∂w = 2 - 0.1 · 3 = 1.7``.

    Numbers stand in the middle where all arrays are small enough to be written out.
    """
    names = [assignment.name for assignment in update.optimizer.rule]
    known = {**update.quantities, **update.made}
    spelled = all(isinstance(value, int | float) or is_small(value) for value in known.values())

    def written(style: Style) -> list[tuple[str, tuple[str, ...]]]:
        symbols = _symbols(trace.program, update, style)
        told = _assigned(update, style, symbols, symbols)
        given, made = ({name: style.number(x) for name, x in numbers.items()} for numbers in (update.quantities, known))
        filled = _assigned(update, style, given, made)
        arrow = r" \leftarrow " if style is LATEX else " ← "
        found: list[tuple[str, tuple[str, ...]]] = []
        for name in names:
            value = style.number(update.made[name]).text
            rungs = (filled[name].text, value) if spelled and filled[name].text != value else (value,)
            found.append((f"{symbols[name].text}{arrow}{told[name].text}", rungs))
        return found

    def ladder(place: int) -> Ladder:
        return Ladder(*written(TEXT)[place], lambda: written(LATEX)[place])

    return [ladder(place) for place in range(len(names))]


def _symbols(program: Program, update: Update, style: Style) -> dict[str, Term]:
    """What stands for each quantity: the parameter by its name, its gradient as ∂f/∂w, the rest by the letters of the books."""
    letters = LATEX_SYMBOLS if style is LATEX else SYMBOLS
    parameter, output = term(program, update.node, style), term(program, program.output, style)
    found = {}
    for name in {**update.quantities, **update.made}:
        letter = letters.get(name, name)
        if name in program.names or SYMBOLS.get(name, name) in program.names:
            # The program has this name for something of its own.
            name_here = f"{name}_{name_of(program, update.node)}"
            letter = latex_name(name_here) if style is LATEX else name_here
        found[name] = style.name(letter)
    found["w"] = parameter
    # A derivative multiplies as it stands, and is put in parentheses under a power.
    found["g"] = Term(derivative(style, output, parameter), POWER, style)
    return found


def _assigned(update: Update, style: Style, given: dict[str, Term], made: dict[str, Term]) -> dict[str, Term]:
    """The right side of each assignment. ``given`` is what the rule starts from; ``made`` stands for what is assigned, in the
    assignments that follow.
    """
    q = SimpleNamespace(**given, downhill=(lambda a, b: a + b) if update.climbs else (lambda a, b: a - b))
    found = {}
    for assignment in update.optimizer.rule:
        found[assignment.name] = style.term(assignment.formula(style, q))
        setattr(q, assignment.name, made[assignment.name])
    return found


def _one_cell(program: Program, update: Update) -> str | None:
    """Where a parameter is too large to be written out, what happens to its first cell; None elsewhere."""
    value = update.before
    if isinstance(value, int | float) or is_small(value) or not value.size:
        return None
    place = (0,) * value.ndim
    before, made = (
        {name: TEXT.number(x if isinstance(x, int | float) else x[place]) for name, x in known.items()}
        for known in (update.quantities, update.made)
    )
    right = _assigned(update, TEXT, before, made)["w"]
    where = ", ".join(map(str, place))
    return f"{name_of(program, update.node)}[{where}] ← {right.text} = {made['w'].text}"

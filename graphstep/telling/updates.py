"""Facts of an update: the optimizer's rule in symbols, in numbers, and the parameter's new value."""

from __future__ import annotations

from types import SimpleNamespace

from graphstep.analysis.facts import Figure, Reason, Remark, Updated, reason
from graphstep.engine.step import Step
from graphstep.engine.trace import Trace
from graphstep.engine.update import Update, is_clipped
from graphstep.gates.notation import TERMS, Term
from graphstep.gates.notation.names import latex_name
from graphstep.gates.optimizers import LATEX_SYMBOLS, SYMBOLS
from graphstep.ground.arrays import Number, cell_of, is_small
from graphstep.ground.late import np
from graphstep.ground.numerals import numeral
from graphstep.telling.derivatives import gradient_term
from graphstep.telling.equations import equation, result
from graphstep.telling.explanation import Ladder, Rung
from graphstep.telling.names import name_of, names_of, output_name
from graphstep.telling.symbols import WordSymbol


def updated(step: Step) -> Updated:
    """The facts of an update step."""
    trace, update = step.trace, step.update
    assert update is not None, "an update step has an update"
    optimizer, name = update.optimizer, name_of(trace.program, update.node)
    figures: dict[str, Figure] = {
        "w": name, "f": output_name(trace.program), "v": f"v_{name}", "m": f"m_{name}",
        "way": reason("along" if update.climbs else "against"),
    }  # fmt: skip
    here = [reason("learning-rate", rate=numeral(update.rate))]
    if (cell := _one_cell(trace, update)) is not None:
        here.insert(0, reason("every-cell-moves", equation=cell))
    if update.clip is not None:
        key = "gradients-clipped" if is_clipped(update.clip, update.length) else "gradients-within"
        here.append(reason(key, length=numeral(update.length), clip=numeral(update.clip)))
    if update.bound is not None:
        here.append(_of_units(update, name))
    notes = []
    if update is trace.updates[0] and optimizer.others:
        notes.append(Remark("convention", (Reason(f"optimizer.{optimizer.name}.others", {}, optimizer.others),)))
    if not np.all(np.isfinite(update.after)):
        notes.append(Remark("warning", (reason("parameter-not-finite", name=name),)))
    elif not np.any(update.gradient):
        moves = np.any(update.after != update.before)
        notes.append(Remark("zero", (reason("parameter-moves-still" if moves else "parameter-stays", name=name),)))
    return Updated(step, update, Reason(f"optimizer.{optimizer.name}", figures, optimizer.why), tuple(here), tuple(notes))


def _of_units(update: Update, name: str) -> Reason:
    """Which weights are one unit's, and whether they are shortened."""
    norms, bound, axes = np.ravel(update.norm), update.bound or 0.0, ", ".join(map(str, update.axes))
    longer = int(np.sum(norms > bound)) if update.is_bounded else 0
    key = "weights-of-unit" if norms.size == 1 else "weights-of-units" if axes else "weights-of-cells"
    which = reason(key, name=name, axes=axes, units=f"{norms.size:,}", count=len(update.axes))
    if not longer:
        return reason("weights-within", which=which, bound=numeral(bound))
    return reason("weights-bounded", which=which, bound=numeral(bound), longer=f"{longer:,}", count=longer)


def update_ladders(trace: Trace, update: Update) -> list[Ladder]:
    """One ladder for each assignment of the rule, the parameter's last: ``w ← w - α · df/dw = 2 - 0.1 · 3 = 1.7``.

    Numbers stand in the middle where all arrays are small enough to be written out.
    """
    figures = {**update.quantities, **update.assigned}
    spelled = all(map(is_small, figures.values()))
    symbols = _symbols(trace, update)
    formulas = _assigned(update, symbols, symbols)
    # Numbers before the update for the first assignment that reads them, and what was assigned for those behind it.
    start, later = ({name: _quantity(update, name, x) for name, x in values.items()} for values in (update.quantities, figures))
    numbers = _assigned(update, start, later)
    ladders = []
    for assignment in update.rule:
        name = assignment.name
        rungs = [Rung(formulas[name], "symbols", relation="←")]
        if spelled:
            rungs += equation([numbers[name]], update.assigned[name], trace.writing)
        else:
            rungs.append(result(update.assigned[name], trace.writing))
        # v_prev ← v: the number stands there already.
        if len(rungs) > 2 and rungs[1].text == rungs[2].text:
            del rungs[1]
        ladders.append(Ladder(symbols[name], tuple(rungs)).spoken(trace.writing.language))
    return ladders


def _quantity(update: Update, name: str, value: Number) -> Term:
    """A number of an update: what was set is exact, what was computed is written with the digits that it needs."""
    is_setting = name in ("t", "clip", "bound", *update.settings) and not np.shape(value)
    return TERMS.exactly(float(value)) if is_setting else TERMS.number(value)


def _symbols(trace: Trace, update: Update) -> dict[str, Term]:
    """What stands for each quantity: the parameter by its name, its gradient as df/dw, settings by the letters of the books.

    What belongs to one parameter carries its name: v_w.
    """
    names, parameter = names_of(trace.program), name_of(trace.program, update.node)
    cells, settings = bool(np.shape(update.before)), {"lr", "t", "clip", "length", "bound", *update.settings}
    symbols: dict[str, Term] = {}
    for name in {**update.quantities, **update.assigned}:
        letter, latex = SYMBOLS.get(name, name), LATEX_SYMBOLS.get(name, latex_name(name))
        clashes = name in trace.program.names or letter in trace.program.names
        if name not in settings or clashes:
            letter, latex = f"{letter}_{parameter}", _with_index(latex, names.latex(parameter))
        symbols[name] = TERMS.symbol(WordSymbol(letter, latex, cells and name not in settings))
    symbols["w"] = names.operand(update.node)
    symbols["gradient" if "gradient" in symbols else "g"] = gradient_term(trace, update.node)
    if "norm" in symbols:
        hat, axes = symbols["w_hat"], update.axes[0] if len(update.axes) == 1 else update.axes
        symbols["norm"] = TERMS.over("norm", hat, axes) if np.shape(update.norm) else TERMS.length(hat)
    return symbols


def _with_index(latex: str, index: str) -> str:
    """A letter in LaTeX with one more index: TeX refuses a second subscript on one letter."""
    return f"{latex[:-1]}, {index}}}" if "_{" in latex and latex.endswith("}") else f"{latex}_{{{index}}}"


def _assigned(update: Update, start: dict[str, Term], later: dict[str, Term]) -> dict[str, Term]:
    """The right side of each assignment. ``start`` is what the rule starts from; ``later`` stands for what is assigned, in the
    assignments that follow.
    """
    # The rule of an optimizer is read as Python reads assignments: each sees what those before it have made.
    q = SimpleNamespace(**start, downhill=(lambda a, b: a + b) if update.climbs else (lambda a, b: a - b))
    sides = {}
    for assignment in update.rule:
        sides[assignment.name] = TERMS.term(assignment.formula(TERMS, q))
        setattr(q, assignment.name, later[assignment.name])
    return sides


def _one_cell(trace: Trace, update: Update) -> str | None:
    """Where a parameter is too large to be written out, what happens to its first cell; None elsewhere."""
    value = update.before
    if is_small(value) or not np.size(value):
        return None
    place = (0,) * np.ndim(value)
    before, after = (
        {name: _quantity(update, name, cell_of(x, place)) for name, x in numbers.items()}
        for numbers in (update.quantities, update.assigned)
    )
    rungs = equation([_assigned(update, before, after)["w"]], cell_of(update.assigned["w"], place), trace.writing)
    right = "".join(f" {rung.relation} {rung.text}" for rung in rungs[1:])
    return f"{name_of(trace.program, update.node)}[{', '.join(map(str, place))}] ← {rungs[0].text}{right}"

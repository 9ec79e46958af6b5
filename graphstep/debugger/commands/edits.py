"""Asking what if: other inputs, and back to those before; and whether a gradient is right."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial

from graphstep.debugger.commands import Argument, Done, Rule
from graphstep.debugger.commands.quantities import node_of
from graphstep.debugger.cuts import cut, ends_of, uncut, wires_in
from graphstep.debugger.effects import Diagnose, Quotients, Witnesses
from graphstep.debugger.facts import (
    CannotNudge,
    CutUndone,
    Edited,
    Fact,
    Jacobians,
    NoWire,
    Nudged,
    PathsFrom,
    SelectInput,
    TangentsFrom,
    Undone,
    UnfitError,
    WhichWire,
    WireCut,
    notice,
)
from graphstep.debugger.frames import outermost
from graphstep.debugger.parts import Edit, Inputs, same_value
from graphstep.debugger.places import Refitted, carried_into, edited, in_order
from graphstep.debugger.state import State
from graphstep.engine.order import read_choices, sending_order
from graphstep.ground.arrays import Number, cell_of
from graphstep.language.values import read_texts, split_inputs, split_words


def _no_inputs(state: State) -> Fact | None:
    return None if state.root.program.inputs else notice("reply-no-inputs")


def _edit(state: State, argument: Argument) -> Done:
    if isinstance(argument, Inputs):
        inputs = argument
    else:
        # Files are read by a face: the session reads nothing.
        texts = split_inputs(split_words(str(argument)))
        inputs = Inputs(read_texts(texts, files=False), texts)
    old = state.root.inputs
    # What is typed as it was is no edit, which undo would take back to no effect. What is no input stays, and is refused below.
    changed = {name: value for name, value in inputs.values.items() if name not in old or not same_value(value, old[name])}
    if not changed:
        return Done(state, (Edited(()),))
    return Done(_with_inputs(state, replace(inputs, values=changed)), (Edited(tuple(changed)),))


def _with_inputs(state: State, inputs: Inputs, selected: int | None = None) -> State:
    """The state with other inputs, which can be undone, and perhaps another node selected.

    InputError and ShapeError for values that do not fit.
    """
    setup, old = state.root.setup.inputs, state.root.inputs
    names = [name for name in inputs.values if name in old]
    # With what was typed for them: undone, an input is 1/3 again, and not a numeral near to it.
    before = Inputs({name: old[name] for name in names}, {name: setup.get(name) for name in names})
    after = edited(state, inputs.values, inputs.texts)
    after = after if selected is None else replace(after, selected=selected)
    # With the same shapes the program is the same object, and every node and step is where it was.
    moved = after.root.program is not state.root.program
    marks = tuple(zip(state.marks, after.marks, strict=True)) if moved else ()
    return after.with_edit(Edit(state.root_place, after.root_place, marks, before))


def _nothing_to_undo(state: State) -> Fact | None:
    return None if state.past else notice("reply-nothing-to-undo")


def _undo(state: State, _: Argument) -> Done:
    edit = state.past[-1]
    # A cut makes another program: what is open now need not exist in the one before.
    if edit.program is not None:
        state = outermost(state)
        before = uncut(state, edit)
        return Done(state.without_edit(before), (CutUndone(*ends_of(before.trace.program, state.trace.program)[:2]),))
    if edit.order is not None:
        state = outermost(state)
        trace = state.trace
        order = sending_order(trace.program, read_choices(trace.program, edit.order)) if edit.order else None
        before = carried_into(state, Refitted(in_order(trace, order), None))
        return Done(state.without_edit(before), (notice("reply-order-undone"),))
    after = edited(state, edit.inputs.values, edit.inputs.texts)
    return Done(state.without_edit(after), (Undone(tuple(edit.inputs.values)),))


def _not_here(state: State) -> Fact | None:
    if state.frames:
        return notice("reply-cut-inside")
    return notice("reply-cut-round") if state.trace.updates else None


def _cut(state: State, argument: Argument) -> Done:
    """Cut the wire that is named; else the one at work, or the only one at the node in question."""
    if isinstance(argument, int):
        edges: tuple[int, ...] = (argument,) if 0 <= argument < len(state.trace.wires) else ()
    elif argument is None:
        edge = state.trace.step(state.at).edge
        edges = edges_of(state) if edge is None or state.selected is not None else (edge,)
    else:
        edges = wires_in(state.trace, str(argument))
    # Along what is cut already nothing flows.
    edges = tuple(edge for edge in edges if not state.trace.wire(edge).gate.stops)
    if not edges:
        raise UnfitError(NoWire("" if argument is None else str(argument)))
    if len(edges) > 1:
        return Done(state, (WhichWire(edges),))
    after = cut(state, edges[0])
    return Done(after, (WireCut(*ends_of(state.trace.program, after.trace.program)),))


def _nudge(state: State, argument: Argument, way: int) -> Done:
    index = _input(state, argument)
    old, cells = state.root, dict(state.root_place.cells)
    name, value, cell = old.program.inputs[index], old.value_of(index), cells.get(index, (0,) * len(old.node(index).shape))
    if 0 in old.node(index).shape:
        raise UnfitError(notice("reply-no-cells", index))
    before = cell_of(value, cell)
    after = nudged(before, way)
    # Of nan nothing equals, itself neither.
    if after == before or math.isnan(after):
        raise UnfitError(CannotNudge(index, cell))
    first = bool(cell) and index not in cells
    moved = _with_inputs(state, Inputs({name: _moved(value, cell, after)}), selected=None if state.frames else index)
    return Done(moved, (Nudged(index, cell, first),))


def _input(state: State, argument: Argument) -> int:
    """The input to nudge: the one that is named, the selected one, or the only one. Of an opened gate no input can be nudged,
    but those of the program by their names.
    """
    program = state.root.program
    if not state.frames:
        node = state.selected if argument is None else node_of(state, argument)
    elif argument is None:
        # Inside a gate an input keeps its name where it can. -1 stands for any other node, and is refused below.
        node = None if state.selected is None else program.input_places.get(state.trace.node(state.selected).name or "", -1)
    else:
        node = node_of(outermost(state), argument)
    if node is not None and 0 <= node < program.first_gate:
        return node
    if len(program.inputs) > 1 or node is not None:
        raise UnfitError(SelectInput())
    return 0


def _moved(value: Number, cell: tuple[int, ...], after: float) -> Number:
    if isinstance(value, int | float):
        return after
    changed = value.copy()
    changed[cell] = after
    return changed


def nudged(value: float, way: int) -> float:
    """A value moved by a tenth, or by a hundredth of its power of ten where it is 10 or larger; free of rounding dust."""
    # A step of the size of the last digit that one reads at a glance: 0.1 at 2, 1 at 25, 100 at 1,300.
    size = 0.1 if abs(value) < 10 or not math.isfinite(value) else 10.0 ** (math.floor(math.log10(abs(value))) - 1)
    return float(f"{value + way * size:.12g}")


def _verify(state: State, argument: Argument) -> Done:
    return Done(state, effects=(Witnesses(_with_gradient(state, argument)),))


def _with_gradient(state: State, argument: Argument) -> int:
    """The node that an argument names, which has a gradient; UnfitError for data and for a constant."""
    node, program = node_of(state, argument), state.trace.program
    if not program.depends[node]:
        key = "data" if program.nodes[node].name in program.data else "constant"
        raise UnfitError(notice(f"reply-no-gradient-{key}", node))
    return node


def _quotients(state: State, argument: Argument) -> Done:
    node = _with_gradient(state, argument)
    return Done(state, effects=(Quotients(node, _cell(state, node)),))


def _paths(state: State, argument: Argument) -> Done:
    return Done(state, (PathsFrom(node_of(state, argument)),))


def _tangents(state: State, argument: Argument) -> Done:
    node = node_of(state, argument)
    return Done(state, (TangentsFrom(node, _cell(state, node)),))


def _cell(state: State, node: int) -> tuple[int, ...]:
    """The cell of a node that is moved; UnfitError where there is none."""
    if 0 in state.trace.node(node).shape:
        raise UnfitError(notice("reply-no-cells", node))
    return state.cell(node)


def _jacobian(state: State, argument: Argument) -> Done:
    node = node_of(state, argument)
    edges = edges_of(state, None if argument is None else node)
    if not edges:
        raise UnfitError(notice("reply-no-edges", node))
    return Done(state, (Jacobians(edges),))


def edges_of(state: State, node: int | None = None) -> tuple[int, ...]:
    """The edge at work in a send; else those that lead to the selected or active node, or those that it sends along."""
    trace, step = state.trace, state.trace.step(state.at)
    chosen = state.selected if node is None else node
    if chosen is None and step.edge is not None:
        return (step.edge,)
    about = step.node if chosen is None else chosen
    sent, arriving = tuple(trace.sends(about).edges), tuple(trace.arrivals(about).edges)
    # Where a gate has just computed, what it reads is meant; of a node that is named, what reads it.
    return (sent or arriving) if chosen is None and step.event == "value" else (arriving or sent)


def _diagnosis(state: State, _: Argument) -> Done:
    return Done(state, effects=(Diagnose(),))


RULES = {
    "edit": Rule(_edit, _no_inputs),
    "cut": Rule(_cut, _not_here),
    "undo": Rule(_undo, _nothing_to_undo),
    "more": Rule(partial(_nudge, way=1), _no_inputs),
    "less": Rule(partial(_nudge, way=-1), _no_inputs),
    "verify": Rule(_verify),
    "quotients": Rule(_quotients),
    "paths": Rule(_paths),
    "tangents": Rule(_tangents),
    "jacobian": Rule(_jacobian),
    "diagnosis": Rule(_diagnosis),
}
"""What the actions that ask what if do."""

"""Cutting a wire: the same run with a stop gate in it, and back to the run before."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from graphstep.debugger.facts import CannotCut, NoNode, UnfitError
from graphstep.debugger.parts import Edit, Folding
from graphstep.debugger.places import Refitted, carried_into, order_in, rewritten
from graphstep.debugger.state import State
from graphstep.engine.opening import read_setup
from graphstep.engine.trace import Trace, run_fitted
from graphstep.engine.wires import Wire
from graphstep.ground.arrays import shape_of
from graphstep.ground.errors import GraphstepError
from graphstep.language.cut import alignment, cut_texts, cut_wire, without_stop
from graphstep.language.program import Program
from graphstep.language.rewrite import fold
from graphstep.language.shapes import infer_shapes
from graphstep.telling.names import name_of, names_of

# ``q -> f (2)``: what is read, by whom, and which of its uses; the last two only where they are needed.
_WIRE = re.compile(r"(?P<receiver>.+?)(?:\s*->\s*(?P<sender>.+?))?(?:\s*\((?P<use>\d{1,15})\))?\s*")


def wire_text(trace: Trace, edge: int) -> str:
    """A wire as it is typed: ``q -> f``, or with the number of its use where several lead from one node to a gate."""
    wire = trace.wire(edge)
    text = f"{name_of(trace.program, wire.receiver)} -> {name_of(trace.program, wire.sender)}"
    return f"{text} ({wire.use})" if len(trace.between(wire.sender, wire.receiver)) > 1 else text


def wires_in(trace: Trace, text: str) -> tuple[int, ...]:
    """The wires that a text names: ``q -> f``, all from q without a gate, with ``(2)`` behind it its second use.

    UnfitError for a name that is none.
    """
    match = _WIRE.fullmatch(text)
    names = names_of(trace.program)
    if match is None or (names.find(text) is not None and "->" not in text):
        # The whole text is one name. The two groups that nothing matches are there to be asked for below.
        match = re.fullmatch(r"(?P<receiver>.*)(?P<sender>(?!))?(?P<use>(?!))?", text, re.DOTALL)
        assert match is not None, "it matches every text"
    ends: dict[str, int] = {}
    for part in ("receiver", "sender"):
        if match[part]:
            node = names.find(match[part].strip())
            if node is None:
                raise UnfitError(NoNode(match[part].strip()))
            ends[part] = node
    wires = trace.arrivals(ends["receiver"]) if "receiver" in ends else ()
    return tuple(
        wire.edge
        for wire in wires
        if ends.get("sender", wire.sender) == wire.sender and (not match["use"] or wire.use == int(match["use"]))
    )


def cut(state: State, edge: int) -> State:
    """The state with a wire cut, which can be undone. UnfitError where the text does not hold the wire."""
    trace = state.trace
    if trace.program.origin is not None:
        # Its text is Python, which is not read again.
        raise UnfitError(CannotCut(edge))
    gate, slot = _typed_end(trace, trace.wire(edge))
    # There are several ways of writing stop() into the text: the one is kept that cuts this wire and no other.
    for text in cut_texts(trace.program, gate, slot):
        try:
            after = _with_text(state, text, text)
        except GraphstepError:
            continue
        if after is not None and cut_wire(trace.program, after.trace.program) == (gate, slot):
            break
    else:
        raise UnfitError(CannotCut(edge))
    marks = tuple(zip(state.marks, after.marks, strict=True))
    before = (trace.program.text, trace.setup.program)
    edit = Edit(place=state.place, end=after.place, marks=marks, program=before)
    return after.with_edit(edit)


def uncut(state: State, edit: Edit) -> State:
    """The state with the program that was there before a cut; place and marks are where the cut left them."""
    assert edit.program is not None, "the edit was a cut"
    after = _with_text(state, *edit.program)
    assert after is not None, "one of the two has a stop gate more"
    return after


def ends_of(old: Program, new: Program) -> tuple[int, int, int]:
    """Receiver and sender of a wire of a program, and the stop gate that another program has in it."""
    end, where = cut_wire(old, new), alignment(old, new)
    assert end is not None, "a wire was cut"
    assert where is not None, "a wire was cut"
    receiver = old.nodes[end[0]].operands[end[1]]
    assert isinstance(receiver, int), "a wire leads from a node"
    return receiver, end[0], min({*range(len(new.nodes))} - {*where})


def whole(trace: Trace, stop: int) -> Trace:
    """The run with a wire that was cut made whole, node by node the same: × 1 stands in it, which changes no number."""
    return run_fitted(
        without_stop(trace.program, stop), trace.inputs, seed=trace.seed, ties=trace.ties, setup=trace.setup, order=trace.order
    )


def run_before(state: State, edits: Sequence[Edit]) -> Trace:
    """The run as it was before some edits, the first of them first, of which one is a cut."""
    now = state.root
    inputs = {name: value for edit in reversed(edits) for name, value in edit.inputs.values.items()}
    text, typed = next(edit.program for edit in edits if edit.program is not None)
    setup = replace(now.setup.edited(dict.fromkeys(inputs)), program=text, order=())
    opening = read_setup(setup, {**now.inputs, **inputs}, seed=now.seed)
    return replace(opening, setup=replace(setup, program=typed)).run()


def _typed_end(trace: Trace, wire: Wire) -> tuple[int, int]:
    """The gate and slot to cut at: copies are made of what comes along a wire, and stand nowhere in the text."""
    receiver = trace.node(wire.receiver)
    return (wire.receiver, 0) if receiver.shape and receiver.is_copy else (wire.sender, wire.slot)


def _fitted(trace: Trace, text: str) -> Program:
    """Another text read as the program of a run was, and with its shapes."""
    program = read_setup(replace(trace.setup, program=text), trace.inputs, seed=trace.seed).program
    return infer_shapes(program, {name: shape_of(value) for name, value in trace.inputs.items()}, trace.ties).program


def _with_text(state: State, text: str, typed: str) -> State | None:
    """The state with another text for its program, which differs by one stop gate; None where there is more to it. What is
    folded is folded again.
    """
    old, folding = state.trace, state.folding
    # The text is that of the program before it was folded: read again, nothing in it is.
    base = old if folding is None else folding.trace
    program = _fitted(base, text)
    where = _moves(base.program, program)
    if where is None:
        return None
    setup, order = replace(base.setup, program=typed), order_in(base, program, where)
    new = run_fitted(program, base.inputs, seed=base.seed, ties=base.ties, setup=setup, order=order)
    if folding is not None:
        folded = fold(new.program)
        outcome = rewritten(new, folded)
        folding, new = Folding(new, outcome.where or folded.where), outcome.trace
        where = _moves(old.program, new.program)
    return None if where is None else replace(carried_into(state, Refitted(new, where)), folding=folding)


def _moves(old: Program, new: Program) -> tuple[int, ...] | None:
    """By node of a program the one in another in which one wire is cut, or whole again; None where there is more to it."""
    where = alignment(old, new)
    if where is not None:
        return where
    # The new program has one stop gate less: what was aligned the other way round is turned back.
    back = alignment(new, old)
    if back is None:
        return None
    at = {place: index for index, place in enumerate(back)}
    # The stop gate gives way to what it stopped.
    return tuple(at[index] if index in at else at[_source(old, index)] for index in range(len(old.nodes)))


def _source(program: Program, stop: int) -> int:
    source = program.nodes[stop].operands[0]
    assert isinstance(source, int), "a stop gate in a wire reads a node"
    return source

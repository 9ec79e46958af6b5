"""Opened gates as frames: a composite gate inside is a run of its own parts, and the run around it stays as it is.

A frame runs its parts once, on the values that the gate reads and with the gradient that arrives at the gate as its seed. It
depends on nothing but the run around it and the gate, so it is kept as long as that run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from graphstep.debugger.calls import at_position_within, is_call, position_within
from graphstep.debugger.facts import NoComposite, NoNode, NoStep, UnfitError
from graphstep.debugger.parts import Caller, Shelf
from graphstep.debugger.state import State, moved, without_question
from graphstep.engine.agreement import largest_difference
from graphstep.engine.trace import Trace
from graphstep.engine.trace import trace as run
from graphstep.gates.notation import TEXT
from graphstep.ground.errors import InputError
from graphstep.ground.memo import owner_cache
from graphstep.language.frames import Argument, inside, is_composite
from graphstep.language.program import Scope
from graphstep.language.setup import read_position
from graphstep.telling.derivatives import objective_name
from graphstep.telling.names import names_of


@owner_cache
def frame_of(trace: Trace, index: int) -> Trace:
    """The run inside a composite gate of a run; the same object as long as the run lives.

    ValueError for a gate that has no parts.
    """
    node, names = trace.node(index), names_of(trace.program)
    scope = Scope(names.frames[index], objective_name(trace), names.change)
    program = inside(node, scope, [_argument(trace, index, slot) for slot in range(len(node.operands))])
    read, slots = trace.operand_values(index), program.scope.slots if program.scope else ()
    values = {name: read[slot] for name, slot in zip(program.inputs, slots, strict=True)}
    # Its parts send in their usual order: what was chosen names gates of the run around it.
    return run(program, values, seed=trace.gradient_of(index), ties=trace.ties, setup=replace(trace.setup, order=()))


def _argument(trace: Trace, index: int, slot: int) -> Argument:
    """What an opened gate reads. A node keeps its name inside, unless it is read elsewhere too: what arrives is one use of it."""
    program, names = trace.program, names_of(trace.program)
    operand = program.nodes[index].operands[slot]
    if not isinstance(operand, int):
        return Argument(constant=operand)
    # Inside, the whole gradient of a name is what arrives along this one wire, outside the sum over all uses: two numbers, and so
    # two names.
    use = program.use(index, slot)
    is_data = not program.depends[operand]
    if names.is_symbol(operand) and not use:
        return Argument(names.texts[operand], is_data=is_data)
    return Argument(text=names.ink(operand, TEXT, use).text, is_data=is_data)


def frame_name(caller: Caller) -> str:
    """The name of an opened gate."""
    return names_of(caller.trace.program).frames[caller.node]


def difference(trace: Trace, node: int) -> float:
    """The largest relative difference between what a composite gate computes and sends and what its parts do."""
    frame = frame_of(trace, node)
    assert frame.program.scope, "a frame has a scope"
    inputs = {slot: index for index, slot in enumerate(frame.program.scope.slots)}
    sent = [(wire.contribution, frame.gradient_of(inputs[wire.slot])) for wire in trace.sends(node)]
    return largest_difference([(trace.value_of(node), frame.output), *sent])


# -- opening and closing ---------------------------------------------------------------------------------------------------------


def opened(state: State, node: int) -> State:
    """The state inside a composite gate of the run on show, before the first of its parts: of its forward pass, or of its
    backward pass where the gradient of the gate is complete.
    """
    caller = Caller(state.trace, node, state.place)
    trace, path = frame_of(state.trace, node), (*state.path, node)
    # What was set inside when it was open before is there again.
    shelf = next((shelf for shelf in state.shelves if shelf.path == path), Shelf(path, (), ()))
    return replace(
        without_question(state),
        trace=trace,
        # On the way back one wants to see how the gradient goes through: the forward pass inside was over long ago.
        at=trace.seed_step if caller.sends else 0,
        selected=None,
        within=0,
        nodes=shelf.nodes,
        cells=shelf.cells,
        frames=(*state.frames, caller),
        shelves=tuple(other for other in state.shelves if other is not shelf),
    )


def closed(state: State) -> State:
    """The state around the gate that was opened last, at the place where it was opened. What is set inside is kept."""
    caller, shelf = state.frames[-1], Shelf(state.path, state.nodes, state.cells)
    shelves = (*state.shelves, shelf) if shelf.nodes or shelf.cells else state.shelves
    shelves = tuple(sorted(shelves, key=lambda shelf: shelf.path))
    after = replace(without_question(state), trace=caller.trace, frames=state.frames[:-1], shelves=shelves)
    return after.at_place(caller.place)


def outermost(state: State) -> State:
    """The state with all gates closed."""
    while state.frames:
        state = closed(state)
    return state


def level_of(state: State, names: Iterable[str]) -> State:
    """The state with as many gates closed as it takes for all of these names to be nodes; as it is, where they are none."""
    level, names = state, tuple(names)
    while not all(names_of(level.trace.program).find(name) is not None for name in names):
        if not level.frames:
            return state
        level = closed(level)
    return level


def left(state: State, way: Literal[1, -1]) -> State:
    """The state around the gate that was opened last, behind all that happens in it, or before it."""
    caller = state.frames[-1]
    return moved(closed(state), caller.after if way > 0 else caller.before)


# -- positions -------------------------------------------------------------------------------------------------------------------


def position_of(state: State) -> str:
    """The place of a state in the whole program: ``12``, or ``12/p/3`` for step 3 inside p."""
    return f"{around_text(state)}{position_within(state)}"


def around_text(state: State) -> str:
    """The beginning of a position, before the step: ``12/p/`` inside p."""
    return "".join(f"{caller.place.at}/{frame_name(caller)}/" for caller in state.frames)


def is_position(state: State, text: str) -> bool:
    """Whether a text is a position inside a gate: ``12/p/3``."""
    try:
        return "/" in text and bool(at_position(state, text))
    except (InputError, UnfitError):
        return False


def run_on_show(state: State) -> Trace:
    """The run on show as a document has it: it was opened with what opens this place again."""
    if not state.frames:
        return state.trace
    setup = state.root.setup.filled(state.root.inputs)
    return replace(state.trace, setup=replace(setup, at=position_of(state), fold=setup.fold or bool(state.folding), breaks=()))


def at_position(state: State, text: str) -> State:
    """The state at a position of the whole program; ``/12`` is step 12 of it. UnfitError where there is none such."""
    first, inner = read_position(text.removeprefix("/"))
    here = moved(outermost(state), first)
    if here.at != first:
        raise UnfitError(NoStep(text))
    for name, step in inner:
        node = names_of(here.trace.program).find(name)
        if node is None and is_call(here, name):
            here = at_position_within(here, name, step, text)
            continue
        if node is None:
            raise UnfitError(NoNode(name))
        if not is_composite(here.trace.node(node)):
            raise UnfitError(NoComposite())
        here = moved(opened(here, node), step)
        if here.at != step:
            raise UnfitError(NoStep(text))
    return here

"""Which parameters of a captured loss get no gradient, and why: what ``.grad is None`` leaves open."""

from __future__ import annotations

from collections.abc import Iterator

from graphstep.engine.capture.pytorch.modules import path_in
from graphstep.engine.capture.pytorch.tape import Tape
from graphstep.engine.capture.pytorch.tensors import identifier
from graphstep.language.program import Missing


def missing(tape: Tape) -> Iterator[Missing]:
    """Those that the loss reads, then those that stand in its modules beside them; nodes are numbered as they were recorded."""
    operations, read = tape.recording.operations, {id(tensor) for tensor in tape.leaves.values()}
    for name, tensor in tape.leaves.items():
        node = tape.node_of(tensor)
        assert node is not None, "it was read"
        if operations[node].gradient is None:
            yield _stopped(tape, name, node)
    for root, module in tape.modules.roots:
        for path, parameter in module.named_parameters():
            if id(parameter) in read:
                continue
            yield Missing(identifier(path_in(root, path)), "unread" if parameter.requires_grad else "frozen")
            read.add(id(parameter))


def _stopped(tape: Tape, name: str, node: int) -> Missing:
    """What ends every way from a leaf to the loss: the first gate that stops a gradient, else that nothing reaches the loss."""
    reached = {node}
    for place, operation in enumerate(tape.recording.operations):
        if reached.isdisjoint(x for x in operation.operands if isinstance(x, int)):
            continue
        if place in tape.stops:
            return Missing(name, *tape.stops[place])
        reached.add(place)
    return Missing(name, "unused")

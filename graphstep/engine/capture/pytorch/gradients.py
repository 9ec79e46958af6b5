"""The gradients that PyTorch itself computes: of every node, what each gate sends back that is none of ours, and which parameters
get none, and why: what ``.grad is None`` leaves open.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from graphstep.engine.capture.pytorch.calls import Call, operands_of
from graphstep.engine.capture.pytorch.modules import path_in
from graphstep.engine.capture.pytorch.table import rule_of
from graphstep.engine.capture.pytorch.tape import Tape
from graphstep.engine.capture.pytorch.tensors import cells_of, identifier
from graphstep.engine.capture.recording import CaptureError
from graphstep.gates.numbers import send
from graphstep.gates.rule import Call as Work
from graphstep.ground.arrays import plain as widened
from graphstep.ground.arrays import summed
from graphstep.ground.late import np
from graphstep.language.program import Missing

# Units in the last place by which two orders of the same additions may differ.
_ULPS = 64


def fill_gradients(tape: Tape, loss: Any) -> None:
    """Ask PyTorch for the gradients, and for what gates send that are none of ours, or that choose otherwise than ours."""
    torch = sys.modules["torch"]
    nodes: dict[int, Any] = {}
    for name, tensor in tape.leaves.items():
        node = tape.node_of(tensor)
        assert node is not None, f"{name} was read"
        nodes[node] = tensor
    for call in tape.calls:
        if call.edge is not None:
            nodes[call.last] = call.edge
    try:
        received = torch.autograd.grad(loss, [*nodes.values()], torch.ones_like(loss), retain_graph=True, allow_unused=True)
    except RuntimeError as error:
        raise CaptureError(f"PyTorch has no gradient of this loss: {str(error).splitlines()[0]}") from error
    gradients = dict(zip(nodes, received, strict=True))
    operations = tape.recording.operations
    for node, gradient in gradients.items():
        if gradient is not None:
            operations[node].gradient = widened(cells_of(gradient))
    # The whole graph says what arrives at each call. What a call sends only the same call alone says: in the whole graph its
    # operands get the sum over all that read them.
    for call in tape.calls:
        if call.replica is None:
            continue
        operation, upstream = operations[call.last], gradients.get(call.last)
        if upstream is None:
            if call.opaque:
                operation.sent = (None,) * len(operation.operands)
            continue
        sent = _sent(torch, call, upstream)
        if call.opaque or not _same(tape, call, sent, upstream):
            operation.operands, operation.sent = [*sent], tuple(sent.values())
            operation.gate, operation.options = f"torch.{call.name}", ()


def _sent(torch: Any, call: Call, upstream: Any) -> dict[int, Any]:
    """What a call sent back, by the node that it read; None where nothing passes."""
    assert call.replica is not None, "it was called again"
    result, read = call.replica
    if not result.requires_grad:
        return dict.fromkeys(read)
    asking = {node: x for node, x in read.items() if x.requires_grad}
    parts = torch.autograd.grad(result, [*asking.values()], upstream, retain_graph=True, allow_unused=True)
    came = {node: widened(cells_of(part)) for node, part in zip(asking, parts, strict=True) if part is not None}
    return {node: came.get(node) for node in read}


def _same(tape: Tape, call: Call, sent: dict[int, Any], upstream: Any) -> bool:
    """Whether our gate sends what PyTorch does."""
    operation = tape.recording.operations[call.last]
    rule = rule_of(operation.gate)
    inputs = tuple(operands_of(tape.recording, tape.values, operation))
    if rule.cellwise:
        inputs = tuple(np.broadcast_to(x, np.shape(operation.value)) for x in inputs)
    work = Work(inputs, np.asarray(operation.value), rule.settings(operation.options), "first")
    ours: dict[int, Any] = {}
    with np.errstate(all="ignore"):
        for slot, x in enumerate(operation.operands):
            if isinstance(x, int) and x >= 0:
                came = np.asarray(send(rule, work, slot, np.asarray(widened(cells_of(upstream))))[0])
                came = summed(came, np.shape(tape.values[x]))
                ours[x] = came + ours[x] if x in ours else came
    epsilon = float(np.finfo(np.float32).eps) if operation.dtype == "float32" else 2.0**-7 if "16" in operation.dtype else 1e-12
    for node, theirs in sent.items():
        if not call.reads[node].requires_grad:
            continue
        mine = ours.get(node, 0.0)
        other = np.zeros(np.shape(mine)) if theirs is None else np.asarray(theirs)
        scale = float(np.max(np.abs(other), initial=0.0, where=np.isfinite(other)))
        if not np.allclose(mine, other, rtol=_ULPS * epsilon, atol=_ULPS * epsilon * scale, equal_nan=True):
            return False
    return True


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

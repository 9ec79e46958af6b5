"""Gates that copy cells or put them elsewhere: broadcasting, transposing, indexing, reshaping, joining."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphstep.gates.structural import Call, StructuralGate

if TYPE_CHECKING:
    from graphstep.expression import Shape


def _stretched(shape: Shape, target: Shape) -> tuple[int, ...]:
    """The axes of the target along which a value of this shape is copied."""
    new = len(target) - len(shape)
    return (*range(new), *(new + i for i, n in enumerate(shape) if n == 1 and target[new + i] != 1))


def _broadcast_pullback(np: Any, call: Call, slot: int, upstream: Any) -> Any:
    shape = call.inputs[0].shape
    return np.reshape(upstream.sum(axis=_stretched(shape, call.options["shape"]), keepdims=True), shape)


MOVING = (
    StructuralGate(
        "broadcast",
        "copy",
        lambda shapes, options: options["shape"],
        lambda np, inputs, options: np.broadcast_to(inputs[0], options["shape"]).copy(),
        _broadcast_pullback,
        lambda np, call, slot, direction: np.broadcast_to(direction, call.options["shape"]).copy(),
        lambda slot, shapes, options: "repetition",
        lambda m, terms, options: m.copied(*terms),
        lambda m, slot, upstream, terms, out, options: m.call("sum", upstream),
        "The copy gate repeats {x} until it has the shape of what it meets: broadcasting.",
        ("A value that was copied is used once for each copy, so the gradients of its copies add up, as at a fork.",),
        pattern=("adder",),
        keywords={"shape": "shape"},
        inside=lambda options: " to " + ("×".join(map(str, options["shape"])) or "()"),
    ),
)

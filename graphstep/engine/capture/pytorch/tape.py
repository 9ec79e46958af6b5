"""Records a call of a function that computes with PyTorch: tensors are nodes, versions of a tensor are nodes of their own."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from types import CodeType, FrameType
from typing import Any

from graphstep.engine.capture.names import free_name
from graphstep.engine.capture.numpy_recorder import NumpyRecorder
from graphstep.engine.capture.places import at_work
from graphstep.engine.capture.pytorch.calls import ABOUT, Call, Done, apart, chooses, refusal, summed_last
from graphstep.engine.capture.pytorch.memory import Seen, part_of, read_through, write_through
from graphstep.engine.capture.pytorch.modules import Modules, module_call, name_in_sight, own_function
from graphstep.engine.capture.pytorch.modules import at_work as modules_at_work
from graphstep.engine.capture.pytorch.surroundings import random_states
from graphstep.engine.capture.pytorch.table import NATIVE, PARTS, WITH_RESULT, Made, UnfollowedError, text_handler
from graphstep.engine.capture.pytorch.tensors import (
    ENDS,
    LEAVING,
    SAME,
    SILENT,
    cells_of,
    device_of,
    dtype_of,
    edge_of,
    flat,
    identifier,
    is_tensor,
    name_of,
    transforms_at_work,
    users,
    version_of,
    within,
)
from graphstep.engine.capture.recording import CaptureError, Operation, Recording
from graphstep.engine.capture.traced import Traced, plain
from graphstep.engine.capture.watch import Part, Watch
from graphstep.engine.recorded import alike, in_type
from graphstep.gates.rule import MisfitError
from graphstep.ground.arrays import plain as widened
from graphstep.ground.late import np
from graphstep.language.program import Why


class Tape(NumpyRecorder):
    """Records one call. An input is a leaf that asks for a gradient; it is met when it is first read."""

    def __init__(self, name: str, code: CodeType | None) -> None:
        super().__init__(Recording(name, {}), {})
        self._code = code
        self.calls: list[Call] = []
        """The calls, in their order."""
        self.leaves: dict[str, Any] = {}
        """The inputs by name."""
        self.cut = ""
        """Where a gradient was last dropped; empty for nowhere."""
        self.parts: dict[int, str] = {}
        """By node what the module that computed it is called."""
        self.modules = Modules()
        """What the modules at work are called."""
        self.stops: dict[int, tuple[Why, str]] = {}
        """By node that stops the gradient why it does, and at which line."""
        self._seen: dict[int, Seen] = {}
        self._arrays: dict[int, tuple[Any, int, Any]] = {}
        self._named: dict[int, str] = {}
        self._applied: tuple[FrameType, Done] | None = None
        self._is_calling = False

    # -- tensors -----------------------------------------------------------------------------------------------------------------

    def node_of(self, tensor: Any) -> int | None:
        """The node that a tensor is; None for one that is none."""
        entry = self._seen.get(id(tensor))
        return None if entry is None else entry.value.node

    def watch(self, watch: Watch) -> None:
        """Ask a watch which call is at work; the calls of modules are parts, called by their places in the model."""
        self.scope = watch.scope
        watch.parts(module_call(), Part(self._part, self._returned, "forward"))
        watch.parts(own_function(), Part(self._applies, self._has_applied, "forward"))

    def _part(self, frame: FrameType) -> str:
        path = self.modules.path_of(frame.f_locals["self"], frame)
        around = next((self.modules.path_of(*each) for each in modules_at_work(frame.f_back)), "")
        inner = path.removeprefix(f"{around}.")
        return identifier(inner) or identifier(path)

    def _returned(self, frame: FrameType, result: Any) -> None:
        """A module has returned: its result is called by its place in the model, unless a module in it is."""
        if is_tensor(result) and (node := self.node_of(result)) is not None:
            self.parts.setdefault(node, identifier(self.modules.path_of(frame.f_locals["self"], frame)))

    # PyTorch tells of what stands in a function with a backward pass of its own, and not of the function. Python does.

    def _applies(self, frame: FrameType) -> str:
        """Such a function is called: what stands in it is part of it, and it itself is part of a call of PyTorch's at work."""
        kind, arguments, options = (frame.f_locals[name] for name in frame.f_code.co_varnames[:3])
        # Checkpoints and hooks of modules have functions of their own, which hand on what they read.
        if self._applied is None and not self._is_calling and not kind.__module__.startswith("torch.utils."):
            with sys.modules["torch"]._C.DisableTorchFunction():
                # With a dot, so that it is no function of PyTorch's.
                done = self._begun(kind.apply, f"{kind.__name__}.apply", arguments, options, users(frame))
            self._applied = None if done is None else (frame, done)
        return ""

    def _has_applied(self, frame: FrameType, result: Any) -> None:
        if self._applied is None or self._applied[0] is not frame:
            return
        with sys.modules["torch"]._C.DisableTorchFunction():
            self._ended(self._applied[1], result, users(frame))
        self._applied = None

    def is_traced(self, tensor: Any) -> bool:
        """Whether a tensor is a node, or asks for a gradient."""
        return id(tensor) in self._seen or bool(tensor.requires_grad)

    def read(self, tensor: Any, frame: FrameType) -> Any:
        """A tensor as an operation reads it: a traced value, or an array that nobody differentiates by."""
        entry = self._seen.get(id(tensor))
        if entry is not None and entry.is_current:
            return entry.value
        if (part := read_through(self._seen, tensor, frame)) is not None:
            return part
        if entry is not None and np.array_equal(cells_of(tensor), plain(entry.value), equal_nan=True):
            # A write that changed nothing, as of distributions that clamp what they draw through a detached alias.
            entry.version = version_of(tensor)
            return entry.value
        if entry is not None:
            hint = "write y = y + … in place of y.add_(…), or clone it before"
            problem = "was written to through another tensor that shares its memory, or by an operation that is not followed"
            raise CaptureError(f"a tensor that is read at {at_work(frame)} {problem}", hint=hint)
        if tensor.requires_grad:
            return self._leaf(tensor, frame)
        return self._plain(tensor, frame)

    def _leaf(self, tensor: Any, frame: FrameType) -> Any:
        if not tensor.is_leaf:
            origin = type(tensor.grad_fn).__name__
            hint = "compute it inside the function, or hand over x.detach(); a gradient inside a loss is not followed"
            if origin == "CppFunction":
                hint = "what torch.jit has compiled is not seen: capture it as it was written"
            raise CaptureError(
                f"a tensor that is read at {at_work(frame)} was computed by {origin}, which is not followed", hint=hint
            )
        name = free_name(name_in_sight(tensor, frame, self._code) or "p", self._names())
        self.leaves[name] = tensor
        value = cells_of(tensor)
        self.recording.operations.append(Operation("leaf", [], widened(value), dtype=dtype_of(tensor)))
        self.places.append(None)
        self.values.append(value)
        traced = self.traced(len(self.values) - 1, value)
        self._seen[id(tensor)] = Seen(tensor, traced, version_of(tensor))
        return traced

    def _plain(self, tensor: Any, frame: FrameType) -> Any:
        kept = self._arrays.get(id(tensor))
        if kept is None or kept[1] != version_of(tensor):
            array = cells_of(tensor)
            if np.ndim(array) == 0:
                return float(array)
            self._named[id(array)] = name_in_sight(tensor, frame, self._code)
            kept = self._arrays[id(tensor)] = tensor, version_of(tensor), array
        return kept[2]

    def _constant(self, array: Any, frame: FrameType) -> int:
        place = super()._constant(array, frame)
        if name := self._named.pop(id(array), ""):
            constants = self.recording.constants
            names = [*constants]
            if names[-1 - place] != name and name not in constants and name not in self.leaves:
                values = {name if k == -1 - place else each: constants[each] for k, each in enumerate(names)}
                constants.clear()
                constants.update(values)
        return place

    def _names(self) -> set[str]:
        # A leaf becomes an input at the end, and has its name already.
        return {*super()._names(), *self.leaves}

    # -- calls -------------------------------------------------------------------------------------------------------------------

    def call(self, function: Any, arguments: Any, options: Any, caller: FrameType) -> Any:
        """Call a function of PyTorch's, and record what it did to tensors that are nodes."""
        if self._applied is not None:
            return function(*arguments, **options)
        frame, name = users(caller), name_of(function)
        self._is_calling = True
        try:
            with refusal(name, frame):
                done = self._begun(function, name, arguments, options, frame)
            result = function(*arguments, **options)
            if done is None:
                return result
            with refusal(name, frame):
                return self._ended(done, result, frame)
        finally:
            self._is_calling = False

    def _begun(self, function: Any, name: str, arguments: Any, options: Any, frame: FrameType) -> Done | None:
        """A call that is about to be made; None for one that is not recorded."""
        tensors = [x for x in flat((arguments, options)) if is_tensor(x)]
        traced = [x for x in tensors if self.is_traced(within(x))]
        base = name.strip("_").removesuffix("__get")
        if not traced or name in SILENT or base in SILENT or name in LEAVING:
            return None
        if base in ENDS:
            raise CaptureError(f"{base}() is called at {at_work(frame)}", hint=ENDS[base])
        if transforms_at_work():
            hint = "compute the slopes outside of the loss, and write a loop in place of vmap"
            raise CaptureError(f"{base} at {at_work(frame)} is called under a transform of torch.func", hint=hint)
        if any(x.is_complex() for x in traced):
            raise CaptureError(f"{base} at {at_work(frame)} reads complex numbers", hint="graphstep computes with real numbers")
        # What is read is read before the call, which may write to it.
        reads = {} if name == "__bool__" else {id(x): self.read(x, frame) for x in tensors if x.is_floating_point()}
        versions = {id(x): (x, version_of(x)) for x in tensors}
        return Done(name, arguments, options, reads, versions, function, random_states())

    def _ended(self, done: Done, result: Any, frame: FrameType) -> Any:
        """Record a call that has returned, and hand on its result."""
        if done.name == "__bool__":
            (tensor,) = done.arguments
            node = self.node_of(tensor)
            self.ask(f"{float(cells_of(tensor))!r} != 0" if node is None else self.comparison(node), result, frame)
            return result
        tensors = [x for x, _ in done.tensors.values()]
        written = [x for x, version in done.tensors.values() if version_of(x) != version]
        if any(x.is_leaf and x.requires_grad for x in written):
            self._renewed(written, done.base, frame)
            if all(any(x is each for each in written) for x in flat((result,)) if is_tensor(x)):
                return result
            # An embedding with max_norm shortens its weights, and reads them then.
            done.reads |= {id(x): self._seen[id(x)].value for x in written}
            written = []
        if not is_tensor(result) and not written and self._applied is None:
            result = apart(result, tensors)
        parts = [result] if is_tensor(result) else [x for x in flat(result) if is_tensor(x)]
        if done.name == "__setitem__":
            parts = [done.arguments[0]]
        elif any(all(x is not part for part in parts) for x in written if x.is_floating_point() and self.is_traced(x)):
            hint = "compute what it writes before, as a tensor of its own"
            raise CaptureError(f"{done.base} at {at_work(frame)} writes into a tensor, which is not followed", hint=hint)
        done.parts = parts
        for number, part in enumerate(parts):
            if part.is_floating_point():
                self._record(done, number, part, frame)
        return result

    def _renewed(self, written: Sequence[Any], base: str, frame: FrameType) -> None:
        """Parameters were written to under ``no_grad``: what they are now is what is read, and what gets the gradient."""
        for tensor in written:
            node, value = self.node_of(tensor), cells_of(tensor)
            if node is None or not tensor.is_leaf or any(node in each.operands for each in self.recording.operations):
                hint = "write to it outside of the function that returns the loss"
                raise CaptureError(f"{base} at {at_work(frame)} writes to a parameter that was read before", hint=hint)
            self.recording.operations[node].value, self.values[node] = widened(value), value
            self._seen[id(tensor)] = Seen(tensor, self.traced(node, value), version_of(tensor))

    def _record(self, done: Done, number: int, part: Any, frame: FrameType) -> None:
        """Record one of the tensors that a call returned."""
        if not done.writes and any(part is x for x, _ in done.tensors.values()):
            # It is handed on as it is.
            return
        first, value = len(self.recording.operations), cells_of(part)
        within_another = done.writes and part._base is not None
        asking = any(x.requires_grad for x, _ in done.tensors.values())
        # Its value is the same tensor's, so that no gate would be made of it: that the gradient ends here has to be one.
        if done.base in ("detach", "data"):
            self._stopped(done.arguments[0], part, "detached", frame)
            return
        came = self._native(done, number, part, value, frame)
        opaque = came is None
        if came is None:
            came = self._opaque(done, value, frame, follows=not within_another)
        if getattr(came, "recorder", None) is not self:
            return
        operations = self.recording.operations
        if len(operations) > first:
            last = operations[-1]
            last.value, last.dtype, last.device = widened(value), dtype_of(part), device_of(part)
            self.values[-1] = value
            if done.writes:
                self.call_last(part, frame)
            came = self.traced(len(self.values) - 1, value)
            reads = {own.node: x for key, (x, _) in done.tensors.items() if isinstance(own := done.reads.get(key), Traced)}
            # What arrives at a part that was written to is only what reads it by itself.
            edge = None if within_another else edge_of(part)
            call = Call(done.base, first, len(operations) - 1, reads, edge, opaque)
            # A gate of ours is held against PyTorch's slopes where it has a convention. Others agree where their values do; where
            # they did not, the gradients of the parameters show it at the end.
            if opaque or (first == call.last and chooses(last.gate, value) and not done.writes):
                call.replica = self._again(done, number, value, frame)
            self.calls.append(call)
        self._seen[id(part)] = Seen(part, came, version_of(part))
        if asking and not part.requires_grad:
            self._stopped(part, part, "no_grad", frame)
        if within_another:
            write_through(self._seen, part, done.tensors[id(part)][1], frame)

    def _stopped(self, source: Any, part: Any, why: Why, frame: FrameType) -> None:
        place = str(at_work(frame))
        self.cut = f"{'detach' if why == 'detached' else why} at {place} drops it"
        stopped = self.node("stop", (self.read(source, frame),), cells_of(part), frame)
        self.recording.operations[-1].dtype = dtype_of(part)
        self.stops[stopped.node] = why, place
        self._seen[id(part)] = Seen(part, stopped, version_of(part))

    def _native(self, done: Done, number: int, part: Any, value: Any, frame: FrameType) -> Any:
        """The gates of ours that a call is; None where there are none, or where they come to other numbers."""
        # ``__radd__`` is add with its operands exchanged, ``__iadd__`` is add; rsub has a handler under its own name.
        handler, backwards = NATIVE.get(done.base), False
        if handler is None and done.name.startswith("__") and done.base[:1] in "ri":
            handler, backwards = NATIVE.get(done.base[1:]), done.base[0] == "r"
        if handler is None and done.base in SAME:
            one = done.reads.get(id(done.arguments[0]))
            return one if one is not None and np.array_equal(plain(one), value, equal_nan=True) else None
        if len(done.parts) > 1 or done.base in PARTS:
            handler = PARTS.get(done.base)
        is_text = handler is None
        handler = handler or text_handler(done.base, done.function)
        own = [self._argument(x, done.reads, frame) for x in done.arguments]
        own = own[::-1] if backwards else own
        more = {key: self._argument(x, done.reads, frame) for key, x in done.options.items()}
        if handler in WITH_RESULT:
            more["made"] = Made(value, dtype_of(part), partial(done.slopes, number, value))
        if done.base in PARTS:
            more |= {"number": number, "parts": [tuple(x.shape) for x in done.parts]}
        first = len(self.recording.operations)
        try:
            with np.errstate(all="ignore"):
                came = handler(frame, *own, **more)
        except (UnfollowedError, CaptureError, TypeError, ValueError, IndexError, StopIteration, MisfitError):
            came = None
        summed = summed_last(self.recording, self.values, first)
        if getattr(came, "recorder", None) is self and alike(in_type(came.value, dtype_of(part)), value, ABOUT, summed):
            return came
        del self.recording.operations[first:], self.places[first:], self.values[first:]
        return self._part_of(done, part, value, frame) if is_text and not done.writes else None

    def _part_of(self, done: Done, part: Any, value: Any, frame: FrameType) -> Any:
        """A view of what a call reads first, such as a diagonal, as the cells that it picks: it may be written through."""
        whole = done.arguments[0] if done.arguments else None
        if part._base is None or not isinstance(own := done.reads.get(id(whole)), Traced):
            return None
        picked = part_of(whole, own, part, frame)
        return picked if picked is not None and np.array_equal(plain(picked), value, equal_nan=True) else None

    def _argument(self, x: Any, reads: dict[int, Any], frame: FrameType) -> Any:
        if is_tensor(x):
            if id(x) in reads:
                return reads[id(x)]
            # Classes and places stay whole numbers.
            return self._plain(x, frame) if x.ndim else cells_of(x)
        if type(x) in (list, tuple):
            return type(x)(self._argument(each, reads, frame) for each in x)
        return x

    def _again(self, done: Done, number: int, value: Any, frame: FrameType) -> tuple[Any, dict[int, Any]]:
        try:
            return done.again(number, value)
        except ValueError:
            problem = "gives another result when it is called again, so that PyTorch cannot say what it alone sends back"
            raise CaptureError(f"{done.base} at {at_work(frame)} {problem}") from None

    def _opaque(self, done: Done, value: Any, frame: FrameType, *, follows: bool) -> Any:
        """A gate that is known by PyTorch's numbers only."""
        operands = {each.node: each for each in done.reads.values() if hasattr(each, "node")}
        if not follows:
            hint = "write y = y + … in place of y.add_(…)"
            raise CaptureError(f"{done.base} at {at_work(frame)} writes into a tensor, in a way that is not followed", hint=hint)
        return self.node(f"torch.{done.base}", tuple(operands.values()), value, frame) if operands else None

    # -- the end -----------------------------------------------------------------------------------------------------------------

    def finished(self, output: int) -> Recording:
        """The recording, its inputs in front: they were met on the way."""
        recording, operations = self.recording, self.recording.operations
        leaves = [k for k, each in enumerate(operations) if each.gate == "leaf"]
        others = [k for k, each in enumerate(operations) if each.gate != "leaf"]
        moved = {old: new for new, old in enumerate([*leaves, *others])}
        recording.inputs = {name: operations[k].value for name, k in zip(self.leaves, leaves, strict=True)}
        recording.dtypes = {name: operations[k].dtype for name, k in zip(self.leaves, leaves, strict=True)}
        recording.gradients = {
            name: own for name, k in zip(self.leaves, leaves, strict=True) if (own := operations[k].gradient) is not None
        }
        recording.operations = [operations[k] for k in others]
        self.places = [self.places[k] for k in others]
        for each, place, behind in zip(recording.operations, self.places, self.places[1:], strict=False):
            # Of several gates in one call the last one has the value that is assigned.
            if place and behind and (place.code, place.instruction) == (behind.code, behind.instruction):
                each.variable = ""
        for old, part in self.parts.items():
            if moved[old] >= len(leaves) and not (each := operations[old]).variable:
                each.variable = part
        for each in recording.operations:
            each.operands = [moved[x] if isinstance(x, int) and x >= 0 else x for x in each.operands]
        recording.output = moved[output]
        return recording

"""Runs a jaxpr equation by equation, and records what each computes and what it sends back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

from graphstep.engine.capture.jax.equations import (
    TURNS,
    Item,
    bound,
    cells,
    function_of,
    is_float,
    is_same,
    item_of,
    place_of,
    replaced,
    written_out,
)
from graphstep.engine.capture.jax.moves import MOVES
from graphstep.engine.capture.jax.primitives import FUNCTIONS, PRIMITIVES, Taken, rule_of
from graphstep.engine.capture.jax.scopes import Scopes, Within, called, named_scopes
from graphstep.engine.capture.names import free_name
from graphstep.engine.capture.places import Place
from graphstep.engine.capture.recording import COMPARED, CaptureError, Operation, Recording, check_count
from graphstep.engine.recorded import added_up, alike, in_type
from graphstep.gates.mathematics import NUMBERS
from graphstep.gates.numbers import send
from graphstep.gates.rule import Call, MisfitError
from graphstep.ground.arrays import plain as widened
from graphstep.ground.arrays import summed
from graphstep.ground.late import np
from graphstep.ground.records import dataclass

_INLINED = {
    **dict.fromkeys(("jit", "pjit", "checkpoint", "remat2"), "jaxpr"),
    **dict.fromkeys(("closed_call", "core_call"), "call_jaxpr"),
}
"""Primitives that call a jaxpr, and their parameter that is it."""

_HANDED_ON = {
    *("copy", "copy_p", "convert_element_type", "optimization_barrier", "reduce_precision", "reshape", "broadcast_in_dim"),
    # vmap leaves sums over no axes behind.
    *("reduce_sum", "reduce_max", "reduce_min", "reduce_prod"),
}
"""Primitives whose value may be what they read, cell by cell."""

_WITHIN = {"float32": 1e-4, "bfloat16": 0.1, "float16": 0.02}
"""By how much of its largest cell a gate may be off to be taken for a primitive; digits are compared later."""


@dataclass(frozen=True, slots=True)
class Sender:
    """An equation that may send back."""

    outs: tuple[tuple[int | None, Any], ...]
    """Its results: the node of each, and its value."""
    reads: tuple[int, ...]
    """The nodes that it read."""
    pullback: Any
    """What JAX sends back for the gradients of all results."""
    opaque: tuple[int, ...]
    """The nodes among its results that only JAX knows."""
    where: str
    """What the primitive is called, and the line at work."""


class Interpreter:
    """Records one call. Nodes are numbered as a recording has them: the inputs, then the operations."""

    def __init__(self, jax: Any, recording: Recording, names: Mapping[int, str]) -> None:
        self._jax, self._recording, self._names = jax, recording, names
        self.places: list[Place | None] = []
        """By operation where it is at work."""
        self._senders: list[Sender] = []
        self._held: dict[int, tuple[Any, int]] = {}
        self._output: Any = None
        self.scopes = Scopes()
        """The calls and named scopes that operations stand in."""
        self._within: tuple[Within, ...] = ()
        self._calls = 0

    # -- forward -----------------------------------------------------------------------------------------------------------------

    def run(self, closed: Any, inputs: Sequence[Any]) -> None:
        """Run a whole jaxpr. CaptureError where what it returns does not hang on the inputs."""
        (out,) = self._jaxpr(closed, [Item(value, node) for node, value in enumerate(inputs)], None)
        if out.node is None:
            raise CaptureError(f"what {self._recording.function} returned has no gradient: it does not follow from an argument")
        self._recording.output, self._output = out.node, out.value
        operations = self._recording.operations
        for each, place, behind in zip(operations, self.places, self.places[1:], strict=False):
            # Of several gates in one call the last one has the value that is assigned.
            if place and behind and (place.code, place.instruction) == (behind.code, behind.instruction):
                each.variable = ""

    def _jaxpr(self, closed: Any, items: Sequence[Item], place: Place | None) -> list[Item]:
        # That of a checkpoint has no constants of its own, and is not closed.
        jaxpr, consts = getattr(closed, "jaxpr", closed), getattr(closed, "consts", ())
        environment: dict[Any, Item] = dict(zip(jaxpr.constvars, map(Item, consts), strict=True))
        environment |= dict(zip(jaxpr.invars, items, strict=True))

        def read(atom: Any) -> Item:
            return Item(atom.val) if hasattr(atom, "val") else environment[atom]

        around = self._within
        for equation in jaxpr.eqns:
            self._within = (*around, *named_scopes(equation))
            here = place or place_of(equation)
            results = self._equation(equation, [read(x) for x in equation.invars], here)
            environment |= dict(zip(equation.outvars, results, strict=True))
        self._within = around
        return [read(x) for x in jaxpr.outvars]

    def _inside(self, inner: Any, items: list[Item], place: Place | None) -> list[Item]:
        """What a function that an equation calls returns; one of the user's is a call, but for the one that is captured."""
        around, label = self._within, called(inner)
        if label and (around or label != self._recording.function):
            self._calls += 1
            self._within = (*around, (self._calls, label))
        results = self._jaxpr(inner, items, place)
        self._within = around
        return results

    def _equation(self, equation: Any, items: list[Item], place: Place | None) -> list[Item]:
        primitive, params = equation.primitive, equation.params
        if all(item.node is None or not is_float(item.value) for item in items):
            return [Item(x) for x in bound(primitive, params, [item.value for item in items])]
        name = primitive.name
        inner = params.get(_INLINED.get(name, ""))
        traced = [k for k, item in enumerate(items) if item.node is not None and is_float(item.value)]

        def at(*own: Any) -> list[Any]:
            return bound(primitive, params, replaced(items, traced, own))

        try:
            outs, pullback = self._jax.vjp(at, *(items[k].value for k in traced))
        except (TypeError, ValueError, NotImplementedError) as error:
            # What stands in a call is asked one by one: a part that has no slope is refused with its own line.
            if inner is not None:
                return self._inside(inner, items, place)
            raise CaptureError(f"JAX has no gradient of {name} at {place}: {str(error).splitlines()[0]}") from error
        if any(x.dtype.kind == "c" for x in outs):
            raise CaptureError(f"{name} at {place} makes complex numbers", hint="graphstep computes with real numbers")
        if not any(is_float(x) for x in outs):
            return [Item(x) if (step := self._compared(name, items, x, place)) is None else Item(x, step) for x in outs]
        if name in _HANDED_ON and is_same(outs[0], items[0].value):
            return [Item(outs[0], items[0].node)]
        calls = inner is not None or "call_jaxpr" in params
        handler = FUNCTIONS.get(function_of(params)) if calls else PRIMITIVES.get(name)
        if handler is not None and len(outs) == 1:
            steps = handler(params, [item.value for item in items], tuple(outs[0].shape))
            if (node := self._native(steps, items, traced, outs[0], pullback, place)) is not None:
                self._senders.append(
                    Sender(((node, outs[0]),), tuple(items[k].node or 0 for k in traced), pullback, (), f"{name} at {place}")
                )
                return [Item(outs[0], node)]
        if name in MOVES and (moved := self._moved(equation, items, traced, outs, pullback, place)):
            return moved
        if name == "cond" and items[0].node is None:
            # Which branch is taken is known: it hangs on no traced number.
            branches = params["branches"]
            chosen = min(max(int(items[0].value), 0), len(branches) - 1)
            return self._inside(branches[chosen], items[1:], None)
        if name == "scan" and 0 < params["length"] * len(params["jaxpr"].eqns) <= TURNS:
            return self._inside(written_out(self._jax, params, [item.value for item in items]), items, None)
        # Only now: a compiled softmax is one gate of ours, and its parts are looked at where it is none.
        if name in ("custom_jvp_call", "custom_vjp_call") and self._sends_as_its_parts(
            params["call_jaxpr"], items, traced, outs, pullback
        ):
            inner = params["call_jaxpr"]
        if inner is not None:
            return self._inside(inner, items, place)
        return self._opaque(name, items, traced, outs, pullback, place)

    def _moved(
        self, equation: Any, items: list[Item], traced: list[int], outs: Sequence[Any], pullback: Any, place: Place | None
    ) -> list[Item]:
        """The results of a primitive that moves cells, as gates that pick them; none where one of them is no such gate."""
        name, values, first = equation.primitive.name, [item.value for item in items], len(self.places)
        results = list[Item]()
        for number, out in enumerate(outs):
            if not is_float(out):
                results.append(Item(out))
                continue
            steps = MOVES[name](
                lambda own: bound(equation.primitive, equation.params, own), equation.params, values, outs, number
            )

            def alone(upstream: Sequence[Any], number: int = number) -> Any:
                return pullback([upstream[0] if k == number else self._nothing(each) for k, each in enumerate(outs)])

            node = self._native(steps, items, traced, out, alone, place)
            if node is None:
                del self._recording.operations[first:], self.places[first:]
                return []
            results.append(Item(out, node))
        reads = tuple(items[k].node or 0 for k in traced)
        self._senders.append(Sender(tuple((x.node, x.value) for x in results), reads, pullback, (), f"{name} at {place}"))
        return results

    def _nothing(self, value: Any) -> Any:
        """The gradient of a result at which nothing arrives; that of a whole number has a type of its own in JAX."""
        return self._jax.numpy.zeros_like(value) if is_float(value) else np.zeros(np.shape(value), self._jax.dtypes.float0)

    def _sends_as_its_parts(self, parts: Any, items: list[Item], traced: list[int], outs: Sequence[Any], pullback: Any) -> bool:
        """Whether a function with a rule of its own, as jax.nn.relu6 has one, sends back what JAX makes of its parts."""
        function = import_module("jax.extend.core").jaxpr_as_fun(parts)
        try:
            values, own_pullback = self._jax.vjp(
                lambda *own: function(*replaced(items, traced, own)), *(items[k].value for k in traced)
            )
        except (TypeError, ValueError, NotImplementedError):
            # A rule of one's own is often written because JAX has none for what is inside.
            return False
        upstream = [self._jax.numpy.linspace(0.5, 1.5, x.size, dtype=x.dtype).reshape(x.shape) for x in outs]
        return all(map(is_same, values, outs)) and all(
            alike(cells(ours), cells(theirs), _WITHIN.get(str(theirs.dtype), 1e-9))
            for ours, theirs in zip(own_pullback(upstream), pullback(upstream), strict=True)
        )

    def _compared(self, name: str, items: list[Item], out: Any, place: Place | None) -> int | None:
        """A comparison as a gate, whose cells are 0 and 1; nothing else of whole numbers and answers is one."""
        steps = PRIMITIVES[name]({}, [], ()) if name in ("gt", "ge", "lt", "le", "eq", "ne") else ()
        if not steps or steps[0].gate not in COMPARED:
            return None
        return self._add(
            steps[0].gate, [self._operand(item) for item in items], np.asarray(out, np.float64), "float64", place, ()
        )

    def _opaque(
        self, name: str, items: list[Item], traced: list[int], outs: Sequence[Any], pullback: Any, place: Place | None
    ) -> list[Item]:
        """A gate for each result that is known by JAX's numbers only."""
        reads = tuple(items[k].node or 0 for k in traced)
        results = []
        for out in outs:
            node = (
                self._add(f"jax.{name}", [*dict.fromkeys(reads)], cells(out), str(out.dtype), place, ())
                if is_float(out)
                else None
            )
            results.append(Item(out, node))
        nodes = tuple((item.node, item.value) for item in results)
        self._senders.append(
            Sender(nodes, reads, pullback, tuple(item.node for item in results if item.node is not None), f"{name} at {place}")
        )
        return results

    def _native(
        self, steps: Sequence[Taken], items: list[Item], traced: list[int], out: Any, pullback: Any, place: Place | None
    ) -> int | None:
        """The gates of ours that an equation is; None where they come to another value, or send back something else."""
        dtype, theirs = str(out.dtype), cells(out)
        values: list[Any] = []
        works: list[tuple[Any, Call, list[Any]]] = []
        try:
            for step in steps:
                rule = rule_of(step.gate)
                inputs = [self._cells_of(x, items, values) for x in step.operands]
                with np.errstate(all="ignore"):
                    value = rule.value(NUMBERS, [np.asarray(x) for x in inputs], rule.settings(step.options))
                    value = np.asarray(in_type(np.asarray(value), dtype))
                values.append(value)
                shaped = [np.broadcast_to(x, value.shape) for x in inputs] if rule.cellwise else [np.asarray(x) for x in inputs]
                works.append((rule, Call(tuple(shaped), value, rule.settings(step.options), "first"), [*step.operands]))
        except (MisfitError, ValueError, TypeError, IndexError, KeyError):
            return None
        within = _WITHIN.get(dtype, 1e-9)
        if (
            not steps
            or not alike(values[-1], theirs, within, added_up(works[-1][0], works[-1][1].inputs, works[-1][1].options))
            or not self._sends_alike(works, items, traced, out, pullback, within)
        ):
            return None
        nodes: list[int] = []
        for step, value in zip(steps, values, strict=True):
            operands = [nodes[-1 - x] if type(x) is int and x < 0 else self._operand(item_of(x, items)) for x in step.operands]
            last = theirs if step is steps[-1] else widened(np.asarray(value)[()])
            nodes.append(self._add(step.gate, operands, last, dtype, place, step.options))
        return nodes[-1]

    def _sends_alike(
        self,
        works: Sequence[tuple[Any, Call, list[Any]]],
        items: list[Item],
        traced: list[int],
        out: Any,
        pullback: Any,
        within: float,
    ) -> bool:
        """Whether gates send back what JAX's own rule does, for a gradient that tells all cells apart."""
        # No two alike and none 0, so that cells that are exchanged or left out are seen.
        upstream = np.linspace(0.5, 1.5, out.size).reshape(out.shape)
        own = pullback([self._jax.numpy.asarray(upstream, out.dtype)])
        ours: dict[int, Any] = {}
        arriving: dict[int, Any] = {len(works) - 1: upstream}
        with np.errstate(all="ignore"):
            for number in range(len(works) - 1, -1, -1):
                rule, call, operands = works[number]
                for slot, x in enumerate(operands):
                    if type(x) is not int or number not in arriving or (x >= 0 and items[x].node is None):
                        continue
                    sent = np.asarray(send(rule, call, slot, np.asarray(arriving[number]))[0])
                    target, key = (arriving, -1 - x) if x < 0 else (ours, x)
                    shape = np.shape(works[-1 - x][1].out) if x < 0 else np.shape(items[x].value)
                    sent = summed(sent, shape)
                    target[key] = target[key] + sent if key in target else sent
        return all(
            alike(in_type(ours.get(k, np.zeros(np.shape(items[k].value))), str(out.dtype)), cells(part), within)
            for k, part in zip(traced, own, strict=True)
        )

    def _cells_of(self, x: Any, items: list[Item], values: Sequence[Any]) -> Any:
        return values[-1 - x] if type(x) is int and x < 0 else cells(item_of(x, items).value)

    def _operand(self, item: Item) -> int | float:
        if item.node is not None:
            return item.node
        if not np.shape(item.value):
            return float(item.value)
        constants = self._recording.constants
        if id(item.value) not in self._held:
            name = self._names.get(id(item.value), "")
            constants[free_name(name, {*self._recording.inputs, *constants})] = widened(np.array(item.value, np.float64))
            # The array itself is kept too, so that no other one takes its place in memory.
            self._held[id(item.value)] = item.value, -len(constants)
        return self._held[id(item.value)][1]

    def _add(
        self,
        gate: str,
        operands: list[int | float],
        value: Any,
        dtype: str,
        place: Place | None,
        options: tuple[tuple[str, Any], ...],
    ) -> int:
        operations = self._recording.operations
        check_count(len(operations), place)
        variable, scope = "" if place is None else place.variable, self.scopes.at(self._within)
        operations.append(Operation(gate, operands, value, variable, options, dtype, "", scope))
        self.places.append(place)
        return len(self._recording.inputs) + len(operations) - 1

    # -- backward ----------------------------------------------------------------------------------------------------------------

    def send_back(self) -> None:
        """Send the gradient of the loss back, equation by equation, by JAX's own rules."""
        jnp, first, operations = self._jax.numpy, len(self._recording.inputs), self._recording.operations
        assert isinstance(self._recording.output, int), "what is differentiated is a node"
        gradients: dict[int, Any] = {self._recording.output: jnp.ones((), self._output.dtype)}
        # Whoever reads a result comes behind it in a jaxpr, so that all has arrived at an equation when it sends.
        for sender in reversed(self._senders):
            # No node is -1: at a result that is none nothing arrives.
            upstream = [gradients.get(-1 if node is None else node) for node, _ in sender.outs]
            for node, arrived in zip((node for node, _ in sender.outs), upstream, strict=True):
                if node is not None and arrived is not None:
                    operations[node - first].gradient = cells(arrived)
            for node in sender.opaque:
                alone = [each if own == node else None for (own, _), each in zip(sender.outs, upstream, strict=True)]
                parts = self._sent(sender, alone)
                operation = operations[node - first]
                operation.sent = tuple(None if (x := parts.get(int(read))) is None else cells(x) for read in operation.operands)
            for node, part in self._sent(sender, upstream).items():
                gradients[node] = gradients[node] + part if node in gradients else part

    def _sent(self, sender: Sender, upstream: Sequence[Any]) -> dict[int, Any]:
        """What an equation sends back, by the node that it read; nothing where nothing arrives."""
        if all(each is None for each in upstream):
            return {}
        jax, sent = self._jax, dict[int, Any]()
        filled = [self._nothing(value) if each is None else each for each, (_, value) in zip(upstream, sender.outs, strict=True)]
        try:
            parts = sender.pullback(filled)
        except (TypeError, ValueError, NotImplementedError) as error:
            raise CaptureError(f"JAX has no gradient of {sender.where}: {str(error).splitlines()[0]}") from error
        for node, part in zip(sender.reads, parts, strict=True):
            # The gradient of a whole number has a type of its own in JAX, and no cells.
            if part.dtype != jax.dtypes.float0:
                sent[node] = sent[node] + part if node in sent else part
        return sent

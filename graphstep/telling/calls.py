"""What is told of a call or a repetition that is stepped over as one: what it computes, and what the gradient comes to."""

from __future__ import annotations

from graphstep.analysis.facts import Figure, Kind, Listed, Named
from graphstep.engine.calls import closed_at
from graphstep.engine.trace import Trace
from graphstep.ground.arrays import Number, is_small, shape_of
from graphstep.language.program import shown_name
from graphstep.telling.derivatives import gradient_name
from graphstep.telling.explain import explain
from graphstep.telling.explanation import Explanation
from graphstep.telling.names import name_of
from graphstep.telling.words.catalogue import value_text
from graphstep.telling.words.wording import Wording

_LISTED = 4
"""Values that are listed; of more it gives the count."""


def call_title(trace: Trace, frame: int) -> str:
    """What a call is called: ``cell``, ``cell⟨2⟩``, ``repeat, 20 turns``, ``turn 3 of 20``."""
    frames, words = trace.program.frames, Wording(trace)
    call = frames[frame]
    if call.kind == "call":
        return shown_name(call.label)
    loop = frame if call.kind == "loop" else call.around
    turns = sum(each.around == loop and each.kind == "turn" for each in frames)
    if call.kind == "loop":
        return words.message("call-loop", count=turns)
    return words.message("call-turn", number=call.label.rpartition(".")[2], count=turns)


def explain_within(trace: Trace, n: int, within: int) -> Explanation:
    """What is told at a step to somebody who is within a call: where the step is the last of a closed one, about that call."""
    frame = closed_at(trace, n, within) if trace.program.frames else 0
    return _explain_call(trace, n, frame) if frame else explain(trace, n)


def _explain_call(trace: Trace, n: int, frame: int) -> Explanation:
    words, call = Wording(trace), call_title(trace, frame)
    gates = trace.program.gates_of_frames[frame]
    if n < trace.seed_step:
        nodes = exits(trace, frame)
        values: list[Figure] = [_valued(words, name_of(trace.program, x), trace.value_of(x)) for x in nodes[:_LISTED]]
        title = words.message("title-call-value", call=call, names=_names(words, nodes))
        key = "call-results" if nodes else "call-gates"
        why = words.message(key, values=_listed(words, values, len(nodes)), names=_names(words, nodes), count=len(gates))
        return Explanation(n, "forward", "value", title, why=why, language=words.language)
    # What a call sends, it sends to what it reads: within it gradients are its own affair.
    receivers = sorted({wire.receiver for gate in gates for wire in trace.sends(gate) if wire.receiver not in gates})
    complete = [x for x in receivers if (step := trace.step_of_gradient(x)) is not None and step <= n]
    values = [_valued(words, gradient_name(trace, x), trace.gradient_of(x)) for x in complete[:_LISTED]]
    title = words.message("title-call-send", call=call, names=_names(words, receivers))
    sentences = [words.message("call-gradients", values=_listed(words, values, len(complete)))] if complete else []
    waiting = [x for x in receivers if x not in complete]
    if waiting:
        sentences.append(words.message("call-waiting", names=_names(words, waiting), count=len(waiting)))
    return Explanation(n, "backward", "sum", title, why=words.joined(sentences), language=words.language)


def exits(trace: Trace, frame: int) -> list[int]:
    """The gates of a call that are read outside of it, and the output where it is one of them."""
    program = trace.program
    gates = program.gates_of_frames[frame]
    return [x for x in gates if x == program.output or any(reader not in gates for reader in program.consumers.gates(x))]


def _names(words: Wording, nodes: list[int]) -> Figure:
    return _listed(words, [Named(x) for x in nodes[:_LISTED]], len(nodes))


def _listed(words: Wording, figures: list[Figure], count: int) -> Figure:
    if count > len(figures):
        figures = [*figures, words.message("call-more", count=count - len(figures))]
    return Listed(tuple(figures), None if len(figures) == 2 else ", ")


def _valued(words: Wording, name: str, value: Number) -> Figure:
    if is_small(value):
        return f"{name} = {value_text(value, words.trace.writing)}"
    return words.message("input-of-kind", name=name, kind=Kind(shape_of(value)))

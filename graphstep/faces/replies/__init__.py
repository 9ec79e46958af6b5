"""The sentences of a reply: each fact in words, the same in every face. Only the names of the keys differ.

A fact speaks of nodes and steps by number: the words are made from the state before the command and the state after it.
"""

from __future__ import annotations

from functools import partial
from math import isinf
from typing import TYPE_CHECKING

from graphstep.debugger import facts
from graphstep.debugger.actions import BY_ID, SETS, Set
from graphstep.debugger.calls import call_names
from graphstep.debugger.cuts import wire_text
from graphstep.debugger.effects import EVERY
from graphstep.debugger.frames import difference, frame_name
from graphstep.debugger.labels import label
from graphstep.debugger.marks import position_text
from graphstep.faces.replies import predictions
from graphstep.faces.replies.panels import cell_text
from graphstep.faces.replies.words import Keys, Words
from graphstep.ground.arrays import cell_of, number_text
from graphstep.ground.errors import nearest, quoted
from graphstep.ground.numerals import numeral
from graphstep.language.frames import is_composite
from graphstep.language.nodes import Node
from graphstep.language.setup import FORMS
from graphstep.telling.calls import call_title
from graphstep.telling.derivatives import gradient_name
from graphstep.telling.explain import explain
from graphstep.telling.names import name_of, names_of, output_name
from graphstep.telling.rounding import first_loss
from graphstep.telling.words.catalogue import kind, message
from graphstep.telling.words.wording import Wording

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from graphstep.debugger.facts import Fact, Hit
    from graphstep.debugger.session import Reply
    from graphstep.debugger.state import State
    from graphstep.debugger.training import TrainingState
    from graphstep.engine.trace import Trace
    from graphstep.language.program import Program

AGREES = 1e-9
"""The relative difference from which it is said how a gate and its parts differ."""

LISTED = 12
"""Wires and gates that are named where several are meant."""


def sentences(before: State, after: State, reply: Reply, keys: Keys) -> list[str]:
    """What a reply says, a sentence or two for each of its facts that is not shown by the step itself."""
    return [text for fact in reply.facts if (text := sentence(before, after, fact, keys))]


def sentence(before: State, after: State, fact: Fact, keys: Keys) -> str:
    """A fact in words; empty for a fact that a face shows in another way."""
    words = Words(before, after, keys)
    if isinstance(fact, facts.Notice):
        # Opening and folding make other nodes: a fact names a node of the state in which it was asked for.
        named = {} if fact.node is None else {"name": name_of(before.trace.program, fact.node)}
        return words.say(fact.message, **named, **dict(fact.figures))
    # What has no words here is no slip: a face shows the step, the node or the panel itself.
    word: Callable[..., str] | None = _WORDS.get(type(fact))
    return "" if word is None else word(words, fact)


def hit_text(state: State, hit: Hit) -> str:
    """The sentence on the breakpoints that a step hits."""
    return message(state.language, "semicolon").join([*(x.text for x in hit.conditions), *breakpoints_text(state, hit)])


def breakpoints_text(state: State, hit: Hit) -> list[str]:
    """The breakpoints that stop at a step."""
    return [message(state.language, "break-at", name=name_of(state.trace.program, node)) for node in hit.nodes]


def no_node_text(language: str, program: Program, fact: facts.NoNode) -> str:
    """The sentence that no node has this name, with the nearest one."""
    reply = message(language, "reply-no-node", text=quoted(fact.text))
    name = nearest(fact.text, [*program.names, *names_of(program).numbered])
    return message(language, "reply-meant", reply=reply, name=name) if name else reply


def _fault(_: Words, fact: facts.Fault) -> str:
    return f"{fact.message}{f': {fact.hint}' if fact.hint else ''}"


def _no_node(words: Words, fact: facts.NoNode) -> str:
    return no_node_text(words.before.language, words.before.trace.program, fact)


def _no_step(words: Words, fact: facts.NoStep) -> str:
    if "/" in fact.text:
        return words.say("reply-no-position", text=quoted(fact.text))
    return words.say("reply-no-step", text=quoted(fact.text), steps=len(words.before.trace))


def _at_end(words: Words, _: facts.AtEnd) -> str:
    if words.before.frames:
        return words.say("reply-at-end-frame")
    ways = {action: words.say(f"offer-{action}") for action in ("back", "first", "edit")}
    # At a prompt the word may say all.
    offers = (word if words.keys[action] == word else f"{words.keys[action]} {word}" for action, word in ways.items())
    return words.say("reply-at-end", offers="  ".join(offers))


def _conditions(words: Words, fact: facts.ConditionsSet) -> str:
    if not fact.conditions:
        return words.say("reply-no-conditions")
    condition = fact.conditions[0].text if len(fact.conditions) == 1 else words.say("reply-conditions-that")
    some = partial(words.say, condition=condition)
    reply = some("reply-conditions", count=fact.count) if fact.count else some("reply-conditions-never")
    return words.say("reply-conditions-go", reply=reply)


def _unchanged(words: Words, fact: facts.Unchanged) -> str:
    before = words.before
    trace, step, name = before.trace, before.trace.step(before.at), name_of(before.trace.program, fact.node)
    suffix = "" if fact.node >= trace.program.first_gate else "-outside" if before.frames else "-given"
    if step.event != "start" and step.node == fact.node:
        # What made it is the step on show: that is the answer.
        return words.say(f"reply-unchanged-before{suffix}", change=_change(words, trace, fact.node, before.at), name=name)
    return words.say(f"reply-unchanged{suffix}", name=name)


def _began(words: Words, _: facts.Began) -> str:
    from graphstep.analysis.chain import why_gradient, why_value
    from graphstep.telling.reports.chain import ending

    step = words.after.trace.step(words.after.at)
    values = step.event in ("value", "seed")
    return ending((why_value if values else why_gradient)(words.after.trace, step.node))


def _change(words: Words, trace: Trace, node: int, n: int) -> str:
    """The sentence on what a step did to a node; of arrays without their cells."""
    step, name, is_array = trace.step(n), name_of(trace.program, node), bool(trace.node(node).shape)
    if step.event == "value":
        return (
            words.say("change-value", name=name)
            if is_array
            else words.say("change-value-number", name=name, value=number_text(step.value))
        )
    if step.event == "update":
        return words.say("change-update", name=name)
    before, after = trace.gradient(node, n - 1), trace.gradient(node, n)
    say = partial(words.say, title=explain(trace, n).title, gradient=gradient_name(trace, node))
    if after is None or is_array:
        return say("change-gradient")
    if before is None:
        return say("change-gradient-first", after=number_text(after.value))
    return say("change-gradient-number", before=number_text(before.value), after=number_text(after.value))


def _cannot_nudge(words: Words, fact: facts.CannotNudge) -> str:
    trace = words.before.root
    value = trace.value_of(fact.node)
    number = numeral(cell_of(value, fact.cell))
    return words.say("reply-cannot-nudge", cell=cell_text(trace, fact.node, fact.cell), value=number)


def _no_composite(words: Words, _: facts.NoComposite) -> str:
    # By kind of node, of which a program of a million gates has a few.
    nodes = [Node(kind.rule, options=kind.options) for kind in words.before.trace.program.columns.of_kinds]
    gates = ", ".join(sorted({n.rule.symbol for n in nodes if n.rule is not None and is_composite(n)}))
    if not gates:
        return words.say("reply-no-composite")
    return words.say("reply-no-composite-select" if words.keys["select"] else "reply-no-composite-click", gates=gates)


def _which_wire(words: Words, fact: facts.WhichWire) -> str:
    # One more than are named, by which `_some` sees that there are more.
    wires = _some([wire_text(words.before.trace, edge) for edge in fact.edges[: LISTED + 1]])
    return words.say("reply-which-wire", wires=wires)


def _some(texts: Sequence[str]) -> str:
    """Texts in a row, and dots for those that are too many."""
    return ", ".join(texts if len(texts) <= LISTED else [*texts[:LISTED], "…"])


def _ends(program: Program, fact: facts.WireCut | facts.CutUndone) -> str:
    """The wire that was cut, or is whole again: ``x -> q``."""
    return f"{name_of(program, fact.receiver)} -> {name_of(program, fact.sender)}"


def _no_wire(words: Words, fact: facts.NoWire) -> str:
    return words.say("reply-no-wire", text=quoted(fact.text)) if fact.text else words.say("reply-no-wire-here")


def _marks(state: State) -> str:
    """The marks with their positions: ``a 12, b 12/p/3``."""
    return ", ".join(f"{mark.name} {position_text(state, mark)}" for mark in state.marks)


def _gates(state: State, gates: Sequence[int]) -> str:
    return _some([name_of(state.trace.program, gate) for gate in gates[: LISTED + 1]])


def _ready(words: Words, fact: facts.ReadyGates) -> str:
    key = "reply-ready" if len(fact.gates) > 1 else "reply-ready-one"
    return words.say(key, gates=_gates(words.before, fact.gates), step=str(fact.n))


def _not_ready(words: Words, fact: facts.NotReady) -> str:
    name = name_of(words.before.trace.program, fact.node)
    return words.say("reply-not-ready", name=name, gates=_gates(words.before, fact.gates))


def _same_gradients(words: Words, fact: facts.SameGradients) -> str:
    agreement = fact.agreement
    if not agreement.differing:
        return words.say("reply-same-gradients", count=agreement.nodes)
    key = "reply-other-gradients-infinite" if isinf(agreement.largest) else "reply-other-gradients"
    return words.say(key, count=agreement.nodes, some=len(agreement.differing), largest=numeral(agreement.largest, 2))


def crumbs(state: State) -> str:
    """The gates and calls that are open behind the output of the program: ``f › p``; empty where none is."""
    frames = [frame_name(caller) for caller in state.frames]
    frames += [call_title(state.trace, frame) for frame in call_names(state)]
    return " › ".join([output_name(state.root.program), *frames]) if frames else ""


def _opened(words: Words, fact: facts.Opened) -> str:
    trace, inner = words.before.trace, words.after.trace.program
    name, frame = name_of(trace.program, fact.node), frame_name(words.after.frames[-1])
    say = partial(words.say, frame=frame, name=name, count=len(inner.nodes) - inner.first_gate)
    reply = say("reply-opened" if name == frame else "reply-opened-as")
    # Both are computed anyway: that the parts come to what the gate did is shown, and not claimed.
    apart = difference(trace, fact.node)
    if apart < AGREES:
        return reply
    # What one gate avoids its parts may meet: a number that is too large, digits that cancel.
    lost = first_loss(words.after.trace, range(inner.first_gate, len(inner.nodes)))
    return words.say(
        "reply-opened-differs",
        reply=reply,
        gap=numeral(apart, 2),
        why=Wording(trace).say(lost) if lost else words.say("parts-round"),
    )


def _call_opened(words: Words, fact: facts.CallOpened) -> str:
    trace = words.after.trace
    return words.say(
        "reply-call-opened", call=call_title(trace, fact.frame), count=len(trace.program.gates_of_frames[fact.frame])
    )


def _no_cell(words: Words, fact: facts.NoCell) -> str:
    before = words.before
    name = name_of(before.trace.program, fact.node)
    return words.say("reply-no-cell", name=name, kind=kind(before.language, before.trace.node(fact.node).shape), text=fact.text)


def elsewhere_text(language: str, fact: facts.Elsewhere) -> str:
    """The sentence that this action belongs to a lesson, a training, or stepping."""
    # The first set that has it: stepping stands first, since a lesson has its actions too.
    home: Set = next(at_hand for at_hand, actions in SETS.items() if BY_ID[fact.action] in actions)
    return message(language, f"reply-only-{home}", label=label(language, BY_ID[fact.action]))


def training_sentence(state: TrainingState, fact: Fact, keys: Keys) -> str:
    """A fact about a training in words; empty for a fact that a face shows in another way."""
    if isinstance(fact, facts.Elsewhere):
        return elsewhere_text(state.language, fact)
    return message(state.language, fact.message, **(keys | dict(fact.figures))) if isinstance(fact, facts.Notice) else ""


def _held(words: Words, _: facts.Held) -> str:
    lesson = words.after.lesson
    return words.say("lesson-held" if lesson is None or lesson.open is None else "lesson-held-by-question")


def _marked(words: Words, fact: facts.Marked) -> str:
    # A fact holds what was typed and no sentence: it is marked once more for its words.
    # Who asks nothing need not wait for what asks and marks.
    from graphstep.teaching.marking.verdict import mark

    lesson = words.before.lesson
    if lesson is None or lesson.open is None:
        return ""
    verdict = mark(lesson.open, fact.typed, lesson.step, lesson.earlier(lesson.open), tells=False).sentence
    left = fact.outcome == "wrong" and len(lesson.hints) < len(lesson.open.question.hints)
    return words.say("lesson-wrong", verdict=verdict) if left else verdict


def _lesson_done(words: Words, _: facts.LessonDone) -> str:
    from graphstep.teaching.lesson.plain import ending

    return "" if words.after.lesson is None else ending(words.after.lesson)


_WORDS: dict[type, Callable[..., str]] = {
    facts.Fault: _fault,
    facts.NoNode: _no_node,
    facts.NoStep: _no_step,
    facts.AtEnd: _at_end,
    facts.ConditionsSet: _conditions,
    facts.Unchanged: _unchanged,
    facts.Changed: lambda words, fact: words.say("reply-changed", change=_change(words, words.after.trace, fact.node, fact.n)),
    facts.Began: _began,
    facts.MarkList: lambda words, _: words.say("reply-marks", marks=_marks(words.after)),
    facts.NoMark: lambda words, fact: words.say("reply-no-mark", text=quoted(fact.text), marks=_marks(words.before)),
    facts.NoLetter: lambda words, fact: words.say("reply-no-letter", text=quoted(fact.text)),
    facts.ReadyGates: _ready,
    facts.NotReady: _not_ready,
    facts.SameGradients: _same_gradients,
    facts.PredictingEnds: predictions.ends_text,
    facts.Answered: predictions.answered_text,
    facts.Hinted: predictions.hint_text,
    facts.SelectInput: lambda words, _: words.say("reply-select-input" if words.keys["select"] else "reply-select-input-click"),
    facts.CannotNudge: _cannot_nudge,
    facts.Undone: lambda words, fact: words.say("reply-undone", names=", ".join(fact.names)),
    facts.WireCut: lambda words, fact: words.say("reply-cut", wire=_ends(words.before.root.program, fact)),
    facts.CutUndone: lambda words, fact: words.say("reply-cut-undone", wire=_ends(words.after.root.program, fact)),
    facts.WhichWire: _which_wire,
    facts.NoWire: _no_wire,
    facts.CannotCut: lambda words, fact: words.say("reply-cannot-cut", wire=wire_text(words.before.trace, fact.edge)),
    facts.NoForm: lambda words, fact: words.say("reply-no-form", text=quoted(fact.text), forms=", ".join((*FORMS, EVERY))),
    facts.Opened: _opened,
    facts.CallOpened: _call_opened,
    facts.CallClosed: lambda words, fact: words.say("reply-call-closed", call=call_title(words.after.trace, fact.frame)),
    facts.NoComposite: _no_composite,
    facts.NoCell: _no_cell,
    facts.Held: _held,
    facts.Elsewhere: lambda words, fact: elsewhere_text(words.before.language, fact),
    facts.NoMoreHints: predictions.no_more_hints_text,
    facts.Marked: _marked,
    facts.LessonDone: _lesson_done,
}
"""By kind of fact its words."""

"""The sentences of a reply: each fact in words, the same in every face. Only the names of the keys differ.

A fact speaks of nodes and steps by number: the words are made from the state before the command and the state after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.debugger import facts
from graphstep.debugger.actions import BY_ID, key_text
from graphstep.debugger.questions import solution_of
from graphstep.faces.replies.panels import cell_text
from graphstep.gates import GATES
from graphstep.ground.arrays import kind_text, number_text
from graphstep.ground.errors import did_you_mean, quoted
from graphstep.ground.numerals import numeral
from graphstep.teaching.lesson.marking import mark
from graphstep.telling.derivatives import gradient_name
from graphstep.telling.explain import explain
from graphstep.telling.names import name_of, names_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from graphstep.debugger.facts import Fact, Hit
    from graphstep.debugger.session import Reply
    from graphstep.debugger.state import State
    from graphstep.engine.trace import Trace
    from graphstep.language.program import Program

Keys = dict[str, str]
"""By action, how a face calls what performs it."""


def screen_keys() -> Keys:
    """The keys of the terminal UI: ``→``, ``c``; empty where there is none."""
    return {action.id: key_text(action.keys[0]) if action.keys else "" for action in BY_ID.values()}


def sentences(before: State, after: State, reply: Reply, keys: Keys) -> list[str]:
    """What a reply says, a sentence or two for each of its facts that is not shown by the step itself."""
    return [text for fact in reply.facts if (text := sentence(before, after, fact, keys))]


def sentence(before: State, after: State, fact: Fact, keys: Keys) -> str:
    """A fact in words; empty for a fact that a face shows in another way."""
    word: Callable[..., str] | None = _WORDS.get(type(fact))
    return "" if word is None else word(before, after, fact, keys)


def hit_text(state: State, hit: Hit) -> str:
    """What stops at a step."""
    program = state.trace.program
    return "; ".join([x.text for x in hit.conditions] + [f"breakpoint at {name_of(program, node)}" for node in hit.nodes])


def _fault(_before: State, _after: State, fact: facts.Fault, _: Keys) -> str:
    return f"{fact.message}{f': {fact.hint}' if fact.hint else ''}"


def _no_node(before: State, _: State, fact: facts.NoNode, _keys: Keys) -> str:
    return no_node_text(before.trace.program, fact)


def no_node_text(program: Program, fact: facts.NoNode) -> str:
    """That no node is called so, and what may be meant."""
    meant = did_you_mean(fact.text, [*program.names, *names_of(program).numbered])
    return f"No node is called {quoted(fact.text)}.{f'  {meant[0].upper()}{meant[1:]}' if meant else ''}"


def _no_step(before: State, _: State, fact: facts.NoStep, _keys: Keys) -> str:
    return f"There is no step {quoted(fact.text)}: the steps are 0 to {len(before.trace):,}."


def _at_end(_before: State, _after: State, _: facts.AtEnd, keys: Keys) -> str:
    ways = (("back", "back"), ("first", "start"), ("edit", "edit"))
    # At a prompt the word may say all.
    offers = (keys[action] if keys[action] == word else f"{keys[action]} {word}" for action, word in ways)
    return f"This is the last step: every gradient is known.  {'  '.join(offers)}"


def _at_start(_before: State, _after: State, _: facts.AtStart, keys: Keys) -> str:
    return f"This is the start.  {keys['step']} steps on."


def _none_set(_before: State, _after: State, _: facts.NoBreakpoints, keys: Keys) -> str:
    return f"There are no breakpoints.  {keys['break_at']} sets one at the selected node, {keys['break_on']} on a condition."


def _none_further(_before: State, _after: State, fact: facts.NoneFurther, keys: Keys) -> str:
    side = "after" if fact.way > 0 else "before"
    return f"No breakpoint {side} this step.  {keys['break_at']} and {keys['break_on']} set them."


def _break_set(_: State, after: State, fact: facts.BreakSet, keys: Keys) -> str:
    name = name_of(after.trace.program, fact.node)
    where = f"{keys['continue']} and {keys['continue_back']} stop where {name} gets its value, and a part of its gradient."
    return f"{where}  {keys['break_at']} takes that away."


def _break_gone(_: State, after: State, fact: facts.BreakGone, _keys: Keys) -> str:
    return f"No breakpoint at {name_of(after.trace.program, fact.node)} any more."


def _breaks_cleared(_before: State, _after: State, _: facts.BreaksCleared, _keys: Keys) -> str:
    return "No breakpoints any more."


def _conditions(_before: State, _after: State, fact: facts.ConditionsSet, keys: Keys) -> str:
    if not fact.conditions:
        return "No conditions any more."
    what = fact.conditions[0].text if len(fact.conditions) == 1 else "that"
    some = f"{fact.count:,} step{'s meet' if fact.count != 1 else ' meets'} {what}."
    some = some if fact.count else f"Nothing in this run meets {what}."
    return f"{some}  {keys['continue']} goes on to the next, {keys['continue_back']} back."


def _unchanged(before: State, _: State, fact: facts.Unchanged, _keys: Keys) -> str:
    trace, name = before.trace, name_of(before.trace.program, fact.node)
    given = fact.node < trace.program.first_gate
    step = trace.step(before.at)
    if step.event != "start" and step.node == fact.node:
        # What made it is the step on show: that is the answer.
        earlier = f"; {name} itself was given at the start" if given else ""
        return f"{_change(trace, fact.node, before.at)}  No step before this one has changed it{earlier}."
    return f"No step before this one has changed {name}{': it was given at the start' if given else ''}."


def _changed(_: State, after: State, fact: facts.Changed, keys: Keys) -> str:
    return f"{_change(after.trace, fact.node, fact.n)}  {keys['last_change']} goes further back."


def _change(trace: Trace, node: int, n: int) -> str:
    """What a step did to a node, in a sentence; of arrays without their cells."""
    step, name = trace.step(n), name_of(trace.program, node)
    if step.event == "value":
        return f"Here {name} got its value{'' if trace.node(node).shape else f', {number_text(step.value)}'}."
    if step.event == "update":
        return f"Here {name} was updated."
    gradient = gradient_name(trace, node)
    before, after = trace.gradient(node, n - 1), trace.gradient(node, n)
    title = explain(trace, n).title
    if after is None or trace.node(node).shape:
        return f"{title}: here {gradient} changed."
    if before is None:
        return f"{title}: here {gradient} became {number_text(after.value)}."
    return f"{title}: here {gradient} went from {number_text(before.value)} to {number_text(after.value)}."


def _watched(_before: State, _after: State, fact: facts.Watched, _: Keys) -> str:
    return f"{fact.quantity.text} stands below every step." if fact.on else f"{fact.quantity.text} is not watched any more."


def _none_watched(_before: State, _after: State, _: facts.NoWatches, keys: Keys) -> str:
    return f"Nothing is watched.  {keys['watch']} watches a quantity."


def _predicting(_before: State, _after: State, _: facts.Predicting, keys: Keys) -> str:
    asks = f"Predict: {keys['step']} asks what the next step makes."
    return f"{asks}  Other keys step as ever.  {keys['predict']} ends it."


def _predicting_ends(_before: State, _after: State, fact: facts.PredictingEnds, _: Keys) -> str:
    score = fact.score
    return f"No more questions.{f'  Right at the first try: {score.right} of {score.asked}.' if score.asked else ''}"


def _answered(before: State, after: State, fact: facts.Answered, _: Keys) -> str:
    solution = solution_of(before.trace, fact.n)
    if solution is None or after.score is None:
        return ""
    if fact.typed and not fact.right:
        return mark(solution, fact.typed, before.at).said
    told = "Right." if fact.right else "So it is:"
    return f"{told}  {solution.answer}   (right at the first try: {after.score.right} of {after.score.asked})"


def _nothing_asked(_before: State, _after: State, _: facts.NothingAsked, keys: Keys) -> str:
    return f"Nothing is asked here.  {keys['predict']} asks before every step."


def _no_inputs(_before: State, _after: State, _: facts.NoInputs, _keys: Keys) -> str:
    return "This program has no inputs."


def _select_input(_before: State, _after: State, _: facts.SelectInput, keys: Keys) -> str:
    how = f"{keys['select_next']} or a click" if keys["select"] == "" else keys["select"]
    return f"Select an input first: {how}.  Then {keys['more']} and {keys['less']} nudge it."


def _no_cells(before: State, _: State, fact: facts.NoCells, _keys: Keys) -> str:
    return f"{name_of(before.trace.program, fact.node)} has no cells to nudge."


def _cannot_nudge(before: State, _: State, fact: facts.CannotNudge, _keys: Keys) -> str:
    value = before.trace.value_of(fact.node)
    number = numeral(float(value if isinstance(value, int | float) else value[fact.cell]))
    return f"{cell_text(before.trace, fact.node, fact.cell)} = {number} cannot be nudged."


def _undone(_before: State, _after: State, fact: facts.Undone, _: Keys) -> str:
    return f"Undone: {', '.join(fact.names)}."


def _nothing_to_undo(_before: State, _after: State, _: facts.NothingToUndo, keys: Keys) -> str:
    return f"No edit is left to undo.  {keys['edit']} edits the inputs, {keys['more']} and {keys['less']} nudge one."


def _no_gradient(before: State, _: State, fact: facts.NoGradient, _keys: Keys) -> str:
    what = "data" if before.trace.node(fact.node).name in before.trace.program.data else "a constant"
    return f"{name_of(before.trace.program, fact.node)} is {what}: it has no gradient to verify."


def _no_edges(before: State, _: State, fact: facts.NoEdges, _keys: Keys) -> str:
    name = name_of(before.trace.program, fact.node)
    return f"No gradient is sent along an edge at {name}, so there is no Jacobian to show."


def _opened(before: State, _: State, fact: facts.Opened, keys: Keys) -> str:
    return f"{name_of(before.trace.program, fact.node)} is open: the same value, the same gradients.  {keys['out']} closes it."


def _no_composite(before: State, _: State, _fact: facts.NoComposite, keys: Keys) -> str:
    inside = sorted({GATES[n.gate].symbol for n in before.trace.program.nodes if n.gate and GATES[n.gate].expansion})
    how = f"with {keys['select_next']} or a click, then {keys['into']}" if not keys["select"] else f"and then {keys['into']}"
    some = f"  Select {', '.join(inside)} {how}." if inside else ""
    return f"There is no composite gate here to open.{some}"


def _nothing_open(_before: State, _after: State, _: facts.NothingOpen, keys: Keys) -> str:
    return f"Nothing is open.  {keys['into']} opens a composite gate, such as σ."


def _folded(_before: State, _after: State, fact: facts.Folded, keys: Keys) -> str:
    fewer = f"{fact.fewer} fewer gate{'s' if fact.fewer > 1 else ''}"
    return f"Folded: {fewer}, the same value and gradients.  {keys['fold']} takes it apart again."


def _unfolded(_before: State, _after: State, _: facts.Unfolded, keys: Keys) -> str:
    return f"Unfolded: the gates are as typed.  {keys['fold']} folds them."


def _nothing_to_fold(_before: State, _after: State, _: facts.NothingToFold, _keys: Keys) -> str:
    return "There is nothing to fold: no 1/(1+exp(-u)) and its like is typed here."


def _no_cell(before: State, _: State, fact: facts.NoCell, _keys: Keys) -> str:
    shape = before.trace.node(fact.node).shape
    return f"{name_of(before.trace.program, fact.node)} is {kind_text(shape)}: it has no cell [{fact.text}]."


_WORDS: dict[type, Callable[..., str]] = {
    facts.Fault: _fault,
    facts.NoNode: _no_node,
    facts.NoStep: _no_step,
    facts.AtEnd: _at_end,
    facts.AtStart: _at_start,
    facts.NoBreakpoints: _none_set,
    facts.NoneFurther: _none_further,
    facts.BreakSet: _break_set,
    facts.BreakGone: _break_gone,
    facts.BreaksCleared: _breaks_cleared,
    facts.ConditionsSet: _conditions,
    facts.Unchanged: _unchanged,
    facts.Changed: _changed,
    facts.Watched: _watched,
    facts.NoWatches: _none_watched,
    facts.Predicting: _predicting,
    facts.PredictingEnds: _predicting_ends,
    facts.Answered: _answered,
    facts.NothingAsked: _nothing_asked,
    facts.NoInputs: _no_inputs,
    facts.SelectInput: _select_input,
    facts.NoCells: _no_cells,
    facts.CannotNudge: _cannot_nudge,
    facts.Undone: _undone,
    facts.NothingToUndo: _nothing_to_undo,
    facts.NoGradient: _no_gradient,
    facts.NoEdges: _no_edges,
    facts.Opened: _opened,
    facts.NoComposite: _no_composite,
    facts.NothingOpen: _nothing_open,
    facts.Folded: _folded,
    facts.Unfolded: _unfolded,
    facts.NothingToFold: _nothing_to_fold,
    facts.NoCell: _no_cell,
}
"""By kind of fact its words."""

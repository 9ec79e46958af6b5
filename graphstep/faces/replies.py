"""The sentences of a reply: each fact in words, the same in every face. Only the names of the keys differ.

A fact speaks of nodes and steps by number: the words are made from the state before the command and the state after it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.debugger import facts
from graphstep.debugger.actions import BY_ID, key_text
from graphstep.debugger.questions import solution_of
from graphstep.ground.arrays import number_text
from graphstep.ground.errors import did_you_mean, quoted
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

Keys = dict[str, str]
"""By action, how a face calls what performs it."""


def screen_keys() -> Keys:
    """The keys of the terminal UI: ``→``, ``c``."""
    return {action.id: key_text(action.keys[0]) for action in BY_ID.values() if action.keys}


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
    program = before.trace.program
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
    program = before.trace.program
    given = ": it was given at the start" if fact.node < program.first_gate else ""
    return f"No step before this one has changed {name_of(program, fact.node)}{given}."


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
}
"""By kind of fact its words."""

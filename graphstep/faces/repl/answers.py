"""What the prompt prints: steps, quantities, nodes, lists, help."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Literal

from graphstep.debugger.actions import BY_ID, SETS, Action, Set, groups
from graphstep.debugger.breakpoints import stop_text
from graphstep.debugger.effects import Own
from graphstep.debugger.facts import Asked, Candidates, Cells, Fault, Hit, Moved, Nudged, WireCut
from graphstep.debugger.frames import position_of
from graphstep.debugger.labels import group_text, help_text, label, step_text
from graphstep.debugger.questions import questions_of
from graphstep.debugger.state import State
from graphstep.faces.comparison import change, routes_text
from graphstep.faces.repl.lines import prompt_keys, words
from graphstep.faces.replies import breakpoints_text, sentence
from graphstep.faces.replies.panels import cut_lines, nudge_lines, nudge_title, plain
from graphstep.faces.replies.quantities import gradient_line, node_lines, quantity_lines, value_line
from graphstep.ground.arrays import number_text, summary
from graphstep.ground.errors import GraphstepError, InputError, ReadError, did_you_mean, quoted
from graphstep.ground.late import np
from graphstep.ground.numerals import ENGLISH
from graphstep.ground.widths import wrapped
from graphstep.language.program import node_id
from graphstep.telling.calls import explain_within
from graphstep.telling.cells import cell
from graphstep.telling.explain import explain
from graphstep.telling.explanation import Rules
from graphstep.telling.names import name_of, output_name
from graphstep.telling.words.catalogue import message, phrases_of

ON_THE_WAY = 12
"""Steps up to which those that one gate makes are printed each, when it is stepped over."""

LISTED = 40
"""Nodes that the list of values shows."""

WIDTH = 100
"""Columns of the help."""


class Steps:
    """The steps that were printed: a rule is explained where it is first met."""

    def __init__(self) -> None:
        self._rules, self._phase = Rules(), ""

    def lines(self, state: State, n: int, *, whole: bool = False) -> Iterator[str]:
        """A step as the plain trace tells it, the phase before it where it is another one, and the watches behind it."""
        explanation = explain_within(state.trace, n, state.within) if n == state.at else explain(state.trace, n)
        if explanation.phase not in (self._phase, "start"):
            yield message(state.language, f"phase-{explanation.phase}")
        self._phase = explanation.phase
        yield f"{n}  {(explanation if whole else self._rules.brief(explanation)).narrative}"
        if n == state.at:
            for quantity in state.watches:
                yield from quantity_lines(state, quantity)


def passed(fact: Moved, state: State) -> range:
    """The steps to print of a move: all that one gate did at once, else the last."""
    # Only what one gate did at once, and a bounded number of it: a jump over thousands of steps tells where it led.
    over = fact.before < fact.n <= fact.before + ON_THE_WAY and state.trace.over(fact.before) == fact.n
    return range(fact.before + 1 if over else fact.n, fact.n + 1)


def edit_lines(before: State, after: State, names: Sequence[str]) -> Iterator[str]:
    """The lines on what an edit of inputs, or its undoing, has changed."""
    old, new = before.root, after.root
    for name in names:
        yield f"{name}: {change(old.inputs[name], new.inputs[name], new.writing.language)}"
    yield f"{output_name(new.program)}: {change(old.output, new.output, new.writing.language)}"
    if old.program is new.program and (routes := routes_text(old, new)):
        yield routes


def cut(before: State, after: State, fact: WireCut) -> Iterator[str]:
    """Which wire was cut, and what came through it."""
    yield sentence(before, after, fact, prompt_keys(after.at_hand))
    yield from cut_lines(after, fact.stop)


def nudge(before: State, after: State, nudged: Nudged) -> Iterator[str]:
    """The lines of a nudge: what was moved, what the gradient predicted, and what came of it."""
    yield nudge_title(before, after, nudged)
    yield from map(plain, nudge_lines(before.root, after.root, nudged.node, nudged.cell))


def candidate_lines(state: State, candidates: Candidates) -> Iterator[str]:
    """The candidates of a search, with what to type to go there."""
    if not candidates.matches:
        yield message(state.language, "find-nothing")
    for candidate in candidates.matches[:LISTED]:
        name = name_of(state.trace.program, candidate.node)
        if candidate.step is None:
            yield f"{name}, {node_id(candidate.node)}"
        else:
            yield step_text(state.language, candidate, name)


def cell_lines(state: State, cells: Cells) -> Iterator[str]:
    """The cells of a node, or one of them as the sum that it is."""
    trace, node = state.trace, cells.node
    gradient = trace.gradient(node, state.at)
    if cells.cell is None:
        yield from node_lines(state, node)
        if trace.node(node).shape and trace.value(node, state.at) is not None:
            yield from summary(np.asarray(trace.value_of(node))).lines(phrases=phrases_of(trace.writing.language))
        return
    # A gradient under way is no sum of all its parts yet: until it is, the value is explained.
    of: Literal["value", "gradient"] = "gradient" if gradient is not None and gradient.complete else "value"
    if of == "value" and trace.value(node, state.at) is None:
        yield value_line(state, node)
        return
    yield from (line.strip() for line in cell(trace, node, cells.cell, of).lines() if line.strip())


def question(state: State, asked: Asked) -> Iterator[str]:
    """What is asked about a step, what can be chosen, and how it is answered."""
    solution = questions_of(state.trace, asked.n)[asked.part]
    yield message(state.language, "prompt-question", question=solution.wording, example=solution.example)
    for number, option in enumerate(solution.question.options, 1):
        yield f"  {number}  {option}"


def stop_line(state: State, hit: Hit) -> str:
    """Why a step was stopped at."""
    return stop_text(state.trace, hit.n, hit.conditions, breakpoints_text(state, hit), position_of(state))


def report(fault: Fault) -> str:
    """A fault, with a caret under its place, as an error is reported."""
    if fault.span is None:
        return GraphstepError(fault.message, hint=fault.hint).report()
    return ReadError(fault.message, hint=fault.hint, text=fault.text, span=fault.span).report()


def asked(language: str, action: str) -> str:
    """The question where the word of an action was typed alone: what it takes, and what it does."""
    row = BY_ID[action]
    return f"{row.words[0]} {row.takes}: {help_text(language, row)}"


def own(state: State, effect: Own) -> Iterator[str]:
    """What the prompt does by itself."""
    action = effect.action
    if action == "help":
        yield from help_lines(effect.argument, state.language, state.at_hand)
    elif action == "follow":
        yield from Steps().lines(state, state.at, whole=True)
    elif action == "values":
        yield from _list(state)
    else:
        yield screen_only(state.language, action)


def screen_only(language: str, action: str) -> str:
    """The sentence that only a screen has this action."""
    return message(language, "prompt-screen-only", label=label(language, BY_ID[action]))


def _list(state: State) -> Iterator[str]:
    program, say = state.trace.program, partial(message, state.language)
    named = [*range(program.first_gate), *sorted(set(program.names.values()) - {*range(program.first_gate)})]
    nodes = list(dict.fromkeys([*named, program.output]))
    for node in nodes[:LISTED]:
        value = state.trace.value(node, state.at)
        name = name_of(program, node)
        digits = state.trace.writing.digits
        text = say("gradient-not-yet", name=name) if value is None else f"{name} = {number_text(value, digits)}"
        yield f"{text};  {gradient_line(state, node)}"
    if len(nodes) > LISTED:
        yield say("and-more", more=len(nodes) - LISTED)


def words_with(text: str, at_hand: Set, names: Iterable[str] = ()) -> list[str]:
    """The words that begin with a text, and the names that do, in this order."""
    candidates = [word for word in sorted(words(at_hand)) if len(word) > 1 and " " not in word]
    return [word for word in dict.fromkeys([*candidates, *names]) if word.startswith(text)]


def help_lines(word: str = "", language: str = ENGLISH, at_hand: Set = "stepping") -> Iterator[str]:
    """Every action that the prompt knows, by group; or the one that a word stands for. InputError for a word that is none."""
    actions = words(at_hand)
    spelled: dict[str, list[str]] = {}
    for each, action in actions.items():
        spelled.setdefault(action, []).append(each)
    if word:
        if word not in actions:
            raise InputError(f"there is no command {quoted(word)}", hint=did_you_mean(word, actions) or "help lists the commands")
        yield _help(language, BY_ID[actions[word]], spelled)
        return
    for group, rows in groups(SETS[at_hand]).items():
        yield group_text(language, group)
        for row in rows:
            if row.words:
                yield from (f"  {line}" for line in wrapped(_help(language, row, spelled), WIDTH - 2, hang=4))


def _help(language: str, row: Action, spelled: Mapping[str, Sequence[str]]) -> str:
    takes = f" [{row.takes}]" if row.optional else f" {row.takes}" if row.takes else ""
    return f"{', '.join(spelled[row.id])}{takes}: {help_text(language, row)}"

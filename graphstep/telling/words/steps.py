"""The explanation of a step: its facts in words, beside the ladders of its quantities."""

from __future__ import annotations

from dataclasses import replace

from graphstep.analysis.facts import Box, Computed, Fact, Named, Reason, Remark, Seeded, Sent, Started, Summed, Updated
from graphstep.telling.explanation import Explanation
from graphstep.telling.ladders import objective_ladder, seed_ladder, sent_ladders, sum_ladder, value_ladder
from graphstep.telling.names import output_name
from graphstep.telling.sizes import jacobian, same_shape, shape_rule
from graphstep.telling.words.wording import Wording

# In English in every language, as the rules of rows are: it is compared, and never shown.
_SUM = "gradients add up at branches"
"""By what a document knows the rule of a sum again."""


def explanation(fact: Fact) -> Explanation:
    """A fact in words, with its ladders."""
    match fact:
        case Started(step=step):
            words = Wording(step.trace)
            why, notes = words.sentences(fact.why), tuple(map(words.note, fact.notes))
            return Explanation(0, "start", "start", words.message("start"), why=why, notes=notes, language=words.language)
        case Computed():
            return _computed(fact)
        case Seeded():
            return _seeded(fact)
        case Sent():
            return _sent(fact)
        case Summed():
            return _summed(fact)
        case _:
            return _updated(fact)


def unanswered(fact: Fact) -> Explanation:
    """The same for a reader who is to find the numbers: rules and conventions, and nothing of what they come to here."""
    notes: tuple[Remark, ...] = ()
    match fact:
        case Started() | Seeded():
            rules = fact.why
        case Summed():
            rules = (fact.why,)
        case _:
            rules, notes = (fact.rule,), fact.notes
    words = Wording(fact.wire.trace if isinstance(fact, Sent) else fact.step.trace, hidden=True)
    conventions = tuple(words.note(remark) for remark in notes if remark.kind == "convention")
    # The ladders stay as they are: whoever prints them leaves out their numbers.
    return replace(explanation(fact), why=words.sentences(rules), here="", notes=conventions)


def _computed(fact: Computed) -> Explanation:
    step, trace = fact.step, fact.step.trace
    words = Wording(trace)
    return Explanation(
        step.n, "forward", "value",
        words.message("title-value", box=Box(step.node), name=Named(step.node)),
        ladder=value_ladder(trace, step.node), why=words.sentences([fact.rule, *fact.here]),
        notes=tuple(map(words.note, fact.notes)), shapes=_text(words, shape_rule(trace, step.node)),
        rule=str(fact.rule.english), here=words.sentences(fact.here), language=words.language,
    )  # fmt: skip


def _seeded(fact: Seeded) -> Explanation:
    step, trace = fact.step, fact.step.trace
    words, defined = Wording(trace), objective_ladder(trace)
    return Explanation(
        step.n, "backward", "seed",
        words.message("title-seed-frame" if trace.program.scope else "title-seed", out=output_name(trace.program)),
        ladder=seed_ladder(step), why=words.sentences(fact.why),
        before=() if defined is None else (defined,), language=words.language,
    )  # fmt: skip


def _sent(fact: Sent) -> Explanation:
    wire, trace = fact.wire, fact.wire.trace
    words = Wording(trace)
    ladder, local = sent_ladders(wire)
    return Explanation(
        wire.step, "backward", "send",
        words.message("title-send", box=Box(wire.sender), name=Named(wire.receiver)),
        words.message(f"pattern-{fact.pattern}") if fact.pattern else "",
        ladder, local, words.sentences(fact.why), tuple(map(words.note, fact.notes)),
        _text(words, same_shape(trace, wire.receiver)), _text(words, jacobian(wire)),
        rule=str(fact.rule.english), here=words.sentences(fact.here), language=words.language,
    )  # fmt: skip


def _summed(fact: Summed) -> Explanation:
    step, trace = fact.step, fact.step.trace
    words = Wording(trace)
    return Explanation(
        step.n, "backward", "sum",
        words.message("title-sum", name=Named(step.node)), words.message("pattern-adder"),
        sum_ladder(step), why=words.sentences([fact.why, *fact.here]), shapes=_text(words, same_shape(trace, step.node)),
        rule=_SUM, here=words.sentences(fact.here), language=words.language,
    )  # fmt: skip


def _updated(fact: Updated) -> Explanation:
    # Optimizers belong to training: a run without it must not wait for them.
    from graphstep.telling.updates import update_ladders

    step, update = fact.step, fact.update
    words = Wording(step.trace)
    *earlier, last = update_ladders(step.trace, update)
    return Explanation(
        step.n, "update", "update",
        words.message("title-update", optimizer=update.optimizer.name, name=Named(step.node)),
        ladder=last, why=words.sentences([fact.rule, *fact.here]), notes=tuple(map(words.note, fact.notes)),
        before=tuple(earlier), rule=str(fact.rule.english), here=words.sentences(fact.here), language=words.language,
    )  # fmt: skip


def _text(words: Wording, sentence: Reason | None) -> str:
    return "" if sentence is None else words.say(sentence)

"""What the screen shows of a reply: sentences in the line of keys, panels and pages; and the effects that it performs."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from graphstep.debugger import effects, facts
from graphstep.debugger.session import Command, Reply
from graphstep.faces.keymap import screen_keys
from graphstep.faces.replies import hit_text, sentence
from graphstep.faces.tui.commands.program import leave
from graphstep.faces.tui.inquiries import RewritingReady, look_through, takes_long
from graphstep.faces.tui.messages import say
from graphstep.telling.names import name_of
from graphstep.telling.words.catalogue import joined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from graphstep.analysis.rewriting import Rewritten
    from graphstep.debugger.state import State
    from graphstep.engine.trace import Trace
    from graphstep.faces.explanations import Line
    from graphstep.faces.tui.lesson import LessonScreen
    from graphstep.faces.tui.round import RoundScreen
    from graphstep.faces.tui.screen import SteppingScreen

_FIELDS = frozenset({"trace", "at", "selected", "nodes", "conditions", "frames", "watches"})
"""The fields of a state that the panes show."""

_COMMAND = 2_000
"""Characters of a command that are shown once it is copied."""

BELOW = (facts.Marked, facts.LessonDone, facts.NoMoreHints, facts.Hinted)
"""What is said below a question, and not in the line of keys."""


def show_reply(screen: SteppingScreen, before: State, reply: Reply) -> None:
    """Show what came of a command, and perform its effects."""
    now = screen.now
    if reply.changed & {"trace", "at", "selected"}:
        screen.inquiries.give_up()
    with screen.panes.one_change():
        if reply.changed & _FIELDS or any(isinstance(fact, facts.Selected) for fact in reply.facts):
            # A move follows the active gate; where the selected node may have moved, or its mark changes, that is looked at.
            moved = "at" in reply.changed and not reply.changed & {"trace", "selected"}
            screen.refresh_panes(look_at=None if moved else now.selected)
        # Whatever has closed the question (an answer, a jump, the end of predicting), the state says that none is open.
        if now.score is None or now.score.tries is None:
            screen.panes.stop_asking()
        sentences = [text for fact in reply.facts if (text := _sentence(screen, before, fact))]
        if reply.hit is not None:
            sentences.append(f"● {hit_text(now, reply.hit)}")
        if sentences:
            style = "bold $warn" if any(isinstance(fact, facts.Fault) for fact in reply.facts) else ""
            screen.say(joined(now.language, sentences), style)
        for fact in reply.facts:
            if (panel := _PANELS.get(type(fact))) is not None:
                panel(screen, before, fact)
    # Last: an effect may open a dialog or leave, and what lies under it is up to date by then.
    for effect in reply.effects:
        _EFFECTS[type(effect)](screen, effect)


def _is_below(fact: facts.Fact) -> bool:
    return isinstance(fact, BELOW) or (isinstance(fact, facts.Answered) and bool(fact.typed) and not fact.right)


def _sentence(screen: SteppingScreen, before: State, fact: facts.Fact) -> str:
    if _is_below(fact):
        # The question stays open, and its pane says why.
        return ""
    if isinstance(fact, facts.WhichWire) or (isinstance(fact, facts.ReadyGates) and len(fact.gates) > 1):
        # A dialog lists them.
        return ""
    return sentence(before, screen.now, fact, screen_keys())


# -- panels and pages ------------------------------------------------------------------------------------------------------------


def _selected(screen: SteppingScreen, _: State, fact: facts.Selected) -> None:
    if fact.node is None:
        screen.arrows_select = False
        return
    from graphstep.faces.replies.inspection import inspect

    now = screen.now
    wrong = screen.diagnoses.findings(now.trace, now.at, fact.node)
    screen.panel(*inspect(now.trace, now.at, fact.node, wrong), say(screen, "panel-selected"))


def _nudged(screen: SteppingScreen, before: State, fact: facts.Nudged) -> None:
    from graphstep.faces.replies.panels import nudge_lines, nudge_title

    now = screen.now
    screen.panes.compare(before.trace, now.selected)
    lines = nudge_lines(before.root, now.root, fact.node, fact.cell)
    if fact.first:
        lines.append([(say(screen, "nudge-first-cell"), "quiet")])
    screen.panel(nudge_title(before, now, fact), lines, say(screen, "panel-nudge"))


def _undone(screen: SteppingScreen, before: State, _: facts.Undone) -> None:
    if before.trace.program is screen.now.trace.program:
        screen.panes.compare(before.trace, screen.now.selected)


def _cut(screen: SteppingScreen, _: State, fact: facts.WireCut) -> None:
    from graphstep.faces.replies.panels import cut_panel

    def show(panel: tuple[str, list[Line], Trace]) -> None:
        title, lines, before = panel
        with screen.panes.one_change():
            screen.panes.compare(before, fact.stop)
            screen.panel(title, lines)

    def work() -> tuple[str, list[Line], Trace]:
        panel = cut_panel(now, fact.stop)
        if takes_long(now.root):
            look_through(screen, panel[2], now.trace, lambda: False)
        return panel

    # The program has a stop(…) in its text now, and one node more.
    screen.entitle()
    now = screen.now
    screen.inquiries.in_time(work, show)


def _cut_undone(screen: SteppingScreen, *_: object) -> None:
    screen.entitle()


def _which_wire(screen: SteppingScreen, _: State, fact: facts.WhichWire) -> None:
    from graphstep.faces.tui.dialogs.choices import wires_form

    def chosen(edge: int | None) -> None:
        screen.say("")
        if edge is not None:
            screen.inquiries.perform(Command("cut", edge))

    screen.app.push_screen(wires_form(screen.now.trace, fact.edges), chosen)


def _ready(screen: SteppingScreen, _: State, fact: facts.ReadyGates) -> None:
    from graphstep.faces.tui.dialogs.choices import ready_form

    def chosen(gate: int | None) -> None:
        screen.say("")
        if gate is not None:
            screen.inquiries.perform(Command("ready", gate))

    if len(fact.gates) > 1:
        screen.app.push_screen(ready_form(screen.now.trace, fact.n, fact.gates), chosen)


def _show_page(screen: SteppingScreen, title: str, lines: Iterable[str]) -> None:
    from graphstep.faces.tui.dialogs.page import TextPage

    screen.app.push_screen(TextPage(title, lines))


def _paths(screen: SteppingScreen, _: State, fact: facts.PathsFrom) -> None:
    from graphstep.analysis.paths import paths
    from graphstep.telling.reports.paths import paths_lines

    trace = screen.now.trace
    title = say(screen, "paths-title", name=name_of(trace.program, fact.node))
    screen.inquiries.in_time(lambda: paths_lines(paths(trace, fact.node)), partial(_show_page, screen, title))


def _tangents(screen: SteppingScreen, _: State, fact: facts.TangentsFrom) -> None:
    from graphstep.faces.replies.panels import tangent_lines

    trace = screen.now.trace
    screen.inquiries.in_time(lambda: [*tangent_lines(trace, fact)], partial(_show_page, screen, say(screen, "tangents-title")))


def _causes(screen: SteppingScreen, _: State, fact: facts.CausesOf) -> None:
    from graphstep.debugger.chains import why
    from graphstep.faces.tui.dialogs.causes import CausesForm

    def go(position: str | None) -> None:
        if position is not None:
            screen.do(Command("jump", position))

    now = screen.now
    screen.inquiries.in_time(lambda: why(now, fact.node, fact.of), lambda chain: screen.app.push_screen(CausesForm(chain), go))


def _compared(screen: SteppingScreen, _: State, fact: facts.Compared) -> None:
    from graphstep.faces.tui.dialogs.compare import CompareForm, Lines, lines_of

    def go(step: int | str | None) -> None:
        if isinstance(step, str):
            screen.do(Command("compare", step))
        elif step is not None:
            # What is compared is the whole program.
            while screen.now.frames:
                screen.do(Command("out"))
            screen.do(Command("jump", step))

    def show(lines: Lines) -> None:
        screen.app.push_screen(CompareForm(now, fact.base, lines), go)

    now = screen.now
    screen.inquiries.in_time(lambda: lines_of(now, fact.base), show, "compare-asked")


def _jacobians(screen: SteppingScreen, _: State, fact: facts.Jacobians) -> None:
    from graphstep.faces.replies.panels import jacobian_lines

    title = say(screen, "jacobian-title" if len(fact.edges) == 1 else "jacobians-title")
    _show_page(screen, title, jacobian_lines(screen.now.trace, fact.edges, broken=False))


def _cells(screen: SteppingScreen, _: State, fact: facts.Cells) -> None:
    if fact.cell is None:
        from graphstep.faces.tui.dialogs.cells import CellsForm

        node = fact.node
        screen.app.push_screen(CellsForm(screen.now, node, lambda cell: screen.do(Command("data", (node, *cell)))))


def _asked(screen: SteppingScreen, _: State, fact: facts.Asked) -> None:
    from graphstep.debugger.questions import questions_of

    screen.panes.ask(questions_of(screen.now.trace, fact.n)[fact.part])


def _below_question(screen: SteppingScreen, before: State, fact: facts.Answered | facts.Hinted | facts.NoMoreHints) -> None:
    # What is said of a question of the lesson stands in the lesson's text.
    of_lesson = isinstance(fact, facts.NoMoreHints) and before.lesson is not None and before.lesson.open is not None
    if _is_below(fact) and not of_lesson:
        screen.panes.asks.say(sentence(before, screen.now, fact, screen_keys()))


def _summary(screen: SteppingScreen, _: State, fact: facts.SummaryOf | facts.PredictingEnds) -> None:
    from graphstep.faces.tui.dialogs.summary import show_summary

    if fact.score.asked:
        show_summary(screen, fact.score)


_PANELS: dict[type, Callable[[SteppingScreen, State, Any], None]] = {
    facts.Selected: _selected,
    facts.Nudged: _nudged,
    facts.Undone: _undone,
    facts.WireCut: _cut,
    facts.CutUndone: _cut_undone,
    facts.WhichWire: _which_wire,
    facts.ReadyGates: _ready,
    facts.CausesOf: _causes,
    facts.Compared: _compared,
    facts.PathsFrom: _paths,
    facts.TangentsFrom: _tangents,
    facts.Jacobians: _jacobians,
    facts.Cells: _cells,
    facts.Asked: _asked,
    facts.Answered: _below_question,
    facts.Hinted: _below_question,
    facts.NoMoreHints: _below_question,
    facts.SummaryOf: _summary,
    facts.PredictingEnds: _summary,
}
"""By kind of fact what is shown besides its sentence."""


# -- effects ---------------------------------------------------------------------------------------------------------------------


def _copy(screen: SteppingScreen, effect: effects.Copy) -> None:
    from graphstep.faces.replies.panels import copy_remarks

    # It is copied by OSC 52, which reaches the clipboard over ssh too; not every terminal takes it, so it is shown as well.
    text = effect.command
    screen.app.copy_to_clipboard(text)
    # A network of numbers has 26,000 inputs: what is shown of its command is where it begins.
    shown = text if len(text) <= _COMMAND else f"{text[:_COMMAND]}…"
    lines = [[(shown, "result")], [("", "")], [(say(screen, "copy-clipboard"), "quiet")]]
    screen.panel(say(screen, "copy-title"), [*lines, *copy_remarks(effect)])


def _witnesses(screen: SteppingScreen, effect: effects.Witnesses) -> None:
    from graphstep.analysis.witnesses import Row, check_node
    from graphstep.faces.replies.panels import verdict_lines

    trace, node = screen.now.trace, effect.node
    name = name_of(trace.program, node)

    def show(row: Row) -> None:
        status = say(screen, f"verdict-{row.verdict.replace(' ', '-')}")
        screen.panel(say(screen, "witnesses-for", name=name), verdict_lines(trace, node, row), status)

    waits = say(screen, "witnesses-asked", name=name)
    lines = [[(waits, "why")], [(say(screen, "witnesses-give-up"), "quiet")]]
    screen.panel(say(screen, "witnesses-title", name=name), lines)
    screen.inquiries.ask(lambda _: check_node(trace, node), show)


def _quotients(screen: SteppingScreen, effect: effects.Quotients) -> None:
    from graphstep.faces.replies.panels import quotient_lines

    trace = screen.now.trace
    screen.say(say(screen, "quotients-asked"))
    show = partial(_show_page, screen, say(screen, "quotients-title"))
    screen.inquiries.ask(lambda _: quotient_lines(trace, effect.node, effect.cell), show)


def _rewrite(screen: SteppingScreen, effect: effects.Rewrite) -> None:
    from graphstep.analysis.rewriting import rewritten_runs
    from graphstep.analysis.symbolic.rewriting import SECONDS
    from graphstep.faces.export import text
    from graphstep.language.setup import FORMS
    from graphstep.telling.reports import rewriting as reports

    typed, every = screen.now.root, effect.kind == effects.EVERY
    kinds = FORMS if every else (effect.kind,)

    def show(rows: list[Rewritten]) -> None:
        row = rows[0]
        if every:
            _show_page(screen, say(screen, "forms-title"), text.lines(reports.body(typed, rows)))
        elif row.refusal is not None:
            screen.say(f"{row.kind}: {row.refusal.message}", "bold $warn")
        else:
            screen.post_message(RewritingReady(typed, row))

    screen.say(say(screen, "rewrite-asked", kind=effect.kind, seconds=str(SECONDS)))
    screen.inquiries.ask(lambda given_up: rewritten_runs(typed, kinds, given_up), show)


def _diagnose(screen: SteppingScreen, _: effects.Diagnose) -> None:
    from graphstep.faces.export import text
    from graphstep.telling.reports import diagnosis as reports

    trace = screen.now.root

    def page(lines: list[str]) -> None:
        screen.say("")
        _show_page(screen, say(screen, "diagnosis-title"), lines)

    def show() -> None:
        diagnosis = screen.diagnoses.of(trace)
        # Who has opened something else meanwhile asks again: the diagnosis is kept.
        if diagnosis is not None and screen.app.screen is screen:
            # Of thousands of findings the words alone take longer than a frame.
            screen.inquiries.in_time(lambda: text.lines(reports.page(diagnosis)), page, "diagnosis-asked")

    screen.say(say(screen, "diagnosis-asked"))
    screen.diagnoses.ask(trace, then=show)


def _ask(screen: SteppingScreen, effect: effects.Ask) -> None:
    from graphstep.faces.tui import arguments

    arguments.ASKS[effect.action](screen)


def _own(screen: SteppingScreen, effect: effects.Own) -> None:
    screen.action_do(effect.action)


def _keep(screen: LessonScreen, _: effects.Keep) -> None:
    screen.keep()


def _next_lesson(screen: LessonScreen, _: effects.NextLesson) -> None:
    screen.next_lesson()


def _leave(screen: RoundScreen, _: effects.Leave) -> None:
    leave(screen)


def _copy_round(screen: RoundScreen, effect: effects.CopyRound) -> None:
    command = screen.training.command("--at-round", str(effect.round))
    screen.app.copy_to_clipboard(command)
    screen.say(say(screen, "training-copied", command=command))


_EFFECTS: dict[type, Callable[[Any, Any], None]] = {
    effects.Ask: _ask,
    effects.Own: _own,
    effects.Copy: _copy,
    effects.Witnesses: _witnesses,
    effects.Quotients: _quotients,
    effects.Rewrite: _rewrite,
    effects.Diagnose: _diagnose,
    effects.Keep: _keep,
    effects.NextLesson: _next_lesson,
    effects.Leave: _leave,
    effects.CopyRound: _copy_round,
}
"""By kind of effect how the screen performs it; it writes files from a dialog of its own."""

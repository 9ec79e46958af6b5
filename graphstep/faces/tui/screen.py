"""The stepping screen: a run, a place in it, and the keys that move there.

Lessons and other screens build on :class:`SteppingScreen`: override ``compose`` to put something beside the panes, and
:meth:`SteppingScreen.do` to follow the learner.
"""

from __future__ import annotations

from dataclasses import replace
from time import sleep
from typing import TYPE_CHECKING, ClassVar

from textual import events, work
from textual.reactive import Reactive
from textual.screen import Screen

from graphstep.debugger.actions import STEPPING, Set
from graphstep.debugger.session import Command, Reply
from graphstep.faces.keymap import actions_of
from graphstep.faces.tui import commands
from graphstep.faces.tui.commands import program
from graphstep.faces.tui.commands.playback import Playback
from graphstep.faces.tui.diagnoses import Diagnoses
from graphstep.faces.tui.inquiries import Inquiries
from graphstep.faces.tui.messages import said_of, say
from graphstep.faces.tui.panes.keys import KeyLine
from graphstep.faces.tui.panes.stepping import SteppingPanes
from graphstep.faces.tui.threads import result_of
from graphstep.ground.errors import GraphstepError
from graphstep.language.setup import Setup, setup_of_program

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from textual.widget import Widget

    from graphstep.debugger.conditions import Condition
    from graphstep.debugger.parts import Saved
    from graphstep.debugger.places import Refitted
    from graphstep.debugger.score import Score
    from graphstep.debugger.search import Candidate
    from graphstep.debugger.state import State
    from graphstep.engine.trace import Trace
    from graphstep.faces.explanations import Line
    from graphstep.faces.export import Options
    from graphstep.faces.tui.dialogs.inputs import Filled
    from graphstep.faces.tui.panes.ask import AskPane
    from graphstep.faces.tui.panes.rows import RowsPane
    from graphstep.faces.tui.panes.timeline import Timeline
    from graphstep.gates import Ties
    from graphstep.ground.arrays import Number
    from graphstep.language.program import Program

LARGE = 2_000
"""Gates from which making a run, or opening it, is said to take a moment."""

_PAUSE, _MOMENT = 0.02, 0.001
"""Seconds."""

_ALWAYS = frozenset({"quit", "help", "theme", "redraw", "palette", "text_up", "text_down"})
"""What works before there is a run."""


class SteppingScreen(Screen[None]):
    """Everything about one run: graph, text, explanation, values, timeline."""

    CSS_PATH = "screen.tcss"
    BLANK = True
    BINDINGS: ClassVar = commands.bindings(STEPPING)
    # What has the focus is painted anew: Textual would paint the whole screen.
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    def __init__(
        self,
        program: Program,
        inputs: Mapping[str, Number],
        *,
        trace: Trace | None = None,
        at: int = 0,
        seed: Number = 1.0,
        ties: Ties = "first",
        conditions: Sequence[Condition] = (),
        setup: Setup | None = None,
        saved: Saved | None = None,
    ) -> None:
        super().__init__()
        self.program = program
        """What is stepped through, as it was opened."""
        self.inputs = dict(inputs)
        """The values that it was opened with."""
        self.state: State | None = None
        """The state of the debugger; None until the run is made."""
        self.diagnoses = Diagnoses(self)
        """What is wrong with the run."""
        self.inquiries = Inquiries(self)
        """The long question that is being answered."""
        self.arrows_select = False
        """Whether the arrow keys select nodes instead of stepping."""
        self.playback = Playback(self)
        """The playing of the run by itself."""
        self.summed: Score | None = None
        """The predictions of which a summary was shown last."""
        self._trace, self._start, self._conditions = trace, at, tuple(conditions)
        self._seed, self._ties, self._saved = seed, ties, saved
        self._setup = setup or setup_of_program(program, inputs, seed=seed, ties=ties)
        self._due: Callable[[], object] | None = None
        self._painted = self._ready = False
        self._waiting: list[str] = []
        self._missing: list[str] = []

    # -- for screens that build on this one --------------------------------------------------------------------------------------

    def compose(self) -> Iterator[Widget]:
        """The panes and the line of keys."""
        yield SteppingPanes(id="panes")
        yield KeyLine(id="keys")

    @property
    def at_hand(self) -> Set:
        """The set of actions that apply on this screen."""
        return "stepping" if self.state is None else self.state.at_hand

    # -- showing -----------------------------------------------------------------------------------------------------------------

    @property
    def language(self) -> str:
        """The code of the language in which the run is told."""
        return self._setup.language if self._trace is None else self._trace.writing.language

    @property
    def panes(self) -> SteppingPanes:
        """The panes."""
        return self.query_one(SteppingPanes)

    @property
    def keys(self) -> KeyLine:
        """The line of keys."""
        return self.query_one(KeyLine)

    @property
    def now(self) -> State:
        """The state of the debugger; only where there is a run."""
        assert self.state is not None, "actions wait until there is a run"
        return self.state

    def do(self, command: Command) -> Reply:
        """Let the session perform a command, and show what came of it."""
        from graphstep.faces.tui.answers import show_reply

        before = self.now
        self.state, reply = self.inquiries.outcome(before, command)
        show_reply(self, before, reply)
        return reply

    def show_state(self, state: State) -> None:
        """Show a state of another run."""
        self.state = state
        self.entitle()
        self.refresh_panes()

    def entitle(self) -> None:
        """Say above the panes what program is at hand."""
        from graphstep.telling.names import output_name

        self.program = self.now.trace.program
        self.panes.entitle(self.program, output_name(self.program), self._setup.dtype)

    def refresh_panes(self, look_at: int | None = None) -> None:
        """Show the place again, after anything about it has changed."""
        from graphstep.debugger.prominence import prominent

        self.diagnoses.watch(self.now.root)
        self.keys.lead(*prominent(self.now))
        self.panes.show(self.now, look_at=look_at, flagged=self.diagnoses.flagged(self.now.trace, self.now.at))

    def show_findings(self) -> None:
        """Mark the nodes at which something is wrong, once that is known."""
        self.panes.flag(self.diagnoses.flagged(self.now.trace, self.now.at))

    def go(self, n: int) -> None:
        """Go to a step."""
        self.do(Command("jump", n))

    def go_to(self, candidate: Candidate) -> None:
        """Go to a step that was looked for, or select a node."""
        if candidate.step is not None:
            self.go(candidate.step)
        else:
            self.select(candidate.node)

    def leave(self) -> None:
        """Leave the run: that ends the program."""
        self.app.exit()

    def select(self, node: int | None) -> None:
        """Select a node, bring it into view and say what is known of it."""
        self.do(Command("deselect") if node is None else Command("select", node))

    def panel(self, title: str, lines: list[Line], style: str = "") -> None:
        """Show lines in place of the step, until the next step."""
        self.panes.say(title, lines, style)

    def show_edit(self, before: Trace, now: Refitted) -> None:
        """Show an edit of the inputs that is still going on: the whole run, old → new."""
        from graphstep.debugger.frames import outermost

        # An edit changes the inputs of the whole program, whatever gate is open.
        state = outermost(self.now)
        if now.where is None:
            self.panes.show(replace(state, trace=now.trace), compared=before)
        else:
            # With other shapes it is another graph: there is no old beside the new.
            self.panes.show(state.carried_to(now.trace, len(now.trace), now.node))

    def export_options(self) -> Options:
        """The options of a document of the run on show."""
        from graphstep.faces.export import PLAIN

        return PLAIN

    def say(self, message: str, style: str = "") -> None:
        """Say something in the line of keys, until the next key."""
        self.keys.say(message, style)

    def say_error(self, error: GraphstepError) -> None:
        """Say in place what is wrong."""
        self.say(said_of(error), "bold $warn")

    # -- opening -----------------------------------------------------------------------------------------------------------------

    def on_mount(self) -> None:
        self.panes.entitle(self.program, dtype=self._setup.dtype)
        if self._trace is not None:
            self._begin(self._trace)
            return
        self._missing = [name for name in self.program.inputs if name not in self.inputs]
        if self._missing:
            self._ask()
        else:
            self._make_run()

    def _ask(self, wrong: str = "") -> None:
        from graphstep.faces.tui.dialogs.inputs import InputsForm

        # With the text and its graph before their eyes they know what the values are for.
        self.call_after_refresh(self.panes.graph.preview, self.program)
        values = {name: value for name, value in self.inputs.items() if name not in self._missing}
        self.app.push_screen(InputsForm(self.program, values, texts=self._setup.inputs, wrong=wrong), self._fill)

    def _fill(self, form: Filled | None) -> None:
        if form is None:
            self.app.exit()
            return
        self.inputs, self._setup = form.values, self._setup.edited(form.texts)
        self._make_run()

    def _make_run(self) -> None:
        gates = len(self.program.nodes) - self.program.first_gate
        if gates >= LARGE:
            lines = [[(say(self, "run-waits", gates=gates), "why")], [(say(self, "run-give-up"), "quiet")]]
            self.panel(say(self, "run-moment"), lines)
        # The first frame is painted before the run is made; only a large run is worth a thread.
        run = self._run_in_background if gates >= LARGE else self._run_here
        if self._painted:
            self.call_after_refresh(run)
        else:
            self._due = run

    def _run_here(self) -> None:
        # What writes the frame to the terminal is a thread, which waits for Python as long as this one works.
        sleep(_MOMENT)
        self._take(self._run())

    @work(exclusive=True, group="run")
    async def _run_in_background(self) -> None:
        self._take(await result_of(self._run))

    def _run(self) -> Trace | GraphstepError:
        from graphstep.engine.trace import trace

        try:
            run = trace(self.program, self.inputs, seed=self._seed, ties=self._ties, setup=self._setup)
            if len(run.program.nodes) >= LARGE:
                from graphstep.faces.tui.opening import fill_tables

                fill_tables(run.program)
            return run
        except GraphstepError as error:
            return error

    def _take(self, outcome: Trace | GraphstepError) -> None:
        if isinstance(outcome, GraphstepError) and self._missing:
            # The shapes of what was typed do not go together, or it has values that a gate cannot take: it can be typed anew.
            self._ask(said_of(outcome))
            return
        if isinstance(outcome, GraphstepError):
            self.panel(say(self, "run-fails"), [[(line, "warning")] for line in outcome.report().splitlines()])
            self.keys.offer([action for action in actions_of("stepping") if action.id in _ALWAYS])
            return
        self._begin(outcome)

    def _begin(self, trace: Trace) -> None:
        from graphstep.debugger.state import State

        self.show_state(self.state or State(trace, min(max(self._start, 0), len(trace))))
        if "/" in (self._setup.at or ""):
            self.do(Command("jump", self._setup.at))
        if self._conditions:
            self.do(Command("break_on", "; ".join(condition.text for condition in self._conditions)))
        if self._start > len(trace):
            self.say(say(self, "run-ends-before", step=str(self._start), steps=str(len(trace))), "bold $warn")
        if self._saved is not None:
            self.do(Command("compare", self._saved))
        while self._waiting:
            self.action_do(self._waiting.pop(0))

    def painted(self) -> None:
        """Called by the application after a frame: behind the first, the run is made, and behind its first, ready for keys."""
        self._painted = True
        if self._due is not None:
            # At once: the panes get other heights with the run, and what is laid out before is laid out again.
            self.call_next(self._due)
            self._due = None
        elif self.state is not None and not self._ready:
            self._ready = True
            self.set_timer(_PAUSE, self._get_ready)

    def _get_ready(self) -> None:
        from graphstep.faces.tui.ahead import get_ready

        get_ready(self, large=len(self.now.trace.program.nodes) >= LARGE)

    # -- keys and mouse ----------------------------------------------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        # The other two arrows select anyway.
        if self.arrows_select and self.focused is None and event.key in ("left", "right"):
            event.stop()
            self.action_do(f"select_{event.key}")
        elif self.focused is None and self.is_current:
            program.explain(self, event.key)

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        # It has its styles: Textual looks all of them up again whenever a screen comes up.
        event.refresh_styles = False
        self.inquiries.show_waiting()

    def action_do(self, action: str) -> None:
        """Do what a key, a click or the palette asks for; before there is a run, keep it for then."""
        # A message answers the key before.
        self.keys.say("")
        if action == "deselect" and self.inquiries.give_up():
            self.refresh_panes()
            return
        # Escape gives up the making of a run; without one there is nothing else to do here.
        action = "quit" if action == "deselect" and self.state is None else action
        if self.state is None and action not in _ALWAYS:
            self._waiting.append(action)
            return
        if self.playback.on and action not in ("faster", "slower"):
            self.playback.stop()
            if action == "autoplay":
                return
        if (own := commands.DOES.get(action)) is not None:
            own(self)
        else:
            self.inquiries.perform(Command(action))
        if self.arrows_select and not self.keys.message:
            self.say(say(self, "arrows-select"))

    def on_ask_pane_answered(self, message: AskPane.Answered) -> None:
        self.keys.say("")
        self.do(Command("answer", message.text))

    def on_key_line_chosen(self, message: KeyLine.Chosen) -> None:
        self.action_do(message.action)

    def on_rows_pane_picked(self, message: RowsPane.Picked) -> None:
        self.keys.say("")
        self.select(message.number)

    def on_timeline_jumped(self, message: Timeline.Jumped) -> None:
        if self.state is not None and message.n != self.state.at:
            self.keys.say("")
            self.go(message.n)

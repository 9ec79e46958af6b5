"""The lesson screen: prose beside the run, which stops in front of every answer until it is given."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from textual import events
from textual.containers import Container
from textual.widget import Widget
from textual.widgets import Input

from graphstep.debugger.actions import LESSON
from graphstep.debugger.commands.lesson import lesson_of, placed
from graphstep.debugger.facts import HintGiven, LessonFact, Marked, Revealed, SectionOpened
from graphstep.debugger.session import Command, Reply
from graphstep.debugger.state import State
from graphstep.faces.keymap import actions_of, screen_keys
from graphstep.faces.replies import sentence
from graphstep.faces.tui.answers import BELOW
from graphstep.faces.tui.commands import bindings, view
from graphstep.faces.tui.panes.keys import KeyLine
from graphstep.faces.tui.panes.lesson import LessonAsks, LessonKeys, LessonOption, LessonPane
from graphstep.faces.tui.panes.stepping import SteppingPanes
from graphstep.faces.tui.screen import SteppingScreen
from graphstep.teaching.lesson import progress
from graphstep.teaching.lesson.catalogue import following
from graphstep.teaching.lesson.walk import LessonRun
from graphstep.teaching.marking.solution import Solution
from graphstep.telling.words.catalogue import joined

PROSE = 14
"""Rows of the text above the run at most, in a window that is not tall."""
READ = 3
"""Rows of prose that are in sight at least, above a question."""
_EDGES = 2
"""Rows of the border of the graph."""
WIDE = 96
"""Columns from which the prose stands beside the run, and no longer above it."""


def show(start: LessonRun) -> int:
    """Go through a lesson in the terminal, from the place that ``start`` is at, until the learner leaves; the exit status."""
    from graphstep.faces.tui.app import run_screen

    return run_screen(LessonScreen(start))


class LessonScreen(SteppingScreen):
    """A lesson: the stepping screen, held where the lesson is, with the lesson's text beside it."""

    AUTO_FOCUS: ClassVar[str | None] = ""
    DEFAULT_CSS = """
    LessonScreen #lesson-body { layout: vertical; height: 1fr; }
    LessonScreen #lesson { height: 14; }
    LessonScreen #panes { height: 1fr; }
    LessonScreen.-tall #lesson { height: 45%; }
    LessonScreen.-prose #lesson { height: 1fr; }
    LessonScreen.-prose #panes { display: none; }
    LessonScreen.-run #lesson { height: 7; }
    LessonScreen.-beside #lesson-body { layout: horizontal; }
    LessonScreen.-beside #lesson { width: 40%; min-width: 44; max-width: 78; height: 100%; }
    LessonScreen.-beside #panes { width: 1fr; height: 100%; }
    LessonScreen.-beside.-prose #lesson { width: 1fr; max-width: 100; }
    """
    BINDINGS: ClassVar = bindings(LESSON)

    def __init__(self, start: LessonRun) -> None:
        scene = start.scene
        super().__init__(scene.trace.program, scene.trace.inputs, trace=scene.trace)
        self.state = placed(None, start)
        self._warned = ""

    def compose(self) -> Iterator[Widget]:
        """The lesson's text, the panes of the run, and the line of keys."""
        with Container(id="lesson-body"):
            yield LessonPane(id="lesson")
            yield SteppingPanes(id="panes")
        yield KeyLine(id="keys")

    @property
    def lesson(self) -> LessonRun:
        """Where the learner is in the lesson."""
        return lesson_of(self.now)

    @property
    def text(self) -> LessonPane:
        """The lesson's text."""
        return self.query_one(LessonPane)

    def on_mount(self) -> None:
        """Show the first place. Textual calls the stepping screen's handler as well, which opens the run."""
        self.text.say("")
        self.panes.beside_text = True
        # To mount its widgets is waited for, and the first frame of the run must not wait with it.
        self.call_later(self._show_text)
        self.call_after_refresh(self._follow)

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= WIDE, "-beside")
        self.set_class(event.size.width < WIDE and event.size.height >= 36, "-tall")
        self.call_after_refresh(self._fit_prose)

    # -- showing -----------------------------------------------------------------------------------------------------------------

    def do(self, command: Command) -> Reply:
        """Let the session perform a command, and show what came of it, in the run and in the text."""
        before = self.now
        reply = super().do(command)
        if self.now.trace.program is not before.trace.program:
            self.entitle()
        if any(isinstance(fact, LessonFact) for fact in reply.facts):
            # Before the next key: it is meant for what is shown then.
            self.call_next(self._show_reply, before, reply)
        return reply

    async def _show_reply(self, before: State, reply: Reply) -> None:
        kinds = {type(fact) for fact in reply.facts}
        below = [fact for fact in reply.facts if isinstance(fact, BELOW)]
        sentence_below = joined(self.now.language, (sentence(before, self.now, fact, screen_keys()) for fact in below))
        answer = self.text.answer
        if "at" in reply.changed or kinds & {SectionOpened, Revealed} or self.lesson.done != lesson_of(before).done:
            # What was answered is brought into view.
            done = self.lesson.done > lesson_of(before).done
            await self._show_text(lesson_of(before).open if done else None)
            self.call_after_refresh(self._follow)
            self.text.say(sentence_below, "bold $value")
        elif HintGiven in kinds:
            # A wrong answer is selected, and the next key replaces it also behind a hint.
            typed, selection = answer.value, answer.selection
            await self._show_text(self.lesson.open)
            answer.value, answer.selection = typed, selection
            # What was said before speaks of hints that were left, and its rows are the hint's now.
            self.text.say("")
        elif sentence_below:
            self.text.say(sentence_below, "bold $warn")
            if Marked in kinds:
                # The next key replaces what was typed; an arrow key keeps it, to be mended.
                answer.select_all()

    def keep(self) -> None:
        """Keep the place: whatever ends the program, the learner has seen no more than what is kept."""
        message = progress.save(self.lesson).message
        if message and message != self._warned:
            self._warned = message
            self.say(message, "bold $warn")

    def _follow(self) -> None:
        # The panes may have been given another size by the text: what the section is about must be in view.
        if self.now.at:
            view.follow(self)
        else:
            self.panes.graph.scroll_home(animate=False)

    async def _show_text(self, after: Solution | None = None) -> None:
        await self.text.show(self.lesson, after)
        waits = self.lesson.open is not None
        # What would tell the answer is refused by the session while a question waits; so its keys are not shown.
        self.keys.offer([action for action in actions_of("stepping") if not (waits and action.tells)])
        if waits:
            self.text.answer.focus()
        else:
            self.set_focus(None)
        self.call_after_refresh(self._fit_prose)

    def on_lesson_asks_measured(self) -> None:
        self.call_after_refresh(self._fit_prose)

    def _fit_prose(self) -> None:
        """Let a text above the run take no more rows than it has, and than the graph leaves to it; the rest is the run's."""
        pane, page = self.text, self.text.page
        asks, rows = pane.query_one(LessonAsks), None
        # In a low window the question, which can be scrolled, gives way to the line to answer on and to the keys.
        below = sum(child.outer_size.height for child in pane.children if child.display and child not in (page, asks))
        asked = max(min(pane.size.height * 4 // 5, pane.size.height - below), 2)
        # To set a style lays out the screen anew, even to what it was, and that leads back to here.
        if asks.styles.max_height is None or asks.styles.max_height.value != asked:
            asks.styles.max_height = asked
        if page.children and not any(map(self.has_class, ("-beside", "-tall", "-prose", "-run"))):
            # As much as the question has: it may be cut in the height that the pane has now.
            cut = asks.virtual_size.height + 1 - asks.outer_size.height if asks.display else 0
            around = pane.outer_size.height - self._page_rows() + max(cut, 0)
            graph = self.panes.lowest_rows()
            most = min(PROSE, max(self.size.height - 1 - _EDGES - graph, around + READ)) if graph else PROSE
            rows = min(around + self._prose_rows(), most, self.size.height - 1)
        if rows is not None or pane.styles.inline.has_rule("height"):
            pane.styles.height = rows
        # Beside the run there are rows to spare: the question stands below what it is about, not at the other end.
        short = self.has_class("-beside") and page.children and self._prose_rows() <= self._page_rows()
        if short or page.styles.inline.has_rule("height"):
            page.styles.height = self._prose_rows() if short else None

    def _prose_rows(self) -> int:
        return max(child.virtual_region_with_margin.bottom for child in self.text.page.children)

    def _page_rows(self) -> int:
        """The most rows that the prose can have above its question."""
        others = (child for child in self.text.children if child is not self.text.page and child.display)
        return self.text.size.height - sum(child.outer_size.height for child in others)

    def next_lesson(self) -> None:
        """Open the lesson that follows, or leave."""
        from graphstep.ground.errors import GraphstepError
        from graphstep.teaching.lesson import open_lesson

        path = following(self.lesson.rehearsal.lesson.path)
        if path is None:
            self.app.exit()
            return
        try:
            rehearsal = open_lesson(path, self.language)
        except GraphstepError as error:
            self.say_error(error)
            return
        self.text.say("")
        # Marks, watches and edits belong to the lesson in which they were made: the state is a new one.
        self.show_state(placed(None, progress.resume(type(self.lesson)(rehearsal), progress.load())))
        self.keep()
        self.call_next(self._show_text)
        self.call_after_refresh(self._follow)

    # -- keys and mouse ----------------------------------------------------------------------------------------------------------

    def action_do(self, action: str) -> None:
        """Do what a key asks for. Where a question waits, the key that goes on leads to its line."""
        page = self.text.page
        if action in ("page_up", "page_down"):
            page.scroll_relative(y=page.size.height - 1 if action == "page_down" else 1 - page.size.height, animate=False)
        elif action in ("select_up", "select_down") and page.max_scroll_y:
            page.scroll_relative(y=1 if action == "select_down" else -1, animate=False)
        elif action == "room":
            self._make_room()
        elif action == "on" and self.lesson.open is not None:
            self.keys.say("")
            self.text.answer.focus()
        else:
            super().action_do(action)

    def _make_room(self) -> None:
        """Give the prose all the room, then the run, then each its part."""
        if self.has_class("-prose"):
            self.remove_class("-prose")
            self.set_class(not self.has_class("-beside"), "-run")
        elif self.has_class("-run"):
            self.remove_class("-run")
        else:
            self.add_class("-prose")
        self.call_after_refresh(self._fit_prose)

    def _answer(self, typed: str) -> None:
        self.keys.say("")
        self.do(Command("answer", typed))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._answer(event.value)

    def on_lesson_option_chosen(self, message: LessonOption.Chosen) -> None:
        answer, waiting = self.text.answer, self.lesson.open
        if waiting is None or waiting.order is None:
            self._answer(str(message.number))
            return
        # An order is clicked together.
        before = f"{answer.value.rstrip(' ,')}, " if answer.value.strip() else ""
        answer.value = f"{before}{message.number}"
        answer.focus()

    def on_lesson_keys_chosen(self, message: LessonKeys.Chosen) -> None:
        if message.action == "on" and self.lesson.open is not None and self.text.answer.value:
            self._answer(self.text.answer.value)
        else:
            self.action_do(message.action)

    def on_key(self, event: events.Key) -> None:
        # Who begins to type a number means the answer, whatever has the focus.
        answer = self.text.answer
        if answer.has_focus:
            if event.key == "escape":
                self.set_focus(None)
                event.stop()
        elif self.lesson.open is not None and event.character is not None and event.character.isdecimal():
            answer.focus()
            answer.insert_text_at_cursor(event.character)
            event.stop()

"""The lesson screen: prose beside the run, which stops in front of every answer until it is given."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.containers import Container

from graphstep.faces.tui.doing import looking
from graphstep.faces.tui.panes.keys import KeyLine
from graphstep.faces.tui.panes.lesson import LessonKeys, LessonOption, LessonPane
from graphstep.faces.tui.panes.stepping import SteppingPanes
from graphstep.faces.tui.screen import SteppingScreen
from graphstep.teaching.lesson import progress

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from textual import events
    from textual.widget import Widget
    from textual.widgets import Input

    from graphstep.teaching.lesson.solution import Solution
    from graphstep.teaching.lesson.walk import LessonRun

WIDE = 96
"""Columns from which the prose stands beside the run, and no longer above it."""

_TELLS = frozenset(
    {
        "edit",
        "more",
        "less",
        "verify",
        "into",
        "out",
        "fold",
        "export",
        "copy",
        "jacobian",
        "diagnosis",
        "predict",
        "paths",
        "undo",
    }
)
"""Actions of the stepping screen that would give an answer away, or leave the run that the question is about."""


def show(start: LessonRun) -> int:
    """Go through a lesson in the terminal, from the place that ``start`` is at, until the learner leaves; the exit status."""
    if os.environ.get("TERM") == "dumb":
        from graphstep.teaching.lesson.plain import play

        play(start, sys.stdin, sys.stdout, lambda state: progress.save(state).message)
        return 0
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
    BINDINGS: ClassVar = [
        Binding("enter", "next", "go on", id="lesson-next", tooltip="answer, or go on to the next section"),
        Binding("f2,h", "hint", "hint", id="lesson-hint", tooltip="one more hint"),
        Binding("f3", "show", "show", id="lesson-show", tooltip="give the question up and show the answer"),
        Binding("f4,backspace", "previous", "back", id="lesson-previous", tooltip="the section before"),
        Binding("f6,m", "room", "room", id="lesson-room", tooltip="more room for the run, or for the prose"),
        Binding("f8", "again", "again", id="lesson-again", tooltip="the lesson from its start, nothing answered"),
    ]

    def __init__(self, start: LessonRun) -> None:
        scene = start.scene
        super().__init__(scene.trace.program, scene.trace.inputs, trace=scene.trace, at=start.step)
        self.lesson = start
        """Where the learner is in the lesson."""
        self._said = ""

    def compose(self) -> Iterator[Widget]:
        """The lesson's text, the panes of the run, and the line of keys."""
        with Container(id="lesson-body"):
            yield LessonPane(id="lesson")
            yield SteppingPanes(id="panes")
        yield KeyLine(id="keys")

    @property
    def text(self) -> LessonPane:
        """The lesson's text."""
        return self.query_one(LessonPane)

    def on_mount(self) -> None:
        """Show the first place. Textual calls the stepping screen's handler as well, which opens the run."""
        self.text.say("")
        self.call_later(self._show_text)
        self.call_after_refresh(self._follow)

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.width >= WIDE, "-beside")
        self.set_class(event.size.width < WIDE and event.size.height >= 36, "-tall")

    # -- the learner is held -----------------------------------------------------------------------------------------------------

    def limit(self) -> int | None:
        """The step that the lesson is at; none in a run that the learner has changed, or when all is done."""
        free = self.lesson.finished or self.state is None or self.state.trace is not self.lesson.scene.trace
        return None if free else self.lesson.step

    def held(self) -> str:
        """Why the lesson goes no further yet."""
        waits = self.lesson.open is not None
        return "Answer first: the next step shows it." if waits else "The lesson goes on with enter."

    def action_do(self, action: str, key: str = "") -> None:
        """Do what a key asks for, unless it would give the answer away."""
        page = self.text.page
        if action in ("page_up", "page_down"):
            page.scroll_relative(y=page.size.height - 1 if action == "page_down" else 1 - page.size.height, animate=False)
        elif action in ("select_up", "select_down") and page.max_scroll_y:
            page.scroll_relative(y=1 if action == "select_down" else -1, animate=False)
        elif action in _TELLS and self.lesson.open is not None:
            self.say("Answer the question first; then that is free again.", "bold $active")
        else:
            super().action_do(action, key)

    # -- moves in the lesson -----------------------------------------------------------------------------------------------------

    async def become(self, lesson: LessonRun, after: Solution | None = None) -> None:
        """Go to another place in the lesson, show it, and keep it."""
        if lesson is self.lesson:
            return
        self.lesson = lesson
        # Kept before it is shown: whatever ends the program, the learner has seen no more than what is kept.
        message = progress.save(lesson).message
        scene = lesson.scene
        if self.state is None or self.state.trace is not scene.trace:
            self.open_run(scene.trace, lesson.step)
        elif self.state.at != lesson.step or self.state.selected is not None:
            self.state = replace(self.state, at=lesson.step, selected=None)
            self.refresh_panes()
        await self._show_text(after)
        self.call_after_refresh(self._follow)
        self._say_once(message)

    def _say_once(self, message: str) -> None:
        if message and message != self._said:
            self.say(message, "bold $warn")
            self._said = message

    def _follow(self) -> None:
        # The panes may have been given another size by the text: what the section is about must be in view.
        if self.state is not None and self.state.at:
            looking.follow(self)
        else:
            self.panes.graph.scroll_home(animate=False)

    async def _show_text(self, after: Solution | None = None) -> None:
        await self.text.show(self.lesson, after)
        if self.lesson.open is not None:
            self.text.answer.focus()
        else:
            self.set_focus(None)

    async def action_next(self) -> None:
        """Go on to the next section; type an answer where a question waits; at the end open the next lesson."""
        self.keys.say("")
        if self.lesson.open is not None:
            self.text.answer.focus()
        elif not self.lesson.last:
            self.text.say("")
            await self.become(self.lesson.next())
        else:
            await self._next_lesson()

    async def action_previous(self) -> None:
        """Go back to the section before."""
        self.text.say("")
        await self.become(self.lesson.back())

    async def action_hint(self) -> None:
        """Show one more hint."""
        waiting = self.lesson.open
        if waiting is None:
            self.say("Nothing is asked here.")
            return
        after = self.lesson.hint()
        if after is self.lesson:
            self.text.say("There are no more hints. F3 shows the answer.", "$contribution")
            return
        answer = self.text.answer
        typed, selection = answer.value, answer.selection
        await self.become(after, waiting)
        answer.value = typed
        # A wrong answer is selected, and the next key replaces it also behind a hint.
        answer.selection = selection

    async def action_show(self) -> None:
        """Give the question up."""
        waiting = self.lesson.open
        if waiting is None:
            self.say("Nothing is asked here.")
            return
        await self.become(self.lesson.show(), waiting)
        self.text.say(self._ending(), "bold $value")

    async def action_again(self) -> None:
        """Start over."""
        self.text.say("")
        await self.become(self.lesson.again())

    def action_room(self) -> None:
        """Give the prose all the room, then the run, then each its part."""
        if self.has_class("-prose"):
            self.remove_class("-prose")
            self.set_class(not self.has_class("-beside"), "-run")
        elif self.has_class("-run"):
            self.remove_class("-run")
        else:
            self.add_class("-prose")

    async def try_answer(self, typed: str) -> None:
        """Answer the open question."""
        waiting = self.lesson.open
        if waiting is None:
            return
        self.keys.say("")
        after, verdict = self.lesson.answer(typed)
        if verdict.outcome == "right":
            await self.become(after, waiting)
            self.text.say(f"{verdict.said} {self._ending()}".strip(), "bold $value")
            return
        self.lesson = after
        self._say_once(progress.save(after).message)
        left = len(waiting.question.hints) - len(after.hints)
        more = " F2 shows a hint." if verdict.outcome == "wrong" and left else ""
        self.text.say(verdict.said + more, "bold $warn")
        # The next key replaces what was typed; an arrow key keeps it, to be mended.
        self.text.answer.select_all()

    def _ending(self) -> str:
        from graphstep.teaching.lesson.plain import ending

        return ending(self.lesson) if self.lesson.finished else ""

    async def _next_lesson(self) -> None:
        following = _after(self.lesson.rehearsal.lesson.path)
        if following is None:
            self.app.exit()
            return
        from graphstep.ground.errors import GraphstepError
        from graphstep.teaching.lesson import open_lesson

        try:
            rehearsal = open_lesson(following)
        except GraphstepError as error:
            self.say_error(error)
            return
        self.text.say("")
        await self.become(progress.resume(type(self.lesson)(rehearsal), progress.load()))

    # -- keys and mouse ----------------------------------------------------------------------------------------------------------

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        await self.try_answer(event.value)

    async def on_lesson_option_chosen(self, message: LessonOption.Chosen) -> None:
        await self.try_answer(str(message.number))

    async def on_lesson_keys_chosen(self, message: LessonKeys.Chosen) -> None:
        if message.action == "next" and self.lesson.open is not None and self.text.answer.value:
            await self.try_answer(self.text.answer.value)
        else:
            await self.run_action(message.action)

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


def _after(path: Path) -> Path | None:
    """The lesson that follows in the catalogue; None behind the last, and for a file of one's own."""
    from graphstep.teaching.lesson.catalogue import catalogue

    paths = [lesson.path for lesson in catalogue()]
    if path not in paths or path == paths[-1]:
        return None
    return paths[paths.index(path) + 1]

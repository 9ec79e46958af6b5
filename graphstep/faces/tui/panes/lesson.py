"""The text of a lesson beside the run: prose down to the open question, the question, and the line to answer on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Markdown, Static

from graphstep.debugger.actions import BY_ID
from graphstep.debugger.labels import label
from graphstep.faces.keymap import screen_keys
from graphstep.faces.tui.messages import language_of, say
from graphstep.ground.records import dataclass
from graphstep.ground.widths import cell_width
from graphstep.teaching.lesson.catalogue import following
from graphstep.teaching.lesson.document import Prose
from graphstep.teaching.lesson.plain import bare
from graphstep.teaching.marking.question import Question

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from textual import events
    from textual.widget import Widget

    from graphstep.teaching.lesson.walk import LessonRun
    from graphstep.teaching.marking.solution import Solution


class LessonKeys(Static):
    """The keys that apply to the lesson now; a click presses one."""

    @dataclass
    class Chosen(Message):
        """A key was clicked."""

        action: str
        """The name of its action."""

    def __init__(self) -> None:
        super().__init__(id="lesson-keys")
        self._placed: list[tuple[int, int, str]] = []

    def offer(self, enter: str, actions: Sequence[str]) -> None:
        """Show what the key that goes on does, and what these actions do."""
        parts: list[tuple[str, str]] = []
        self._placed = []
        column = 0
        for action in ("on", *actions):
            key, does = screen_keys()[action], enter if action == "on" else label(language_of(self), BY_ID[action])
            parts += [(key, "bold $active"), (f" {does}  ", "$quiet")]
            width = cell_width(key) + cell_width(does) + 1
            self._placed.append((column, column + width, action))
            column += width + 2
        self.update(Content.assemble(*parts))

    def on_click(self, event: events.Click) -> None:
        for start, stop, action in self._placed:
            if start <= event.x < stop:
                self.post_message(self.Chosen(action))


class LessonOption(Static):
    """One option of a choice; a click chooses it."""

    @dataclass
    class Chosen(Message):
        """It was clicked."""

        number: int
        """Its number, from 1."""

    def __init__(self, number: int, text: str) -> None:
        super().__init__(Content.assemble((f" {number} ", "bold $active"), f" {text}"))
        self._number = number

    def on_click(self) -> None:
        self.post_message(self.Chosen(self._number))


class LessonPage(VerticalScroll, can_focus=False):
    """The prose. It never takes the focus: keys move it all the same."""

    class Moved(Message):
        """It shows another part, or another amount is below it."""

    @property
    def below(self) -> int:
        """How many lines are below what is in sight."""
        return int(self.max_scroll_y - self.scroll_offset.y)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Say so to the pane."""
        super().watch_scroll_y(old_value, new_value)
        self.post_message(self.Moved())

    def watch_virtual_size(self) -> None:
        """The same, where the text has changed."""
        self.post_message(self.Moved())

    def on_resize(self) -> None:
        """The same, where the room has."""
        self.post_message(self.Moved())


class LessonPane(Vertical):
    """A place in a lesson. It shows a :class:`~graphstep.teaching.lesson.walk.LessonRun` and decides nothing.

    It posts :class:`LessonKeys.Chosen`, :class:`LessonOption.Chosen` and Textual's ``Input.Submitted``; the screen acts on them.
    """

    DEFAULT_CSS = """
    LessonPane { border: round $pending; border-title-color: $active; border-title-style: bold; border-subtitle-color: $quiet; }
    LessonPane #lesson-page { height: 1fr; padding: 0 1; scrollbar-size-vertical: 1; }
    LessonPane #lesson-page > Markdown { padding: 0; margin: 0; background: transparent; }
    LessonPane #lesson-page .heading { color: $active; text-style: bold; margin: 0 0 1 0; }
    LessonPane #lesson-page .answered { margin: 0 0 1 0; padding: 0 1; border-left: outer $value; }
    LessonPane #lesson-page .row { padding: 0 1; border-left: outer $value; }
    LessonPane #lesson-page MarkdownFence { margin: 0 0 1 0; }
    LessonPane #lesson-page MarkdownFence > Label { padding: 0 2; }
    LessonPane #lesson-page MarkdownBlockQuote { margin: 0 0 1 0; background: transparent; border-left: outer $contribution; }
    LessonPane #lesson-asks { height: auto; padding: 0 1; border-top: solid $pending; scrollbar-size: 1 1; }
    LessonPane #lesson-asks Horizontal { height: 1; }
    LessonPane #lesson-asks Horizontal LessonOption { width: auto; margin: 0 3 0 0; }
    LessonPane #lesson-asks .hint { color: $contribution; }
    LessonPane #lesson-said { padding: 0 1; height: auto; }
    LessonPane #lesson-answer { border: none; height: 1; padding: 0 1; background: $background; }
    LessonPane #lesson-keys { height: 1; padding: 0 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._place = ""

    def compose(self) -> Iterator[Widget]:
        """The prose, the question below it, what was said of the last answer, and the line to type on."""
        yield LessonPage(id="lesson-page")
        yield LessonAsks(id="lesson-asks")
        yield LessonSaid(id="lesson-said")
        yield Input(id="lesson-answer", compact=True, max_length=200)
        yield LessonKeys()

    @property
    def answer(self) -> Input:
        """The line to type on."""
        return self.query_one("#lesson-answer", Input)

    @property
    def page(self) -> LessonPage:
        """The prose."""
        return self.query_one(LessonPage)

    def say(self, text: str, style: str = "") -> None:
        """Say something of the last answer; the empty text says nothing."""
        line = self.query_one("#lesson-said", Static)
        line.update(Content.assemble((text, style)))
        line.display = bool(text)

    def say_more(self) -> None:
        """Say where the learner is, and how much of the prose is below what is in sight: nothing is cut without a sign."""
        below = self.page.below
        more = say(self, "step-more", count=below, key=screen_keys()["page_down"]) if below > 0 else ""
        self.border_subtitle = "  ".join(filter(None, (more, self._place)))

    def on_lesson_page_moved(self, message: LessonPage.Moved) -> None:
        message.stop()
        self.say_more()

    async def show(self, run: LessonRun, after: Solution | None = None) -> None:
        """Show a place. ``after`` is the question that has just been answered: it is brought into view."""
        lesson, waiting = run.rehearsal.lesson, run.open
        # A text would be markup to Textual, and anyone may write a lesson.
        self.border_title = Content(lesson.title)
        figures = {"place": run.place + 1, "places": len(run.rehearsal.scenes), "done": run.done, "total": run.total}
        self._place = say(self, "lesson-place", **figures)
        self.say_more()
        page = self.page
        # No frame between the old page and the new one: an empty page would flash.
        with self.app.batch_update():
            await page.remove_children()
            widgets = list(_widgets(run))
            await page.mount_all(widgets)
            await self.query_one(LessonAsks).ask(run, page.size.width)
            self.answer.display = waiting is not None
            self.answer.clear()
            self.answer.placeholder = waiting.example if waiting is not None else ""
            end = "lesson-close" if run.last and following(lesson.path) is None else "lesson-next"
            enter = say(self, "lesson-answer" if waiting is not None else "lesson-on" if not run.last else end)
            hint = ("hint", "reveal") if waiting is not None else ()
            self.query_one(LessonKeys).offer(enter, (*hint, *(("previous",) if run.place else ()), "room"))
        if after is not None and waiting is not None:
            # The paragraph before the next question is what it needs; what was answered stands above it.
            self.call_after_refresh(page.scroll_end, animate=False)
        elif after is not None:
            target = next((w for w in widgets if w.name == after.question.key), None)
            if target is not None:
                self.call_after_refresh(page.scroll_to_widget, target, animate=False, top=True)
        else:
            page.scroll_home(animate=False)


class LessonAsks(VerticalScroll, can_focus=False):
    """The open question with its options and the hints so far; nothing where nothing is asked."""

    class Measured(Message):
        """It has another number of rows."""

    def watch_virtual_size(self) -> None:
        """Say so to the screen, which makes room for them."""
        self.post_message(self.Measured())

    async def ask(self, run: LessonRun, width: int) -> None:
        """Show the open question of a place in so many columns."""
        await self.remove_children()
        waiting = run.open
        self.display = waiting is not None
        if waiting is None:
            return
        parts: list[Widget] = [Static(Content.assemble(("? ", "bold $active"), (waiting.wording, "bold")))]
        options = [LessonOption(number, option) for number, option in enumerate(waiting.question.options, 1)]
        # Short options stand side by side: in a small window every row counts.
        beside = sum(cell_width(option) + 7 for option in waiting.question.options) <= width
        parts += [Horizontal(*options)] if options and beside else options
        count = len(waiting.question.hints)
        parts += [
            Static(Content(say(self, "lesson-hint", number=number, count=count, hint=hint)), classes="hint")
            for number, hint in enumerate(run.hints, 1)
        ]
        await self.mount_all(parts)
        self.scroll_end(animate=False)


class LessonSaid(Static):
    """The verdict on the last answer."""

    def on_resize(self) -> None:
        """Ask for the rows that it takes: neither the prose above it nor the keys below it shall lose them."""
        self.post_message(LessonAsks.Measured())


def _widgets(run: LessonRun) -> Iterator[Widget]:
    """What stands on the page: heading, prose, and the questions that are done."""
    if run.place:
        yield Static(Content("\n".join(run.headings)), classes="heading")
    for block in run.blocks:
        if isinstance(block, Prose):
            # A link in a file from anywhere is text: it opens nothing.
            yield Markdown(block.text, open_links=False)
            continue
        solution = _solution(run, block)
        if run.answered(solution).outcome != "open":
            yield _answer(run, solution)


def _answer(run: LessonRun, solution: Solution) -> Static:
    mark = "✓ " if run.answered(solution).outcome == "right" else "→ "
    n, of = solution.question.part or (1, 1)
    if n < of:
        # The rows of a tableau stand under each other.
        return Static(Content.assemble((mark + solution.answer, "bold $value")), classes="row", name=solution.question.key)
    text = Content.assemble(
        (solution.wording, "$quiet"),
        "\n",
        (mark + (solution.ladder if solution.step <= run.step else solution.answer), "bold $value"),
        "\n",
        bare(solution.question.because),
    )
    return Static(text, classes="answered", name=solution.question.key)


def _solution(run: LessonRun, question: Question) -> Solution:
    return next(each for each in run.scene.solutions if each.question.key == question.key)

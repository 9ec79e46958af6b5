"""What all dialogs share: a box in the middle or at the bottom, escape to leave, tab through the fields."""

from __future__ import annotations

from abc import abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any, ClassVar, Generic, Self, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.color import Color
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.events import Key, Resize, ScreenResume
from textual.geometry import Region
from textual.message import Message
from textual.reactive import Reactive
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static

from graphstep.faces.tui.compositor import SparingCompositor
from graphstep.faces.tui.messages import say
from graphstep.ground.records import dataclass
from graphstep.ground.widths import fit

Answer = TypeVar("Answer")

_LOT = 3
"""Fields that come in one frame: each takes a millisecond."""

_QUEUED = 32
"""Keys that are under way in a dialog at once, at most."""

_TYPED = frozenset(["enter", "tab", "up", "down", "left", "right", "home", "end", "backspace", "delete"])
"""Keys without a letter that a field or a list takes."""


class Overlay(ModalScreen[Answer]):
    """A screen over another one, which is shown around it as it stands."""

    # What has the focus is painted anew: Textual would paint the whole screen.
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    _compositor: SparingCompositor

    def __init__(self, *words: Any, **options: Any) -> None:
        super().__init__(*words, **options)
        self._behind: list[Strip] = []
        self._fresh = False

    def _extend_compose(self, widgets: list[Widget]) -> None:
        """Nothing: Textual adds tooltips and notifications, of which there are none here."""

    def on_screen_resume(self, event: ScreenResume) -> None:
        # It has its styles, since a moment ago.
        event.refresh_styles = False
        self._fresh = self._compositor.size != self.app.size

    async def _on_resize(self, event: Resize) -> None:
        if event.size == self._compositor.size:
            # Textual tells a screen its size when that is laid out already, and would lay out all screens again.
            event.prevent_default()

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False) -> Self:
        """Textual's; it tells the regions in which the screen behind has changed."""
        if regions:
            self._behind, self._compositor.below = [], None
        elif self._fresh and repaint and not layout:
            # What comes up is laid out, which paints it, and then painted again.
            self._fresh = False
            return self
        # A layout says itself what is to be painted: where something stood, and where it stands.
        return super().refresh(*regions, repaint=repaint and not layout, layout=layout, recompose=recompose)

    def render_lines(self, crop: Region) -> list[Strip]:
        """The screen behind, without what a click there would do."""
        if len(self._behind) != self.size.height or self._behind[0].cell_length != self.size.width:
            below, tint = self.app.screen_stack[self.app.screen_stack.index(self) - 1], self.styles.background
            self._behind = [
                Strip([Segment(text, _tinted(style, tint)) for text, style, _ in strip], strip.cell_length)
                for strip in below._compositor.render_strips(self.size)
            ]
        return [strip.crop(crop.x, crop.right) for strip in self._behind[crop.y : crop.bottom]]


@lru_cache(1024)
def _tinted(style: Style | None, tint: Color) -> Style | None:
    (segment,) = BackgroundScreen.process_segments([Segment(" ", style)], tint)
    return segment.style


class Form(Overlay[Answer | None], Generic[Answer]):
    """A dialog; its answer is None when it is left with escape."""

    CSS_PATH = "form.tcss"
    BINDINGS: ClassVar = [Binding("escape", "leave", "cancel", id="form-leave")]

    @dataclass
    class Passed(Message):
        """Follows a key out to the application, and what comes of the key back: then the next key knows its place."""

        out: bool
        """Whether it is on the way out."""

    def __init__(self, *words: Any, **options: Any) -> None:
        super().__init__(*words, **options)
        self._early: deque[Key] | None = deque()
        self._waits = False
        self._own: deque[Key] = deque(maxlen=_QUEUED)

    def hold(self, key: Key) -> bool:
        """Whether a key was typed ahead of the dialog: then it gets the key as soon as it has its widgets.

        Behind enter it may be gone, and the key is for the screen below.
        """
        if (not key.is_printable and key.key not in _TYPED) or key in self._own:
            return False
        if self._early is not None:
            self._early.append(key)
            return True
        if key.is_forwarded:
            # It comes back from the screen below, to which it was sent while that was on top.
            self._early = deque([key])
            self._hand_on_early()
            return True
        self._own.append(key)
        if key.key == "enter":
            self._early, self._waits = deque(), True
            self.app.call_later(self._follow, True)
        return False

    def set_focus(self, widget: Widget | None, *words: Any, **options: Any) -> None:
        """Textual's; the first widget that has the focus gets what was typed before."""
        super().set_focus(widget, *words, **options)
        if self.focused is not None:
            self.app.call_later(self._hand_on_early)

    def on_mount(self) -> None:
        # Where nothing takes the focus, a dialog has keys of its own.
        self.call_after_refresh(self.app.call_later, self._hand_on_early)

    def _hand_on_early(self) -> None:
        # Called by the application: a key that a screen sends comes to that screen, and not to the bindings of the application.
        while self._early and not self._waits:
            key = self._early.popleft()
            self._hand_on(key)
            if not key.is_printable:
                # It may lead to another field, or out of here.
                self._waits = True
                self._follow(True)
        if not self._waits:
            self._early = None

    def _follow(self, out: bool) -> None:
        if not (self.focused or self).post_message(self.Passed(out)):
            # What has the focus is gone: nothing is held for it.
            self._waits = False

    def on_form_passed(self, message: Passed) -> None:
        message.stop()
        if message.out:
            self.app.call_later(self._follow, False)
        else:
            self._waits = False
            self.app.call_later(self._hand_on_early)

    def _hand_on(self, key: Key) -> None:
        # A key of its own, since Textual hands on each one once.
        own = Key(key.key, key.character)
        own._set_forwarded()
        self._own.append(own)
        (self.focused or self).post_message(own)

    def box(self, title: str, keys: str, **fields: str | int) -> Vertical:
        """The box in which it all stands: ``title`` is the message in its upper edge, ``keys`` the one in its lower edge."""
        box = Vertical(id="box")
        # A text would be markup to Textual, and names have brackets.
        box.border_title, box.border_subtitle = Content(say(self, title, **fields)), Content(say(self, keys))
        return box

    def tell(self, text: str) -> None:
        """Say what is wrong, in the line for it."""
        self.query_one(".said", Static).update(Content(text))

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Textual's; what was typed behind the key that closes it goes to the screen below."""
        early, self._early = self._early or (), None
        closed = super().dismiss(result)
        for key in early:
            self.app.post_message(Key(key.key, key.character))
        return closed

    def action_leave(self) -> None:
        """Close without an answer."""
        self.dismiss(None)


class LineForm(Form[int | str]):
    """A dialog with one line to type on: what is wrong with its text is said below it, and such a text is no answer."""

    @abstractmethod
    def wrong(self, text: str) -> str:
        """What is wrong with a text; empty where it may be the answer."""

    def answer(self, text: str) -> int | str | None:
        """What the dialog answers for a text."""
        return text

    def on_input_changed(self, event: Input.Changed) -> None:
        self.tell(self.wrong(event.value) if event.value.strip() else "")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if not event.value.strip() or not self.wrong(event.value):
            self.dismiss(self.answer(event.value))


class Field(Input):
    """A line to type into. What is wrong with the text is said in words: Textual would give it another style for that."""

    def validate(self, value: str) -> None:
        """Nothing: styles are looked up again for every class that is set."""

    @property
    def _focus_sort_key(self) -> tuple[int, int]:
        # Textual's is where it stands on the screen, which it does not before a layout.
        assert self.parent is not None, "it stands in a form"
        return self.parent._nodes.index(self), 0


class Fields(VerticalScroll, can_focus=False):
    """Lines to type into below each other, ``#field-0`` and so on, with names to the left of them: one widget for all names."""

    def __init__(self, names: Sequence[str], texts: Sequence[str], examples: Sequence[str], at: int = 0) -> None:
        super().__init__(id="fields")
        self._names, self._texts, self._examples, self._at = names, texts, examples, at
        self._start = max(at + 1 - _LOT, 0)
        self._stop = min(self._start + _LOT, len(names))

    def compose(self) -> Iterator[Widget]:
        """The names, and the lines that come first: that with the focus is among them, in its place."""
        with Horizontal():
            # A name that were broken would move all below it away from their fields.
            room = self.app.size.width * 2 // 5 - 3
            yield Static(Content("\n".join(f"{fit(name, room)} = " for name in self._names)), classes="labels")
            with Vertical() as column:
                column.styles.padding = (self._start, 0, 0, 0)
                yield from self._fields(self._start, self._stop)

    def on_mount(self) -> None:
        self.query_one(f"#field-{self._at}").focus()
        self.call_after_refresh(self._mount_more, _LOT)

    def on_key(self) -> None:
        # Whoever types ahead goes through all fields.
        for _ in ("below", "above"):
            self._mount_more(len(self._names))

    def _mount_more(self, count: int) -> None:
        start, stop = max(self._start - count, 0), min(self._stop + count, len(self._names))
        column = self.query_one(Vertical)
        if self._stop < stop:
            column.mount_all(self._fields(self._stop, stop))
            self._stop = stop
        elif start < self._start:
            column.mount_all(self._fields(start, self._start), before=0)
            column.styles.padding = (start, 0, 0, 0)
            self._start = start
        else:
            return
        self.call_after_refresh(self._mount_more, _LOT)

    def _fields(self, start: int, stop: int) -> Iterator[Field]:
        for place in range(start, stop):
            yield Field(self._texts[place], placeholder=self._examples[place], id=f"field-{place}")


def move_in(options: OptionList, event: Key) -> None:
    """Let the arrows and the page keys move in a list while a line above it has the focus."""
    moves: dict[str, Callable[[], None]] = {
        "down": options.action_cursor_down,
        "up": options.action_cursor_up,
        "pagedown": options.action_page_down,
        "pageup": options.action_page_up,
    }
    if event.key in moves:
        moves[event.key]()
        event.stop()

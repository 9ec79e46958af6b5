"""The application around the screens: themes, the palette, and leaving."""

from __future__ import annotations

import asyncio
import math
import os
import signal
import time
from contextlib import contextmanager, suppress
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import constants
from textual.app import App, SystemCommand
from textual.binding import Binding
from textual.events import Event, Key
from textual.filter import LineFilter
from textual.reactive import Reactive
from textual.screen import ModalScreen
from textual.widget import Widget

from graphstep.debugger.actions import BY_ID, Set, keys_text
from graphstep.debugger.labels import help_text, label
from graphstep.faces.keymap import actions_of, rebound
from graphstep.faces.tui.compositor import SparingCompositor, Update
from graphstep.faces.tui.painting import Painting
from graphstep.faces.tui.stylesheet import MatchedStylesheet
from graphstep.faces.tui.themes import BY_NAME, THEMES, first_theme, next_theme, variables_of
from graphstep.ground.collector import collect_lasting, collect_new, much_has_lasted, much_is_new
from graphstep.ground.errors import GraphstepError
from graphstep.ground.numerals import ENGLISH
from graphstep.ground.signals import end, handled, status_of
from graphstep.ground.unprintable import MARK, UNPRINTABLE
from graphstep.telling.words.catalogue import message

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from types import FrameType

    from rich.console import RenderableType
    from textual.await_remove import AwaitRemove
    from textual.color import Color
    from textual.dom import DOMNode
    from textual.driver import Driver
    from textual.events import Event
    from textual.screen import Screen
    from textual.theme import Theme
    from textual.timer import Timer

    from graphstep.faces.tui.inquiries import RewritingReady
    from graphstep.faces.tui.stylesheet import Sheet


_PAUSE, _TAKEN_DOWN = 0.02, 0.1
"""Seconds: behind a frame, before the next key is expected; and behind a dialog, until nothing holds it any more."""


class _Gate(LineFilter):
    """The gate of the terminal UI: every line passes it on its way to the terminal, and keeps its width.

    Textual's filters stand in it, since each that it is given makes a line of its own of every line.
    """

    def __init__(self, filters: Sequence[LineFilter]) -> None:
        super().__init__()
        self.filters = filters
        """Textual's filters."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments, with marks in place of what must not leave."""
        for each in self.filters:
            segments = each.apply(segments, background)
        # Of all at once, for it is asked of every line.
        if not UNPRINTABLE.search("".join([text for text, _, control in segments if not control])):
            return segments
        return [
            segment if segment.control else Segment(UNPRINTABLE.sub(_mark, segment.text), segment.style) for segment in segments
        ]


def _mark(match: re.Match[str]) -> str:
    return MARK * cell_len(match[0])


def run_screen(screen: Screen[None]) -> int:
    """Show a screen until the learner leaves; the exit status.

    It is 128 + n after a signal that ended it, with the terminal as it was before. GraphstepError when the UI itself failed.
    """
    app = GraphstepApp(screen)
    ended: list[int] = []

    def leave(number: int, frame: FrameType | None) -> None:
        # Only noted: a signal comes between any two bytecodes, also in the middle of Textual's own work.
        ended.append(number)
        if app.loop is None:
            end(number, frame)
        else:
            # The loop may be asleep, and would only look up at the next key.
            app.loop.call_soon_threadsafe(app.exit, None, status_of(number))

    with handled(leave), _terminal_signals():
        app.run()
    # Before any fault: what breaks while a signal ends it all is no fault of the UI.
    if ended:
        return status_of(ended[0])
    if app.fault is not None:
        what = " ".join(f"{type(app.fault).__name__}: {app.fault}".split())
        raise GraphstepError(f"the terminal UI failed: {what[:200]}", hint="GRAPHSTEP_DEBUG=1 shows where") from app.fault
    return app.return_code or 0


@contextmanager
def _terminal_signals() -> Iterator[None]:
    """Put back what Textual's driver asks for and never gives back: stopped and going on, and a new size of the terminal."""
    numbers = [getattr(signal, name) for name in ("SIGTSTP", "SIGCONT", "SIGWINCH") if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    try:
        yield
    finally:
        for number, old in before.items():
            with suppress(ValueError, TypeError):
                signal.signal(number, old)


def _settle_colour() -> None:
    """Let NO_COLOR and FORCE_COLOR mean what they say they mean, where Textual and Rich read them otherwise."""
    # https://no-color.org: only where it is not empty. Textual asks whether it is there.
    if not os.environ.get("NO_COLOR"):
        os.environ.pop("NO_COLOR", None)
        # https://force-color.org says nothing of how many; level 3 is a custom of Node's programs. Rich takes a terminal
        # that does not say how many it has for one of 16.
        if os.environ.get("FORCE_COLOR") == "3":
            os.environ["COLORTERM"] = "truecolor"


def _theme_at_start() -> str:
    # Textual reads TEXTUAL_THEME itself; only where it is not set is the choice ours.
    return constants.DEFAULT_THEME if os.environ.get("TEXTUAL_THEME") else first_theme()


class GraphstepApp(App[None]):
    """The terminal UI. It shows one screen, which is given to it."""

    # A theme that is set later has all styles read again.
    theme: Reactive[str] = Reactive(_theme_at_start)

    TITLE = "graphstep"
    BINDINGS: ClassVar = [
        # Over Textual's own, which only says how to quit.
        Binding("ctrl+c", "quit", "quit", id="app-interrupt", priority=True, show=False),
        Binding("ctrl+q", "quit", "quit", id="app-quit", show=False),
        Binding("ctrl+z", "suspend_process", "suspend", id="app-suspend", show=False),
        # In every dialog too, whatever has the focus: it is the screen that is spoilt.
        Binding(",".join(BY_ID["redraw"].keys), "redraw", "redraw", id="redraw", priority=True, show=False),
    ]

    def __init__(self, first: Screen[None]) -> None:
        self.language: str = getattr(first, "language", ENGLISH)
        """The code of the language in which it speaks: that of the screen."""
        _settle_colour()
        # With NO_COLOR Textual takes away all colour only of an app that keeps to the terminal's own; of others it makes grey.
        super().__init__(ansi_color=True if os.environ.get("NO_COLOR") else None)
        self.stylesheet: MatchedStylesheet = MatchedStylesheet(variables=self.get_css_variables())
        self._first = first
        self._panic: Exception | None = None
        self._gate = _Gate(())
        self._painting = Painting()
        self._shown: Screen[Any] | None = None
        self.loop: asyncio.AbstractEventLoop | None = None
        """What runs it, once it runs."""
        self._alone_from = 0.0
        self._collector: Timer | None = None
        self._styled: tuple[str, int] | None = None
        self.set_keymap({name: ",".join(keys) for name, keys in rebound().items()})

    def get_driver_class(self) -> type[Driver]:
        """Ours for Unix terminals, else what Textual chooses: Windows, a browser, none."""
        chosen = super().get_driver_class()
        if chosen.__name__ != "LinuxDriver":
            return chosen
        from graphstep.faces.tui.driver import TerminalDriver

        return TerminalDriver

    def get_line_filters(self) -> Sequence[LineFilter]:
        """One, of Textual's and what lets nothing through to the terminal that would steer it."""
        filters = super().get_line_filters()
        if filters != self._gate.filters:
            self._gate = _Gate(filters)
        return (self._gate,)

    @property
    def fault(self) -> Exception | None:
        """The exception that ended the application; None where it ended by itself."""
        return self._exception or self._panic

    def panic(self, *renderables: Any) -> None:
        """End, since the thread that reads the keys has failed; Textual hands over what it would print."""
        self._panic = RuntimeError("the terminal could not be read")
        super().panic(*renderables)

    def _print_error_renderables(self) -> None:
        # Textual prints a traceback with the values of all variables; `run_screen` says it in one line.
        if not os.environ.get("GRAPHSTEP_DEBUG"):
            self._exit_renderables.clear()
        super()._print_error_renderables()

    @property
    def available_themes(self) -> dict[str, Theme]:
        """Textual's themes and ours; Textual asks for them at every line that it paints."""
        return BY_NAME

    def get_css_variables(self) -> dict[str, str]:
        """The colours of the theme, and ours."""
        self.theme_variables = variables_of(self.current_theme.name)
        return self.theme_variables

    def style_ahead(self) -> Iterator[None]:
        """Find the styles of what is on the screen in the next theme, in pieces."""
        self._styled = self.theme, self.stylesheet.kinds
        name = next_theme(self.theme)
        sheet = self.stylesheet.sheet_with(variables_of(name))
        return chain(sheet.parse_ahead(self.stylesheet.source), self._match_ahead(sheet, name))

    def _match_ahead(self, sheet: Sheet, name: str) -> Iterator[None]:
        for node in [self, *self.screen.walk_children(with_self=True)]:
            kinds, now = len(sheet.matches), self.theme
            # Rules ask whether the theme is dark.
            self.set_reactive(GraphstepApp.theme, name)
            sheet.update_nodes([node])
            self.set_reactive(GraphstepApp.theme, now)
            if len(sheet.matches) > kinds:
                yield

    def refresh_css(self, animate: bool = True) -> None:
        """Textual's, which lays the screen out and has every widget painted for each of its colours; a theme has only others."""
        self.stylesheet.set_variables(self.get_css_variables())
        self.stylesheet.reparse()
        self.stylesheet.apply(self, animate=animate)
        for screen in self.screen_stack:
            self.stylesheet.update(screen, animate=animate)
            screen._css_update_count = self._css_update_count
            for widget in screen.walk_children(Widget, with_self=True):
                widget.refresh()

    def on_load(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._painting.erases = getattr(self._driver, "erases", False)

    def get_default_screen(self) -> Screen[None]:
        """The screen that it was given."""
        self._first._compositor = SparingCompositor()
        return self._first

    def on_rewriting_ready(self, message: RewritingReady) -> None:
        """Open what SymPy made of a program over the screen of that."""
        from graphstep.faces.tui.rewritten import RewrittenScreen

        self.push_screen(RewrittenScreen(message.typed, message.row))

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        if isinstance(renderable, Update) and not self._batch_count and self._shown is not screen:
            # Until it is painted whole, a part of another one may be left.
            self._shown = screen if renderable.whole else None
        super()._display(screen, self._painting.spared(renderable))

    def _forget(self) -> None:
        """Know nothing of what the terminal shows."""
        self._painting.forget()
        self._shown = None
        for screen in self.screen_stack:
            if isinstance(screen._compositor, SparingCompositor):
                screen._compositor.below = None

    async def on_event(self, event: Event) -> None:
        """Textual's, but for keys that were typed ahead: a dialog that is about to open holds them for its field."""
        if isinstance(event, Key):
            self._hold_collector()
        hold = getattr(self.screen, "hold", None) if isinstance(event, Key) and self.screen_stack else None
        if hold is None or not hold(event):
            await super().on_event(event)

    def on_resize(self) -> None:
        # What a terminal of another size does with what it showed is its own affair.
        self._forget()

    def push_screen(self, screen: Screen[Any] | str, *words: Any, **options: Any) -> Any:
        """Textual's, which would have the screen below painted again, and the new one styled twice."""
        if not isinstance(screen, str):
            # Before it has its styles, and not behind that.
            self._load_screen_css(screen)
            screen._compositor = SparingCompositor()
        below = self.screen if self.screen_stack else None
        pushed = super().push_screen(screen, *words, **options)
        if below is not None and isinstance(self.screen, ModalScreen):
            # A dialog shows it as it is. What it has to paint of itself is written down at its widgets.
            below._repaint_required = False
            over, under = self.screen._compositor, below._compositor
            clear = below is self._shown and not self.screen.styles.background.a
            if clear and isinstance(over, SparingCompositor) and isinstance(under, SparingCompositor):
                over.below = under
        return pushed

    def _prune(self, *nodes: Widget, parent: DOMNode | None = None) -> AwaitRemove:
        """Textual's, which would lay the screen below out and paint it a second time, when a dialog is gone."""
        return super()._prune(*nodes, parent=None if parent is self else parent)

    def action_command_palette(self) -> None:
        """Search everything that can be done."""
        from graphstep.faces.tui.dialogs.palette import Palette

        def chosen(do: Callable[[], object] | None) -> None:
            if do is not None:
                do()

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(self.screen, self.get_system_commands(self.screen)), chosen)

    def redraw(self) -> None:
        """Paint the whole screen, whatever the terminal shows now."""
        self._forget()
        self.refresh(layout=True)
        self.screen.refresh()

    def action_redraw(self) -> None:
        """Paint the whole screen again: another program has written over it."""
        # A run that plays by itself is stopped by this key as by others.
        do = getattr(self.screen, "action_do", None)
        if do is None:
            self.redraw()
        else:
            do("redraw")

    def post_display_hook(self) -> None:
        """Tell the screen that something was painted, if it has a method for it, and look at what was left behind."""
        painted = getattr(self.screen_stack[-1], "painted", None) if self.screen_stack else None
        if painted is not None:
            painted()
        now = time.monotonic()
        if len(self.screen_stack) > 1:
            self._alone_from = math.inf
        elif self._alone_from == math.inf:
            self._alone_from = now + _TAKEN_DOWN
        if len(self.screen_stack) == 1 and self._styled not in (None, (self.theme, self.stylesheet.kinds)):
            # There is another theme, or the panes look otherwise.
            from graphstep.faces.tui.ahead import in_pieces

            in_pieces(self, self.style_ahead())
        self._hold_collector()
        if much_is_new() or much_has_lasted():
            self._collector = self.set_timer(max(_PAUSE, min(self._alone_from - now, _TAKEN_DOWN)), self._collect)

    def _hold_collector(self) -> None:
        """Let the garbage wait for the end of the next frame. Behind a key that is held down it waits for Python's own limit."""
        if self._collector is not None:
            self._collector.stop()
            self._collector = None

    def _collect(self) -> None:
        # A dialog that is open, or still being taken down, must not be taken for what stays: nothing would free it later.
        alone = len(self.screen_stack) == 1 and time.monotonic() >= self._alone_from
        (collect_lasting if alone else collect_new)()

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every action that the screen has a key for, and the themes."""
        at_hand: Set | None = getattr(screen, "at_hand", None)
        do = getattr(screen, "action_do", None)
        if at_hand is not None and do is not None:
            for action in actions_of(at_hand):
                if action.keys and action.id != "palette":
                    text = label(self.language, action)
                    title = f"{text[:1].upper()}{text[1:]}  ({keys_text(action)})"
                    yield SystemCommand(title, help_text(self.language, action), partial(do, action.id))
        for theme in THEMES:
            title = message(self.language, "screen-theme", name=theme.name)
            what = message(self.language, "screen-theme-help")
            yield SystemCommand(title, what, lambda name=theme.name: setattr(self, "theme", name))

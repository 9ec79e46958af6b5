"""The program itself: palette, themes, help, and leaving."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphstep.debugger.actions import key_text
from graphstep.faces.keymap import screen_keys
from graphstep.faces.tui.messages import say

if TYPE_CHECKING:
    from graphstep.faces.tui.screen import SteppingScreen
    from graphstep.faces.tui.training import TrainingScreen


def palette(screen: SteppingScreen | TrainingScreen) -> None:
    """Search everything that can be done."""
    screen.app.action_command_palette()


def theme(screen: SteppingScreen | TrainingScreen) -> None:
    """The next theme."""
    from graphstep.faces.tui.themes import next_theme

    screen.app.theme = next_theme(screen.app.theme)
    screen.say(say(screen, "screen-theme-now", name=screen.app.theme))


def redraw(screen: SteppingScreen | TrainingScreen) -> None:
    """Paint the whole screen again."""
    app: Any = screen.app
    app.redraw()


def show_help(screen: SteppingScreen | TrainingScreen) -> None:
    """The keys and the legend."""
    from graphstep.faces.tui.dialogs.help import HelpPage

    title = say(screen, "training-help-title" if screen.at_hand == "training" else "help-title")
    screen.app.push_screen(HelpPage(title, screen.at_hand))


def leave(screen: SteppingScreen) -> None:
    """Leave the run; where something was predicted of which no summary was shown, that comes before it."""
    score = None if screen.state is None else screen.state.score
    if score is None or not score.asked or score.closed == screen.summed:
        screen.leave()
        return
    from graphstep.faces.tui.dialogs.summary import show_summary

    show_summary(screen, score.closed, screen.leave)


def explain(screen: SteppingScreen, key: str) -> None:
    """Stop playing at a key that does nothing here, and say that it does nothing; a digit may begin an answer."""
    # Textual hands every key to the screen first, and looks for its binding then.
    if key in screen.active_bindings:
        return
    screen.playback.stop()
    if not key.isdecimal():
        screen.say(say(screen, "key-nothing", key=key_text(key), help=screen_keys()["help"]))

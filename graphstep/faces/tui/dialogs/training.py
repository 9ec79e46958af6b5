"""The dialogs of the training screen: save or export to a file, help."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Label, Static

from graphstep.faces.explanations import Line
from graphstep.faces.keymap import actions_of
from graphstep.faces.tui.dialogs.form import Field, Form
from graphstep.faces.tui.dialogs.help import HelpPage, written
from graphstep.faces.tui.files import path_of
from graphstep.faces.tui.messages import language_of, say

_LEGEND = (
    ("⣀⡠⠤", "$active", "sign-loss"),
    ("○", "$value", "sign-held-out"),
    ("◉", "$selected", "sign-round"),
    ("│", "$warn", "sign-not-finite"),
    ("● ▲ ■", "bold $active", "sign-norms"),
    ("┼", "bold $active", "sign-trained"),
)


class FileForm(Form[Path]):
    """Asks for a file, and warns before it overwrites one; who opens it writes."""

    def __init__(self, title: str, name: str, suffixes: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.title_text, self.suggested, self.suffixes = title, name, tuple(suffixes)
        self.sure: str | None = None
        """The file that may be overwritten: enter was pressed twice."""

    def compose(self) -> Iterator[Widget]:
        """What suffixes mean, the field, and a line that says what is wrong."""
        with Vertical(id="box") as box:
            box.border_title = self.title_text
            box.border_subtitle = say(self, "file-keys")
            for suffix, meaning in self.suffixes:
                yield Static(Content.assemble((f"{suffix:<6}", "bold"), (meaning, "$quiet")))
            with Horizontal(classes="field"):
                yield Label(say(self, "file-label"))
                yield Field(self.suggested, id="file", select_on_focus=False)
            yield Static(classes="said wrong")

    def on_input_changed(self, event: Input.Changed) -> None:
        self.sure = None
        path = path_of(event.value.strip())
        self._say(say(self, "file-exists", file=str(path)) if event.value.strip() and self._overwrites(path) else "")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        name = event.value.strip()
        path = path_of(name)
        suffixes = [suffix for suffix, _ in self.suffixes]
        if not name:
            self._say(say(self, "file-nameless"))
        elif path.suffix.lower() not in suffixes:
            self._say(say(self, "file-suffix", suffixes=", ".join(suffixes)))
        elif self._overwrites(path) and self.sure != name:
            self.sure = name
            self._say(say(self, "file-sure", file=str(path)))
        else:
            self.dismiss(path)

    def _overwrites(self, path: Path) -> bool:
        # To a browser it is sent: which files this machine has is nothing to tell.
        return not self.app.is_web and path.exists()

    def _say(self, text: str) -> None:
        self.query_one(".said", Static).update(Content(text))


class TrainingHelp(HelpPage):
    """All keys of the training screen, and what is drawn there."""

    TITLE = "training-help-title"

    def lines(self, width: int) -> list[Line]:
        """The whole help in lines of at most so many cells."""
        return written(language_of(self), "training-idea", actions_of("training"), {"training-drawn": _LEGEND}, min(width, 86))

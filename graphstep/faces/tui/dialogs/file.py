"""The file that something is written to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from textual.containers import Horizontal
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Label, Static

from graphstep.faces.tui.dialogs.form import Field, Form
from graphstep.faces.tui.files import is_there, path_of
from graphstep.faces.tui.messages import say


class FileForm(Form[Path]):
    """Asks for a file, and warns before it overwrites one; who opens it writes."""

    def __init__(self, title: str, name: str, suffixes: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.title_key = title
        """The message in its upper edge."""
        self.name_at_first = name
        """What stands in the field until something else is typed."""
        self.suffixes = dict(suffixes)
        """By suffix what is written to such a file."""
        self.sure: str | None = None
        """The file that may be overwritten: enter was pressed twice."""

    def compose(self) -> Iterator[Widget]:
        """What suffixes mean, the field, and a line that says what is wrong."""
        with self.box(self.title_key, "file-keys"):
            for suffix, meaning in self.suffixes.items():
                yield Static(Content.assemble((f"{suffix:<6}", "bold"), (meaning, "$quiet")))
            yield from self.field()

    def field(self, *, whole: bool = False) -> Iterator[Widget]:
        """The field, and a line that says what is wrong; ``whole`` lets what is typed take the place of the whole name."""
        with Horizontal(classes="field"):
            yield Label(say(self, "file-label"))
            yield Field(self.name_at_first, id="file", select_on_focus=whole)
        yield Static(classes="said wrong")

    def on_input_changed(self, event: Input.Changed) -> None:
        # Who was warned of one file has agreed to nothing of another.
        self.sure = None
        name = event.value.strip()
        self.tell(say(self, "file-exists", file=str(path_of(name))) if self._overwrites(name) else "")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        name = event.value.strip()
        if not name:
            self.tell(say(self, "file-nameless"))
        elif wrong := self.refusal(name):
            self.tell(wrong)
        elif self._overwrites(name) and self.sure != name:
            self.sure = name
            self.tell(say(self, "file-sure", file=str(path_of(name))))
        else:
            self.take(name)

    def refusal(self, name: str) -> str:
        """Why nothing can be written to a file of that name; empty where something can."""
        fits = path_of(name).suffix.lower() in self.suffixes
        return "" if fits else say(self, "file-suffix", suffixes=", ".join(self.suffixes))

    def take(self, name: str) -> None:
        """Answer with the file."""
        self.dismiss(path_of(name))

    def _overwrites(self, name: str) -> bool:
        # To a browser it is sent: which files this machine has is nothing to tell.
        return bool(name) and not self.app.is_web and is_there(path_of(name))

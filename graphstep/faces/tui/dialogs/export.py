"""Write the run up to this step to a file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from textual import events
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Label, OptionList, Static
from textual.widgets.option_list import Option

from graphstep.engine.trace import Trace
from graphstep.faces import export
from graphstep.faces.tui.dialogs.form import Field, Form, move_in
from graphstep.faces.tui.files import download, path_of
from graphstep.faces.tui.messages import language_of, said_of, say
from graphstep.ground.errors import GraphstepError
from graphstep.telling.words.catalogue import of_row

_FIRST = "md"


class ExportForm(Form[Path]):
    """Asks for a format and a file, warns before it overwrites, and writes."""

    def __init__(self, trace: Trace, at: int, options: export.Options = export.PLAIN) -> None:
        super().__init__()
        self.trace = trace
        """The run."""
        self.at = at
        """The step to stop at."""
        self.options = options
        """What the document is asked for, and, of a round of a training, what makes it again."""
        self.formats = sorted(export.formats(), key=lambda name: (name != _FIRST, name))
        """The formats, in the order of the list."""
        self.sure: str | None = None
        """The file that may be overwritten: enter was pressed twice."""

    def compose(self) -> Iterator[Widget]:
        """Formats, a field for the file, and a line that says what will happen."""
        with Vertical(id="box") as box:
            box.border_title = say(self, "export-title", step=str(self.at))
            box.border_subtitle = say(self, "export-keys")
            width = max(map(len, self.formats)) + 1
            yield OptionList(*(Option(Content(f"{name:<{width}}{self._summary(name)}")) for name in self.formats), markup=False)
            with Horizontal(classes="field"):
                yield Label(say(self, "file-label"))
                yield Field(f"graphstep{self._suffix(0)}", id="file")
            yield Static(classes="said wrong")

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        options.can_focus = False
        options.highlighted = 0
        self.query_one(Input).focus()

    def on_key(self, event: events.Key) -> None:
        move_in(self.query_one(OptionList), event)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        field = self.query_one(Input)
        ends = (end for end in map(self._suffix, range(len(self.formats))) if field.value.lower().endswith(end))
        # Of two that fit the longer one: run.nodelink.json is no run.nodelink.
        if end := max(ends, key=len, default=""):
            field.value = field.value[: -len(end)] + self._suffix(event.option_index)

    def on_option_list_option_selected(self) -> None:
        self.query_one(Input).focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        self.sure = None
        self._say(self._warning(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        name = event.value.strip()
        if not name:
            self._say(say(self, "file-nameless"))
            return
        place = self.query_one(OptionList).highlighted or 0
        if self.app.is_web:
            self._deliver(name, self.formats[place])
            return
        path = path_of(name)
        if _is_there(path) and self.sure != name:
            self.sure = name
            self._say(say(self, "file-sure", file=str(path)))
            return
        try:
            self.dismiss(export.write(self.trace, path, name=self.formats[place], at=self.at, options=self.options))
        except GraphstepError as error:
            self._say(said_of(error))

    def _summary(self, name: str) -> str:
        return of_row(language_of(self), f"format.{name}", export.exporter(name).SUMMARY)

    def _suffix(self, place: int) -> str:
        return export.exporter(self.formats[place]).SUFFIX

    def _deliver(self, typed: str, name: str) -> None:
        """Send it to the browser, whose user has no business on this machine's disk."""
        document = export.render(self.trace, name, self.at, self.options)
        self.dismiss(download(self.app, document.encode(), typed, f"graphstep{export.exporter(name).SUFFIX}"))

    def _warning(self, name: str) -> str:
        if self.app.is_web or not name.strip() or not _is_there(path_of(name.strip())):
            return ""
        return say(self, "file-exists", file=str(path_of(name.strip())))

    def _say(self, text: str) -> None:
        self.query_one(".said", Static).update(Content(text))


def _is_there(path: Path) -> bool:
    """Whether writing would overwrite something; of a pipe and its like nothing is lost."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        # A name that cannot be one, which is said when it is written.
        return False

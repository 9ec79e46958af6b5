"""Write the run up to this step to a file."""

from __future__ import annotations

from collections.abc import Iterator

from textual import events
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from graphstep.engine.trace import Trace
from graphstep.faces import export
from graphstep.faces.tui.dialogs.file import FileForm
from graphstep.faces.tui.dialogs.form import move_in
from graphstep.faces.tui.files import download, path_of
from graphstep.faces.tui.messages import language_of, said_of
from graphstep.ground.errors import GraphstepError
from graphstep.telling.words.catalogue import of_row

_FIRST = "md"


class ExportForm(FileForm):
    """Asks for a format too, and writes; any name will do."""

    def __init__(self, trace: Trace, at: int, options: export.Options = export.PLAIN) -> None:
        self.formats = sorted(export.formats(), key=lambda name: (name != _FIRST, name))
        """The formats, in the order of the list."""
        # The suffix follows the format in the list: none is refused, and none is explained.
        super().__init__("export-title", f"graphstep{self._suffix(0)}", ())
        self.trace = trace
        """The run."""
        self.at = at
        """The step to stop at."""
        self.options = options
        """What the document is asked for, and, of a round of a training, what makes it again."""

    def compose(self) -> Iterator[Widget]:
        """Formats, a field for the file, and a line that says what will happen."""
        width = max(map(len, self.formats)) + 1
        with self.box(self.title_key, "export-keys", step=str(self.at)):
            yield OptionList(*(Option(Content(f"{name:<{width}}{self._summary(name)}")) for name in self.formats), markup=False)
            yield from self.field(whole=True)

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

    def refusal(self, name: str) -> str:  # noqa: ARG002 - any will do
        """Nothing: the format is chosen in the list."""
        return ""

    def take(self, name: str) -> None:
        """Write it; or send it to the browser, whose user has no business on this machine's disk."""
        chosen = self.formats[self.query_one(OptionList).highlighted or 0]
        try:
            if self.app.is_web:
                document = export.render(self.trace, chosen, self.at, self.options)
                file = download(self.app, document.encode(), name, f"graphstep{export.exporter(chosen).SUFFIX}")
            else:
                file = export.write(self.trace, path_of(name), name=chosen, at=self.at, options=self.options)
        except GraphstepError as error:
            self.tell(said_of(error))
        else:
            self.dismiss(file)

    def _summary(self, name: str) -> str:
        return of_row(language_of(self), f"format.{name}", export.exporter(name).SUMMARY)

    def _suffix(self, place: int) -> str:
        return export.exporter(self.formats[place]).SUFFIX

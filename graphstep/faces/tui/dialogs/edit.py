"""Edit the inputs while the graph shows what changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.widgets import Input, Static
from textual.worker import get_current_worker

from graphstep.debugger.parts import Inputs
from graphstep.debugger.places import Refitted, with_inputs
from graphstep.faces.comparison import change, routes_text
from graphstep.faces.tui.dialogs.form import Fields, Form
from graphstep.faces.tui.dialogs.inputs import MOST_FIELDS, read_input
from graphstep.faces.tui.inquiries import look_through, takes_long
from graphstep.faces.tui.messages import language_of, said_of, say
from graphstep.ground.arrays import Number, shape_of
from graphstep.ground.errors import GraphstepError
from graphstep.telling.names import output_name
from graphstep.telling.words.catalogue import kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.widget import Widget

    from graphstep.faces.tui.screen import SteppingScreen
    from graphstep.ground.operands import Shape


_CELLS = 25
"""Cells up to which an array that was not typed as it is now is written into its field."""


class EditForm(Form[Inputs]):
    """The inputs in fields at the bottom; every valid change runs the program again, and the graph shows old → new."""

    def __init__(self, screen: SteppingScreen) -> None:
        super().__init__()
        self._under = screen
        self.before = screen.now.root
        """The run before the edit."""
        self.now = Refitted(self.before, None)
        """The run with what the fields say, as far as it is valid."""
        self.fields = self._chosen()
        """The inputs that have a field."""
        values = {name: self.before.inputs[name] for name in self.fields}
        texts = self.before.setup.filled(values, _CELLS).inputs
        self._texts = {name: texts[name] or "" for name in self.fields}
        self._untold = [name for name, text in self._texts.items() if not text]
        self._values: dict[str, Number] = {}
        self._wrong: dict[str, str] = {}

    def compose(self) -> Iterator[Widget]:
        """A field for each input; that of a large array may be empty, and takes what is to stand in its place."""
        inputs = self.before.inputs
        title = "edit-title-some" if len(self.fields) < len(inputs) else "edit-title"
        with self.box(title, "edit-keys", fields=len(self.fields), inputs=len(inputs)):
            selected, names = self._under.now.root_place.selected, self.before.program.inputs
            name = "" if selected is None or selected >= len(names) else names[selected]
            yield Fields(
                self.fields,
                [self._texts[name] for name in self.fields],
                [self._placeholder(inputs[name]) for name in self.fields],
                self.fields.index(name) if name in self.fields else 0,
            )
            yield Static(classes="said", id="said")

    def on_mount(self) -> None:
        # Behind its first frame: to draw the whole run takes as long.
        self.call_after_refresh(self._show)

    def on_input_changed(self, event: Input.Changed) -> None:
        name = self._input_of(event.input)
        if event.value == self._texts[name]:
            return
        self._texts[name] = event.value
        self._wrong.pop(name, None)
        self._values.pop(name, None)
        # A field is empty at first where the array is too large to be written into it: left so, it keeps the array.
        if event.value.strip() or name not in self._untold:
            value, wrong = read_input(event.value, files=not self.app.is_web)
            if value is None:
                self._wrong[name] = wrong
            else:
                self._values[name] = value
        self._run()

    def on_input_submitted(self) -> None:
        if self._wrong:
            self._show()
            return
        self.dismiss(Inputs(self._values, self._typed()))

    def _run(self) -> None:
        # Copies: the next key changes the fields while a thread computes with these.
        values, typed = dict(self._values), self._typed()
        if takes_long(self.before, "edit"):
            self.run_worker(lambda: self._run_behind(values, typed), thread=True, exclusive=True)
        else:
            self._show_run(self._outcome(values, typed))

    def _outcome(self, values: dict[str, Number], typed: dict[str, str]) -> Refitted | GraphstepError:
        try:
            return with_inputs(self.before, values, typed)
        except GraphstepError as error:
            return error

    def _run_behind(self, values: dict[str, Number], typed: dict[str, str]) -> None:
        worker = get_current_worker()
        outcome = self._outcome(values, typed)
        if isinstance(outcome, Refitted):
            look_through(self._under, self.before, outcome.trace, lambda: worker.is_cancelled)
        if not worker.is_cancelled:
            self.app.call_from_thread(self._show_run, outcome)

    def _show_run(self, outcome: Refitted | GraphstepError) -> None:
        self._wrong.pop("", None)
        if isinstance(outcome, GraphstepError):
            # The last valid run stays on show.
            self._wrong[""] = said_of(outcome)
        else:
            self.now = outcome
        if self.is_attached:
            self._show()

    def _typed(self) -> dict[str, str]:
        return {name: self._texts[name].strip() for name in self._values}

    def _show(self) -> None:
        line = self.query_one("#said", Static)
        words = next((f"{name}: {wrong}" if name else wrong for name, wrong in self._wrong.items()), "")
        line.set_class(bool(words), "wrong")
        line.update(Content(words or self._changes()))
        self._under.show_edit(self.before, self.now)

    def _changes(self) -> str:
        out, now = output_name(self.before.program), self.now.trace
        output = f"{out}: {change(self.before.output, now.output, now.writing.language)}"
        if self.now.where is not None:
            pairs = [(name, shape_of(value), shape_of(now.inputs[name])) for name, value in self.before.inputs.items()]
            shapes = [self._kind(name, after) for name, before, after in pairs if before != after]
            return f"{output}   {', '.join(shapes[:3])}"
        routes = routes_text(self.before, now)
        return f"{output}{f'   {routes}' if routes else ''}"

    def _input_of(self, field: Input) -> str:
        return self.fields[int((field.id or "").removeprefix("field-"))]

    def _chosen(self) -> list[str]:
        """All inputs, or of many those that are on show in the graph."""
        names = self.before.program.inputs
        if len(names) <= MOST_FIELDS:
            return list(names)
        scene, selected = self._under.panes.graph.scene, self._under.now.root_place.selected
        near = [selected] if selected is not None and selected < len(names) else []
        near += [] if scene is None else [index for index in scene.drawn.nodes if index < len(names) and index not in near]
        return [names[index] for index in (near or range(MOST_FIELDS))[:MOST_FIELDS]]

    def _kind(self, name: str, shape: Shape) -> str:
        return say(self, "edit-kind", name=name, kind=kind(language_of(self), shape))

    def _placeholder(self, value: Number) -> str:
        shape = shape_of(value)
        if not shape:
            return ""
        other = f"randn({', '.join(map(str, shape))}, seed=1){'' if self.app.is_web else ', @file.npy'}"
        return say(self, "edit-another", kind=kind(language_of(self), shape), other=other)

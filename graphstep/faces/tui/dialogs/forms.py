"""The forms that SymPy can be asked for, as a list: enter chooses one."""

from __future__ import annotations

from collections.abc import Iterator

from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from graphstep.debugger.effects import EVERY
from graphstep.faces.tui.dialogs.form import Form
from graphstep.faces.tui.messages import say
from graphstep.ground.widths import padded
from graphstep.language.setup import FORMS


class FormsForm(Form[str]):
    """Lists the forms with what each is; its answer is the one that was chosen."""

    def compose(self) -> Iterator[Widget]:
        """The list."""
        with Vertical(id="box") as box:
            box.border_title = say(self, "forms-title")
            box.border_subtitle = say(self, "forms-keys")
            kinds = (*FORMS, EVERY)
            width = max(map(len, kinds))
            rows = ((kind, f"{padded(kind, width)}  {say(self, f'form-{kind}')}") for kind in kinds)
            yield OptionList(*(Option(Content(row), id=kind) for kind, row in rows), markup=False)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)

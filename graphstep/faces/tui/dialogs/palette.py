"""The palette: everything that can be done, and the nodes of a run, found by their names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, NamedTuple

from textual import events
from textual.app import SystemCommand
from textual.content import Content
from textual.fuzzy import FuzzySearch
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from graphstep.debugger.search import search
from graphstep.faces.tui.dialogs.find import candidate_text
from graphstep.faces.tui.dialogs.form import Field, Form, move_in
from graphstep.faces.tui.messages import say
from graphstep.faces.tui.screen import SteppingScreen

_MOST = 20
"""Nodes and steps that it lists: who types one more letter sees others."""


class _Hit(NamedTuple):
    title: Content
    help: str
    do: Callable[[], object]


class Palette(Form[Callable[[], object]]):
    """Asks for a text, and lists what fits, the best first; its answer is what is to be done."""

    def __init__(self, under: Screen[Any], commands: Iterable[SystemCommand]) -> None:
        super().__init__()
        self._under, self._commands = under, [*commands]
        self._fuzzy = FuzzySearch()
        self._hits = self._fitting("")
        self._listed = 0

    def compose(self) -> Iterator[Widget]:
        """A field, and a list in which everything stands at first."""
        with self.box("palette-title", "find-keys"):
            yield Field(placeholder=say(self, "palette-example"))
            yield OptionList(*self._next_options(), markup=False)

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        options.can_focus = False
        options.highlighted = 0
        self.call_after_refresh(self._list_more)

    def on_input_changed(self, event: Input.Changed) -> None:
        self._hits, self._listed = self._fitting(event.value.strip()), 0
        options = self.query_one(OptionList)
        options.set_options(self._next_options())
        options.highlighted = 0 if self._hits else None
        self.call_after_refresh(self._list_more)

    def on_key(self, event: events.Key) -> None:
        move_in(self.query_one(OptionList), event)

    def on_input_submitted(self) -> None:
        if (place := self.query_one(OptionList).highlighted) is not None:
            self.dismiss(self._hits[place].do)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._hits[event.option_index].do)

    def _list_more(self) -> None:
        # Behind the frame: all lines are wrapped to find out how long the list is.
        if self._listed < len(self._hits):
            self.query_one(OptionList).add_options(self._next_options(len(self._hits)))

    def _next_options(self, count: int | None = None) -> list[Option]:
        """As many more as there is room for at first, or all others."""
        if not self._hits:
            return [Option(Content(say(self, "find-nothing")), disabled=True)]
        start, self._listed = self._listed, count or min(self.app.size.height // 3 + 1, len(self._hits))
        hits = self._hits[start : self._listed]
        return [Option(Content("\n").join([hit.title, Content.styled(hit.help, "$quiet")])) for hit in hits]

    def _fitting(self, query: str) -> list[_Hit]:
        if not query:
            return [_Hit(Content(title), text, do) for title, text, do, _ in self._commands]
        hits = []
        for title, text, do, _ in self._commands:
            score, places = self._fuzzy.match(query, title)
            if score > 0:
                hits.append((score, _Hit(_marked(title, places), text, do)))
        under = self._under
        if isinstance(under, SteppingScreen) and under.state is not None:
            trace, go = under.now.trace, say(under, "palette-go")
            for place, candidate in enumerate(search(trace, query, _MOST)):
                hit = _Hit(Content(candidate_text(trace, candidate).strip()), go, partial(under.go_to, candidate))
                hits.append((0.5 - place / 1000, hit))
        return [hit for _, hit in sorted(hits, key=lambda scored: -scored[0])]


def _marked(title: str, places: Iterable[int]) -> Content:
    content = Content(title)
    for place in places:
        content = content.stylize("bold underline", place, place + 1)
    return content

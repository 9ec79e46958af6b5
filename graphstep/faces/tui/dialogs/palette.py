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
            yield OptionList(markup=False)

    def on_mount(self) -> None:
        self.query_one(OptionList).can_focus = False
        self.call_after_refresh(self._list)

    def on_input_changed(self, event: Input.Changed) -> None:
        self._hits = self._fitting(event.value.strip())
        self._list()

    def on_key(self, event: events.Key) -> None:
        move_in(self.query_one(OptionList), event)

    def on_input_submitted(self) -> None:
        if self._hits:
            self.dismiss(self._hits[self.query_one(OptionList).highlighted or 0].do)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._hits[event.option_index].do)

    def _list(self) -> None:
        options = self.query_one(OptionList)
        self._listed = min(self.app.size.height // 3, len(self._hits))
        options.set_options(_option(hit) for hit in self._hits[: self._listed])
        if self._hits:
            options.highlighted = 0
            self.call_after_refresh(self._list_more)
        else:
            options.add_option(Option(Content(say(self, "find-nothing")), disabled=True))

    def _list_more(self) -> None:
        # Behind the frame: all lines are wrapped to find out how long the list is.
        more, self._listed = self._hits[self._listed :], len(self._hits)
        self.query_one(OptionList).add_options(_option(hit) for hit in more)

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


def _option(hit: _Hit) -> Option:
    return Option(Content("\n").join([hit.title, Content.styled(hit.help, "$quiet")]))


def _marked(title: str, places: Iterable[int]) -> Content:
    content = Content(title)
    for place in places:
        content = content.stylize("bold underline", place, place + 1)
    return content

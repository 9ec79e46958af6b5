"""A stylesheet that matches its rules once for every kind of node: Textual does it for each node, and a form has a hundred.

And it parses each source once for every theme, and does both for the next theme ahead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.css.styles import RenderStyles, RulesMap, Styles
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode
from textual.layout import Layout
from textual.widget import Widget

if TYPE_CHECKING:
    from collections.abc import Iterator


class Sheet(Stylesheet):
    """The sources in the colours of one theme. It gives a node no rules, and remembers which it would give, by all that selectors
    ask of the node and of those around it.
    """

    def __init__(self, variables: dict[str, str]) -> None:
        super().__init__(variables=variables)
        self.matches: dict[tuple[Any, ...], tuple[RulesMap, bool]] = {}
        """The rules of nodes, and whether one of them is for a node under the mouse."""
        self._last: RulesMap = RulesMap()

    def take(self, source: dict[Any, Any]) -> None:
        """Take other sources, where they are others."""
        if source != self.source or not self._rules:
            self.source = dict(source)
            self.parse()
            self.matches = {}

    def parse_ahead(self, source: dict[Any, Any]) -> Iterator[None]:
        """Parse sources before they are taken, one at a time."""
        for read_from, (css, *options) in [*source.items()]:
            words: tuple[Any, ...] = css, read_from, *options
            if words not in self._parse_cache:
                self._parse_rules(*words)
                yield
        self.take(source)

    def match(self, node: DOMNode) -> RulesMap:
        """The rules of a node."""
        named = self.rules_map
        # An id that no rule names would only keep like nodes apart; the classes of the application name its theme.
        key = tuple(
            (
                type(x),
                x._id if f"#{x._id}" in named else None,
                None if isinstance(x, App) else x.classes,
                x._pseudo_classes_cache_key,
            )
            for x in node.css_path_nodes
        )
        if (match := self.matches.get(key)) is not None:
            rules, node._has_hover_style = match
            node._has_focus_within = node._has_order_style = node._has_odd_or_even = False
            return rules
        self._last = RulesMap()
        super().apply(node)
        rules = _settled(self._last)
        # What depends on a node's place among its neighbours, or on what is inside of it, is not in the key.
        if not (node._has_focus_within or node._has_order_style or node._has_odd_or_even):
            self.matches[key] = rules, node._has_hover_style
        return rules

    def apply(self, node: DOMNode, **_: Any) -> None:
        """Only find out what is to be applied."""
        self.match(node)

    def replace_rules(self, node: DOMNode, rules: RulesMap, animate: bool = False) -> None:  # type: ignore[override]  # noqa: ARG002
        """Called by Textual's with the rules that it came to."""
        self._last = rules

    def _process_component_classes(self, node: DOMNode) -> None:
        """Nothing: parts of a widget are nodes of their own."""


class MatchedStylesheet(Stylesheet):
    """The sheets of all themes, of which one is worn."""

    def __init__(self, *, variables: dict[str, str]) -> None:
        super().__init__(variables=variables)
        self._sheets: dict[frozenset[tuple[str, str]], Sheet] = {}
        self._sheet = self.sheet_with(variables)

    @property
    def kinds(self) -> int:
        """How many kinds of nodes it has met since it got this theme or its sources."""
        return len(self._sheet.matches)

    def sheet_with(self, variables: dict[str, str]) -> Sheet:
        """The sheet of a theme, by its variables."""
        key = frozenset(variables.items())
        return self._sheets.get(key) or self._sheets.setdefault(key, Sheet(variables))

    def set_variables(self, variables: dict[str, str]) -> None:
        """Textual's, which forgets what was parsed with others: a theme comes again, and this one may have been parsed ahead."""
        super().set_variables(variables)
        self._sheet = self.sheet_with(variables)

    def parse(self) -> None:
        """Parse what has come since."""
        self._sheet.take(self.source)
        self._rules, self._rules_map, self._require_parse = self._sheet.rules, None, False

    def reparse(self) -> None:
        """Textual's, which parses everything anew, also where one more source has come."""
        self.parse()

    def apply(self, node: DOMNode, *, animate: bool = False, **_: Any) -> None:
        """Textual's; a node like one before is spared the matching."""
        if self._require_parse:
            self.parse()
        self.replace_rules(node, self._sheet.match(node), animate)
        self._process_component_classes(node)

    def replace_rules(self, node: DOMNode, rules: RulesMap, animate: bool = False) -> None:  # type: ignore[override]  # a class method
        """Textual's, which has all inside of a node painted for each colour."""
        base = node.styles.base
        before: dict[str, Any] = dict(base._rules)
        changed = {name for name in before.keys() | rules.keys() if not _is_same(before.get(name), rules.get(name))}
        if changed and node._is_mounted and not all(_is_ink(before.get(name), rules.get(name)) for name in changed):
            super().replace_rules(node, rules, animate)
            return
        if changed:
            # To set them one by one would have something painted for each.
            for name in changed:
                base.clear_rule(name)
            base.merge_rules(cast("RulesMap", {name: value for name, value in rules.items() if name in changed}))
            base.refresh(children=True)
            if isinstance(node, Widget):
                # They take their colours from it.
                if node.show_vertical_scrollbar:
                    node.vertical_scrollbar.refresh()
                if node.show_horizontal_scrollbar:
                    node.horizontal_scrollbar.refresh()
        node.notify_style_update()

    def _process_component_classes(self, node: DOMNode) -> None:
        components = node._component_styles
        if not isinstance(components, _Components):
            node._component_styles = _Components(node)
            return
        before = dict(components)
        components.clear()
        if any(components[name] != styles for name, styles in before.items()):
            node.refresh()


def _settled(rules: RulesMap) -> RulesMap:
    """Rules as they are once they are set: a percentage is of a width or of a height, what is false is left out."""
    styles = Styles()
    for name, value in rules.items():
        setattr(styles, name, value)
    return styles._rules


def _is_same(old: object, new: object) -> bool:
    # Each layout that is set is another object.
    return old == new or (isinstance(old, Layout) and type(old) is type(new))


_INK = Color, Style, bool, type(None)
"""What is in rules that say how something is painted, and not where it stands."""


def _is_ink(old: object, new: object) -> bool:
    """Whether a rule that changes says the same of where things stand."""
    if isinstance(old, _INK) and isinstance(new, _INK):
        return True
    # The edges of a border: what they are like, and in which colour.
    return isinstance(old, tuple) and isinstance(new, tuple) and isinstance(old[-1], Color) and old[:-1] == new[:-1]


class _Components(dict[str, "RenderStyles"]):
    """The styles of the parts of a widget, each looked up when it is drawn for the first time: of a field without the focus
    that is none of four.
    """

    def __init__(self, node: DOMNode) -> None:
        super().__init__()
        self._node = node

    def __contains__(self, name: object) -> bool:
        return name in self._node._get_component_classes()

    def __missing__(self, name: str) -> RenderStyles:
        part = DOMNode(classes=name)
        part._attach(self._node)
        self._node.app.stylesheet.apply(part)
        self[name] = part.styles
        return part.styles

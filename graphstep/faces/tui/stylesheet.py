"""A stylesheet that matches its rules once for every kind of node: Textual does it for each node, and a form has a hundred.

And it parses each source once for every theme, and for the next theme ahead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.style import Style
from textual.color import Color
from textual.css.styles import RenderStyles, RulesMap, Styles
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode
from textual.layout import Layout
from textual.widget import Widget

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.css.model import RuleSet
    from textual.css.tokenizer import Token


class MatchedStylesheet(Stylesheet):
    """Remembers to which rules it came, by all that selectors ask of a node and of the nodes around it."""

    def __init__(self, *, variables: dict[str, str]) -> None:
        super().__init__(variables=variables)
        self._parsers: dict[frozenset[tuple[str, str]], Stylesheet] = {}
        self._parser = self._parser_with(variables)
        self._matches: dict[tuple[Any, ...], tuple[RulesMap, bool]] = {}
        self._matches_of: object = None
        self._asked: tuple[DOMNode, tuple[Any, ...]] | None = None

    def set_variables(self, variables: dict[str, str]) -> None:
        """Textual's, which forgets what was parsed with others: a theme comes again, and this one may have been parsed ahead."""
        super().set_variables(variables)
        self._parser = self._parser_with(variables)

    def reparse(self) -> None:
        """Textual's, which parses everything anew, also where one more source has come."""
        self.parse()

    def parse_ahead(self, variables: dict[str, str]) -> Iterator[None]:
        """Parse the sources for variables that may be set later, one at a time."""
        parser = self._parser_with(variables)
        for read_from, (css, *options) in [*self.source.items()]:
            source: tuple[Any, ...] = css, read_from, *options
            if source not in parser._parse_cache:
                parser._parse_rules(*source)
                yield

    @property
    def _variable_tokens(self) -> dict[str, list[Token]]:
        return self._parser._variable_tokens

    def _parse_rules(self, *source: Any, **options: Any) -> list[RuleSet]:
        return self._parser._parse_rules(*source, **options)

    def _parser_with(self, variables: dict[str, str]) -> Stylesheet:
        return self._parsers.setdefault(frozenset(variables.items()), Stylesheet(variables=variables))

    def apply(self, node: DOMNode, *, animate: bool = False, cache: dict[tuple[Any, ...], RulesMap] | None = None) -> None:
        """Textual's; a node like one before is spared the matching."""
        if self._matches_of is not self.rules:
            # Parsed anew: for another theme, or because widgets of a new class bring their own.
            self._matches, self._matches_of = {}, self.rules
        named = self.rules_map
        # All that a rule can ask: type, id, classes and pseudo-classes, of the node and of those around it. An id that no rule
        # names would only keep like nodes apart.
        key = tuple(
            (type(x), x._id if f"#{x._id}" in named else None, x.classes, x._pseudo_classes_cache_key)
            for x in node.css_path_nodes
        )
        if (match := self._matches.get(key)) is None:
            self._asked = node, key
            super().apply(node, animate=animate, cache=cache)
            return
        rules, node._has_hover_style = match
        node._has_focus_within = node._has_order_style = node._has_odd_or_even = False
        self.replace_rules(node, rules, animate=animate)
        self._process_component_classes(node)

    def replace_rules(self, node: DOMNode, rules: RulesMap, animate: bool = False) -> None:  # type: ignore[override]  # a class method
        """Textual's, which calls it with the rules that it came to, and has all inside of a node painted for each colour."""
        if self._asked is not None and self._asked[0] is node:
            rules = _settled(rules)
            # What depends on a node's place among its neighbours, or on what is inside of it, is not in the key.
            if not (node._has_focus_within or node._has_order_style or node._has_odd_or_even):
                self._matches[self._asked[1]] = rules, node._has_hover_style
            self._asked = None
        base = node.styles.base
        before: dict[str, Any] = dict(base._rules)
        changed = {name for name in before.keys() | rules.keys() if before.get(name) != rules.get(name)}
        if changed and node._is_mounted and not all(_is_ink(before.get(name), rules.get(name)) for name in changed):
            super().replace_rules(node, rules, animate)
            return
        if changed:
            # Without a node it asks for nothing to be painted.
            base.node = None
            for name in changed:
                setattr(base, name, rules.get(name))
            base.node = node
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
            node._component_styles = _Components(self, node)
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


_INK = Color, Style, bool, type(None)
"""What is in rules that say how something is painted, and not where it stands."""


def _is_ink(old: object, new: object) -> bool:
    """Whether a rule that changes says the same of where things stand."""
    if isinstance(old, Layout):
        # Each that is parsed is another object.
        return type(old) is type(new)
    if isinstance(old, _INK) and isinstance(new, _INK):
        return True
    # The edges of a border: what they are like, and in which colour.
    return isinstance(old, tuple) and isinstance(new, tuple) and isinstance(old[-1], Color) and old[:-1] == new[:-1]


class _Components(dict[str, "RenderStyles"]):
    """The styles of the parts of a widget, each looked up when it is drawn for the first time: of a field without the focus
    that is none of four.
    """

    def __init__(self, stylesheet: MatchedStylesheet, node: DOMNode) -> None:
        super().__init__()
        self._stylesheet, self._node = stylesheet, node

    def __contains__(self, name: object) -> bool:
        return name in self._node._get_component_classes()

    def __missing__(self, name: str) -> RenderStyles:
        part = DOMNode(classes=name)
        part._attach(self._node)
        self._stylesheet.apply(part)
        self[name] = part.styles
        return part.styles

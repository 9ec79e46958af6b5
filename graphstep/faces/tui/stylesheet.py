"""A stylesheet that matches its rules once for every kind of node: Textual does it for each node, and a form has a hundred."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode

if TYPE_CHECKING:
    from textual.css.styles import RenderStyles, RulesMap


class MatchedStylesheet(Stylesheet):
    """Remembers to which rules it came, by all that selectors ask of a node and of the nodes around it."""

    def __init__(self, *, variables: dict[str, str]) -> None:
        super().__init__(variables=variables)
        self._matches: dict[tuple[Any, ...], tuple[RulesMap, bool]] = {}
        self._matches_of: object = None
        self._asked: tuple[DOMNode, tuple[Any, ...]] | None = None

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
        """Textual's, which calls it with the rules that it came to."""
        if self._asked is not None and self._asked[0] is node:
            # What depends on a node's place among its neighbours, or on what is inside of it, is not in the key.
            if not (node._has_focus_within or node._has_order_style or node._has_odd_or_even):
                self._matches[self._asked[1]] = rules, node._has_hover_style
            self._asked = None
        if node.styles.base._rules == rules:
            node.notify_style_update()
        else:
            super().replace_rules(node, rules, animate)

    def _process_component_classes(self, node: DOMNode) -> None:
        components = node._component_styles
        if not isinstance(components, _Components):
            node._component_styles = _Components(self, node)
            return
        before = dict(components)
        components.clear()
        if any(components[name] != styles for name, styles in before.items()):
            node.refresh()


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

r"""The formula in a text: all of it, or what stands between ``$`` or in an ``equation`` of a whole document."""

from __future__ import annotations

import re

from graphstep.ground.errors import ReadError, Span

_DISPLAYED = re.compile(
    r"\$\$(?P<dollars>.*?)\$\$|\\\[(?P<brackets>.*?)\\\]|(?P<environment>\\begin\{(?P<name>equation|align|gather|multline|displaymath)"
    r"(?P<star>\*?)\}.*?\\end\{(?P=name)(?P=star)\})|```math\n(?P<fence>.*?)```",
    re.DOTALL,
)
_INLINE = re.compile(r"\$`(?P<git>[^`]*)`\$|\$(?P<dollar>[^$]+)\$|\\\((?P<parentheses>.*?)\\\)", re.DOTALL)
_COMMENT = re.compile(r"(?<!\\)%[^\n]*")


def formula_span(text: str) -> Span:
    """Where the formula stands in a text: all of it, unless something says where formulas begin and end.

    Of a document the one displayed formula is read, else the one between ``$``. Raises ReadError where it has several.
    """
    # Comments are blanked, so that every place stays the same.
    plain = _COMMENT.sub(lambda comment: " " * len(comment[0]), text)
    for pattern in (_DISPLAYED, _INLINE):
        spans = [_inside(match) for match in pattern.finditer(plain)]
        if len(spans) > 1:
            hint = "give the one to be stepped; several statements stand in one formula, with \\\\ between them"
            raise ReadError(f"this text has {len(spans)} formulas", text=text, span=spans[1], hint=hint)
        if spans:
            return spans[0]
    return 0, len(text)


def _inside(match: re.Match[str]) -> Span:
    groups = ("dollars", "brackets", "environment", "fence", "git", "dollar", "parentheses")
    group = next(name for name in groups if name in match.re.groupindex and match[name] is not None)
    return match.span(group)

"""Markdown and Mermaid as Git hosts read them: escapes, fences, tables, mathematics.

Everything from a program's text passes through here, so that no label can become markup. Inline mathematics is written as
``$`…` `` and blocks as ``math`` fences, because Markdown leaves both alone; ``$…$`` loses its backslashes and underscores on
GitHub (github/markup issues 1644 and 1746).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

MERMAID_EDGES = 500
"""Mermaid refuses this many edges, and a document cannot raise its limit."""

_SPECIAL = {ord(sign): f"\\{sign}" for sign in r"\`*_[]<>&|~$#!"}
_SIGNS = re.compile(f"[{re.escape(''.join(map(chr, _SPECIAL)))}]")
# GitHub makes links of bare addresses, also in the text of a user's program.
_ADDRESS = re.compile(r"(?i)(www)\.|(https?|ftp):")
# A line that begins so would be an item of a list, or underline the one above as a heading.
_LIST_LIKE = re.compile(r"^(\s*)(?:([-+=])|(\d+)([.)])(?=\s|$))")
_TICKS = re.compile("`+")
_MERMAID = {ord(c): f"#{ord(c)};" for c in '&"<>#`*_~'}


def plain(text: str) -> str:
    r"""A text that shows as it is, in a paragraph, a heading or a cell.

    >>> print(plain("x*y_1 | <b>"), plain("- 1"), plain("1. x"))
    x\*y\_1 \| \<b\> \- 1 1\. x
    """
    # A part of a line may begin or end with the blank that keeps it apart from the next; inside, blanks are one.
    if "  " in text or not text.isprintable():
        blank = " " if text[:1].isspace() else "", " " if text[-1:].isspace() else ""
        text = f"{blank[0]}{_one_line(text)}{blank[1]}" if text.strip() else blank[0]
    escaped = text.translate(_SPECIAL) if _SIGNS.search(text) else text
    # Nearly no text has an address, and to look for one at every letter takes longer than all the rest.
    if "www." in (lower := escaped.lower()) or "p:" in lower or "ps:" in lower:
        escaped = _ADDRESS.sub(lambda match: f"{match[1]}\\." if match[1] else f"{match[2]}\\:", escaped)
    # Words are most of a document, and none of them begins a list.
    if escaped[:1].isalpha():
        return escaped
    return _LIST_LIKE.sub(lambda m: f"{m[1]}\\{m[2]}" if m[2] else f"{m[1]}{m[3]}\\{m[4]}", escaped)


def code(text: str) -> str:
    """A text as inline code, whatever it holds.

    >>> code("x+y"), code("a`b")
    ('`x+y`', '``a`b``')
    """
    text = _one_line(text) or " "
    fence = "`" * (1 + _longest(text))
    # CommonMark takes one blank away on both sides of code, so that a tick may stand at its ends.
    blank = " " if text[0] == "`" or text[-1] == "`" else ""
    return f"{fence}{blank}{text}{blank}{fence}"


def cell(text: str) -> str:
    """Markdown for a cell of a table: a bar would end the cell, even in code."""
    return re.sub(r"(?<!\\)\|", r"\\|", text) if "|" in text else text


def fence(text: str, language: str = "text") -> str:
    """A fenced block that the text cannot end."""
    ticks = "`" * max(3, 1 + _longest(text))
    return f"{ticks}{language}\n{text.rstrip()}\n{ticks}\n"


def _longest(text: str) -> int:
    """How many ticks stand behind each other in a text at most."""
    return max(map(len, _TICKS.findall(text))) if "`" in text else 0


def mermaid_label(lines: Iterable[str]) -> str:
    """A quoted label of several lines, for Mermaid."""
    shown = (_one_line(line).translate(_MERMAID) for line in lines)
    return f'"{"<br/>".join(shown)}"'


def _one_line(text: str) -> str:
    if text.isprintable() and "  " not in text:
        # Of all that is blank the space alone is printable.
        return text.strip()
    shown = text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)
    return " ".join(shown.split())

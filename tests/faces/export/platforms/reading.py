"""What a platform has of a question once it has imported it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree

HTML = {"p", "pre", "code", "strong", "em", "span", "ul", "li", "br", "img", "table", "tbody", "tr", "th", "td", "div"}
MATHML = {"math", "mrow", "mi", "mo", "mn", "mtext", "mfrac", "msup", "msub", "msubsup", "mover", "munder", "munderover", "msqrt"}
MATHML |= {"mroot", "mtable", "mtr", "mtd", "mspace", "mstyle", "mpadded"}
ATTRIBUTES = frozenset({"src", "alt", "class", "display", "title", "stretchy"})


@dataclass
class Answer:
    """One answer that is known: a number with its room, or a text."""

    text: str
    room: float | None
    share: float
    said: str

    def meets(self, typed: str) -> bool:
        if self.room is not None:
            return abs(float(typed) - float(self.text)) <= self.room
        return typed.strip().casefold() == self.text.casefold()


@dataclass
class Gap:
    """One field, with the answers that are known, the first that fits being the one."""

    kind: str
    answers: list[Answer]
    weight: float = 1

    def grade(self, typed: str) -> tuple[float, str]:
        return next(((each.share, each.said) for each in self.answers if each.meets(typed)), (0, ""))


@dataclass
class Read:
    """A question as it was read."""

    name: str
    stem: str
    gaps: list[Gap]
    worked: str = ""
    pictures: Mapping[str, bytes] = field(default_factory=dict)


def plain(fragment: str) -> str:
    """The words of a fragment of HTML, which is well-formed and holds nothing that does anything."""
    root = ElementTree.fromstring(f"<div>{fragment}</div>")
    for element in root.iter():
        namespace, _, tag = element.tag.rpartition("}")
        assert tag in (MATHML if namespace else HTML), element.tag
        assert ATTRIBUTES.issuperset(element.keys()), element.attrib
    return " ".join("".join(root.itertext()).split())


def images(fragment: str) -> list[str]:
    """The addresses of its pictures."""
    return [element.attrib["src"] for element in ElementTree.fromstring(f"<div>{fragment}</div>").iter("img")]

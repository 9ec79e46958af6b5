"""Documents in the small part of XHTML that learning platforms keep, which is well-formed XML as well.

Platforms strip what they do not know: there are no ids, no styles and no scripts, and a picture is a file of its own. Mathematics
is LaTeX for platforms with a filter for it, and MathML for QTI.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from hashlib import sha256
from html import escape

from graphstep.engine.trace import Trace
from graphstep.faces.export import _latex
from graphstep.faces.export._html import Html
from graphstep.faces.export.platforms._tasks import picture, text_of
from graphstep.telling import document as blocks
from graphstep.telling.explanation import Ladder, Note
from graphstep.telling.reports.parts import heading

_OPENS = re.compile(r"\\(?=[()\[\]])|\$(?=\$)")
"""The first character of what begins or ends mathematics for a filter: it may stand in nobody's words.

https://docs.moodle.org/en/MathJax_filter names ``\\(``, ``\\[`` and ``$$``; Canvas takes ``\\(`` and ``$$``.
"""
_CLOZE = re.compile(r"\{(?=\d*:)")
"""How a gap begins in Moodle's embedded answers: ``{2:NUMERICAL:…}``."""


class Markup(Html):
    """A document as a fragment of XHTML, with its mathematics in MathML."""

    def __init__(self, language: str, pictures: str) -> None:
        super().__init__("", language)
        self.pictures = pictures
        """Before the name of a picture, its address."""

    def fragment(self, parts: Iterable[blocks.Block]) -> str:
        """Blocks behind each other."""
        return "".join(map(self.block, parts))

    def words(self, text: str) -> str:
        return escape(text_of(text))

    def math(self, math: blocks.Math) -> str:
        return _in_namespace(super().math(math))

    def number(self, figure: blocks.Figure) -> str:
        return _in_namespace(super().number(figure))

    def heading(self, heading: blocks.Heading) -> str:
        return f"<p><strong>{self.line(heading.content)}</strong></p>"

    def equations(self, equations: blocks.Equations) -> str:
        return "".join(f"<p>{self.math(line)}</p>" for line in equations.lines)

    def ladder(self, ladder: Ladder) -> str:
        return f"<p>{self.math(blocks.Math.of(ladder))}</p>"

    def table(self, table: blocks.Table) -> str:
        head = "".join(f"<th>{self.line(column.title)}</th>" for column in table.columns)
        rows = ("".join(f"<td>{self.line(cell)}</td>" for cell in row) for row in table.rows)
        return f"<table><tbody><tr>{head}</tr>{''.join(f'<tr>{row}</tr>' for row in rows)}</tbody></table>"

    def graph(self, graph: blocks.Graph) -> str:
        name = self.words(heading(graph.trace, "computational-graph"))
        return f'<p><img src="{self.pictures}{picture_name(graph.trace)}" alt="{name}"/></p>'

    def typed(self, typed: blocks.Typed) -> str:
        return f"<pre>{self.words(typed.text)}</pre>"

    def note(self, note: Note) -> str:
        label = self.label(note)
        return f"<p>{f'<strong>{label}</strong> ' if label else ''}{self.words(note.text)}</p>"

    def verdict(self, verdict: blocks.Verdict) -> str:
        return f"<p>{self.line(verdict.line(self.gap))}</p>"

    def columns(self, columns: blocks.Columns) -> str:
        return "".join(f"<p>{self.line(column)}</p>" for column in columns.columns)

    def question(self, question: blocks.Question) -> str:
        return "".join(map(self.block, question.blocks))

    def step(self, step: blocks.Step) -> str:
        return f"<p><strong>{self.words(step.title)}</strong></p>{self.fragment(step.blocks)}"


class Tex(Markup):
    r"""A document as a fragment of HTML, with its mathematics in LaTeX: ``\(…\)`` in a line, ``\[…\]`` for ladders.

    A curly bracket is never itself in words, so that no name begins a gap of Moodle's.
    """

    def words(self, text: str) -> str:
        # The sign is set apart by an element: no filter sees \\( across a tag, and no reader sees the tag.
        marked = _OPENS.sub(lambda match: f"\0{match[0]}\0", text_of(text).replace("\0", ""))
        pieces = [escape(piece) if place % 2 == 0 else f"<span>{piece}</span>" for place, piece in enumerate(marked.split("\0"))]
        return "".join(pieces).replace("{", "&#123;").replace("}", "&#125;")

    def math(self, math: blocks.Math) -> str:
        return _tex(_latex.line(math))

    def number(self, figure: blocks.Figure) -> str:
        return _tex(_latex.number(figure))

    def ladder(self, ladder: Ladder) -> str:
        lines = _tex(_latex.ladder(ladder), r"\[", r"\]")
        return f"<p>{lines}</p>"


def picture_name(trace: Trace) -> str:
    """The file of a run's picture: the same program, drawn the same, is one file."""
    return f"graph-{sha256(picture(trace).encode()).hexdigest()[:8]}.svg"


def _in_namespace(text: str) -> str:
    return text.replace("<math", '<math xmlns="http://www.w3.org/1998/Math/MathML"')


def _tex(latex: str, before: str = r"\(", behind: str = r"\)") -> str:
    spaced = _CLOZE.sub("{ ", " ".join(text_of(latex).split()))
    return f"{before}{escape(spaced, quote=False)}{behind}" if latex else ""

"""Markdown for pandoc: dollars around mathematics, and the drawn graph once for LaTeX and once for HTML.

pandoc keeps a raw block for the format that it names and drops it elsewhere. Its usual engine of TeX has no letters beyond Latin,
so the header says what stands for those of the document.
"""

from __future__ import annotations

import json

from graphstep.faces.drawing import grids
from graphstep.faces.drawing.picture import svg
from graphstep.faces.drawing.tikz import COLOURS
from graphstep.faces.export import _tex as tex
from graphstep.faces.export._gfm import Markdown
from graphstep.faces.export._markdown import plain
from graphstep.faces.export._picture import captions, diagram
from graphstep.faces.export.tex import CHINESE, Tex, picture
from graphstep.telling.document import Curve, Graph, Grid

_BEYOND_LATIN = 0x250
"""The first letter that the usual engine of TeX does not know by itself."""


def header(title: str, document: str, language: str) -> str:
    """The header of a document for pandoc: its title, and what its LaTeX needs."""
    chinese = language == "zh"
    # Of the letters that this document has: to declare all that TeX might meet would be longer than most documents.
    letters = sorted({c for c in document if ord(c) >= _BEYOND_LATIN or c in tex.SYMBOLS})
    letters = [c for c in letters if not (chinese and tex.is_chinese(c))]
    declared = (rf"\DeclareUnicodeCharacter{{{ord(c):04X}}}{{{tex.beyond(c)}}}" for c in letters)
    lines = [r"\usepackage{amssymb,tikz}", *COLOURS.splitlines(), r"\ifdefined\DeclareUnicodeCharacter", *declared, r"\fi"]
    lines += CHINESE.splitlines() * chinese
    inside = "".join(f"  {line}\n" for line in ("```{=latex}", *lines, "```"))
    # A string of JSON is one of YAML, and pandoc reads Markdown in it.
    return f"---\npagetitle: {json.dumps(plain(title))}\ngeometry: margin=25mm\nheader-includes: |\n{inside}---\n\n"


class Pandoc(Markdown):
    """Markdown for pandoc."""

    def graph(self, graph: Graph) -> str:
        drawn, written = diagram(graph)
        caption, where, on_wires = captions(graph, drawn)
        title = graph.trace.program.label(graph.trace.program.output, 60)
        parts = [
            f"{self.line(caption)} {where}".rstrip(),
            # Both, for nobody knows yet for which format pandoc is asked. Word takes neither: the values stand in the tables.
            f"```{{=latex}}\n\\begin{{center}}\n{picture(drawn, written)}\\end{{center}}\n```",
            f"```{{=html}}\n{svg(drawn.arrange(), written, title=title)}```",
            on_wires,
        ]
        return "\n\n".join(filter(None, parts)) + "\n"

    def curve(self, curve: Curve) -> str:
        plain = super().curve(curve)
        return f"```{{=latex}}\n{Tex().curve(curve)}```\n\n```{{=html}}\n<pre>{plain}</pre>\n```\n"

    def grid(self, grid: Grid) -> str:
        return f"```{{=latex}}\n{Tex().grid(grid)}```\n\n```{{=html}}\n{grids.svg(grid)}```\n"

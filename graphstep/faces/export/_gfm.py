"""The writer of Markdown: blocks as Git hosts, notebooks and printers read them."""

from __future__ import annotations

from graphstep.faces.drawing import grids, loglog
from graphstep.faces.export import _latex as latex
from graphstep.faces.export._markdown import cell, fence, plain
from graphstep.faces.export._markdown import code as markdown_code
from graphstep.faces.export._options import Options
from graphstep.faces.export._picture import as_mermaid, as_text, captions, diagram
from graphstep.faces.export._writer import Writer
from graphstep.faces.export.text import curve_lines
from graphstep.ground.numerals import ENGLISH
from graphstep.telling import document as blocks
from graphstep.telling.explanation import BLANK, Ladder, Note
from graphstep.telling.reports import graph as words


class Markdown(Writer):
    """Markdown. Inline mathematics is ``$`…` `` and blocks are ``math`` fences for Git hosts, dollars elsewhere."""

    def __init__(self, options: Options, language: str = ENGLISH) -> None:
        super().__init__(language)
        self.dollars = options.math != "gfm"
        """Whether mathematics stands between dollars."""
        # Bold print that ends in a sign of punctuation ends in Markdown only where a blank follows.
        self.gap = " "

    def _formula(self, text: str) -> str:
        return f"${text}$" if self.dollars else f"$`{text}`$"

    def _displayed(self, text: str) -> str:
        return f"$$\n{text}\n$$\n" if self.dollars else fence(text, "math")

    # -- lines ---------------------------------------------------------------------------------------------------------------

    def words(self, text: str) -> str:
        return text if text == BLANK else plain(text)

    def code(self, code: blocks.Code) -> str:
        return markdown_code(code.text)

    def strong(self, strong: blocks.Strong) -> str:
        return f"**{plain(strong.text)}**"

    def emphasis(self, emphasis: blocks.Emphasis) -> str:
        return f"*{plain(emphasis.text)}*"

    def math(self, math: blocks.Math) -> str:
        text = latex.line(math)
        return self._formula(text) if text else ""

    def number(self, figure: blocks.Figure) -> str:
        return self._formula(latex.number(figure))

    # -- blocks --------------------------------------------------------------------------------------------------------------

    def heading(self, heading: blocks.Heading) -> str:
        return f"{'#' * heading.level} {self.line(heading.content)}\n"

    def listing(self, listing: blocks.Listing) -> str:
        return "".join(f"- {self.line(item)}\n" for item in listing.items)

    def equations(self, equations: blocks.Equations) -> str:
        return self._displayed(latex.equations(equations.lines))

    def ladder(self, ladder: Ladder) -> str:
        return self._displayed(latex.ladder(ladder))

    def table(self, table: blocks.Table) -> str:
        # A table of Git hosts has a head, even an empty one: without the line of hyphens it is a paragraph with bars in it.
        head = [self.line(column.title) for column in table.columns]
        rows = [f"| {' | '.join(head)} |", f"|{'|'.join('--:' if column.numbers else ':--' for column in table.columns)}|"]
        rows += (f"| {' | '.join(cell(self.line(content)) for content in row)} |" for row in table.rows)
        return "\n".join(rows) + "\n"

    def graph(self, graph: blocks.Graph) -> str:
        drawn, written = diagram(graph)
        # Mermaid for those who draw it, and the drawing in characters behind a fold; that alone where Mermaid would refuse.
        picture, text = as_mermaid(drawn, written, self.language), fence(as_text(drawn, written))
        caption, where, on_wires = captions(graph, drawn)
        if picture:
            summary = f"<details>\n<summary>{words.as_text(graph)}</summary>\n\n"
            shown = fence(picture, "mermaid"), f"{summary}{text}\n</details>"
        else:
            shown = where, text
        return "\n\n".join(part.rstrip("\n") for part in (self.line(caption), *shown, on_wires) if part) + "\n"

    def curve(self, curve: blocks.Curve) -> str:
        if curve.across:
            return fence("\n".join(loglog.rows(curve)))
        # A picture would be a second file, or a data address, which Git hosts strip: block letters are text everywhere.
        return fence("\n".join(curve_lines(curve)))

    def grid(self, grid: blocks.Grid) -> str:
        return fence("\n".join(grids.rows(grid)))

    def typed(self, typed: blocks.Typed) -> str:
        return fence(typed.text)

    def command(self, command: blocks.Command) -> str:
        return fence(command.text, "sh")

    def note(self, note: Note) -> str:
        label = self.label(note)
        return f"> **{label}** {plain(note.text)}\n" if label else f"{plain(note.text)}\n"

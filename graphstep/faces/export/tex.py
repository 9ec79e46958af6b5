"""LaTeX: a document to print, which compiles with the classes and packages of any common distribution."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from graphstep.engine.trace import Trace
from graphstep.faces.drawing import grids, loglog
from graphstep.faces.drawing.diagram import Diagram
from graphstep.faces.drawing.layout import Layout
from graphstep.faces.drawing.pixels import CELL_WIDTH
from graphstep.faces.drawing.text import Marks
from graphstep.faces.drawing.tikz import COLOURS, UNIT, tikz
from graphstep.faces.export import _latex as latex
from graphstep.faces.export import _tex as tex
from graphstep.faces.export._documents import solution
from graphstep.faces.export._options import PLAIN, Options
from graphstep.faces.export._picture import captions, diagram
from graphstep.faces.export._writer import Writer
from graphstep.faces.export.text import Text
from graphstep.ground.numerals import numeral
from graphstep.ground.unprintable import printable
from graphstep.telling import document as blocks
from graphstep.telling.explanation import Ladder, Note
from graphstep.telling.words.catalogue import joined

SUFFIX = ".tex"
SUMMARY = "a worked solution to print, for LaTeX"

WIDTH = 455.0
"""Points of a line of A4 paper with the margins of the preamble."""

_LETTERS = 84
"""Letters of a table that fit beside each other in a line."""

_PAGE = 25
"""Rows up to which a table stays on one page."""

_ROOM = 12
"""Lines that a page has left below a heading at least: a program on one page and its graph on the next is hard to work with."""

_POINTS = 120
"""Points by which a curve is drawn at most."""

# A blank line in front of a display ends the paragraph that leads to it, which might be left behind on the page before.
_BLANK = re.compile(r"^\n(?=\\\[)", re.MULTILINE)

# Latin Modern where it is: with T1 alone letters may be bitmaps. amsmath's matrices have ten columns unless they are given more.
# Typed programs have few places for a break, so that lines may stretch, and pages may end early rather than be torn apart.
PREAMBLE = rf"""\documentclass[11pt,a4paper]{{article}}
\usepackage[T1]{{fontenc}}
\IfFileExists{{lmodern.sty}}{{\usepackage{{lmodern}}}}{{}}
\usepackage[margin=25mm]{{geometry}}
\usepackage{{amsmath,amssymb,textcomp,array,longtable,xcolor,tikz}}
{COLOURS}\setlength{{\parindent}}{{0pt}}
\setlength{{\parskip}}{{6pt plus 2pt}}
\setlength{{\emergencystretch}}{{3em}}
\setcounter{{MaxMatrixCols}}{{40}}
\renewcommand{{\arraystretch}}{{1.25}}
\raggedbottom
\newcommand{{\room}}{{\par\dimen0=\pagegoal\advance\dimen0-\pagetotal\ifdim\dimen0<{_ROOM}\baselineskip\pagebreak\fi}}
"""
"""What stands before the document."""

# XeTeX and LuaTeX read Unicode and take fonts from ctex; pdfTeX has them from CJKutf8. What is missing is named at the first
# error: empty boxes in place of words would be found out at the printer.
CHINESE = r"""\usepackage{iftex}
\iftutex
\IfFileExists{ctex.sty}{\usepackage[UTF8,scheme=plain,fontset=fandol]{ctex}}{%
\PackageError{graphstep}{Chinese words need ctex with its Fandol fonts (Debian: texlive-lang-chinese)}{}\stop}
\else
\IfFileExists{CJKutf8.sty}{\usepackage{CJKutf8}%
\AtBeginDocument{\begin{CJK}{UTF8}{gbsn}}\AtEndDocument{\clearpage\end{CJK}}}{%
\PackageError{graphstep}{Chinese words need CJKutf8 with the font gbsn %
(Debian: latex-cjk-chinese latex-cjk-chinese-arphic-gbsn00lp)}{}\stop}
\fi
"""
"""What a document in Chinese asks for besides: the fonts that Debian has for each engine, or what is to be installed."""


def export(trace: Trace, at: int | None = None, options: Options = PLAIN) -> Iterator[str]:
    """The worked solution as far as step ``at``."""
    return write(solution(trace, "tex", at, options), options)


def write(document: blocks.Document, options: Options = PLAIN) -> Iterator[str]:
    """A document in LaTeX."""
    del options
    writer = Tex(document.language)
    chinese = document.language == "zh"
    yield PREAMBLE + (CHINESE if chinese else "") + "\\begin{document}\n"
    for block in document.blocks:
        text = writer.block(block)
        yield _BLANK.sub("", f"\n{text if chinese else tex.spelled_out(text)}")
    yield "\n\\end{document}\n"


class Tex(Writer):
    """LaTeX."""

    # -- lines ---------------------------------------------------------------------------------------------------------------

    def words(self, text: str) -> str:
        return tex.text(printable(text))

    def code(self, code: blocks.Code) -> str:
        return rf"\texttt{{{tex.code(printable(code.text))}}}"

    def strong(self, strong: blocks.Strong) -> str:
        return rf"\textbf{{{self.words(strong.text)}}}"

    def emphasis(self, emphasis: blocks.Emphasis) -> str:
        return rf"\emph{{{self.words(emphasis.text)}}}"

    def math(self, math: blocks.Math) -> str:
        text = tex.mathematics(latex.line(math))
        return f"${text}$" if text else ""

    def number(self, figure: blocks.Figure) -> str:
        return f"${latex.number(figure)}$"

    def histogram(self, histogram: blocks.Histogram) -> str:
        # A bar of no cells keeps a hair's height, so that its place among the others is seen.
        most = max(histogram.counts, default=0) or 1
        return r"\kern0.3pt".join(rf"\rule{{2pt}}{{{max(0.3, 8 * count / most):.2g}pt}}" for count in histogram.counts)

    # -- blocks --------------------------------------------------------------------------------------------------------------

    def heading(self, heading: blocks.Heading) -> str:
        text = self.line(heading.content)
        if heading.level == 1:
            # By hand: \maketitle would set a date, and a document is the same on every day.
            return f"{{\\raggedright\\Large\\bfseries {text}\\par}}\n"
        return rf"\room\section*{{{text}}}" + "\n" if heading.level == 2 else rf"\subsection*{{{text}}}" + "\n"

    def listing(self, listing: blocks.Listing) -> str:
        items = "".join(f"\\item {self.line(item)}\n" for item in listing.items)
        return f"\\begin{{itemize}}\n{items}\\end{{itemize}}\n"

    def equations(self, equations: blocks.Equations) -> str:
        return _displayed(latex.equations(equations.lines))

    def ladder(self, ladder: Ladder) -> str:
        return _displayed(latex.ladder(ladder))

    def table(self, table: blocks.Table) -> str:
        titles = [rf"\textbf{{{self.line(column.title)}}}" for column in table.columns]
        head = " & ".join(titles) + " \\\\\n\\hline\n" if any(column.title for column in table.columns) else ""
        rows = "".join(rf"{' & '.join(self.line(content) for content in row)} \\" + "\n" for row in table.rows)
        columns = _columns(table)
        if len(table.rows) <= _PAGE:
            inside = f"\\begin{{tabular}}{{{columns}}}\n\\hline\n{head}{rows}\\hline\n\\end{{tabular}}"
        else:
            top = f"\\hline\n{head}\\endhead\n"
            inside = f"\\begin{{longtable}}[l]{{{columns}}}\n{top}{rows}\\hline\n\\end{{longtable}}"
        return f"{{\\footnotesize\n{inside}\n\\par}}\n"

    def graph(self, graph: blocks.Graph) -> str:
        drawn, written = diagram(graph)
        caption, where, on_wires = captions(graph, drawn)
        about = joined(self.language, (self.line(caption), self.words(where)))
        centred = f"\\begin{{center}}\n{picture(drawn, written)}\\end{{center}}"
        return "\n".join(f"{part}\n" for part in (about, centred, self.words(on_wires)) if part)

    def curve(self, curve: blocks.Curve) -> str:
        if curve.across:
            return f"\\begin{{center}}\n{loglog.tikz(curve, self.words)}\\end{{center}}\n"
        rows = (rf"{self.words(name)} & {_drawn(numbers)} & {_ends(numbers)} \\" + "\n" for name, numbers in curve.series)
        return f"\\begin{{tabular}}{{lll}}\n{''.join(rows)}\\end{{tabular}}\n"

    def grid(self, grid: blocks.Grid) -> str:
        return f"\\begin{{center}}\n{grids.tikz(grid, self.words)}\\end{{center}}\n"

    def typed(self, typed: blocks.Typed) -> str:
        lines = "\\\\\n".join(tex.code(printable(line)).replace(" ", r"\ ") or r"\mbox{}" for line in typed.text.splitlines())
        return f"\\begin{{quote}}\\ttfamily\\raggedright\n{lines}\n\\end{{quote}}\n"

    def command(self, command: blocks.Command) -> str:
        return f"\\begin{{quote}}\\small\\ttfamily\\raggedright\n{tex.code(printable(command.text))}\n\\end{{quote}}\n"

    def note(self, note: Note) -> str:
        label = self.label(note)
        words = rf"\textbf{{{label}}}{self.gap}{self.words(note.text)}" if label else self.words(note.text)
        return f"\\begin{{quote}}\n{words}\n\\end{{quote}}\n" if label else f"{words}\n"

    def columns(self, columns: blocks.Columns) -> str:
        width = f"{0.96 / len(columns.columns):.3f}"
        parts = (self.block(blocks.Prose(column)) for column in columns.columns)
        return "\\hfill\n".join(f"\\begin{{minipage}}[t]{{{width}\\linewidth}}\n{part}\\end{{minipage}}" for part in parts) + "\n"


def picture(drawn: Diagram, written: Marks) -> str:
    """The drawn graph of a document, as wide as a page at most."""
    return tikz(_layout(drawn), written, width=WIDTH, escaped=lambda text: tex.text(printable(text)))


def _layout(drawn: Diagram) -> Layout:
    """Where everything goes: closely, where a roomy drawing would have small letters."""
    roomy = drawn.arrange("roomy")
    return roomy if roomy.width * CELL_WIDTH * UNIT <= WIDTH else drawn.arrange("compact")


def _displayed(formula: str) -> str:
    return f"\\[\n{tex.mathematics(formula)}\n\\]\n"


def _columns(table: blocks.Table) -> str:
    """The columns of a table. Where its lines are too long, those of words are as wide as their share, and break their lines."""
    # Measured as plain text: what a formula comes to in print is nearer to that than to the length of its commands.
    plain = Text()
    rows: list[tuple[blocks.Content, ...]] = [tuple(column.title for column in table.columns), *table.rows]
    letters = [2 + max(len(plain.line(row[k])) for row in rows) for k in range(len(table.columns))]
    # Columns of numbers are as wide as they are, since a number is not broken; those of words share what is left.
    numbers = sum(n for n, column in zip(letters, table.columns, strict=True) if column.numbers)
    wide, room = sum(letters) - numbers, max(_LETTERS - numbers, _LETTERS // 3)
    if wide <= room:
        return "".join("r" if column.numbers else "l" for column in table.columns)
    width = 0.94 * room / (_LETTERS * wide)
    return "".join(
        "r" if column.numbers else rf">{{\raggedright\arraybackslash}}p{{{width * n:.3f}\linewidth}}"
        for n, column in zip(letters, table.columns, strict=True)
    )


def _drawn(numbers: Sequence[float]) -> str:
    """A curve in a line; what is not finite is a gap."""
    places = sorted({round(i * (len(numbers) - 1) / (_POINTS - 1)) for i in range(_POINTS)})
    finite = [numbers[k] for k in places if math.isfinite(numbers[k])]
    low, high = min(finite, default=0.0), max(finite, default=1.0)
    # Halves, for the difference of two huge losses may be inf.
    scale = high / 2 - low / 2 or 1.0
    path, joint = "", ""
    for k in places:
        if math.isfinite(numbers[k]):
            path += f"{joint}({100 * k / max(1, len(numbers) - 1):.1f},{7 * (numbers[k] / 2 - low / 2) / scale * 2:.2f})"
        joint = " -- " if math.isfinite(numbers[k]) else " "
    return rf"\begin{{tikzpicture}}[x=1pt, y=1pt] \draw {path}; \end{{tikzpicture}}" if path else ""


def _ends(numbers: Sequence[float]) -> str:
    return tex.text(f"{numeral(numbers[0])} … {numeral(numbers[-1])}")

"""Any document in HTML, with mathematics in MathML: the ink of the page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from graphstep.faces.drawing import grids, loglog
from graphstep.faces.drawing.curve import sparkline
from graphstep.faces.drawing.scene import scene
from graphstep.faces.export._picture import arranged, captions, diagram
from graphstep.faces.export._writer import Writer, bound, figure_number
from graphstep.gates.notation import Ink, Term
from graphstep.gates.notation.mathml import MATHML, mathml_style
from graphstep.ground.numerals import ENGLISH, numeral
from graphstep.ground.unprintable import printable
from graphstep.telling import document as blocks
from graphstep.telling.explanation import Ladder, Note, Rung
from graphstep.telling.reports.parts import heading
from graphstep.telling.words.catalogue import message


class Html(Writer):
    """HTML. Every id begins with a prefix, so that two pages in one document share none."""

    def __init__(self, prefix: str, language: str = ENGLISH) -> None:
        super().__init__(language)
        self.prefix = prefix
        """What every id begins with."""

    # -- lines ---------------------------------------------------------------------------------------------------------------

    def words(self, text: str) -> str:
        return escape(printable(text))

    def code(self, code: blocks.Code) -> str:
        return f"<code>{self.words(code.text)}</code>"

    def strong(self, strong: blocks.Strong) -> str:
        return f"<strong>{self.words(strong.text)}</strong>"

    def emphasis(self, emphasis: blocks.Emphasis) -> str:
        return f"<em>{self.words(emphasis.text)}</em>"

    def math(self, math: blocks.Math) -> str:
        left = "" if math.left is None else math.left.read(MATHML).text
        rungs = _without_left(left, math.rungs)
        forms = [f"{_sign(rung)}{_form(rung)}" for rung in rungs]
        if not left and forms and rungs[0].relation == "=":
            forms[0] = _form(rungs[0])
        return f"<math>{left}{''.join(forms)}</math>" if left or forms else ""

    def number(self, figure: blocks.Figure) -> str:
        if (power := bound(figure)) is not None:
            return f"<math><mo>&lt;</mo><msup><mn>10</mn><mn>{power}</mn></msup></math>".replace("-", "−")
        more = "" if figure.complete else "<mo>+</mo><mo>⋯</mo>"
        return f"<math>{mathml_style(figure.digits).number(figure_number(figure)).text}{more}</math>"

    # -- blocks --------------------------------------------------------------------------------------------------------------

    def heading(self, heading: blocks.Heading) -> str:
        tag = f"h{heading.level}"
        return f'<{tag} id="{self.prefix}{escape(heading.anchor)}">{self.line(heading.content)}</{tag}>\n'

    def prose(self, prose: blocks.Prose) -> str:
        return f"<p>{self.line(prose.content)}</p>\n"

    def listing(self, listing: blocks.Listing) -> str:
        return f"<ul>{''.join(f'<li>{self.line(item)}</li>' for item in listing.items)}</ul>\n"

    def equations(self, equations: blocks.Equations) -> str:
        return "".join(f'<div class="ladder">{self.math(line)}</div>\n' for line in equations.lines)

    def ladder(self, ladder: Ladder) -> str:
        # The colours of the terminal: a derivative that is a product of two is a contribution, any other a gradient.
        kind = "value"
        if ladder.left.operator == "derivative":
            kind = "contribution" if any(map(_is_product, (rung.term for rung in ladder.rungs))) else "gradient"
        left, rows = ladder.left.read(MATHML).text, []
        rungs = _without_left(left, ladder.rungs)
        for place, rung in enumerate(rungs):
            text = _form(rung)
            if kind == "contribution" and rung.term.operator == "*":
                text = _product(rung, self.language if _is_product(rung.term) else "")
            elif place == len(rungs) - 1:
                text = f'<mrow class="{kind} result">{text}</mrow>'
            # MathML Core aligns nothing at its signs: a table that has the sign in a column of its own does.
            rows.append(f"<mtr><mtd>{'' if place else left}</mtd><mtd>{_sign(rung)}</mtd><mtd>{text}</mtd></mtr>")
        return f'<div class="ladder"><math display="block"><mtable>{"".join(rows)}</mtable></math></div>\n'

    def table(self, table: blocks.Table) -> str:
        head = ""
        if any(column.title for column in table.columns):
            titles = (f"<th{_side(column)} scope=col>{self.line(column.title)}</th>" for column in table.columns)
            head = f"<tr>{''.join(titles)}</tr>"
        rows = "".join(f"<tr>{self._cells(row, table.columns)}</tr>" for row in table.rows)
        # What scrolls sideways has to be reached by keys: axe's rule is called scrollable-region-focusable.
        return f'<div class="wide" role="group" tabindex="0"><table>{head}{rows}</table></div>\n'

    def _cells(self, row: tuple[blocks.Content, ...], columns: tuple[blocks.Column, ...]) -> str:
        return "".join(f"<td{_side(column)}>{self.line(cell)}</td>" for cell, column in zip(row, columns, strict=True))

    def graph(self, graph: blocks.Graph) -> str:
        drawn, written = diagram(graph)
        # The page says by its colours what its numbers are.
        caption, _, on_wires = captions(graph, drawn)
        lines = "\n".join(scene(arranged(drawn), written, self.prefix, heading(graph.trace, "computational-graph")))
        about = f"{self.line(caption)} {self.words(on_wires)}".rstrip()
        name = heading(graph.trace, "graph")
        picture = f'<div class="graph" tabindex="0" role="group" aria-label="{name}">{lines}</div>'
        return f"<figure>{picture}<figcaption>{about}</figcaption></figure>\n"

    def curve(self, curve: blocks.Curve) -> str:
        if curve.across:
            return f'<figure><div class="graph" tabindex="0">{loglog.svg(curve, curve.title)}</div></figure>\n'
        rows = (
            f"<tr><th scope=row>{self.words(name)}</th><td>{sparkline(n)}</td><td>{numeral(n[0])} … {numeral(n[-1])}</td></tr>"
            for name, n in curve.series
        )
        return f"<table>{''.join(rows)}</table>\n"

    def grid(self, grid: blocks.Grid) -> str:
        return f'<figure><div class="graph" tabindex="0">{grids.svg(grid)}</div></figure>\n'

    def typed(self, typed: blocks.Typed) -> str:
        return f"<pre>{self.words(typed.text)}</pre>\n"

    def command(self, command: blocks.Command) -> str:
        return self.typed(blocks.Typed(command.text))

    def note(self, note: Note) -> str:
        label = self.label(note)
        head = f"<strong>{label}</strong>{self.gap}" if label else ""
        return f'<p class="note {note.kind}">{head}{self.words(note.text)}</p>\n'

    def verdict(self, verdict: blocks.Verdict) -> str:
        return f'<p class="verdict {verdict.status}">{self.line(verdict.line(self.gap))}</p>\n'

    def columns(self, columns: blocks.Columns) -> str:
        inside = "".join(f"<div>{self.block(blocks.Prose(column))}</div>" for column in columns.columns)
        return f'<div class="columns">{inside}</div>\n'

    def question(self, question: blocks.Question) -> str:
        return f'<section class="question">\n{"".join(map(self.block, question.blocks))}</section>\n'

    def step(self, step: blocks.Step) -> str:
        pattern = f' <span class="pattern">{step.pattern}</span>' if step.pattern else ""
        inside = "".join(map(self.block, step.blocks))
        place = escape(step.anchor.removeprefix("step-"))
        return (
            # The name is without the prefix: #step=4 is an address that people type, and leads here where no script runs.
            f'<section class="step" id="{self.prefix}s{place}"><a name="step={place}"></a>'
            f'<h3><span class="n">{self.label(step)}</span>{self.gap}{self.words(step.title)}{pattern}</h3>\n{inside}</section>\n'
        )


def _without_left(left: str, rungs: Sequence[Rung]) -> Sequence[Rung]:
    """The rungs without a first one that says what the left side says: abs(q) is called by its text, and set as |q|."""
    return rungs[1:] if len(rungs) > 1 and _form(rungs[0]) == left else rungs


def _sign(rung: Rung) -> str:
    return f"<mo>{rung.relation}</mo>"


def _form(rung: Rung) -> str:
    """A rung with what is said behind it."""
    text: str = rung.term.read(mathml_style(rung.digits, rung.phrases)).text
    return f"{text}<mtext>\N{NO-BREAK SPACE}({escape(rung.remark)})</mtext>" if rung.remark else text


def _is_product(term: Term) -> bool:
    """Whether a term is an upstream gradient times a local one."""
    return term.operator == "*" and all(getattr(x, "operator", "") == "derivative" for x in term.arguments)


def _product(rung: Rung, language: str) -> str:
    """An upstream gradient times a local one, each in its ink; with a language, as where it stands in symbols, each has below it
    what it is called.
    """
    style, factors = mathml_style(rung.digits, rung.phrases), []
    # The factors are coloured before they are multiplied, so that the style puts parentheses where the numbers need them.
    for factor, name in zip(rung.term.arguments, ("upstream", "local"), strict=True):
        ink: Ink = factor.read(style)
        text = f'<mrow class="{name}">{ink.text}</mrow>'
        label = f"<mtext>{message(language, name)}</mtext>" if language else ""
        factors.append(Ink(f"<munder>{text}{label}</munder>" if label else text, ink.level, style, ink.cells))
    return style.binary("*", *factors).text


def _side(column: blocks.Column) -> str:
    return ' class="number"' if column.numbers else ""

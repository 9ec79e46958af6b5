"""Plain text: for pipes, logs and screen readers. A run is narrated, one step a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from textwrap import indent, wrap

from graphstep.engine.trace import Trace
from graphstep.faces.drawing.curve import sparkline
from graphstep.faces.drawing.diagram import MORE, digest
from graphstep.faces.drawing.layout import cell_width
from graphstep.faces.export._documents import narration, solution
from graphstep.faces.export._options import PLAIN, Options
from graphstep.faces.export._picture import as_text, diagram, has_shapes
from graphstep.faces.export._writer import Writer, bound, settled, statistic
from graphstep.gates.notation import TEXT
from graphstep.ground.arrays import bars_of
from graphstep.ground.numerals import numeral
from graphstep.telling.document import (
    LABELS,
    Block,
    Code,
    Column,
    Command,
    Content,
    Curve,
    Document,
    Emphasis,
    Equations,
    Figure,
    Graph,
    Heading,
    Histogram,
    Listing,
    Math,
    Prose,
    Step,
    Strong,
    Table,
    Typed,
)  # fmt: skip
from graphstep.telling.explanation import Ladder, Note, Rung
from graphstep.telling.reports import graph as words
from graphstep.telling.reports import run

SUFFIX = ".txt"
SUMMARY = "the narrated trace, one step a line"

_WIDTH = 108
"""Characters of a line in a list: a longer one is broken."""


def export(trace: Trace, at: int | None = None, options: Options = PLAIN) -> Iterator[str]:
    """The start, every step up to ``at``, at the end the gradients of the inputs, and the command that makes it again.

    With options it is the worked solution.
    """
    if options == PLAIN:
        return write(narration(trace, "text", at))
    return write(solution(trace, "text", at, options))


def narrate(trace: Trace, at: int | None = None) -> Iterator[str]:
    """What is exported, without the command that makes it again: who reads it has just typed that."""
    return write(run.narration(trace, at))


def write(document: Document, options: Options = PLAIN) -> Iterator[str]:
    """A document as plain text."""
    del options
    writer, before, inside = Text(), None, False
    for block in document.blocks:
        # A heading stands on what it heads, and steps stand in rows.
        together = isinstance(block, Step) if before is Step else before is Heading and not isinstance(block, Heading)
        if isinstance(block, Heading):
            inside = block.level == 3
        elif inside:
            # What a heading of the third level heads is one thing: tables and programs stand apart in it.
            together = together or not isinstance(block, Table | Typed | Command)
        text = writer.block(block)
        if inside and isinstance(block, Table | Typed | Prose):
            text = indent(text, "  ")
        yield f"\n{text}" if before is not None and not together else text
        before = type(block)


def lines(content: Iterable[Block]) -> list[str]:
    """Blocks as lines of plain text."""
    return "".join(write(Document("", content))).splitlines()


class Text(Writer):
    """Plain text."""

    # -- lines ---------------------------------------------------------------------------------------------------------------

    def words(self, text: str) -> str:
        return text

    def code(self, code: Code) -> str:
        return code.text

    def strong(self, strong: Strong) -> str:
        return strong.text

    def emphasis(self, emphasis: Emphasis) -> str:
        return emphasis.text

    def math(self, math: Math) -> str:
        if math.left is None:
            return "".join(map(_form, math.rungs)).removeprefix(" = ").lstrip()
        left: str = math.left.read(TEXT).text
        return left + "".join(map(_form, math.rungs))

    def figure(self, figure: Figure) -> str:
        if (power := bound(figure)) is not None:
            return f"< 1e{power}"
        return statistic(figure) or digest(settled(figure), figure.digits) + ("" if figure.complete else MORE)

    def histogram(self, histogram: Histogram) -> str:
        return bars_of(histogram.counts)

    # -- blocks --------------------------------------------------------------------------------------------------------------

    def heading(self, heading: Heading) -> str:
        return f"{self.line(heading.content)}\n"

    def prose(self, prose: Prose) -> str:
        return f"{self.line(prose.content)}\n"

    def listing(self, listing: Listing) -> str:
        return "".join(f"  {line}\n" for item in listing.items for line in self._lines(item))

    def _lines(self, item: Content) -> list[str]:
        """An item of a list: where it is words alone, and long, in several lines."""
        text = self.line(item)
        if len(text) <= _WIDTH or not all(isinstance(part, str) for part in item):
            return [text]
        return wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False)

    def equations(self, equations: Equations) -> str:
        return "".join(f"  {self.math(line)}\n" for line in equations.lines)

    def ladder(self, ladder: Ladder) -> str:
        return "".join(f"  {line}\n" for line in ladder.lines)

    def table(self, table: Table) -> str:
        head = [self.line(column.title) for column in table.columns]
        rows = [head] if any(head) else []
        rows += ([self.line(content) for content in row] for row in table.rows)
        widths = [max(map(cell_width, column)) for column in zip(*rows, strict=True)]
        return "".join(f"{'  '.join(map(_set, row, widths, table.columns)).rstrip()}\n" for row in rows)

    def graph(self, graph: Graph) -> str:
        drawn, written = diagram(graph)
        about = [self.line(words.caption(graph, len(drawn.nodes))), words.WHERE, *([words.ON_WIRES] * has_shapes(drawn))]
        return f"{' '.join(about)}\n\n{as_text(drawn, written)}"

    def curve(self, curve: Curve) -> str:
        wide = max(cell_width(name) for name, _ in curve.series)
        lines = (f"{name:<{wide}}  {sparkline(n)}  {numeral(n[0])} … {numeral(n[-1])}\n" for name, n in curve.series)
        return "".join(lines)

    def typed(self, typed: Typed) -> str:
        return "".join(f"{line}\n" for line in typed.text.splitlines())

    def command(self, command: Command) -> str:
        return f"  {command.text}\n"

    def note(self, note: Note) -> str:
        label = LABELS.get(note.kind)
        return f"{label}. {note.text}\n" if label else f"{note.text}\n"

    def step(self, step: Step) -> str:
        head = f"  {step.n:>{len(str(step.of))}}  {step.title}{f' ({step.pattern})' if step.pattern else ''}"
        rest = step.blocks
        if rest and isinstance(rest[0], Prose):
            head, rest = f"{head}: {self.line(rest[0].content)}", rest[1:]
        else:
            head += "." if rest else ""
        inside = "".join(f"     {line}\n" for block in rest for line in self.block(block).splitlines())
        return f"{head}\n{inside}"


def _form(rung: Rung) -> str:
    return f" {rung.relation} {rung.text}"


def _set(text: str, width: int, column: Column) -> str:
    """A cell of a table: numbers to the right, words to the left."""
    blank = " " * (width - cell_width(text))
    return blank + text if column.numbers else text + blank

"""Plain text: for pipes, logs and screen readers. A run is narrated, one step a line."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import chain, pairwise, zip_longest
from textwrap import indent, wrap

from graphstep.engine.trace import Trace
from graphstep.faces.drawing.digest import MORE, digest
from graphstep.faces.export._documents import narration, solution
from graphstep.faces.export._options import PLAIN, Options
from graphstep.faces.export._writer import Writer, bound, figure_number
from graphstep.gates.notation import plain_text
from graphstep.ground.numerals import ENGLISH, numeral
from graphstep.ground.widths import cell_width, wrapped
from graphstep.telling import document as blocks
from graphstep.telling.explanation import Ladder, Note, Rung
from graphstep.telling.reports import run
from graphstep.telling.words.catalogue import joined

SUFFIX = ".txt"
SUMMARY = "the narrated trace, one step a line"

_ROWS = (blocks.Step, blocks.Verdict, Note)
"""What stands line by line."""

WIDTH = 108
"""Cells of the terminal for a line in a list: a longer one is broken."""

UNBROKEN = sys.maxsize
"""The width for a window that breaks lines itself, by the room that it has."""


def export(trace: Trace, at: int | None = None, options: Options = PLAIN) -> Iterator[str]:
    """The start, every step up to ``at``, at the end the gradients of the inputs, and the command that makes it again.

    With options it is the worked solution.
    """
    if options == PLAIN:
        return write(narration(trace, "text", at, options))
    return write(solution(trace, "text", at, options))


def narrate(trace: Trace, at: int | None = None) -> Iterator[str]:
    """What is exported, without the command that makes it again: who reads it has just typed that."""
    return write(run.narration(trace, at))


def write(document: blocks.Document, options: Options = PLAIN) -> Iterator[str]:
    """A document as plain text."""
    del options
    return _written(document, WIDTH)


def _written(document: blocks.Document, width: int) -> Iterator[str]:
    writer, inside = Text(document.language, width), False
    before: type = type(None)
    # A document is made while it is written: one block is looked ahead, and no more.
    for block, after in pairwise(chain(document.blocks, (None,))):
        assert block is not None, "only the last stands alone"
        if isinstance(block, blocks.Heading):
            inside = block.level == 3
        elif isinstance(after, blocks.Command):
            # The line above a command belongs to it and no longer to what was headed.
            inside = False
        text = writer.block(block)
        if inside and isinstance(block, blocks.Table | blocks.Typed | blocks.Prose):
            text = indent(text, "  ")
        yield f"\n{text}" if _is_apart(before, block, inside) else text
        before = type(block)


def _is_apart(before: type, block: blocks.Block, inside: bool) -> bool:
    """Whether a blank line stands before a block; ``inside`` is what a heading of the third level heads, which is one thing."""
    if before is type(None) or (before is blocks.Heading and not isinstance(block, blocks.Heading)):
        return False
    if type(block) is before and before in _ROWS:
        return False
    return not inside or isinstance(block, blocks.Heading | blocks.Table | blocks.Typed | blocks.Command)


def lines(content: Iterable[blocks.Block], language: str = ENGLISH, width: int = WIDTH) -> list[str]:
    """Blocks as lines of plain text; the language is that of the labels of their notes, ``width`` that of a line in a list."""
    return "".join(_written(blocks.Document("", content, language), width)).splitlines()


class Text(Writer):
    """Plain text."""

    def __init__(self, language: str = ENGLISH, width: int = WIDTH) -> None:
        super().__init__(language)
        self.width = width
        """Cells for a line in a list."""

    # -- lines ---------------------------------------------------------------------------------------------------------------

    def words(self, text: str) -> str:
        return text

    def code(self, code: blocks.Code) -> str:
        return code.text

    def strong(self, strong: blocks.Strong) -> str:
        return strong.text

    def emphasis(self, emphasis: blocks.Emphasis) -> str:
        return emphasis.text

    def math(self, math: blocks.Math) -> str:
        if math.left is None:
            return "".join(map(_form, math.rungs)).removeprefix(" = ").lstrip()
        return plain_text(math.left) + "".join(map(_form, math.rungs))

    def number(self, figure: blocks.Figure) -> str:
        if (power := bound(figure)) is not None:
            return f"< 1e{power}"
        text = digest(figure_number(figure), figure.digits, language=self.language)
        return text if figure.complete else text + MORE

    # -- blocks --------------------------------------------------------------------------------------------------------------

    def heading(self, heading: blocks.Heading) -> str:
        return f"{self.line(heading.content)}\n"

    def listing(self, listing: blocks.Listing) -> str:
        return "".join(f"  {line}\n" for item in listing.items for line in self._lines(item))

    def _lines(self, item: blocks.Content) -> list[str]:
        """An item of a list: where it is words alone, and long, in several lines."""
        text = self.line(item)
        # A formula or a piece of code is never broken: its next line would read as another one.
        if cell_width(text) <= self.width or not all(isinstance(part, str) for part in item):
            return [text]
        if cell_width(text) > len(text):
            # Chinese has no blanks to be broken at.
            return wrapped(text, self.width)
        return wrap(text, self.width, break_long_words=False, break_on_hyphens=False)

    def equations(self, equations: blocks.Equations) -> str:
        return "".join(f"  {self.math(line)}\n" for line in equations.lines)

    def ladder(self, ladder: Ladder) -> str:
        return "".join(f"  {line}\n" for line in ladder.lines)

    def table(self, table: blocks.Table) -> str:
        head = [self.line(column.title) for column in table.columns]
        rows = [head] if any(head) else []
        rows += ([self.line(content) for content in row] for row in table.rows)
        # In cells of the terminal, and not in characters: Chinese takes two, an accent that combines none.
        widths = [max(map(cell_width, column)) for column in zip(*rows, strict=True)]
        return "".join(f"{'  '.join(map(_set, row, widths, table.columns)).rstrip()}\n" for row in rows)

    def graph(self, graph: blocks.Graph) -> str:
        # What draws is needed by few documents, and not by the narration of a run.
        from graphstep.faces.export._picture import as_text, captions, diagram

        drawn, written = diagram(graph)
        caption, *more = captions(graph, drawn)
        return f"{' '.join(filter(None, (self.line(caption), *more)))}\n\n{as_text(drawn, written)}"

    def curve(self, curve: blocks.Curve) -> str:
        from graphstep.faces.drawing import loglog

        return "".join(f"{line}\n" for line in (loglog.rows if curve.across else curve_lines)(curve))

    def grid(self, grid: blocks.Grid) -> str:
        from graphstep.faces.drawing import grids

        return "".join(f"{line}\n" for line in grids.rows(grid))

    def typed(self, typed: blocks.Typed) -> str:
        return "".join(f"{line}\n" for line in typed.text.splitlines())

    def command(self, command: blocks.Command) -> str:
        return f"  {command.text}\n"

    def note(self, note: Note) -> str:
        label = self.label(note)
        return f"{joined(self.language, (label, note.text))}\n"

    def columns(self, columns: blocks.Columns) -> str:
        parts = [self.block(blocks.Prose(column)).splitlines() for column in columns.columns]
        widths = [max(map(cell_width, lines), default=0) for lines in parts]
        rows = zip_longest(*parts, fillvalue="")
        pads = ([line + " " * (width - cell_width(line)) for line, width in zip(row, widths, strict=True)] for row in rows)
        return "".join(f"  {'    '.join(row)}".rstrip() + "\n" for row in pads)

    def step(self, step: blocks.Step) -> str:
        head, rest = self.head(step)
        inside = "".join(f"     {line}\n" for block in rest for line in self.block(block).splitlines())
        return f"  {step.n:>{len(str(step.of))}}  {head}\n{inside}"


def curve_lines(curve: blocks.Curve) -> Iterator[str]:
    """A line for each series: its name, the curve in block letters, and its ends."""
    from graphstep.faces.drawing.curve import sparkline

    # In cells of the terminal, as in tables.
    wide = max(cell_width(name) for name, _ in curve.series)
    for name, numbers in curve.series:
        yield f"{name}{' ' * (wide - cell_width(name))}  {sparkline(numbers)}  {numeral(numbers[0])} … {numeral(numbers[-1])}"


def _form(rung: Rung) -> str:
    return f" {rung.relation} {rung.text}"


def _set(text: str, width: int, column: blocks.Column) -> str:
    """A cell of a table: numbers to the right, words to the left."""
    blank = " " * (width - cell_width(text))
    return blank + text if column.numbers else text + blank

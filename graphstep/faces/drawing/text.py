"""A layout as text: box-drawing characters in rows of styled pieces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from functools import cache
from itertools import pairwise

from graphstep.faces.drawing.layout import Anchor, Layout
from graphstep.faces.drawing.layout.window import Window
from graphstep.ground.records import dataclass
from graphstep.ground.widths import between, cell_width, fit, without_controls

Row = list[tuple[str, str]]
"""One row of a drawing: texts, each with the name of its style; blanks between them have the style ""."""

# Digits to the base of three: a cell with no, a light or a heavy arm to each side is one of 81, and Unicode draws them all.
NORTH, EAST, SOUTH, WEST = 1, 3, 9, 27
"""What an arm of a line adds to its cell: once for a light arm, twice for a heavy one."""
LINES = " ╵╹╶└┖╺┕┗╷│╿┌├┞┍┝┡╻╽┃┎┟┠┏┢┣╴┘┚─┴┸╼┶┺┐┤┦┬┼╀┮┾╄┒┧┨┰╁╂┲╆╊╸┙┛╾┵┹━┷┻┑┥┩┭┽╃┯┿╇┓┪┫┱╅╉┳╈╋"
"""The box-drawing character for each sum of arms (Unicode 2500 to 257F)."""
ROUND = str.maketrans("┌┐└┘", "╭╮╰╯")
_DRAWN = tuple(
    (line.translate(ROUND), "wire-active" if any(arms // arm % 3 == 2 for arm in (NORTH, EAST, SOUTH, WEST)) else "wire", 1)
    for arms, line in enumerate(LINES)
)
"""By the sum of its arms what stands in a cell: the character, its style and its width."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What a view has to say over a layout; nodes and edges are indexes into its boxes and edges."""

    values: Mapping[int, str] = field(default_factory=dict)
    """By node: its value, above the wire."""
    gradients: Mapping[int, str] = field(default_factory=dict)
    """By node: its gradient, below the wire."""
    contributions: Mapping[int, str] = field(default_factory=dict)
    """By edge: the contribution sent along it, next to the port it enters, where there is room."""
    active: int | None = None
    """The node that the step is about: a double edge."""
    active_edges: frozenset[int] = field(default_factory=frozenset)
    """The edges that the step is about: heavy wires."""
    active_output: bool = False
    """Whether the step is about the wire to the arrow of the output, as when the seed arrives."""
    backward: bool = False
    """Whether what is active goes from right to left: its arrow heads stand at the other end."""
    locals: Mapping[int, str] = field(default_factory=dict)
    """By edge: the local gradient at the port it enters, set into the wire where that is long enough."""
    selected: int | None = None
    """The node that the learner has selected: a heavy edge."""
    breakpoints: frozenset[int] = field(default_factory=frozenset)
    """The nodes with a breakpoint: a dot at the upper left corner."""
    flagged: frozenset[int] = field(default_factory=frozenset)
    """The nodes at which something is wrong: a triangle at the upper right corner."""
    pending: frozenset[int] = field(default_factory=frozenset)
    """The nodes that the run has not reached yet: the style `box-pending`."""
    changed: frozenset[int] = field(default_factory=frozenset)
    """The nodes whose value or gradient was just changed: the styles `value-changed` and `gradient-changed`."""


NO_MARKS = Marks()


def draw(
    layout: Layout, marks: Marks = NO_MARKS, left: int = 0, top: int = 0, width: int | None = None, height: int | None = None
) -> list[Row]:
    """The rows of a layout in `width` columns from `left` and `height` rows from `top`; all of it when not given.

    Styles are plain words: value, gradient, contribution, local (and value-changed, gradient-changed), wire, wire-active,
    box, box-active, box-selected, box-pending, label, name, stub, output, breakpoint, flag. Each row is exactly `width`
    cells wide.
    """
    width = layout.width - left if width is None else width
    height = layout.height - top if height is None else height
    if width <= 0 or height <= 0:
        return [[] for _ in range(max(height, 0))]
    sheet = _Sheet(left, top, width, height)
    visible = layout.window(left, top, width, height)
    _wires(sheet, layout, visible, marks)
    for node in visible.nodes:
        _Pen(sheet, layout, node, marks).draw(layout.density == "compact")
        place = layout.place(node)
        # A bare name has no corner: its mark stands behind it, on the wire.
        bare = layout.density == "compact" and place.height == 1 and not layout.boxes[node].ports
        if node in marks.flagged:
            sheet.write(place.x + place.width - (not bare), place.y, "▲", "flag")
        if node in marks.breakpoints:
            sheet.write(place.x + place.width * bare, place.y, "●", "breakpoint")
        _labels(sheet, layout, node, marks)
    for stub in visible.stubs:
        sheet.write(stub.x, stub.y, without_controls(layout.stub_text(stub)), "output" if stub.kind == "output" else "stub")
    # Last, over wires and boxes: an anchor is None where a text would hide what matters more.
    for edge, text in marks.locals.items():
        anchor = layout.local_anchor(edge, cell_width(text))
        if anchor:
            sheet.write(anchor.x, anchor.y, without_controls(text), "local")
    for edge, text in marks.contributions.items():
        anchor = layout.contribution_anchor(edge)
        text = without_controls(text)
        if anchor and cell_width(text) <= anchor.width:
            sheet.write(anchor.x, anchor.y, text, "contribution")
    return sheet.rows()


def active_lines(layout: Layout, marks: Marks) -> list[tuple[tuple[int, int], ...]]:
    """The corners of the wires that the step is about."""
    lines = [line for edge in sorted(marks.active_edges) for line in layout.wire(edge)]
    if marks.active_output and layout.output is not None:
        lines.append(layout.output_wire())
    return lines


def text_of(rows: Iterable[Sequence[tuple[str, str]]]) -> str:
    """The rows as plain text, without trailing blanks, each ended by a newline."""
    return "".join(["".join([text for text, _ in row]).rstrip() + "\n" for row in rows])


class _Sheet:
    """The visible cells, by row; each entry is a text with its style and the cells it takes."""

    def __init__(self, left: int, top: int, width: int, height: int) -> None:
        self.left, self.top, self.width, self.height = left, top, width, height
        self.cells: list[dict[int, tuple[str, str, int]]] = [{} for _ in range(height)]
        self.arms: list[dict[int, int]] = [{} for _ in range(height)]

    def write(self, x: int, y: int, text: str, style: str, span: int | None = None) -> None:
        """Put a text; what lies outside is cut off. ``span`` are the cells that it takes, where that is known."""
        y -= self.top
        if not text or not 0 <= y < self.height:
            return
        x -= self.left
        span = cell_width(text) if span is None else span
        if x < 0 or x + span > self.width:
            text = between(text, max(-x, 0), self.width - x)
            x = max(x, 0)
            span = cell_width(text)
            if not span:
                return
        cells = self.cells[y]
        # What begins under the text would be written behind it, and move the rest of the row.
        for covered in range(x + 1, x + span):
            cells.pop(covered, None)
        cells[x] = (text, style, span)

    def line(self, x: int, y: int, to_x: int, to_y: int, weight: int) -> None:
        """Add a straight piece of wire: arms towards each other at its ends, both ways between them."""
        left, top = self.left, self.top
        if y == to_y:
            if not top <= y < top + self.height:
                return
            arms = self.arms[y - top]
            start, stop = max(x, left), min(to_x, left + self.width - 1)
            for column in range(start - left, stop - left + 1):
                add = (0 if column + left == x else WEST) + (0 if column + left == to_x else EAST)
                arms[column] = _joined(arms.get(column, 0), add, weight)
            return
        if not left <= x < left + self.width:
            return
        column = x - left
        for each in range(max(y, top), min(to_y, top + self.height - 1) + 1):
            add = (0 if each == y else NORTH) + (0 if each == to_y else SOUTH)
            arms = self.arms[each - top]
            arms[column] = _joined(arms.get(column, 0), add, weight)

    def rows(self) -> list[Row]:
        """Everything written so far, as rows of styled pieces."""
        return [self._row(cells) for cells in self.cells]

    def _row(self, cells: dict[int, tuple[str, str, int]]) -> Row:
        row: Row = []
        texts: list[str] = []
        last_style = ""
        column = 0
        for x in sorted(cells):
            text, style, span = cells[x]
            if x > column:
                if last_style and texts:
                    row.append(("".join(texts), last_style))
                    texts = []
                last_style = ""
                texts.append(" " * (x - column))
            if style != last_style and texts:
                row.append(("".join(texts), last_style))
                texts = []
            last_style = style
            texts.append(text)
            column = x + span
        if texts:
            row.append(("".join(texts), last_style))
        if column < self.width:
            row.append((" " * (self.width - column), ""))
        return row


@cache
def _joined(have: int, add: int, weight: int) -> int:
    """The arms of a cell after more of a weight: each arm keeps the heavier of the two."""
    if not have:
        return add * weight
    total = 0
    for arm in (NORTH, EAST, SOUTH, WEST):
        total += arm * max(have // arm % 3, weight * (add // arm % 3))
    return total


def _wires(sheet: _Sheet, layout: Layout, visible: Window, marks: Marks) -> None:
    # In any order: an arm that is heavy once stays heavy.
    for run in visible.runs:
        sheet.line(*run, weight=1)
    active_ends = set()
    for line in active_lines(layout, marks):
        for (x, y), (to_x, to_y) in pairwise(line):
            sheet.line(min(x, to_x), min(y, to_y), max(x, to_x), max(y, to_y), weight=2)
        active_ends.add(line[-1])
    # First all lines, then their characters: where two meet, the character has the arms of both.
    for y, arms in enumerate(sheet.arms):
        cells = sheet.cells[y]
        for x, sum_of_arms in arms.items():
            cells[x] = _DRAWN[sum_of_arms]
    for x, y in visible.junctions:
        sheet.write(x, y, "●", "wire")
    for x, y in visible.loose:
        sheet.write(x, y, "▸", "stub")
    for x, y in visible.arrows:
        # A line ends in the edge of a box, one cell behind its head; before the text of a stub it ends in the head's own cell.
        active = (x + 1, y) in active_ends or (x, y) in active_ends
        if not (active and marks.backward):
            sheet.write(x, y, "▸", "wire-active" if active else "wire")
    if marks.backward:
        for x, y in {line[0] for line in active_lines(layout, marks)}:
            # Going back, the head stands at the source: beside the edge of a box, or in the first cell behind a text.
            sheet.write(x + layout.is_box(x, y), y, "◂", "wire-active")


@dataclass(frozen=True, slots=True)
class _Edging:
    """The characters of a box's edge."""

    corners: str
    """Upper left, upper right, lower left, lower right."""
    flat: str
    """Along the top and the bottom."""
    side: str
    """On the left, and on the right where no wire leaves."""
    leaving: str
    """On the right where a wire leaves."""
    brackets: str
    """Around a label in a single row."""


PLAIN = _Edging("╭╮╰╯", "─", "│", "├", "()")
ACTIVE = _Edging("╔╗╚╝", "═", "║", "╟", "║║")
SELECTED = _Edging("┏┓┗┛", "━", "┃", "┠", "┃┃")
BOTH = _Edging("┏┓┗┛", "═", "║", "╟", "▐▌")


def _edging(node: int, marks: Marks) -> tuple[_Edging, str]:
    if node == marks.active:
        return (BOTH if node == marks.selected else ACTIVE), "box-active"
    if node == marks.selected:
        return SELECTED, "box-selected"
    return PLAIN, "box-pending" if node in marks.pending else "box"


class _Pen:
    """Draws one box."""

    def __init__(self, sheet: _Sheet, layout: Layout, node: int, marks: Marks) -> None:
        self.sheet, self.place = sheet, layout.place(node)
        self.edging, self.style = _edging(node, marks)
        self.box = layout.boxes[node]
        self.label, self.name = without_controls(self.box.label), without_controls(layout.shown_name(node))
        self.feeds = layout.feeds(node)

    def draw(self, compact: bool) -> None:
        if not compact or self.place.height > 2:
            self.closed("" if compact else self.name)
        elif self.place.height == 2:
            self.edge(self.place.y, self.edging.corners[:2], self.label, "label")
            self.edge(self.place.y + 1, self.edging.corners[2:], "", "name")
        else:
            self.single()

    def closed(self, name: str) -> None:
        """A box with an edge all round, a name in the lower one."""
        x, edging = self.place.x, self.edging
        inside = self.place.width - 2
        bottom = self.place.y + self.place.height - 1
        self.edge(self.place.y, edging.corners[:2], "", "label")
        for y in range(self.place.y + 1, bottom):
            self.sheet.write(x, y, edging.side, self.style, 1)
            side = edging.side
            if y == self.place.y + self.place.out:
                self.sheet.write(x + 1 + (inside - cell_width(self.label)) // 2, y, self.label, "label")
                side = edging.leaving if self.feeds else edging.side
            self.sheet.write(x + inside + 1, y, side, self.style, 1)
        self.edge(bottom, edging.corners[2:], name, "name")

    def edge(self, y: int, corners: str, text: str, text_style: str) -> None:
        """An upper or lower edge, with a text set into its middle."""
        x, inside, flat = self.place.x, self.place.width - 2, self.edging.flat
        text = f" {text} " if text and cell_width(text) + 2 <= inside else text
        # The corners apart from the rest: a mark may take the place of one.
        self.sheet.write(x, y, corners[0], self.style, 1)
        self.sheet.write(x + 1, y, flat * inside, self.style, inside)
        self.sheet.write(x + 1 + inside, y, corners[1], self.style, 1)
        if text:
            width = cell_width(text)
            before = (inside - width) // 2
            after = inside - before - width
            self.sheet.write(x + 1, y, flat * before, self.style, before)
            self.sheet.write(x + 1 + before, y, text, text_style, width)
            self.sheet.write(x + 1 + before + width, y, flat * after, self.style, after)

    def single(self) -> None:
        """A bare name, or a label in brackets."""
        x, y = self.place.x, self.place.y
        if self.box.ports:
            self.sheet.write(x, y, self.edging.brackets[0], self.style)
            self.sheet.write(x + 1, y, self.label, "label")
            self.sheet.write(x + 1 + cell_width(self.label), y, self.edging.brackets[1], self.style)
        else:
            self.sheet.write(x, y, self.label, "label" if self.style == "box" else self.style)


def _labels(sheet: _Sheet, layout: Layout, node: int, marks: Marks) -> None:
    text = layout.wire_text(node)
    if text:
        anchor = layout.shape_anchor(node)
        sheet.write(anchor.x, anchor.y, without_controls(text), "name")
    value = marks.values.get(node)
    changed = "-changed" if node in marks.changed else ""
    if value:
        _label(sheet, layout.value_anchor(node), value, "value" + changed)
    gradient = marks.gradients.get(node)
    if gradient:
        _label(sheet, layout.gradient_anchor(node), gradient, "gradient" + changed)


def _label(sheet: _Sheet, anchor: Anchor, text: str, style: str) -> None:
    text = fit(without_controls(text), anchor.width)
    sheet.write(anchor.start(cell_width(text)), anchor.y, text, style)

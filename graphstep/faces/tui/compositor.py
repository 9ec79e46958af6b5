"""A compositor that makes only the lines that are to be painted, of the widgets that are in sight there.

Textual's makes all lines of every widget in the rectangle around what has changed, those of containers behind others too, and
cuts each at the edges of all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual._compositor import Compositor, CompositorUpdate
from textual._context import visible_screen_stack
from textual.geometry import Region, Size
from textual.scrollbar import ScrollBar, ScrollBarRender
from textual.strip import Strip

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions
    from textual.color import Color
    from textual.filter import LineFilter
    from textual.screen import Screen
    from textual.widget import Widget


class Piece(NamedTuple):
    """A part of a line of the screen."""

    y: int
    """The line."""
    x: int
    """The column in which it begins."""
    line: Strip
    """A line, of which cells stand there; to cut it takes as long as to make it."""
    start: int
    """The first of its cells."""
    stop: int
    """The first one that is not."""

    @property
    def strip(self) -> Strip:
        """What stands there."""
        return self.line.crop(self.start, self.stop)


class Update(CompositorUpdate):
    """What is to be painted."""

    def __init__(self, pieces: Sequence[Piece], whole: bool = False) -> None:
        self.pieces = pieces
        """The parts of lines, from the top, and from the left."""
        self.whole = whole
        """Whether the terminal shows all of the screen with it."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        """For pictures of the screen, which are of whole lines."""
        for y, pieces in groupby(self.pieces, key=lambda piece: piece.y):
            if y:
                yield Segment.line()
            for piece in pieces:
                yield from piece.strip

    def render_segments(self, console: Console) -> str:
        """What is written, whatever the terminal shows."""
        return "".join(f"\x1b[{piece.y + 1};{piece.x + 1}H{piece.strip.render(console)}" for piece in self.pieces)


class SparingCompositor(Compositor):
    """Textual's, but for what it renders."""

    below: SparingCompositor | None = None
    """That of the screen which the terminal shows around a dialog that has yet to be painted."""

    def render_update(
        self,
        full: bool = False,
        screen_stack: list[Screen[Any]] | None = None,
        simplify: bool = False,  # noqa: ARG002 - only for smaller pictures
    ) -> Any:
        """What has changed, or the whole screen; None where nothing has."""
        visible_screen_stack.set(screen_stack or [])
        self.take_up()
        screen = self.size.region
        regions = [screen] if full or screen in self._dirty_regions else [*self._dirty_regions]
        whole = screen in regions
        if whole and self.below is not None:
            regions = self._over(self.below)
        self.below = None
        self._dirty_regions.clear()
        return Update(self._pieces(region.intersection(screen) for region in regions), whole) if regions else None

    def _over(self, below: SparingCompositor) -> list[Region]:
        """Where a dialog hides what the terminal shows, or that has changed meanwhile."""
        for root in (self.root, below.root):
            # Both screens have asked to be painted whole.
            assert root is not None, "a compositor that paints has a screen"
            root._exchange_repaint_regions()
        hidden = (place for widget, place in self.visible_widgets.items() if widget is not self.root)
        changed = (place for widget, place in below.visible_widgets.items() if widget._repaint_regions)
        return [*(region.intersection(clip) for region, clip in (*hidden, *changed)), *below._dirty_regions]

    def update_widgets(self, widgets: set[Widget]) -> None:
        """Textual's. For a screen with a dialog over it that asks for all of the screen again because a part was painted, for
        ever, and forgets over that what else waits there.
        """
        if self.root is not None and self.root.app.screen is not self.root:
            widgets = {*widgets, *self._waiting()} - {self.root}
        super().update_widgets(widgets)

    def take_up(self) -> None:
        """Paint in this frame what waits for the next: titles and scrollbars that the layout has changed a moment ago."""
        self.update_widgets({*self._waiting()})

    def _waiting(self) -> Iterator[Widget]:
        return (widget for widget in self.visible_widgets if widget._repaint_regions and not widget._layout_required)

    def render_strips(self, size: Size | None = None) -> list[Strip]:
        """The lines of the screen."""
        region = (size or self.size).region.intersection(self.size.region)
        lines: list[list[Strip]] = [[] for _ in range(region.height)]
        for piece in self._pieces([region]):
            lines[piece.y].append(piece.strip)
        return [Strip.join(strips) for strips in lines]

    def _pieces(self, regions: Iterable[Region]) -> list[Piece]:
        # By line, the columns that nothing has been made for yet; the widgets come from the front to the back.
        missing: dict[int, list[tuple[int, int]]] = {}
        for y, *span in self._regions_to_spans(regions):
            missing.setdefault(y, []).append((span[0], span[1]))
        pieces: list[Piece] = []
        for widget, (region, clip) in self.visible_widgets.items():
            seen = region.intersection(clip)
            (left, right), (top, bottom) = seen.column_span, seen.line_span
            lines = [
                y
                for y, spans in missing.items()
                if top <= y < bottom and any(start < right and stop > left for start, stop in spans)
            ]
            if not lines:
                continue
            part = Region(left, min(lines), seen.width, max(lines) + 1 - min(lines))
            wanted = part.translate(-region.offset)
            strips = _bar(widget, wanted) if isinstance(widget, ScrollBar) else widget.render_lines(wanted)
            for y in lines:
                # Of a line between them a widget has kept what it made.
                strip = strips[y - part.y]
                rest: list[tuple[int, int]] = []
                for start, stop in missing[y]:
                    begin, end = max(start, left), min(stop, right)
                    if begin < end:
                        pieces.append(Piece(y, begin, strip, begin - left, end - left))
                        rest += [(x, to) for x, to in ((start, begin), (end, stop)) if x < to]
                    else:
                        rest.append((start, stop))
                missing[y] = rest
        return sorted(pieces, key=lambda piece: piece[:2])


def _bar(widget: ScrollBar, part: Region) -> list[Strip]:
    """The lines of a scrollbar. Textual renders each cell of it through Rich, and sets it between edges that it has not."""
    bar = widget.render()
    style = bar.style if isinstance(bar, ScrollBarRender) else None
    if not isinstance(style, Style) or style.color is None or style.bgcolor is None:
        return ScrollBar.render_lines(widget, part)
    assert isinstance(bar, ScrollBarRender)
    room, styles = (bar.virtual_size, bar.window_size, bar.position), (style, widget.visual_style.rich_style)
    strips = _drawn(widget.size, bar.vertical, room, styles, widget.get_line_filters()[0], widget.background_colors[1])
    return [strip.crop(part.x, part.right) for strip in strips[part.y : part.bottom]]


@lru_cache(maxsize=256)
def _drawn(
    size: Size,
    vertical: bool,
    room: tuple[int, int, float],
    styles: tuple[Style, Style],
    gate: LineFilter,
    background: Color,
) -> Sequence[Strip]:
    length, thickness = (size.height, size.width) if vertical else (size.width, size.height)
    (virtual, window, position), (style, base) = room, styles
    assert style.bgcolor is not None
    assert style.color is not None
    colours = style.bgcolor, style.color
    cells = ScrollBarRender.render_bar(length, virtual, window, position, thickness, vertical, *colours).segments
    lines = [[cell] for cell in cells] if vertical else [[*Segment.simplify(cells[:length])]] * thickness
    width = thickness if vertical else length
    return [Strip(Segment.apply_style(line, base), width).apply_filter(gate, background) for line in lines]

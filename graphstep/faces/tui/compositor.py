"""A compositor that makes only the lines that are to be painted, of the widgets that are in sight there.

Textual's makes all lines of every widget in the rectangle around what has changed, those of containers behind others too, and
cuts each at the edges of all.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, groupby
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


_MOST = 4_000
"""Cells that a frame paints: a whole screen of 120×40, as another theme needs it, is painted in two.

It is a count and no time, so that a key paints the same frames on every machine.
"""

_Span = tuple[int, int, int]
"""Some cells of a line: the line, the first of them, and the first that is none of them."""


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
    _is_whole = False
    """Whether the terminal shows all of the screen once it shows what is left to be painted."""

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
        if full:
            return Update(self._pieces([(y, 0, screen.width) for y in screen.line_range]), True)
        whole = self._is_whole or screen in self._dirty_regions
        regions: Iterable[Region] = self._dirty_regions
        if screen in self._dirty_regions:
            regions = [screen] if self.below is None else self._over(self.below)
            self.below = None
        spans = [*self._regions_to_spans(region.intersection(screen) for region in regions)]
        self._dirty_regions.clear()
        share = _share(spans)
        if rest := spans[share:]:
            # What changes until then is painted with it, also by a key that was typed ahead.
            self._dirty_regions.update(Region(start, y, stop - start, 1) for y, start, stop in rest)
            assert self.root is not None, "a compositor that paints has a screen"
            self.root.call_later(self._go_on)
        self._is_whole = whole and bool(rest)
        return Update(self._pieces(spans[:share]), whole and not rest) if spans else None

    def _go_on(self) -> None:
        """Paint what a frame has left to the next one, unless that has come: of a layout, or of a dialog."""
        screen = self.root.app.screen if self.root is not None else None
        if screen is self.root and screen is not None and self._dirty_regions and not screen._layout_required:
            screen._compositor_refresh()

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
        for piece in self._pieces(self._regions_to_spans([region])):
            lines[piece.y].append(piece.strip)
        return [Strip.join(strips) for strips in lines]

    def _pieces(self, spans: Iterable[_Span]) -> list[Piece]:
        # By line, the columns that nothing has been made for yet; the widgets come from the front to the back.
        missing: dict[int, list[tuple[int, int]]] = {}
        for y, start, stop in spans:
            missing.setdefault(y, []).append((start, stop))
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


def _share(spans: Sequence[_Span]) -> int:
    """How many of the spans a frame paints: of many cells the upper half, or the upper third."""
    counts = [*accumulate(stop - start for _, start, stop in spans)]
    frames = -(-counts[-1] // _MOST) if counts else 0
    return bisect_left(counts, counts[-1] / frames) + 1 if frames > 1 else len(spans)


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

"""A compositor that makes only the lines that are to be painted, of the widgets that are in sight there.

Textual's makes all lines of every widget in the rectangle around what has changed, those of containers behind others too, and
cuts each at the edges of all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from rich.segment import Segment
from textual._compositor import Compositor, CompositorUpdate
from textual._context import visible_screen_stack
from textual.geometry import Region
from textual.scrollbar import ScrollBar
from textual.strip import Strip

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions
    from textual.geometry import Size
    from textual.screen import Screen
    from textual.widget import Widget


class Piece(NamedTuple):
    """A part of a line of the screen."""

    y: int
    """The line."""
    x: int
    """The column in which it begins."""
    strip: Strip
    """What stands there."""


class Update(CompositorUpdate):
    """What is to be painted."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.pieces = pieces
        """The parts of lines, from the top, and from the left."""

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

    def render_update(
        self,
        full: bool = False,
        screen_stack: list[Screen[Any]] | None = None,
        simplify: bool = False,  # noqa: ARG002 - only for smaller pictures
    ) -> Any:
        """What has changed, or the whole screen; None where nothing has."""
        visible_screen_stack.set(screen_stack or [])
        screen = self.size.region
        regions = [screen] if full or screen in self._dirty_regions else [*self._dirty_regions]
        self._dirty_regions.clear()
        return Update(self._pieces(region.intersection(screen) for region in regions)) if regions else None

    def render_strips(self, size: Size | None = None) -> list[Strip]:
        """The lines of the screen."""
        region = (size or self.size).region.intersection(self.size.region)
        lines: list[list[Strip]] = [[] for _ in range(region.height)]
        for y, _, strip in self._pieces([region]):
            lines[y].append(strip)
        return [Strip.join(strips) for strips in lines]

    def _pieces(self, regions: Iterable[Region]) -> list[Piece]:
        # By line, the columns that nothing has been made for yet; the widgets come from the front to the back.
        missing: dict[int, list[tuple[int, int]]] = {}
        for y, *span in self._regions_to_spans(regions):
            missing.setdefault(y, []).append((span[0], span[1]))
        pieces: list[Piece] = []
        for widget, (region, clip) in self.visible_widgets.items():
            seen = region.intersection(clip)
            left, right = seen.column_span
            lines = [y for y in seen.line_range if any(start < right and stop > left for start, stop in missing.get(y, ()))]
            if not lines:
                continue
            part = Region(left, lines[0], seen.width, lines[-1] + 1 - lines[0])
            lines_of = _bar if isinstance(widget, ScrollBar) else type(widget).render_lines
            # Of a line between them a widget has kept what it made.
            for y, strip in zip(part.line_range, lines_of(widget, part.translate(-region.offset)), strict=False):
                rest: list[tuple[int, int]] = []
                for start, stop in missing.get(y, ()):
                    begin, end = max(start, left), min(stop, right)
                    if begin < end:
                        pieces.append(Piece(y, begin, strip.crop(begin - left, end - left)))
                        rest += [(x, to) for x, to in ((start, begin), (end, stop)) if x < to]
                    else:
                        rest.append((start, stop))
                missing[y] = rest
        return sorted(pieces, key=lambda piece: piece[:2])


def _bar(widget: Widget, part: Region) -> list[Strip]:
    """The lines of a scrollbar, which has no edges: Textual would set each of its cells between them."""
    strips, (_, background) = [widget.render_line(y) for y in part.line_range], widget.background_colors
    for each in widget.get_line_filters():
        strips = [strip.apply_filter(each, background) for strip in strips]
    return [strip.crop(part.x, part.right) for strip in strips]

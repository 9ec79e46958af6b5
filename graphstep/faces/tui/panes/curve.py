"""Curves over rounds, drawn in dots of which a cell has eight."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

from textual.content import Content
from textual_plot import HiResMode, PlotWidget
from textual_plot.axis_formatter import AxisFormatter

from graphstep.faces.drawing.curve import Array, Series, axis, pieces, rounds_axis
from graphstep.faces.tui.messages import say
from graphstep.ground.late import np
from graphstep.ground.records import dataclass

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIGNS = "●▲■◆✚✖"
"""What tells several curves apart, besides their colours."""

# The colours of the curves, the loss first, by what they colour elsewhere.
_STYLES = ("active", "value", "gradient", "contribution", "selected", "quiet")
# Terminal cells for the numbers of the vertical axis.
_LEFT = 10
# Terminal cells from one sign of a curve to the next: curves are told apart without colours too.
_EVERY = 12


@dataclass(frozen=True, slots=True)
class Curve:
    """A series and how it is drawn."""

    series: Series
    """The numbers."""
    style: str
    """One of the colours of the theme: ``active``."""
    sign: str = ""
    """What marks it: on a line now and then, or alone where there is no line."""
    line: bool = True
    """Whether its points are joined."""


class _Ticks(AxisFormatter):
    """Ticks that were computed elsewhere."""

    def __init__(self) -> None:
        self.texts: dict[float, str] = {}

    def get_ticks(self, min_: float, max_: float, max_ticks: int = 8) -> list[float]:  # noqa: ARG002 - the library asks so
        return list(self.texts)

    def get_labels_for_ticks(self, ticks: Sequence[float]) -> list[str]:
        return [self.texts[tick] for tick in ticks]


class CurvePlot(PlotWidget, can_focus=False):
    """Some series over their rounds, to one scale, with marks at rounds."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"curve--{style}" for style in (*_STYLES, "warn")}
    DEFAULT_CSS = """
    CurvePlot { border: round $pending; border-title-color: $active; border-title-style: bold; padding: 0; }
    CurvePlot > .plot--axis, CurvePlot:focus > .plot--axis { color: $pending; }
    CurvePlot > .plot--tick { color: $quiet; text-style: none; }
    CurvePlot > .curve--active { color: $active; }
    CurvePlot > .curve--value { color: $value; }
    CurvePlot > .curve--gradient { color: $gradient; }
    CurvePlot > .curve--contribution { color: $contribution; }
    CurvePlot > .curve--selected { color: $selected; }
    CurvePlot > .curve--quiet { color: $quiet; }
    CurvePlot > .curve--warn { color: $warn; text-style: bold; }
    """

    def __init__(self, title: str, *, id: str) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id, allow_pan_and_zoom=False)
        self.title_text = title
        """What the numbers are."""
        self.wants_log: bool | None = None
        """Whether the scale is logarithmic; None lets the numbers decide."""
        self.is_log = False
        """Whether it is now."""
        self._curves: tuple[Curve, ...] = ()
        self._at: int | None = None
        self._asked: list[Series] = []
        self._x, self._y = _Ticks(), _Ticks()

    def on_mount(self) -> None:
        """Textual calls the library's handler as well."""
        self.margin_top = 0
        self.margin_left = _LEFT
        self.margin_bottom = 1
        self.set_x_formatter(self._x)
        self.set_y_formatter(self._y)
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def notify_style_update(self) -> None:
        """Colours stand in the points: another theme draws them again."""
        super().notify_style_update()
        if self.is_mounted:
            self._draw()

    def show(self, curves: Sequence[Curve], at: int | None) -> None:
        """Show some curves, and mark round ``at`` on the first of them."""
        self._curves, self._at = tuple(curves), at
        self._draw()

    def _draw(self) -> None:
        size = self.size
        if not self.is_mounted or size.width < _LEFT + 4 or size.height < 4:
            return
        drawn = [curve.series for curve in self._curves]
        across, up = rounds_axis(drawn), axis(drawn, log=self.wants_log)
        self.is_log = up.log
        self.clear()
        columns, rows = size.width - _LEFT, size.height - 1
        # The frame is drawn over the outermost cells: no point lies there.
        self.set_xlimits(-0.8 / columns, 1 + 0.8 / columns)
        self.set_ylimits(-0.6 / rows, 1 + 0.6 / rows)
        for place, curve in enumerate(self._curves):
            style = self._style(curve.style)
            for x, y in pieces(curve.series, across, up, columns):
                if curve.line and len(x) > 1:
                    self.plot(x, y, style, HiResMode.BRAILLE)
                chosen = np.arange(len(x))
                if curve.line and len(x) > 1:
                    chosen = _apart(x, columns, place) if curve.sign else chosen[:0]
                self.scatter(x[chosen], y[chosen], curve.sign or "●", style)
        for series in drawn[:1]:
            for k in series.broken[:1]:
                self.add_v_line(across.place(k), self._style("warn"))
        if drawn and self._at is not None and (now := np.flatnonzero(drawn[0].rounds == self._at)).size:
            height = up.place(float(drawn[0].values[now[0]]))
            # Where the number has no place in the scale the mark stands on the ground.
            self.scatter([across.place(self._at)], [height if height >= 0 else 0.0], "◉", self._style("selected"))
        self._label(self._x, across.ticks(max(columns // 9, 2), whole=True), across.place)
        self._label(self._y, up.ticks(max((size.height - 1) // 2, 2) if size.height < 16 else size.height // 3), up.place)
        self.set_xticks(list(self._x.texts))
        self.set_yticks(list(self._y.texts))
        self._entitle()
        # The library draws when it is asked to paint, and is painted a frame later; drawn now, it is painted in this one.
        self.render()

    def _label(self, ticks: _Ticks, labels: list[tuple[float, str]], place: Callable[[float], float]) -> None:
        ticks.texts = {place(number): text for number, text in labels}

    def _entitle(self) -> None:
        self.border_title = say(self, "training-logarithmic", title=self.title_text) if self.is_log else self.title_text
        parts: list[Content] = []
        if len(self._curves) > 1 or any(curve.sign for curve in self._curves):
            parts = [
                Content.assemble((curve.sign or "──", f"bold ${curve.style}"), f" {curve.series.name}") for curve in self._curves
            ]
        if any(curve.series.broken for curve in self._curves[:1]):
            parts.append(Content.assemble(("│", "bold $warn"), f" {say(self, 'heading-not-finite')}"))
        self.border_subtitle = Content("  ").join(parts)

    def _style(self, name: str) -> str:
        return str(self.get_component_rich_style(f"curve--{name}"))


def _apart(x: Array, columns: int, turn: int) -> NDArray[np.int64]:
    """Points at least some columns apart; another curve has its signs at other columns."""
    wanted = ((x * columns).astype(np.int64) + 4 * turn) // _EVERY
    return np.array([0, *(b for a, b in pairwise(range(len(x))) if wanted[a] != wanted[b])])

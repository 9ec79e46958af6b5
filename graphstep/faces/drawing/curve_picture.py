"""Curves over rounds as an SVG picture, for pages light and dark and for print without colour; equal numbers give equal bytes."""

from __future__ import annotations

from collections.abc import Sequence

from graphstep.faces.drawing.curve import Array, Axis, Series, axis, pieces, rounds_axis
from graphstep.faces.drawing.picture import MONO, escaped, short
from graphstep.ground.numerals import ENGLISH
from graphstep.ground.records import dataclass
from graphstep.ground.widths import cell_width, fit
from graphstep.telling.words.catalogue import message

WIDTH = 760
"""Pixels of the picture, from side to side."""
LEFT, RIGHT = 84, 24
"""Pixels beside the panels."""
TOP, BETWEEN, BOTTOM = 76, 62, 48
"""Pixels above the first panel, between two, and below the last."""
PLOT = 250
"""Height of a panel in pixels."""
FONT, SMALL = 14, 12
"""Sizes of letters in pixels: titles; and all else."""
LETTER = 7.5
"""Pixels that a small letter takes at most."""
MOST = 6
"""Curves of a panel; more cannot be told apart."""

# As in the drawing of a graph: attributes in middle tones where styles are stripped, and a ground of its own where they are kept.
_TONES = ("#3b82d6", "#e0524a", "#2c9a4b", "#b07d1e", "#9a6fe0", "#767c85")
_LIGHT = ("#0969da", "#cf222e", "#1a7f37", "#9a6700", "#8250df", "#57606a")
_DARK = ("#58a6ff", "#ff7b72", "#3fb950", "#d29922", "#bc8cff", "#9198a1")
_DASHES = ("", "7 4", "2 3", "9 3 2 3", "12 4", "4 4")
"""How the lines of a panel differ besides their colours."""
_GRID, _TEXT, _WARN = "#767c85", "#767c85", "#c2711c"
_MIDDLE = ' text-anchor="middle"'


def _style() -> str:
    def tones(colours: Sequence[str]) -> str:
        return "\n".join(f".s{i} {{ stroke: {c} }}\n.s{i}.dot, .d{i} {{ fill: {c} }}" for i, c in enumerate(colours))

    return f"""
svg {{ color-scheme: light dark }}
.ground {{ fill: #ffffff }}
.title, .name {{ fill: #1f2328 }}
.tick {{ fill: #59636e }}
.frame, .grid path {{ stroke: #6e7781 }}
.warn {{ stroke: #bc4c00 }}
.warns {{ fill: #bc4c00 }}
{tones(_LIGHT)}
@media (prefers-color-scheme: dark) {{
.ground {{ fill: #0d1117 }}
.title, .name {{ fill: #e6edf3 }}
.tick {{ fill: #9198a1 }}
.frame, .grid path {{ stroke: #8b949e }}
.warn {{ stroke: #f0883e }}
.warns {{ fill: #f0883e }}
{tones(_DARK)}
}}
"""


@dataclass(frozen=True, slots=True)
class Panel:
    """Some series drawn to one scale."""

    title: str
    """What the numbers are."""
    series: tuple[Series, ...]
    """The curves; only the first :data:`MOST` are drawn."""
    dotted: frozenset[str] = frozenset()
    """The names of those that are drawn as points."""


def svg(title: str, panels: Sequence[Panel], *, subtitle: str = "", language: str = ENGLISH) -> str:
    """The picture of panels under each other, over the same rounds, as the text of an SVG document, ended by a newline.

    ``subtitle`` is a line under the title. A scale is logarithmic where numbers are positive and span more than two powers of
    ten.
    """
    height = TOP + len(panels) * PLOT + (len(panels) - 1) * BETWEEN + BOTTOM
    # One scale of rounds for all panels, so that what happens in one can be looked for below it in another.
    across = rounds_axis([one for panel in panels for one in panel.series])
    room = int((WIDTH - LEFT - RIGHT) / 8.6)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" font-family="{MONO}" font-size="{SMALL}">',
        f"<title>{escaped(title)}</title>",
        f"<style>{_style()}</style>",
        f'<rect class="ground" width="{WIDTH}" height="{height}" rx="8" fill="none"/>',
        _text(LEFT, 24, _cut(title, room), "title", ' font-weight="bold"', FONT),
    ]
    if subtitle:
        lines.append(_text(LEFT, 41, _cut(subtitle, int(room * 1.15)), "tick"))
    for place, panel in enumerate(panels):
        lines += _panel(panel, across, TOP + place * (PLOT + BETWEEN), language)
    # What lies along the lower edge is said below the last.
    lines.append(_text((LEFT + WIDTH - RIGHT) / 2, height - 12, message(language, "heading-round"), "tick", _MIDDLE))
    return "\n".join([*lines, "</svg>"]) + "\n"


def _panel(panel: Panel, across: Axis, top: int, language: str) -> list[str]:
    drawn = panel.series[:MOST]
    up = axis(drawn)
    elements = ['<g class="grid" fill="none" stroke-opacity="0.25">']
    labels = []
    for number, text in up.ticks(7):
        y = _y(top, up.place(number))
        elements.append(f'<path d="M{LEFT} {y}H{WIDTH - RIGHT}" stroke="{_GRID}"/>')
        labels.append(_text(LEFT - 8, float(y) + 4, text, "tick", ' text-anchor="end"'))
    for number, text in across.ticks(9, whole=True):
        x = _x(across.place(number))
        elements.append(f'<path d="M{x} {top}V{top + PLOT}" stroke="{_GRID}"/>')
        labels.append(_text(x, top + PLOT + 17, text, "tick", _MIDDLE))
    elements += ["</g>", *labels]
    elements.append(
        f'<rect class="frame" x="{LEFT}" y="{top}" width="{WIDTH - LEFT - RIGHT}" height="{PLOT}" fill="none" stroke="{_GRID}"/>'
    )
    for place, series in enumerate(drawn):
        elements += _curve(series, place, across, up, top, dotted=series.name in panel.dotted)
    broken = drawn[0].broken[:1] if drawn else []
    for k in broken:
        x = _x(across.place(k))
        elements.append(f'<path class="warn" d="M{x} {top}V{top + PLOT}" fill="none" stroke="{_WARN}" stroke-width="1.5"/>')
        side = ' text-anchor="end"' if float(x) > WIDTH / 2 else ""
        shift = -6 if side else 6
        text = message(language, "curve-not-finite", round=f"{k:,}")
        elements.append(_text(float(x) + shift, top + PLOT - 10, text, "warns", side, colour=_WARN))
    title = message(language, "training-logarithmic", title=panel.title) if up.log else panel.title
    left = len(panel.series) - len(drawn)
    return elements + _legend(panel, drawn, top, title, message(language, "curve-more", more=f"{left:,}") if left else "")


def _curve(series: Series, place: int, across: Axis, up: Axis, top: int, *, dotted: bool) -> list[str]:
    elements, tone = [], _TONES[place]
    for x, y in pieces(series, across, up, WIDTH - LEFT - RIGHT):
        points = _points(x, y, top)
        if dotted or len(points) == 1:
            kind = f'class="s{place} dot" r="3" fill="{tone}" stroke="{tone}"'
            elements += [f'<circle {kind} cx="{a}" cy="{b}"/>' for a, b in points]
        else:
            dash = f' stroke-dasharray="{_DASHES[place]}"' if _DASHES[place] else ""
            kind = f'class="s{place}" fill="none" stroke="{tone}" stroke-width="2" stroke-linejoin="round"{dash}'
            elements.append(f'<path {kind} d="M{"L".join(f"{a} {b}" for a, b in points)}"/>')
    return elements


def _points(x: Array, y: Array, top: int) -> list[tuple[str, str]]:
    """Places in pixels, without those that would lie on the one before."""
    # As they are written: what differs behind the second decimal makes no other pixel.
    points = [(_x(float(a)), _y(top, float(b))) for a, b in zip(x, y, strict=True)]
    return [point for i, point in enumerate(points) if i == 0 or point != points[i - 1]]


def _legend(panel: Panel, drawn: Sequence[Series], top: int, title: str, more: str) -> list[str]:
    """The title of the panel on the left, the names of its curves on the right, and ``more`` behind them."""
    elements = [_text(LEFT, top - 7, title, "name")]
    if len(drawn) < 2:
        return elements
    free = WIDTH - LEFT - RIGHT - (cell_width(title) + 3) * LETTER
    each = int((free / LETTER - cell_width(more)) / len(drawn)) - 6
    names = [_cut(series.name, max(each, 4)) for series in drawn]
    # From the right edge: a line of 22 pixels, 6 to its name, and 16 to the next entry, of which the last needs but two.
    x = WIDTH - RIGHT - sum(cell_width(name) * LETTER + 44 for name in names) - cell_width(more) * LETTER + 14
    for place, (series, name) in enumerate(zip(drawn, names, strict=True)):
        colour, y = _TONES[place], top - 11
        if series.name in panel.dotted:
            elements.append(f'<circle class="s{place} dot" cx="{x + 11:g}" cy="{y}" r="3" fill="{colour}" stroke="{colour}"/>')
        else:
            dash = f' stroke-dasharray="{_DASHES[place]}"' if _DASHES[place] else ""
            elements.append(f'<path class="s{place}" d="M{x:g} {y}h22" fill="none" stroke="{colour}" stroke-width="2"{dash}/>')
        elements.append(_text(x + 28, top - 7, name, "name"))
        x += cell_width(name) * LETTER + 44
    if more:
        elements.append(_text(x, top - 7, more, "tick"))
    return elements


def _x(place: float) -> str:
    return short(LEFT + place * (WIDTH - LEFT - RIGHT))


def _y(top: int, place: float) -> str:
    return short(top + PLOT * (1 - place))


def _cut(text: str, room: int) -> str:
    return fit(" ".join(text.split()), room)


def _text(x: float | str, y: float, text: str, kind: str, more: str = "", size: int = SMALL, colour: str = _TEXT) -> str:
    sized = "" if size == SMALL else f' font-size="{size}"'
    left = x if isinstance(x, str) else f"{x:g}"
    return f'<text class="{kind}" x="{left}" y="{y:g}" fill="{colour}"{sized}{more}>{escaped(text)}</text>'

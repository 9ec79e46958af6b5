"""A recording as a picture that moves by itself: an SVG with a style sheet, which a Git host and a slide show as any picture.

Each row of the terminal stands in the file once for every stretch of frames that has it, and is seen in that time. Who has asked
their system for less motion sees the last frame.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from graphstep.faces.recording.frames import Ink, Recording, Row

WIDTH, HEIGHT, ASCENT = 8.4, 16.8, 13.0
"""Pixels of a cell, and of its letters above their line."""

MARGIN = 12.0
"""Pixels around the terminal."""

_FONT = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"


def content(recording: Recording) -> str:
    """The picture."""
    width, height = recording.columns * WIDTH + 2 * MARGIN, recording.rows * HEIGHT + 2 * MARGIN
    stretches = [(place, *stretch) for place in range(recording.rows) for stretch in _stretches(recording, place)]
    spans = sorted({(first, last) for _, first, last, _ in stretches})
    inks = {ink: f"i{n}" for n, ink in enumerate(dict.fromkeys(span.ink for _, _, _, row in stretches for span in row))}
    style = [f"text{{font:14px {_FONT};white-space:pre}}", *_rules(recording, spans), *_ink_rules(inks)]
    body = [
        f'<rect width="{width:g}" height="{height:g}" rx="8" fill="{recording.ink.background or "#000000"}"/>',
        *(line for place, first, last, row in stretches for line in _drawn(recording, place, (first, last), row, inks)),
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}"'
            f' role="img" aria-label="{escape(recording.title)}">',
            f"<title>{escape(recording.title)}</title>",
            f"<style>{''.join(style)}</style>",
            *body,
            "</svg>\n",
        ]
    )


def _stretches(recording: Recording, place: int) -> Iterator[tuple[int, int, Row]]:
    """The rows that stand at a place, each with the first and the last frame of a stretch that has it; no blank ones."""
    first, frames = 0, recording.frames
    for n in range(1, len(frames) + 1):
        if n == len(frames) or frames[n][place] != frames[first][place]:
            row = frames[first][place]
            if any(span.text.strip() or span.ink.background != recording.ink.background for span in row):
                yield first, n - 1, row
            first = n


def _rules(recording: Recording, spans: list[tuple[int, int]]) -> Iterator[str]:
    """When each stretch of frames is seen, in percent of the whole; without motion only what the last frame has."""
    times, last = recording.times, len(recording.frames) - 1
    whole = times[-1]
    moving = [span for span in spans if span != (0, last)]
    for first, end in moving:
        name = f"f{first}-{end}"
        begin, stop = (f"{100 * times[n] / whole:.3f}".rstrip("0").rstrip(".") for n in (first, end + 1))
        visible = "{visibility:visible}"
        # Frames change at once (step-end), so each stretch needs its beginning and its end and nothing between.
        keys = [] if first == 0 else ["0%{visibility:hidden}"]
        keys.append(f"{begin}%{visible}")
        if end < last:
            keys.append(f"{stop}%{{visibility:hidden}}")
        yield f"@keyframes {name}{{{''.join(keys)}}}"
        yield f".{name}{{visibility:{'visible' if end == last else 'hidden'};animation:{name} {whole:g}s step-end infinite}}"
    yield "@media(prefers-reduced-motion:reduce){g{animation:none!important}}"


def _ink_rules(inks: dict[Ink, str]) -> Iterator[str]:
    for ink, name in inks.items():
        parts = [f"fill:{ink.color or '#cccccc'}"]
        parts += [rule for rule, on in (("font-weight:bold", ink.bold), ("font-style:italic", ink.italic)) if on]
        if ink.underline:
            parts.append("text-decoration:underline")
        yield f".{name}{{{';'.join(parts)}}}"


def _drawn(recording: Recording, place: int, frames: tuple[int, int], row: Row, inks: dict[Ink, str]) -> Iterator[str]:
    """A row with what is behind its letters."""
    frame_class = "" if frames == (0, len(recording.frames) - 1) else f' class="f{frames[0]}-{frames[1]}"'
    top, left = MARGIN + place * HEIGHT, MARGIN
    pieces = []
    for span in row:
        # Cells and not characters: wide letters take two.
        length = span.cells * WIDTH
        if span.ink.background and span.ink.background != recording.ink.background:
            pieces.append(
                f'<rect x="{left:.5g}" y="{top:g}" width="{length:.5g}" height="{HEIGHT:g}" fill="{span.ink.background}"/>'
            )
        text = span.text.rstrip()
        if text:
            # What is drawn begins and ends with a letter: not every viewer keeps blanks at the ends, and textLength would
            # stretch what is left.
            lead = len(text) - len(text.lstrip())
            shown = text.lstrip()
            cells = span.cells - (len(span.text) - len(text)) - lead
            pieces.append(
                f'<text x="{left + lead * WIDTH:.5g}" y="{top + ASCENT:g}" class="{inks[span.ink]}"'
                f' textLength="{cells * WIDTH:.5g}">{escape(shown)}</text>'
            )
        left += length
    yield f"<g{frame_class}>{''.join(pieces)}</g>"

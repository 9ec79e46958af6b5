"""The typed text: its active part marked, values and gradients under the parts they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from graphstep.faces.tui.panes.rows import TextRows

if TYPE_CHECKING:
    from graphstep.engine.trace import Trace
    from graphstep.faces.drawing.typed import Lines, Piece, Typed

# Blanks at either side.
_INDENT = 2


class TextPane(TextRows):
    """The typed expression, or the statement of it that is at work."""

    STYLES: ClassVar = {
        "plain": "",
        "active": "bold $active underline",
        "target": "bold $selected reverse",
        "value": "$value",
        "value-active": "bold $value reverse",
        "gradient": "$gradient",
        "gradient-active": "bold $gradient reverse",
    }
    DEFAULT_CSS = """
    TextPane { height: 3; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - Textual's own name for it
        super().__init__(id=id)
        self._typed: Typed | None = None
        self._trace: Trace | None = None
        self._at = 0

    def show(self, trace: Trace, at: int) -> None:
        """Show the text after step ``at``."""
        from graphstep.faces.drawing.typed import typed_of

        self._typed = typed_of(trace.program)
        self._trace, self._at = trace, at
        self.renew()

    @property
    def lines(self) -> Lines | None:
        """The lines of the typed text."""
        if self._typed is None or self._trace is None:
            return None
        return self._typed.lines(self._trace, self._at, max(self.size.width - 2 * _INDENT, 10))

    def texts(self) -> list[list[tuple[str, str]]]:
        """The statement, its values, its gradients; in two rows only the newer of both."""
        lines = self.lines
        if lines is None:
            return []
        rows = [lines.typed, lines.values, lines.gradients]
        if self.size.height < 3 and lines.gradients:
            rows = [lines.typed, lines.gradients]
        return [_row(pieces) for pieces in rows[: max(self.size.height, 1)]]


def _row(pieces: tuple[Piece, ...]) -> list[tuple[str, str]]:
    parts: list[tuple[str, str]] = [(" " * _INDENT, "plain")]
    column = 0
    for piece in pieces:
        parts += [(" " * (piece.start - column), "plain"), (piece.text, piece.style)]
        column = piece.stop
    return parts

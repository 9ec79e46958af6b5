"""What reports say, as lines of plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.faces.export import text
from graphstep.telling.reports.check import body

if TYPE_CHECKING:
    from graphstep.analysis.witnesses import Report


def lines(report: Report, digits: int | None = None) -> list[str]:
    """The table of a check and what there is to say about it."""
    return text.lines(body(report, digits))

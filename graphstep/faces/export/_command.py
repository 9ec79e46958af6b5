"""The last lines of a document: the command that makes it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphstep.debugger.reopening import reopening, without_text
from graphstep.faces.export._markdown import fence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphstep.engine.trace import Trace


def made_by(trace: Trace, at: int | None = None, form: str = "md") -> Iterator[str]:
    """The command that makes the document, in a block; and the inputs that it cannot hold."""
    # A run that is shown to its end is shown whole.
    command = reopening(trace, None if at == len(trace) else at, trace.writing.command, spelled=trace.writing.typed)
    yield f"\nMade by\n\n{fence(f'{command} --format {form}', 'sh')}"
    if missing := without_text(trace, trace.writing.command, trace.writing.typed):
        yield f"\nThe command needs the values of {', '.join(missing)} besides, which are too large for a line.\n"

"""The last lines of a document: the command that makes it again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from graphstep.faces.export._markdown import fence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from graphstep.engine.trace import Trace


def made_by(trace: Trace, at: int | None = None, form: str = "md") -> Iterator[str]:
    """The command that makes the document, in a block; and the inputs that it cannot hold."""
    # A run that is shown to its end is shown whole.
    setup = replace(trace.setup.filled(trace.inputs), at=None if at in (None, len(trace)) else str(at))
    yield f"\nMade by\n\n{fence(setup.command('--format', form), 'sh')}"
    if missing := setup.without_text:
        yield f"\nThe command needs the values of {', '.join(missing)} besides, which are too large for a line.\n"

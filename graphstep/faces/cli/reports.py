"""What the commands share that report on a run: in which format, and where to."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Iterator

    from graphstep.telling.document import Document


def report_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how a report is printed or written."""
    parser.add_argument("--format", metavar="F", help="print it as text (default), json, md, tex or html")
    parser.add_argument("--to", metavar="FILE", help="write it to a file; the format comes from the suffix")
    parser.add_argument("--math", metavar="M", help="mathematics in Markdown: gfm for Git hosts (default), dollars, or pandoc")


def deliver(
    options: argparse.Namespace,
    text: Callable[[], Iterable[str]],
    data: Callable[[], Any],
    document: Callable[[str], Document],
) -> None:
    """Print a report, or write it to the file that was asked for. ``document`` makes it for a format.

    InputError for a format that a report has not.
    """
    from graphstep.faces.export import _reports, options_of

    asked = options_of(options.math)

    def pieces(name: str) -> Iterator[str]:
        return _reports.pieces(name, text=text, data=data, document=lambda: document(name), options=asked)

    if options.to:
        print(f"wrote {_reports.write(options.to, options.format, pieces)}", file=sys.stderr)
    else:
        sys.stdout.writelines(pieces(options.format or "text"))

"""A report on a run in every format: without its program as text, its data as JSON, and its document in all others."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from graphstep.faces import export
from graphstep.faces.export._lines import picture
from graphstep.ground.errors import InputError, did_you_mean, quoted
from graphstep.ground.files import is_stream
from graphstep.telling.document import Document


def formats() -> tuple[str, ...]:
    """The formats of a report: data, those that write documents, and a picture of what a document says."""
    return tuple(name for name in export.formats() if name in ("json", "svg") or hasattr(export.exporter(name), "write"))


def pieces(
    name: str,
    *,
    text: Callable[[], Iterable[str]],
    data: Callable[[], Any],
    document: Callable[[], Document],
    options: export.Options,
) -> Iterator[str]:
    """The text of a report in a format; InputError for one that a report has not."""
    # On a terminal a report stands without the program that was just typed.
    if name == "text":
        return iter(text())
    if name == "json":
        return iter((json.dumps(data(), ensure_ascii=False, allow_nan=False, indent=2), "\n"))
    # A report has no graph to draw: its picture is that of its text.
    if name == "svg":
        return picture(document())
    export.refuse_pdf(name)
    if name not in formats():
        names = formats()
        raise InputError(
            f"a report has no format {quoted(name)}", hint=did_you_mean(name, names) or f"formats: {', '.join(names)}"
        )
    # A protocol cannot say that some of its modules have write as well: formats() has asked for it above.
    writer: Any = export.exporter(name)
    written: Iterator[str] = writer.write(document(), options)
    return written


def of_document(
    document: Callable[[], Document], data: Callable[[], Any], math: str | None = None
) -> Callable[[str], Iterator[str]]:
    """What makes the text of a document in a format, with the mathematics of a dialect; as JSON that is its data."""
    from graphstep.faces.export import text

    options = export.options_of(math)
    return partial(pieces, text=lambda: text.write(document()), data=data, document=document, options=options)


def format_of(path: str | Path) -> str:
    """The format of a report that a file's suffix asks for; InputError for a suffix of none."""
    return export.format_of(path, export.suffixes_of(formats()))


def check_files(paths: Iterable[str], name: str | None = None) -> None:
    """Raise what :func:`write` would raise for the names of several files, before the first of them is written.

    InputError for a suffix of no format, unless one is named, and where two are one file; GraphstepError for a PDF without TeX.
    """
    from graphstep.faces.export._pdf import required_engine

    paths = [*paths]
    if len({Path(path).resolve() for path in paths if not is_stream(path)}) < sum(not is_stream(path) for path in paths):
        raise InputError(f"{quoted(paths[0])} is named for two documents", hint="give each a file of its own")
    for path in paths if name is None else ():
        if export.is_pdf(path):
            required_engine()
        else:
            format_of(path)


def write(path: str | Path, name: str | None, maker: Callable[[str], Iterator[str]]) -> Path:
    """Write a report to a file in the format of its suffix, unless another is named; ``maker`` gives its text in a format."""
    return export.write_pieces(path, name, maker, format_of)

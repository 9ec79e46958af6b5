"""The documents of a training: one name, one suffix and one function each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from graphstep.engine.training.training import Training
from graphstep.faces import export
from graphstep.faces.export import PLAIN, Options, exporter, text
from graphstep.faces.export._documents import words_of
from graphstep.ground.errors import InputError
from graphstep.telling.reports import training as reports
from graphstep.telling.words.catalogue import message

FORMATS = {
    "text": (".txt", "the table of rounds and the parameters, as text"),
    "svg": (".svg", "the curves of the loss and of the gradients' norms, as a picture"),
    "csv": (".csv", "the numbers of every round, for a spreadsheet"),
    "md": (".md", "a report in Markdown: curve, rounds, parameters, updates"),
    "tex": (".tex", "the same report in LaTeX"),
    "html": (".html", "the same report as a page to read"),
    "json": (".json", "the last round's run with the history, for programs"),
}
"""By name the suffix, and what is written."""

DOCUMENTS = ("md", "tex", "html")
"""The formats that write its document."""

SUFFIXES = dict(sorted(FORMATS.values(), key=lambda entry: entry[0] != ".svg"))
"""By suffix what is written; the picture first."""


def format_of(path: str | Path) -> str:
    """The format that a file's suffix asks for; text for a pipe or a device that has none. InputError for a suffix of none."""
    return export.format_of(path, {suffix: name for name, (suffix, _) in FORMATS.items()})


def check_options(name: str | None, options: Options) -> None:
    """Raise InputError for options that a document of a training does not heed."""
    # Refused and not ignored: a teacher who prints the sheet would hand out the answers.
    if options.answers == "hidden":
        hint = "--at-round K --answers hidden makes a sheet of a round"
        raise InputError("the report of a training asks nothing, so there is no answer to hide", hint=hint)
    if name not in (None, "text", *DOCUMENTS) and options != PLAIN:
        raise InputError(f"{name} holds the numbers of the training, and takes no options of documents")


def pieces(training: Training, name: str | None = None, options: Options = PLAIN) -> Iterator[str]:
    """A document in pieces of text, by the name of its format; InputError where it needs a round and there is none.

    Without a name it is what stands on a terminal: the text without the command that makes it again.
    """
    if name in ("json", "svg", *DOCUMENTS) and not training.history.losses:
        raise InputError("there is no round to show", hint="train one round at least: --steps 1")
    check_options(name, options)
    if name not in (None, "text", *DOCUMENTS):
        return iter((picture(training),)) if name == "svg" else _data(training, name)
    command, missing = "", tuple[str, ...]()
    if name is not None:
        command, missing = training.command("--format", name, *words_of(options)), training.without_text
    writer: Any = exporter(name or "text")
    if name in (None, "text"):
        document = reports.rounds_alone(training, command, missing)
    else:
        document = reports.report(training, options.manner, command, missing)
    written: Iterator[str] = writer.write(document, options)
    return written


def _data(training: Training, name: str) -> Iterator[str]:
    from graphstep.faces.export.training import document

    return document.export(training) if name == "json" else iter((document.to_csv(training),))


def round_options(training: Training, k: int, options: Options = PLAIN) -> Options:
    """The options of a document of round ``k``, which know the command that makes it again."""
    return replace(options, origin=lambda *words: (training.command("--at-round", str(k), *words), training.without_text))


def round_pieces(training: Training, k: int, name: str | None = None, options: Options = PLAIN) -> Iterator[str]:
    """Round ``k`` step by step, by the name of a format; without one it is what stands on a terminal."""
    trace = training.round(k)
    if name is None and options == PLAIN:
        return text.narrate(trace)
    return export.pieces(trace, name or "text", options=round_options(training, k, options))


def write(training: Training, path: str | Path, name: str | None = None, options: Options = PLAIN) -> Path:
    """Write a document to a file, in place of an older one; the format comes from the suffix unless it is named."""
    return export.write_pieces(path, name, lambda form: pieces(training, form, options), format_of)


def picture(training: Training) -> str:
    """The curves of the loss and of the norms of the gradients as an SVG document."""
    from graphstep.engine.training.training import curves
    from graphstep.faces.drawing.curve import Series
    from graphstep.faces.drawing.curve_picture import Panel, svg

    language = training.setup.language
    say = partial(message, language)
    drawn = curves(training)
    loss, held_out = say("heading-loss"), say("heading-held-out-loss")
    losses = [Series.of(loss, drawn.pop("loss"))]
    if looked := drawn.pop("held-out loss", None):
        losses.append(Series.of(held_out, looked))
    norms = tuple(Series.of(name, points) for name, points in drawn.items() if name != "rate")
    title = say("curve-norm", name=norms[0].name) if len(norms) == 1 else say("training-norms")
    panels = [Panel(loss, tuple(losses), frozenset({held_out})), Panel(title, norms)]
    subtitle = f"{reports.settings_text(training.settings, language)} · {reports.stop_text(training, language)}"
    return svg(training.program.text, panels, subtitle=subtitle, language=language)

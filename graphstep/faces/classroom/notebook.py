"""A sheet as a Jupyter notebook: what is told in cells of Markdown, and a cell for each blank, found again by its id."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from graphstep.faces.export import Options, md
from graphstep.ground.unprintable import printable
from graphstep.teaching.exercise.sheet import Paper, sections
from graphstep.telling.document import Document
from graphstep.telling.words.catalogue import message

_KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}


def notebook(paper: Paper) -> str:
    """The text of the notebook, in format 4.5, the first whose cells have ids."""
    document = {"cells": [*_cells(paper)], "metadata": _KERNEL, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _cells(paper: Paper) -> Iterator[dict[str, Any]]:
    for number, section in enumerate(sections(paper), 1):
        text = "".join(md.write(Document(paper.title, section.blocks, paper.language), Options(math="dollars")))
        yield {"cell_type": "markdown", "id": f"text-{number}", "metadata": {}, "source": _lines(text)}
        if section.blank:
            how = message(paper.language, "sheet-cell", blank=section.blank)
            source = _lines(f"# {how}\n")
            # A cell of code, so that an answer is typed without marks of Markdown; when it is marked nothing is run.
            named = {"cell_type": "code", "id": f"blank-{section.blank}", "metadata": {}}
            yield {**named, "execution_count": None, "outputs": [], "source": source}


def _lines(text: str) -> list[str]:
    return printable(text).splitlines(keepends=True)

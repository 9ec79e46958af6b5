"""A training as Python sees it: what the engine trains, and all that can be written of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from graphstep.engine import training as engine
from graphstep.engine.training import saved
from graphstep.faces.export.training import document, formats
from graphstep.ground.arrays import number_text
from graphstep.ground.errors import InputError
from graphstep.telling.reports.training import stop_text


class Training(engine.Training):
    """A training that writes itself to files and shows itself in a notebook."""

    @property
    def stopped(self) -> str:
        """Why it stopped, in a few words."""
        return stop_text(self, self.setup.language)

    def save(self, path: str | Path) -> Path:
        """Write parameters, state and history to an npz file, from which ``graphstep.train(..., resume=path)`` goes on."""
        return saved.save(self, path)

    def to(self, path: str | Path) -> Path:
        """Write a document to a file and return its path: ``.svg`` the curves as a picture, ``.md`` a report, ``.csv`` the
        history, ``.json`` the last round's run with the history, ``.txt`` the table of rounds.

        InputError for another suffix, and where there is no round to show.
        """
        return formats.write(self, path)

    def to_dict(self) -> dict[str, Any]:
        """The last round's run as JSON data (schema 1), with ``history`` and ``params``; InputError before the first round."""
        if not self.history.losses:
            raise InputError("there is no round to show", hint="train one round at least")
        return document.to_dict(self)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """What a notebook shows: the curves, once there is a round."""
        # A curve of no point is no picture: before the first round there is the text alone.
        text = {"text/plain": repr(self)}
        return {**text, "image/svg+xml": formats.picture(self)} if self.history.losses else text

    def __repr__(self) -> str:
        params = ", ".join(f"{name}: {number_text(value, 6)}" for name, value in list(self.params.items())[:6])
        return f"<graphstep.Training rounds={self.rounds} loss={number_text(self.loss, 6)} params={{{params}}}>"

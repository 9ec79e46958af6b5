"""What can be done in pieces: a text of JSON becomes another one, by nothing but what stands in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import import_module

KINDS: Mapping[str, str] = {
    "mark": "graphstep.faces.classroom.jobs",
    "sheet": "graphstep.faces.classroom.jobs",
    "diagnose": "graphstep.faces.sweep",
}
"""By the name of a piece of work the module whose ``WORK`` does it: a process loads what it has to do, and no more."""


def work(job: str) -> str:
    """Do a piece of work. Raises GraphstepError where what stands in it cannot be used."""
    asked = json.loads(job)
    kind = asked["work"]
    return json.dumps(import_module(KINDS[kind]).WORK[kind](asked))

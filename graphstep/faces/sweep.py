"""The points of a sweep as pieces of work: each is a diagnosis of a network, or of a program, at its own settings."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from graphstep.analysis.diagnosis import Experiment, Point, at_point, figures, grid
from graphstep.engine.opening import open_setup
from graphstep.ground.arrays import Number, plain
from graphstep.ground.errors import GraphstepError, InputError
from graphstep.ground.late import np
from graphstep.language.setup import Setup, setup_of
from graphstep.language.values import Range


def diagnosing(ranges: Sequence[Range], subject: Experiment | Setup, values: Mapping[str, Number]) -> Iterator[str]:
    """The pieces of work that diagnose a network, or a program, at every point of a sweep; ``values`` are those without a text.

    InputError and LimitError for a network that cannot be made.
    """
    cells = {name: np.asarray(value).tolist() for name, value in values.items()}
    for point in grid(ranges):
        settings = dict(zip((each.name for each in ranges), point, strict=True))
        where = ", ".join(f"{name}={text}" for name, text in settings.items())
        if isinstance(subject, Experiment):
            with _told_where(where):
                what: dict[str, Any] = {"network": asdict(at_point(subject, settings))}
        else:
            there = subject.edited(settings)
            what = {"program": there.program, "keywords": there.keywords(), "values": cells}
        # A piece of work is a text, for a process, a cluster, or a name on the disk. JSON of Python's gives floats back to the
        # bit, inf and nan too.
        yield json.dumps({"work": "diagnose", "where": where, "point": point, **what})


@contextmanager
def _told_where(where: str) -> Iterator[None]:
    """An error of one point of a sweep says at which."""
    try:
        yield
    except GraphstepError as error:
        raise InputError(f"with {where}: {error.message}", hint=error.hint) from error


def _diagnose(asked: Any) -> Any:
    """The figures of a diagnosis at one point."""
    with _told_where(asked["where"]):
        if "network" in asked:
            trace = Experiment(**asked["network"]).run()
        else:
            values = {name: plain(np.asarray(cells, np.float64)) for name, cells in asked["values"].items()}
            trace = open_setup(setup_of(asked["program"], **asked["keywords"]), values)
        kinds, last, first = figures(trace)
    return {"values": asked["point"], "kinds": kinds, "last": last, "first": first}


def points(results: Iterable[str]) -> Iterator[Point]:
    """The points that pieces of work diagnosed."""
    for each in map(json.loads, results):
        yield Point(tuple(each["values"]), tuple(each["kinds"]), each["last"], each["first"])


WORK: dict[str, Callable[[Any], Any]] = {"diagnose": _diagnose}
"""By the name of a piece of work what does it."""

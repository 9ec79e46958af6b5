"""A diagnosis tried over one setting or two: which verdict each point gets, and how much of the gradient is left there."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from itertools import product
from typing import Any

from graphstep.analysis.diagnosis.finding import FINDING_KINDS, FindingKind
from graphstep.analysis.diagnosis.network import ACTIVATIONS, SCALES, Experiment
from graphstep.analysis.diagnosis.report import diagnose
from graphstep.engine.trace import Trace
from graphstep.ground.records import dataclass
from graphstep.language.values import Choices, Range

SETTINGS: Mapping[str, Choices] = {
    "init": Choices(words=tuple(SCALES)),
    "units": Choices(least=1),
    "layers": Choices(least=1),
    "activation": Choices(words=ACTIVATIONS, numbers=False),
    "examples": Choices(least=1),
    "random-seed": Choices(least=0),
}
"""The settings of the experiment that a sweep may try."""

_DIGITS = 9
"""Digits of a size that are kept: those that large products have in common on all machines, with any number of threads."""


@dataclass(frozen=True, slots=True)
class Point:
    """What a diagnosis comes to at one point of a sweep."""

    values: tuple[str, ...]
    """The values of the settings there."""
    kinds: tuple[FindingKind, ...]
    """What was found, the gravest first; nothing where it is healthy."""
    last: float
    """The root mean square of the gradient that arrives at the last layer that one arrives at; nan where there is none."""
    first: float
    """That of the first layer; nan where there are fewer than two."""

    @property
    def verdict(self) -> FindingKind | None:
        """The gravest of what was found; None where nothing was."""
        return self.kinds[0] if self.kinds else None

    @property
    def left(self) -> float:
        """What is left of the gradient on its way from the last layer to the first; nan where it is not defined."""
        return self.first / self.last if self.last else math.nan


@dataclass(frozen=True, slots=True)
class Sweep:
    """A diagnosis at every point of one setting's values, or of those of two."""

    ranges: tuple[Range, ...]
    """The settings, and what is tried for each."""
    points: tuple[Point, ...]
    """Every point; of two settings the values of the second change first."""
    steady: Mapping[str, str] = field(default_factory=dict)
    """The settings of the experiment that are the same at every point."""
    program: str = ""
    """The program, where it is none of the experiment's."""

    @property
    def kinds(self) -> frozenset[FindingKind]:
        """What was found anywhere."""
        return frozenset(kind for point in self.points for kind in point.kinds)

    def rows(self) -> list[tuple[Point, ...]]:
        """The points in rows: a row for each value of the second setting, of one setting a single row."""
        count = len(self.ranges[-1].values) if len(self.ranges) > 1 else 1
        return [self.points[place::count] for place in range(count)]


def grid(ranges: Sequence[Range]) -> list[tuple[str, ...]]:
    """The values of every point, in their order."""
    return [*product(*(each.values for each in ranges))]


def at_point(experiment: Experiment, settings: Mapping[str, str]) -> Experiment:
    """An experiment with the settings of a point. InputError and LimitError where it cannot be made."""
    fields: dict[str, Any] = {
        # random-seed is --random-seed on the command line, where --seed is the gradient of the output.
        name.removeprefix("random-"): text if SETTINGS[name].least is None else int(float(text))
        for name, text in settings.items()
    }
    there = replace(experiment, **fields)
    there.check()
    return there


def steady_settings(experiment: Experiment, ranges: Sequence[Range]) -> dict[str, str]:
    """The settings that a sweep leaves as they are."""
    names = {each.name for each in ranges}
    return {name: str(getattr(experiment, name.removeprefix("random-"))) for name in SETTINGS if name not in names}


def figures(trace: Trace) -> tuple[tuple[FindingKind, ...], float, float]:
    """What a diagnosis of a run comes to: the kinds of findings, and the gradient at the last layer and at the first."""
    of = diagnose(trace)
    kinds = tuple(kind for kind in FINDING_KINDS if kind in of.kinds)
    sizes = [_settled(layer.gradient_rms) for layer in of.layers if layer.gradients is not None]
    return kinds, sizes[-1] if sizes else math.nan, sizes[0] if len(sizes) > 1 else math.nan


def _settled(size: float) -> float:
    return float(f"{size:.{_DIGITS}g}")

"""The gate that leaves cells out by chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graphstep.gates.rows.spelling import typed
from graphstep.gates.rule import MisfitError, Options, Rule
from graphstep.ground.numerals import numeral
from graphstep.ground.operands import Shape


def _shape(shapes: Sequence[Shape], options: Options) -> Shape:
    if not 0 <= options["p"] < 1:
        raise MisfitError(f"p={numeral(options['p'])} is no share of cells that can be left out", "p is from 0 to below 1")
    if options["seed"] < 0:
        raise MisfitError(f"seed={options['seed']} is no seed", "a seed is a whole number from 0")
    return shapes[0]


def _kept(np: Any, x: Any, options: Options) -> Any:
    """What each cell is multiplied by: 0, or 1/(1 − p), so that the mean stays. The same seed leaves out the same cells."""
    # NumPy's random numbers are loaded by themselves, where they are needed.
    from numpy.random import default_rng

    # Drawn anew by value, pullback and push: with one seed and shape they get the same cells. A later NumPy may draw others,
    # since for its generators none are promised to last (NEP 19).
    chance = default_rng(options["seed"]).random(np.shape(x))
    return np.where(chance < options["p"], 0.0, 1.0 / (1.0 - options["p"]))


def _words(m: Any, options: Options) -> list[Any]:
    words = {"p": numeral(options["p"]) if options["p"] != 0.5 else "", "seed": options["seed"] or ""}
    return [m.words(f"{name}={value}") for name, value in words.items() if value]


DROPOUT = (
    Rule(
        "dropout",
        "dropout",
        _shape,
        lambda np, inputs, options: inputs[0] * _kept(np, inputs[0], options),
        lambda np, call, slot, upstream: upstream * _kept(np, upstream, call.options),
        lambda np, call, slot, direction: direction * _kept(np, direction, call.options),
        lambda slot, shapes, options: "diagonal",
        lambda m, terms, options: m.call("dropout", terms[0], *_words(m, options)),
        lambda m, slot, upstream, terms, out, options: m.call("dropout", upstream, *_words(m, options)),
        "The dropout gate makes 0 of the cells of {x} that chance picks (one seed, one choice), and divides the others by 1 − p.",
        ("What was left out gets no gradient; the other cells get theirs divided by 1 − p, as forward.",),
        pattern=("router",),
        returned=lambda slot, shapes, options: f"dropout(d, p={typed(options['p'])}, seed={options['seed']})",
        keywords={"p": "number", "seed": "whole"},
        defaults={"p": 0.5, "seed": 0},
        rest="p",
        inside=lambda options: f" p {numeral(options['p'])} seed {options['seed']}",
    ),
)

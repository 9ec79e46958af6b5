"""How parameters are updated: an optimizer is one row of data, like a gate.

A row says what it remembers between rounds and what it assigns in a round, as formulas that ``m`` interprets
(:mod:`graphstep.gates.mathematics` with numbers, :mod:`graphstep.gates.notation` in print). So the explanation of an update and
the update itself come from one entry.

A formula is ``lambda m, q: …``; the names in ``q`` are

- ``w``, the parameter, ``g``, its gradient df/dw, and ``lr``, the learning rate α of this round;
- ``t``, the number of the update, from 1;
- the settings of the row (``mu``, ``rho`` …), its state, and what earlier assignments of this round made;
- ``q.downhill(a, b)``, which is a − b where the loss is to fall, and a + b where it is to rise (``--maximize``).

Every formula works cell by cell, so that arrays may be updated as they lie in memory.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from types import SimpleNamespace
from typing import Any

from graphstep.ground.errors import InputError, did_you_mean, quoted
from graphstep.ground.records import dataclass


@dataclass(frozen=True, slots=True)
class Assignment:
    """``name ← formula``, one line of an update rule."""

    name: str
    """What it assigns: the parameter ``w``, an entry of the state, or something that is forgotten after the round."""
    formula: Callable[[Any, Any], Any]
    """``formula(m, q)``: its new value."""


@dataclass(frozen=True, slots=True)
class Optimizer:
    """One way to update parameters."""

    name: str
    """What the command line calls it."""
    rule: tuple[Assignment, ...] = field(repr=False)
    """What a round assigns, in this order; the last one is the parameter."""
    why: str = field(repr=False)
    """What it does, and what for. Fields: ``{w}`` the parameter's name, ``{f}`` the output's, ``{way}`` along or against,
    ``{v}`` and ``{m}`` what it remembers of the parameter."""
    settings: Mapping[str, float] = field(default_factory=dict)
    """Its hyper-parameters besides the learning rate, with their defaults."""
    state: tuple[str, ...] = ()
    """What it remembers of each parameter, in the parameter's shape; 0 before the first round."""
    others: str = field(default="", repr=False)
    """What other books and programs do, where they differ; empty where all agree."""

    def __reduce__(self) -> tuple[Any, ...]:
        # Its formulas are functions, and cannot be sent to another process: there stands the same row.
        return optimizer, (self.name,)


SYMBOLS: Mapping[str, str] = {
    "lr": "α",
    "mu": "μ",
    "rho": "ρ",
    "beta1": "β₁",
    "beta2": "β₂",
    "eps": "ε",
    "weight_decay": "λ",
    "clip": "c",
    "length": "‖∇‖",
    "bound": "r",
    "w_hat": "ŵ",
    "v_prev": "v_prev",
    "m_hat": "m̂",
    "v_hat": "v̂",
}
"""How the names in a formula are printed, where not as themselves."""

LATEX_SYMBOLS: Mapping[str, str] = {
    "lr": r"\alpha",
    "mu": r"\mu",
    "rho": r"\rho",
    "beta1": r"\beta_{1}",
    "beta2": r"\beta_{2}",
    "eps": r"\varepsilon",
    "weight_decay": r"\lambda",
    "clip": "c",
    "length": r"\lVert \nabla \rVert",
    "bound": "r",
    "w_hat": r"\hat{w}",
    "v_prev": r"v_{\mathrm{prev}}",
    "m_hat": r"\hat{m}",
    "v_hat": r"\hat{v}",
    "cache": r"\mathrm{cache}",
}
"""The same in LaTeX."""

SETTINGS: Mapping[str, str] = {
    "mu": "momentum: the share of the velocity that is kept from round to round",
    "rho": "rmsprop: the share of the cache that is kept from round to round",
    "beta1": "adam: the share of the mean gradient that is kept",
    "beta2": "adam: the share of the mean square that is kept",
    "eps": "adagrad, rmsprop and adam: what keeps the divisor from zero",
    "weight_decay": "adamw: the share, times the learning rate, that a parameter loses in every round",
}
"""What each setting means."""

_LIMITS: Mapping[str, tuple[str, Callable[[float], bool]]] = {
    # A share that is kept whole leaves nothing to be added, and 1 − βᵗ, by which adam divides, is 0. A velocity may keep all.
    **dict.fromkeys(("rho", "beta1", "beta2"), ("from 0 to below 1", lambda share: 0 <= share < 1)),
    "mu": ("from 0 to 1", lambda share: 0 <= share <= 1),
    # PyTorch takes an ε of 0 as well: it is safe wherever no gradient is 0.
    **dict.fromkeys(("eps", "weight_decay"), ("0 or a number above it", lambda number: 0 <= number < math.inf)),
}
"""What each setting may be, in words and as a test."""


CLIPPING = Assignment("g", lambda m, q: q.gradient * q.clip / q.length)
"""What comes before the rule of any optimizer where the gradients of all parameters, as one vector, are longer than they may be:
they are shortened, and keep their direction (Pascanu, Mikolov and Bengio 2013). ``gradient`` is that of the backward pass,
``length`` the length of all. PyTorch's ``clip_grad_norm_`` adds 1e-6 to the length."""

BOUNDING = (
    Assignment("s", lambda m, q: q.bound / m.maximum(q.bound, q.norm)),
    Assignment("w", lambda m, q: q.s * q.w_hat),
)
"""What comes behind the rule of any optimizer where the weights of a unit are longer than they may be: they are put back onto the
ball of that radius (Srivastava and others 2014, "Dropout", section 5.1; CS231n's max-norm constraint). ``w_hat`` is what the rule
made of the parameter, ``norm`` the lengths, one for each unit. PyTorch's ``renorm`` and Keras' ``MaxNorm`` add 1e-7 to a length,
Keras to those that are short enough too."""


OPTIMIZERS: Mapping[str, Optimizer] = {
    row.name: row
    for row in (
        Optimizer(
            "sgd",
            (Assignment("w", lambda m, q: q.downhill(q.w, q.lr * q.g)),),
            "The gradient points to where {f} rises fastest; {w} takes a step {way} it, the learning rate times as long.",
        ),
        Optimizer(
            "momentum",
            (
                Assignment("v", lambda m, q: q.downhill(q.mu * q.v, q.lr * q.g)),
                Assignment("w", lambda m, q: q.w + q.v),
            ),
            "The velocity {v} keeps a part of itself and is pushed {way} the gradient, like a ball that rolls; {w} moves by it.",
            {"mu": 0.9},
            ("v",),
            "PyTorch and Dive into Deep Learning keep the learning rate out of v: v ← μ·v + ∇, w ← w − α·v. The weights are the "
            "same while the learning rate stays the same: --optimizer momentum-pytorch.",
        ),
        Optimizer(
            "momentum-pytorch",
            (
                Assignment("v", lambda m, q: q.mu * q.v + q.g),
                Assignment("w", lambda m, q: q.downhill(q.w, q.lr * q.v)),
            ),
            "The velocity {v} keeps a part of itself and takes up the gradient; {w} moves by the learning rate times {v}.",
            {"mu": 0.9},
            ("v",),
            "Stanford's CS231n has the learning rate inside v: v ← μ·v − α·∇, w ← w + v: --optimizer momentum.",
        ),
        Optimizer(
            "nesterov",
            (
                # CS231n: v_prev = v; v = mu*v - lr*dx; x += -mu*v_prev + (1 + mu)*v.
                Assignment("v_prev", lambda m, q: q.v),
                Assignment("v", lambda m, q: q.downhill(q.mu * q.v, q.lr * q.g)),
                Assignment("w", lambda m, q: q.w - q.mu * q.v_prev + (1 + q.mu) * q.v),
            ),
            "Momentum that looks ahead: {w} stands where the velocity would carry it, so it first takes the last look back.",
            {"mu": 0.9},
            ("v",),
            "This is the form of Stanford's CS231n, in the variables that look ahead; PyTorch keeps the learning rate out of v: "
            "--optimizer nesterov-pytorch.",
        ),
        Optimizer(
            "nesterov-pytorch",
            (
                Assignment("v", lambda m, q: q.mu * q.v + q.g),
                Assignment("w", lambda m, q: q.downhill(q.w, q.lr * (q.g + q.mu * q.v))),
            ),
            "Momentum that looks ahead: {w} moves by the gradient, and by what the velocity that took it up carries on.",
            {"mu": 0.9},
            ("v",),
            "This is PyTorch's form, with the learning rate outside v. Stanford's CS231n has it inside: --optimizer nesterov. "
            "The weights are the same while the learning rate stays the same.",
        ),
        Optimizer(
            "adagrad",
            (
                Assignment("cache", lambda m, q: q.cache + q.g**2),
                Assignment("w", lambda m, q: q.downhill(q.w, q.lr * q.g / (m.sqrt(q.cache) + q.eps))),
            ),
            "The cache is the sum of all squared gradients so far; divided by its root, steps are alike in every direction, and "
            "grow shorter from round to round.",
            # PyTorch's; CS231n names 1e-4 to 1e-8.
            {"eps": 1e-10},
            ("cache",),
            "As in Stanford's CS231n and PyTorch; Dive into Deep Learning has ε inside the root, and Keras starts the cache "
            "at 0.1.",
        ),
        Optimizer(
            "rmsprop",
            (
                Assignment("cache", lambda m, q: q.rho * q.cache + (1 - q.rho) * q.g**2),
                Assignment("w", lambda m, q: q.downhill(q.w, q.lr * q.g / (m.sqrt(q.cache) + q.eps))),
            ),
            "The cache is a running mean of the squared gradient; divided by its root, steps are alike in every direction.",
            # PyTorch's.
            {"rho": 0.99, "eps": 1e-8},
            ("cache",),
            "As in Stanford's CS231n and PyTorch; Keras and Dive into Deep Learning keep 0.9 of the cache and have ε inside the "
            "root: --optimizer rmsprop-keras.",
        ),
        Optimizer(
            "rmsprop-keras",
            (
                Assignment("cache", lambda m, q: q.rho * q.cache + (1 - q.rho) * q.g**2),
                Assignment("w", lambda m, q: q.downhill(q.w, q.lr * q.g / m.sqrt(q.cache + q.eps))),
            ),
            "The cache is a running mean of the squared gradient; divided by its root, steps are alike in every direction. "
            "ε stands inside the root.",
            # Those of Keras.
            {"rho": 0.9, "eps": 1e-7},
            ("cache",),
            "As in Keras, and in Dive into Deep Learning with ε = 1e-6; Stanford's CS231n and PyTorch have ε outside the root: "
            "--optimizer rmsprop.",
        ),
        Optimizer(
            "adam",
            (
                Assignment("m", lambda m, q: q.beta1 * q.m + (1 - q.beta1) * q.g),
                Assignment("v", lambda m, q: q.beta2 * q.v + (1 - q.beta2) * q.g**2),
                # Kingma and Ba (2015), algorithm 1: both means began at 0, and t updates have filled them to 1 − βᵗ.
                Assignment("m_hat", lambda m, q: q.m / (1 - q.beta1**q.t)),
                Assignment("v_hat", lambda m, q: q.v / (1 - q.beta2**q.t)),
                Assignment("w", lambda m, q: q.downhill(q.w, q.lr * q.m_hat / (m.sqrt(q.v_hat) + q.eps))),
            ),
            "{m} is a running mean of the gradient, {v} of its square. Both start at 0, so they are too small in the first "
            "rounds, and are scaled up for it; {w} moves {way} {m} over the root of {v}.",
            # The paper's and PyTorch's; Keras takes an ε of 1e-7.
            {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8},
            ("m", "v"),
            "As in Kingma and Ba's paper and in PyTorch.",
        ),
        Optimizer(
            "adamw",
            (
                Assignment("m", lambda m, q: q.beta1 * q.m + (1 - q.beta1) * q.g),
                Assignment("v", lambda m, q: q.beta2 * q.v + (1 - q.beta2) * q.g**2),
                Assignment("m_hat", lambda m, q: q.m / (1 - q.beta1**q.t)),
                Assignment("v_hat", lambda m, q: q.v / (1 - q.beta2**q.t)),
                Assignment(
                    "w",
                    lambda m, q: q.downhill((1 - q.lr * q.weight_decay) * q.w, q.lr * q.m_hat / (m.sqrt(q.v_hat) + q.eps)),
                ),
            ),
            "Adam whose weights decay by themselves: {w} loses a small share in every round, whatever its gradient is, and moves "
            "{way} {m} over the root of {v}.",
            # PyTorch's.
            {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weight_decay": 0.01},
            ("m", "v"),
            "As in PyTorch, where the learning rate scales the decay too; in Loshchilov and Hutter's paper only its schedule "
            "does, so that its λ is α · λ here. A penalty in the loss would go through the root like every gradient; this decay "
            "does not.",
        ),
    )
}
"""All optimizers by name."""


def optimizer(name: str) -> Optimizer:
    """The optimizer with this name; InputError when there is none."""
    if name not in OPTIMIZERS:
        hint = did_you_mean(name, OPTIMIZERS) or f"optimizers: {', '.join(OPTIMIZERS)}"
        raise InputError(f"there is no optimizer {quoted(name)}", hint=hint)
    return OPTIMIZERS[name]


def setting_word(name: str) -> str:
    """The word by which a setting is asked for: momentum is, in place of the letter of its formula."""
    return "momentum" if name == "mu" else name


def settings_of(row: Optimizer, typed: Mapping[str, float | None]) -> dict[str, float]:
    """The settings of an optimizer, the defaults replaced by what is given; None stands for what is not.

    InputError for a setting that this optimizer does not have, and for a value with which it is no optimizer.
    """
    for name, value in typed.items():
        if value is not None and name not in row.settings:
            own = ", ".join(map(setting_word, row.settings))
            hint = f"its settings are {own}" if own else "it has the learning rate only"
            raise InputError(f"the optimizer {row.name} has no {setting_word(name)}", hint=hint)
        if value is not None and not _LIMITS[name][1](value):
            hint = f"it is {_LIMITS[name][0]}; {row.settings[name]:g} is usual"
            raise InputError(f"the {setting_word(name)} of {row.name} cannot be {value:g}", hint=hint)
    return {name: default if typed.get(name) is None else float(typed[name] or 0.0) for name, default in row.settings.items()}


def apply(
    rule: Sequence[Assignment], m: Any, quantities: Mapping[str, Any], *, climbs: bool = False, in_place: bool = False
) -> dict[str, Any]:
    """What a rule assigns, by name, in its order; ``quantities`` are the names that the formulas use.

    With numbers for ``m`` it computes, with a printer for ``m`` and terms for the quantities it prints. With ``in_place`` the
    parameter is an array that may be overwritten: what is assigned to it is then that very array, or another one to copy from.

    >>> from graphstep.gates.mathematics import NUMBERS
    >>> apply(OPTIMIZERS["momentum"].rule, NUMBERS, {"w": 2.0, "g": 3.0, "lr": 0.5, "t": 1, "mu": 0.5, "v": 1.0})
    {'v': -1.0, 'w': 1.0}
    """
    moved = (_up_in_place if climbs else _down_in_place)(quantities["w"]) if in_place else _up if climbs else _down
    q = SimpleNamespace(**quantities, downhill=moved)
    assigned: dict[str, Any] = {}
    for assignment in rule:
        assigned[assignment.name] = assignment.formula(m, q)
        # The lines below read it: m_hat of adam is made of the m of this round, not of the one before.
        setattr(q, assignment.name, assigned[assignment.name])
    return assigned


def _down(a: Any, b: Any) -> Any:
    return a - b


def _up(a: Any, b: Any) -> Any:
    return a + b


def _down_in_place(w: Any) -> Callable[[Any, Any], Any]:
    # The parameter stands on the left of the last assignment only: nobody reads it afterwards. A lambda has no statement w -= b.
    return lambda a, b: w.__isub__(b) if a is w else a - b


def _up_in_place(w: Any) -> Callable[[Any, Any], Any]:
    return lambda a, b: w.__iadd__(b) if a is w else a + b

"""Names in LaTeX."""

from __future__ import annotations

import re

_LETTERS: dict[str, str] = dict(
    re.findall(
        r"(\S) (\w+)",
        "α alpha β beta γ gamma δ delta ε epsilon ζ zeta η eta θ theta ι iota κ kappa λ lambda μ mu ν nu ξ xi π pi ρ rho "
        "σ sigma τ tau υ upsilon φ phi χ chi ψ psi ω omega "
        "Γ Gamma Δ Delta Θ Theta Λ Lambda Ξ Xi Π Pi Σ Sigma Υ Upsilon Φ Phi Ψ Psi Ω Omega",
    )
)
_GREEK = frozenset(_LETTERS.values())
_PARTS = re.compile(r"^([^\W\d_]+?)_?(\d*)$")


def latex_name(name: str) -> str:
    r"""A name in LaTeX: ``x1`` → ``x_{1}``, ``beta`` → ``\beta``, ``rate`` → ``\mathrm{rate}``."""
    head, _, rest = name.partition("_")
    match = _PARTS.match(head)
    if not head or match is None:
        return latex_name_as_typed(name)
    letters, digits = match.groups()
    base = _letters(letters)
    subscript = ", ".join(part for part in (digits, *(_subscript(x) for x in rest.split("_") if x)) if part)
    return f"{base}_{{{subscript}}}" if subscript else base


def latex_name_as_typed(name: str) -> str:
    r"""A name in LaTeX, letter for letter: ``x_1`` → ``\mathrm{x\_1}``."""
    return r"\mathrm{" + name.replace("_", r"\_") + "}"


def _letters(text: str) -> str:
    if text in _GREEK:
        return "\\" + text
    if text in _LETTERS:
        return "\\" + _LETTERS[text]
    return text if len(text) == 1 else rf"\mathrm{{{text}}}"


def _subscript(text: str) -> str:
    return text if text.isdecimal() else _letters(text)

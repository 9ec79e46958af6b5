"""Names as books set them: a letter with its subscripts, Greek letters as such, words upright."""

from __future__ import annotations

import re

# Without omicron and the capitals that look like Latin ones: for these TeX has no commands.
_LETTERS: dict[str, str] = dict(
    re.findall(
        r"(\S) (\w+)",
        "α alpha β beta γ gamma δ delta ε epsilon ζ zeta η eta θ theta ι iota κ kappa λ lambda μ mu ν nu ξ xi π pi ρ rho "
        "σ sigma τ tau υ upsilon φ phi χ chi ψ psi ω omega "
        "Γ Gamma Δ Delta Θ Theta Λ Lambda Ξ Xi Π Pi Σ Sigma Υ Upsilon Φ Phi Ψ Psi Ω Omega",
    )
)
_GREEK = {word: letter for letter, word in _LETTERS.items()}
# Letters, then digits with or without an underscore: x1 and x_1 are both x with the subscript 1.
_PARTS = re.compile(r"^([^\W\d_]+?)_?(\d*)$")


def parts(name: str) -> tuple[str, ...]:
    """The base of a name and its subscripts, as typed: ``W_1_out`` → ``W``, ``1``, ``out``; the name itself if it has none.

    >>> parts("x1"), parts("x_max"), parts("__x")
    (('x', '1'), ('x', 'max'), ('__x',))
    """
    head, _, rest = name.partition("_")
    match = _PARTS.match(head)
    if not head or match is None:
        return (name,)
    letters, digits = match.groups()
    return letters, *(part for part in (digits, *rest.split("_")) if part)


def letter(text: str) -> str:
    """A part of a name with the name of a Greek letter as the letter: ``beta`` → ``β``."""
    return _GREEK.get(text, text)


def latex_name(name: str) -> str:
    r"""A name in LaTeX: ``x1`` → ``x_{1}``, ``beta`` → ``\beta``, ``rate`` → ``\mathrm{rate}``, a part ``x1.2`` → ``x_{1}.2``,
    of a turn h⟨2⟩ → ``{h^{\langle 2 \rangle}}``, which may be raised to a power.
    """
    name, turns = numbers(name)
    if turns:
        return _numbered(latex_name(name), turns)
    gate, dot, part = name.partition(".")
    if dot:
        return f"{latex_name(gate)}.{latex_name(part) if part[:1].isalpha() else part}"
    base, *subscripts = parts(name)
    # A name such as x2y, with digits amidst its letters, is no letter with a subscript.
    if not base.isalpha():
        return latex_name_as_typed(name)
    below = ", ".join(text if text.isdecimal() else _letters(text) for text in subscripts)
    return f"{_letters(base)}_{{{below}}}" if below else _letters(base)


def latex_name_as_typed(name: str) -> str:
    r"""A name in LaTeX, letter for letter: ``x_1`` → ``\mathrm{x\_1}``."""
    name, turns = numbers(name)
    if turns:
        return _numbered(latex_name_as_typed(name), turns)
    return r"\mathrm{" + name.replace("_", r"\_") + "}"


def numbers(name: str) -> tuple[str, str]:
    """A name without the numbers of its turns, and these: ``h`` and ``2,3`` of h⟨2,3⟩."""
    base, mark, turns = name.partition("⟨")
    return (base, turns.removesuffix("⟩")) if mark else (name, "")


def _numbered(base: str, turns: str) -> str:
    return rf"{{{base}^{{\langle {turns} \rangle}}}}"


def _letters(text: str) -> str:
    if text in _GREEK:
        return "\\" + text
    if text in _LETTERS:
        return "\\" + _LETTERS[text]
    return text if len(text) == 1 else rf"\mathrm{{{text}}}"

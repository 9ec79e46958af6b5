"""Text and formulas for LaTeX: nothing that comes from a program is ever read as a command.

Letters beyond ASCII become commands of LaTeX, or their code points where it has none, so that every engine sets them without a
font of its own. Only Chinese stays as it is: a document in Chinese asks for its font, another one spells it out.
"""

from __future__ import annotations

import re
import unicodedata

_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
    '"': r"\textquotedbl{}", "`": r"\textasciigrave{}",
}  # fmt: skip
"""What stands for the characters that LaTeX reads as something else, or sets as another."""

_CODE = {
    "'": r"\textquotesingle{}", "-": "-{}",
    "■": r"\makebox[.525em]{\rule{.4em}{.4em}}", "·": r"\makebox[.525em]{\ensuremath{\cdot}}",
}  # fmt: skip
"""The same in a program, where a quote is straight, two hyphens are no dash, and the marks of a pattern are equally wide."""

SYMBOLS = dict(
    re.findall(
        r"(\S) (\S+)",
        r"− - × \times · \cdot ∂ \partial ∇ \nabla √ \surd ‖ \Vert ≤ \le ≥ \ge ≠ \ne ≈ \approx ← \leftarrow → \rightarrow ± \pm "
        r"∛ \sqrt[3]{} ⊙ \odot ⊘ \oslash ∞ \infty ½ \tfrac12 ¼ \tfrac14 ⁽ {}^{(} ⁾ {}^{)} ⁻ {}^{-} ᵀ {}^{\top} "
        r"ⁿ {}^{n} ʸ {}^{y} ˣ {}^{x} ⌊ \lfloor ⌋ \rfloor ⌈ \lceil ⌉ \rceil ß \text{\ss} ÷ \div ⊗ \otimes � \text{?} … \dots "
        r"– \text{--} — \text{---} “ \text{``} ” \text{''} "
        r"Σ \Sigma Δ \Delta Ω \Omega Γ \Gamma Θ \Theta Λ \Lambda Ξ \Xi Π \Pi Φ \Phi Ψ \Psi "
        r"α \alpha β \beta γ \gamma δ \delta ε \varepsilon ζ \zeta η \eta θ \theta ι \iota κ \kappa λ \lambda μ \mu ν \nu ξ \xi "
        r"π \pi ρ \rho σ \sigma τ \tau υ \upsilon Υ \Upsilon φ \varphi χ \chi ψ \psi ω \omega ■ \blacksquare ▸ \triangleright "
        + "".join(f"{sign} {{}}^{{{digit}}} " for digit, sign in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹"))
        + "".join(f"{sign} {{}}_{{{digit}}} " for digit, sign in enumerate("₀₁₂₃₄₅₆₇₈₉")),
    )
)
"""What stands for letters and signs beyond ASCII."""

_ACCENTS = {
    "\u0300": "`",
    "\u0301": "'",
    "\u0302": "^",
    "\u0303": "~",
    "\u0308": '"',
    "\u030a": "r",
    "\u030c": "v",
    "\u0327": "c",
}
# Typed programs have no blanks, and TeX breaks no line without: behind an operator, a bracket or a comma it may.
_BREAKS = re.compile(r"(?<=[-+*/^=(),;\[\]@])(?=\S)")
# A letter with an accent that is a character of its own, as in x̂: TeX has the accent before the letter.
_LETTER = re.compile(r"[A-Za-z][\u0300-\u036f]|.", re.DOTALL)
# What is not ASCII has a command, or a font of its own.
_BEYOND = re.compile(r"[^\x20-\x7e\n]")


def text(plain: str) -> str:
    r"""Plain words.

    >>> print(text("50% of a_1 & \\input{x}"), text("∂f ≈ 2×3"))
    50\% of a\_1 \& \textbackslash{}input\{x\} \ensuremath{\partial}f \ensuremath{\approx} 2\ensuremath{\times}3
    """
    return _LETTER.sub(lambda match: _written(match[0], match.string[match.end() : match.end() + 1]), plain)


def _written(letter: str, after: str) -> str:
    """A letter with its accent; two hyphens are no dash."""
    if letter == "-" == after:
        return "-{}"
    # Outside of a formula lines may be broken between Chinese characters.
    if is_chinese(letter):
        return letter
    return _SPECIAL.get(letter, letter) if letter.isascii() and " " <= letter <= "~" else beyond(letter)


def code(plain: str) -> str:
    """A program or a part of one: letter by letter, with places where a long line may be broken."""
    # Broken before the letters are spelled out, whose own braces and parentheses are no places for a break.
    pieces = _BREAKS.split(plain)
    return r"\allowbreak{}".join("".join(_CODE.get(c) or text(c) for c in piece) for piece in pieces)


def mathematics(latex: str) -> str:
    """A formula, with commands in place of letters beyond ASCII."""
    return _BEYOND.sub(lambda match: rf"\text{{{match[0]}}}" if is_chinese(match[0]) else beyond(match[0]), latex)


def spelled_out(latex: str) -> str:
    """The LaTeX of a document that asks for no Chinese font: a character of Chinese, as in a name, is its code point."""
    return _BEYOND.sub(lambda match: beyond(match[0]) if is_chinese(match[0]) else match[0], latex)


def is_chinese(character: str) -> bool:
    """Whether a character is one of simplified Chinese, for which the preamble of a document asks for a font.

    >>> is_chinese("门"), is_chinese("。"), is_chinese("門"), is_chinese("α")
    (True, True, False, False)
    """
    if unicodedata.east_asian_width(character) not in ("W", "F"):
        return False
    # The fonts that are asked for have the characters of GB 2312; another one would be missing on paper without a word.
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def beyond(character: str) -> str:
    """What stands for a letter beyond ASCII, alone or with its accent, in words and in formulas alike."""
    if character in SYMBOLS:
        return rf"\ensuremath{{{SYMBOLS[character]}}}"
    if character.isspace() or character < " " or character == "\x7f":
        return " "
    # ß, é and their like: a letter and an accent, which every engine of TeX puts together.
    parts = unicodedata.normalize("NFD", character)
    if len(parts) == 2 and parts[0].isascii() and parts[0].isalpha() and parts[1] in _ACCENTS:
        return rf"\text{{\{_ACCENTS[parts[1]]}{{{parts[0]}}}}}"
    return r"\text{[" + " ".join(f"U+{ord(c):04X}" for c in character) + "]}"

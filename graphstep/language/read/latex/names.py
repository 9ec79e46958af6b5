r"""Letters with their accents and subscripts become names of a program: ``w_0`` → ``w0``, ``\hat{y}_{max}`` → ``y_hat_max``."""

from __future__ import annotations

from collections.abc import Collection

from graphstep.gates.notation.names import letter
from graphstep.ground import limits
from graphstep.ground.errors import ReadError, Span
from graphstep.ground.records import dataclass
from graphstep.language.read.latex.tokens import words

GREEK = words(
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega "
    "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
)
"""Commands that are Greek letters."""

VARIANTS = {f"var{name}": name for name in ("epsilon", "theta", "kappa", "pi", "rho", "sigma", "phi")} | {"ell": "l"}
"""Commands that are letters in another shape."""

ACCENTS = {
    "hat": "hat",
    "widehat": "hat",
    "bar": "bar",
    "overline": "bar",
    "tilde": "tilde",
    "widetilde": "tilde",
    "dot": "dot",
    "check": "check",
    "breve": "breve",
}
"""Commands that put a mark above a letter, and what the name ends in."""

BOLD = frozenset({"mathbf", "boldsymbol", "bm", "vec", "pmb", "symbf"})
"""Commands that mark a vector or a matrix."""

UPRIGHT = words("mathrm mathit text textrm textit mathsf mathtt mathcal operatorname operatorname*")
"""Commands that set a whole word."""


@dataclass(frozen=True, slots=True)
class Lettering:
    """A letter or a word as it is set."""

    base: str
    """The letter, or the word."""
    bold: bool = False
    """Whether it is set as a vector or matrix."""
    accents: tuple[str, ...] = ()
    """The marks above it."""
    below: tuple[str, ...] = ()
    """Its subscripts."""
    layer: str = ""
    """The number in brackets above it, as in W^{[1]}."""
    variant: str = ""
    """The command, where the letter has two shapes."""

    def spellings(self) -> list[str]:
        """The names that it may have in a program, the usual one first.

        >>> Lettering("w", below=("0",)).spellings(), Lettering("theta", accents=("hat",)).spellings()
        (['w0', 'w_0'], ['theta_hat', 'thetahat', 'θ_hat', 'θhat'])
        """
        layers = (self.layer,) if self.layer else ()
        parts = (*self.accents, *layers, *self.below)
        bases = [self.base, letter(self.base)] if letter(self.base) != self.base else [self.base]
        joined: list[str] = []
        for base in bases:
            plain = "_".join([base, *parts])
            if parts and not self.accents and parts[0].isdecimal():
                plain = "_".join([base + parts[0], *parts[1:]])
                joined += [plain, "_".join([base, *parts])]
            else:
                joined.append(plain)
            if self.accents:
                joined.append("_".join([base + "".join(self.accents), *layers, *self.below]))
        return joined


class Naming:
    """The names of one formula: each stands for one lettering."""

    def __init__(self, text: str, given: Collection[str]) -> None:
        self._text = text
        self._given = frozenset(given)
        self._letterings: dict[str, Lettering] = {}

    def copy(self) -> Naming:
        """The same names, for a reading that may be given up."""
        copy = Naming(self._text, self._given)
        copy._letterings |= self._letterings
        return copy

    def name(self, lettering: Lettering, span: Span) -> str:
        """The name of a lettering: of its spellings the one that has a value, else the usual one.

        Raises ReadError where another lettering has the name already, or where it is too long.
        """
        spellings = lettering.spellings()
        # w_0 and w0 are both usual: the one that was given a value is meant.
        name = next((each for each in spellings if each in self._given), spellings[0])
        if len(name) > limits.NAME:
            message = f"this name has {len(name):,} characters; at most {limits.NAME} are read"
            raise ReadError(message, text=self._text, span=span)
        before = self._letterings.setdefault(name, lettering)
        if before != lettering:
            raise ReadError(
                f"two letters of this formula would both be called {name}",
                text=self._text,
                span=span,
                hint="give one of them another letter or subscript",
            )
        return name

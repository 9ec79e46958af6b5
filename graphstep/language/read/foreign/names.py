"""Names without a value that were probably meant otherwise: ``E`` for e, ``sinx`` for sin(x), ``w^T`` for w.T."""

from __future__ import annotations

import re
from collections.abc import Collection

from graphstep.gates import FUNCTIONS
from graphstep.ground import limits
from graphstep.language.read.foreign.table import rows_by_name
from graphstep.language.read.foreign.translation import Translation, proposals

_CONSTANTS = {"E": "e", "Pi": "pi", "PI": "pi"}
_INFINITE = frozenset({"inf", "Inf", "infinity", "Infinity", "oo", "nan", "NaN"})
_LETTERS = ("x", "y", "z", "pi", "π", "e")
_SEARCHED = 2_000
"""Characters of a program in which the place of a name is looked for."""

# A number is taken whole (++): its digits could otherwise stand on either side of a point that is not there.
_FACTOR = r"(?<!\d)(\d++\.?+\d*+)\s*+"
_TO_THE_T = re.compile(r"(?P<of>[\w)\]]{1,40})\s*(?:\^|\*\*)\s*\(?T(?P<beside>\w*)")


def name_hint(name: str, text: str, given: Collection[str]) -> str:
    """What a name without a value was probably meant to be, where it is spelled as in books or other programs; else nothing.

    >>> name_hint("sinx", "sinx", ["x"]), name_hint("πx", "2πx", ["x"])
    ('sinx is one name; of a function the input stands in parentheses: sin(x)', 'πx is one name; a product is written 2*π*x')
    """
    text = text[:_SEARCHED]
    return next((hint for rule in _RULES if (hint := rule(name, text, given))), "")


def _constant(name: str, text: str, given: Collection[str]) -> str:
    """``E`` and ``Pi``, as some programs spell the two constants."""
    if name not in _CONSTANTS:
        return ""
    written = re.sub(rf"\b{name}\b", _CONSTANTS[name], text) if len(text) <= limits.NAME else _CONSTANTS[name]
    return f"if {'2.718…' if name == 'E' else '3.141…'} is meant, it is written {_CONSTANTS[name]}: {' '.join(written.split())}"


def _derivative(name: str, text: str, given: Collection[str]) -> str:
    """``df/dx``: what every run computes is typed as a quotient."""
    if name[0] == "d" and len(name) > 1 and re.search(r"(?<!\w)d\w+\s*/\s*d\w+", text):
        return "every run computes the gradients of all its inputs: write the function alone"
    return ""


def _power_of_ten(name: str, text: str, given: Collection[str]) -> str:
    """``3x10^5``, with the letter x for the sign ×."""
    power = re.search(rf"{_FACTOR}{re.escape(name)}\s*\^\s*([-+]?\d+)", text) if name == "x10" else None
    return "" if power is None else f"a power of ten is written {power[1]}e{power[2]}, and a product {power[1]}*10^{power[2]}"


def _no_number(name: str, text: str, given: Collection[str]) -> str:
    """``None``, ``inf`` and ``nan``, which are names here."""
    if name == "None":
        return "nothing is left out by None here: max(x, 0) holds x above a bound, min(x, 1) below one"
    if name in _INFINITE:
        value = "nan" if "n" in name[:1].lower() else "inf"
        return f"{name} is a name here, and can be given the value {value}: {name}={value}"
    return ""


def _transpose(name: str, text: str, given: Collection[str]) -> str:
    """``W^T`` and ``W^Tx``, as books write a transpose."""
    # Of thousands of names without a value hardly any begins so, and for each the text would be searched.
    power = _TO_THE_T.search(text) if name[0] == "T" else None
    if power is None or name != f"T{power['beside']}":
        return ""
    behind = f" @ {power['beside']}" if power["beside"] else ""
    return f"a transpose is written {power['of'].lstrip(')]')}.T{behind}; ^T is a power"


def _function(name: str, text: str, given: Collection[str]) -> str:
    """``sin x`` and ``sinx``: a function without parentheses."""
    if name in FUNCTIONS and len(name) > 1:
        return f"if the function is meant, its input stands in parentheses: {name}(x)"
    letters = {*given, *_LETTERS}
    for stop in range(len(name) - 1, 1, -1):
        function, rest = name[:stop], name[stop:]
        if (function in FUNCTIONS or function in rows_by_name()) and (rest.lstrip("0123456789") in letters):
            call = f"{function}({rest})"
            meant = next(iter(proposals(call, 0)), Translation(call, "")).text or call
            return f"{name} is one name; of a function the input stands in parentheses: {meant}"
    return ""


def _product(name: str, text: str, given: Collection[str]) -> str:
    """``xy``: factors side by side."""
    factors = _factors(name, {*given, *_LETTERS})
    if not factors:
        return ""
    number = re.search(rf"{_FACTOR}{re.escape(name)}\b", text)
    return f"{name} is one name; a product is written {'*'.join([*(number.groups() if number else ()), *factors])}"


_RULES = (_constant, _derivative, _power_of_ten, _no_number, _transpose, _function, _product)
"""What a name may have been meant to be, the surest first. Each rule gives its sentence, or nothing where it does not apply."""


def _factors(name: str, letters: Collection[str]) -> list[str]:
    """The known names that a name falls into, two or more; the fewest."""
    ways: list[list[str] | None] = [[]] + [None] * len(name)
    # ways[stop] is the shortest way to write what is before it: a name has 40 letters, so that this is nothing.
    for stop in range(1, len(name) + 1):
        for start in range(stop):
            way = ways[start]
            if way is not None and name[start:stop] in letters and name[start:stop] != name:
                here = ways[stop]
                if here is None or len(way) + 1 < len(here):
                    ways[stop] = [*way, name[start:stop]]
    return ways[len(name)] or []

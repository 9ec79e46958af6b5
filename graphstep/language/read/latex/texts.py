"""A text with formulas in it, as notes have them: which of them make up the program, ``$L = (y - a)^2$ where $a = …$``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

from graphstep.ground.errors import ReadError
from graphstep.ground.ways import reached
from graphstep.language.read.latex.names import UPRIGHT
from graphstep.language.read.latex.order import bare, defined_name, definitions_in, equals_place, statements_of
from graphstep.language.read.latex.tokens import Token, formula_spans, tokens_of

_NO_STATEMENTS = frozenset({"partial", "nabla", "in"})
"""Commands of what is said about a formula: its derivatives, which every run computes, and what a letter may be."""


def tokens_of_text(text: str) -> list[Token]:
    """The tokens of the formulas that a text is read for: of what is displayed, else of those in its lines; of those in its lines
    also what defines a name of the others.

    Raises ReadError where these are several that do not make up one value.
    """
    displayed, inline = formula_spans(text)
    if not displayed and len(inline) < 2:
        return tokens_of(text, inline[0] if inline else (0, len(text)))
    formulas = [*_without_mentions([tokens_of(text, span) for span in displayed or inline])]
    main = len(formulas)
    for span in inline if displayed else ():
        # What a document says besides is no formula of this language, as a rule.
        with suppress(ReadError):
            formulas += filter(None, [tokens_of(text, span)])
    names = [{name for each in statements_of(formula) if (name := defined_name(each))} for formula in formulas]
    places = {name: place for place in range(len(formulas))[::-1] for name in names[place]}
    needs = [
        {needed for each in statements_of(formula) for needed in definitions_in(each, places)} - {place}
        for place, formula in enumerate(formulas)
    ]
    ends = [place for place in range(main) if not any(place in each for each in needs[:main])]
    twice = [place for place in range(main) if any(places[name] != place for name in names[place])]
    if main > 1 and (len(ends) != 1 or twice):
        wrong = twice[0] if twice else ends[1] if ends else 1
        what = f"which define {''.join(min(names[wrong]))} twice" if twice else "and more than one of them is a result"
        span = formulas[wrong][0].start, formulas[wrong][-1].stop
        raise ReadError(
            f"this text has {main} formulas, {what}",
            text=text,
            span=span,
            hint="one program has one result: give the formula to be stepped and what defines its letters",
        )
    used = sorted(reached(range(main), lambda place: needs[place]), key=lambda place: (place < main, place))
    return [token for place in used for token in (*formulas[place], _end(formulas[place]))]


def _end(formula: Sequence[Token]) -> Token:
    return Token("break", "", formula[-1].stop, formula[-1].stop)


def _without_mentions(formulas: Sequence[list[Token]]) -> Iterator[list[Token]]:
    """Formulas without those that are said twice, and those that say nothing to compute, as long as others do."""
    said = set[tuple[str, ...]]()
    for formula in [formula for formula in formulas if not _is_mention(formula)] or formulas:
        if formula and (texts := bare(formula)) not in said:
            said.add(texts)
            yield formula


def _is_mention(formula: list[Token]) -> bool:
    """Whether a formula is a name alone, ``$w_0$``, or tells a derivative, or what a letter may be."""
    equals = equals_place(formula)
    if any(token.kind == "command" and token.text in _NO_STATEMENTS for token in formula[: equals or len(formula)]):
        return True
    name = formula[: next((place for place, token in enumerate(formula) if token.kind == "below"), len(formula))]
    letters = sum(token.kind in ("letter", "number") for token in name)
    return all(token.kind in ("letter", "command", "open", "close", "number") for token in name) and (
        letters < 2 or name[0].text in UPRIGHT
    )

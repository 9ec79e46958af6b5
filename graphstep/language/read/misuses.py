"""What those are told who define or call a function, or repeat something, in a way that cannot be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from graphstep.ground.errors import ReadError, Span, quoted
from graphstep.language.read.spelling import cut

if TYPE_CHECKING:
    from graphstep.language.read.bodies import Results, Statement
    from graphstep.language.read.token import Token


def unexpected(text: str, token: Token | None, before: Token) -> ReadError | None:
    """For a token that cannot stand in the head of a function, or behind a brace; None where it is about something else."""
    if before.type == "BLOCK_END":
        hint = "what follows a } is a statement of its own: put ; or a new line between them"
        span = before.span if token is None else token.span
        return ReadError("a statement starts in the middle of a line", text=text, span=span, hint=hint)
    if before.type == "DEF":
        hint = f"write def {before.text}(a, b) = … with the names of its inputs"
        span = (before.start_pos, before.end_pos if token is None else token.end_pos)
        return ReadError("a function takes at least one input, and its inputs are names", text=text, span=span, hint=hint)
    if before.type == "CLOSE" and token is not None and token.type != "CLOSE":
        hint = "a function is written def f(a, b) = a*b, or with several statements def f(a, b) = { …; … }"
        return ReadError("an = is missing behind the inputs of the function", text=text, span=token.span, hint=hint)
    return None


def half_a_head(text: str, word: str, span: Span) -> ReadError:
    """For ``def`` and ``repeat`` before something that does not follow them."""
    hint = "a repetition is written repeat 20 { … } or repeat t in 0:20 { … }, a product repeat*x"
    if word == "def":
        hint = "a function is written def f(a, b) = …"
    return ReadError(f"{quoted(word)} begins nothing here", text=text, span=span, hint=hint)


def python_function(text: str, start: int) -> ReadError:
    """For ``def f(x):``."""
    hint = "write = and its value, as in def f(x) = x^2; a body of several statements stands in braces, its last one is the value"
    return ReadError("a function is not written as in Python", text=text, span=(start, start + 1), hint=hint)


def defined_below(text: str, name: str, span: Span) -> ReadError:
    """For a function that is called above its definition."""
    hint = f"a function is known below its definition: move def {name}(…) up"
    return ReadError(f"{quoted(name)} is defined further down", text=text, span=span, hint=hint)


def input_twice(text: str, name: str, span: Span) -> ReadError:
    """For ``def f(a, a)``."""
    hint = "give every input a name of its own"
    return ReadError(f"{quoted(name)} is an input of the function twice", text=text, span=span, hint=hint)


def recursion(text: str, name: str, span: Span) -> ReadError:
    """For a function that calls itself."""
    hint = "a function is known below its definition; repeat n { … } does a thing several times"
    return ReadError(f"{quoted(name)} calls itself, which would never end", text=text, span=span, hint=hint)


def unknown_in_body(text: str, function: str, name: str, span: Span) -> ReadError:
    """For a body that reads a name that nobody mentioned above."""
    return ReadError(
        f"{quoted(name)} is not known in the body of {function}",
        text=text,
        span=span,
        hint=f"make it an input of {function}, or mention it above the definition",
    )


def named_input(text: str, function: str, span: Span, parameters: Sequence[str]) -> ReadError:
    """For ``f(a=1)``."""
    hint = f"its inputs are given by their places: {function}({', '.join(parameters)})"
    return ReadError(f"{function} has no options", text=text, span=span, hint=hint)


def default_input(text: str, start: int) -> ReadError:
    """For ``def f(a=1)``."""
    hint = "every input is given in every call: write the number there, or in the body"
    return ReadError("an input of a function has no default", text=text, span=(start, start + 1), hint=hint)


def no_value(text: str, name: str, span: Span) -> ReadError:
    """For a body whose last statement is no value."""
    hint = "the last statement of a body is its value: end it with the name of one, or with (a, b) for several"
    return ReadError(f"the body of {name} has no value", text=text, span=span, hint=hint)


def no_output(text: str, last: Statement) -> ReadError:
    """For a program whose last statement is no value."""
    if last.kind == "names":
        hint = "name the one below it: the last statement is the output"
        return ReadError("a program has one output, and several names end this one", text=text, span=last.span, hint=hint)
    what = "a definition" if last.kind == "definition" else "a repetition without turns"
    hint = "the last statement is the output: write what is to be computed below it"
    return ReadError(f"this program ends in {what}, which has no value", text=text, span=last.span, hint=hint)


def several_values(text: str, results: Results, span: Span) -> ReadError:
    """For several values where one is wanted."""
    count = len(results.operands)
    names = ", ".join("abcd"[:count]) if count <= 4 else "a, b, …"
    hint = f"give each a name in a statement of its own: {names} = …"
    return ReadError(f"{count} values stand where one is wanted", text=text, span=span, hint=hint)


def one_value(text: str, count: int, span: Span, names: Span) -> ReadError:
    """For several names and one value."""
    hint = "a body gives several values as (a, b), its last statement"
    written = cut(text[slice(*span)])
    return ReadError(f"{count} names stand before =, and {written} is one value", text=text, span=names, hint=hint)


def unpacked(text: str, count: int, values: int, span: Span) -> ReadError:
    """For another number of names than there are values."""
    hint = "write as many names as there are values"
    return ReadError(f"{count} names stand before =, and {values} values behind it", text=text, span=span, hint=hint)


def parameter_assigned(text: str, name: str, function: str, span: Span, *, repeated: bool) -> ReadError:
    """For a body that assigns an input of its function."""
    start = f"start from it under a name of its own: s = {name} above the repetition" if repeated else "choose another name"
    return ReadError(f"{quoted(name)} is an input of {function}, and cannot be assigned", text=text, span=span, hint=start)


def input_carried(text: str, name: str, span: Span) -> ReadError:
    """For a repetition that assigns an input."""
    new = f"{name}0" if not name[-1].isdigit() else f"start_{name}"
    return ReadError(
        f"{quoted(name)} is an input, and a repetition cannot change it",
        text=text,
        span=span,
        hint=f"call the input {new}, and write {name} = {new} above the repetition",
    )


def local_to_turn(text: str, name: str, span: Span) -> ReadError:
    """For a name that a repetition assigned in each of its turns, and did not carry."""
    return ReadError(
        f"{quoted(name)} was local to the turns of a repetition, and is not known here",
        text=text,
        span=span,
        hint=f"assign {name} above the repetition as well, so that it is carried, or call an input by another name",
    )


def stray_brace(text: str, start: int) -> ReadError:
    """For a brace that belongs to no function and no repetition."""
    hint = "braces hold the body of a function, def f(x) = { … }, or of a repetition, repeat 3 { … }; elsewhere use ( )"
    return ReadError(f"{text[start]} cannot stand here", text=text, span=(start, start + 1), hint=hint)


def empty_braces(text: str, span: Span) -> ReadError:
    """For braces with nothing between them."""
    return ReadError("there is nothing between these braces", text=text, span=span)


def brace_never_closed(text: str, span: Span) -> ReadError:
    """For a brace without its end."""
    return ReadError("this brace is never closed", text=text, span=(span[1] - 1, span[1]))

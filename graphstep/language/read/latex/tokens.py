r"""LaTeX becomes tokens: letters, numbers, commands, brackets; what only moves or sizes the print is left out.

Spaces have no meaning in a formula, and neither have ``\,``, ``\quad``, ``\left``, ``\big`` and the ``&`` of aligned equations.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from graphstep.ground.errors import ReadError, Span
from graphstep.ground.records import record

Kind = Literal[
    "command", "letter", "number", "open", "close", "below", "above", "sign", "left", "right", "bar", "break", "column", "prime"
]
"""What a token is: ``\\frac``, ``x``, ``0.5``, ``{``, ``}``, ``_``, ``^``, a sign such as ``+``, an opening and
a closing bracket, a bar that may be either, the end of a line (``\\\\``), an ``&``, and ``'``."""

_WORD = re.compile(
    r"(?P<column>&)|(?P<skip>\s+|%[^\n]*|~|\\[,;:!> ]|\.(?=\s*(?:\Z|\}|\\end|\\text|\\\\)))"
    r"|(?P<break>\\\\(?:\[[^\]\n]{0,20}\])?|\\newline(?![A-Za-z]))"
    r"|(?P<command>\\(?:[A-Za-z]+\*?|[{}|_]))|(?P<number>\d+(?:\.\d+|\{,\}\d+)*|\.\d+)|(?P<open>\{)|(?P<close>\})"
    r"|(?P<below>_)|(?P<above>\^)|(?P<sign>\.\.\.|[-+*/=,;:!@\x22−·×⋅<>])|(?P<left>[(\[])|(?P<right>[)\]])|(?P<bar>\|\|?|‖)"
    r"|(?P<prime>['′’])|(?P<letter>[^\W\d_])|(?P<unknown>.)",
    re.DOTALL,
)


def words(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


_SPACING = words(
    "quad qquad enspace enskip thinspace medspace thickspace negthinspace displaystyle textstyle scriptstyle "
    "scriptscriptstyle limits nolimits left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr bigm "
    "nonumber notag mathstrut"
)
"""Commands that move or size the print."""

_REMARKS = frozenset({"label", "tag", "tag*", "vspace", "hspace", "hspace*", "phantom", "color"})
"""Commands that are left out with the group behind them."""

_TEXTS = words("text textrm textit textnormal mbox")
_JOINTS = words("where with and let then so thus hence 其中 且")
"""Commands that set words, and the words between two statements: the second says what the first has named."""

_PLAIN_ENVIRONMENTS = words("equation align aligned alignat gather gathered split multline eqnarray flalign displaymath math")
"""Environments that arrange formulas, and say nothing of what they mean."""

_SIGNS = {"−": "-", "·": "*", "⋅": "*", "×": "*"}

_BRACKETS: dict[str, tuple[Kind, str]] = {
    "{": ("left", "{"),
    "}": ("right", "}"),
    "lbrace": ("left", "{"),
    "rbrace": ("right", "}"),
    "lparen": ("left", "("),
    "rparen": ("right", ")"),
    "lbrack": ("left", "["),
    "rbrack": ("right", "]"),
    "langle": ("left", "<"),
    "rangle": ("right", ">"),
    "lvert": ("left", "|"),
    "rvert": ("right", "|"),
    "lVert": ("left", "||"),
    "rVert": ("right", "||"),
    "vert": ("bar", "|"),
    "Vert": ("bar", "||"),
    "|": ("bar", "||"),
}
"""Commands that are brackets: what they are, and the bracket."""


@record(frozen=True, slots=True)
class Token:
    """One word of a formula."""

    kind: Kind
    """What it is."""
    text: str
    r"""What it says: a command without its backslash, a bar as ``|`` or ``||``."""
    start: int
    """Index of its first character in the text."""
    stop: int
    """Index after its last character."""

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.start, self.stop


def tokens_of(text: str, span: Span) -> list[Token]:
    """The tokens of a part of a text. Raises ReadError for a character or an environment that has no meaning here."""
    return list(_without_print(text, list(_words(text, span))))


def _words(text: str, span: Span) -> Iterator[Token]:
    position, stop = span
    while position < stop:
        word = _WORD.match(text, position, stop)
        assert word is not None  # the last group takes any character
        kind, start, position = word.lastgroup, position, word.end()
        if kind == "skip":
            continue
        if kind == "unknown":
            raise _unknown(text, start)
        shown = word[0]
        if kind == "command":
            kind, shown = _BRACKETS.get(shown[1:], ("command", shown[1:]))
        elif kind == "bar":
            shown = "||" if shown in ("||", "‖") else "|"
        yield Token(kind, _SIGNS.get(shown, shown), start, position)  # type: ignore[arg-type]  # the groups are the kinds


def _without_print(text: str, words: list[Token]) -> Iterator[Token]:
    r"""The tokens without the commands that arrange the print; a bar behind ``\left`` opens, and behind ``\right`` closes."""
    place, side, cases = 0, "", 0
    while place < len(words):
        token = words[place]
        place += 1
        # \left| is the one bar that says which it is.
        if token.kind == "bar" and side:
            token = Token("left" if side == "left" else "right", token.text, token.start, token.stop)
        side = ""
        if token.kind == "column":
            if cases:
                yield token
        elif token.kind != "command":
            yield token
        elif token.text in ("begin", "end"):
            name, place = _group(text, words, place, token)
            if name in ("cases", "dcases"):
                cases += 1 if token.text == "begin" else -1
                yield Token("left" if token.text == "begin" else "right", "cases", token.start, words[place - 1].stop)
            elif name.rstrip("*") not in _PLAIN_ENVIRONMENTS:
                raise _environment(text, name, (token.start, words[place - 1].stop))
        # Their groups hold words and lengths, which would be read as factors.
        elif token.text in _REMARKS:
            _, place = _group(text, words, place, token)
        elif token.text in _TEXTS and not cases and (end := _joint(text, words, place)):
            yield Token("break", token.text, token.start, words[end - 1].stop)
            place = end
        elif token.text in _SPACING:
            side = _side(token.text)
            if side and text[token.stop : token.stop + 1] == ".":
                raise _invisible(text, token)
        else:
            yield token


def _side(command: str) -> str:
    if command == "left" or (command[-1] == "l" and "ig" in command):
        return "left"
    return "right" if command == "right" or (command[-1] == "r" and "ig" in command) else ""


def _group(text: str, words: list[Token], place: int, command: Token) -> tuple[str, int]:
    """What stands in the braces behind a command, and the place behind them."""
    if place < len(words) and words[place].kind == "open":
        for stop in range(place + 1, len(words)):
            if words[stop].kind == "close":
                return text[words[place].stop : words[stop].start].strip(), stop + 1
    raise ReadError(f"a group in braces is missing behind \\{command.text}", text=text, span=command.span)


def _joint(text: str, words: list[Token], place: int) -> int:
    r"""The place behind the group of a ``\text`` that says "where" between two statements; 0 where there is another."""
    ends = (k for k, word in enumerate(words[place : place + 10], place) if word.kind == "close")
    stop = next(ends, 0) if place < len(words) and words[place].kind == "open" else 0
    return stop + 1 if stop and text[words[place].stop : words[stop].start].strip(" .,;:~").lower() in _JOINTS else 0


def _unknown(text: str, start: int) -> ReadError:
    if text[start] == "$":
        hint = "one formula stands between two $; leave other text out"
        return ReadError("a $ stands inside the formula", text=text, span=(start, start + 1), hint=hint)
    if text[start] == "\\":
        return ReadError("a backslash without a command", text=text, span=(start, start + 1), hint="leave it out")
    if text[start] == ".":
        return ReadError("a point stands outside a number", text=text, span=(start, start + 1), hint="leave it out")
    what = f"'{text[start]}'" if text[start].isprintable() else "an invisible character"
    return ReadError(f"{what} has no meaning in a formula", text=text, span=(start, start + 1))


def _environment(text: str, name: str, span: Span) -> ReadError:
    message = f"no {name} is read in a formula" if name else "an environment without a name"
    hint = 'give the matrix as an input: W in the formula, and W="[[1, 2], [3, 4]]" behind it'
    return ReadError(message, text=text, span=span, hint=hint if "matrix" in name or name == "array" else "")


def _invisible(text: str, token: Token) -> ReadError:
    hint = "write both brackets"
    return ReadError(
        f"\\{token.text}. is a bracket that cannot be seen", text=text, span=(token.start, token.stop + 1), hint=hint
    )


_DISPLAYED = re.compile(
    r"(?P<opening>\$\$|\\\[|```math\n)|\\begin\{(?P<name>(?:equation|align|gather|multline|displaymath)\*?)\}"
)
_INLINE = re.compile(r"(?P<opening>\$`|\$|\\\()")
_CLOSINGS = {"$$": "$$", r"\[": r"\]", "```math\n": "```", "$`": "`$", "$": "$", r"\(": r"\)"}
_COMMENT = re.compile(r"(?<!\\)%[^\n]*")


def formula_spans(text: str) -> tuple[list[Span], list[Span]]:
    """Where the formulas of a text stand: those that are displayed, and those in its lines. Of a bare formula both are empty."""
    # Comments, and then what is displayed, are blanked, so that every place stays the same.
    plain = _COMMENT.sub(lambda comment: " " * len(comment[0]), text)
    displayed = list(_between(plain, _DISPLAYED))
    parts, place = list[str](), 0
    for start, stop in displayed:
        parts += [plain[place:start], " " * (stop - start)]
        place = stop
    rest = "".join([*parts, plain[place:]])
    # The marks of what is displayed are left, and would open a formula in a line.
    return displayed, list(_between(rest.replace("$$", "  ") if displayed else rest, _INLINE))


def _between(text: str, opening: re.Pattern[str]) -> Iterator[Span]:
    """What stands between marks that open a formula and those that close it; an environment with its own."""
    place, missing = 0, set[str]()
    while (mark := opening.search(text, place)) is not None:
        closing = _CLOSINGS[mark["opening"]] if mark["opening"] else f"\\end{{{mark['name']}}}"
        place = mark.end()
        # A mark that closes nothing here closes nothing further on: to look for it again and again would take quadratic time.
        stop = -1 if closing in missing else text.find(closing, place)
        if stop < 0:
            missing.add(closing)
            continue
        if stop == place and closing == "$":
            # $$ that closes nothing: its second mark may open.
            place = stop
            continue
        yield (place, stop) if mark["opening"] else (mark.start(), stop + len(closing))
        place = stop + len(closing)

"""What can go wrong, and how it is said.

    GraphstepError              exit status 1: failed while running
    └── InputError              exit status 2: something was typed wrong
        └── ReadError           ... in a program, at a place that a caret can point to
            ├── LimitError      ... in a program, larger than we promise to handle
            └── ShapeError      ... in a program, where arrays meet whose shapes do not go together

Every message says what is wrong, where, and (as the hint) what would do.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import cached_property
from itertools import islice

from graphstep.ground.unprintable import MARK, printable
from graphstep.ground.widths import cell_width

# An option with a number or a list of names behind it, or with nothing that is plainly its value.
_OPTION = re.compile(r"(?<![\w-])--([a-z][a-z0-9-]*)(?: (-?\d[\d.]*|\w+(?:,\w+)+))?")

Span = tuple[int, int]
"""Where something stands in the text: the index of its first character and the index after its last."""

_CONTEXT = 60
"""Columns of a long line that an error quotes on either side of the place."""

_PATH = 80
"""Columns of the name of a file."""

_LISTED = 8
"""Names that an error lists."""

_EDITS = (4, 8)
"""Letters of a word from which on one slip, and two slips, are looked for."""


class GraphstepError(Exception):
    """The base of every error a user can cause."""

    exit_status = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        """One sentence without a full stop: what is wrong."""
        self.hint = hint
        """One sentence: what would do. Empty when the message says it all."""

    @cached_property
    def __notes__(self) -> list[str]:  # type: ignore[override]  # as a property it knows what a subclass adds
        # What a traceback writes below the message, of an error that nobody catches. One list, to which add_note may add.
        return [part for part in (self._place(), _for_python(self._advice())) if part]

    def report(self) -> str:
        """The whole error as the terminal shows it, without a trailing newline."""
        return "\n".join(filter(None, (f"error: {self.message}", self._place(), self._advice())))

    def _place(self) -> str:
        return ""

    def _advice(self) -> str:
        return f"hint: {self.hint}" if self.hint else ""


class InputError(GraphstepError):
    """Something the user typed cannot be used: a value, an option, a name."""

    exit_status = 2


class ReadError(InputError):
    """A program cannot be read; a caret points at the place.

    >>> print(ReadError("there is no gate called foo", text="1 + foo(x)", span=(4, 7)).report())
    error: there is no gate called foo
      1 + foo(x)
          ^^^
    """

    def __init__(self, message: str, *, text: str = "", span: Span | None = None, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.text = text
        """The whole text that was being read."""
        self.span = span
        """The place in it, or None when no place is to blame."""

    def _place(self) -> str:
        return caret(self.text, self.span) if self.span is not None else ""


class LimitError(ReadError):
    """A program is larger than a limit of :mod:`graphstep.ground.limits`; the message says the limit."""


class ShapeError(ReadError):
    """Arrays meet whose shapes do not go together; the message says both shapes, the hint what would fit."""


def caret(text: str, span: Span) -> str:
    """The line of ``text`` that holds ``span``, with carets under it; long lines are cut around the place."""
    start = min(max(span[0], 0), len(text))
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", start)
    last = len(text) if last < 0 else last
    stop = max(start + 1, min(span[1], last))
    # A program of one line may have a million characters.
    left, right = max(first, start - _CONTEXT), min(last, max(stop, start + _CONTEXT))
    right = min(right, left + 2 * _CONTEXT)
    shown = f"{'…' if left > first else ''}{_plain(text[left:right])}{'…' if right < last else ''}"
    before = text[left:start]
    marked = text[start : min(stop, right)]
    pad = cell_width(_plain(before)) + (1 if left > first else 0)
    where = "" if "\n" not in text else f"  line {text.count(chr(10), 0, first) + 1}:\n"
    return f"{where}  {shown}\n  {' ' * pad}{'^' * max(1, cell_width(_plain(marked)))}"


def _for_python(advice: str) -> str:
    """Advice about options as it is for keyword arguments; a whole command stays one."""
    return advice if "graphstep " in advice else _OPTION.sub(_keyword, advice)


def _keyword(option: re.Match[str]) -> str:
    name, value = option[1].replace("-", "_"), option[2] or ""
    if "," in value:
        value = str(value.split(","))
    return f"{name}={value}" if value else name


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """``did you mean 'x'?`` for the :func:`nearest` known word, or the empty string."""
    near = nearest(word, words)
    return f"did you mean '{near}'?" if near else ""


def nearest(word: str, words: Iterable[str]) -> str:
    """The known word that differs by a slip of the fingers, or the empty string.

    Nearness of letters is no nearness of meaning: a cot is no dot, and swish is not sinh. So a word has to be the same but for
    capitals, underscores and doubled letters, or have four letters and one edit (a letter too many, too few, wrong, or two in
    the wrong order), or eight and two.

    >>> nearest("sigmod", ["sign", "sigmoid"]), nearest("cot", ["dot", "cos"])
    ('sigmoid', '')
    """
    plain = _plainest(word)
    allowed = 0 if not _EDITS[0] <= len(word) <= _CONTEXT else 1 if len(word) < _EDITS[1] else 2
    best, near = (allowed + 1, False), ""
    first, last = ((letter, letter.upper(), "_") for letter in (plain[:1], plain[-1:]))
    for each in words:
        # The outer letters first: a network of numbers has 26,000 names, and every key in a field asks.
        if each.startswith(first) and each.endswith(last) and _plainest(each) == plain:
            return each
        # An edit takes away one letter, at most, that the other word has not: of 100,000 numbered names few are left to compare.
        if allowed and abs(len(each) - len(word)) <= allowed and len(set(each).difference(word)) <= allowed:
            # Of two that are equally near the one of the same letters: tahn is tanh, and not tan.
            edits = _edits(word, each), sorted(word) != sorted(each)
            if edits < best:
                best, near = edits, each
    return near


def _plainest(word: str) -> str:
    letters = word.replace("_", "").lower()
    return "".join(letter for letter, before in zip(letters, f" {letters}", strict=False) if letter != before)


def _edits(word: str, other: str) -> int:
    """The edit distance of Damerau and Levenshtein: letters to add, drop or change, and neighbours to swap.

    It is the restricted one (optimal string alignment), in which no letter is edited twice: three rows of the table suffice.
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(word, 1):
        before, above, row = row, before, [i] + [0] * len(other)
        for j, wanted in enumerate(other, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == wanted:
                row[j] = min(row[j], above[j - 2] + 1)
    return row[-1]


def listed(names: Collection[str]) -> str:
    """Names in a row as an error lists them; of many the first ones, and how many there are in all.

    >>> listed(["x", "y"]), listed([f"w{n}" for n in range(4_000)])
    ('x, y', 'w0, w1, w2, w3, w4, w5, w6, w7 … (4,000 in all)')
    """
    if len(names) <= _LISTED:
        return ", ".join(names)
    return f"{', '.join(islice(names, _LISTED))} … ({len(names):,} in all)"


def quoted(text: str, width: int = 40) -> str:
    """User text inside quotes, cut to ``width`` and with control characters made visible."""
    cut = text if len(text) <= width else text[: width - 1] + "…"
    return f"'{_plain(cut)}'"


def quoted_path(path: object) -> str:
    """The name of a file inside quotes; of a long one the end, which is what tells files apart."""
    text = str(path)
    return quoted(text if len(text) <= _PATH else f"…{text[1 - _PATH :]}", _PATH)


def _plain(text: str) -> str:
    """Tabs and control characters would move the caret or the terminal's cursor: show them as one space or mark."""
    return printable("".join(" " if c == "\t" else c if c.isprintable() else MARK for c in text))

"""Python text becomes a syntax tree, by Python's own reader, which runs nothing; and what is wrong has its place in the text."""

from __future__ import annotations

import ast
import re
import warnings

from graphstep.ground import limits
from graphstep.ground.errors import LimitError, ReadError, Span

DEPTH = 60
"""Brackets, calls and signs inside each other."""

# More than limits.NUMERAL_DIGITS, refused before Python reads them, which takes it quadratic time.
_DIGITS = re.compile(r"\d{41,}")
# Python's parser recurses, and ends the process where it runs out of stack: this is refused before it is asked.
_SIGNS = re.compile(r"(?:(?:[-+~]|\bnot\b|\blambda[^:]{0,40}:)\s*){61,}|(?:\*\*[^*\n]{0,40}){61,}")


class Source:
    """A text in Python, with its syntax tree."""

    def __init__(self, text: str) -> None:
        self.text = text
        """The text, with line ends of one kind and without what all its lines are indented by."""
        self._starts = [0, *(mark.end() for mark in re.finditer("\n", text))]
        self._plain = text.isascii()
        _check_size(text)
        self.tree = self._parsed()
        """Its statements."""

    def _parsed(self) -> ast.Module:
        try:
            with warnings.catch_warnings():
                # What it thinks of a backslash in a string is for whoever runs the text.
                warnings.simplefilter("ignore")
                return ast.parse(self.text)
        except SyntaxError as error:
            raise self._misread(error) from None
        except (RecursionError, MemoryError):
            # Brackets were counted before. A sum of thousands of terms is as deep for Python: each holds the one before.
            hint = "give a part of the longest line a name, in a line above: q = …"
            raise LimitError("Python's own reader gets no further", text=self.text, span=(0, 1), hint=hint) from None
        except ValueError as error:
            raise ReadError(f"this is not Python: {error}", text=self.text, span=(0, 1)) from None

    def _misread(self, error: SyntaxError) -> ReadError:
        line, column = error.lineno or 1, error.offset or 1
        line = min(max(line, 1), len(self._starts))
        start = min(self._starts[line - 1] + max(column - 1, 0), len(self.text))
        stop = start + 1
        if error.end_lineno == error.lineno and (error.end_offset or 0) > column:
            stop = self._starts[line - 1] + (error.end_offset or 1) - 1
        message = (error.msg or "invalid syntax").rstrip(".")
        return ReadError(f"this is not Python: {message}", text=self.text, span=(start, min(stop, len(self.text) + 1)))

    def _index(self, line: int, column: int) -> int:
        start = self._starts[line - 1]
        if self._plain:
            return start + column
        stop = self._starts[line] if line < len(self._starts) else len(self.text)
        # Python counts bytes of UTF-8, and spans count characters.
        return start + len(self.text[start:stop].encode()[:column].decode(errors="ignore"))

    def span(self, node: ast.AST) -> Span:
        """Where a statement or an expression stands in the text."""
        assert isinstance(node, ast.expr | ast.stmt), "it stands somewhere"
        start = self._index(node.lineno, node.col_offset)
        if node.end_lineno is None or node.end_col_offset is None:
            return start, start + 1
        return start, self._index(node.end_lineno, node.end_col_offset)

    def refusal(self, message: str, where: ast.AST | Span, hint: str = "") -> ReadError:
        """A ReadError at a node or a place."""
        span = where if isinstance(where, tuple) else self.span(where)
        return ReadError(message, text=self.text, span=span, hint=hint)


def too_long(text: str) -> LimitError:
    """For a text that is larger as a program than one may be."""
    return LimitError(f"as a program this has more than {limits.WRITTEN:,} characters", text=text[:80], span=(0, 1))


def _check_size(text: str) -> None:
    if len(text) > limits.TRANSLATED:
        message = f"a text in Python has at most {limits.TRANSLATED:,} characters"
        raise LimitError(message, text=text[:80], span=(0, 1))
    if "\0" in text:
        at = text.index("\0")
        raise ReadError("a program holds no control characters", text=text, span=(at, at + 1))
    long = _DIGITS.search(text)
    if long is not None:
        message = f"a number has at most {limits.NUMERAL_DIGITS} digits"
        raise LimitError(message, text=text, span=long.span())
    deep = _deepest(text) or _SIGNS.search(text)
    if deep is not None:
        span = (deep, deep + 1) if isinstance(deep, int) else (deep.start(), deep.start() + 1)
        raise LimitError(f"this is nested more than {DEPTH} deep", text=text, span=span)


def _deepest(text: str) -> int | None:
    """Where brackets stand too deep inside each other, as if there were no strings and comments; None where none do."""
    depth = 0
    for mark in re.finditer(r"[][(){}]", text):
        depth += 1 if mark[0] in "([{" else -1 if depth else 0
        if depth > DEPTH:
            return mark.start()
    return None

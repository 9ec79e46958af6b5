"""A lesson file becomes a :class:`~graphstep.teaching.lesson.document.Lesson`.

The file is untrusted text: it is split into lines, its blocks of TOML are read by ``tomllib``, and nothing of it is ever run but
the program that it names, by the same reader as any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

from graphstep.ground.errors import GraphstepError, InputError, quoted
from graphstep.ground.numerals import DIGITS
from graphstep.ground.precision import FLOAT64
from graphstep.language.setup import KEYWORDS, Setup
from graphstep.teaching import toml
from graphstep.teaching.lesson.document import Block, Lesson, LessonError, Problem, Prose, Round, Section, Stop
from graphstep.teaching.lesson.headings import program_of, round_of, stop_of, text_of, value_of
from graphstep.teaching.lesson.source import QUESTION, Source, lines_of
from graphstep.teaching.marking.question import Question

FILE = 200_000
"""Bytes of a lesson file."""

SECTIONS = 200
"""Headings of a lesson."""

HEADING = 1_000
"""Characters of a heading."""

QUESTIONS = 200
"""Questions of a lesson."""

CHOICES = 9
"""Options of a question, and hints of a question: one key each."""

# Possessive quantifiers: a line of any length is matched in one pass.
_FENCE = re.compile(r" {0,3}(?P<marks>`{3,}+|~{3,}+)\s*+(?P<word>[^\s`]*+)[^`]*+$")
_ASKS = re.compile(r"\s*ask\s*=")
_HEADING = re.compile(r" {0,3}(?P<level>#{1,6}+)(?=\s|$)")
# A language tag (BCP 47), with the underscore of environment variables too.
_LANG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8}){0,4}")
_FRONT = ("title", "lang", "needs", "source", "rows", "minutes", "train", "asked", "program", *KEYWORDS)


def read_lesson(path: str | Path) -> Lesson:
    """The lesson in a file. LessonError with all that is wrong, by line; InputError when the file cannot be read."""
    return parse(_text_of(Path(path)), Path(path))


def read_faulty(path: str | Path) -> tuple[Lesson | None, list[Problem]]:
    """What can be read of a lesson file, without the blocks that are wrong, and all that is wrong; None where nothing can be run.

    InputError when the file cannot be read.
    """
    try:
        parser = _Parser(_text_of(Path(path)), Path(path))
    except LessonError as error:
        return None, [*error.problems]
    return parser.lesson(), parser.problems


def read_front(path: str | Path) -> dict[str, Any]:
    """The front matter of a lesson file, checked for its title only; raises as :func:`read_lesson` does."""
    parser = _Parser(_text_of(Path(path)), Path(path))
    front = parser.front()
    if parser.problems:
        raise LessonError(*parser.problems)
    return front


def lang_of(path: str | Path) -> str:
    """The code of the language that a lesson file says it is written in; empty where it says none, or cannot be read."""
    try:
        front = read_front(path)
    except (LessonError, InputError):
        return ""
    return str(front.get("lang") or front.get("language") or "")


def parse(text: str, path: Path) -> Lesson:
    """The lesson that a text spells; ``path`` names it in errors. Raises LessonError."""
    parser = _Parser(text, path)
    lesson = parser.lesson()
    if lesson is None or parser.problems:
        raise LessonError(*sorted(parser.problems, key=lambda problem: problem.line))
    return lesson


def _text_of(path: Path) -> str:
    def fail(line: int, message: str) -> NoReturn:
        raise LessonError(Problem(path, line, message))

    return toml.text_of(path, "a lesson", FILE, fail)


class _Parser(Source):
    """A lesson file, section by section."""

    def front(self) -> dict[str, Any]:
        """The front matter, with a title in it."""
        self.body = self._end_of_front() + 1
        front = self.toml(self.lines[1 : self.body - 1], 2)
        self.only(front, _FRONT, 2, self.lines[1 : self.body - 1])
        self.front_lines = lines_of(self.lines[1 : self.body - 1], 2)
        title = front.get("title")
        if not isinstance(title, str) or not title.strip():
            self.note(self.front_lines.get("title", 1), 'a lesson needs a title: title = "…"')
        return front

    def _end_of_front(self) -> int:
        if self.lines[0].strip() != "+++":
            instead = ", not of ---" if self.lines[0].strip() == "---" else ""
            self.fail(1, f"a lesson begins with its front matter, TOML between two lines of +++{instead}")
        end = next((place for place, line in enumerate(self.lines[1:], 1) if line.strip() == "+++"), 0)
        return end or self.fail(1, "the front matter has no end: a second line of +++ is missing")

    def lesson(self) -> Lesson | None:
        """The whole lesson without what is wrong in it; None where it has no program."""
        self.body, self.front_lines = 0, dict[str, int]()
        front = self.kept(self.front)
        if not self.body:
            return None
        front = front or {}
        # Where a key is misspelled, it may be that of the program.
        run = self.kept(lambda: self._run(front)) if "program" in front or not self.problems else None
        title = str(front.get("title", "")).strip()
        self.train = self.kept(lambda: self._train(front)) or {}
        sections = self.kept(lambda: self._sections(title, run))
        # True is an int in Python, and no number of minutes.
        minutes = front.get("minutes")
        if minutes is not None and (isinstance(minutes, bool) or not isinstance(minutes, int) or not 0 < minutes < 1000):
            self.note(self.front_lines.get("minutes", 1), "minutes is a whole number")
        rows = front.get("rows", [])
        if not isinstance(rows, list) or not all(type(row) is int and 0 < row < 1000 for row in rows):
            self.note(self.front_lines["rows"], "rows is a list of whole numbers: rows = [7]")
        if run is None or sections is None:
            return None
        return Lesson(
            self.path,
            title,
            run,
            self.front_lines.get("program", 1),
            self.strings(front, "needs", self.front_lines),
            self.string(front, "source", self.front_lines),
            tuple(rows),
            minutes,
            self._lang(front),
            self.train,
            self._asked_inputs(front),
            sections,
        )

    def _lang(self, front: dict[str, Any]) -> str:
        key = "lang" if "lang" in front else "language"
        code = self.string(front, key, self.front_lines)
        if code and not _LANG.fullmatch(code):
            self.note(self.front_lines[key], f'{key} is the code of a language: {key} = "he"')
        return code

    def _run(self, front: dict[str, Any]) -> Setup:
        lines = self.front_lines
        program = self.string(front, "program", lines)
        if not program:
            self.fail(lines.get("program", 1), 'a lesson needs a program: program = "(x+y)*z"')
        inputs = front.get("inputs", {})
        if not isinstance(inputs, dict):
            self.fail(lines.get("inputs", 1), "inputs is a table: inputs = { x = -2, y = 5 }")
        try:
            values = {name: text_of(name, value) for name, value in inputs.items()}
            seed = text_of("seed", front.get("seed", 1))
            shape = value_of("seed", seed)
        except GraphstepError as error:
            self.fail(lines.get("inputs", 1), error.message)
        # Stops and questions speak of one number that is differentiated: a seed of an array belongs to the command line.
        if not isinstance(shape, float):
            self.fail(lines["seed"], "the seed of a lesson is a number")
        ties = front.get("ties", "first")
        if ties not in ("first", "split"):
            self.fail(lines["ties"], 'ties is "first" or "split"')
        for name in ("expand", "fold", "share"):
            if not isinstance(front.get(name, False), bool):
                self.fail(lines[name], f"{name} is true or false")
        # A setup checks its own words, and says what is wrong with them; what is left to this reader is TOML's types.
        flags: dict[str, Any] = {name: bool(front.get(name, False)) for name in ("expand", "fold", "share")}
        data = self.strings(front, "data", lines)
        if unknown := [name for name in data if name not in values]:
            self.fail(lines["data"], f"data names {quoted(unknown[0])}, to which inputs gives no value")
        digits, notation = front.get("digits", DIGITS), front.get("notation", "d")
        try:
            return Setup(
                program, values, seed, ties, data, **flags, digits=digits, notation=notation, dtype=front.get("dtype", FLOAT64)
            )
        except InputError as error:
            self.fail(lines.get("digits", lines.get("notation", 1)), error.message)

    def _asked_inputs(self, front: dict[str, Any]) -> dict[str, tuple[str, ...]]:
        asked = front.get("asked", {})
        if not isinstance(asked, dict):
            self.note(self.front_lines["asked"], 'asked is a table: asked = { slope = "gradient w" }')
            return {}
        return {name: self.strings(asked, name, self.front_lines) for name in asked}

    def _train(self, front: dict[str, Any]) -> dict[str, str]:
        train = front.get("train", {})
        if not isinstance(train, dict) or not all(type(value) in (str, int, float) for value in train.values()):
            self.fail(self.front_lines["train"], 'train is a table: train = { params = "w", lr = 0.1 }')
        return {name: str(value) for name, value in train.items()}

    def _sections(self, title: str, run: Setup | None) -> tuple[Section, ...]:
        sections: list[Section] = []
        heading, line, stop, spec, trained = title, self.body + 1, None, None, None
        blocks: list[Block] = []
        prose: list[str] = []
        since = self.body + 1
        place, asked = self.body, 0
        while place < len(self.lines):
            text = self.lines[place]
            fence, head = _FENCE.match(text), _HEADING.match(text)
            if fence:
                end = self._end_of_fence(place, fence["marks"])
                if not end:
                    # Nobody can tell what of the rest is meant to stand in it.
                    break
                # A question without an end takes the headings behind it along, to the next fence: it is given up there, so that
                # all else that is wrong is told as well.
                if fence["word"] in ("predict", "figure") and (heading_at := self._heading_within(fence["marks"], place, end)):
                    _add_prose(blocks, prose, since)
                    prose, since, place = [], heading_at + 1, heading_at
                    asked += 1
                    continue
                if fence["word"] == "predict":
                    _add_prose(blocks, prose, since)
                    blocks += self._question(self.lines[place + 1 : end], place + 2)
                    asked += 1
                    if asked > QUESTIONS:
                        self.fail(place + 1, f"a lesson has at most {QUESTIONS} questions")
                    prose, since = [], end + 2
                elif fence["word"] == "figure":
                    _add_prose(blocks, prose, since)
                    figure = self.kept(partial(self.toml, self.lines[place + 1 : end], place + 2))
                    blocks += [] if figure is None else [Prose("", place + 1, figure)]
                    prose, since = [], end + 2
                else:
                    self._look_for_a_question(fence["word"], place, end)
                    prose += self.lines[place : end + 1]
                place = end + 1
                continue
            place += 1
            if not head:
                prose.append(text)
                continue
            name = _without_closing_marks(text[head.end() :].strip())
            if len(name) > HEADING:
                self.fail(place, f"a heading has at most {HEADING:,} characters")
            # A Git host shows front matter as a table, and no title: a lesson may repeat it as a heading, in front of all else.
            if len(head["level"]) == 1:
                if (title and name != title) or sections or blocks or any(part.strip() for part in prose):
                    self.note(place, f"the only heading with one # is the lesson's title, {quoted(title)}, in front of all else")
                prose, since = [], place + 1
                continue
            _add_prose(blocks, prose, since)
            sections.append(Section(heading, stop, spec, tuple(blocks), line, trained))
            if len(sections) > SECTIONS:
                self.fail(place, f"a lesson has at most {SECTIONS} headings")
            heading, line, blocks, prose, since = name, place, [], [], place + 1
            stop, spec, trained = self._stop(name, run, place)
        _add_prose(blocks, prose, since)
        sections.append(Section(heading, stop, spec, tuple(blocks), line, trained))
        return _with_keys(sections)

    def _stop(self, heading: str, run: Setup | None, line: int) -> tuple[Stop | None, Setup | None, Round | None]:
        if run is None:
            return None, None, None
        try:
            trained = round_of(heading, run, self.train)
            if trained is not None:
                return Stop("start"), *trained
            stop = stop_of(heading)
            if isinstance(stop, str):
                return Stop("start"), program_of(stop, run), None
        except InputError as error:
            self.note(line, error.message)
            return None, None, None
        return stop, None, None

    def _end_of_fence(self, start: int, marks: str) -> int:
        end = next((place for place in range(start + 1, len(self.lines)) if _closes(self.lines[place], marks)), 0)
        if not end:
            self.note(start + 1, f"this block has no end: a line of {marks} is missing")
        return end

    def _look_for_a_question(self, word: str, start: int, end: int) -> None:
        """Note a block that is meant to ask and is shown as code."""
        asks = any(_ASKS.match(line) for line in self.lines[start + 1 : end])
        if word.lower() == "predict" or asks:
            self.note(start + 1, f"a question stands in a block of 'predict'; this one, of {quoted(word)}, is shown as code")

    def _heading_within(self, marks: str, start: int, end: int) -> int:
        """The place of a heading that a block goes on over, up to the mark that opens the next one; 0 where it has an end."""
        for place in range(start + 1, end):
            head = _HEADING.match(self.lines[place])
            if head and len(head["level"]) > 1:
                self.note(start + 1, f"this block has no end before line {place + 1}, a heading: a line of {marks} is missing")
                return place
        return 0

    def _question(self, lines: Sequence[str], first: int) -> Iterator[Question]:
        """The question of a block; none where something in it is wrong."""
        before = len(self.problems)
        question = self.kept(lambda: self._asked(self.toml(lines, first), lines, first))
        if question is not None and len(self.problems) == before:
            yield question

    def _asked(self, table: dict[str, Any], lines: Sequence[str], first: int) -> Question:
        self.only(table, QUESTION, first, lines)
        places = lines_of(lines, first)
        ask = " ".join(self.string(table, "ask", places).split())
        if not ask and isinstance(table.get("ask", ""), str):
            self.note(first - 1, 'a question needs to say what it asks: ask = "gradient x"')
        hints = self.strings(table, "hint", places)
        options = self.strings(table, "options", places)
        for name, entries in (("hint", hints), ("options", options)):
            if len(entries) > CHOICES:
                self.note(places[name], f"at most {CHOICES} entries can be shown")
        because, question = self.string(table, "because", places), self.string(table, "question", places)
        paper = self.string(table, "paper", places)
        return Question(ask, hints, because, question, options, ask, first - 1, places, paper=paper)


def _without_closing_marks(heading: str) -> str:
    """A heading without the marks that may close it, as in ``## start ##``."""
    bare = heading.rstrip("#")
    return bare.rstrip() if not bare or bare[-1].isspace() else heading


def _closes(line: str, marks: str) -> bool:
    """Whether a line ends the block that a line of ``marks`` began."""
    closing = line.strip()
    return len(closing) >= len(marks) and closing == marks[0] * len(closing)


def _add_prose(blocks: list[Block], lines: Sequence[str], first: int) -> None:
    start, stop = 0, len(lines)
    while start < stop and not lines[start].strip():
        start += 1
    while stop > start and not lines[stop - 1].strip():
        stop -= 1
    if start < stop:
        blocks.append(Prose("\n".join(lines[start:stop]), first + start))


def _with_keys(sections: Sequence[Section]) -> tuple[Section, ...]:
    """The sections with a key of its own for every question."""
    counts: dict[str, int] = {}
    done = []
    for section in sections:
        blocks: list[Block] = []
        for block in section.blocks:
            if isinstance(block, Question):
                # A learner's answers are kept under these keys. So a key says what is asked, and not where: prose and other
                # questions may change around it.
                counts[block.ask] = counts.get(block.ask, 0) + 1
                again = f" #{counts[block.ask]}" if counts[block.ask] > 1 else ""
                blocks.append(replace(block, key=f"{block.ask}{again}"))
            else:
                blocks.append(block)
        done.append(replace(section, blocks=tuple(blocks)))
    return tuple(done)

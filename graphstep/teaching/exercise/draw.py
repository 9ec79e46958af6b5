"""An item, a level and a seed become an exercise: the same one on every machine.

What the seed chooses: which of the level's programs, what its names are, and its numbers, which are drawn again until the run is
nice. Draws that cannot be nice are left out by their values alone, many at a time; what is left is run.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from graphstep.engine.opening import open_setup
from graphstep.engine.reruns import Columns
from graphstep.engine.trace import Trace
from graphstep.ground.arrays import Number
from graphstep.ground.errors import GraphstepError, InputError
from graphstep.ground.exact import exact_text
from graphstep.ground.late import np
from graphstep.ground.numerals import ENGLISH
from graphstep.language.setup import Setup
from graphstep.teaching.exercise.chance import Chance
from graphstep.teaching.exercise.exercise import Blank, Exercise
from graphstep.teaching.exercise.faulty import faulty, lines_of
from graphstep.teaching.exercise.item import Ask, Item, Level, Range
from graphstep.teaching.exercise.item_file import ItemError
from graphstep.teaching.exercise.niceness import Niceness, all_nice
from graphstep.teaching.marking.carried import solved_again
from graphstep.teaching.marking.question import Question
from graphstep.teaching.marking.solution import Solution, solve

DRAWS = 2_000
"""How often numbers are drawn for one exercise."""

_BATCH = 40
"""Draws whose values are computed at once."""

# Names are exchanged in code only: the word "a" in a sentence is no name.
_CODE = re.compile("`[^`]*`")
_WORD = re.compile(r"[^\W\d]\w*")


class DrawError(InputError):
    """No numbers are nice: the ranges of a level leave no choice."""


def draw(item: Item, level: int, seed: int, language: str = ENGLISH) -> Exercise:
    """The exercise of an item with this level, from 1 on, and seed, from 0 on, told in a language.

    InputError for a level that there is not, ItemError for a level that cannot be run, DrawError where no numbers are nice.
    """
    if not 1 <= level <= len(item.levels):
        levels = f"levels 1 to {len(item.levels)}" if len(item.levels) > 1 else "one level, 1"
        raise InputError(f"{item.name} has no level {level}", hint=f"it has {levels}")
    if not 0 <= seed < 10**18:
        raise InputError("a seed is a whole number from 0 on, of at most 18 digits")
    # The language is no part of it: a class in two languages has the same numbers.
    chance = Chance(item.name, level, seed, "form")
    program = chance.below(len(item.levels[level - 1].programs))
    sketch = _sketch(item, level, program, chance.below(item.namings), language)
    # A stream of its own for each: another way to draw numbers must not change which program a seed has.
    for trace in sketch.runs(Chance(item.name, level, seed, "numbers")):
        blanks = sketch.blanks(trace, Chance(item.name, level, seed, "mistake"))
        if blanks is not None:
            return Exercise(f"{item.name}-{level}-{seed}", item.title, trace.setup, trace, blanks)
    what = f"level {level} of {item.name} with seed {seed}"
    raise DrawError(f"{what}: no nice numbers in {DRAWS:,} draws", hint="give its inputs wider ranges, or finer steps")


def forms(item: Item, level: int) -> list[Trace]:
    """A run of each program of a level, under its own names. ItemError where one cannot be run."""
    programs = range(len(item.levels[level - 1].programs))
    return [_sketch(item, level, program, 0, ENGLISH).base for program in programs]


class _Sketch:
    """One program of a level under its names, run once: what all exercises with it share."""

    def __init__(self, item: Item, level: Level, program: str, names: dict[str, str], language: str) -> None:
        self._ranges: dict[str, Range] = {}
        inputs: dict[str, str | None] = {}
        for name, value in level.inputs.items():
            inputs[names.get(name, name)] = value if isinstance(value, str) else None
            if isinstance(value, Range):
                self._ranges[names.get(name, name)] = value
        self._level = level
        # Numbers that no seed chooses: what is found out about the program here is the same for all exercises with it.
        first = {name: _value(each, Chance(item.name, name)) for name, each in self._ranges.items()}
        try:
            setup = Setup(_renamed(program, names), inputs, language=language)
            base = open_setup(setup, first)
        except GraphstepError as error:
            raise ItemError(item.path, level.line, f"the program cannot be run: {error.message}") from error
        self.base = base
        """A run with some numbers."""
        solutions = []
        for ask in level.asks:
            question = _asked(ask.question, names)
            try:
                solutions.append((solve(question, base), ask))
            except GraphstepError as error:
                raise ItemError(item.path, question.line, error.message) from error
        # A stable sort: what one step tells is asked in the order of the file.
        self._solutions: list[tuple[Solution, Ask]] = sorted(solutions, key=lambda each: each[0].step)
        asked = [each.quantity for each, _ in self._solutions if each.quantity is not None]
        if level.mistakes:
            if base.has_arrays:
                raise ItemError(item.path, level.line, "mistakes are looked for in a program of numbers, and this one has arrays")
            asked = lines_of(base)
        self._niceness = Niceness(base, asked, level.fineness, level.largest, self._samples())

    def _samples(self) -> Iterator[dict[str, Number]]:
        """Inputs without end, the same ones whatever is drawn and whatever the names are."""
        for count in itertools.count():
            chance = Chance("sample", count)
            yield {name: _value(each, chance) for name, each in self._ranges.items()}

    def runs(self, chance: Chance) -> Iterator[Trace]:
        """The runs with nice numbers among so many draws."""
        for values in self._candidates(chance):
            trace = self.base.with_inputs(values, {name: exact_text(value) or "" for name, value in values.items()})
            if self._niceness.accepts(trace, values):
                yield trace

    def blanks(self, trace: Trace, chance: Chance) -> tuple[Blank, ...] | None:
        """What is asked of a run; None where the mistake that is to be found in it cannot be made."""
        if self._level.mistakes:
            return faulty(trace, self._level, chance)
        return tuple(
            Blank(str(number), solved_again(solution, trace) or solve(solution.question, trace), ask.marks)
            for number, (solution, ask) in enumerate(self._solutions, 1)
        )

    def _candidates(self, chance: Chance) -> Iterator[dict[str, Number]]:
        """Draws whose values may be nice."""
        draws = ({name: _value(each, chance) for name, each in self._ranges.items()} for _ in range(DRAWS))
        # The values of arrays are left to the run.
        candidates = draws if self.base.has_arrays or not self._ranges else self._with_nice_values(draws)
        for each in candidates:
            numbers = [number for number in each.values() if isinstance(number, float)]
            # Two inputs with one number cannot be told apart in an answer.
            if len(set(numbers)) == len(numbers):
                yield each

    def _with_nice_values(self, draws: Iterator[dict[str, Number]]) -> Iterator[dict[str, Number]]:
        """The draws whose values in a program of numbers are nice, looked for in many at once."""
        program = self.base.program
        while some := [*itertools.islice(draws, _BATCH)]:
            columns = Columns(self.base, len(some))
            for name in self._ranges:
                columns.move(program.input_places[name], slice(None), np.array([each[name] for each in some]))
            with np.errstate(all="ignore"):
                columns.run(0)
            values = np.concatenate([values for *_, values in columns.gates()])
            yield from itertools.compress(some, all_nice(values, self._level.fineness, self._level.largest))


@lru_cache(maxsize=512)
def _sketch(item: Item, level: int, program: int, naming: int, language: str) -> _Sketch:
    # The cache knows an item as the object that it is: items are read once, and kept themselves.
    wanted = item.levels[level - 1]
    names = {name: others[naming] for name, others in item.names.items()}
    return _Sketch(item, wanted, wanted.programs[program], names, language)


def _value(drawn: Range, chance: Chance) -> Number:
    """A number or an array from a range."""
    numbers = drawn.numbers
    if not drawn.shape:
        return numbers[chance.below(len(numbers))]
    return np.array([numbers[chance.below(len(numbers))] for _ in range(drawn.cells)]).reshape(drawn.shape)


def _asked(question: Question, names: dict[str, str]) -> Question:
    """A question under other names; of the words that a teacher wrote for it those in backticks are code, and are renamed."""

    def said(text: str) -> str:
        return _CODE.sub(lambda match: _renamed(match[0], names), text)

    ask, options = _renamed(question.ask, names), tuple(_renamed(option, names) for option in question.options)
    hints, because, wording = tuple(map(said, question.hints)), said(question.because), said(question.question)
    return replace(question, ask=ask, key=ask, options=options, hints=hints, because=because, question=wording)


def _renamed(text: str, names: dict[str, str]) -> str:
    """A program, or a question about it, under other names."""
    return _WORD.sub(lambda match: names.get(match[0], match[0]), text)

"""Exercises that are drawn: the same ones for the same seed, with nice numbers and misconceptions that can be told apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from graphstep.engine.opening import open_setup
from graphstep.engine.overrides import Override, overridden
from graphstep.ground.errors import InputError
from graphstep.teaching.exercise.chance import Chance
from graphstep.teaching.exercise.draw import DRAWS, DrawError, _sketch, draw
from graphstep.teaching.exercise.exercise import distractors
from graphstep.teaching.exercise.faulty import lines_of
from graphstep.teaching.exercise.item import Item
from graphstep.teaching.exercise.item_file import FILE, ItemError, find, items, parse, read_item
from graphstep.teaching.exercise.proof import uneven
from graphstep.teaching.marking.carried import again
from graphstep.teaching.marking.verdict import mark
from tests.cases import each

SEEDS = range(16)

levels = each(
    ("item", "level"),
    [(item, level) for item in items() for level in range(1, len(item.levels) + 1)],
    ids=lambda x: x.name if isinstance(x, Item) else str(x),
)


def spelled(item: Item, level: int, seeds: range) -> Iterator[str]:
    for seed in seeds:
        exercise = draw(item, level, seed)
        inputs = " ".join(f"{name}={text}" for name, text in exercise.setup.inputs.items())
        yield f"{exercise.code}: {exercise.setup.program} | {inputs}"
        yield from (f"  {blank.name} {blank.solution.question.ask}: {blank.solution.answer}" for blank in exercise.blanks)


@levels
def test_seeds_make_variants_with_nice_numbers_and_answers_that_are_marked_right(item: Item, level: int) -> None:
    variants = set()
    for seed in SEEDS:
        exercise = draw(item, level, seed)
        variants.add((exercise.setup.program, *exercise.setup.inputs.values()))
        trace = exercise.trace
        cells = trace.buffers.cells[: trace.cell_count]
        assert np.isfinite(cells).all()
        assert np.abs(cells).max() <= item.levels[level - 1].largest
        if item.levels[level - 1].fineness == "halves":
            shown = np.concatenate([cells, trace.buffers.gradients, trace.buffers.contributions])
            assert (shown[~np.isnan(shown)] * 2 % 1 == 0).all()
        steps = [blank.solution.step for blank in exercise.blanks]
        assert steps == sorted(steps)
        assert exercise.marks > 0
        for blank in exercise.blanks:
            solution = blank.solution
            assert solution.trace is trace
            if solution.right is not None:
                assert mark(solution, str(solution.right + 1)).right
            elif solution.quantity is not None and isinstance(solution.quantity.asked, float):
                assert mark(solution, f"{solution.quantity.asked:.3f}").right
    assert len(variants) >= len(SEEDS) - 3


@levels
def test_a_misconception_is_known_by_its_number_and_never_right(item: Item, level: int) -> None:
    for blank in draw(item, level, 5).blanks:
        asked = blank.solution.quantity
        for wrong in distractors(blank):
            if asked is not None and isinstance(asked.asked, float) and isinstance(wrong.value, float):
                verdict = mark(blank.solution, repr(wrong.value))
                assert (verdict.outcome, verdict.slip) == ("wrong", wrong.text), blank.name


@levels
def test_the_setup_of_an_exercise_makes_the_same_run(item: Item, level: int) -> None:
    exercise = draw(item, level, 3)
    again = open_setup(exercise.setup)
    assert again.buffers.cells.tobytes() == exercise.trace.buffers.cells.tobytes()
    assert again.buffers.contributions.tobytes() == exercise.trace.buffers.contributions.tobytes()


@levels
def test_the_programs_of_a_level_are_alike(item: Item, level: int) -> None:
    assert uneven(item, level) == ""


def test_programs_that_are_not_alike_are_told() -> None:
    text = GOOD.replace('program = "f = x*y"', 'programs = ["f = x*y", "f = y*x", "f = x + y"]')
    assert (
        uneven(parse(text, "own.toml"), 1)
        == "not alike: f = x*y has switcher in 4 steps, and f = x + y has distributor in 4 steps"
    )


BUGS = [pytest.param(level, id=str(level)) for level in range(1, len(find("bug").levels) + 1)]


@each("level", BUGS)
def test_one_line_of_a_worked_pass_is_wrong_and_the_others_follow_from_it(level: int) -> None:
    codes = set()
    for seed in SEEDS:
        exercise = draw(find("bug"), level, seed)
        which, right = (blank.solution for blank in exercise.blanks)
        lines, options = lines_of(exercise.trace), which.question.options
        assert which.right is not None
        assert right.quantity is not None
        numbers = [float(option.rpartition(" = ")[2]) for option in options]
        differs = [number != line.asked for number, line in zip(numbers, lines, strict=True)]
        # Before the mistake all is right; the mistake is what a misconception comes to; the right number is the run's.
        assert differs.index(True) == which.right
        verdict = mark(right, str(numbers[which.right]))
        assert verdict.outcome == "wrong"
        assert verdict.slip in right.question.because
        assert mark(right, str(lines[which.right].asked)).right
        assert mark(which, str(which.right + 1)).right
        codes |= {each.code.removeprefix("slip-") for each in verdict.misconceptions}
        edge = lines[which.right]
        kind, place = ("gradient", edge.node) if edge.wire is None else ("contribution", edge.wire.edge)
        run = overridden(exercise.trace, [Override(kind, place, numbers[which.right])])
        assert numbers == [again(line, run).asked for line in lines]
    assert len(codes & set(find("bug").levels[level - 1].mistakes)) >= 3


@each(("name", "level"), [("max", 1), ("mixed", 1), ("matrix", 3)])
def test_an_exercise_does_not_depend_on_what_was_drawn_before(name: str, level: int) -> None:
    alone = [*spelled(find(name), level, range(4))]
    _sketch.cache_clear()
    for seed in range(40, 0, -3):
        draw(find(name), level, seed)
    assert [*spelled(find(name), level, range(4))] == alone


def test_the_same_seed_makes_the_same_exercise_everywhere(golden: Callable[[str, str], None]) -> None:
    lines = [line for item in items() for level in range(1, len(item.levels) + 1) for line in spelled(item, level, range(2))]
    golden("exercises.txt", "\n".join(lines) + "\n")


def test_no_exercise_asks_two_questions_in_the_same_words() -> None:
    for item in items():
        for level in range(1, len(item.levels) + 1):
            for seed in range(4):
                asked = [blank.solution.wording for blank in draw(item, level, seed).blanks]
                assert len(set(asked)) == len(asked), (item.name, level, seed, asked)


def test_a_whole_effect_has_its_usual_letter_in_every_exercise() -> None:
    # Where a node is called d, the letter of df/dx is another one.
    for item in items():
        assert not {"d"} & {name for names in item.names.values() for name in names}, item.name


def test_chance_is_even_and_hangs_on_its_whole_name() -> None:
    chance = Chance("even")
    counts = np.bincount([chance.below(6) for _ in range(6_000)], minlength=6)
    assert counts.min() > 900
    assert counts.max() < 1_100
    names = [("fork", 1, 12), ("fork", 11, 2), ("fork1", 1, 2), ("fork", 1, 13)]
    assert len({tuple(Chance(*name).below(10**9) for _ in range(2)) for name in names}) == len(names)


def test_a_level_that_leaves_no_choice_says_so() -> None:
    text = """
        title = "Nothing fits"
        kind = "mul"
        [[levels]]
        program = "f = x*y"
        largest = 3
        inputs = { x = "2..4", y = "2..4" }
        asks = ["value f"]
    """
    with pytest.raises(DrawError, match=f"level 1 of narrow with seed 5: no nice numbers in {DRAWS:,} draws"):
        draw(parse(text, "narrow.toml"), 1, 5)


def test_levels_and_seeds_that_are_none_are_refused() -> None:
    with pytest.raises(InputError, match="fork has no level 9"):
        draw(find("fork"), 9, 1)
    with pytest.raises(InputError, match="a seed is a whole number"):
        draw(find("fork"), 1, -1)
    with pytest.raises(InputError, match="no kind of exercise is called 'frok'") as error:
        find("frok")
    assert "did you mean 'fork'" in error.value.hint


GOOD = """\
title = "One product"
kind = "mul"
[names]
x = ["x", "a"]
[[levels]]
program = "f = x*y"
inputs = { x = "-5..5", y = "2..9 by 0.5" }
asks = ["value f",
  { ask = "gradient x", marks = 2, because = "y stands there" }]
"""


def test_a_file_of_ones_own_is_read(tmp_path: Path) -> None:
    path = tmp_path / "one-product.toml"
    path.write_text(GOOD)
    item = find(str(path))
    exercise = draw(item, 1, 4)
    assert exercise.code == "one-product-1-4"
    assert [blank.marks for blank in exercise.blanks] == [1, 2]
    assert exercise.blanks[1].solution.question.because == "y stands there"


@each(
    ("old", "new", "line", "message"),
    [
        ('title = "One product"', "", 1, "an item needs a title"),
        ('"mul"', '"malt"', 2, "kind is one of chain, fork"),
        ('["x", "a"]', '["x", "2"]', 4, "'x' is a list of names"),
        ("program", "programm", 6, "did you mean 'program'"),
        ('"-5..5"', '"5..-5"', 7, "a range goes up"),
        ('"-5..5"', '"0..1"', 7, "nothing to choose from"),
        ('"-5..5"', '"200x200 of 1..9"', 7, "1 to 100 cells"),
        ('"-5..5"', '"many"', 7, "x is neither a range nor a value"),
        ('"-5..5"', "[1, 2]", 7, "x is a range or a value"),
        ("marks = 2", "marks = 0", 9, "marks is a number above 0"),
        ("marks = 2", "points = 2", 9, "'points' means nothing here"),
        ("[[levels]]", "[levels]", 1, "an item has 1 to 9 levels"),
        ("= [", "= [[", 5, "this is not TOML"),
        ('"One product"', '"One \\u001b[31mproduct"', 1, "cannot be printed"),
    ],
)
def test_what_is_wrong_in_a_file_is_said_with_its_line(old: str, new: str, line: int, message: str) -> None:
    with pytest.raises(ItemError) as error:
        parse(GOOD.replace(old, new, 1), "own.toml")
    assert message in error.value.message
    assert (error.value.line, error.value.message.partition(": ")[0]) == (line, f"own.toml:{line}")


@each(
    ("old", "new", "line", "message"),
    [
        ("f = x*y", "f = x*", 5, "the program cannot be run"),
        ("f = x*y", "f = x*w", 5, "the program cannot be run: no value for w"),
        ("gradient x", "gradient q", 9, "has no node 'q'"),
        ("gradient x", "fill backward", 9, "a tableau is for a lesson"),
    ],
)
def test_what_cannot_be_run_or_asked_is_said_when_it_is_drawn(old: str, new: str, line: int, message: str) -> None:
    item = parse(GOOD.replace(old, new, 1), "own.toml")
    with pytest.raises(ItemError) as error:
        draw(item, 1, 1)
    assert message in error.value.message
    assert error.value.line == line


def test_a_file_is_bounded_and_has_to_be_text(tmp_path: Path) -> None:
    large, other = tmp_path / "large.toml", tmp_path / "other.toml"
    large.write_bytes(b"#" * (FILE + 1))
    other.write_bytes(b"title = '\xff'")
    for path, message in ((large, "at most 50,000 bytes"), (other, "not UTF-8"), (tmp_path / "none.toml", "cannot be read")):
        with pytest.raises(InputError, match=message):
            read_item(path)
    with pytest.raises(ItemError, match="small letters, digits and -"):
        parse(GOOD, "My Item.toml")
    with pytest.raises(ItemError, match=r"nested too deep|not TOML"):
        parse(f"title = {'[' * 5000}", "deep.toml")

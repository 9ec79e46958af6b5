"""Practice: worked exercises fade, what is learned comes back after 1, 7 and 7 days, and kinds are mixed."""

from __future__ import annotations

import json
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from graphstep.teaching.exercise.item_file import find, items
from graphstep.teaching.practice import progress
from graphstep.teaching.practice.session import LEARNING, Session
from graphstep.teaching.practice.standing import REVIEWS, Standing

DAY = date(2026, 11, 28)


def test_one_step_more_is_asked_each_time_that_all_are_right() -> None:
    standing, worked = Standing(), []
    for _ in range(4):
        worked.append(standing.worked(3))
        standing = standing.after(3, flawless=True, today=DAY)
    assert worked == [3, 2, 1, 0]
    assert standing == Standing(3, 1, DAY + timedelta(1), 4)


def test_what_is_not_right_is_asked_again_with_other_numbers() -> None:
    standing = Standing(2, seed=5).after(6, flawless=False, today=DAY)
    assert standing == Standing(2, seed=6)


def test_what_is_learned_comes_back_after_1_7_and_7_days() -> None:
    standing, today, days = Standing(3).after(3, flawless=True, today=DAY), DAY, []
    while standing.due is not None:
        days.append((standing.due - today).days)
        today = standing.due
        assert standing.worked(3) == 0
        standing = standing.after(3, flawless=True, today=today)
    assert tuple(days) == REVIEWS == (1, 7, 7)
    assert standing.done


def test_what_was_forgotten_comes_back_tomorrow_with_all_its_reviews() -> None:
    standing = Standing(3, reviews=3, due=DAY).after(3, flawless=False, today=DAY)
    assert (standing.reviews, standing.due) == (1, DAY + timedelta(1))


def run(session: Session, turns: int) -> list[str]:
    """The keys of what comes, when all is right."""
    keys = []
    for _ in range(turns):
        task = session.next
        if task is None:
            break
        keys.append(task.key)
        session = session.after(task, task.standing.after(4, flawless=True, today=session.today))
    return keys


def test_three_kinds_are_learned_side_by_side_and_take_turns() -> None:
    keys = run(Session(items(), {}, DAY), 9)
    assert keys == ["chain-1", "fork-1", "max-1"] * 3
    # What is begun comes before what is new, whatever the order of the kinds.
    begun = Session(items(), {"mixed-1": Standing(1, seed=1)}, DAY)
    assert [task.key for task in begun.learning] == ["mixed-1", "chain-1", "fork-1"]
    assert len(begun.learning) == LEARNING


def test_a_level_that_is_learned_opens_the_next_one() -> None:
    session = Session([find("fork")], {"fork-1": Standing(6, 1, DAY + timedelta(1), 7)}, DAY)
    assert [task.key for task in session.learning] == ["fork-2"]
    assert session.due == ()
    assert session.back == DAY + timedelta(1)


def test_reviews_come_first_and_no_kind_twice_in_a_row() -> None:
    standings = {"fork-1": Standing(6, 1, DAY), "fork-2": Standing(6, 1, DAY - timedelta(3)), "max-1": Standing(6, 1, DAY)}
    session = Session([find("fork"), find("max"), find("mul")], standings, DAY)
    assert [task.key for task in session.due] == ["fork-2", "fork-1", "max-1"]
    keys = run(session, 8)
    assert keys[:3] == ["fork-2", "max-1", "fork-1"]
    kinds = [key.partition("-")[0] for key in keys]
    assert all(one != other for one, other in pairwise(kinds))


def test_nothing_comes_where_nothing_is_due() -> None:
    item = find("fork")
    waiting = {f"fork-{level}": Standing(6, 2, DAY + timedelta(level)) for level in (1, 2, 3)}
    session = Session([item], waiting, DAY)
    assert session.next is None
    assert session.back == DAY + timedelta(1)
    over = Session([item], {key: Standing(6, 3) for key in waiting}, DAY)
    assert (over.next, over.back) == (None, None)


def test_a_standing_is_kept_beside_the_others(own_data: Path) -> None:
    one, other = Standing(6, 2, DAY, 9), Standing(1, seed=1)
    assert progress.save("fork-1", one).done
    assert progress.save("max-2", other).done
    assert progress.load().by_key == {"fork-1": one, "max-2": other}
    assert json.loads((own_data / "practice.json").read_text())["levels"]["fork-1"]["due"] == "2026-11-28"

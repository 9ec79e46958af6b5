"""The way through a lesson: where the run waits, what answers, hints and giving up do, and the way back."""

from __future__ import annotations

from graphstep.teaching.lesson.plain import answer_lines
from graphstep.teaching.lesson.rehearsal import rehearse
from graphstep.teaching.lesson.walk import LessonRun
from tests.lessons import front_of, lesson_of, predict, simple


def test_the_run_stops_before_the_answer_and_shows_it_afterwards():
    state = simple().next()
    assert state.step == 0
    assert [type(block).__name__ for block in state.blocks] == ["Prose", "Question"]
    assert state.next() is state
    after, verdict = state.answer("3")
    assert verdict.right
    assert after.step == 1
    assert len(after.blocks) == 3
    assert state.step == 0, "a state does not change"


def test_a_reason_is_shown_without_marks_of_markdown():
    body = "## forward: q\n\n" + predict("value q").replace('because = "', 'because = "*Mind* `2*x*y`: ')
    after, _ = LessonRun(rehearse(lesson_of(body))).go(1).answer("3")
    (solution,) = after.rehearsal.solutions.values()
    assert "Mind 2*x*y: " in " ".join(answer_lines(after, solution))


def test_a_heading_alone_is_no_page():
    body = "Intro.\n\n## What if?\n\n## program: `x*y`\n\n## forward\n\nText.\n\n## sum: x\n\n## Last\n\nText.\n"
    state = LessonRun(rehearse(lesson_of(body.replace("x*y", "x*y + x")))).next()
    assert state.headings == ("What if?", "program: x*y + x", "forward")
    # A step is something to look at, also where nothing is said of it.
    assert state.next().headings == ("sum: x",)
    assert state.next().next().headings == ("Last",)
    assert state.next().back() == state
    assert state.back().place == 0


def test_the_run_waits_in_front_of_the_last_contribution_because_a_drawing_shows_the_total_there():
    body = f"## backward: x*x → x, second\n\n{predict('sum x')}\n## sum: x\n"
    state = LessonRun(rehearse(lesson_of(body, front_of("x*x", "x = 3")))).next()
    assert state.step == 3
    after, verdict = state.answer("6")
    assert verdict.right
    assert after.step == 4
    late = f"## backward: x*x → x, second\n\n## sum: x\n\n{predict('sum x')}"
    assert LessonRun(rehearse(lesson_of(late, front_of("x*x", "x = 3")))).go(2).step == 3


def test_wrong_answers_are_counted_and_unreadable_ones_are_not():
    state = simple().next()
    for typed in ("7", "8", "what"):
        state, _ = state.answer(typed)
    assert state.answered(state.open).tries == 2


def test_hints_come_one_at_a_time_and_are_counted():
    state = simple().next()
    assert state.hints == ()
    state = state.hint()
    assert state.hints == ("Think.",)
    assert state.hint() is state
    assert state.answer("3")[0].answers["value q"].hints == 1


def test_a_given_up_question_is_done_but_not_right():
    state = simple().next().show().next().show()
    assert (state.done, state.right, state.total, state.finished) == (2, 0, 2, True)
    assert state.answer("3")[1].outcome == "unreadable"
    assert state.again().done == 0


def test_going_back_keeps_the_answers():
    state = simple().next().answer("3")[0].next().back().back().back()
    assert (state.place, state.done) == (0, 1)
    assert state.go(99).last

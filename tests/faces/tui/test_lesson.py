"""The lesson screen: prose beside the run, the run held in front of the answer, the place kept."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest

from graphstep.debugger.session import Command
from graphstep.faces.tui.app import GraphstepApp
from graphstep.faces.tui.lesson import LessonScreen
from graphstep.teaching.lesson import open_lesson, progress
from graphstep.teaching.lesson.catalogue import find
from graphstep.teaching.lesson.walk import LessonRun
from tests.answers import right_answer
from tests.faces.tui.driving import frame, is_whole
from tests.lessons import rehearsed

SIZES = [(80, 24), (120, 40), (200, 60)]


@pytest.fixture(autouse=True)
def own_data(tmp_path, monkeypatch):
    monkeypatch.setenv("GRAPHSTEP_DATA", str(tmp_path))


@asynccontextmanager
async def opened(lesson: str, size: tuple[int, int] = (120, 40)):
    app = GraphstepApp(LessonScreen(LessonRun(rehearsed(lesson))))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        await pilot.pause()
        yield app, pilot


async def typed(pilot, text: str) -> None:
    await pilot.press(*text, "enter")
    await pilot.pause()


@pytest.mark.parametrize("size", SIZES)
def test_the_prose_stands_beside_the_run_and_the_answer_shows_after_it_was_given_and_not_before(size):
    async def go() -> tuple[str, str, str, int]:
        async with opened("1", size) as (app, pilot):
            start = frame(app)
            await pilot.press("enter", "enter")
            await pilot.pause()
            before = frame(app)
            await typed(pilot, "6/2")
            return start, before, frame(app), app.screen.state.at

    start, before, after, at = asyncio.run(go())
    assert "You can work out" in start
    assert "The computational graph" in start
    assert "0 of 10 answered" in start
    assert "What is q?" in before
    assert "-2 + 5" not in before
    assert "✓ q = x + y = -2 + 5 = 3" in after
    assert "Right." in after
    assert at == 1


def test_the_learner_cannot_step_past_an_open_question_and_what_would_give_the_answer_away_waits():
    async def go() -> tuple[int, str, int]:
        async with opened("1") as (app, pilot):
            await pilot.press("enter", "enter", "escape", "right", "end")
            await pilot.pause()
            held, said = app.screen.state.at, app.screen.keys.message
            app.screen.say("")
            assert "e edit" not in frame(app), "the line of keys has what is free"
            for key in ("e", "plus", "v", "i", "x"):
                app.screen.say("")
                await pilot.press(key)
                assert "Answer the question first" in app.screen.keys.message, key
                assert isinstance(app.screen, LessonScreen)
            await typed(pilot, "3")
            assert "e edit" in frame(app)
            await pilot.press("left")
            return held, said, app.screen.state.at

    assert asyncio.run(go()) == (0, "Answer first: the next step shows it.", 0)


def test_a_graph_that_is_wider_than_the_window_is_shown_from_its_inputs_before_the_first_step():
    async def go() -> tuple[int, int]:
        async with opened("29", (80, 24)) as (app, pilot):
            # The text of the next section is shorter, and the graph is laid out anew.
            await pilot.press("enter")
            await pilot.pause()
            graph = app.screen.panes.graph
            return graph.virtual_size.width, graph.scroll_offset.x

    width, left = asyncio.run(go())
    assert width > 80
    assert left == 0


def test_a_slip_is_said_hints_come_one_at_a_time_and_a_new_answer_replaces_a_wrong_one():
    async def go() -> tuple[str, str, int]:
        async with opened("1") as (app, pilot):
            await pilot.press("enter", "enter")
            await typed(pilot, "7")
            slip = frame(app)
            await pilot.press("f2")
            await pilot.pause()
            hinted = frame(app)
            await typed(pilot, "3")
            return slip, hinted, app.screen.lesson.right

    slip, hinted, right = asyncio.run(go())
    assert right == 1
    assert "the sign of x" in " ".join(slip.split())
    assert "Hint 1 of 2" not in slip
    assert "Hint 1 of 2" in hinted
    assert "Hint 2 of 2" not in hinted


def test_f3_shows_the_answer_and_a_click_chooses_an_option():
    async def go() -> tuple[int, int]:
        async with opened("1") as (app, pilot):
            await pilot.press("enter", "enter", "f3", "enter", "f3", "enter")
            await pilot.pause()
            shown = app.screen.lesson.done
            options = list(app.screen.query("LessonOption"))
            await pilot.click(options[1])
            await pilot.pause()
            return shown, app.screen.lesson.right

    assert asyncio.run(go()) == (2, 1)


def test_the_keys_of_the_lesson_can_be_clicked():
    async def go() -> list[int]:
        places = []
        async with opened("1") as (app, pilot):
            await pilot.click("#lesson-keys", offset=(3, 0))
            await pilot.pause()
            places.append(app.screen.lesson.place)
            await pilot.press("f4")
            await pilot.pause()
            places.append(app.screen.lesson.place)
        return places

    assert asyncio.run(go()) == [1, 0]


# That every lesson can be gone through, the tests of the session show; this one changes its run. Lessons 2, 3 and 6 are looked at
# as they are read (test_lessons_by_reading), lesson 5 where most is said beside the graph.
def test_a_shipped_lesson_can_be_gone_through_on_the_screen_beside_its_whole_graph() -> None:
    cut: list[str] = []

    async def go() -> tuple[bool, bool]:
        async with opened("1", (80, 24)) as (app, pilot):
            screen = app.screen
            for _ in range(200):
                state = screen.lesson
                if state.finished:
                    break
                waiting = state.open
                if waiting is None:
                    screen.action_do("on")
                else:
                    screen.do(Command("answer", right_answer(waiting)))
                    assert screen.lesson.answered(waiting).outcome == "right"
                await pilot.pause()
                assert screen.state.trace is screen.lesson.scene.trace
                assert screen.state.at == screen.lesson.step
                await pilot.pause()
                if not await is_whole(app, pilot):
                    cut.append(screen.lesson.scene.section.heading)
            await pilot.pause()
            return screen.lesson.finished, "answered" in frame(app)

    assert asyncio.run(go()) == (True, True)
    assert progress.load().by_key
    assert cut == []


def test_the_place_is_kept_when_the_learner_leaves():
    async def go() -> None:
        async with opened("1") as (_, pilot):
            await pilot.press("enter", "enter")
            await typed(pilot, "3")
            await pilot.press("q")

    asyncio.run(go())
    again = progress.resume(LessonRun(rehearsed("1")), progress.load())
    assert (again.place, again.right) == (2, 1)


def test_the_last_section_opens_the_next_lesson():
    async def go() -> str:
        state = LessonRun(rehearsed("1"))
        while not state.finished:
            state = state.show() if state.open is not None else state.next()
        app = GraphstepApp(LessonScreen(state))
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause()
            await pilot.press("enter")
            await pilot.pause()
            return app.screen.lesson.rehearsal.lesson.title

    assert asyncio.run(go()) == "Backward: the chain rule"


def test_f6_gives_the_prose_all_the_room_and_then_the_run():
    async def go() -> list[tuple[bool, int]]:
        seen = []
        async with opened("1", (80, 24)) as (app, pilot):
            for _ in range(3):
                await pilot.press("f6")
                await pilot.pause()
                seen.append((app.screen.panes.display, app.screen.text.size.height))
        return seen

    (prose, tall), (run, low), (both, usual) = asyncio.run(go())
    assert (prose, run, both) == (False, True, True)
    assert low < usual < tall


def test_in_a_low_window_the_line_to_answer_on_stays_in_sight() -> None:
    async def go() -> tuple[str, str]:
        async with opened("2", (30, 8)) as (app, pilot):
            await pilot.press("enter")
            await pilot.pause()
            asked = frame(app)
            await pilot.press("1", "f2")
            await pilot.pause()
            return asked, frame(app)

    asked, hinted = asyncio.run(go())
    assert "? Before we go" in asked
    assert "all of them in order" in asked
    assert "Which gate made f?" in hinted
    assert "│ 1 " in hinted


def test_the_keys_the_question_and_the_whole_graph_stay_in_sight_whatever_is_said() -> None:
    hidden: list[str] = []
    cut: list[str] = []

    async def go() -> None:
        async with opened("5", (80, 24)) as (app, pilot):
            screen = app.screen
            while not (screen.lesson.last and screen.lesson.open is None):
                waiting = screen.lesson.open
                if waiting is not None and screen.lesson.place < 6:
                    # A slip takes two lines, and the hints as many as they have.
                    await typed(pilot, "70.5")
                    await pilot.press("f2", "f2")
                    await pilot.pause()
                    shown = "".join(frame(app).replace("│", " ").split())
                    hidden.extend(part for part in ("enteranswer", "".join(waiting.wording.split())) if part not in shown)
                screen.do(Command("on" if waiting is None else "reveal"))
                await pilot.pause()
                await pilot.pause()
                if not await is_whole(app, pilot):
                    cut.append(screen.lesson.scene.section.heading)

    asyncio.run(go())
    assert hidden == []
    assert cut == []


def test_a_short_page_leaves_its_rows_to_the_run():
    async def go() -> list[tuple[int, bool]]:
        heights = []
        async with opened("5", (80, 24)) as (app, pilot):
            for key in ("", "enter", "f6", "f6", "f6"):
                if key:
                    await pilot.press(key)
                await pilot.pause()
                await pilot.pause()
                page = app.screen.text.page
                heights.append((app.screen.text.outer_size.height, page.max_scroll_y > 0))
        return heights

    long, short, whole, run, again = asyncio.run(go())
    assert long == (12, True)
    # All of it is seen, in fewer rows.
    assert short[0] < 12
    assert not short[1]
    assert whole[0] > 12
    assert run[0] == 7
    assert again == short


def test_a_title_with_brackets_is_shown_as_it_is(tmp_path):
    file = tmp_path / "mine.md"
    shipped = find("1").read_text(encoding="utf-8")
    file.write_text(shipped.replace("The computational graph", "The graph [/draft] [x]"), encoding="utf-8")

    async def go() -> str:
        app = GraphstepApp(LessonScreen(LessonRun(open_lesson(file))))
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            return frame(app)

    assert "The graph [/draft] [x]" in asyncio.run(go()).splitlines()[0]

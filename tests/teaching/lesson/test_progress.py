"""Places in lessons are kept and found again, whatever became of the file or of the lesson."""

from __future__ import annotations

from graphstep.teaching.lesson import open_lesson, progress
from graphstep.teaching.lesson.walk import LessonRun
from tests.lessons import own_lesson, rehearsed, said, simple


def test_a_place_is_kept_and_found_again(own_data):
    state = simple().next().hint().answer("7")[0].answer("3")[0].next()
    assert progress.save(state) == progress.Receipt(True)
    again = progress.resume(simple(), progress.load())
    assert (again.place, again.answers) == (state.place, state.answers)
    assert [path.name for path in own_data.iterdir()] == ["progress.json"]


def test_a_finished_lesson_opens_at_its_start_with_its_answers():
    state = simple().next().show().next().show()
    progress.save(state)
    again = progress.resume(simple(), progress.load())
    assert (again.place, again.done) == (0, 2)


def test_saving_one_lesson_leaves_the_others_as_they_are(own_data):
    first = LessonRun(rehearsed("1"))
    progress.save(simple().next())
    progress.save(first)
    assert len(progress.load().by_key) == 2
    assert "the-computational-graph" in progress.load().by_key


def test_a_place_that_was_kept_under_another_number_is_found_and_kept(own_data):
    lesson = LessonRun(rehearsed("batch-normalisation")).next()
    progress.save(lesson)
    file = own_data / "progress.json"
    file.write_text(file.read_text().replace('"batch-normalisation"', '"15-batch-normalisation"'))
    assert progress.resume(LessonRun(lesson.rehearsal), progress.load()).place == 1
    progress.save(lesson.next())
    again = progress.load()
    assert progress.resume(LessonRun(lesson.rehearsal), again).place == 2
    assert "done 0/" in said([])[1]


def test_a_lesson_of_ones_own_is_known_by_its_name_and_what_it_asks_wherever_it_lies(own_data, tmp_path):
    lesson = own_lesson(tmp_path / "one")
    progress.save(lesson.answer("6")[0])
    moved = own_lesson(tmp_path / "two")
    file = tmp_path / "two" / "mine.md"
    file.write_text(file.read_text().replace("Prose.", "Prose that was mended."))
    assert progress.resume(LessonRun(open_lesson(file)), progress.load()).done == 1
    assert progress.resume(moved, progress.load()).done == 1
    # Another lesson of the name, and the same under another one.
    assert progress.resume(own_lesson(tmp_path / "three", ask="gradient x"), progress.load()).done == 0
    assert progress.resume(own_lesson(tmp_path / "one", "other.md"), progress.load()).done == 0


def test_a_place_that_was_kept_under_a_path_is_found_and_kept_under_the_lesson(own_data, tmp_path):
    lesson = own_lesson(tmp_path / "one")
    progress.save(lesson.answer("6")[0])
    file = own_data / "progress.json"
    (key,) = progress.load().by_key
    file.write_text(file.read_text().replace(key, str(lesson.rehearsal.lesson.path.resolve())))
    again = progress.resume(lesson, progress.load())
    assert again.done == 1
    progress.save(again)
    assert [*progress.load().by_key] == [key]

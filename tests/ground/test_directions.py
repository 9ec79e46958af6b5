"""Lessons in other languages: from right to left, and in wide characters; on lines, on the screen and on a page."""

from __future__ import annotations

import asyncio
import io
import re
import sys
from pathlib import Path

import pytest

from graphstep.faces.cli import main
from graphstep.faces.tui.app import GraphstepApp
from graphstep.faces.tui.lesson import LessonScreen
from graphstep.ground.directions import is_rtl, isolated
from graphstep.ground.widths import cell_width
from graphstep.teaching.lesson import open_lesson
from graphstep.teaching.lesson.check import check
from graphstep.teaching.lesson.walk import LessonRun
from tests.cases import each
from tests.faces.tui.conftest import glanced, jumping, sheets, spared  # noqa: F401 (of every test that opens a screen)
from tests.faces.tui.driving import frame

HEBREW = """+++
title = "סכום ומכפלה"
program = "q = x + y; f = q*z"
inputs = { x = -2, y = 5, z = -4 }
lang = "he"
+++

# סכום ומכפלה

השער הראשון מחבר `q = x + y`, והשני כופל `f = q*z` ומחזיר את התוצאה.

## forward: q

```predict
ask = "value q"
question = "מהו q?"
hint = ["שער + מחבר את x ואת y.", "שימו לב לסימן של x."]
because = "השער מחבר את מה שנכנס: x + y."
```

התוצאה היא `q = 3`, ולכן `f = -12`.
"""

CHINESE = """+++
title = "和与积"
program = "q = x + y; f = q*z"
inputs = { x = -2, y = 5, z = -4 }
lang = "zh"
+++

# 和与积

第一个门把两个输入相加，得到 `q = x + y`；第二个门把这个和乘以 z，得到输出 `f = q*z`。
每个门只知道自己的输入和自己的结果，别的什么都不知道。

## forward: q

```predict
ask = "value q"
hint = "这是 + 门。"
because = "+ 门把进来的数相加。"
```

结果是 `q = 3`。

## end

```predict
ask = "fill backward × "
hint = "乘以另一个输入。"
because = "× 门是转换器。"
```
"""


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRAPHSTEP_DATA", str(tmp_path / "data"))


@pytest.fixture
def hebrew(tmp_path: Path) -> Path:
    return written(tmp_path, HEBREW)


@pytest.fixture
def chinese(tmp_path: Path) -> Path:
    return written(tmp_path, CHINESE)


def written(folder: Path, text: str) -> Path:
    path = folder / "lesson.md"
    path.write_text(text, encoding="utf-8")
    return path


def played(path: Path, script: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    monkeypatch.setattr(sys, "stdin", io.StringIO(script))
    assert main(["lesson", str(path), "--plain"]) == 0
    out: str = capsys.readouterr().out
    return out


def test_lessons_in_other_languages_are_right(hebrew: Path, tmp_path: Path) -> None:
    assert check(hebrew) == []
    assert check(written(tmp_path, CHINESE)) == []
    (problem,) = check(written(tmp_path, CHINESE.replace('lang = "zh"', 'lang = "中文"')))
    assert problem.line == 5
    assert "the code of a language" in problem.message


@each(("code", "rtl"), [("he", True), ("ar-EG", True), ("zh", False), ("en", False), ("ku-Arab", True), ("", False)])
def test_a_direction_belongs_to_a_language_or_its_script(code: str, rtl: bool) -> None:
    assert is_rtl(code) is rtl


@each(
    ("text", "rtl", "shown"),
    [
        ("אבג q = x + y, דה", True, "אבג <q = x + y>, דה"),
        ("אבג (x+y)*z. דה -4", True, "אבג <(x+y)*z>. דה <-4>"),
        ("אבג (ראו q) דה", True, "אבג (ראו <q>) דה"),
        ("q = x + y", True, "q = x + y"),
        ("f = שלום*2", False, "f = >שלום<*2".replace(">", "[").replace("<", "]")),
        ("plain", False, "plain"),
    ],
)
def test_what_is_written_the_other_way_is_isolated(text: str, rtl: bool, shown: str) -> None:
    marks = {"\u2066": "<", "\u2067": "[", "\u2069": ">" if rtl else "]"}
    assert "".join(marks.get(c, c) for c in isolated(text, rtl=rtl)) == shown


def test_on_lines_a_formula_in_a_text_from_right_to_left_keeps_its_order(hebrew: Path, monkeypatch, capsys) -> None:
    lines = played(hebrew, "\n7\nhint\n3\n\n", monkeypatch, capsys).splitlines()
    assert any("\u2066q = x + y\u2069, והשני כופל \u2066f = q*z\u2069" in line for line in lines)
    assert any(line.startswith("? מהו \u2066q\u2069?") for line in lines)
    for line in lines:
        assert line.count("\u2066") + line.count("\u2067") == line.count("\u2069"), "each isolate ends on its line"
        if not re.search("[א-ת]", line):
            assert not re.search("[\u2066-\u2069]", line), "a line with one direction needs none"


def test_nobody_elses_marks_of_direction_pass(hebrew: Path, tmp_path: Path) -> None:
    (problem,) = check(written(tmp_path, HEBREW.replace("השער הראשון", "\u2066השער\u2069")))
    assert "cannot be printed" in problem.message
    del hebrew


def test_on_lines_wide_text_is_broken_where_the_line_ends_and_told_in_its_language(chinese: Path, monkeypatch, capsys) -> None:
    out = played(chinese, "\n7\n3\n\n1, -4, -4\n1 3 3\n", monkeypatch, capsys)
    first, prose, *_ = (line for line in out.splitlines() if "门" in line)
    assert max(map(cell_width, (first, prose))) <= 80
    assert cell_width(first) > 60
    assert "不太对。" in out
    assert "第 1 行，共 2 行。f → q：上游梯度、局部梯度，以及它们的乘积？" in out
    assert "正确。" in out


@pytest.mark.parametrize(
    ("text", "title", "wide"), [(HEBREW, "סכום ומכפלה", "השער הראשון מחבר"), (CHINESE, "和与积", "第一个门把两个输入相加")]
)
def test_on_the_screen_both_are_shown_and_answered(tmp_path: Path, text: str, title: str, wide: str) -> None:
    async def go() -> tuple[str, str]:
        app = GraphstepApp(LessonScreen(LessonRun(open_lesson(written(tmp_path, text)))))
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.pause()
            opened = frame(app)
            await pilot.press("enter")
            await pilot.pause()
            await pilot.press("3", "enter")
            await pilot.pause()
            assert app.screen.lesson.right == 1
            return opened, frame(app)

    opened, answered = asyncio.run(go())
    assert title in opened
    assert wide in opened
    assert all(cell_width(line) == 80 for line in opened.splitlines()), "no border is moved by wide characters"
    assert all(cell_width(line) == 80 for line in answered.splitlines())
    assert not re.search("[\u2066-\u2069]", opened + answered)


def test_a_page_has_the_language_and_direction_of_its_lesson(hebrew: Path, tmp_path: Path) -> None:
    sheet, key = tmp_path / "sheet.html", tmp_path / "key.html"
    assert main(["lesson", str(hebrew), "--to", str(sheet), "--key", str(key)]) == 0
    for page in (sheet, key):
        text = page.read_text(encoding="utf-8")
        assert '<html lang="he" dir="rtl">' in text
        assert "direction:ltr;unicode-bidi:isolate" in text
    assert main(["lesson", str(written(tmp_path, CHINESE)), "--to", str(sheet)]) == 0
    text = sheet.read_text(encoding="utf-8")
    assert '<html lang="zh">' in text
    assert "上游" in text

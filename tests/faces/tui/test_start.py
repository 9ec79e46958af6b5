"""The start screen: what is typed or chosen is what is opened."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from graphstep.faces import cli
from graphstep.faces.history import remember
from graphstep.faces.tui.app import GraphstepApp
from graphstep.faces.tui.start import EXAMPLES, StartScreen, words_of
from graphstep.ground.errors import GraphstepError
from graphstep.ground.widths import cell_width
from graphstep.teaching.lesson.catalogue import catalogue
from tests.cases import each
from tests.faces.tui.driving import frame


@pytest.fixture(autouse=True)
def own_data(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GRAPHSTEP_DATA", str(tmp_path))


def chosen(
    play: Callable[[Pilot[None], StartScreen], Awaitable[None]], size: tuple[int, int] = (80, 24), problem: str = ""
) -> list[str] | None:
    """What a person chooses who does this."""
    screen = StartScreen("en", problem)

    async def scene() -> None:
        async with GraphstepApp(screen).run_test(size=size) as pilot:
            await pilot.pause()
            await play(pilot, screen)

    asyncio.run(scene())
    return screen.words


def test_a_line_that_is_typed_is_opened() -> None:
    async def play(pilot: Pilot[None], screen: StartScreen) -> None:
        screen.query_one(Input).value = "(x + y)*z x=-2 y=5 z=-4"
        await pilot.press("enter")

    assert chosen(play) == ["(x + y)*z", "x=-2", "y=5", "z=-4"]


def test_what_cannot_be_read_is_shown_with_its_place_and_the_line_stays() -> None:
    async def play(pilot: Pilot[None], screen: StartScreen) -> None:
        screen.query_one(Input).value = "x*y+"
        await pilot.press("enter")
        said = str(screen.query_one("#wrong", Static).content)
        assert "an operand is missing after +" in said
        assert said.splitlines()[2].index("^") == said.splitlines()[1].rindex("+")
        assert screen.query_one(Input).value == "x*y+"
        await pilot.press("x")
        assert not str(screen.query_one("#wrong", Static).content)
        await pilot.press("escape")

    assert chosen(play) is None


@each("size", [(80, 24), (40, 12), (200, 60)])
def test_the_arrows_reach_last_programs_examples_and_lessons(size: tuple[int, int]) -> None:
    remember(["x*x", "x=3"])

    def pressing(count: int) -> list[str] | None:
        async def play(pilot: Pilot[None], screen: StartScreen) -> None:
            await pilot.press(*["down"] * count, "enter")

        return chosen(play, size)

    assert pressing(1) == ["x*x", "x=3"]
    assert pressing(2) == list(EXAMPLES[0])
    assert pressing(len(EXAMPLES) + 2) == ["lesson", "1"]
    assert pressing(0) is None


def test_every_line_fits_and_lessons_say_how_long_they_take() -> None:
    async def play(pilot: Pilot[None], screen: StartScreen) -> None:
        options = screen.query_one(OptionList)
        texts = [str(option.prompt) for option in options.options]
        assert max(map(cell_width, texts)) <= 76
        assert sum("minutes" in text for text in texts) == len(catalogue())
        await pilot.press("escape")

    chosen(play)


@each("words", EXAMPLES, ids=lambda words: words[0])
def test_every_example_is_read_as_it_is_shown_and_runs(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert words_of(" ".join(words)) == list(words)
    assert cli.main([*words, "--plain"]) == 0
    assert "df/d" in capsys.readouterr().out


@each(
    ("text", "words"),
    [
        ("x*y", ["x*y"]),
        ("train", ["step", "train"]),
        ("-x^2 x=1", ["step", "-x^2", "x=1"]),
        ("@model.txt x=1", ["@model.txt", "x=1"]),
        ("f = x*y", ["f = x*y"]),
        ("q = x*y; q + 1 x=2 y=3", ["q = x*y; q + 1", "x=2", "y=3"]),
        ("q=x*y; f=q+1", ["q=x*y; f=q+1"]),
        ("sum(W@x) W=[[1, 2], [3, 4]] x=[1, 2]", ["sum(W@x)", "W=[[1, 2], [3, 4]]", "x=[1, 2]"]),
        ("'x + y' x=1 'y = 2'", ["x + y", "x=1", "y=2"]),
        ('"x*y" x=1', ["x*y", "x=1"]),
    ],
)
def test_values_stand_behind_the_program(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def test_a_quotation_that_does_not_end_is_said() -> None:
    with pytest.raises(GraphstepError, match="closing quotation mark"):
        words_of("'x + y x=1")


def test_a_program_of_several_lines_takes_one_line_and_files_are_named_by_their_whole_path(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    remember(["h = x\nrepeat 3 {\n  h = h*w\n}\nh", "x=1", "w=@w.npy"])
    remember(["run.gsz"])

    async def play(pilot: Pilot[None], screen: StartScreen) -> None:
        lines = [str(option.prompt).strip() for option in screen.query_one(OptionList).options]
        assert f"{tmp_path}/run.gsz".startswith(lines[1].rstrip("…"))
        assert lines[2].startswith("h = x; repeat 3 { h = h*w }; h x=1 w=@/")
        await pilot.press("down", "enter")

    assert chosen(play) == [str(tmp_path / "run.gsz")]


def test_what_could_not_be_opened_is_said_on_the_start_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []

    def show(screen: StartScreen) -> int:
        shown.append(screen.problem)
        screen.words = ["gone.gsz"] if len(shown) == 1 else None
        return 0

    monkeypatch.setattr("graphstep.faces.tui.app.run_screen", show)
    monkeypatch.setattr(cli, "_at_terminal", lambda: True)
    assert cli.main([]) == 0
    assert shown[0] == ""
    assert "gone.gsz" in shown[1]

    async def play(pilot: Pilot[None], screen: StartScreen) -> None:
        assert str(screen.query_one("#wrong", Static).content) == shown[1]
        await pilot.press("escape")

    chosen(play, problem=shown[1])


def test_it_opens_in_the_language_that_was_asked_for_and_so_does_what_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[tuple[str, str]] = []

    def show(screen: StartScreen) -> int:
        shown.append((screen.language, screen.problem))
        screen.words = ["gone.gsz"] if len(shown) == 1 else None
        return 0

    opened: list[list[str]] = []
    monkeypatch.setattr("graphstep.faces.tui.app.run_screen", show)
    monkeypatch.setattr(cli, "_at_terminal", lambda: True)
    dispatch = cli._dispatch
    monkeypatch.setattr(cli, "_dispatch", lambda words: opened.append(words) or dispatch(words))
    assert cli.main(["--language", "zh"]) == cli.main(["--language=en"]) == 0
    assert [language for language, _ in shown] == ["zh", "zh", "en"]
    assert opened[1] == ["gone.gsz", "--language", "zh"]


def test_a_low_window_has_rows_for_the_list() -> None:
    async def play(pilot: Pilot[None], screen: StartScreen) -> None:
        shown = frame(pilot.app)
        assert EXAMPLES[0][0] in shown
        assert "enter opens" in shown
        assert "Type a program" not in shown

    chosen(play, size=(40, 8))

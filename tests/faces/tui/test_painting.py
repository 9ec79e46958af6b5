"""What goes to the terminal for a key: few bytes, after which the screen is the one that Textual's own bytes make."""

from __future__ import annotations

import asyncio
import random
from itertools import pairwise
from statistics import median
from typing import Any

import pytest
import textual.app
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import Compositor, InlineUpdate
from textual.drivers.headless_driver import HeadlessDriver
from textual.events import Key
from textual.geometry import Size, Spacing
from textual.scrollbar import ScrollBar
from textual.strip import Strip

from graphstep.debugger.actions import STEPPING
from graphstep.faces.tui import painting
from graphstep.faces.tui.app import GraphstepApp
from graphstep.faces.tui.compositor import _MOST, Piece, SparingCompositor, Update, _bar
from graphstep.faces.tui.lesson import LessonScreen
from graphstep.faces.tui.painting import Painting
from graphstep.faces.tui.panes.values import ValuesPane
from graphstep.language.setup import Setup
from graphstep.teaching.lesson.walk import LessonRun
from tests.benchmarks.measure import balanced
from tests.faces.tui.driving import LARGE, SMALL, Driver, drive, opened
from tests.faces.tui.terminal import Screen
from tests.lessons import rehearsed

KEYS = [action.keys[0] for action in STEPPING if action.keys and action.id != "quit"]
SPOILT = "?"
STANDS = (100, 20, 0, False), (100, 20, 33, True), (999, 20, 979, False), (20, 20, 0, False)
"""Of scrollbars: how much there is, how much of it is seen, from where on, and whether the mouse is over it."""


class Pair:
    """Two terminals: one gets Textual's bytes, one ours. A terminal of a new size shows anything."""

    def __init__(self) -> None:
        self.ours = self.theirs = Screen(0, 0)
        self.bytes: list[tuple[int, int]] = []

    def show(self, size: tuple[int, int], theirs: str, ours: str, *, rest: bool = False) -> None:
        """Write to both; with a rest, ours shows the same when that is written too."""
        if (self.ours.columns, self.ours.rows) != size:
            self.spoil(size)
        self.bytes.append((len(theirs.encode()), len(ours.encode())))
        self.theirs.write(theirs)
        self.ours.write(ours)
        assert rest or self.ours.cells == self.theirs.cells

    def spoil(self, size: tuple[int, int]) -> None:
        self.ours, self.theirs = (Screen(*size, fill=SPOILT) for _ in range(2))

    @property
    def spoilt(self) -> bool:
        return SPOILT in self.ours.text().replace("? help", "")

    def count(self) -> tuple[int, int]:
        """How many bytes Textual would have written since the last count, and how many we did."""
        counts, self.bytes = self.bytes, []
        return sum(theirs for theirs, _ in counts), sum(ours for _, ours in counts)


@pytest.fixture
def pair(monkeypatch: pytest.MonkeyPatch, painted: None) -> Pair:
    """The terminals on which every app of a test shows itself."""
    pair = Pair()

    def display(app: textual.app.App[None], screen: Any, update: Any) -> None:
        if update is not None and not app._batch_count:
            both = theirs.pop().render_segments(app.console), update.render_segments(app.console)
            pair.show(tuple(app.size), *both, rest=bool(screen._compositor._dirty_regions))
        app.post_display_hook()

    theirs: list[Any] = []
    render = SparingCompositor.render_update

    def render_both(self: SparingCompositor, *words: Any, **options: Any) -> Any:
        self.take_up()
        dirty = {*self._dirty_regions}
        theirs[:] = [Compositor.render_update(self, *words, **options)]
        self._dirty_regions = dirty
        return render(self, *words, **options)

    monkeypatch.setattr(SparingCompositor, "render_update", render_both)
    monkeypatch.setattr(textual.app.App, "_display", display)
    # A style keeps the codes of the first console that wrote it, and tests before this one have had consoles of other colours:
    # two equal styles may be written in two ways here, as in no process of its own.
    monkeypatch.setattr(painting, "_cells", painting._cells.__wrapped__)
    monkeypatch.setattr(Painting, "erases", True)
    monkeypatch.setattr(HeadlessDriver, "erases", True, raising=False)
    return pair


async def press_all(driver: Driver) -> None:
    for key in KEYS:
        await driver.press(key)
        while driver.app.screen is not driver.screen:
            await driver.press("down", "escape")
    driver.screen.inquiries.give_up()


def test_the_screen_is_the_one_that_textual_makes_after_every_key_in_every_dialog_theme_and_size(pair: Pair) -> None:
    async def play(driver: Driver) -> None:
        await press_all(driver)
        for size in (LARGE, (60, 20), SMALL):
            await driver.pilot.resize_terminal(*size)
            await driver.pilot.pause()
            assert not pair.spoilt
            await driver.press("right", "question_mark", "down", "escape", "left", "t", "e", "5", "escape", "ctrl+p", "escape")

    drive(play)


def test_wide_letters_and_the_terminals_own_colours_are_painted_alike(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    text = "学习 = tanh(权重*x); é = 学习*权重; é + x"

    async def play(driver: Driver) -> None:
        await driver.press(*["right"] * 12, *["tab"] * 5, "question_mark", "pagedown", "escape", "e", "escape", *["left"] * 5)
        assert "学习" in pair.ours.text()

    drive(play, text, {"权重": 2.0, "x": -1.0}, setup=Setup(text, {"权重": "2", "x": "-1"}, language="zh"))


def test_a_lesson_is_painted_alike(pair: Pair) -> None:
    async def scene() -> None:
        app = GraphstepApp(LessonScreen(LessonRun(rehearsed("1"))))
        async with app.run_test(size=SMALL) as pilot:
            await pilot.pause()
            await pilot.press("enter", "enter", "4", "enter", "f2", "f3", "enter", "f4", "f6", "ctrl+p", "escape")
            await pilot.resize_terminal(*LARGE)
            await pilot.press("enter", "f6", "enter")

    asyncio.run(scene())


def test_control_l_paints_over_what_another_program_wrote_also_in_a_dialog(pair: Pair) -> None:
    async def play(driver: Driver) -> None:
        await driver.press("right", "right")
        for dialog in ((), ("e",), ("question_mark",), ("slash",)):
            await driver.press(*dialog)
            pair.spoil(SMALL)
            await driver.press("ctrl+l")
            await driver.pilot.pause()
            assert not pair.spoilt
            await driver.press("escape")

    drive(play, "q = x + y; q*z")


@pytest.mark.parametrize(("gates", "size", "most"), [(10, SMALL, 4_000), (10, LARGE, 4_000), (2_000, LARGE, 12_000)])
def test_a_key_sends_a_few_thousand_bytes_and_a_quarter_of_what_textual_sends(
    gates: int, size: tuple[int, int], most: int, pair: Pair
) -> None:
    async def scene() -> None:
        async with opened(balanced(gates, names=5), {f"x{i}": 0.5 + i / 10 for i in range(5)}, size=size) as driver:
            pair.count()
            counts = []
            for key in ["right"] * 12 + ["left"] * 5 + ["tab"] * 3:
                await driver.press(key)
                await driver.pilot.pause()
                counts.append(pair.count())
            theirs, ours = zip(*counts, strict=True)
            assert all(0 < count <= most for count in ours)
            assert median(ours) < median(theirs) / 4

    asyncio.run(scene())


@pytest.fixture
def updates(monkeypatch: pytest.MonkeyPatch, painted: None) -> list[Update]:
    """What every frame of an app paints."""
    updates: list[Update] = []
    display = GraphstepApp._display

    def kept(app: GraphstepApp, screen: Any, update: Any) -> None:
        updates.extend([update] if update is not None else [])
        display(app, screen, update)

    monkeypatch.setattr(GraphstepApp, "_display", kept)
    return updates


def test_a_dialog_that_opens_paints_its_box_and_not_what_the_terminal_shows_around_it(updates: list[Update]) -> None:
    async def play(driver: Driver) -> None:
        await driver.pilot.pause(1.0)
        for keys, around in ((("B",), False), (("right", "B"), True), (("ctrl+l", "B"), True)):
            updates.clear()
            # The last key comes before what the key before it has changed is painted.
            for key in keys:
                driver.app.post_message(Key(key, key if len(key) == 1 else None))
            await driver.pilot.pause(0.1)
            box = driver.app.screen.query_one("#box").region
            assert any(piece.y not in box.line_range for update in updates for piece in update.pieces) == around, keys
            assert len(updates) <= 4
            await driver.press("escape")

    drive(play)


def test_a_screen_below_a_dialog_is_not_painted_again_and_again(updates: list[Update]) -> None:
    async def play(driver: Driver) -> None:
        driver.app.post_message(Key("right", None))
        driver.app.post_message(Key("g", "g"))
        await driver.pilot.pause(1.0)
        updates.clear()
        await driver.pilot.pause(1.0)
        # The cursor of the field blinks.
        assert all(len(update.pieces) == 1 for update in updates)

    drive(play)


def test_what_fills_the_screen_is_painted_in_two_frames_from_the_top(updates: list[Update]) -> None:
    def cells(update: Update) -> int:
        return sum(piece.stop - piece.start for piece in update.pieces)

    async def play(driver: Driver) -> None:
        for key in ("t", "ctrl+l"):
            updates.clear()
            await driver.press(key)
            await driver.pilot.pause()
            # A scrollbar or a pane that was told of its size is painted once more.
            upper, lower = updates[-2:]
            assert cells(upper) == cells(lower) == LARGE[0] * LARGE[1] // 2, key
            assert max(piece.y for piece in upper.pieces) < min(piece.y for piece in lower.pieces)
            assert [update.whole for update in (upper, lower)] == [False, True]
        updates.clear()
        await press_all(driver)
        assert max(map(cells, updates)) <= _MOST

    drive(play, size=LARGE)


def test_a_key_between_the_halves_of_a_screen_leaves_nothing_of_the_one_before(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    between: list[str] = []
    hook = GraphstepApp.post_display_hook

    def half(app: GraphstepApp) -> None:
        hook(app)
        if between and app.screen._compositor._dirty_regions:
            app.screen.action_do(between.pop())

    monkeypatch.setattr(GraphstepApp, "post_display_hook", half)

    async def play(driver: Driver) -> None:
        for action in ("step", "break_on", "theme", "redraw", "help", "edit", "values"):
            between.append(action)
            await driver.press("t")
            await driver.pilot.pause(0.1)
            assert not between, action
            assert not driver.app.screen._compositor._dirty_regions
            assert pair.ours.cells == pair.theirs.cells
            await driver.press("escape")

    drive(play, size=LARGE)


# -- updates that no screen of ours makes ----------------------------------------------------------------------------------------

NAMES = (
    *("red", "bold red", "bold underline #102030 on #405060", "reverse", "on #405060", "dim on blue", "not bold"),
    *("bright_red on bright_blue", "color(99) on color(200)", "bold link https://example.org"),
)
STYLES = [None, Style(meta={"@click": "none"}), *map(Style.parse, NAMES)]
TEXTS = ("a", "abc", "  ", "─╭", "中", "中文", "a中b", "é", "👍", "e\u0301x", "\u0301")
COLUMNS, ROWS = 14, 4
CONSOLE = Console(color_system="truecolor", force_terminal=True, _environ={})


def written(painting: Painting, update: Any) -> str:
    return painting.spared(update).render_segments(CONSOLE)


def line(choose: random.Random) -> Strip:
    """A line of the screen, of letters and pens as they come."""
    texts = [(choose.choice(TEXTS), choose.choice(STYLES)) for _ in range(COLUMNS)]
    return Strip([Segment(text, style) for text, style in texts]).crop(0, COLUMNS)


def whole(y: int, strip: Strip, x: int = 0) -> Piece:
    """All of a line."""
    return Piece(y, x, strip, 0, strip.cell_length)


def cut(y: int, strip: Strip, choose: random.Random) -> list[Piece]:
    """A line in pieces."""
    cuts = sorted({0, *choose.sample(range(1, COLUMNS), 3), COLUMNS})
    return [Piece(y, x, strip, x, stop) for x, stop in pairwise(cuts)]


def test_any_update_leaves_the_screen_that_textual_makes_of_it() -> None:
    choose, pair, painting = random.Random(3), Pair(), Painting()
    lines = [line(choose) for _ in range(ROWS)]
    for turn in range(600):
        lines = [line(choose) if choose.random() < 0.3 else old for old in lines]
        pieces = [piece for y, strip in enumerate(lines) for piece in cut(y, strip, choose)]
        update = Update([piece for piece in pieces if turn % 7 == 0 or choose.random() < 0.4])
        if turn % 50 == 49:
            pair.spoil((COLUMNS, ROWS))
            painting.forget()
        pair.show((COLUMNS, ROWS), update.render_segments(CONSOLE), written(painting, update))
    theirs, ours = pair.count()
    assert ours < theirs


def test_what_is_shown_costs_nothing_and_an_update_of_another_kind_is_passed_on_and_makes_all_unknown() -> None:
    painting = Painting()
    update = Update([whole(0, Strip([Segment("abc", Style.parse("red"))])), whole(1, Strip([Segment("中d")]))])
    inline = InlineUpdate([Strip([Segment("x")])])
    everything = "\x1b[1;1H\x1b[31mabc\r\n\x1b[0m中d"
    # An update that Textual drops, since it is at something else, is not taken for shown.
    painting.spared(update)
    assert written(painting, update) == everything
    assert painting.spared(None) is None
    assert written(painting, update) == ""
    assert painting.spared(inline) is inline
    assert written(painting, update) == everything


def test_a_pen_turns_into_another_one_in_the_fewest_codes() -> None:
    names = ("bold red on blue", "bold green on blue", "green on blue", "green", "none", "bold", "link https://x.org", "bold")
    segments = [Segment("a", Style.parse(name)) for name in names]
    link = f"\x1b]8;id={segments[6].style._link_id};https://x.org\x1b\\"
    codes = ("1;31;44", "32", "22", "49", "0", "1")
    pens = [*(f"\x1b[{code}m" for code in codes), f"\x1b[0m{link}", "\x1b[0m\x1b]8;;\x1b\\\x1b[1m"]
    update = Update([whole(0, Strip(segments))])
    assert written(Painting(), update) == "\x1b[1;1H" + "".join(f"{pen}a" for pen in pens) + "\x1b[0m"


def test_blanks_are_written_by_any_pen_of_their_paper_unless_it_draws_lines() -> None:
    def bytes_of(*names: str) -> str:
        segments = [Segment(text, Style.parse(name)) for text, name in zip("a b", names, strict=True)]
        return written(Painting(), Update([whole(0, Strip(segments))]))

    assert bytes_of("red on blue", "bold green on blue", "red on blue") == "\x1b[1;1H\x1b[31;44ma b\x1b[0m"
    assert bytes_of("red on blue", "green", "red on blue") == "\x1b[1;1H\x1b[31;44ma\x1b[49m \x1b[44mb\x1b[0m"
    assert bytes_of("red", "underline red", "red") == "\x1b[1;1H\x1b[31ma\x1b[4m \x1b[24mb\x1b[0m"
    assert bytes_of("reverse red", "red", "red") == "\x1b[1;1H\x1b[7;31ma\x1b[0m \x1b[31mb\x1b[0m"


def test_many_blanks_are_erased_where_the_terminal_erases_with_the_paper_of_the_pen() -> None:
    rows = (("red on blue", f"a{' ' * 12}b{' ' * 20}"), ("red on blue", "c"), ("underline on blue", " " * 12))
    painting = Painting()
    painting.erases = True
    line = Strip([Segment(text, Style.parse(name)) for name, text in rows])
    sent = written(painting, Update([whole(0, line)]))
    assert sent == f"\x1b[1;1H\x1b[31;44ma\x1b[12X\x1b[12Cb\x1b[20X\x1b[35Gc\x1b[4;39m{' ' * 12}\x1b[0m"


def test_letters_on_whose_width_terminals_do_not_agree_are_written_with_all_that_stands_behind_them() -> None:
    painting = Painting()
    for text in ("ae\u0301", "a👩\u200d🔬", "a❤\ufe0f", "a🇩🇪", "a👍🏽"):
        strip = Strip([Segment(text)])
        width = strip.cell_length
        update = Update([whole(0, strip), whole(0, Strip([Segment("b")]), width)])
        for _ in range(2):
            assert written(painting, update) == f"\x1b[1;1H{text}\x1b[1;{width + 1}Hb"


def test_a_frame_in_which_nothing_has_changed_is_not_written(monkeypatch) -> None:
    driver_module = pytest.importorskip("graphstep.faces.tui.driver", reason="no Unix terminal", exc_type=ImportError)
    written: list[str] = []
    monkeypatch.setattr(driver_module.LinuxDriver, "write", lambda _, data: written.append(data))
    driver = object.__new__(driver_module.TerminalDriver)
    driver._put = ""
    frame, still, elsewhere = "\x1b[3;4Hx = 2\x1b[1;1H", "\x1b[1;1H", "\x1b[7;9H"
    for data in (frame, still, still, elsewhere, still, "\x07", "\x07", still):
        driver.write(data)
    assert written == [frame, elsewhere, still, "\x07", "\x07", still]


def test_a_scrollbar_is_textuals_cell_by_cell_wherever_it_stands() -> None:
    def cells(strips: list[Strip]) -> list[list[tuple[str, Style, dict[str, Any]]]]:
        return [[(letter, style, style.meta) for text, style, _ in strip for letter in text] for strip in strips]

    async def compare(driver: Driver) -> None:
        graph, values = driver.screen.panes.graph, driver.screen.panes.query_one(ValuesPane)
        await driver.press("plus", *["right"] * 9)
        for bar in (graph.horizontal_scrollbar, graph.vertical_scrollbar, values.vertical_scrollbar):
            size = bar.size
            assert min(size) == 1 < max(size)
            for part in (size.region, size.region.shrink(Spacing(2, 0, 3, 0) if bar.vertical else Spacing(0, 2, 0, 3))):
                for bar.window_virtual_size, bar.window_size, bar.position, bar.mouse_over in STANDS:
                    bar._styles_cache.clear()
                    bar._set_dirty()
                    assert cells(_bar(bar, part)) == cells(ScrollBar.render_lines(bar, part))

    drive(compare, balanced(64, names=2), {"x0": 0.5, "x1": 2.0}, size=LARGE)


def test_a_drawing_of_another_size_takes_one_frame_whatever_scrollbars_come_or_go_with_it(updates: list[Update]) -> None:
    async def play(driver: Driver) -> None:
        graph = driver.screen.panes.graph
        wide, high = graph.size
        # The first time the scrollbars are mounted.
        graph.resize_drawing(Size(wide + 9, high + 9))
        await driver.pilot.pause()
        # As high as the pane is too high where a bar takes the last row.
        sizes = ((wide + 9, high, True), (wide, high, False), (wide, high + 9, True), (9, 9, False), (wide + 9, 9, False))
        for columns, rows, vertical in sizes:
            updates.clear()
            graph.resize_drawing(Size(columns, rows))
            await driver.pilot.pause()
            assert len(updates) == 1
            assert graph.scrollbars_enabled == (vertical, columns > wide - vertical)

    drive(play)

"""The page in headless Chromium: keys, slider, addresses, paper, the narrow screen, and what it must not do."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

import graphstep as gs
from graphstep.debugger.frames import position_of
from graphstep.debugger.session import Command, perform
from graphstep.debugger.state import State
from graphstep.faces import cli
from tests.chromium import NEEDED
from tests.faces.export.page.test_page import FOLDED, RUNS, data, page, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = NEEDED

Open = "Callable[..., Any]"


@pytest.fixture
def open_page(browser: Any, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Opens the page of a run as a file; fails afterwards if anything was asked of a network, or the console spoke."""
    spoken: list[str] = []
    contexts = []

    def opened(made: gs.Run | str, step: int | None = None, width: int = 1200, height: int = 800, **options: Any) -> Any:
        path = tmp_path / f"page-{len(contexts)}.html"
        path.write_text(page(made) if isinstance(made, gs.Run) else made, "utf-8")
        contexts.append(browser.new_context(viewport={"width": width, "height": height}, **options))
        shown = contexts[-1].new_page()
        shown.on("console", lambda message: spoken.append(message.text))
        shown.on("pageerror", lambda error: spoken.append(str(error)))
        shown.on("request", lambda request: None if request.url.startswith(path.as_uri()) else spoken.append(request.url))
        shown.goto(path.as_uri() + ("" if step is None else f"#step={step}"))
        return shown

    yield opened
    for context in contexts:
        context.close()
    assert spoken == []


def at(shown: Any) -> int:
    """The step that is shown, as every part of the page has it."""
    where = int(re.match(r"Step (\d+) of", shown.locator(".controls label span").inner_text())[1])  # type: ignore[index]
    assert shown.locator(".controls input").input_value() == str(where)
    seen = [section.inner_text() for section in shown.locator(".step").all() if section.is_visible()]
    assert len(seen) == 1
    assert seen[0].startswith(f"Step {where}.")
    return where


def test_keys_step_as_in_the_terminal(open_page: Callable[..., Any]) -> None:
    made = run("lecture")
    shown = open_page(made)
    last, trace = len(made.trace), made.trace
    assert at(shown) == 0
    for key, wanted in (
        ("ArrowRight", 1), ("n", 2), (" ", 3), ("ArrowLeft", 2), ("o", trace.over(2)), ("O", trace.back_over(trace.over(2))),
        ("Home", 0), ("f", trace.seed_step - 1), ("f", last), ("ArrowRight", last), ("End", last), ("Home", 0), ("ArrowLeft", 0),
    ):  # fmt: skip
        shown.keyboard.press(key)
        assert at(shown) == wanted, key
    for n in range(last):
        shown.evaluate(f"location.hash = 'step={n}'")
        shown.wait_for_function(f"document.querySelector('.controls input').value === '{n}'")
        shown.keyboard.press("o")
        assert at(shown) == trace.over(n)
        shown.evaluate(f"location.hash = 'step={n}'")
        shown.wait_for_function(f"document.querySelector('.controls input').value === '{n}'")
        shown.keyboard.press("O")
        assert at(shown) == trace.back_over(n)


def test_breakpoints_stop(open_page: Callable[..., Any]) -> None:
    made = run("lecture")
    shown = open_page(made)
    shown.keyboard.press("c")
    assert at(shown) == 0, "without a breakpoint there is nothing to stop at"
    shown.locator(".box").first.click()
    assert shown.locator(".box.stopped").count() == 1
    shown.keyboard.press("c")
    stop = made.trace.step_of_gradient(0)
    assert at(shown) == stop
    shown.keyboard.press("b")
    assert shown.locator(".box.stopped").count() == 0
    shown.keyboard.press("End")
    shown.keyboard.press("C")
    assert at(shown) == len(made.trace)


def test_conditions_stop_and_mark_the_slider(open_page: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "breaks.html"
    assert cli.main(["(x+y)*z", "x=-2", "y=5", "z=-4", "--break", "grad x < 0", "--break", "gate mul", "--to", str(path)]) == 0
    shown = open_page(path.read_text("utf-8"))
    assert at(shown) == 0
    assert shown.locator(".marks i").count() == 4
    stops = []
    for _ in range(5):
        shown.keyboard.press("c")
        stops.append(at(shown))
    assert stops == [2, 4, 5, 6, 7]
    shown.keyboard.press("C")
    assert "● grad x < 0" in shown.locator(".controls label").inner_text()
    shown.get_by_role("button", name="the next breakpoint").click()
    assert at(shown) == 7
    whole = open_page(run("lecture"))
    assert whole.locator(".marks i").count() == 0
    assert not whole.locator('button[data-do="continue"]').is_visible()


def test_buttons_slider_and_help(open_page: Callable[..., Any]) -> None:
    shown = open_page(run("lecture"))
    shown.get_by_role("button", name="one step on").click()
    assert at(shown) == 1
    shown.keyboard.press(" ")
    assert at(shown) == 2, "the focused button takes the space, once"
    shown.locator(".controls input").fill("5")
    assert at(shown) == 5
    shown.locator(".controls input").press("ArrowLeft")
    assert at(shown) == 4, "the slider has its own arrows"
    shown.keyboard.press("?")
    assert shown.get_by_role("dialog").is_visible()
    shown.keyboard.press("n")
    shown.keyboard.press("Escape")
    assert at(shown) == 4
    assert shown.locator("[aria-live]").inner_text().startswith("Step 4. × sends to x+y.")


@pytest.mark.parametrize("name", RUNS)
def test_every_step_shows_its_numbers(open_page: Callable[..., Any], name: str) -> None:
    made = run(name)
    shown = open_page(made)
    known: dict[str, Any] = {}
    content = data(page(made))
    for n, step in enumerate(content["runs"][0]["steps"]):
        known |= step["set"]
        stop = content["views"][0]["stops"][n]
        rows = shown.evaluate("[...document.querySelectorAll('.values tr[id]')].map(r => [...r.cells].map(c => c.textContent))")
        wires = shown.evaluate("[...document.querySelectorAll('svg .value, svg .gradient')].map(t => t.textContent)")
        for index, (_, value, gradient, _) in enumerate(rows):
            said = known.get(str(index), [None] * 5)
            assert (value, gradient) == (said[1] or "·", said[3] or "·")
            assert wires[2 * index : 2 * index + 2] == [said[1] or "", said[3] if said[2] is not None else ""]
        typed = shown.locator(".typed div").all_inner_texts()
        lengths = [sum(blanks + len(text) for blanks, text, _ in pieces) for pieces in stop["typed"]]
        assert [len(line) for line in typed] == lengths
        assert shown.locator(".w.active").count() == len(stop.get("wires", [])) + (n == made.trace.seed_step)
        assert (shown.locator(".w.back").count() > 0) == (
            (n >= made.trace.seed_step) and bool(shown.locator(".w.active").count())
        )
        shown.keyboard.press("n")


def test_an_address_opens_a_step_in_a_frame_as_well(open_page: Callable[..., Any]) -> None:
    made = run("lecture")
    assert at(open_page(made, 4)) == 4
    assert at(open_page(made, 99)) == len(made.trace)
    shown = open_page(made, 4)
    assert shown.evaluate("scrollY") == 0
    shown.keyboard.press("n")
    assert shown.evaluate("location.hash") == "#step=5"


def test_light_and_dark_follow_the_system(open_page: Callable[..., Any]) -> None:
    grounds = [
        open_page(run("lecture"), 4, color_scheme=scheme).evaluate("getComputedStyle(document.body).backgroundColor")
        for scheme in ("light", "dark")
    ]
    assert grounds == ["rgb(255, 255, 255)", "rgb(13, 17, 23)"]


@pytest.mark.parametrize("name", RUNS)
def test_a_phone_scrolls_nothing_sideways(open_page: Callable[..., Any], name: str) -> None:
    made = run(name)
    shown = open_page(made, 0, 360, 700)
    for _ in range(len(made.trace) + 1):
        assert shown.evaluate("document.documentElement.scrollWidth") == 360
        assert shown.get_by_role("button", name="one step on").is_visible()
        shown.keyboard.press("n")


def test_without_scripts_it_is_the_worked_solution(open_page: Callable[..., Any]) -> None:
    made = run("lecture")
    shown = open_page(made, 5, java_script_enabled=False)
    sections = shown.locator(".step")
    assert sections.count() == len(made.trace) + 1
    assert all(section.is_visible() for section in sections.all())
    assert shown.get_by_text("Problem", exact=True).is_visible()
    assert not shown.locator(".controls").is_visible()
    assert shown.locator(".values tr").last.inner_text().split() == ["f", "=", "(x+y)*z", "-12", "1"]
    place = shown.locator(".step").nth(5).bounding_box()
    assert 0 <= place["y"] < 800, "the address leads to the section"


def test_paper_has_the_whole_solution_whatever_step_is_shown(open_page: Callable[..., Any]) -> None:
    shown = open_page(run("lecture"), 2)
    shown.emulate_media(media="print")
    assert all(section.is_visible() for section in shown.locator(".step").all())
    assert not shown.locator(".controls").is_visible()
    shown.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert "-12" in shown.locator("svg").inner_html()
    shown.evaluate("window.dispatchEvent(new Event('afterprint'))")
    shown.emulate_media(media="screen")
    assert at(shown) == 2
    assert shown.pdf().startswith(b"%PDF")


def test_a_hostile_program_stays_text(open_page: Callable[..., Any]) -> None:
    hostile = "</script><script>document.title='hit'</script><img src=//x.invalid onerror=document.title='hit'>"
    shown = open_page(gs.run(f"# {hostile}\nf = x*2 # {hostile}", x=1))
    shown.keyboard.press("n")
    assert shown.title() != "hit"
    assert shown.evaluate("document.images.length") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("step", [0, 4])
def test_axe_finds_nothing(open_page: Callable[..., Any], scheme: str, step: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    # The page's own policy would keep axe out.
    results = axe.Axe().run(open_page(run("fork"), step, color_scheme=scheme, bypass_csp=True))
    assert results.violations_count == 0, results.generate_report()


def test_a_wide_graph_follows_the_gate_at_work(open_page: Callable[..., Any]) -> None:
    text = ";".join(["a0=x", *(f"a{i}=2*a{i - 1}" for i in range(1, 61))])
    shown = open_page(gs.run(text, x=1.5), 90)
    shown.keyboard.press("n")
    assert at(shown) == 91
    box, view = shown.locator(".box.active").bounding_box(), shown.locator(".graph").bounding_box()
    assert view["x"] <= box["x"] <= view["x"] + view["width"], "the gate at work is in view"


WALKS = (
    "n n n i i n n n n n u n n u n O O i u End ArrowLeft Home",
    "i n i n n n n n n n n n u i n f f o o i o O O O u u End i i ArrowLeft ArrowLeft ArrowLeft Home",
    "n n n n n n n i n n n n n n n n ArrowLeft ArrowLeft ArrowLeft i n n n n n n n n n n n n End i u u u",
)


@pytest.mark.parametrize("name", FOLDED)
def test_what_is_folded_opens_as_in_the_terminal(open_page: Callable[..., Any], name: str) -> None:
    made = run(name)
    shown = open_page(made)
    kept = len(data(page(made))["runs"]) > 1
    actions = {"n": "step", "ArrowLeft": "back", "o": "over", "O": "back_over", "f": "finish", "i": "into", "u": "out",
               "Home": "first", "End": "last"}  # fmt: skip
    for walk in WALKS:
        state = State(made.trace)
        shown.evaluate("location.hash = 'step=0'")
        shown.wait_for_function("location.hash === '#step=0' && document.querySelector('.controls input').value === '0'")
        for place, key in enumerate(walk.split()):
            before, state = state, perform(state, Command(actions[key]))[0]
            if state.frames and not kept:
                # The page of many gates leaves their parts out.
                state = before
            shown.keyboard.press(key)
            position = shown.evaluate("decodeURIComponent(location.hash).slice('#step='.length)")
            assert position == position_of(state), (walk.split()[: place + 1], position_of(before))
            assert f"{state.at} of" in shown.locator(".controls label").inner_text()


@pytest.mark.parametrize("name", FOLDED)
def test_an_opened_view_is_whole_and_an_address_leads_into_it(open_page: Callable[..., Any], name: str) -> None:
    made = run(name)
    shown = open_page(made, 0, 360, 700)
    keys = ["i", "n", "n", "i", "n", "n", "u", "u", "n", "i", "n", "n", "i", "n", "n", "u", "i", "n", "u", "u"]
    for key in keys:
        shown.keyboard.press(key)
        assert shown.evaluate("document.documentElement.scrollWidth") == 360
        assert shown.locator(".step.now").count() == 1
        assert shown.locator(".box").count() >= shown.locator(".values tr[id]").count() > 0
        assert shown.evaluate(
            "new Set([...document.querySelectorAll('[id]')].map(x => x.id)).size === document.querySelectorAll('[id]').length"
        )
        # Every address that the page shows opens the same place. What a step says is read where it may not be painted yet.
        address, heading = shown.evaluate("location.hash"), shown.locator(".step.now h3").text_content()
        path = shown.locator(".path").text_content()
        for place in ("#step=0", address):
            shown.evaluate("hash => { location.hash = hash; dispatchEvent(new Event('hashchange')) }", place)
        assert (shown.locator(".step.now h3").text_content(), shown.locator(".path").text_content()) == (heading, path)


def test_numbers_inside_are_those_of_the_frame_and_breakpoints_stop_there(open_page: Callable[..., Any]) -> None:
    made = run("gates")
    shown = open_page(made, 3)
    shown.keyboard.press("i")
    shown.locator(".box").nth(2).click()
    shown.keyboard.press("u")
    assert shown.locator(".box.stopped").count() == 0, "it is set inside"
    shown.keyboard.press("i")
    shown.keyboard.press("c")
    assert shown.locator(".controls label").inner_text().startswith("Step 2 of")
    assert shown.locator(".values tr.now td").first.inner_text() == "0.04979"
    shown.emulate_media(media="print")
    shown.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert shown.locator(".step").count() == len(made.trace) + 1, "paper has the solution"
    shown.evaluate("window.dispatchEvent(new Event('afterprint'))")
    shown.emulate_media(media="screen")
    assert shown.locator(".controls label").inner_text().startswith("Step 2 of")


def test_axe_finds_nothing_inside(open_page: Callable[..., Any]) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    shown = open_page(run("calls"), 4, bypass_csp=True)
    for key in ["i", "n", "i", "n"]:
        shown.keyboard.press(key)
    results = axe.Axe().run(shown)
    assert results.violations_count == 0, results.generate_report()

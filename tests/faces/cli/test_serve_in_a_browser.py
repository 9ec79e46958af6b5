"""``graphstep serve`` in headless Chromium: keys without a click, the mouse, another size; a lesson and a training."""

from __future__ import annotations

import json
import signal
import socket
from codecs import getincrementaldecoder
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from tests.chromium import NEEDED
from tests.faces.cli.test_cli import started
from tests.faces.tui.terminal import Screen

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest.importorskip("textual_serve")
pytestmark = NEEDED


@contextmanager
def served(*words: str) -> Iterator[str]:
    """The address that ``graphstep serve`` prints."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with started("serve", *words, "--port", str(port)) as (process, stdout, _):
        try:
            yield stdout.readline().decode().split()[-1]
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait() == 128 + signal.SIGTERM


class Tab:
    """A page that shows a session: the screen that it draws, and what it sent."""

    def __init__(self, browser: Any, address: str) -> None:
        self.context = browser.new_context(viewport={"width": 1000, "height": 600})
        self.page = self.context.new_page()
        self.screen = Screen(200, 100)
        self.sent: list[Any] = []
        self.spoken: list[str] = []
        self.page.on("websocket", self._watch)
        self.page.on("pageerror", lambda error: self.spoken.append(str(error)))
        self.page.on("request", lambda request: self._local(request.url, address))
        self.page.goto(address)

    def _local(self, url: str, address: str) -> None:
        if not url.startswith((address.rsplit("/", 2)[0], "data:", "blob:")):
            self.spoken.append(url)

    def _watch(self, websocket: Any) -> None:
        def received(payload: bytes | str) -> None:
            if isinstance(payload, bytes):
                self.screen.write(decode(payload))

        decode = getincrementaldecoder("utf-8")("replace").decode

        websocket.on("framereceived", received)
        websocket.on("framesent", lambda payload: self.sent.append(json.loads(payload)))

    def until(self, text: str) -> None:
        """Wait until a text stands on the screen, and the page has the focus: a key that comes before is nobody's."""
        for _ in range(400):
            if ["focus"] in self.sent and text in self.screen.text():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"{text!r} never stood on the screen, but:\n{self.screen.text()}")

    def resize(self, width: int, height: int) -> None:
        """Give the page another size in pixels, and forget what was drawn."""
        self.screen = Screen(200, 100)
        self.page.set_viewport_size({"width": width, "height": height})

    def click(self, column: int, row: int) -> None:
        """Click into a cell, counted from 0."""
        screen = self.page.locator(".xterm-screen").bounding_box()
        columns, rows = self.size
        self.page.mouse.click(
            screen["x"] + (column + 0.5) * screen["width"] / columns, screen["y"] + (row + 0.5) * screen["height"] / rows
        )

    @property
    def size(self) -> tuple[int, int]:
        """The columns and rows that the page asked for last."""
        last = next(message[1] for message in reversed(self.sent) if message[0] == "resize")
        return last["width"], last["height"]


def test_a_served_session_takes_keys_at_once_the_mouse_and_another_size(browser: Any) -> None:
    with served("(x+y)*z", "x=-2", "y=5", "z=-4") as address:
        tab = Tab(browser, address)
        tab.until("The inputs are given")
        # Nothing was clicked yet.
        tab.page.keyboard.press("ArrowRight")
        tab.until("computes x+y")
        # The first entry of the last line: a step.
        _, rows = tab.size
        tab.click(2, rows - 1)
        tab.until("computes f")
        before = tab.size
        tab.resize(700, 900)
        tab.until("graph")
        columns, rows = tab.size
        assert columns < before[0]
        assert rows > before[1]
        tab.page.keyboard.press("ArrowRight")
        tab.until("backward 3/7")
        tab.page.keyboard.press("q")
        tab.page.get_by_text("The session has ended").wait_for()
        assert tab.spoken == []
        tab.context.close()


def test_a_lesson_and_a_training_are_served(browser: Any) -> None:
    with served("lesson", "1") as address:
        tab = Tab(browser, address)
        tab.until("You can work out")
        tab.page.keyboard.press("Enter")
        tab.until("come in from the left")
        tab.page.keyboard.press("Enter")
        tab.until("What is q?")
        tab.page.keyboard.type("3")
        tab.page.keyboard.press("Enter")
        tab.until("Right")
        assert tab.spoken == []
        tab.context.close()
    with served("train", "(w*x - y)^2", "x=1", "y=2", "w=0", "--params", "w", "--steps", "3") as address:
        tab = Tab(browser, address)
        tab.until("no round of 3 yet")
        tab.page.keyboard.press("ArrowRight")
        tab.until("sgd updates w")
        tab.page.keyboard.press("x")
        tab.until("training.svg")
        with tab.page.expect_download() as download:
            tab.page.keyboard.press("Enter")
        assert download.value.suggested_filename == "training.svg"
        assert tab.spoken == []
        tab.context.close()

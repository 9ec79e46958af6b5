"""The server of ``graphstep serve``, really started on this machine: it answers who has its address, and nobody else."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
import signal
import socket
from typing import TYPE_CHECKING, Any

import pytest

from graphstep.faces.cli import main
from graphstep.faces.cli.serve import _without
from graphstep.ground.processes import words_of
from tests.faces.cli.test_cli import started

aiohttp = pytest.importorskip("aiohttp")
pytest.importorskip("textual_serve")

from graphstep.faces.cli.server import Pages, _name_of, is_open, serve  # noqa: E402  # after it is known to be installed
from tests.cases import each  # noqa: E402
from tests.faces.tui.terminal import SILENCE  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

GRAPHSTEP = shlex.join(words_of("graphstep"))
"""The words that start the command, for a shell."""
SESSION = f"{GRAPHSTEP} step --seed=1 -- x*y x=3 y=2"


def asked(ask: Callable[[Any, Pages, str], Awaitable[Any]], command: str = "false", **options: Any) -> Any:
    """What somebody learns who asks a server: ``ask(client, pages, address)``."""

    async def go() -> Any:
        pages, ended, port = Pages(command, "127.0.0.1", **options), asyncio.Event(), asyncio.get_running_loop().create_future()
        served = asyncio.create_task(serve(pages, 0, port.set_result, ended))
        async with aiohttp.ClientSession() as client:
            found = await ask(client, pages, f"http://127.0.0.1:{await port}")
        ended.set()
        await served
        return found

    return asyncio.run(go())


async def status(client: Any, address: str, **headers: str) -> int:
    async with client.get(address, headers=headers) as answer:
        return int(answer.status)


REBOUND = [
    "evil.example",
    "evil.example:80",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    "10.0.0.1",
    "",
    "a b",
    "[::1",
    "0x7f.1",
]


def test_only_names_of_this_machine_and_the_token_are_answered() -> None:
    async def ask(client: Any, pages: Pages, address: str) -> dict[str, list[int]]:
        page = address + pages.path()
        port = address.rpartition(":")[2]
        near = ["127.0.0.1", f"127.0.0.1:{port}", f"localhost:{port}", "LOCALHOST", f"[::1]:{port}"]
        wrong = ["/", "/x/", f"/{pages.token[:-1]}/", f"/{pages.token}x/", "/x/ws", "//", "/é/"]
        return {
            "near": [await status(client, page, Host=host) for host in near],
            "far": [await status(client, page, Host=host) for host in REBOUND],
            "static": [
                await status(client, f"{address}/static/css/xterm.css", Host=host) for host in ("localhost", "evil.example")
            ],
            "token": [await status(client, address + path) for path in wrong],
            "download": [await status(client, f"{address}/download/{'0' * 32}")],
            "folder": [await status(client, f"{address}/static/{path}") for path in ("", "%2e%2e/server.py", "css")],
        }

    found = asked(ask)
    assert found["near"] == [200] * 5
    assert set(found["far"]) <= {400, 403}
    assert found["static"] == [200, 403]
    assert set(found["token"]) <= {403, 404}
    assert found["download"] == [404]
    assert set(found["folder"]) <= {403, 404}


def test_the_page_names_nothing_from_elsewhere_and_no_other_page_may_frame_it() -> None:
    async def ask(client: Any, pages: Pages, address: str) -> tuple[str, Any]:
        async with client.get(address + pages.path()) as answer:
            return await answer.text(), answer.headers

    page, headers = asked(ask)
    assert not re.findall(r"(?:src|href|url)\W{1,3}(?:https?:)?//", page)
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    assert (headers["Referrer-Policy"], headers["X-Content-Type-Options"]) == ("no-referrer", "nosniff")
    assert ".focus()" in page


def test_a_websocket_is_only_for_the_page_itself_and_for_so_many() -> None:
    async def ask(client: Any, pages: Pages, address: str) -> list[int]:
        found = []
        for origin in (
            "http://evil.example",
            "null",
            "http://127.0.0.1:1",
            "http://localhost.evil.example",
            address + ".evil.example",
        ):
            try:
                async with client.ws_connect(f"{address}{pages.path()}ws", origin=origin):
                    found.append(101)
            except aiohttp.WSServerHandshakeError as error:
                found.append(error.status)
        pages.sessions = 2
        found.append(await status(client, f"{address}{pages.path()}ws", Origin=address))
        found.append(await status(client, address + pages.path()))
        pages.sessions = 0
        return found

    assert asked(ask, sessions=2) == [403] * 5 + [503] * 2


async def until(websocket: Any, seen: Callable[[str, list[Any]], bool]) -> tuple[str, list[Any]]:
    """What a session sends until enough of it is there: what it draws, and its messages."""
    drawn: bytes = b""
    messages: list[Any] = []
    while not seen(text := re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", drawn.decode(errors="replace")), messages):
        try:
            message = await websocket.receive(SILENCE)
        except TimeoutError:
            pytest.fail(f"nothing comes any more; drawn {text!r}, messages {messages}")
        assert message.type in (aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT), message
        if message.type == aiohttp.WSMsgType.BINARY:
            drawn += message.data
        else:
            messages.append(json.loads(message.data))
    return text, messages


ODD = ["", "{", "[]", "3", '["stdin"]', '["stdin", 3]', '["resize", {"width": 1e99, "height": null}]', '["stdin", "\\ud800"]']
"""Messages that are none."""


def test_a_session_exports_by_download_and_touches_no_file_of_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRAPHSTEP_DATA", str(tmp_path))
    (tmp_path / "secret.csv").write_text("41\n")

    async def ask(client: Any, pages: Pages, address: str) -> tuple[Any, ...]:
        async with client.ws_connect(f"{address}{pages.path()}ws?width=100000&height=-3", origin=address) as websocket:
            for text in ODD:
                await websocket.send_str(text)
            await websocket.send_str('["resize", {"width": 100, "height": 30}]')
            await until(websocket, lambda drawn, _: "The inputs are given" in drawn)
            open_now = pages.sessions

            async def type_keys(keys: str, seen: Callable[[str, list[Any]], bool]) -> tuple[str, list[Any]]:
                await websocket.send_str(json.dumps(["stdin", keys]))
                return await until(websocket, seen)

            await type_keys("x", lambda drawn, _: "export steps" in drawn)
            _, messages = await type_keys("\r", lambda _, messages: any(m[0] == "deliver_file_start" for m in messages))
            key = next(m[1] for m in messages if m[0] == "deliver_file_start")
            async with client.get(f"{address}/download/{key}") as answer:
                document, disposition = await answer.text(), answer.headers["Content-Disposition"]
            again = await status(client, f"{address}/download/{key}")
            # Ctrl-A, Ctrl-K: what stands in the field goes.
            await type_keys("e", lambda drawn, _: "edit the inputs" in drawn)
            drawn, _ = await type_keys("\x01\x0b@secret.csv", lambda drawn, _: "no file is read here" in drawn)
        return open_now, document, disposition, again, "41" in drawn

    open_now, document, disposition, again, leaked = asked(ask, SESSION)
    assert open_now == 1
    assert document.startswith("# Backpropagation through `x*y`")
    assert disposition == 'attachment; filename="graphstep.md"'
    assert again == 404
    assert not leaked
    assert [path.name for path in tmp_path.iterdir()] == ["secret.csv"]


def test_a_served_lesson_begins_at_its_start_and_keeps_no_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The place in it would be that of the owner of the machine."""
    monkeypatch.setenv("GRAPHSTEP_DATA", str(tmp_path))
    # It would ask for lines, which no browser has.
    monkeypatch.setenv("ACCESSIBLE", "1")
    kept = {
        "schema": 1,
        "lessons": {"01-the-computational-graph": {"section": 3, "total": 4, "finished": False, "questions": {}}},
    }
    (tmp_path / "progress.json").write_text(json.dumps(kept))

    async def ask(client: Any, pages: Pages, address: str) -> None:
        async with client.ws_connect(f"{address}{pages.path()}ws?width=100&height=30", origin=address) as websocket:
            await until(websocket, lambda drawn, _: "You can work out" in drawn)
            await websocket.send_str(json.dumps(["stdin", "\r"]))
            await until(websocket, lambda drawn, _: "come in from the left" in drawn)

    asked(ask, f"{GRAPHSTEP} lesson --language=en -- 1")
    assert [path.name for path in tmp_path.iterdir()] == ["progress.json"]
    assert json.loads((tmp_path / "progress.json").read_text()) == kept


def test_a_served_training_is_saved_and_exported_by_download(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "training.svg").write_text("somebody's own")

    async def ask(client: Any, pages: Pages, address: str) -> list[tuple[str, bytes]]:
        downloads = []
        async with client.ws_connect(f"{address}{pages.path()}ws?width=100&height=30", origin=address) as websocket:
            await until(websocket, lambda drawn, _: "no round of 3 yet" in drawn)
            await websocket.send_str(json.dumps(["stdin", "\x1b[C"]))
            await until(websocket, lambda drawn, _: "sgd updates w" in drawn)
            for key, name in (("x", "training.svg"), ("s", "graphstep.npz")):
                await websocket.send_str(json.dumps(["stdin", key]))
                await until(websocket, lambda drawn, _, name=name: name in drawn)
                await websocket.send_str(json.dumps(["stdin", "\r"]))
                _, messages = await until(websocket, lambda _, messages: any(m[0] == "deliver_file_start" for m in messages))
                file = next(m[1] for m in messages if m[0] == "deliver_file_start")
                async with client.get(f"{address}/download/{file}") as answer:
                    downloads.append((answer.headers["Content-Disposition"], await answer.read()))
        return downloads

    words = '"(w*x - y)^2" x=1 y=2 w=0 --params w --steps 3'
    (picture, svg), (state, npz) = asked(ask, f"{GRAPHSTEP} train {words}")
    assert picture == 'attachment; filename="training.svg"'
    assert b"<svg" in svg
    assert state == 'attachment; filename="graphstep.npz"'
    assert npz[:2] == b"PK"
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("training.svg", "somebody's own")]


@each(
    ("words", "said"),
    [
        (["lesson", "banana"], "banana"),
        (["lesson", "1", "--port", "0"], "'0' is no port"),
        (["lesson", "missing.md"], "missing.md"),
        (["train", "(w*x)^2", "x=1", "w=0"], "--params"),
        (["train", "(w*x)^2", "x=1", "w=0", "--params", "w", "--save", "state.npz"], "serve train takes no --save"),
        (["train", "(w*x)^2", "x=1", "w=0", "--params", "w", "--at-round", "0"], "serve train takes no --at-round"),
        (["step", "lesson"], "no value for lesson"),
    ],
)
def test_what_cannot_be_served_is_said_before_anybody_comes(words: list[str], said: str, capsys) -> None:
    assert main(["serve", *words]) in (1, 2)
    out, err = capsys.readouterr()
    assert out == ""
    assert said in err


def test_the_address_is_for_the_server_and_the_rest_for_the_session() -> None:
    words = ["(w*x)^2", "--port", "9000", "w=0", "--host=::1", "--lr", "0.1", "--", "--port", "3"]
    assert _without(words, ("--host", "--port")) == ["(w*x)^2", "w=0", "--lr", "0.1", "--", "--port", "3"]


def test_a_busy_port_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert main(["serve", "x*x", "x=3", "--port", str(taken.getsockname()[1])]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"error: '127\.0\.0\.1:\d+' cannot be listened on: something listens there already\nhint: .*\n", err)
    for host in ("nowhere.invalid", "1.2.3.4"):
        assert main(["serve", "x*x", "x=3", "--port", "1", "--host", host]) == 1
    for host in ("", " ", "\0", "\x1b]0;P\x07"):
        # An empty one would be every address of the machine.
        assert main(["serve", "x*x", "x=3", "--host", host]) == 2
        assert capsys.readouterr().err.startswith("error: ")


def test_the_command_prints_its_address_warns_and_ends_with_the_signal() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with started("serve", "x*x", "x=3", "--host", "0.0.0.0", "--port", str(port)) as (process, stdout, stderr):
        line = stdout.readline().decode()
        assert re.fullmatch(rf"graphstep is at http://0\.0\.0\.0:{port}/[\w-]{{32}}/\n", line)
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 128 + signal.SIGTERM
        assert stderr.read().decode() == "warning: other machines can reach 0.0.0.0, and whoever has the address can use it\n"


def test_names_and_addresses() -> None:
    assert [_name_of(host) for host in ("A.b:80", "[::1]:80", "::1", "[::1", "a:b", "")] == ["a.b", "::1", "", "", "", ""]
    assert [is_open(host) for host in ("127.0.0.1", "localhost", "::1", "0.0.0.0", "::", "192.168.0.2", "box")] == [False] * 3 + [
        True
    ] * 4

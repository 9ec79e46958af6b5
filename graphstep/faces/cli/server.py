"""The server behind ``graphstep serve``: a page, and a session of the debugger for each that opens it.

textual-serve brings the page's script and starts the sessions, but answers everybody. Here a request is answered only when

- its ``Host`` is a name of this machine, so that no name that somebody lets point here reaches it (DNS rebinding);
- its address holds the token that was printed, or the random key of a download;
- a websocket's ``Origin`` is the page's own.

At most :data:`SESSIONS` sessions run at a time. A session writes no file (an export is a download) and reads none that was not
named on the command line. The page fetches nothing from elsewhere, which its Content-Security-Policy holds it to.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import socket
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from string import Template
from typing import Any

import textual_serve.server
from aiohttp import WSMsgType, web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

SESSIONS = 8
"""Sessions at a time; each is a process of some 60 MB."""

_WIDTH, _HEIGHT = (20, 500), (5, 200)
"""The least and the most columns and rows of a session."""

_MESSAGE = 1 << 20
"""Bytes of one message from a page: a long paste."""

_ENDS = 3.0
"""Seconds that a session has to end by itself."""

_STATICS = Path(textual_serve.server.__file__).with_name("static")
_WILDCARDS = ("0.0.0.0", "::", "")  # noqa: S104  # recognised, to be warned of


class Pages:
    """The requests that are answered, and the sessions that are open."""

    def __init__(self, command: str, host: str, sessions: int = SESSIONS) -> None:
        self.command = command
        """What a session runs, as a shell reads it."""
        self.host = host
        """The address that is listened on."""
        self.token = secrets.token_urlsafe(24)
        """What the address of the page holds: 192 random bits."""
        self.sessions = 0
        """Sessions that are open."""
        self._most = sessions
        self._downloads = DownloadManager()

    def application(self) -> Any:
        """What aiohttp serves."""

        async def guard(request: Any, handler: Any) -> Any:
            return await self._guard(request, handler)

        application = web.Application(middlewares=[web.middleware(guard)])
        application.add_routes(
            [
                web.get("/{token}/", self._page),
                web.get("/{token}/ws", self._session),
                web.get("/download/{key}", self._download),
                web.static("/static", _STATICS),
            ]
        )
        return application

    def path(self) -> str:
        """The path of the page."""
        return f"/{self.token}/"

    # -- who is answered ---------------------------------------------------------------------------------------------------------

    async def _guard(self, request: Any, handler: Any) -> Any:
        if not self._is_here(request.headers.get("Host", "")):
            return _refusal(403, "This is no name of this machine.")
        token = request.match_info.get("token")
        # Compared in a time that does not depend on how many letters are right.
        if token is not None and not secrets.compare_digest(token.encode(), self.token.encode()):
            return _refusal(403, "The address holds a token: take the one that graphstep serve has printed.")
        try:
            response = await handler(request)
        except web.HTTPException as error:
            # Its own page would repeat what was asked for.
            return _refusal(error.status, error.reason)
        # A websocket and a download have sent their headers already.
        if not response.prepared:
            response.headers.update(_HEADERS)
        return response

    def _is_here(self, host: str) -> bool:
        """Whether a ``Host`` header names this machine. With a wildcard every address does, but of names only its own."""
        name = _name_of(host)
        if name in (*_LOCAL, self.host.lower()):
            return True
        if self.host not in _WILDCARDS:
            return False
        with suppress(ValueError):
            ip_address(name)
            return True
        own = socket.gethostname().lower()
        return name in (own, f"{own}.local", socket.getfqdn().lower())

    # -- what is answered --------------------------------------------------------------------------------------------------------

    async def _page(self, request: Any) -> Any:
        if self.sessions >= self._most:
            return _refusal(503, f"{self._most} sessions are open, which is the most at a time. Close one, and load this again.")
        nonce = secrets.token_urlsafe(12)
        scheme = "wss" if request.scheme == "https" else "ws"
        websocket = f"{scheme}://{request.host}{self.path()}ws"
        text = Template(Path(__file__).with_name("page.html").read_text(encoding="utf-8"))
        # The nonce lets the one script of the page run; styles must be free, since xterm.js writes its own into the page.
        policy = (
            f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; font-src 'self'; "
            f"img-src data:; connect-src {scheme}://{request.host}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        page = text.substitute(nonce=nonce, websocket=websocket)
        return web.Response(text=page, content_type="text/html", headers={"Content-Security-Policy": policy})

    async def _download(self, request: Any) -> Any:
        key = request.match_info["key"]
        try:
            about = await self._downloads.get_download_metadata(key)
        except KeyError:
            return _refusal(404, "There is no such download.")
        # The session has named the file: no quote and no line break of it reaches the header.
        name = re.sub(r"[^A-Za-z0-9_.-]", "_", about.file_name)
        disposition = f'attachment; filename="{name}"'
        headers = {**_HEADERS, "Content-Type": "application/octet-stream", "Content-Disposition": disposition}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        async for chunk in self._downloads.download(key):
            await response.write(chunk)
        await response.write_eof()
        return response

    async def _session(self, request: Any) -> Any:
        origin = request.headers.get("Origin")
        # A browser always says where a page is from; what is no browser has nothing of the user's to abuse.
        if origin is not None and origin.partition("://")[2].lower() != request.host.lower():
            return _refusal(403, "This page is from elsewhere.")
        if self.sessions >= self._most:
            return _refusal(503, "There are too many sessions.")
        # Counted before the first await: two requests at once must not both be the eighth.
        self.sessions += 1
        try:
            # A laptop that is shut says no goodbye: who does not answer for so many seconds has gone, and leaves a place to
            # others.
            websocket = web.WebSocketResponse(heartbeat=15, max_msg_size=_MESSAGE)
            await websocket.prepare(request)
            await self._run(websocket, _size(request.query.get("width"), _WIDTH), _size(request.query.get("height"), _HEIGHT))
            return websocket
        finally:
            self.sessions -= 1

    async def _run(self, websocket: Any, width: int, height: int) -> None:
        service = AppService(
            self.command,
            write_bytes=websocket.send_bytes,
            write_str=websocket.send_str,
            close=websocket.close,
            download_manager=self._downloads,
        )
        await service.start(width, height)
        # A session that fails says no goodbye.
        ended = asyncio.create_task(_close_after(service, websocket))
        try:
            async for message in websocket:
                if message.type == WSMsgType.TEXT:
                    await _pass_on(message.data, service, websocket)
        finally:
            ended.cancel()
            await _stop(service)


_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # The address holds the token.
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# Names of this machine. A page of another host must not reach a server here under a name of its own (DNS rebinding).
_LOCAL = ("127.0.0.1", "localhost", "::1")


async def serve(pages: Pages, port: int, ready: Any, until: asyncio.Event) -> None:
    """Answer requests until ``until`` is set; ``ready`` is called with the port as soon as they are. OSError for one in use."""
    runner = web.AppRunner(pages.application(), access_log=None, shutdown_timeout=_ENDS)
    await runner.setup()
    try:
        site = web.TCPSite(runner, pages.host, port)
        await site.start()
        ready(runner.addresses[0][1])
        await until.wait()
    finally:
        await runner.cleanup()


def is_open(host: str) -> bool:
    """Whether other machines can reach an address that is listened on."""
    if host in _WILDCARDS:
        return True
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        return host.lower() != "localhost"


def _name_of(host: str) -> str:
    """The name in a ``Host`` header, without port and brackets."""
    match = re.fullmatch(r"\[(?P<six>[0-9a-fA-F:.]+)\](?::[0-9]+)?|(?P<name>[^:\[\]]+)(?::[0-9]+)?", host)
    return "" if match is None else (match["six"] or match["name"]).lower()


def _refusal(status: int, text: str) -> Any:
    return web.Response(status=status, text=f"{text}\n", headers=_HEADERS)


def _size(typed: object, limits: tuple[int, int]) -> int:
    text = str(typed)
    # Sent by whoever has the address: int() takes its time with a long number, and a terminal of a million rows much memory.
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else 80 if limits is _WIDTH else 24
    return max(limits[0], min(limits[1], number))


async def _pass_on(text: str, service: Any, websocket: Any) -> None:
    """Hand a message of the page to its session; what is none is dropped."""
    with suppress(ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
        kind, *rest = json.loads(text)
        if kind == "stdin":
            # Half of a surrogate pair is no letter; a ? in its place would be a key.
            if keys := rest[0].encode("utf-8", "ignore"):
                # To the session, nothing at all is the end of its input.
                await service.send_bytes(keys)
        elif kind == "resize":
            await service.set_terminal_size(_size(rest[0]["width"], _WIDTH), _size(rest[0]["height"], _HEIGHT))
        elif kind == "ping":
            await websocket.send_json(["pong", rest[0]])
        elif kind == "blur":
            await service.blur()
        elif kind == "focus":
            await service.focus()


async def _close_after(service: Any, websocket: Any) -> None:
    await asyncio.wait([service._task])
    await websocket.close()


async def _stop(service: Any) -> None:
    try:
        await asyncio.wait_for(service.stop(), _ENDS)
    except TimeoutError:
        with suppress(ProcessLookupError):
            service._process.kill()
    # Its pipes are closed while the loop is there that they belong to.
    await service._process.wait()
    service._process._transport.close()

"""Debian's Janus with a WHIP front end: a relay that shares no code with ours, and that starts DTLS."""

import asyncio
import itertools
import os
import secrets
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
from aiohttp import web

LIBRARIES = Path("/usr/lib/x86_64-linux-gnu/janus")
ROOM = 1234
TOKEN = "room-token"

_CORE = """
general: {{
  configs_folder = "{folder}"
  plugins_folder = "{libraries}/plugins"
  transports_folder = "{libraries}/transports"
  events_folder = "{folder}"
  loggers_folder = "{folder}"
  debug_level = 3
}}
media: {{ ipv6 = false }}
nat: {{ ice_enforce_list = "{interface}" }}
plugins: {{ disable = "{plugins}" }}
transports: {{ disable = "{transports}" }}
"""
_HTTP = """
general: { json = "compact", base_path = "/janus", http = true, port = %d, ip = "127.0.0.1", https = false }
admin: { admin_http = false }
"""
_ROOMS = """
general: {}
room-%d: { description = "test", publishers = 6, bitrate = 4000000, fir_freq = 10, audiocodec = "opus", videocodec = "h264,vp8" }
"""


def available() -> str:
    """ "" when Janus is installed, else the reason to skip."""
    return "" if (LIBRARIES / "plugins").is_dir() and Path("/usr/bin/janus").exists() else "Debian's package janus is not installed"


class JanusRelay:
    """Use as an async context manager inside a network namespace; `base` is the front end's address."""

    def __init__(self, folder: Path, *, interface: str, port: int = 18088, front_port: int = 18080) -> None:
        self._folder = folder
        self._interface = interface
        self._port = port
        self._front_port = front_port
        self._process: asyncio.subprocess.Process | None = None
        self._runner: web.AppRunner | None = None
        self._client: aiohttp.ClientSession | None = None
        self._sessions: dict[str, tuple[int, int]] = {}
        self._numbers = itertools.count(1)
        self.base = f"http://127.0.0.1:{front_port}"

    def _configure(self) -> None:
        plugins = ",".join(name.name for name in (LIBRARIES / "plugins").glob("*.so") if "videoroom" not in name.name)
        transports = ",".join(name.name for name in (LIBRARIES / "transports").glob("*.so") if "http" not in name.name)
        core = _CORE.format(folder=self._folder, libraries=LIBRARIES, interface=self._interface, plugins=plugins, transports=transports)
        (self._folder / "janus.jcfg").write_text(core)
        (self._folder / "janus.transport.http.jcfg").write_text(_HTTP % self._port)
        (self._folder / "janus.plugin.videoroom.jcfg").write_text(_ROOMS % ROOM)

    async def __aenter__(self) -> Self:
        self._configure()
        with (self._folder / "janus.log").open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                "/usr/bin/janus", "-F", str(self._folder), stdout=log, stderr=log, env={**os.environ}
            )
        self._client = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10))
        await self._until_up()
        front = web.Application()
        front.router.add_post("/whip/{name}", self._whip)
        front.router.add_delete("/session/{number}", self._leave)
        front.router.add_get("/blank/", self._blank)
        front.router.add_get("/subscribe", self._subscribe)
        front.router.add_post("/subscribe/{number}", self._subscribed)
        self._runner = web.AppRunner(front)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._front_port).start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._runner:
            await self._runner.cleanup()
        if self._client:
            await self._client.close()
        if self._process and self._process.returncode is None:
            self._process.terminate()
            await self._process.wait()

    async def _until_up(self) -> None:
        assert self._client
        for _ in range(100):
            try:
                async with self._client.get(f"http://127.0.0.1:{self._port}/janus/info") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.1)
        raise RuntimeError("Janus did not start:\n" + (self._folder / "janus.log").read_text()[-2000:])

    async def _call(self, path: str, **message: Any) -> dict[str, Any]:
        assert self._client
        message["transaction"] = secrets.token_hex(6)
        async with self._client.post(f"http://127.0.0.1:{self._port}/janus{path}", json=message) as answer:
            reply: dict[str, Any] = await answer.json()
        if reply["janus"] == "error":
            raise RuntimeError(str(reply["error"]))
        return reply

    async def _event(self, session: int, key: str) -> dict[str, Any]:
        """The next event of the session that has `key` ("jsep", "plugindata")."""
        assert self._client
        while True:
            async with self._client.get(f"http://127.0.0.1:{self._port}/janus/{session}") as answer:
                event: dict[str, Any] = await answer.json()
            if key in event:
                return event

    async def _handle(self) -> tuple[int, int]:
        session = int((await self._call("", janus="create"))["data"]["id"])
        handle = int((await self._call(f"/{session}", janus="attach", plugin="janus.plugin.videoroom"))["data"]["id"])
        return session, handle

    async def _whip(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.Response(status=403, text="wrong token")
        session, handle = await self._handle()
        await self._call(
            f"/{session}/{handle}",
            janus="message",
            body={"request": "joinandconfigure", "room": ROOM, "ptype": "publisher", "id": 77},
            jsep={"type": "offer", "sdp": await request.text()},
        )
        answer = await self._event(session, "jsep")
        number = str(next(self._numbers))
        self._sessions[number] = (session, handle)
        headers = {"Location": f"/session/{number}"}
        return web.Response(status=201, text=answer["jsep"]["sdp"], content_type="application/sdp", headers=headers)

    async def _leave(self, request: web.Request) -> web.Response:
        session, _ = self._sessions.pop(request.match_info["number"])
        await self._call(f"/{session}", janus="destroy")
        return web.Response()

    async def _blank(self, _request: web.Request) -> web.Response:
        return web.Response(text="<!doctype html><title>watch</title><video autoplay playsinline></video>", content_type="text/html")

    async def _subscribe(self, _request: web.Request) -> web.Response:
        """A VideoRoom subscriber: Janus makes the offer."""
        session, handle = await self._handle()
        body = {"request": "join", "room": ROOM, "ptype": "subscriber", "streams": [{"feed": 77}]}
        await self._call(f"/{session}/{handle}", janus="message", body=body)
        offer = await self._event(session, "jsep")
        number = str(next(self._numbers))
        self._sessions[number] = (session, handle)
        return web.json_response({"sdp": offer["jsep"]["sdp"], "answer": f"/subscribe/{number}"})

    async def _subscribed(self, request: web.Request) -> web.Response:
        session, handle = self._sessions[request.match_info["number"]]
        jsep = {"type": "answer", "sdp": await request.text()}
        await self._call(f"/{session}/{handle}", janus="message", body={"request": "start"}, jsep=jsep)
        return web.Response()

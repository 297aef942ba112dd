"""Fetches pictures by address, with limits on hosts, redirects and sizes."""

import asyncio
import struct
import zlib
from collections.abc import AsyncIterator, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from app.session.catalogue.picture_fetch import MAX_HOPS, PictureFetch, is_public
from app.storage.show_pictures import MAX_PICTURE_BYTES, id_of, make_picture


def smallest_png() -> bytes:
    """Return the smallest PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(b"\0\xff\0\0")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def picture_id(content: bytes) -> str:
    return make_picture(content, 0).id


@pytest.fixture
async def server_address() -> AsyncIterator[str]:
    async def respond(request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if name == "around.png":
            raise web.HTTPFound("/around.png")
        if name == "file":
            raise web.HTTPFound("file:///etc/hostname")
        if name == "endless.png":
            response = web.StreamResponse()
            await response.prepare(request)
            for _ in range(MAX_PICTURE_BYTES // 65536 + 4):
                await response.write(b"\x89PNG\r\n\x1a\n" + b"\0" * 65528)
            return response
        if name == "text.png":
            return web.Response(text="hello")
        return web.Response(body=smallest_png()) if name.startswith("good") else web.Response(status=404)

    server = TestServer(web.Application())
    server.app.router.add_get("/{name}", respond)
    await server.start_server()
    yield f"http://127.0.0.1:{server.port}"
    await server.close()


async def test_pictures_are_fetched_within_limits(server_address: str) -> None:
    progress: list[int] = []
    names = ("good.png", "good2.png", "good.png", "around.png", "file", "endless.png", "text.png", "gone.png")
    result = await PictureFetch(picture_id, private_hosts=True).fetch([f"{server_address}/{name}" for name in names], progress.append)
    assert result.pictures == {f"{server_address}/good.png": id_of(smallest_png()), f"{server_address}/good2.png": id_of(smallest_png())}
    assert {address.rsplit("/", 1)[1]: error.code for address, error in result.failed.items()} == {
        "around.png": "picture.not_fetched",
        "file": "picture.address",
        "endless.png": "picture.too_large",
        "text.png": "picture.kind",
        "gone.png": "picture.not_fetched",
    }
    assert f"{MAX_HOPS} redirects" in str(result.failed[f"{server_address}/around.png"].data["reason"])
    assert progress[-1] == 7, "each address is fetched once"
    ids = result.by_product({"fan": (f"{server_address}/gone.png", f"{server_address}/good.png")})
    assert ids == {"fan": (id_of(smallest_png()),)}


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/a.png",
        "http://localhost/a.png",
        "http://[::1]/a.png",
        "http://[::ffff:10.0.0.1]/a.png",
        "http://10.1.2.3/a.png",
        "http://169.254.169.254/latest",
        "http://192.168.0.1/a.png",
        "http://printer/a.png",
        "http://nas.local/a.png",
        "http://example.test:22/a.png",
        "http://2130706433/a.png",
        "http://127.1/a.png",
    ],
)
async def test_private_hosts_are_refused(address: str, server_address: str) -> None:
    del server_address
    result = await PictureFetch(picture_id).fetch([address], lambda _: None)
    assert result.failed[address].code in ("picture.private_host", "picture.not_fetched")
    reason = str(result.failed[address].data)
    assert result.failed[address].code == "picture.private_host" or "not a public host" in reason or "not a canonical" in reason


@pytest.mark.parametrize(
    "address", ["ftp://example.test/a.png", "file:///a.png", "http://user:word@example.test/a.png", "http://", "http://[x/a.png"]
)
async def test_an_invalid_web_address_is_reported(address: str) -> None:
    result = await PictureFetch(picture_id).fetch([address], lambda _: None)
    assert result.failed[address].code in ("picture.address", "picture.not_fetched")


def test_only_public_addresses_count_as_public() -> None:
    assert [is_public(address) for address in ("8.8.8.8", "2606:4700::1111", "100.64.0.1", "224.0.0.1", "::", "x")] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]


async def test_fetching_stops_when_cancelled() -> None:
    started, release = asyncio.Event(), asyncio.Event()

    async def respond(_: web.Request) -> web.Response:
        started.set()
        await release.wait()
        return web.Response(body=smallest_png())

    server = TestServer(web.Application())
    server.app.router.add_get("/{name}", respond)
    await server.start_server()
    try:
        done: Callable[[int], None] = lambda _: None  # noqa: E731  one that says nothing
        task = asyncio.create_task(PictureFetch(picture_id, private_hosts=True).fetch([f"http://127.0.0.1:{server.port}/a.png"], done))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    finally:
        release.set()
        await server.close()

"""Pictures by address: what is asked, what is refused, and how much is taken."""

import asyncio
import struct
import zlib
from collections.abc import AsyncIterator, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from app.session.catalogue.picture_fetch import MAX_HOPS, PictureFetch, is_public
from app.storage.show_pictures import MAX_PICTURE_BYTES, id_of, make_picture


def png() -> bytes:
    """The smallest picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(b"\0\xff\0\0")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def keep(content: bytes) -> str:
    return make_picture(content, 0).id


@pytest.fixture
async def base() -> AsyncIterator[str]:
    async def answer(request: web.Request) -> web.StreamResponse:
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
        return web.Response(body=png()) if name.startswith("good") else web.Response(status=404)

    server = TestServer(web.Application())
    server.app.router.add_get("/{name}", answer)
    await server.start_server()
    yield f"http://127.0.0.1:{server.port}"
    await server.close()


async def test_pictures_are_taken_within_bounds(base: str) -> None:
    told: list[int] = []
    names = ("good.png", "good2.png", "good.png", "around.png", "file", "endless.png", "text.png", "gone.png")
    found = await PictureFetch(keep, private_hosts=True).fetch([f"{base}/{name}" for name in names], told.append)
    assert found.pictures == {f"{base}/good.png": id_of(png()), f"{base}/good2.png": id_of(png())}
    assert {address.rsplit("/", 1)[1]: error.code for address, error in found.failed.items()} == {
        "around.png": "picture.not_fetched",
        "file": "picture.address",
        "endless.png": "picture.too_large",
        "text.png": "picture.kind",
        "gone.png": "picture.not_fetched",
    }
    assert f"{MAX_HOPS} redirects" in str(found.failed[f"{base}/around.png"].data["reason"])
    assert told[-1] == 7, "the same address is asked once"
    ids = found.by_product({"fan": (f"{base}/gone.png", f"{base}/good.png")})
    assert ids == {"fan": (id_of(png()),)}


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
async def test_this_computer_and_its_network_are_not_asked(address: str, base: str) -> None:
    del base
    found = await PictureFetch(keep).fetch([address], lambda _: None)
    assert found.failed[address].code in ("picture.private_host", "picture.not_fetched")
    said = str(found.failed[address].data)
    assert found.failed[address].code == "picture.private_host" or "not a public host" in said or "not a canonical" in said


@pytest.mark.parametrize(
    "address", ["ftp://example.test/a.png", "file:///a.png", "http://user:word@example.test/a.png", "http://", "http://[x/a.png"]
)
async def test_what_is_no_web_address_is_named(address: str) -> None:
    found = await PictureFetch(keep).fetch([address], lambda _: None)
    assert found.failed[address].code in ("picture.address", "picture.not_fetched")


def test_what_is_public() -> None:
    assert [is_public(one) for one in ("8.8.8.8", "2606:4700::1111", "100.64.0.1", "224.0.0.1", "::", "x")] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]


async def test_it_stops_when_it_is_cancelled() -> None:
    begun, hold = asyncio.Event(), asyncio.Event()

    async def answer(_: web.Request) -> web.Response:
        begun.set()
        await hold.wait()
        return web.Response(body=png())

    server = TestServer(web.Application())
    server.app.router.add_get("/{name}", answer)
    await server.start_server()
    try:
        done: Callable[[int], None] = lambda _: None  # noqa: E731  one that says nothing
        task = asyncio.create_task(PictureFetch(keep, private_hosts=True).fetch([f"http://127.0.0.1:{server.port}/a.png"], done))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    finally:
        hold.set()
        await server.close()

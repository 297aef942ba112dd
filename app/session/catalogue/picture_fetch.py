"""Downloads product pictures from addresses that strangers wrote: only from public hosts, bounded in size, time and number."""

import asyncio
import ipaddress
import socket
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from app.aio.bounded_read import read_bounded
from app.domain.base.errors import AppError
from app.storage.show_pictures import MAX_PICTURE_BYTES, media_type_of

MAX_PICTURES = 2_000
MAX_ALL_BYTES = 512 * 1024 * 1024
AT_ONCE = 4
EACH_S = 30.0
MAX_HOPS = 5  # redirects
REDIRECTS = frozenset({301, 302, 303, 307, 308})

Keep = Callable[[bytes], str]  # adds a picture to the show; returns its id or raises AppError


@dataclass(slots=True)
class Fetched:
    """`pictures` are ids by address; `failed` says by address why others are missing: a code with values."""

    pictures: dict[str, str] = field(default_factory=dict)
    failed: dict[str, AppError] = field(default_factory=dict)

    def by_product(self, addresses: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
        """The ids of each product's pictures, in the order of its addresses."""
        return {product: tuple(self.pictures[one] for one in many if one in self.pictures) for product, many in addresses.items()}


def is_public(address: str) -> bool:
    """Whether this IP address is on the public internet."""
    try:
        found = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    except ValueError:
        return False
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return (mapped or found).is_global and not (mapped or found).is_multicast


class _PublicResolver(AbstractResolver):
    """Resolves only hosts on the public internet. Resolves where the connection is made, so the answer can't change."""

    def __init__(self) -> None:
        self._all = ThreadedResolver()

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[ResolveResult]:
        found = await self._all.resolve(host, port, family)
        if not found or not all(is_public(one["host"]) for one in found):
            raise OSError(f"{host} is not a public host")
        return found

    async def close(self) -> None:
        await self._all.close()


class PictureFetch:
    """Downloads the pictures of one import. `private_hosts`: the user allowed this computer and its network too."""

    def __init__(self, keep: Keep, *, private_hosts: bool = False, ports: Iterable[int] = (80, 443)) -> None:
        self._keep = keep
        self._private = private_hosts
        self._ports = frozenset(ports)
        self._bytes_left = MAX_ALL_BYTES

    async def fetch(self, addresses: Iterable[str], tell: Callable[[int], None]) -> Fetched:
        """Download each address once. `tell` is called with how many are done. Cancel it to stop."""
        wanted = list(dict.fromkeys(addresses))
        found, done = Fetched(), 0
        slots = asyncio.Semaphore(AT_ONCE)
        resolver = None if self._private else _PublicResolver()

        async def one(session: ClientSession, address: str) -> None:
            nonlocal done
            async with slots:
                try:
                    found.pictures[address] = self._keep(await self._picture(session, address))
                except AppError as error:
                    found.failed[address] = error
                done += 1
                tell(done)

        timeout = ClientTimeout(total=EACH_S)
        connector = TCPConnector(resolver=resolver, limit=AT_ONCE)
        async with ClientSession(timeout=timeout, connector=connector, trust_env=False) as session, asyncio.TaskGroup() as tasks:
            for address in wanted[:MAX_PICTURES]:
                tasks.create_task(one(session, address), name="picture")
        for address in wanted[MAX_PICTURES:]:
            found.failed[address] = AppError("picture.too_many", limit=MAX_PICTURES)
        return found

    async def _picture(self, session: ClientSession, address: str) -> bytes:
        """The bytes at an address. Raises AppError."""
        try:
            for _ in range(MAX_HOPS + 1):
                self._check(address)
                async with session.get(address, allow_redirects=False, headers={"Accept": "image/png,image/jpeg,image/webp"}) as answer:
                    if answer.status not in REDIRECTS:
                        return await self._body(answer)
                    address = urljoin(address, answer.headers.get("Location", ""))
        except (ClientError, TimeoutError, OSError, ValueError, UnicodeError) as error:
            raise AppError("picture.not_fetched", reason=str(error)[:200] or type(error).__name__) from error
        raise AppError("picture.not_fetched", reason=f"more than {MAX_HOPS} redirects")

    def _check(self, address: str) -> None:
        """Allows only plain web addresses, without user name and password, on allowed hosts."""
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        if parts.scheme not in ("http", "https") or not host or parts.username is not None:
            raise AppError("picture.address", text=address[:200])
        if self._private:
            return
        named = "." in host and not host.lower().rstrip(".").endswith((".local", ".localhost", ".internal", ".lan", ".home.arpa"))
        if port not in self._ports or not (is_public(host) if _is_ip(host) else named):
            raise AppError("picture.private_host", host=host)

    async def _body(self, answer: ClientResponse) -> bytes:
        if answer.status != 200:
            raise AppError("picture.not_fetched", reason=f"HTTP {answer.status}")
        if (answer.content_length or 0) > MAX_PICTURE_BYTES:
            raise AppError("picture.too_large", size_mb=round((answer.content_length or 0) / 2**20, 1), limit_mb=MAX_PICTURE_BYTES // 2**20)

        async def read(size: int) -> bytes:
            chunk = await answer.content.read(size)
            self._bytes_left -= len(chunk)
            return chunk if self._bytes_left >= 0 else b""

        content = await read_bounded(read, MAX_PICTURE_BYTES + 1)
        if len(content) > MAX_PICTURE_BYTES or self._bytes_left < 0:
            raise AppError("picture.too_large", size_mb=round(len(content) / 2**20, 1), limit_mb=MAX_PICTURE_BYTES // 2**20)
        if not media_type_of(content[:16]):
            raise AppError("picture.kind")
        return content


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True

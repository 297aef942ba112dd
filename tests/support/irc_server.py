"""ngircd, an IRC server from Debian, as a process, and a person who talks there."""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from app.plugin.irc import IrcConnection, IrcLine
from tests.support.relays import eventually

PATIENCE_S = 20.0
CHANNEL = "#shop"


def irc_server_program() -> str:
    """The path of ngircd, "" if it is not installed."""
    return shutil.which("ngircd") or shutil.which("ngircd", path="/usr/sbin") or ""


class IrcServer:
    """Listens at 127.0.0.1. `kill` and `start` again keep the port. With `certificate`, a file with a key too, it also listens for TLS at
    `tls_port`."""

    def __init__(self, folder: Path, port: int, password: str = "", *, certificate: Path | None = None, tls_port: int = 0) -> None:
        self.port = port
        self._process: subprocess.Popen[bytes] | None = None
        self._configuration = folder / "ngircd.conf"
        lines = ["[Global]", "Name = irc.test", "Info = test", "Listen = 127.0.0.1", f"Ports = {port}", "AdminInfo1 = test"]
        lines += [f"Password = {password}"] if password else []
        lines += ["[Limits]", "MaxConnectionsIP = 50", "[Options]", "DNS = no", "Ident = no", "PAM = no", "MorePrivacy = no"]
        if certificate is not None:
            lines += ["[SSL]", f"CertFile = {certificate}", f"KeyFile = {certificate}", f"Ports = {tls_port}"]
        self._configuration.write_text("\n".join(lines) + "\n", encoding="utf-8")

    async def start(self) -> None:
        """Start it and wait until it listens."""
        self._process = process = self._started()
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                except OSError:
                    assert process.poll() is None, "ngircd ended"
                    await asyncio.sleep(0.05)
                    continue
                writer.close()
                await writer.wait_closed()
                return

    def _started(self) -> subprocess.Popen[bytes]:
        words = [irc_server_program(), "-n", "-f", str(self._configuration)]
        return subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        """Kill it at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


class IrcPerson:
    """A viewer on the server. `heard` are the messages of the others."""

    def __init__(self, connection: IrcConnection, nick: str) -> None:
        self.heard: list[IrcLine] = []
        self.names: set[str] = set()
        self._connection = connection
        self._nick = nick
        self._joined = asyncio.Event()
        self._reading = asyncio.get_running_loop().create_task(self._read())

    async def _read(self) -> None:
        async for line in self._connection.lines():
            if line.command == "001":
                self._connection.send_now(f"JOIN {CHANNEL}")
            elif line.command == "JOIN":
                self.names.add(line.nick)
            elif line.command == "353":
                self.names |= {name.lstrip("@+") for name in line.text.split()}
            elif line.command == "366":
                self._joined.set()
            elif line.command == "PRIVMSG":
                self.heard.append(line)

    async def join(self, password: str) -> None:
        """Log in and join the channel."""
        if password:
            self._connection.send_now(f"PASS {password}")
        self._connection.send_now(f"NICK {self._nick}")
        self._connection.send_now(f"USER {self._nick} 0 * :{self._nick}")
        async with asyncio.timeout(PATIENCE_S):
            await self._joined.wait()

    async def meets(self, nick: str) -> None:
        """Wait until somebody is in the channel."""
        await eventually(lambda: nick in self.names)

    def say(self, text: str) -> None:
        self._connection.send_now(f"PRIVMSG {CHANNEL} :{text}")

    def send(self, line: str) -> None:
        """Send any line."""
        self._connection.send_now(line)

    async def leave(self) -> None:
        self._reading.cancel()
        await asyncio.gather(self._reading, return_exceptions=True)
        await self._connection.aclose()


@asynccontextmanager
async def irc_person(server: IrcServer, nick: str, password: str = "") -> AsyncIterator[IrcPerson]:
    """Somebody in the channel."""
    person = IrcPerson(await IrcConnection.open("127.0.0.1", server.port, tls=False, per_s=1000, burst=1000), nick)
    try:
        await person.join(password)
        yield person
    finally:
        await person.leave()

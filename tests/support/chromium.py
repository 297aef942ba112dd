"""Debian's Chromium, driven over its DevTools protocol."""

import asyncio
import base64
import json
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any

import aiohttp

_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns,Translate,OptimizationHints,MediaRouter",
    "--remote-debugging-port=0",
)


def chromium_path() -> str | None:
    """The path of Chromium, or None."""
    return shutil.which("chromium")


class Page:
    """One tab; `context` is the visitor's storage, "" = the browser's."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, context: str = "") -> None:
        self._socket = socket
        self._context = {"browserContextId": context} if context else {}
        self._next = 0
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.console: list[str] = []
        self._reader = asyncio.get_running_loop().create_task(self._read(), name="chromium page")

    async def _read(self) -> None:
        async for message in self._socket:
            content = json.loads(message.data)
            if "id" in content and content["id"] in self._answers:
                answer = self._answers.pop(content["id"])
                if not answer.done():
                    answer.set_result(content)
            elif content.get("method") == "Runtime.consoleAPICalled":
                self.console.append(" ".join(str(one.get("value", one.get("description"))) for one in content["params"]["args"]))
            elif content.get("method") == "Runtime.exceptionThrown":
                details = content["params"]["exceptionDetails"]
                self.console.append("exception: " + str(details.get("exception", {}).get("description", details.get("text"))))
            elif content.get("method") == "Log.entryAdded":
                entry = content["params"]["entry"]
                self.console.append(f"{entry['source']}: {entry['text']} {entry.get('url', '')}")

    async def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send one DevTools command; raises RuntimeError with the browser's message."""
        self._next += 1
        self._answers[self._next] = answer = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": self._next, "method": method, "params": parameters})
        content: dict[str, Any] = await asyncio.wait_for(answer, 60)
        if "error" in content:
            raise RuntimeError(f"{method}: {content['error']}")
        result: dict[str, Any] = content["result"]
        return result

    async def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression (promises are awaited); raises RuntimeError if it throws."""
        result = await self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(str(result["exceptionDetails"].get("exception", {}).get("description")))
        return result["result"].get("value")

    async def until(self, expression: str, within_s: float = 40.0) -> Any:
        """Wait until an expression is true; returns its value. Polls every 50 ms, because pages have no event for their content."""
        value: Any = None
        try:
            async with asyncio.timeout(within_s):
                while not (value := await self.evaluate(expression)):
                    await asyncio.sleep(0.05)
        except TimeoutError as error:
            state = await self.evaluate("JSON.stringify([globalThis.tradewind?.state, globalThis.tradewind?.stats])")
            raise AssertionError(f"never true: {expression}; state {state}; console {self.console[-8:]}") from error
        return value

    async def go(self, address: str) -> None:
        await self.call("Page.navigate", url=address)
        await self.until(f"location.href.startsWith({json.dumps(address)}) && document.readyState === 'complete'")

    async def size(self, width: int, height: int, *, mobile: bool = False, scale: float = 1.0) -> None:
        await self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=mobile)

    async def language(self, language: str) -> None:
        """Set the user's language for the page; call before `go`."""
        agent = await self.evaluate("navigator.userAgent")
        await self.call("Network.setUserAgentOverride", userAgent=agent, acceptLanguage=language)

    async def zone(self, zone: str) -> None:
        """Set the device's location."""
        await self.call("Emulation.setTimezoneOverride", timezoneId=zone)

    async def downloads(self, folder: Path) -> None:
        """Set the folder for downloads."""
        await self.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder), **self._context)

    async def allow(self, *permissions: str, origin: str) -> None:
        """Grant permissions."""
        await self.call("Browser.grantPermissions", permissions=list(permissions), origin=origin)

    async def screenshot(self) -> bytes:
        """A screenshot of the tab as PNG."""
        result = await self.call("Page.captureScreenshot", format="png")
        return base64.b64decode(result["data"])

    async def key(self, key: str) -> None:
        """Press a key."""
        code = {"Tab": 9, "Enter": 13, "Escape": 27, " ": 32}.get(key, ord(key.upper()[0]))
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
        kind = "keyDown" if text else "rawKeyDown"
        await self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, text=text)
        await self.call("Input.dispatchKeyEvent", type="keyUp", key=key, code=key, windowsVirtualKeyCode=code)

    async def click(self, selector: str) -> None:
        """A real click (a user gesture) in the middle of an element."""
        box = await self.evaluate(
            f"(r => [r.x + r.width / 2, r.y + r.height / 2])(document.querySelector({selector!r}).getBoundingClientRect())"
        )
        for kind in ("mousePressed", "mouseReleased"):
            await self.call("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    async def close(self) -> None:
        await self._socket.close()
        await self._reader


async def _ask(browser: aiohttp.ClientWebSocketResponse, method: str, **parameters: Any) -> dict[str, Any]:
    """Send one command to the browser; returns its result."""
    await browser.send_json({"id": 1, "method": method, "params": parameters})
    async with asyncio.timeout(20):
        while "result" not in (answer := await browser.receive_json()):
            assert "error" not in answer, answer
    result: dict[str, Any] = answer["result"]
    return result


class Chromium:
    """`async with Chromium() as browser: page = await browser.page()`."""

    def __init__(self, *flags: str, autoplay: bool = True) -> None:
        policy = "no-user-gesture-required" if autoplay else "document-user-activation-required"
        self._flags = (*_FLAGS, f"--autoplay-policy={policy}", *flags)
        self._profile = tempfile.mkdtemp(prefix="tradewind-chromium-")
        self._process: asyncio.subprocess.Process | None = None
        self._client: aiohttp.ClientSession | None = None
        self._pages: list[Page] = []
        self._port = 0

    async def __aenter__(self) -> "Chromium":
        executable = chromium_path()
        assert executable is not None
        self._process = await asyncio.create_subprocess_exec(
            executable,
            *self._flags,
            f"--user-data-dir={self._profile}",
            "about:blank",
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        assert self._process.stderr is not None
        async with asyncio.timeout(30):
            while b"DevTools listening on" not in (line := await self._process.stderr.readline()):
                assert line, "chromium ended at once"
        self._port = int(line.split(b"://", 1)[1].split(b":", 1)[1].split(b"/", 1)[0])
        self._drain = asyncio.get_running_loop().create_task(self._forget_output(), name="chromium output")
        self._client = aiohttp.ClientSession()
        return self

    async def _forget_output(self) -> None:
        assert self._process is not None
        assert self._process.stderr is not None
        while await self._process.stderr.readline():
            pass

    async def page(self) -> Page:
        """A new tab, with console and errors recorded."""
        assert self._client is not None
        async with self._client.put(f"http://127.0.0.1:{self._port}/json/new?about:blank") as response:
            target = await response.json()
        return await self._attach(target["webSocketDebuggerUrl"])

    async def page_of_other_visitor(self) -> Page:
        """Open a tab with its own storage, like another visitor."""
        assert self._client is not None
        async with self._client.ws_connect(await self._address()) as browser:
            context = await _ask(browser, "Target.createBrowserContext")
            target = await _ask(browser, "Target.createTarget", url="about:blank", browserContextId=context["browserContextId"])
        return await self._attach(f"ws://127.0.0.1:{self._port}/devtools/page/{target['targetId']}", context["browserContextId"])

    async def _address(self) -> str:
        """Return the browser's DevTools address."""
        assert self._client is not None
        async with self._client.get(f"http://127.0.0.1:{self._port}/json/version") as response:
            return str((await response.json())["webSocketDebuggerUrl"])

    async def _attach(self, address: str, context: str = "") -> Page:
        assert self._client is not None
        page = Page(await self._client.ws_connect(address, max_msg_size=64 * 1024 * 1024), context)
        for domain in ("Page", "Runtime", "Log", "Network"):
            await page.call(f"{domain}.enable")
        await page.call("Emulation.setFocusEmulationEnabled", enabled=True)
        self._pages.append(page)
        return page

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._client is not None
        assert self._process is not None
        for page in self._pages:
            await page.close()
        async with self._client.ws_connect(await self._address()) as socket:
            await socket.send_json({"id": 1, "method": "Browser.close"})
            try:
                await asyncio.wait_for(self._process.wait(), 5)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        await self._client.close()
        await self._drain
        shutil.rmtree(self._profile, ignore_errors=True)

"""Chromium watches the relay: video, audio, delay, and automatic reconnection."""

import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.broadcaster import Broadcaster, Show
from tests.support.chromium import Chromium, Page, chromium_path
from tests.support.relays import KEY, base_of, relay_process, running_relay

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.browser,
    pytest.mark.skipif(chromium_path() is None, reason="chromium is not installed"),
]

WATCHES = "tradewind.state === 'playing' && tradewind.readFrameCode() !== null"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Chromium]:
    async with Chromium() as chromium:
        yield chromium


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Chromium) -> AsyncIterator[Page]:
    tab = await browser.page()
    yield tab
    await tab.call("Page.navigate", url="about:blank")
    await tab.close()


def clean(page: Page) -> list[str]:
    """The page's console errors, without those about a relay that is briefly gone, which some tests cause."""
    return [line for line in page.console if "ERR_CONNECTION" not in line and "ERR_EMPTY" not in line]


async def number(page: Page) -> int:
    return int(await page.evaluate("tradewind.readFrameCode()?.number ?? -1"))


async def test_a_waiting_viewer_sees_and_hears_the_show_with_its_delay(page: Page) -> None:
    async with running_relay() as relay:
        await page.language("en-GB")
        await page.go(f"{base_of(relay)}/watch/live")
        await page.until("tradewind.state === 'waiting'")
        assert await page.evaluate("document.getElementById('empty-title').textContent") == "The show starts soon"
        publisher = Broadcaster(f"{base_of(relay)}/whip/live", KEY, Show(width=1280, height=720, kbps=1500))
        await publisher.start()
        await page.until(WATCHES)
        first = await number(page)
        await page.until(f"tradewind.readFrameCode()?.number > {first + 30}")
        await page.until("tradewind.stats.audio?.audioLevel > 0.1 && tradewind.stats.code && tradewind.stats.kbps > 50")
        stats = json.loads(await page.evaluate("JSON.stringify(tradewind.stats)"))
        assert stats["video"]["frameWidth"] == 1280
        assert stats["audio"]["concealedSamples"] < 48_000
        assert abs(stats["audio"]["audioLevel"] - 0.275) < 0.05, "the tone has its original level"
        delays = sorted(await page.evaluate("tradewind.delays"))
        assert 0 < delays[len(delays) // 2] < 1000
        await page.until("!document.getElementById('delay').hidden && /behind/.test(document.getElementById('delay').textContent)")
        assert await page.evaluate("document.body.dataset.state") == "playing"
        assert not clean(page)
        await publisher.stop()
        await page.until("tradewind.state === 'waiting'")  # a host who leaves ends the show


async def test_after_the_show_the_page_says_so_and_shows_the_next_one(page: Page) -> None:
    async with running_relay() as relay:
        await page.language("en-GB")
        await page.go(f"{base_of(relay)}/watch/live")
        for opening in ("The show starts soon", "The show has ended"):
            await page.until(f"tradewind.state === 'waiting' && document.getElementById('empty-title').textContent === '{opening}'")
            publisher = Broadcaster(f"{base_of(relay)}/whip/live", KEY)
            await publisher.start()
            await page.until(WATCHES)
            assert await page.evaluate("document.getElementById('badge-text').textContent") == "LIVE"
            assert await page.evaluate("getComputedStyle(document.getElementById('empty')).visibility") == "hidden"
            await publisher.stop()
        await page.until("document.getElementById('badge-text').textContent === 'Ended'")
        assert await page.evaluate("tradewind.connects") == 1, "one connection serves several shows"
        assert not clean(page)


async def test_the_page_delays_video_to_match_audio_until_the_show_ends(page: Page) -> None:
    held = "tradewind.peer.getReceivers().find((one) => one.track.kind === 'video').jitterBufferTarget"
    async with running_relay() as relay:
        await page.go(f"{base_of(relay)}/watch/live")
        await page.until("tradewind.state === 'waiting'")
        assert await page.evaluate(held) == 0, "the first frame is not delayed"
        publisher = Broadcaster(f"{base_of(relay)}/whip/live", KEY)
        await publisher.start()
        await page.until(f"{held} > 0")
        await publisher.stop()
        await page.until(f"tradewind.state === 'waiting' && {held} === 0")
        assert not clean(page)


async def test_how_long_video_is_delayed(page: Page) -> None:
    async with running_relay() as relay:
        await page.go(f"{base_of(relay)}/watch/live")

        async def held(skew: float, *, excess: float = 0, reported: float = 48, asked: float = 60) -> float:
            words = f"{{ skew: {skew}, excess: {excess}, reported: {reported}, asked: {asked} }}"
            return float(await page.evaluate(f"import('/viewer/lip-sync.js').then((found) => found.held({words}))"))

        assert await held(55) == 100, "delayed by the difference, apart from what nobody notices"
        assert await held(18) == 60, "close enough"
        assert await held(-25) == 20, "the delay is reduced"
        assert await held(-200) == 0
        assert await held(55, reported=108) == 160, "the browser's own delay counts"
        assert await held(155, excess=140) == 100, "audio that is about to catch up adds no delay"
        assert await held(2000) == 300


async def test_without_a_time_code_the_delay_comes_from_sender_reports(page: Page) -> None:
    async with running_relay() as relay:
        publisher = Broadcaster(f"{base_of(relay)}/whip/live", KEY, Show(width=320, height=180, coded=False))
        await publisher.start()
        await page.go(f"{base_of(relay)}/watch/live")
        await page.until("tradewind.stats.delayFrom === 'report' && !document.getElementById('delay').hidden")
        assert 0 <= await page.evaluate("tradewind.stats.delayMs") < 1000
        assert await page.evaluate("tradewind.readFrameCode()") is None
        await publisher.stop()


async def test_the_page_reconnects_after_an_outage_and_follows_a_new_publisher(page: Page) -> None:
    async with running_relay() as relay:
        port, base = relay.port, base_of(relay)
        publisher = Broadcaster(f"{base}/whip/live", KEY)
        await publisher.start()
        await page.go(f"{base}/watch/live")
        await page.until(WATCHES)
        show = Show(luma=60)
        show.number = 1_000_000
        second = Broadcaster(f"{base}/whip/live", KEY, show)
        await second.start()
        await page.until("tradewind.readFrameCode()?.number > 1000000")
        assert await page.evaluate("tradewind.connects") == 1, "another publisher needs no new connection"
        await publisher.stop()
        await second.stop()
    await page.until("tradewind.state === 'offline'")
    async with running_relay(port=port) as relay:
        show = Show(luma=120)
        show.number = 2_000_000
        third = Broadcaster(f"{base_of(relay)}/whip/live", KEY, show)
        await third.start()
        await page.until("tradewind.readFrameCode()?.number > 2000000")
        assert await page.evaluate("tradewind.connects") == 2
        assert not clean(page)
        await third.stop()


async def test_the_page_finds_a_relay_that_was_killed_and_started_again(page: Page) -> None:
    with relay_process() as (process, port):
        base = f"http://127.0.0.1:{port}"
        publisher = Broadcaster(f"{base}/whip/live", KEY, Show(width=320, height=180))
        await publisher.start()
        await page.go(f"{base}/watch/live")
        await page.until(WATCHES)
        process.kill()
        await page.until("tradewind.state === 'offline'")
        await publisher.stop()
    with relay_process(port) as (process, port):
        show = Show(width=320, height=180)
        show.number = 3_000_000
        publisher = Broadcaster(f"{base}/whip/live", KEY, show)
        await publisher.start()
        await page.until("tradewind.readFrameCode()?.number > 3000000")
        await publisher.stop()


async def test_without_permission_to_play_sound_the_page_asks_for_a_tap() -> None:
    async with Chromium(autoplay=False) as browser, running_relay() as relay:
        publisher = Broadcaster(f"{base_of(relay)}/whip/live", KEY, Show(width=320, height=180))
        await publisher.start()
        page = await browser.page()
        await page.go(f"{base_of(relay)}/watch/live")
        await page.until("tradewind.state === 'playing' && !document.getElementById('sound').hidden")
        assert await page.evaluate("document.getElementById('video').muted")
        await page.click("#sound")
        await page.until("!document.getElementById('video').muted && document.getElementById('sound').hidden")
        await page.until("tradewind.stats.audio?.audioLevel > 0.1")
        await publisher.stop()


async def test_the_tap_for_sound_stays_with_the_video_and_covers_no_card() -> None:
    async with Chromium(autoplay=False) as browser, running_relay() as relay:
        publisher = Broadcaster(f"{base_of(relay)}/whip/live", KEY, Show(width=320, height=180))
        await publisher.start()
        page = await browser.page()
        await page.size(390, 844, mobile=True)
        await page.go(f"{base_of(relay)}/watch/live")
        await page.until("tradewind.state === 'playing' && !document.getElementById('sound').hidden")
        box = "document.getElementById('{}').getBoundingClientRect()"
        sound, stage = box.format("sound"), box.format("stage")
        assert await page.evaluate(f"{sound}.bottom < {stage}.top + {stage}.height / 2"), "cards are in the lower half"
        assert await page.evaluate(f"{sound}.top >= {box.format('badge')}.bottom")
        await publisher.stop()
        await page.until("tradewind.state !== 'playing' && document.getElementById('sound').hidden")
        again = Broadcaster(f"{base_of(relay)}/whip/live", KEY, Show(width=320, height=180))
        await again.start()
        await page.until("tradewind.state === 'playing' && !document.getElementById('sound').hidden")
        await page.click("#mute")
        await page.until("document.getElementById('sound').hidden && !document.getElementById('video').muted")
        await again.stop()


async def test_chinese_words_keys_and_sharing(page: Page) -> None:
    async with running_relay() as relay:
        await page.language("zh-CN")
        await page.go(f"{base_of(relay)}/watch/live")
        await page.until("globalThis.tradewind?.state === 'waiting'")
        await page.until("document.getElementById('empty-title').textContent === '直播即将开始'")
        assert await page.evaluate("document.documentElement.lang") == "zh-CN"
        await page.key("Tab")
        await page.until("document.activeElement.textContent === '跳到控制栏'")
        await page.key("s")
        await page.until("document.getElementById('sheet').open && document.getElementById('qr').naturalWidth > 0")
        assert await page.evaluate("document.getElementById('address').value") == f"{base_of(relay)}/watch/live"
        await page.key("Escape")
        await page.until("!document.getElementById('sheet').open")
        await page.until("[...document.querySelectorAll('button')].every(b => b.ariaLabel || b.textContent.trim() || b.id === 'delay')")
        assert not clean(page)


async def test_the_list_page_shows_which_streams_are_on_air(page: Page) -> None:
    async with running_relay(streams=("main", "second")) as relay:
        publisher = Broadcaster(f"{base_of(relay)}/whip/second", KEY, Show(width=320, height=180))
        await publisher.start()
        await page.go(f"{base_of(relay)}/")
        await page.until("document.querySelector('[data-stream=second]').classList.contains('on')")
        assert not await page.evaluate("document.querySelector('[data-stream=main]').classList.contains('on')")
        assert not clean(page)
        await publisher.stop()


OFFERS_A_DATA_CHANNEL = """(async () => {
  const peer = new RTCPeerConnection();
  peer.createDataChannel("chat");
  const pictures = new Promise((resolve) => { peer.ontrack = (event) => event.track.kind === "video" && resolve(event.track); });
  peer.addTransceiver("video", { direction: "recvonly" });
  peer.addTransceiver("audio", { direction: "recvonly" });
  await peer.setLocalDescription();
  const headers = { "Content-Type": "application/sdp" };
  const answer = await fetch("/whep/live", { method: "POST", body: peer.localDescription.sdp, headers });
  if (answer.status !== 201) return await answer.text();
  await peer.setRemoteDescription({ type: "answer", sdp: await answer.text() });
  await pictures;
  for (let turn = 0; turn < 200; turn += 1) {
    const inbound = [...(await peer.getStats()).values()].find((one) => one.type === "inbound-rtp" && one.kind === "video");
    if (inbound?.framesDecoded > 10) { peer.close(); return "seen"; }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return peer.connectionState;
})()"""


async def test_a_browser_that_also_offers_a_data_channel_sees_the_show(page: Page) -> None:
    async with running_relay() as relay:
        publisher = Broadcaster(f"{base_of(relay)}/whip/live", KEY, Show(width=320, height=180))
        await publisher.start()
        await page.go(f"{base_of(relay)}/")
        assert await page.evaluate(OFFERS_A_DATA_CHANNEL) == "seen"
        await page.call("Page.navigate", url="about:blank")
        await publisher.stop()

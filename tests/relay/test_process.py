"""The relay's process: keys, registration, lease, announcement; also relay presets and the page's texts."""

import asyncio
import fcntl
import json
import os
import re
import socket
import stat
from pathlib import Path

import aiohttp
import pytest

from app.domain.air.preset import TokenNeed, placeholders, resolve
from app.domain.base.errors import FieldError
from app.domain.base.schema import FieldType, checked
from app.relay.config import RelayConfig, RelayError, new_key
from app.relay.discovery import FoundRelay, RelayAnnouncement, RelayBrowser, relays_of
from app.relay.page_files import PageFiles, qr_svg
from app.relay.process import RELAY_FILE, Lease, addresses_of, read_keys, serve
from app.relay.server import RelayServer
from app.storage.presets import load_presets
from tests.support.cities import LANGUAGES as CITY_LANGUAGES
from tests.support.cities import cities, module
from tests.support.relays import PAGE_FOLDER

PRESETS = load_presets(PAGE_FOLDER.parent / "relays")


# --- keys


def test_missing_keys_are_created_once_and_readable_only_by_this_user(tmp_path: Path) -> None:
    path = tmp_path / "relay.keys"
    first = read_keys(path, ("live", "second"))
    assert set(first) == {"live", "second"}
    assert len(set(first.values())) == 2
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_keys(path, ("second",)) == {"second": first["second"]}
    assert read_keys(path, ("live", "third"))["live"] == first["live"]
    assert read_keys(path, ("live", "second"))["second"] == first["second"], "keys of other streams stay"


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "relay.keys"
    path.write_text("live secret\n")
    path.chmod(0o644)
    with pytest.raises(RelayError) as failure:
        read_keys(path, ("live",))
    assert failure.value.code == "relay.keys_open"
    assert "secret" not in str(failure.value)
    path.chmod(0o600)
    assert read_keys(path, ("live",)) == {"live": "secret"}


def test_keys_are_long_and_stay_out_of_logs(tmp_path: Path) -> None:
    key = new_key()
    assert len(key) >= 32
    assert key not in repr(RelayConfig(keys={"live": key}, page_folder=PAGE_FOLDER))


@pytest.mark.parametrize("name", ["", "a b", "../x", "x/y", "<b>", "é", "-x", "a" * 65])
def test_stream_names_that_do_not_fit_an_address_are_refused(name: str) -> None:
    with pytest.raises(RelayError):
        RelayConfig(keys={name: "k"}, page_folder=PAGE_FOLDER)


# --- the process


def is_held(path: Path) -> bool:
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return True
        return False


async def test_the_relay_registers_itself_and_leaves_nothing_behind(tmp_path: Path) -> None:
    stop, started = asyncio.Event(), asyncio.Event()
    config = RelayConfig(keys={"live": "k"}, page_folder=PAGE_FOLDER)
    task = asyncio.create_task(serve(config, stop=stop, runtime=tmp_path, started=lambda server: started.set()))
    await asyncio.wait_for(started.wait(), 40)
    known = json.loads((tmp_path / RELAY_FILE).read_text())
    assert known["pid"] == os.getpid()
    assert known["stream"] == "live"
    assert "k" not in (known.keys() | {known["stream"]})
    assert stat.S_IMODE((tmp_path / RELAY_FILE).stat().st_mode) == 0o600
    async with aiohttp.ClientSession() as client, client.get(f"http://127.0.0.1:{known['port']}/api/status") as response:
        assert response.status == 200
    stop.set()
    await task
    assert os.listdir(tmp_path) == []


async def test_a_registration_of_another_relay_stays(tmp_path: Path) -> None:
    stop, started = asyncio.Event(), asyncio.Event()
    config = RelayConfig(keys={"live": "k"}, page_folder=PAGE_FOLDER)
    task = asyncio.create_task(serve(config, stop=stop, runtime=tmp_path, started=lambda server: started.set()))
    await asyncio.wait_for(started.wait(), 40)
    (tmp_path / RELAY_FILE).write_text('{"pid": 1, "port": 2}')
    stop.set()
    await task
    assert (tmp_path / RELAY_FILE).exists()


async def test_the_relay_ends_when_no_desk_or_engine_runs(tmp_path: Path) -> None:
    lease = Lease(tmp_path, is_held)
    assert not lease.held()
    desk, engine = (tmp_path / "desk-1.lock").open("w"), (tmp_path / "engine.lock").open("w")
    for file in (desk, engine):
        fcntl.flock(file, fcntl.LOCK_EX)
    waiting = asyncio.create_task(lease.until_lost(look_s=0.01, patience_s=0.1))
    desk.close()
    await asyncio.sleep(0)
    assert lease.held()
    assert not waiting.done()
    engine.close()
    await asyncio.wait_for(waiting, 40)


async def test_a_relay_that_cannot_listen_says_so_and_registers_nothing(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        config = RelayConfig(keys={"live": "k"}, page_folder=PAGE_FOLDER, port=taken.getsockname()[1])
        with pytest.raises(RelayError):
            await serve(config, stop=asyncio.Event(), runtime=tmp_path)
    assert os.listdir(tmp_path) == []


def test_addresses_to_read_out() -> None:
    config = RelayConfig(keys={"live": "k"}, page_folder=PAGE_FOLDER, host="192.0.2.7")
    (stream,) = addresses_of(config, 8787)
    assert stream.watch == ("http://192.0.2.7:8787/watch/live",)
    assert stream.whip == ("http://192.0.2.7:8787/whip/live",)
    (everywhere,) = addresses_of(RelayConfig(keys={"live": "k"}, page_folder=PAGE_FOLDER, host="0.0.0.0"), 1)
    assert all("[" not in address for address in everywhere.watch)


def test_a_missing_page_is_named(tmp_path: Path) -> None:
    with pytest.raises(RelayError) as failure:
        RelayServer(config=RelayConfig(keys={"live": "k"}, page_folder=tmp_path / "nowhere"))
    assert failure.value.code == "relay.page_missing"


# --- the network


async def test_relays_find_each_other_over_mdns() -> None:
    news: asyncio.Queue[tuple[FoundRelay, ...]] = asyncio.Queue()
    browser = RelayBrowser(news.put_nowait, interfaces=["127.0.0.1"])
    announcement = RelayAnnouncement(
        title="Studio 1", port=8787, streams=("live", "two"), addresses=["127.0.0.1"], interfaces=["127.0.0.1"]
    )
    try:
        if not (await browser.start() and await announcement.start()):
            pytest.skip("no multicast on loopback here")
        found = await asyncio.wait_for(news.get(), 40)
        assert [relay.stream for relay in found] == ["live", "two"]
        assert found[0].name == "Studio 1"
        assert found[0].whip_url == "http://127.0.0.1:8787/whip/live"
        await announcement.aclose()
        assert await asyncio.wait_for(news.get(), 40) == ()
    finally:
        await announcement.aclose()
        await browser.aclose()


async def test_without_a_network_announcing_fails_harmlessly() -> None:
    announcement = RelayAnnouncement(title="x" * 200, port=1, streams=("live",), addresses=["192.0.2.9"], interfaces=["192.0.2.9"])
    assert not await announcement.start()
    await announcement.aclose()
    browser = RelayBrowser(lambda found: None, interfaces=["192.0.2.9"])
    assert not await browser.start()
    await browser.aclose()


def test_foreign_announcements_are_checked() -> None:
    assert relays_of("x", [], 1, {b"streams": b"live"}) == ()
    assert relays_of("x", ["192.0.2.1"], 1, {}) == ()
    assert relays_of("x", ["192.0.2.1"], 1, {b"streams": b"../../etc,<script>"}) == ()
    (found,) = relays_of("x", ["2001:db8::1", "192.0.2.1", "127.0.0.1"], 80, {b"streams": b"live"})
    assert found.host == "192.0.2.1"
    (found,) = relays_of("x", ["2001:db8::1"], 80, {b"streams": b"live"})
    assert found.watch_url == "http://[2001:db8::1]:80/watch/live"


# --- presets


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.id)
def test_a_preset_is_complete_and_makes_addresses(preset) -> None:  # type: ignore[no-untyped-def]
    keys = {field.key for field in preset.fields}
    assert set(placeholders(preset.whip_url) + placeholders(preset.watch_url)) <= keys
    assert placeholders(preset.whip_url)
    assert preset.title
    assert preset.summary.endswith(".")
    assert preset.help
    assert preset.docs.startswith("https://")
    assert bool(preset.token_title) is (preset.token is not TokenNeed.NONE)
    assert preset.limits.codecs
    for field in preset.fields:
        checked(field, field.default)
    filled = {
        field.key: field.default or ("https://relay.example/x/" if field.key.endswith("url") or field.key == "server" else "a b/ü")
        for field in preset.fields
        if field.type is not FieldType.CHOICE
    }
    whip, watch, quirks = resolve(preset, filled)
    assert re.match(r"https?://[^/\s]+", whip)
    assert " " not in whip + watch
    assert "{" not in whip + watch
    assert "//" not in whip.split("://", 1)[1]
    assert quirks.max_bitrate_kbps == preset.limits.max_bitrate_kbps


def test_every_supported_relay_has_a_preset() -> None:
    assert {preset.id for preset in PRESETS} >= {
        "generic", "mediamtx", "livekit", "janus", "srs", "ovenmediaengine", "broadcast-box", "cloudflare-stream", "aws-ivs",
        "agora-gateway", "millicast",
    }  # fmt: skip


def preset_of(name: str):  # type: ignore[no-untyped-def]
    return next(preset for preset in PRESETS if preset.id == name)


def test_user_input_is_escaped_in_the_address() -> None:
    whip, watch, _ = resolve(preset_of("srs"), {"server": "https://srs.example/", "app": "a&b", "stream": "s=1"})
    assert whip == "https://srs.example/rtc/v1/whip/?app=a%26b&stream=s%3D1"
    whip, watch, _ = resolve(preset_of("mediamtx"), {"path": "shop/main"})
    assert (whip, watch) == ("http://localhost:8889/shop/main/whip", "http://localhost:8889/shop/main")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("relay.example", "address"),
        ("ftp://x/", "address"),
        ("https://", "address"),
        ("https://a b/", "address"),
        ("https://[::1/", "address"),
        ("https://x:port/", "address"),
    ],
)
def test_input_that_makes_no_address_is_refused_by_field(value: str, reason: str) -> None:
    with pytest.raises(FieldError) as failure:
        resolve(preset_of("generic"), {"whip_url": value})
    assert (failure.value.data["field"], failure.value.data["reason"]) == ("whip_url", reason)


def test_limits_reach_the_encoder() -> None:
    _, _, quirks = resolve(preset_of("aws-ivs"), {})
    assert (quirks.max_height, quirks.max_bitrate_kbps, quirks.max_gop_s) == (720, 8500, 2.0)


# --- the page


LANGUAGES = ("ar", "de", "en", "es", "fr", "id", "ja", "ko", "pt", "th", "vi", "zh")


def words_of(language: str) -> dict[str, str]:
    source = (PAGE_FOLDER / f"words-{language}.js").read_text()
    return {key: json.loads(text) for key, text in re.findall(r'^  (\w+): ("(?:[^"\\]|\\.)*"),$', source, re.MULTILINE)}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_word_with_the_same_values(language: str) -> None:
    english, words = words_of("en"), words_of(language)
    assert set(words) == set(english)
    for key, text in words.items():
        assert text.strip(), key
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", english[key])), key
    assert words["dir"] == ("rtl" if language == "ar" else "ltr")


def test_the_page_knows_its_languages_and_uses_every_word() -> None:
    assert {path.stem.removeprefix("words-") for path in PAGE_FOLDER.glob("words-*.js")} == set(LANGUAGES)
    pages = "".join(path.read_text() for path in PAGE_FOLDER.glob("*.html"))
    scripts = "".join(path.read_text() for path in PAGE_FOLDER.glob("*.js") if not path.name.startswith("words-"))
    used = set(re.findall(r'data-(?:text|label|alt)="(\w+)"', pages))
    for call in re.findall(r"\bword\(([^`]*?)[,)]", scripts):
        used |= set(re.findall(r'(?<!== )"(\w+)"', call))
    for state in ("connecting", "waiting", "ended", "stalled", "offline", "gone", "no_codec"):
        used |= {f"{state}_title", f"{state}_text"}
    used |= {"dir", "live", "connecting", "waiting", "ended", "stalled", "offline"}
    used |= {f"coupon_{why}" for why in ("gone", "expired", "unknown", "later")}
    used |= set(re.findall(r'"(f_\w+)"', scripts)) | {f"pay_{way}" for way in ("card", "cod", "bank_transfer", "invoice", "wallet")}
    known = set(words_of("en"))
    assert used - known == set()
    assert known - used == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_cities_are_those_of_the_clock_rules(language: str) -> None:
    assert (PAGE_FOLDER / f"cities-{language}.js").read_text(encoding="utf-8") == module(language), "python -m tests.support.cities"


def test_cities_are_known_by_the_names_of_today_and_of_before() -> None:
    chinese, english = cities("zh"), cities("en")
    assert chinese["Asia/Kolkata"] == chinese["Asia/Calcutta"] == "加尔各答"
    assert english["Asia/Calcutta"] == "Kolkata"
    assert {"Asia/Kolkata", "Asia/Shanghai"}.isdisjoint(english), "the zone's own name is enough"
    assert set(LANGUAGES) == set(CITY_LANGUAGES)


def test_the_page_never_turns_text_into_markup() -> None:
    for path in PAGE_FOLDER.glob("*.js"):
        found = re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|srcdoc|DOMParser", path.read_text()
        )
        assert found is None, path.name


def test_the_page_loads_nothing_external_and_nothing_inline() -> None:
    for path in PAGE_FOLDER.iterdir():
        text = path.read_text()
        addresses = [one for one in re.findall(r"https?://[^\s\"')]+", text) if "www.w3.org/2000/svg" not in one]
        assert addresses == [], path.name
        if path.suffix == ".html":
            assert not re.search(r"<script(?![^>]*src=)|<style|\son\w+=|\sstyle=", text), path.name


def test_stream_names_are_escaped_on_the_list_page() -> None:
    page = PageFiles(PAGE_FOLDER)
    assert b'<a href="/watch/live"' in page.index_with(["live"])
    assert b"<x" not in page.index_with(["<x"])
    assert page.file("../server.py") is None
    assert page.file("watch.js") is not None


def test_a_qr_code_is_a_scalable_image() -> None:
    svg = qr_svg("http://192.168.178.20:8787/watch/live").decode()
    assert svg.startswith("<svg")
    assert "viewBox" in svg
    assert " width=" not in svg

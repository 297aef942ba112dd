"""Origins of addresses, addresses without their secrets, and names for stored secrets."""

from urllib.parse import urlsplit

import pytest
from yarl import URL

from app.domain.base.address import (
    clean_token,
    is_loopback,
    is_network_path,
    is_unencrypted,
    origin_of,
    relay_secret,
    scheme_of,
    shown_address,
    split_credentials,
    turn_secret,
    without_credentials,
)


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://Relay.Example/whip", "https://relay.example:443"),
        ("https://relay.example.:443/x", "https://relay.example:443"),
        ("http://relay.example", "http://relay.example:80"),
        ("https://user:pass@relay.example:8443/x", "https://relay.example:8443"),
        ("http://[::1]:8080/x", "http://[::1]:8080"),
        ("https://bücher.example/", "https://xn--bcher-kva.example:443"),
        # must not become fass.example, which may have another owner
        ("https://faß.example/", "https://faß.example:443"),
        ("https://FAẞ.example/", "https://faß.example:443"),
        ("https://σίσυφος.example/", "https://σίσυφος.example:443"),
        ("https://a\u200db.example/", ""),
        ("https://a\u200cb.example/", ""),
        ("rtsp://10.0.0.9/cam", "rtsp://10.0.0.9:554"),
        ("turn:turn.example", "turn://turn.example:3478"),
        ("turns:turn.example:443?transport=tcp", "turns://turn.example:443"),
        ("stun:stun.example:19302", "stun://stun.example:19302"),
        ("srt://10.0.0.9:9000", "srt://10.0.0.9:9000"),
        ("\\\\Server\\share\\film.mp4", "smb://server"),
        ("//server/share/film.mp4", "smb://server"),
        # no address, or one that programs read differently
        ("", ""),
        ("relay.example", ""),
        ("C:\\films\\one.mp4", ""),
        ("/films/one.mp4", ""),
        ("file:///etc/passwd", ""),
        ("javascript:alert(1)", ""),
        ("https://", ""),
        ("https://[::1", ""),
        ("https://relay.example:0/", ""),
        ("https://relay.example:99999/", ""),
        ("https://relay.example:port/", ""),
        ("https://good.example\\@evil.example/", ""),
        ("https://good.example%2eevil.example/", ""),
        ("https://good example/", ""),
    ],
)
def test_an_origin_is_scheme_host_and_port(address: str, origin: str) -> None:
    assert origin_of(address) == origin


@pytest.mark.parametrize("host", ["faß", "σίσυφος", "FAẞ", "bücher", "ｅxample", "straße.ﬁsh", "пример", "例え"])
def test_an_origin_has_the_host_that_an_http_client_contacts(host: str) -> None:
    """Otherwise a token could go to the owner of another host name."""
    name = urlsplit(origin_of(f"https://{host}.example/")).hostname
    assert name is not None
    assert URL(f"https://{name}/").raw_host == URL(f"https://{host}.example/").raw_host


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://user:pass@relay.example/whip?key=1#x", "https://relay.example/whip"),
        ("rtsp://admin:1234@10.0.0.9:554/cam", "rtsp://10.0.0.9:554/cam"),
        ("https://user:p@ss@relay.example/a", "https://relay.example/a"),
        ("https://user@relay.example", "https://relay.example"),
        ("turn:user:pass@turn.example:3478", "turn:turn.example:3478"),
        ("https:user:pass@relay.example/x", "https:relay.example/x"),
        ("https://relay.example/a@b", "https://relay.example/a@b"),
        ("C:\\films\\a@b?.mp4", "C:\\films\\a@b?.mp4"),
    ],
)
def test_a_shown_address_contains_no_secret(address: str, shown: str) -> None:
    assert shown_address(address) == shown


def test_credentials_are_split_from_the_address_as_a_token() -> None:
    assert split_credentials("https://us%40er:p%3Aw@relay.example/a?b=1") == ("https://relay.example/a?b=1", "Basic dXNAZXI6cDp3")
    assert split_credentials("https://relay.example/a?b=1") == ("https://relay.example/a?b=1", "")
    assert without_credentials("https://a:b@relay.example/x@y") == "https://relay.example/x@y"


@pytest.mark.parametrize(
    "copied",
    [
        "abc.DEF-1",
        "  abc.DEF-1 \n",
        "abc.\r\nDEF-1",
        "\ufeffabc.\u200bDEF\u2060-1",
        "Bearer abc.DEF-1",
        "bearer\u00a0abc.DEF-1",
        "Authorization: Bearer abc.DEF-1",
        "\u200bBearer  abc.DEF-1\u200d",
    ],
)
def test_a_copied_token_is_cleaned(copied: str) -> None:
    assert clean_token(copied) == "abc.DEF-1"


def test_a_token_that_starts_like_a_scheme_name_stays_whole() -> None:
    assert clean_token("bearerOfNews") == "bearerOfNews"
    assert clean_token("basic dXNlcjpwYXNz") == "Basic dXNlcjpwYXNz"
    assert clean_token(" \u200b ") == ""


def test_a_secrets_name_starts_with_its_origin() -> None:
    name = relay_secret("https://relay.example/whip/one")
    assert name.startswith("relay https://relay.example:443 ")
    assert relay_secret("https://user:pass@RELAY.example:443/whip/one") == name
    others = ("http://relay.example/whip/one", "https://relay.example:444/whip/one", "https://evil.example/whip/one")
    assert name not in {relay_secret(other) for other in others}
    assert relay_secret("https://relay.example/whip/two") != name, "each stream of a server has its own token"
    assert relay_secret("turn") == relay_secret("embedded") == relay_secret("relay-1") == ""
    assert turn_secret("turn:turn.example") == "turn turn://turn.example:3478"
    assert turn_secret("turn:other.example") != turn_secret("turn:turn.example") and turn_secret("") == ""


@pytest.mark.parametrize("address", ["//server:[x", "//[", "\\\\[::1\\x"])
def test_an_unparsable_address_raises_no_error(address: str) -> None:
    assert relay_secret(address) == "" or "://" in relay_secret(address)


@pytest.mark.parametrize("start", ["s", "h", "ps", "https", "x+y"])
def test_a_partially_copied_address_is_shown_without_its_password(start: str) -> None:
    assert "open-sesame" not in shown_address(f"{start}://anna:open-sesame@relay.example/whip")
    assert without_credentials("C:/films/anna@home.mp4") == "C:/films/anna@home.mp4"


def test_a_surrogate_in_a_password_is_accepted() -> None:
    assert split_credentials("https://a:\ud800b@relay.example/x")[0] == "https://relay.example/x"


def test_paths_are_distinguished_from_addresses() -> None:
    assert [scheme_of(address) for address in ("HTTP://x", "C:\\x", "/x", "12:30.mp4", "concat:a|b")] == ["http", "", "", "", "concat"]
    assert [is_network_path(address) for address in ("\\\\s\\x", "//s/x", "\\/s", "/s/x", "C:\\x")] == [True, True, True, False, False]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://192.168.1.9:8787/whip/live", True),
        ("HTTP://relay.example/whip", True),
        ("http://localhost.evil.example/", True),
        ("http://[2001:db8::1]/whip", True),
        ("https://relay.example/whip", False),
        ("http://127.0.0.1:8787/whip/live", False),
        ("http://[::1]/whip", False),
        ("http://localhost./whip", False),
        ("http://[::1/whip", False),
        ("", False),
    ],
)
def test_unencrypted_addresses_are_recognised(address: str, expected: bool) -> None:
    assert is_unencrypted(address) is expected


def test_every_form_of_loopback_address_is_recognised() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "127.9.9.9", "::1", "[::1]", "::ffff:127.0.0.1", "localhost", "LOCALHOST.")))
    assert not any(map(is_loopback, ("192.0.2.1", "localhost.example", "::ffff:192.0.2.1", "127.0.0.1%eth0", "")))

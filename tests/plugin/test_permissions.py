"""The server that a user enters is the only one that a plugin may reach through that setting."""

import pytest

from app.plugin.permissions import AllowedHost, entered_server


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("irc.example.com", AllowedHost("irc.example.com", 6697)),
        (" IRC.example.com:6667 ", AllowedHost("irc.example.com", 6667)),
        ("https://matrix.example.com/_matrix", AllowedHost("matrix.example.com", 6697)),
        ("127.0.0.1:8008", AllowedHost("127.0.0.1", 8008)),
        ("localhost", AllowedHost("localhost", 6697)),
        *(
            (wrong, None)
            for wrong in ("", "shop", "*.example.com", "a@irc.example.com", "irc.example.com:0", "irc.example.com:99999", "a b.c")
        ),
        ("irc.example.com:" + "9" * 5000, None),
    ],
)
def test_an_entered_server_is_one_host(text: str, expected: AllowedHost | None) -> None:
    assert entered_server(text, 6697) == expected

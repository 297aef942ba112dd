"""IRC lines are parsed as servers write them, and texts are cut into lines that fit."""

import pytest

from app.plugin.irc import MAX_LINE_BYTES, MAX_PIECES, IrcLine, parse_irc_line, pieces_of, plain_irc_text, tag_value


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"PING :irc.test\r\n", IrcLine("PING", ("irc.test",))),
        (b":irc.test 001 lina :Welcome lina", IrcLine("001", ("lina", "Welcome lina"))),
        (b":ana!~a@host PRIVMSG #shop :oi : tudo", IrcLine("PRIVMSG", ("#shop", "oi : tudo"), "ana")),
        (b":ana!~a@host PRIVMSG  #shop  :", IrcLine("PRIVMSG", ("#shop", ""), "ana")),
        (b"@id=5;a\\b=1;time=2026-12-01T07:00:00.000Z;x :a!b@c JOIN #s", None),
        (b"@k=\\:\\s\\\\\\r\\n\\q\\ PING 1", IrcLine("PING", ("1",), "", {"k": "; \\\r\nq"})),
        ("PRIVMSG #s :caf\u00e9".encode("latin-1"), IrcLine("PRIVMSG", ("#s", "café"))),
        ("PRIVMSG #s :多少钱".encode(), IrcLine("PRIVMSG", ("#s", "多少钱"))),
        (b"privmsg", IrcLine("PRIVMSG")),
    ],
)
def test_lines_are_parsed(line: bytes, expected: IrcLine | None) -> None:
    found = parse_irc_line(line)
    if expected is None:
        assert found.tags == {"id": "5", "a\\b": "1", "time": "2026-12-01T07:00:00.000Z", "x": ""} and found.nick == "a"
    else:
        assert found == expected


def test_a_tag_cannot_end_the_tags() -> None:
    text = "a JOIN #other;b=\\\r\n"
    assert parse_irc_line(f"@id={tag_value(text)};c=1 PING 1".encode()) == IrcLine("PING", ("1",), "", {"id": text, "c": "1"})


@pytest.mark.parametrize("line", [b"", b"\r\n", b":", b":a", b"@a=1", b"@a=1 :x ", b": :", "é x".encode(), b"x" * (MAX_LINE_BYTES + 1)])
def test_a_line_without_a_command_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match="the line"):
        parse_irc_line(line)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("oi", "oi"),
        ("\x02a\x02 \x0304,12b\x03 \x04ff0000c\x0f", "a b c"),
        ("\x01ACTION waves\x01", "waves"),
        ("\x01PING 1\x01", ""),
        ("\x01", ""),
    ],
)
def test_colours_and_commands_between_programs_are_taken_out(text: str, plain: str) -> None:
    assert plain_irc_text(text) == plain


def test_texts_are_cut_between_words_and_never_inside_a_character() -> None:
    assert pieces_of("one two three", 8) == ["one two", "three"]
    assert pieces_of("多少钱多少钱", 10) == ["多少钱", "多少钱"]
    assert pieces_of("a\r\nQUIT\0") == ["a QUIT\0"]
    assert pieces_of(" ") == []
    assert len(pieces_of("x" * 10_000)) == MAX_PIECES

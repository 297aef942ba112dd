"""What a source may read: allowed protocols only, and no way from a file to the network or back."""

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from app.domain.base.address import shown_address
from app.domain.base.errors import AppError
from app.media.capture.container import open_container
from app.media.ports import Plane
from tests.support.films import film, numbered


class QuietHandler(SimpleHTTPRequestHandler):
    asked: list[str] = []  # noqa: RUF012  one server per test, each with its own list

    def do_GET(self) -> None:
        self.asked.append(self.path)
        super().do_GET()

    def log_message(self, format: str, *words: object) -> None:
        pass


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """Serves the folder; QuietHandler.asked records the requests."""
    QuietHandler.asked = []
    made = ThreadingHTTPServer(("127.0.0.1", 0), partial(QuietHandler, directory=str(tmp_path)))
    thread = threading.Thread(target=made.serve_forever, name="film server")
    thread.start()
    yield f"http://127.0.0.1:{made.server_port}"
    made.shutdown()
    thread.join()
    made.server_close()


@pytest.mark.parametrize(
    "location",
    [
        "concat:/etc/hosts|/etc/passwd",
        "pipe:0",
        "file:///etc/hosts",
        "gopher://relay.example/",
        "data:text/plain,x",
        "lavfi:testsrc",
        "ftp://x/y",
    ],
)
def test_other_protocols_are_never_tried(location: str) -> None:
    with pytest.raises(AppError) as caught:
        open_container(location)
    assert caught.value.code == "media.protocol"


@pytest.mark.parametrize("location", ["subfile,,start,0,end,9,,:/etc/hosts", "async", "-i"])
def test_a_path_that_looks_like_a_protocol_is_opened_as_a_file(location: str) -> None:
    with pytest.raises(AppError) as caught:
        open_container(location)
    assert caught.value.code == "media.missing"


def grey(number: int) -> Plane:
    return numbered(number, 320, 180)


def playlist(piece: str) -> str:
    return f"#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1.0,\n{piece}\n#EXT-X-ENDLIST\n"


@pytest.mark.parametrize("name", ["list.m3u8", "list.mp4"])
def test_a_playlist_file_reaches_none_of_its_addresses(tmp_path: Path, server: str, name: str) -> None:
    (tmp_path / name).write_text(playlist(f"{server}/piece.ts"))
    with pytest.raises(AppError) as caught:
        open_container(str(tmp_path / name))
    assert caught.value.code == "media.unreadable"
    assert QuietHandler.asked == []


def test_a_list_of_files_is_refused(tmp_path: Path, server: str) -> None:
    film(tmp_path / "piece.mp4", grey)
    (tmp_path / "list.ffconcat").write_text("ffconcat version 1.0\nfile 'piece.mp4'\n")
    (tmp_path / "call.sdp").write_text("v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n")
    for name in ("list.ffconcat", "call.sdp"):
        with pytest.raises(AppError):
            open_container(str(tmp_path / name))
    assert QuietHandler.asked == []


def test_a_network_playlist_plays_its_segments_and_no_local_file(tmp_path: Path, server: str) -> None:
    film(tmp_path / "piece.ts", grey)
    (tmp_path / "good.m3u8").write_text(playlist("piece.ts"))
    container = open_container(f"{server}/good.m3u8")
    try:
        assert next(container.decode(video=0)).width > 0
    finally:
        container.close()
    assert "/piece.ts" in QuietHandler.asked
    secret = tmp_path / "secret.ts"
    (tmp_path / "piece.ts").rename(secret)
    for piece in (f"file://{secret}", str(secret), f"concat:{secret}"):
        (tmp_path / "bad.m3u8").write_text(playlist(piece))
        with pytest.raises(AppError):
            read_one(f"{server}/bad.m3u8")


def read_one(location: str) -> None:
    container = open_container(location)
    try:
        if next(container.decode(video=0), None) is None:
            raise AppError("media.ended")
    except (OSError, ValueError, IndexError) as error:
        raise AppError("media.unreadable") from error
    finally:
        container.close()


def test_errors_never_contain_the_password_of_an_address(server: str) -> None:
    with pytest.raises(AppError) as caught:
        open_container(server.replace("http://", "http://anna:open-sesame@") + "/missing.mp4?key=1")
    assert "open-sesame" not in str(caught.value) and "key=1" not in str(caught.value)
    assert shown_address("rtsp://anna:open-sesame@10.0.0.9/cam") == "rtsp://10.0.0.9/cam"

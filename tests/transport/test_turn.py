"""Publishing through a TURN server when there is no direct path to the relay."""

import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from app.domain.program.broadcast import TargetState
from app.domain.program.output import IceServer, Target
from app.transport import turn
from tests.support import emulated_link, turn_server
from tests.support.emulated_link import FAR, EmulatedLink
from tests.support.encoded import Feeder
from tests.support.turn_server import PASSWORD, PORT, USER, TurnServer
from tests.support.whip_server import WhipServer
from tests.transport.test_long_link import QUICK, FarServer, in_all, received, until
from tests.transport.test_publisher import Rig, target_for

UNAVAILABLE = emulated_link.available() or turn_server.available()
pytestmark = [pytest.mark.root, pytest.mark.skipif(bool(UNAVAILABLE), reason=UNAVAILABLE)]

# Only on the far side: the near side has no route to it.
HIDDEN, RELAYED = "10.79.0.1", "10.79.0.2"


@dataclass
class Hidden:
    """A relay that only the TURN server can reach, and a publisher."""

    link: EmulatedLink
    turn: TurnServer
    server: WhipServer
    rig: Rig

    def target(self, transport: str, *, password: str = PASSWORD) -> Target:
        server = IceServer(f"turn:{FAR}:{PORT}?transport={transport}", USER, password)
        plain = target_for(self.server)
        return replace(plain, relay=replace(plain.relay, ice_servers=(server,)))

    def comes_from(self) -> str:
        """The address that sends the relay its media."""
        (transport, *_) = (one.receiver.transport.transport for one in self.server.ingests[-1].connection.getTransceivers())
        return str(transport._connection._nominated[1].remote_addr[0])


@contextmanager
def hidden_relay(folder: Path, options: Sequence[str] = ()) -> Iterator[Hidden]:
    with ExitStack() as stack:
        link = stack.enter_context(EmulatedLink(delay_ms=10))
        for address in (HIDDEN, RELAYED):
            words = ["ip", "addr", "add", f"{address}/32", "dev", "lo"]
            link.far.run(lambda words=words: subprocess.run(words, check=True))  # type: ignore[misc]
        turn = stack.enter_context(link.far.run(lambda: TurnServer(folder, FAR, RELAYED, options)))
        far = FarServer(link, HIDDEN)
        stack.callback(far.close)
        rig = Rig(QUICK)
        link.near.run(rig.publisher.start)
        stack.callback(rig.publisher.close)
        stack.enter_context(Feeder(rig.publisher.push, rig.control, kbps=800, noise=True))
        yield Hidden(link, turn, far.server, rig)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_media_goes_through_turn_when_there_is_no_other_path(tmp_path: Path, transport: str) -> None:
    with hidden_relay(tmp_path) as hidden:
        hidden.rig.publisher.targets([hidden.target(transport)])
        until(lambda: received(hidden.server) > 60)
        assert hidden.comes_from() == RELAYED
        assert hidden.rig.state() is TargetState.LIVE
        until(lambda: hidden.rig.stats().loss >= 0)
        assert hidden.rig.stats().loss < 0.02
        assert hidden.rig.codes() == ["target.live"]
        hidden.rig.publisher.targets([])
        until(lambda: hidden.server.deleted == ["/session/1"])
        until(lambda: any("deleted" in line or "closed" in line for line in hidden.turn.lines))  # the allocation is freed


def test_the_turn_channel_is_renewed_before_it_expires(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn, "RENEW_S", 1.0)
    with hidden_relay(tmp_path, ("--channel-lifetime=4", "--permission-lifetime=4")) as hidden:
        hidden.rig.publisher.targets([hidden.target("udp")])
        until(lambda: received(hidden.server) > 0)
        # Renewed every second: the first binding has expired by the time of the last.
        until(lambda: hidden.turn.bound() > 7, within_s=60)
        came = in_all(hidden.server)
        until(lambda: in_all(hidden.server) > came + 60)
        assert hidden.rig.stats().loss < 0.02
        assert hidden.rig.codes() == ["target.live"]


def test_a_new_local_address_does_not_end_the_relayed_path(tmp_path: Path) -> None:
    with hidden_relay(tmp_path) as hidden:
        hidden.rig.publisher.targets([hidden.target("udp")])
        until(lambda: received(hidden.server) > 0)
        hidden.link.near.run(lambda: subprocess.run(["ip", "addr", "add", "10.80.0.1/32", "dev", "tw0"], check=True))
        sent = hidden.rig.stats().packets_sent
        until(lambda: hidden.rig.stats().packets_sent > sent + 300)  # three checks of the network
        assert hidden.rig.stats().connects == 1
        assert hidden.rig.codes() == ["target.live"]


def test_a_silent_turn_server_is_noticed_and_left_without_a_wait(tmp_path: Path) -> None:
    with hidden_relay(tmp_path) as hidden:
        hidden.rig.publisher.targets([hidden.target("udp")])
        until(lambda: received(hidden.server) > 0)
        hidden.turn.freeze()
        until(lambda: hidden.rig.state() is TargetState.RECONNECTING)
        hidden.rig.publisher.targets([])
        until(lambda: hidden.rig.publisher.stats() == ())


def test_a_wrong_turn_password_is_reported(tmp_path: Path) -> None:
    with hidden_relay(tmp_path) as hidden:
        hidden.rig.publisher.targets([hidden.target("udp", password="another")])
        until(lambda: "peer.ice" in hidden.rig.codes(), within_s=30)
        (notice,) = (notice for notice in hidden.rig.notices if notice.code == "peer.ice")
        assert "401" in str(notice.data["detail"])
        assert PASSWORD not in str(notice.data)

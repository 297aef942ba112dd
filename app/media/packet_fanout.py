"""One stream of packets to everyone who takes it."""

from app.domain.program.packet import EncodedPacket, PacketSink


class PacketFanout:
    """Hands every packet to every sink; sinks come and go from any thread."""

    def __init__(self) -> None:
        self._sinks: tuple[PacketSink, ...] = ()

    def add(self, sink: PacketSink) -> None:
        self._sinks = (*self._sinks, sink)

    def remove(self, sink: PacketSink) -> None:
        self._sinks = tuple(kept for kept in self._sinks if kept is not sink)

    def push(self, packet: EncodedPacket) -> None:
        for sink in self._sinks:
            sink.push(packet)

"""Sends one stream of packets to many sinks."""

from app.domain.program.packet import EncodedPacket, PacketSink


class PacketFanout:
    """Pushes every packet to every sink; add and remove sinks from any thread."""

    def __init__(self) -> None:
        self._sinks: tuple[PacketSink, ...] = ()

    def add(self, sink: PacketSink) -> None:
        self._sinks = (*self._sinks, sink)

    def remove(self, sink: PacketSink) -> None:
        self._sinks = tuple(other for other in self._sinks if other is not sink)

    def push(self, packet: EncodedPacket) -> None:
        for sink in self._sinks:
            sink.push(packet)

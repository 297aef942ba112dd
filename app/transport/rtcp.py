"""RTCP packets: reports (RFC 3550), feedback (RFC 4585, 5104), REMB and transport-wide congestion control."""

import struct
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

SR, RR, SDES, BYE, RTPFB, PSFB = 200, 201, 202, 203, 205, 206
_NACK, _TRANSPORT_FEEDBACK = 1, 15
_PLI, _FIR, _APPLICATION = 1, 4, 15
NTP_EPOCH_OFFSET_S = 2_208_988_800  # 1900 to 1970

_COMMON = struct.Struct(">BBH")
_BLOCK = struct.Struct(">IIIIII")
_FEEDBACK = struct.Struct(">II")
_DELTA = struct.Struct(">h")
_CHUNKS_AT = 16  # in a transport feedback, after both sources, base, count, reference time and feedback number
_ARRIVED = (1, 2)  # symbols with a small and with a large delta; 0 is lost, 3 reserved


@dataclass(frozen=True, slots=True)
class ReportBlock:
    """A receiver's report on one source. `fraction_lost` 0..255; `jitter` in clock units; `last_sr` and `delay` in 1/65536 s."""

    ssrc: int
    fraction_lost: int = 0
    cumulative_lost: int = 0
    highest_sequence: int = 0
    jitter: int = 0
    last_sr: int = 0
    delay: int = 0


@dataclass(frozen=True, slots=True)
class SenderReport:
    """`ntp` is 32.32 fixed point since 1900 and belongs to `rtp_timestamp`."""

    ssrc: int
    ntp: int
    rtp_timestamp: int
    packets: int
    octets: int
    blocks: tuple[ReportBlock, ...] = ()


@dataclass(frozen=True, slots=True)
class ReceiverReport:
    ssrc: int
    blocks: tuple[ReportBlock, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceDescription:
    """CNAME by source."""

    names: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Bye:
    ssrcs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Nack:
    sender_ssrc: int
    media_ssrc: int
    sequences: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PictureLoss:
    sender_ssrc: int
    media_ssrc: int


@dataclass(frozen=True, slots=True)
class FullIntraRequest:
    """`entries`: (source, command number); a repeated number is the same request."""

    sender_ssrc: int
    entries: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class BandwidthEstimate:
    """REMB: the receiver's estimate for all `ssrcs` together."""

    sender_ssrc: int
    bits_per_s: int
    ssrcs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TransportFeedback:
    """Which of the `count` packets from transport-wide number `base_sequence` on arrived, and when.

    `received`: (offset from the base, microseconds on the receiver's clock). The others are lost. They are not listed, because four bytes
    of a packet can name 16,000 of them.
    """

    sender_ssrc: int
    media_ssrc: int
    base_sequence: int
    feedback_count: int
    count: int
    received: tuple[tuple[int, int], ...]

    @classmethod
    def of(
        cls, sender_ssrc: int, media_ssrc: int, base_sequence: int, feedback_count: int, arrivals_us: Sequence[int | None]
    ) -> "TransportFeedback":
        """Make one from the arrival of each packet; None = lost."""
        received = tuple((place, arrival) for place, arrival in enumerate(arrivals_us) if arrival is not None)
        return cls(sender_ssrc, media_ssrc, base_sequence, feedback_count, len(arrivals_us), received)

    @property
    def arrivals_us(self) -> tuple[int | None, ...]:
        """The arrival of each of the `count` packets; None = lost. Only for our own feedback: from outside, `count` may be 65535."""
        known = dict(self.received)
        return tuple(known.get(place) for place in range(self.count))


Rtcp = (
    SenderReport | ReceiverReport | SourceDescription | Bye | Nack | PictureLoss | FullIntraRequest | BandwidthEstimate | TransportFeedback
)


def ntp_time(wall_ns: int) -> int:
    """32.32 fixed-point NTP time of nanoseconds since 1970."""
    seconds, rest = divmod(wall_ns, 1_000_000_000)
    return (seconds + NTP_EPOCH_OFFSET_S) << 32 | (rest << 32) // 1_000_000_000


def middle_ntp(ntp: int) -> int:
    """The middle 32 bits, as reports carry them."""
    return ntp >> 16 & 0xFFFFFFFF


# --- writing


def _packet(count: int, kind: int, body: bytes) -> bytes:
    return _COMMON.pack(0x80 | count, kind, len(body) // 4) + body


def _block(block: ReportBlock) -> bytes:
    lost = max(-0x800000, min(0x7FFFFF, block.cumulative_lost)) & 0xFFFFFF
    return _BLOCK.pack(block.ssrc, block.fraction_lost << 24 | lost, block.highest_sequence, block.jitter, block.last_sr, block.delay)


def _write_sr(packet: SenderReport) -> bytes:
    head = struct.pack(">IQIII", packet.ssrc, packet.ntp, packet.rtp_timestamp, packet.packets & 0xFFFFFFFF, packet.octets & 0xFFFFFFFF)
    return _packet(len(packet.blocks), SR, head + b"".join(_block(block) for block in packet.blocks))


def _write_rr(packet: ReceiverReport) -> bytes:
    return _packet(len(packet.blocks), RR, struct.pack(">I", packet.ssrc) + b"".join(_block(block) for block in packet.blocks))


def _write_sdes(packet: SourceDescription) -> bytes:
    body = b""
    for ssrc, name in packet.names:
        text = name.encode()[:255]
        chunk = struct.pack(">IBB", ssrc, 1, len(text)) + text + b"\0"
        body += chunk + bytes(-len(chunk) % 4)
    return _packet(len(packet.names), SDES, body)


def _write_bye(packet: Bye) -> bytes:
    return _packet(len(packet.ssrcs), BYE, struct.pack(f">{len(packet.ssrcs)}I", *packet.ssrcs))


def _write_nack(packet: Nack) -> bytes:
    body = b""
    pending = list(packet.sequences)
    while pending:
        first = pending.pop(0)
        mask = 0
        while pending and 1 <= (pending[0] - first & 0xFFFF) <= 16:
            mask |= 1 << (pending.pop(0) - first & 0xFFFF) - 1
        body += struct.pack(">HH", first, mask)
    return _packet(_NACK, RTPFB, _FEEDBACK.pack(packet.sender_ssrc, packet.media_ssrc) + body)


def _write_pli(packet: PictureLoss) -> bytes:
    return _packet(_PLI, PSFB, _FEEDBACK.pack(packet.sender_ssrc, packet.media_ssrc))


def _write_fir(packet: FullIntraRequest) -> bytes:
    entries = b"".join(struct.pack(">IB3x", ssrc, number & 0xFF) for ssrc, number in packet.entries)
    return _packet(_FIR, PSFB, _FEEDBACK.pack(packet.sender_ssrc, 0) + entries)


def _write_remb(packet: BandwidthEstimate) -> bytes:
    exponent = max(0, packet.bits_per_s.bit_length() - 18)
    value = len(packet.ssrcs) << 24 | exponent << 18 | packet.bits_per_s >> exponent
    body = _FEEDBACK.pack(packet.sender_ssrc, 0) + b"REMB" + struct.pack(f">I{len(packet.ssrcs)}I", value, *packet.ssrcs)
    return _packet(_APPLICATION, PSFB, body)


def _write_transport_feedback(packet: TransportFeedback) -> bytes:
    arrivals = packet.arrivals_us
    first = next((arrival for arrival in arrivals if arrival is not None), 0)
    reference = first // 64_000
    last = reference * 256  # in quarters of a millisecond
    symbols: list[int] = []
    deltas = b""
    for arrival in arrivals:
        if arrival is None:
            symbols.append(0)
            continue
        ticks = round(arrival / 250)
        delta, last = ticks - last, ticks
        small = 0 <= delta <= 255
        symbols.append(1 if small else 2)
        deltas += struct.pack(">B", delta) if small else struct.pack(">h", max(-0x8000, min(0x7FFF, delta)))
    chunks = b""
    for start in range(0, len(symbols), 7):  # status vectors of seven two-bit symbols
        chunk = 0xC000
        for place, symbol in enumerate(symbols[start : start + 7]):
            chunk |= symbol << 12 - 2 * place
        chunks += struct.pack(">H", chunk)
    head = _FEEDBACK.pack(packet.sender_ssrc, packet.media_ssrc) + struct.pack(
        ">HHI", packet.base_sequence, len(symbols), (reference & 0xFFFFFF) << 8 | packet.feedback_count & 0xFF
    )
    body = head + chunks + deltas
    return _packet(_TRANSPORT_FEEDBACK, RTPFB, body + bytes(-len(body) % 4))


def to_bytes(packet: Rtcp) -> bytes:
    """One packet on the wire; a compound is their concatenation."""
    match packet:
        case SenderReport():
            return _write_sr(packet)
        case ReceiverReport():
            return _write_rr(packet)
        case SourceDescription():
            return _write_sdes(packet)
        case Bye():
            return _write_bye(packet)
        case Nack():
            return _write_nack(packet)
        case _:
            return _write_picture_feedback(packet)


def _write_picture_feedback(packet: PictureLoss | FullIntraRequest | BandwidthEstimate | TransportFeedback) -> bytes:
    match packet:
        case PictureLoss():
            return _write_pli(packet)
        case FullIntraRequest():
            return _write_fir(packet)
        case BandwidthEstimate():
            return _write_remb(packet)
        case TransportFeedback():
            return _write_transport_feedback(packet)


def compound(packets: Sequence[Rtcp]) -> bytes:
    """Several packets in one datagram."""
    return b"".join(map(to_bytes, packets))


# --- reading


def _read_blocks(body: bytes, offset: int, count: int) -> tuple[ReportBlock, ...]:
    blocks = []
    for index in range(count):
        ssrc, lost, highest, jitter, last_sr, delay = _BLOCK.unpack_from(body, offset + index * _BLOCK.size)
        cumulative = lost & 0xFFFFFF
        if cumulative & 0x800000:
            cumulative -= 0x1000000
        blocks.append(ReportBlock(ssrc, lost >> 24, cumulative, highest, jitter, last_sr, delay))
    return tuple(blocks)


def _read_sr(count: int, body: bytes) -> SenderReport:
    ssrc, ntp, timestamp, packets, octets = struct.unpack_from(">IQIII", body)
    return SenderReport(ssrc, ntp, timestamp, packets, octets, _read_blocks(body, 24, count))


def _read_rr(count: int, body: bytes) -> ReceiverReport:
    return ReceiverReport(struct.unpack_from(">I", body)[0], _read_blocks(body, 4, count))


def _read_sdes(count: int, body: bytes) -> SourceDescription:
    names: list[tuple[int, str]] = []
    position = 0
    for _ in range(count):
        (ssrc,) = struct.unpack_from(">I", body, position)
        position += 4
        while body[position]:
            kind, length = body[position], body[position + 1]
            if kind == 1:
                names.append((ssrc, body[position + 2 : position + 2 + length].decode(errors="replace")))
            position += 2 + length
        position += 4 - position % 4
    return SourceDescription(tuple(names))


def _read_bye(count: int, body: bytes) -> Bye:
    return Bye(struct.unpack_from(f">{count}I", body))


def _read_rtpfb(fmt: int, body: bytes) -> Nack | TransportFeedback | None:
    sender, media = _FEEDBACK.unpack_from(body)
    if fmt == _NACK:
        sequences = []
        for first, mask in struct.iter_unpack(">HH", body[8 : 8 + (len(body) - 8) // 4 * 4]):
            sequences.append(first)
            sequences += [first + 1 + bit & 0xFFFF for bit in range(16) if mask >> bit & 1]
        return Nack(sender, media, tuple(sequences))
    return _read_transport_feedback(sender, media, body) if fmt == _TRANSPORT_FEEDBACK else None


def _read_received(body: bytes, count: int) -> tuple[list[tuple[int, int]], int]:
    """The (offset, symbol) of each packet that arrived, and where the deltas begin. Runs of lost packets cost nothing."""
    received: list[tuple[int, int]] = []
    place, position = 0, _CHUNKS_AT
    room = len(body)  # each packet that arrived has at least one byte of delta
    while place < count:
        (chunk,) = struct.unpack_from(">H", body, position)
        position += 2
        if not chunk & 0x8000:
            symbol, length = chunk >> 13 & 3, min(chunk & 0x1FFF, count - place)
            if symbol in _ARRIVED:
                if len(received) + length > room:
                    raise ValueError("transport feedback names more packets than it has times for")
                received += [(place + step, symbol) for step in range(length)]
            place += length
            continue
        bits, symbols = (2, 7) if chunk & 0x4000 else (1, 14)
        for step in range(min(symbols, count - place)):
            symbol = chunk >> 14 - bits * (step + 1) & (1 << bits) - 1
            if symbol in _ARRIVED:
                received.append((place + step, symbol))
        place += symbols
    return received, position


def _read_transport_feedback(sender: int, media: int, body: bytes) -> TransportFeedback:
    base, count, reference = struct.unpack_from(">HHI", body, 8)
    received, position = _read_received(body, count)
    ticks = reference >> 8
    if ticks & 0x800000:
        ticks -= 0x1000000
    ticks *= 256
    arrivals: list[tuple[int, int]] = []
    for place, symbol in received:
        if symbol == 1:
            ticks += body[position]
            position += 1
        else:
            ticks += _DELTA.unpack_from(body, position)[0]
            position += 2
        arrivals.append((place, ticks * 250))
    return TransportFeedback(sender, media, base, reference & 0xFF, count, tuple(arrivals))


def _read_psfb(fmt: int, body: bytes) -> PictureLoss | FullIntraRequest | BandwidthEstimate | None:
    sender, media = _FEEDBACK.unpack_from(body)
    if fmt == _PLI:
        return PictureLoss(sender, media)
    if fmt == _FIR:
        return FullIntraRequest(sender, tuple(struct.iter_unpack(">IB3x", body[8 : 8 + (len(body) - 8) // 8 * 8])))
    if fmt == _APPLICATION and body[8:12] == b"REMB":
        (value,) = struct.unpack_from(">I", body, 12)
        return BandwidthEstimate(sender, (value & 0x3FFFF) << (value >> 18 & 0x3F), struct.unpack_from(f">{value >> 24}I", body, 16))
    return None


_READERS: Mapping[int, Callable[[int, bytes], Rtcp | None]] = {
    SR: _read_sr,
    RR: _read_rr,
    SDES: _read_sdes,
    BYE: _read_bye,
    RTPFB: _read_rtpfb,
    PSFB: _read_psfb,
}
_TYPES: Mapping[tuple[int, int], type] = {
    (RTPFB, _NACK): Nack,
    (RTPFB, _TRANSPORT_FEEDBACK): TransportFeedback,
    (PSFB, _PLI): PictureLoss,
    (PSFB, _FIR): FullIntraRequest,
    (PSFB, _APPLICATION): BandwidthEstimate,
}
_REPORT_TYPES: Mapping[int, type] = {SR: SenderReport, RR: ReceiverReport, SDES: SourceDescription, BYE: Bye}
ALL: frozenset[type] = frozenset({*_TYPES.values(), *_REPORT_TYPES.values()})


def _body(data: bytes, position: int, end: int, *, padded: bool) -> bytes:
    if not padded:
        return data[position + 4 : end]
    padding = data[end - 1] if end > position + 4 else 0
    if not 0 < padding <= end - position - 4:
        raise ValueError("RTCP padding wrong")
    return data[position + 4 : end - padding]


def parse(data: bytes, kinds: Collection[type] = ALL) -> list[Rtcp]:
    """The packets of a compound that are of these kinds; raises ValueError when it is malformed.

    Time and result are bounded by the size of `data`: no packet gives more than five entries for each of its bytes.
    """
    packets: list[Rtcp] = []
    position = 0
    try:
        while position < len(data):
            first, kind, words = _COMMON.unpack_from(data, position)
            end = position + 4 + 4 * words
            if first >> 6 != 2 or end > len(data):
                raise ValueError("RTCP cut short or not version 2")
            found = _REPORT_TYPES.get(kind) or _TYPES.get((kind, first & 0x1F))
            if found is not None and found in kinds:
                packet = _READERS[kind](first & 0x1F, _body(data, position, end, padded=bool(first & 0x20)))
                if packet is not None:
                    packets.append(packet)
            position = end
    except (struct.error, IndexError) as error:
        raise ValueError(f"malformed RTCP: {error}") from error
    return packets

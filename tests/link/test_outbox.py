"""The send queue of one connection."""

import threading

from app.link.outbox import Outbox


def make_outbox() -> Outbox:
    return Outbox(max_messages=5, max_bytes=100)


def drain(box: Outbox) -> list[bytes]:
    box.close(drain=True)
    messages = []
    while (data := box.take()) is not None:
        messages.append(data)
    return messages


def test_order_is_kept_and_a_slot_holds_its_newest_message() -> None:
    box = make_outbox()
    for data, slot in ((b"m1", "meters"), (b"n1", ""), (b"m2", "meters"), (b"n2", ""), (b"m3", "meters")):
        assert box.put(data, slot=slot)
    assert drain(box) == [b"m3", b"n1", b"n2"]


def test_slots_never_fill_the_queue_but_notices_do() -> None:
    box = make_outbox()
    assert all(box.put(b"x" * 90, slot="meters") for _ in range(1000))
    box = make_outbox()
    assert [box.put(b"n") for _ in range(6)] == [True] * 5 + [False]
    assert len(drain(box)) == 6, "no queued message is dropped"


def test_too_many_bytes_are_reported() -> None:
    box = make_outbox()
    assert box.put(b"x" * 60)
    assert not box.put(b"y" * 60)


def test_closing_wakes_the_waiting_thread() -> None:
    box = make_outbox()
    taken: list[bytes | None] = []
    waiting = threading.Thread(target=lambda: taken.append(box.take()), name="waiting")
    waiting.start()
    box.close()
    waiting.join(5)
    assert taken == [None]
    assert box.put(b"late") and box.take() is None

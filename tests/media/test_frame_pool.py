from app.media.frame_pool import FramePool
from app.media.ports import Frame


def test_planes_that_nobody_holds_are_reused() -> None:
    pool = FramePool(64, 32)
    buffers = {id(pool.take().buffer) for _ in range(10)}
    assert len(buffers) == 1
    assert len(pool) == 1


def test_a_held_frame_plane_or_slice_keeps_its_planes_in_use() -> None:
    pool = FramePool(64, 32)
    planes = pool.take()
    frame = Frame(planes.y, planes.u, planes.v, 0, 1)
    plane = pool.take().u
    part = pool.take().y[4:8, 10:20]
    del planes
    fresh = pool.take()
    assert len(pool) == 4
    assert all(fresh.buffer is not held.base for held in (frame.y, plane, part))
    before = id(frame.y.base)
    del frame, fresh
    assert before in {id(pool.take().buffer) for _ in range(3)}
    assert len(pool) == 4


def test_planes_are_packed_in_one_buffer() -> None:
    planes = FramePool(64, 36).take()
    planes.fill(1, 2, 3)
    assert planes.buffer.tolist() == [1] * (64 * 36) + [2] * (32 * 18) + [3] * (32 * 18)
    assert planes.y.base is planes.buffer

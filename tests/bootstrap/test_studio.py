"""The parts from which the studio is built."""

from app.bootstrap.studio import Drawing
from app.domain.program.output import Canvas


def test_text_is_drawn_for_its_canvas() -> None:
    draw = Drawing().text
    sizes = [draw({"text": "Sale 限时"}, Canvas(height * 16 // 9, height))[:2] for height in (360, 720)]
    (small, low), (wide, high) = sizes
    assert 1.6 < wide / small < 2.4 and 1.6 < high / low < 2.4

"""Paint the sample show's pictures: `python packaging/sample_show/sample_pictures.py FOLDER`. They contain no third-party material."""

import math
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from painting import SIZE, colour, fill, linear, oval, radial, round_pen, rounded, shadow, shape, stage, steam
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QGuiApplication,
    QImage,
    QImageWriter,
    QLinearGradient,
    QPainter,
    QPainterPath,
    QPen,
    QTransform,
)

QUALITY = 88

Draw = Callable[[QPainter], None]


# --- tea set ------------------------------------------------------------------------------------------------------------------

CELADON = ("#e6f1e6", "#b5d1bd", "#86ad97", "#5c8570")


def tea_cup(painter: QPainter, x: float, y: float, scale: float) -> None:
    painter.save()
    painter.translate(x, y)
    painter.scale(scale, scale)
    shadow(painter, 6, 62, 170, 44)
    fill(
        painter, shape((-66, 0), (-62, 62, -26, 64), (26, 64), (62, 62, 66, 0)), linear((-66, 0), (66, 20), "#dcebdd", "#a9c9b4", "#6b957f")
    )
    oval(painter, 0, 66, 54, 12, QColor("#6f9781"))
    oval(painter, 0, 0, 134, 42, linear((-66, 0), (66, 0), "#f2f8f0", "#c4dac9", "#93b7a1"))
    oval(painter, 0, 3, 116, 32, QColor("#8aa892"))
    oval(painter, 0, 6, 108, 27, linear((-54, 0), (54, 8), "#d9a441", "#b97722", "#8d5413"))
    oval(painter, -22, 1, 34, 6, colour("#fff3d0", 0.65))
    painter.restore()


def tea_pot(painter: QPainter) -> None:
    shadow(painter, 400, 560, 470, 96, 0.42)
    spout = shape((250, 420), (205, 400, 186, 330, 132, 312), (128, 322), (146, 346, 170, 450, 262, 486))
    fill(painter, spout, linear((130, 310), (250, 480), "#d3e6d6", "#93b8a2", "#638c77"))
    handle = QPainterPath(QPointF(546, 350))
    handle.cubicTo(650, 318, 684, 470, 548, 500)
    painter.setPen(round_pen(linear((560, 330), (660, 480), "#c6decd", "#7ea690", "#55796a"), 27))
    painter.drawPath(handle)
    painter.setPen(Qt.PenStyle.NoPen)
    body = shape(
        (240, 430),
        (246, 312, 322, 292, 400, 292),
        (478, 292, 554, 312, 560, 430),
        (556, 520, 486, 560, 400, 560),
        (314, 560, 244, 520, 240, 430),
    )
    fill(painter, body, radial((338, 366), 268, *CELADON))
    painter.save()
    painter.setClipPath(body)
    painter.setPen(QPen(colour("#4d7a66", 0.42), 3))
    for number in range(9):
        petal = QPainterPath(QPointF(238 + number * 40, 566))
        petal.cubicTo(232 + number * 40, 500, 262 + number * 36, 456, 258 + number * 36, 452)
        petal.cubicTo(256 + number * 36, 460, 282 + number * 40, 500, 278 + number * 40, 566)
        painter.drawPath(petal)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.restore()
    oval(painter, 316, 372, 58, 104, colour("#ffffff", 0.33))
    oval(painter, 302, 350, 20, 38, colour("#ffffff", 0.75))
    oval(painter, 400, 300, 190, 40, linear((305, 300), (495, 300), "#cfe4d4", "#8fb49e", "#668e79"))
    lid = shape((312, 296), (330, 250, 366, 240, 400, 240), (434, 240, 470, 250, 488, 296), (460, 312, 400, 314), (340, 312, 312, 296))
    fill(painter, lid, radial((370, 262), 130, *CELADON))
    oval(painter, 400, 226, 44, 40, radial((392, 216), 32, *CELADON))
    oval(painter, 392, 217, 11, 9, colour("#ffffff", 0.8))


def tea_set(painter: QPainter) -> None:
    stage(painter, ("#efe6d8", "#e0d2bd"), ("#c8b08f", "#9c7f5c"))
    rounded(painter, (70, 556, 660, 152), 46, linear((0, 556), (0, 708), "#8d5c36", "#6d4325", "#4c2c17"))
    rounded(painter, (86, 562, 628, 120), 38, linear((0, 562), (0, 680), "#a8744a", "#8a5a35"))
    painter.setPen(QPen(colour("#5b371d", 0.5), 4))
    for row in range(5):
        painter.drawLine(QPointF(112, 584 + row * 20), QPointF(688, 584 + row * 20))
    painter.setPen(Qt.PenStyle.NoPen)
    tea_pot(painter)
    for x, y, scale in ((208, 606, 0.92), (400, 624, 1.0), (594, 606, 0.92)):
        tea_cup(painter, x, y, scale)
    steam(painter, 122, 300, 170)


# --- fan ----------------------------------------------------------------------------------------------------------------------

FOLDS, PIVOT, INNER, OUTER = 26, (400.0, 640.0), 250.0, 520.0


def ray(angle: float, radius: float) -> QPointF:
    return QPointF(PIVOT[0] + radius * math.cos(angle), PIVOT[1] - radius * math.sin(angle))


def fan_angle(fold: float) -> float:
    return math.radians(164 - 148 * fold / FOLDS)


def fan_leaf() -> QPainterPath:
    path = QPainterPath(ray(fan_angle(0), OUTER))
    for fold in range(1, FOLDS + 1):
        path.lineTo(ray(fan_angle(fold), OUTER - (8 if fold % 2 else 0)))
    for fold in range(FOLDS, -1, -1):
        path.lineTo(ray(fan_angle(fold), INNER + (5 if fold % 2 else 0)))
    path.closeSubpath()
    return path


def fan_painting(painter: QPainter) -> None:
    """Ink mountains, a pale moon, and a branch of plum blossom."""
    for base, height, tone, alpha, shift in (
        (452, 150, "#5d7f8c", 0.35, 0),
        (474, 120, "#3f6472", 0.5, 90),
        (492, 86, "#27444f", 0.62, -60),
    ):
        path = QPainterPath(QPointF(-120, 700))
        for x in range(-120, 930, 10):
            ridge = math.sin((x + shift) / 97) * 0.55 + math.sin((x + shift) / 41 + 1.3) * 0.28 + math.sin((x + shift) / 19) * 0.09
            path.lineTo(x, base - 120 - height * (0.5 + 0.5 * ridge))
        path.lineTo(920, 700)
        path.closeSubpath()
        gradient = QLinearGradient(QPointF(0, base - 260), QPointF(0, base + 20))
        gradient.setColorAt(0, colour(tone, alpha))
        gradient.setColorAt(1, colour(tone, 0.02))
        fill(painter, path, QBrush(gradient))
    oval(painter, 560, 236, 74, 74, radial((550, 226), 46, "#fff6d6", "#f0d48c"))
    painter.setPen(round_pen(QBrush(QColor("#3b2a24")), 9))
    branch = QPainterPath(QPointF(20, 470))
    branch.cubicTo(110, 400, 170, 330, 300, 262)
    painter.drawPath(branch)
    painter.setPen(round_pen(QBrush(QColor("#3b2a24")), 5))
    for start, end in (((150, 362), (206, 246)), ((215, 312), (330, 306)), ((110, 402), (78, 320))):
        painter.drawLine(QPointF(*start), QPointF(*end))
    painter.setPen(Qt.PenStyle.NoPen)
    for x, y, size in (
        (206, 246, 19),
        (300, 262, 21),
        (330, 306, 17),
        (78, 320, 17),
        (172, 330, 16),
        (250, 284, 17),
        (236, 226, 13),
        (122, 380, 15),
    ):
        for petal in range(5):
            turn = math.radians(72 * petal + x)
            oval(
                painter,
                x + size * 0.75 * math.cos(turn),
                y + size * 0.75 * math.sin(turn),
                size * 1.15,
                size * 1.15,
                radial((x, y), size * 1.6, "#fff0f0", "#ef9aa2"),
            )
        oval(painter, x, y, size * 0.55, size * 0.55, QColor("#d9a53a"))


def fan(painter: QPainter) -> None:
    stage(painter, ("#dfe6e4", "#cfd8d5"), ("#b9c3bf", "#93a19c"), 600)
    painter.save()
    painter.translate(400, 575)
    painter.scale(0.74, 0.74)
    painter.translate(-400, -600)
    painter.save()
    painter.translate(14, 20)
    fill(painter, fan_leaf(), colour("#1d2a2a", 0.16))
    painter.restore()
    for fold in range(FOLDS + 1):
        outer = fold in (0, FOLDS)
        painter.setPen(
            round_pen(linear((300, 640), (500, 300), "#6b4526", "#b98a55") if outer else QBrush(QColor("#a97c4b")), 17 if outer else 7)
        )
        painter.drawLine(QPointF(*PIVOT), ray(fan_angle(fold), OUTER - 6 if outer else INNER + 14))
    painter.setPen(Qt.PenStyle.NoPen)
    leaf = fan_leaf()
    fill(painter, leaf, radial((400, 620), 540, "#fbf5e6", "#f6ecd6", "#efe0c2"))
    painter.save()
    painter.setClipPath(leaf)
    fan_painting(painter)
    for fold in range(FOLDS):
        path = QPainterPath(ray(fan_angle(fold), INNER - 6))
        for corner in (ray(fan_angle(fold), OUTER + 6), ray(fan_angle(fold + 1), OUTER + 6), ray(fan_angle(fold + 1), INNER - 6)):
            path.lineTo(corner)
        fill(painter, path, colour("#3a2c1a", 0.13) if fold % 2 else colour("#ffffff", 0.16))
    painter.restore()
    painter.setPen(QPen(QColor("#b8873f"), 5))
    painter.drawPath(leaf)
    painter.setPen(Qt.PenStyle.NoPen)
    oval(painter, *PIVOT, 26, 26, radial((394, 634), 18, "#f5dc96", "#a67a26"))
    painter.setPen(QPen(QColor("#b3262e"), 5))
    cord = QPainterPath(QPointF(400, 652))
    cord.cubicTo(404, 680, 444, 676, 452, 700)
    painter.drawPath(cord)
    painter.setPen(QPen(QColor("#c23038"), 3))
    for thread in range(-7, 8):
        painter.drawLine(QPointF(452 + thread * 0.8, 706), QPointF(452 + thread * 2.2, 776))
    painter.setPen(Qt.PenStyle.NoPen)
    oval(painter, 452, 704, 24, 22, radial((448, 698), 16, "#ef6a60", "#a11d26"))
    painter.restore()


# --- calligraphy --------------------------------------------------------------------------------------------------------------


def brush_pen(painter: QPainter) -> None:
    painter.save()
    painter.translate(600, 330)
    painter.rotate(24)
    painter.save()
    painter.translate(18, 14)
    rounded(painter, (-14, -270, 28, 400), 12, colour("#2a1c10", 0.22))
    painter.restore()
    rounded(painter, (-14, -280, 28, 390), 11, linear((-14, 0), (14, 0), "#e7c68d", "#c99f5c", "#8e6530"))
    painter.setPen(QPen(colour("#6f4b21", 0.75), 3))
    for y in (-190, -70, 30):
        painter.drawLine(QPointF(-13, y), QPointF(13, y))
    painter.setPen(Qt.PenStyle.NoPen)
    rounded(painter, (-18, 96, 36, 34), 6, linear((-18, 0), (18, 0), "#5d2f1d", "#8b4c2c", "#3f1d10"))
    tip = shape((-18, 128), (-34, 190, -14, 240, 4, 286), (22, 236, 32, 186, 18, 128))
    fill(painter, tip, linear((0, 128), (0, 286), "#f3e9d8", "#cbb592", "#2b2320", "#120f0e"))
    rounded(painter, (-9, -296, 18, 20), 5, QColor("#b3262e"))
    painter.restore()


def ink_stone(painter: QPainter) -> None:
    shadow(painter, 620, 700, 300, 80, 0.45)
    rounded(painter, (500, 588, 236, 116), 26, linear((0, 588), (0, 704), "#4a4d52", "#2b2d31", "#17181a"))
    oval(painter, 618, 634, 186, 70, linear((0, 600), (0, 670), "#15161a", "#2f3238"))
    oval(painter, 618, 640, 156, 52, radial((590, 630), 100, "#23252c", "#08090b"))
    oval(painter, 582, 628, 44, 9, colour("#ffffff", 0.25))


def calligraphy(painter: QPainter) -> None:
    stage(painter, ("#d9c7a8", "#c4ab84"), ("#8a6847", "#5f4229"), 120)
    painter.setPen(QPen(colour("#3f2a18", 0.16), 3))
    for row in range(9):
        path = QPainterPath(QPointF(-10, 180 + row * 74))
        path.cubicTo(220, 168 + row * 78, 540, 196 + row * 70, 820, 176 + row * 74)
        painter.drawPath(path)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.save()
    painter.translate(318, 392)
    painter.rotate(-6)
    rounded(painter, (-222, -288, 470, 610), 4, colour("#20140a", 0.28))
    rounded(painter, (-240, -306, 470, 610), 3, linear((-240, -306), (230, 304), "#fffdf6", "#f8f0dd", "#eee1c4"))
    painter.setPen(QPen(colour("#c9b48a", 0.5), 2))
    painter.drawRect(QRectF(-214, -280, 418, 558))
    painter.setPen(Qt.PenStyle.NoPen)
    character = QPainterPath()
    font = QFont("Noto Serif CJK SC", 10, QFont.Weight.Black)
    font.setPixelSize(360)
    character.addText(QPointF(0, 0), font, "和")
    box = character.boundingRect()
    centred = QTransform().translate(-box.center().x() - 5, -box.center().y() - 24).map(character)
    fill(painter, centred, linear((-160, -180), (160, 170), "#15120f", "#2c2622", "#100d0b"))
    rounded(painter, (112, 176, 68, 68), 8, QColor("#b8272d"))
    seal = QPainterPath()
    font.setPixelSize(44)
    seal.addText(QPointF(0, 0), font, "山")
    stamp = seal.boundingRect()
    fill(painter, QTransform().translate(146 - stamp.center().x(), 210 - stamp.center().y()).map(seal), QColor("#fbeee0"))
    painter.restore()
    ink_stone(painter)
    brush_pen(painter)


# --- scarf --------------------------------------------------------------------------------------------------------------------


RAIL_Y = 176.0


def fold(x: float) -> float:
    """How far the cloth bulges forward at a point, from -1 to 1: it hangs in uneven folds."""
    return 0.62 * math.sin(x / 33 + 0.6) + 0.38 * math.sin(x / 14.5 + 1.9)


def rise(x: float) -> float:
    """How the cloth is turned to the light from the upper left."""
    return -0.62 * math.cos(x / 33 + 0.6) - 0.38 * math.cos(x / 14.5 + 1.9)


def hanging(painter: QPainter, left: int, right: int, hem: float, shade: float) -> None:
    """A length of silk hanging from the rail, darker by `shade`, with a golden edge and a fringe."""
    for x in range(left, right):
        light = max(0.0, min(1.0, 0.52 + 0.4 * rise(x) - shade))
        lower = hem + 13 * fold(x) + 9 * math.sin(x / 90)
        gradient = QLinearGradient(QPointF(0, RAIL_Y), QPointF(0, lower))
        for place, (hue, saturation, value) in ((0.0, (0.475, 0.70, 0.36)), (0.5, (0.465, 0.60, 0.47)), (1.0, (0.45, 0.50, 0.60))):
            gradient.setColorAt(place, QColor.fromHsvF(hue, saturation * (1.12 - 0.3 * light), min(1.0, value * (0.5 + 1.0 * light))))
        painter.fillRect(QRectF(x, RAIL_Y - 8, 1.6, lower - RAIL_Y + 8), QBrush(gradient))
        gold = QColor.fromHsvF(0.115, 0.5, min(1.0, 0.42 + 0.62 * light))
        painter.fillRect(QRectF(x, lower - 34, 1.6, 5), gold)
        painter.fillRect(QRectF(x, lower - 22, 1.6, 2.4), gold)
        if x % 4 == 0:
            painter.setPen(QPen(QColor.fromHsvF(0.46, 0.5, min(1.0, 0.3 + 0.5 * light)), 1.8))
            painter.drawLine(QPointF(x, lower), QPointF(x + 2.4 * math.sin(x * 1.7), lower + 27))
            painter.setPen(Qt.PenStyle.NoPen)


def scarf_clouds(painter: QPainter, left: int, right: int, hem: float) -> None:
    """Woven clouds in gold, brighter where the fold turns to the light."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for row in range(6):
        for column in range(4):
            x = left + 52 + column * 92 + (46 if row % 2 else 0)
            y = RAIL_Y + 62 + row * (hem - RAIL_Y - 120) / 5.4 + 7 * fold(x)
            if x > right - 44:
                continue
            painter.setPen(round_pen(QBrush(colour("#f6dfa0", 0.42 + 0.4 * max(0.0, rise(x)))), 2.6))
            cloud = QPainterPath(QPointF(x - 30, y + 9))
            cloud.cubicTo(x - 40, y - 10, x - 12, y - 18, x - 9, y - 4)
            cloud.cubicTo(x - 12, y - 30, x + 23, y - 30, x + 18, y - 4)
            cloud.cubicTo(x + 38, y - 14, x + 42, y + 10, x + 23, y + 10)
            cloud.lineTo(x - 30, y + 9)
            painter.drawPath(cloud)
            painter.drawArc(QRectF(x - 4, y - 14, 14, 14), 0, 270 * 16)
    painter.setPen(Qt.PenStyle.NoPen)


def scarf(painter: QPainter) -> None:
    stage(painter, ("#f0ebe4", "#e0d8cf"), ("#cfc2b3", "#ab9b8a"), 700)
    for step in range(10):  # on the wall, soft at its edge
        grown = 22 - 2.4 * step
        rounded(painter, (222 - grown, RAIL_Y, 416 + 2 * grown, 404 + grown), 10 + grown, colour("#3a2c20", 0.018))
        rounded(painter, (222 - grown, RAIL_Y, 340 + 2 * grown, 510 + grown), 10 + grown, colour("#3a2c20", 0.014))
    hanging(painter, 500, 628, 560, 0.3)
    hanging(painter, 190, 548, 668, 0.0)
    scarf_clouds(painter, 190, 548, 668)
    rounded(painter, (92, RAIL_Y - 26, 616, 26), 13, linear((0, RAIL_Y - 26), (0, RAIL_Y), "#e3bf86", "#bb8d4e", "#8a6230"))
    for x in (92, 708):
        oval(painter, x, RAIL_Y - 13, 40, 40, radial((x - 6, RAIL_Y - 20), 26, "#f0d19b", "#a87a3e"))
    for left, right, shade in ((500, 628, 0.3), (190, 548, 0.0)):  # over the rail
        for x in range(left, right):
            light = max(0.0, min(1.0, 0.56 + 0.3 * rise(x) - shade))
            gradient = QLinearGradient(QPointF(0, RAIL_Y - 34), QPointF(0, RAIL_Y + 6))
            for place, value in ((0.0, 0.34), (0.35, 0.66), (1.0, 0.36)):
                gradient.setColorAt(place, QColor.fromHsvF(0.472, 0.6, min(1.0, value * (0.6 + 0.8 * light))))
            painter.fillRect(QRectF(x, RAIL_Y - 33 + 2 * fold(x), 1.6, 40), QBrush(gradient))


# --- mug warmer and stand -----------------------------------------------------------------------------------------------------


def mug_warmer(painter: QPainter) -> None:
    stage(painter, ("#dbe3ea", "#c6d2dc"), ("#e9e4dc", "#c9c0b4"), 540)
    shadow(painter, 400, 690, 560, 110, 0.42)
    oval(painter, 400, 668, 470, 130, linear((170, 0), (630, 0), "#5c4330", "#8a6749", "#4a3423"))
    oval(painter, 400, 652, 470, 130, linear((170, 600), (630, 700), "#c79c6f", "#a87b4f", "#8c6239"))
    oval(painter, 400, 646, 380, 100, linear((210, 0), (590, 0), "#3a3d42", "#565a61", "#2b2d31"))
    oval(painter, 400, 642, 356, 90, linear((0, 600), (0, 690), "#1f2125", "#383b41"))
    painter.setPen(QPen(linear((222, 0), (578, 0), "#ff9a52", "#ffd08a", "#ff9a52"), 5))
    painter.drawArc(QRectF(222, 597, 356, 90), 180 * 16, 180 * 16)
    painter.setPen(Qt.PenStyle.NoPen)
    handle = QPainterPath(QPointF(518, 400))
    handle.cubicTo(640, 370, 650, 560, 512, 560)
    painter.setPen(round_pen(linear((520, 380), (620, 560), "#f4efe6", "#d9d0c2", "#b7aa98"), 33))
    painter.drawPath(handle)
    painter.setPen(Qt.PenStyle.NoPen)
    mug = shape((270, 330), (274, 610), (280, 650, 400, 654), (520, 650, 526, 610), (530, 330))
    fill(painter, mug, linear((270, 0), (530, 0), "#fffdf8", "#f3ede2", "#d5cabb", "#bdb09d"))
    painter.save()
    painter.setClipPath(mug)
    for row, tone in enumerate(("#3f6f8f", "#6f9db8", "#a9c7d6")):
        wave = QPainterPath(QPointF(260, 660))
        for x in range(260, 545, 6):
            wave.lineTo(x, 520 + row * 34 + 12 * math.sin(x / 26 + row * 1.7))
        wave.lineTo(545, 660)
        fill(painter, wave, colour(tone, 0.75))
    fill(painter, mug, linear_shade())
    painter.restore()
    oval(painter, 400, 332, 260, 66, linear((270, 0), (530, 0), "#ffffff", "#efe8dc", "#cfc4b4"))
    oval(painter, 400, 338, 232, 50, QColor("#c9bda9"))
    oval(painter, 400, 344, 222, 42, linear((290, 0), (510, 0), "#7b4a24", "#5b3213", "#43230c"))
    oval(painter, 352, 337, 66, 9, colour("#f4cf9a", 0.55))
    steam(painter, 392, 320, 210)
    oval(painter, 562, 668, 22, 12, radial((560, 666), 12, "#ffe4b0", "#ff9a3d"))


def linear_shade() -> QBrush:
    gradient = QLinearGradient(QPointF(270, 0), QPointF(530, 0))
    gradient.setColorAt(0, colour("#ffffff", 0.25))
    gradient.setColorAt(0.6, colour("#ffffff", 0.0))
    gradient.setColorAt(1, colour("#2a1c10", 0.28))
    return QBrush(gradient)


def phone(painter: QPainter) -> None:
    rounded(painter, (-128, -262, 256, 512), 38, linear((-128, 0), (128, 0), "#2b2e35", "#4b4f58", "#1a1c20"))
    rounded(painter, (-117, -251, 234, 490), 30, linear((0, -250), (0, 240), "#f7c9a0", "#d9787a", "#5b3f73", "#2c2550"))
    oval(painter, 30, -90, 120, 120, radial((24, -96), 70, "#fff3cf", "#ffd890"))
    for base, tone in ((60, "#7a4e7c"), (110, "#4c3566"), (160, "#2d2148")):
        hill = QPainterPath(QPointF(-117, 200))
        for x in range(-117, 118, 6):
            hill.lineTo(x, base + 26 * math.sin(x / 44 + base))
        hill.lineTo(117, 200)
        fill(painter, hill, colour(tone, 0.85))
    rounded(painter, (-117, 150, 234, 89), 28, colour("#1c1533", 0.72))
    rounded(painter, (-98, 168, 56, 52), 10, colour("#ffffff", 0.85))
    rounded(painter, (-28, 172, 120, 14), 7, colour("#ffffff", 0.8))
    rounded(painter, (-28, 200, 78, 14), 7, colour("#ffd890", 0.9))
    rounded(painter, (-100, -232, 62, 26), 13, QColor("#e0413c"))
    oval(painter, -86, -219, 9, 9, QColor("#ffffff"))
    rounded(painter, (-76, -223, 28, 8), 4, QColor("#ffffff"))
    glare = shape((-117, -220), (-117, 60), (40, -251), (-88, -251))
    fill(painter, glare, colour("#ffffff", 0.1))


def phone_stand(painter: QPainter) -> None:
    stage(painter, ("#e4ebe0", "#cfdcca"), ("#efe7d8", "#cdbfa6"), 560)
    shadow(painter, 410, 700, 540, 100, 0.4)
    fill(painter, shape((520, 330), (600, 690), (660, 690), (566, 320)), linear((520, 0), (660, 0), "#b58a4c", "#8d6730"))
    painter.save()
    painter.translate(392, 376)
    painter.rotate(-5)
    painter.save()
    painter.translate(16, 14)
    rounded(painter, (-128, -262, 256, 512), 38, colour("#241a0c", 0.2))
    painter.restore()
    phone(painter)
    painter.restore()
    fill(painter, shape((206, 602), (612, 590), (628, 640), (214, 654)), linear((0, 590), (0, 654), "#e9c98f", "#cfa562", "#a87d3f"))
    fill(painter, shape((214, 652), (628, 638), (646, 702), (190, 714)), linear((0, 640), (0, 714), "#d7b173", "#b58745", "#8a6330"))
    painter.setPen(QPen(colour("#7a5728", 0.35), 2.5))
    for row in range(4):
        painter.drawLine(QPointF(204, 664 + row * 13), QPointF(634, 651 + row * 14))
    painter.setPen(Qt.PenStyle.NoPen)
    fill(painter, shape((214, 602), (232, 560), (260, 560), (262, 602)), linear((0, 560), (0, 602), "#e2bd7d", "#b98d4c"))
    fill(painter, shape((552, 592), (560, 548), (590, 548), (606, 592)), linear((0, 548), (0, 592), "#e2bd7d", "#b98d4c"))


PICTURES: Mapping[str, Draw] = {
    "tea-set": tea_set,
    "silk-fan": fan,
    "calligraphy-set": calligraphy,
    "silk-scarf": scarf,
    "mug-warmer": mug_warmer,
    "phone-stand": phone_stand,
}


def picture(draw: Draw) -> QImage:
    """Painted at twice the size and scaled down, which smooths it better than antialiasing."""
    large = QImage(SIZE * 2, SIZE * 2, QImage.Format.Format_RGB32)
    painter = QPainter(large)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(2, 2)
    painter.setPen(Qt.PenStyle.NoPen)
    draw(painter)
    painter.end()
    return large.scaled(SIZE, SIZE, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)


def main(folder: Path) -> None:
    """Paint all of them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, draw in PICTURES.items():
        writer = QImageWriter(str(folder / f"{name}.webp"), b"webp")
        writer.setQuality(QUALITY)
        if not writer.write(picture(draw)):
            raise SystemExit(f"cannot write {name}: {writer.errorString()}")


if __name__ == "__main__":
    application = QGuiApplication(["sample-pictures", "-platform", "offscreen"])
    main(Path(sys.argv[1]))

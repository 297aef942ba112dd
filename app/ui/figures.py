"""Figures as people read them: durations, decibels, rates, times."""

from app.domain.program.broadcast import AirState
from app.domain.program.output import EMBEDDED_RELAY_ID, Relay
from app.domain.rundown.rundown import Act
from app.ui.kit.language import tr

UNKNOWN = "–"
SILENCE_DB = -60.0


def duration(seconds: float) -> str:
    """h:mm:ss, always with the hours so that the width stays."""
    whole = max(0, int(seconds))
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"


def milliseconds(value: float) -> str:
    """A time in ms, with one decimal below ten; a dash for unknown (-1)."""
    if value < 0:
        return UNKNOWN
    return f"{value:.1f} ms" if value < 10 else f"{value:.0f} ms"


def bitrate(kbps: float) -> str:
    """kb/s, or Mb/s from one megabit."""
    return f"{kbps / 1000:.2f} Mb/s" if kbps >= 1000 else f"{kbps:.0f} kb/s"


def percent(fraction: float) -> str:
    """A fraction of one in per cent; a dash below zero."""
    return UNKNOWN if fraction < 0 else f"{fraction * 100:.1f} %"


def gain(decibels: float) -> str:
    """A gain in dB with its sign; "−∞" at and below the bottom."""
    if decibels <= SILENCE_DB:
        return "−∞ dB"
    sign = "+" if decibels > 0.05 else "−" if decibels < -0.05 else ""
    return f"{sign}{abs(decibels):.1f} dB"


def count(number: int) -> str:
    """A whole number with thin spaces between thousands."""
    return f"{number:,}".replace(",", "\u202f")


def relay_name(relay: Relay) -> str:
    """A relay's name; the built-in one has a name in the window's language."""
    return tr("Figures", "This computer") if relay.id == EMBEDDED_RELAY_ID else relay.name


def air_words(air: AirState) -> str:
    """What viewers get now, in a word or two; "" while off air."""
    return {
        AirState.OFF: "",
        AirState.CONNECTING: tr("Figures", "Connecting"),
        AirState.LIVE: tr("Figures", "On air"),
        AirState.RECONNECTING: tr("Figures", "Reconnecting"),
        AirState.FAILED: tr("Figures", "Off air"),
        AirState.STOPPING: tr("Figures", "Stopping"),
    }[air]


def act_words(act: Act) -> str:
    """An act's name."""
    return {
        Act.OPEN: tr("Rundown", "Opening: your story, no selling"),
        Act.MIDDLE: tr("Rundown", "Middle: products in use"),
        Act.END: tr("Rundown", "End: a gentle close"),
    }[act]

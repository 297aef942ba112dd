"""The state of a plugin's chat, in words."""

from app.domain.chat.platform import ChatState
from app.session.chat.chat_platforms import PlatformHealth
from app.ui.kit.language import tr


def health_words(health: PlatformHealth, now_ms: int) -> str:
    """What the chat is doing, what it brought and what is not shown, one line each."""
    lines = [_state_line(health, now_ms)] if health.state is not None else []
    if health.received:
        lines.append(_received_line(health, now_ms))
    if health.dropped:
        lines.append(_dropped_line(health))
    return "\n".join(lines)


def _state_line(health: PlatformHealth, now_ms: int) -> str:
    if health.state is ChatState.CONNECTING:
        return tr("ChatHealth", "Chat: connecting…")
    if health.state is ChatState.WAITING:
        seconds = max(0, -(-(health.retry_at_ms - now_ms) // 1000))
        return tr("ChatHealth", "Chat: not connected ({reason}). Trying again in {seconds} s.", reason=health.detail, seconds=seconds)
    can_send = health.abilities.send
    where = f" · {health.detail}" if health.detail else ""
    return (tr("ChatHealth", "Chat: connected") if can_send else tr("ChatHealth", "Chat: connected, read only")) + where


def _received_line(health: PlatformHealth, now_ms: int) -> str:
    minutes = max(0, now_ms - health.last_ms) // 60_000
    last = tr("ChatHealth", "last one {minutes} min ago", minutes=minutes) if minutes else tr("ChatHealth", "last one just now")
    return tr("ChatHealth", "Messages: {count}, {last}", count=health.received, last=last)


def _dropped_line(health: PlatformHealth) -> str:
    words = {
        "double": tr("ChatHealth", "duplicates"),
        "empty": tr("ChatHealth", "nothing to show"),
        "blank id": tr("ChatHealth", "no ID"),
        "queue_full": tr("ChatHealth", "queue full"),
        "too_fast": tr("ChatHealth", "too fast"),
        "invalid": tr("ChatHealth", "invalid"),
        "other": tr("ChatHealth", "other"),
    }
    reasons = ", ".join(f"{words.get(reason, reason)} {count}" for reason, count in sorted(health.dropped.items()))
    return tr("ChatHealth", "Not shown: {reasons}", reasons=reasons)

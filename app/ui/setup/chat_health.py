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
        reason = _reasons().get(health.detail, health.detail)
        return tr("ChatHealth", "Chat: not connected ({reason}). Trying again in {seconds} s.", reason=reason, seconds=seconds)
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


def _reasons() -> dict[str, str]:
    """The reasons that plugins give most often, in the window's language; a plugin's own words are shown as they are."""
    return {
        "the connection was closed": tr("ChatHealth", "the connection was closed"),
        "no answer in time": tr("ChatHealth", "no answer in time"),
        "the server’s certificate is not valid": tr("ChatHealth", "the server’s certificate is not valid"),
        "no encrypted connection": tr("ChatHealth", "no encrypted connection"),
        "no server with this name found": tr("ChatHealth", "no server with this name found"),
        "the server refuses connections": tr("ChatHealth", "the server refuses connections"),
        "too many requests": tr("ChatHealth", "too many requests"),
        "the live stream has ended": tr("ChatHealth", "the live stream has ended"),
        "the live stream has no chat, or has not begun": tr("ChatHealth", "the live stream has no chat, or has not begun"),
        "the live chat has ended or is turned off": tr("ChatHealth", "the live chat has ended or is turned off"),
        "YouTube does not know this live stream": tr("ChatHealth", "YouTube does not know this live stream"),
        "today’s quota of the Google project is used up": tr("ChatHealth", "today’s quota of the Google project is used up"),
        "the channel does not exist": tr("ChatHealth", "the channel does not exist"),
        "the channel is only for invited people": tr("ChatHealth", "the channel is only for invited people"),
        "the account is banned from the channel": tr("ChatHealth", "the account is banned from the channel"),
        "the nickname is not valid": tr("ChatHealth", "the nickname is not valid"),
    }

"""The actions of the chat, for menus, keys and the palette."""

from app.session.actions import Action
from app.session.chat.chat_room import ChatRoom


def chat_actions(room: ChatRoom) -> tuple[Action, ...]:
    """The chat's actions; the window that has the messages provides `run`."""

    def open_questions() -> bool:
        return any(line.open_question for line in room.history)

    def messages() -> bool:
        return len(room.history) > 0

    return (
        Action("chat.focus", "Write in chat", "Ctrl+R", "chat"),
        Action("chat.reply_next", "Reply to next question", "Ctrl+Shift+R", "send", when=open_questions),
        Action("chat.answered", "Mark message as answered", "", "check", when=messages),
        Action("chat.star", "Star message", "", "star", when=messages),
    )

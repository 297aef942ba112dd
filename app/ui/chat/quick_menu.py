"""The menu of replies that are sent with one click, in the viewer's language and with the prices of their market."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QMenu

from app.domain.chat.chat_history import ChatLine
from app.session.chat.quick_replies import QuickReply
from app.ui.chat.line_filter import language_of
from app.ui.context import WindowContext
from app.ui.kit.labels import tip
from app.ui.kit.language import tr

WIDEST_PX = 320


def quick_replies(context: WindowContext, line: ChatLine) -> tuple[QuickReply, ...]:
    """Replies to this line about the pinned product, else the product of the segment."""
    control = context.studio.control
    segment = control.runner.current
    product_id = control.selling.shown.pinned_id or (segment.product_id if segment is not None else "")
    return control.quick_replies.about(product_id, language=language_of(line), market_id=line.message.market)


def fill_quick_menu(menu: QMenu, context: WindowContext, line: ChatLine, send: Callable[[QuickReply], object]) -> None:
    """Show each reply as the host reads it; the tooltip has what the viewer gets."""
    menu.clear()
    menu.setToolTipsVisible(True)
    metrics = QFontMetrics(menu.font())
    for reply in quick_replies(context, line):
        words = metrics.elidedText(reply.text, Qt.TextElideMode.ElideRight, WIDEST_PX)
        action = menu.addAction(words.replace("&", "&&"))
        translated = reply.sent_language != reply.text_language
        action.setToolTip(tip(reply.sent if translated else tr("Chat", "{reply} (not translated)", reply=reply.text)))
        action.triggered.connect(lambda checked=False, reply=reply: send(reply))

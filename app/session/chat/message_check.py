"""Checks what the host is about to send against the taboos, phrases and claims of the markets that read it."""

from collections.abc import Callable

from app.domain.base.localized_text import LocalizedText
from app.domain.rundown.finding import Finding, Subject
from app.domain.rundown.product_lint import Audience, audience_of, text_findings
from app.domain.show import Show
from app.session.base.memo import Memo

NAME: LocalizedText = {"en": "Your message", "zh-Hans": "这条消息"}


class MessageCheck:
    """`show` returns the open show. The rules of a set of markets are read once."""

    def __init__(self, show: Callable[[], Show]) -> None:
        self._show = show
        self._audiences: dict[str, Memo[Audience]] = {}

    def findings(self, texts: LocalizedText, market_id: str = "") -> tuple[Finding, ...]:
        """What speaks against these texts in the market of a reply's reader; in all of the show's markets if it is unknown."""
        return tuple(text_findings(self._audience(market_id), Subject.MESSAGE, "", NAME, [("text", texts)]))

    def _audience(self, market_id: str) -> Audience:
        show = self._show()
        chosen = tuple(market for market in show.markets if market.id == market_id)
        memo = self._audiences.setdefault(market_id if chosen else "", Memo())
        language = show.presentation.host_language
        return memo.get((show.markets,), (language,), lambda: audience_of(chosen or show.markets, language))

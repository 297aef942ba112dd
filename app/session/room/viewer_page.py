"""Keeps the viewer page in step with the show."""

from collections.abc import Mapping

from app.domain.selling.on_screen import OnScreen
from app.session.catalogue.product_index import ProductIndex
from app.session.document.show_book import ShowBook
from app.session.room.board_builder import BoardBuilder, Json, title_for_viewers
from app.session.room.board_sync import OpenCoupon
from app.session.room.room_link import RoomLink
from app.session.selling.disclosures import Disclosures
from app.session.selling.selling import Selling


class ViewerPage:
    """`dates` is what the page says about coming shows, as `room_schedule.schedule_board` makes it."""

    def __init__(self, book: ShowBook, products: ProductIndex, selling: Selling, disclosures: Disclosures, link: RoomLink) -> None:
        self.dates: Mapping[str, Json] = {}
        self._book = book
        self._selling = selling
        self._disclosures = disclosures
        self._link = link
        self._view = BoardBuilder(products)
        self._coupon: OpenCoupon | None = None

    def update(self) -> None:
        """Put what is offered now onto the room's board."""
        show, shown = self._book.document.show, self._selling.shown
        self._link.board.offer_coupon(self._open_coupon(shown))
        self._link.pictures.want(self._view.wanted_pictures(show, shown))
        board = self._view.board(
            show,
            shown,
            title=title_for_viewers(show, self._book.document.path),
            card_words=self._selling.card_words,
            coupon_left=self._selling.coupon_left,
            disclosure=self._disclosures.active,
            pictures=self._link.pictures.names,
        )
        self._link.board.show({**board, **self.dates})

    def _open_coupon(self, shown: OnScreen) -> OpenCoupon | None:
        """The same object while the same coupon is open: the relay counts the codes that it gives."""
        drop = shown.drop
        if drop is None:
            self._coupon = None
            return None
        coupon = OpenCoupon(drop.coupon_id, drop.codes, drop.expires_ms, self._selling.claims(drop.coupon_id))
        if self._coupon is None or self._coupon.claimed is not coupon.claimed or self._coupon != coupon:
            self._coupon = coupon
        return self._coupon

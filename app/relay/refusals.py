"""The relay's error answers: one status and one sentence for each reason, which other programs show to their users."""

from collections.abc import Mapping
from http import HTTPStatus

from app.domain.base.errors import AppError, Value

# The sentences are text/plain bodies of HTTP answers: part of the protocol, always English.
_REFUSALS: Mapping[str, tuple[HTTPStatus, str]] = {
    "relay.no_stream": (HTTPStatus.NOT_FOUND, "This relay has no stream named {stream}."),
    "relay.no_session": (HTTPStatus.NOT_FOUND, "There is no such session; it may have ended."),
    "relay.key_missing": (HTTPStatus.UNAUTHORIZED, "Publishing requires the stream key as a bearer token."),
    "relay.key_wrong": (HTTPStatus.FORBIDDEN, "The stream key is wrong."),
    "relay.not_sdp": (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body must be {wanted}."),
    "relay.too_large": (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is larger than {limit} bytes."),
    "relay.body_slow": (HTTPStatus.REQUEST_TIMEOUT, "The body did not arrive within {limit} seconds."),
    "relay.bad_sdp": (HTTPStatus.BAD_REQUEST, "The offer is invalid: {reason}."),
    "relay.no_codec": (HTTPStatus.NOT_ACCEPTABLE, "The offer has none of the supported codecs: H264, VP8 and Opus."),
    "relay.too_often": (HTTPStatus.TOO_MANY_REQUESTS, "Too many attempts from this address; try again shortly."),
    "relay.address_full": (HTTPStatus.TOO_MANY_REQUESTS, "This address already has {limit} sessions; end one first."),
    "relay.full": (HTTPStatus.SERVICE_UNAVAILABLE, "The relay is full: {limit} sessions."),
    "relay.stopping": (HTTPStatus.SERVICE_UNAVAILABLE, "The relay is stopping."),
    "relay.condition_missing": (HTTPStatus.PRECONDITION_REQUIRED, "PATCH requires If-Match with the session's ETag."),
    "relay.condition_stale": (HTTPStatus.PRECONDITION_FAILED, "The ETag belongs to another session."),
    "relay.no_restart": (HTTPStatus.UNPROCESSABLE_ENTITY, "ICE restarts are not supported; end this session and POST a new offer."),
    "relay.bad_fragment": (HTTPStatus.BAD_REQUEST, "The trickle fragment is invalid."),
    "relay.method": (HTTPStatus.METHOD_NOT_ALLOWED, "{method} is not allowed here."),
    "relay.room_message": (HTTPStatus.BAD_REQUEST, "The message is invalid: {reason}."),
    "relay.room_version": (HTTPStatus.BAD_REQUEST, "This relay uses version {version} of the room protocol."),
    "relay.not_websocket": (HTTPStatus.UPGRADE_REQUIRED, "This address only accepts WebSocket connections."),
    "relay.room_full": (HTTPStatus.SERVICE_UNAVAILABLE, "The room is full: {limit} pages."),
    "relay.host_token_missing": (HTTPStatus.UNAUTHORIZED, "Hosting a room requires the host token as a bearer token."),
    "relay.host_token_wrong": (HTTPStatus.FORBIDDEN, "The host token is wrong."),
    "relay.board_value": (
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "The value is larger than {limit} bytes, or its key is too long.",
    ),
    "relay.board_full": (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The board is full: {limit} bytes, or too many keys."),
    "relay.coupons_full": (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The room already has {limit} coupons; close one first."),
    "relay.coupon_codes": (
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "{count} codes are empty, longer than {limit} characters, or have control characters. The others can be claimed.",
    ),
    "relay.dates_full": (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The room already has {limit} dates; remove one from the board first."),
    "relay.no_picture": (HTTPStatus.NOT_FOUND, "There is no such picture."),
    "relay.not_picture": (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body must be a PNG, JPEG or WebP image."),
    "relay.picture_name": (HTTPStatus.UNPROCESSABLE_ENTITY, "The picture's id must be the first 32 hex digits of its SHA-256."),
    "relay.no_calendar": (HTTPStatus.NOT_FOUND, "There is no such calendar."),
    "relay.not_calendar": (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body must be text/calendar in UTF-8 with exactly one VCALENDAR."),
    "relay.calendar_name": (HTTPStatus.UNPROCESSABLE_ENTITY, "The calendar's id must be the first 32 hex digits of its SHA-256."),
    "relay.order_type": (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body must be application/json."),
    "relay.order_unsigned": (
        HTTPStatus.UNAUTHORIZED,
        "An order requires the headers X-Tradewind-Timestamp and X-Tradewind-Signature.",
    ),
    "relay.order_signature": (HTTPStatus.UNAUTHORIZED, "The signature does not match the body, the timestamp and this stream's secret."),
    "relay.order_time": (HTTPStatus.UNAUTHORIZED, "The timestamp must be in Unix seconds, within {limit} of the relay's clock."),
    "relay.order_json": (HTTPStatus.BAD_REQUEST, "The body must be a JSON object."),
    "relay.order_field": (HTTPStatus.UNPROCESSABLE_ENTITY, "{field} must be {wanted}."),
    "relay.order_conflict": (HTTPStatus.CONFLICT, "Order {order} was reported before with different content."),
    "relay.orders_waiting": (HTTPStatus.SERVICE_UNAVAILABLE, "Too many orders are waiting for the host; report this one again later."),
    "relay.bad_host": (HTTPStatus.BAD_REQUEST, "The Host header is invalid."),
    "relay.unknown_host": (
        HTTPStatus.MISDIRECTED_REQUEST,
        "This relay does not know the name {host}; start it with --name {host}.",
    ),
    "relay.foreign_page": (HTTPStatus.FORBIDDEN, "Pages of other sites may only watch."),
    "relay.packed": (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body must not be compressed."),
    "relay.no_sockets": (HTTPStatus.SERVICE_UNAVAILABLE, "The relay has no free sockets; try again in a moment."),
    "relay.codec_left": (HTTPStatus.NOT_ACCEPTABLE, "The relay forwards H264 or VP8, and Opus; it cannot accept the offered {kind}."),
    "relay.address_connecting": (HTTPStatus.TOO_MANY_REQUESTS, "This address already has {limit} sessions connecting; try again shortly."),
    "relay.qr_busy": (HTTPStatus.SERVICE_UNAVAILABLE, "Too many QR codes are waiting; try again in a moment."),
    "relay.no_page": (HTTPStatus.NOT_FOUND, "There is nothing here."),
}
_RETRY_AFTER_S: Mapping[str, int] = {
    "relay.too_often": 5,
    "relay.address_full": 10,
    "relay.full": 10,
    "relay.room_full": 10,
    "relay.stopping": 2,
    "relay.no_sockets": 5,
    "relay.address_connecting": 2,
    "relay.qr_busy": 2,
    "relay.orders_waiting": 30,
}


class Refusal(AppError):
    """A request is answered with an error; `status`, `words` and `headers` are what the client gets."""

    def __init__(self, code: str, **data: Value) -> None:
        self.status, template = _REFUSALS[code]
        self.words = template.format(**data)
        super().__init__(code, status=int(self.status), **data)

    @property
    def headers(self) -> dict[str, str]:
        headers = {}
        if self.code in _RETRY_AFTER_S:
            headers["Retry-After"] = str(_RETRY_AFTER_S[self.code])
        if self.code in ("relay.key_missing", "relay.host_token_missing"):
            headers["WWW-Authenticate"] = 'Bearer realm="tradewind"'
        return headers

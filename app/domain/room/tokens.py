"""What a room's own key opens: the host's side, and the door for a shop's orders.

The room key is a secret beside the stream key. Who was given the stream key to publish cannot work out either of these.
"""

import hashlib
import hmac


def _derived(room_key: str, purpose: bytes) -> str:
    return hmac.new(room_key.encode(), purpose, hashlib.sha256).hexdigest()


def host_token(room_key: str) -> str:
    """The bearer token of the room's host: the desk has the key, viewers get nothing that leads to it."""
    return _derived(room_key, b"tradewind room host")


def orders_secret(room_key: str) -> str:
    """What a shop signs its orders with; it opens nothing else."""
    return _derived(room_key, b"tradewind orders")

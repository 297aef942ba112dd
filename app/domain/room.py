"""What a stream's key also opens: the host's side of its room, and the door for a shop's orders."""

import hashlib
import hmac


def _derived(stream_key: str, purpose: bytes) -> str:
    return hmac.new(stream_key.encode(), purpose, hashlib.sha256).hexdigest()


def host_token(stream_key: str) -> str:
    """The bearer token of the room's host: the desk has the key, viewers get nothing that leads to it."""
    return _derived(stream_key, b"tradewind room host")


def orders_secret(stream_key: str) -> str:
    """What a shop signs its orders with; it opens nothing else."""
    return _derived(stream_key, b"tradewind orders")

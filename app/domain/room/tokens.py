"""Secrets derived from a room key: the host's token, and the key that signs a shop's orders.

The room key is independent of the stream key: guests who publish with the stream key cannot derive either.
"""

import hashlib
import hmac


def _derived(room_key: str, purpose: bytes) -> str:
    return hmac.new(room_key.encode(), purpose, hashlib.sha256).hexdigest()


def host_token(room_key: str) -> str:
    """The bearer token of the room's host."""
    return _derived(room_key, b"tradewind room host")


def orders_secret(room_key: str) -> str:
    """The key that signs a shop's orders; it is good for nothing else."""
    return _derived(room_key, b"tradewind orders")

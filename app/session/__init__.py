"""What a user can do, without a window: asyncio, no Qt."""

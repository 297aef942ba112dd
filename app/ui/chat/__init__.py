"""The chat panel: messages with their translations, filters, answers and moderation."""

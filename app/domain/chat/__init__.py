"""Chat: messages from every source, as people may see them."""

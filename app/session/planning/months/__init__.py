"""Plans of a month."""

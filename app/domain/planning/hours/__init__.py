"""Which hours suit whom."""

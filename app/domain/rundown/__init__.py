"""The rundown: segments, its log, and the checks on it."""

"""The run of show: segments, its log, and the checks on it."""

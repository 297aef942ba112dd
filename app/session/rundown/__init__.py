"""The running show: segments, start and end."""

"""Builds the processes: one module per process, which constructs it and shuts it down in order."""

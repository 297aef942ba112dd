"""The connection to the engine process."""

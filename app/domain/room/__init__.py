"""The room of viewers beside the picture."""

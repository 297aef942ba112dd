"""Forms and lists of planned shows."""

"""Reports on past shows."""

"""Planning a month of shows."""

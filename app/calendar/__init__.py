"""Time zones, dates of series, festivals and calendar files."""

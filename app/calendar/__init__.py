"""What the world's calendars and clocks say: zones, dates of series, festivals, calendar files."""

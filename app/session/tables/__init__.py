"""Import and export of the open show."""

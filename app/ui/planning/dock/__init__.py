"""The schedule dock of the main window."""

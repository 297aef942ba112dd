"""Announcements of planned shows, their calendar entries and posters."""

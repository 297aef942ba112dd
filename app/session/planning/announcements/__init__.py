"""Announcements: texts, calendar files and posters of planned shows."""

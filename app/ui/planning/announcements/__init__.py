"""Announcing a show: texts, calendars, posters, reminders."""

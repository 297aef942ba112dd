"""Widgets and helpers that don't know the show."""

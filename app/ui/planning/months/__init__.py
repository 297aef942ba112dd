"""The month calendar and the month assistant."""

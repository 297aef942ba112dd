"""People and markets that take part."""

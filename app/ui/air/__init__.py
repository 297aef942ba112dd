"""Going on air and relays."""

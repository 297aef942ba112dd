"""Going on air: relays, tokens, consent."""

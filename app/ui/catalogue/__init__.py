"""Products: list, forms, pictures."""

"""Texts, amounts and dates in a reader's language."""

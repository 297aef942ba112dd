"""Relays: which kinds there are, and what a show connects to."""

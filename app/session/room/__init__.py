"""The host side of the viewers' room."""

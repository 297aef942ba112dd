"""The embedded relay: WHIP in, WHEP out, the viewer page, the room."""

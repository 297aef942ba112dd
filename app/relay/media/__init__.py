"""RTP from one publisher to many viewers."""

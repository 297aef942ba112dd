"""What happened in a show, read from its log."""

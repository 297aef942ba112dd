"""The room that connects the host with the viewers of a stream."""

"""What a show is, as records and pure functions: no threads, no files, no sockets."""

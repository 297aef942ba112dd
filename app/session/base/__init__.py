"""Background tasks, worker threads and child processes that every subject uses."""

"""The schedule: planned shows, festivals, people, tasks, announcements."""

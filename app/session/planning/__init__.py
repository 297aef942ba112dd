"""The schedule at work: dates, advice, reminders, announcements."""

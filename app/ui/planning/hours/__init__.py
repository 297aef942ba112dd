"""Finding the best hour for a show."""

"""Chat: takes messages in, answers them, has them translated, and moderates."""

"""What goes on air: sources, scenes, sound, encoders, and the messages between desk and engine."""

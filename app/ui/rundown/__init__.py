"""Rundown, cue card, prompter."""

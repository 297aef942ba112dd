"""The dates of the plan: worked out, edited, aired, moved by time zone updates."""

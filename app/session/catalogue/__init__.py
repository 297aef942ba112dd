"""Products of the open show: index, pictures, handbook."""

"""The markets and people of the plan."""

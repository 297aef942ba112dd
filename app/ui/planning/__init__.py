"""The planner window and what its pages share."""

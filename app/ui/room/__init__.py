"""What viewers see and do."""

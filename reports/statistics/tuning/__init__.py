"""What the tuning selected, and whether it can be trusted."""

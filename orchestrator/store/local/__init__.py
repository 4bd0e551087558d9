"""A study in a results folder on this machine: its lock, and whether it is running."""

"""Runs trials that are the user's own: a pack → rows, as `training` does for orch's own loop."""

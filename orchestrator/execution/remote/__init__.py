"""Submits whole studies to a cluster through its Ray Jobs server."""

"""Hands whole studies to a cluster through its Ray Jobs server; imports no Ray."""

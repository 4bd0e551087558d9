"""Runs packs on this machine without Ray."""

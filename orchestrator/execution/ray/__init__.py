"""Runs packs on a Ray cluster, started here or running already."""

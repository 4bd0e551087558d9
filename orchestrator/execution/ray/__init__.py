"""Runs packs with Ray: the only room that imports ray."""

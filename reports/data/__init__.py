"""Reads the tables of a study."""

"""Draws what networks said of single examples."""

"""Draws the comparisons of variants."""
